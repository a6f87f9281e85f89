//! One round over one file: which fixes go together, and what the text is then.

use super::mend::Mend;
use crate::inspect::{frontend, guarded};
use atomic_lint_ir::Language;
use atomic_lint_source::{Edit, apply};

/// What a round makes of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Round {
    /// Which fixes were made, by their index.
    pub(crate) taken: Vec<usize>,
    /// Which would leave a text that is none in its language.
    pub(crate) broken: Vec<usize>,
    /// The new text.
    pub(crate) text: String,
    /// By what it differs from the old one.
    edits: Vec<Edit>,
}

impl Round {
    /// Where what stood at byte `offset` of the old text is in the new one.
    pub(crate) fn moved(&self, offset: u32) -> u32 {
        // What is put in at `offset` comes before what stood there, what is put in its place does not.
        let is_before =
            |edit: &&Edit| edit.span.end <= offset && (edit.span.start < offset || edit.span.start == edit.span.end);
        let before = self.edits.iter().filter(is_before);
        let shift: i64 =
            before.map(|edit| edit.replacement.len() as i64 - i64::from(edit.span.end - edit.span.start)).sum();
        let inside = self.edits.iter().find(|edit| edit.span.start < offset && offset < edit.span.end);
        (i64::from(inside.map_or(offset, |edit| edit.span.start)) + shift) as u32
    }
}

/// Applies to `text` as many of `mends`, which are in order of their findings, as go together; one where `alone`.
pub(crate) fn round(language: Language, text: &str, mends: &[(usize, &Mend)], alone: bool) -> Round {
    let faults = faults(language, text);
    let sense = |edits: &[Edit]| {
        let new = apply(text, edits).ok()?;
        (new != text && self::faults(language, &new) <= faults).then_some(new)
    };
    let (taken, edits) = together(mends, alone);
    if let Some(text) = sense(&edits) {
        return Round { taken, broken: Vec::new(), text, edits };
    }
    // One of them spoils it: each is asked by itself, which takes longer.
    let broken: Vec<usize> =
        mends.iter().filter(|(_, mend)| sense(&mend.spelling.edits).is_none()).map(|(at, _)| *at).collect();
    let good: Vec<(usize, &Mend)> = mends.iter().filter(|(at, _)| !broken.contains(at)).copied().collect();
    let (taken, edits) = together(&good, alone);
    match sense(&edits) {
        Some(text) => Round { taken, broken, text, edits },
        // Each makes sense, all together do not: one after the other, then.
        None if !alone => Round { broken, ..round(language, text, &good, true) },
        None => Round { broken, ..Round::default() },
    }
}

/// Which of `mends` do not touch each other, with their edits; of one alone those that are the same change too.
fn together(mends: &[(usize, &Mend)], alone: bool) -> (Vec<usize>, Vec<Edit>) {
    let (mut taken, mut edits): (Vec<usize>, Vec<Edit>) = Default::default();
    for (at, mend) in mends {
        let own = &mend.spelling.edits;
        if own.iter().all(|edit| fits(edit, &edits)) && (!alone || taken.is_empty() || *own == edits) {
            edits.extend(own.iter().filter(|edit| !edits.contains(edit)).cloned().collect::<Vec<_>>());
            taken.push(*at);
        }
    }
    (taken, edits)
}

/// How much of `text` its front end cannot read.
fn faults(language: Language, text: &str) -> usize {
    guarded(|| frontend(language).lower(text, &[])).map_or(usize::MAX, |lowered| match lowered.unit {
        Some(_) => lowered.gaps.len(),
        None => usize::MAX - 1,
    })
}

/// Whether `edit` is one of `edits` or touches none of them; what two fixes share, as an import, is made once.
fn fits(edit: &Edit, edits: &[Edit]) -> bool {
    edits.iter().all(|other| other == edit || !touches(edit, other))
}

fn touches(a: &Edit, b: &Edit) -> bool {
    let inserts = a.span.start == a.span.end || b.span.start == b.span.end;
    match inserts {
        // What of two comes first at one place, nobody has said.
        true => a.span.start <= b.span.end && b.span.start <= a.span.end,
        false => a.span.start < b.span.end && b.span.start < a.span.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atomic_lint_ir::{Applicability, Spelling};
    use atomic_lint_source::{FileId, Span};

    fn mend(edits: &[(u32, u32, &str)]) -> Mend {
        let edit = |(start, end, text): &(u32, u32, &str)| Edit {
            span: Span::new(*start, *end),
            replacement: (*text).to_owned(),
        };
        let spelling = Spelling {
            title: "t".into(),
            applicability: Applicability::Safe,
            edits: edits.iter().map(edit).collect(),
            single_hunk: None,
            needs_runtime: false,
            features: Vec::new(),
        };
        Mend { file: FileId(0), spelling }
    }

    fn rounds(text: &str, mends: &[Mend]) -> Round {
        let numbered: Vec<(usize, &Mend)> = mends.iter().enumerate().collect();
        round(Language::Python, text, &numbered, false)
    }

    #[test]
    fn what_two_fixes_share_is_made_once() {
        let made = rounds("a\nb\n", &[mend(&[(0, 0, "import x\n"), (2, 3, "c")]), mend(&[(0, 0, "import x\n")])]);
        assert_eq!((made.text.as_str(), made.taken.as_slice()), ("import x\na\nc\n", [0, 1].as_slice()));
    }

    #[test]
    fn of_two_that_overlap_the_first_is_made_and_the_other_waits() {
        let made = rounds("abc\n", &[mend(&[(0, 2, "x")]), mend(&[(1, 3, "y")])]);
        assert_eq!((made.text.as_str(), made.taken.as_slice()), ("xc\n", [0].as_slice()));
        assert!(made.broken.is_empty());
    }

    #[test]
    fn a_fix_that_does_not_parse_is_dropped_alone() {
        let made = rounds("a\nb\n", &[mend(&[(0, 1, "((")]), mend(&[(2, 3, "c")])]);
        assert_eq!((made.text.as_str(), made.broken.as_slice()), ("a\nc\n", [0].as_slice()));
    }

    #[test]
    fn what_stood_behind_a_change_is_found_behind_it() {
        let made = rounds("ab\ncd\n", &[mend(&[(0, 0, "import x\n"), (1, 2, "")]), mend(&[(3, 5, "long")])]);
        assert_eq!(made.text, "import x\na\nlong\n");
        // Before the first change, at it, at the end of what is gone, within what is new, and behind all of it.
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|offset| made.moved(offset)), [9, 10, 10, 11, 11, 15, 16]);
    }

    #[test]
    fn a_fix_outside_of_the_text_is_broken() {
        assert_eq!(rounds("a\n", &[mend(&[(7, 9, "x")])]).broken, [0]);
    }
}
