//! Replacing ranges of a text.

use crate::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The replacement of one range by new text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// What is taken out; empty for an insertion.
    pub span: Span,
    /// What is put in its place.
    pub replacement: String,
}

/// Why a set of edits cannot be applied together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// Two edits touch the same bytes; the second of them in text order.
    Overlap(Span),
    /// A range does not lie on character boundaries within the text.
    OutOfText(Span),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Overlap(span) => {
                write!(f, "edits overlap at bytes {}..{}", span.start, span.end)
            }
            EditError::OutOfText(span) => {
                write!(f, "bytes {}..{} are not a range of the text", span.start, span.end)
            }
        }
    }
}

impl std::error::Error for EditError {}

/// Applies `edits`, in any order, to `text`.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort();
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in ordered {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if start < done {
            return Err(EditError::Overlap(edit.span));
        }
        let kept = text.get(done..start).ok_or(EditError::OutOfText(edit.span))?;
        text.get(start..end).ok_or(EditError::OutOfText(edit.span))?;
        result.push_str(kept);
        result.push_str(&edit.replacement);
        done = end;
    }
    result.push_str(text.get(done..).unwrap_or(""));
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, replacement: &str) -> Edit {
        Edit { span: Span::new(start, end), replacement: replacement.into() }
    }

    #[test]
    fn edits_apply_in_text_order_whatever_their_order() {
        let edits = [edit(4, 5, "E"), edit(0, 1, "A"), edit(2, 2, "+")];
        assert_eq!(apply("abcde", &edits).unwrap(), "Ab+cdE");
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let edits = [edit(0, 3, "x"), edit(2, 4, "y")];
        assert_eq!(apply("abcde", &edits), Err(EditError::Overlap(Span::new(2, 4))));
    }

    #[test]
    fn a_range_inside_a_character_is_refused() {
        assert_eq!(apply("é", &[edit(1, 2, "")]), Err(EditError::OutOfText(Span::new(1, 2))));
    }
}
