//! Which of many spans is the innermost around a place, without looking at all of them.

use crate::Span;

/// Spans in the order of their beginnings, each with the one around it.
#[derive(Clone, Debug, Default)]
pub struct Nesting {
    spans: Vec<Span>,
    around: Vec<Option<usize>>,
}

impl Nesting {
    /// Of `spans`, which are in the order of their beginnings, of several that begin together the outermost first.
    pub fn new(spans: Vec<Span>) -> Self {
        let mut around = Vec::with_capacity(spans.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, span) in spans.iter().enumerate() {
            while open.last().is_some_and(|outer| spans[*outer].end <= span.start) {
                open.pop();
            }
            around.push(open.last().copied());
            open.push(at);
        }
        Nesting { spans, around }
    }

    /// All of them.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// How many begin before `offset`.
    pub fn beginning_before(&self, offset: u32) -> usize {
        self.spans.partition_point(|span| span.start < offset)
    }

    /// The innermost that begins before `start` and reaches at least to `end`, which is not before `start`.
    pub fn innermost(&self, start: u32, end: u32) -> Option<Span> {
        let mut at = self.beginning_before(start).checked_sub(1);
        while let Some(number) = at {
            if self.spans[number].end >= end {
                return Some(self.spans[number]);
            }
            at = self.around[number];
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_is_found_behind_what_has_ended() {
        let spans =
            [(0, 100), (1, 50), (2, 10), (12, 20), (60, 90), (61, 62)].map(|(start, end)| Span::new(start, end));
        let nesting = Nesting::new(spans.to_vec());
        let innermost = |start, end| nesting.innermost(start, end).map(|span| (span.start, span.end));
        assert_eq!(innermost(15, 18), Some((12, 20)));
        assert_eq!(innermost(30, 31), Some((1, 50)));
        assert_eq!(innermost(70, 71), Some((60, 90)));
        assert_eq!(innermost(70, 95), Some((0, 100)));
        assert_eq!(innermost(55, 56), Some((0, 100)));
        assert_eq!(innermost(0, 1), None);
        assert_eq!(innermost(99, 101), None);
    }
}
