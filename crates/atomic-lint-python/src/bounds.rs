//! What keeps the parser's cost within bounds: long comments are hidden from it, and what it reads is counted.
//!
//! The grammar's scanner looks ahead over blank lines, comments and continued lines to the code behind them, and does
//! so again at each of them, so that a run of them takes quadratic time.
//! It also remembers one level of indentation after another in a buffer of fixed size without minding its end.
//! What the text means is none of the business here.

use crate::outline::string_end;
use atomic_lint_source::Span;
use std::borrow::Cow;
use std::ops::ControlFlow;
use tree_sitter::{ParseOptions, Parser, Tree};

/// The scanner keeps two bytes for each level, up to 257 bytes of other things, and all of it in 1024 bytes.
/// CPython refuses more than 100 levels.
const INDENTATIONS: usize = 380;

/// So many comments below each other are hidden; fewer cost little.
const RUN: usize = 32;

/// How much of the text is handed over at a time.
const CHUNK: usize = 4 << 10;

/// How often the whole text may be read on the average, beyond [`ALLOWANCE`].
const READINGS: usize = 64;

/// What may be read of a text however short it is: about a second's work.
const ALLOWANCE: usize = 64 << 20;

/// Parses `text`; `None` where the parser reads on and on.
pub(crate) fn parse(parser: &mut Parser, text: &str) -> Option<Tree> {
    let bytes = text.as_bytes();
    let left = std::cell::Cell::new(ALLOWANCE + READINGS * bytes.len());
    let mut read = |at: usize, _| {
        let chunk = bytes.get(at..).map_or(&[][..], |rest| &rest[..rest.len().min(CHUNK)]);
        left.set(left.get().saturating_sub(chunk.len()));
        // To the scanner a text that ends is the way out of its loop.
        if left.get() == 0 { &[][..] } else { chunk }
    };
    let mut stop = |_: &_| if left.get() == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let parsed = parser.parse_with_options(&mut read, None, Some(ParseOptions::new().progress_callback(&mut stop)));
    // A parser that was stopped would go on where it was.
    parser.reset();
    parsed.filter(|_| left.get() > 0)
}

/// Whether `text` has more levels of indentation than the scanner can remember.
///
/// It remembers only what is deeper than what it has, so the widths that occur are as many as there can be, whatever
/// it takes for a statement.
pub(crate) fn is_too_deep(text: &str) -> bool {
    let mut widths = std::collections::BTreeSet::new();
    let mut continued = 0_u16;
    for line in text.split('\n') {
        let (width, code) = width(line, continued);
        continued = if matches!(code, "\\" | "\\\r") { width } else { 0 };
        if widths.insert(width) && widths.len() > INDENTATIONS {
            return true;
        }
    }
    false
}

/// How far a line is indented, as the scanner counts, and what stands behind that.
fn width(line: &str, before: u16) -> (u16, &str) {
    let mut width = before;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b' ' => width = width.wrapping_add(1),
            b'\t' => width = width.wrapping_add(8),
            b'\r' | b'\x0c' => width = 0,
            _ => return (width, &line[at..]),
        }
    }
    (width, "")
}

/// `text` with nothing in the place of comments that stand below each other in great number, and where those were
/// that speak to this tool; every other byte stays where it is.
pub(crate) fn without_long_comments(text: &str) -> (Cow<'_, str>, Vec<Span>) {
    let mut hidden = Vec::new();
    let mut run: Vec<Span> = Vec::new();
    let mut close = |run: &mut Vec<Span>| {
        if run.len() >= RUN {
            hidden.append(run);
        }
        run.clear();
    };
    for line in own_lines(text) {
        match line {
            Own::Comment(span) => run.push(span),
            Own::Code => close(&mut run),
        }
    }
    close(&mut run);
    if hidden.is_empty() {
        return (Cow::Borrowed(text), hidden);
    }
    let blank = blanked(text, &hidden);
    hidden.retain(|comment| comment.slice(text).contains("atomic-lint:"));
    (Cow::Owned(blank), hidden)
}

fn blanked(text: &str, hidden: &[Span]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for span in hidden {
        kept.push_str(&text[at..span.start as usize]);
        kept.extend(std::iter::repeat_n(' ', (span.end - span.start) as usize));
        at = span.end as usize;
    }
    kept.push_str(&text[at..]);
    kept
}

/// A line that is not blank.
enum Own {
    /// A comment by itself.
    Comment(Span),
    /// Anything else.
    Code,
}

/// The lines of `text`, as far as its strings are closed; one that goes on over several lines is one.
fn own_lines(text: &str) -> impl Iterator<Item = Own> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
        if bytes[at] == b'#' {
            let start = at;
            at = end_of_line(bytes, start);
            return Some(Own::Comment(Span::new(start as u32, at as u32)));
        }
        at = end_of_code(bytes, at).unwrap_or(bytes.len());
        Some(Own::Code)
    })
}

/// Behind the code that begins at `at` and the comment behind it; none where a string is left open.
fn end_of_code(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => return Some(at),
            b'#' => return Some(end_of_line(bytes, at)),
            b'"' | b'\'' => at = string_end(bytes, at)?,
            _ => at += 1,
        }
    }
    Some(at)
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_comments_are_hidden_and_strings_and_short_ones_are_not() {
        let long = "  # é\n".repeat(RUN);
        let (short, string) = ("# a\n".repeat(RUN - 1), format!("x = '''\n{long}'''\n"));
        let text = format!("{short}x\n{string}{long}y # b\n");
        let (hidden, _) = without_long_comments(&text);
        assert_eq!(hidden, format!("{short}x\n{string}{}y # b\n", "      \n".repeat(RUN)));
        assert!(matches!(without_long_comments(&short), (Cow::Borrowed(_), _)));
    }

    #[test]
    fn hidden_comments_that_speak_to_this_tool_are_told() {
        let text = format!("{}# atomic-lint: x\n", "# a\n".repeat(RUN));
        let (_, told) = without_long_comments(&text);
        assert_eq!(told.iter().map(|span| span.slice(&text)).collect::<Vec<_>>(), ["# atomic-lint: x"]);
    }

    #[test]
    fn widths_of_indentation_are_counted_over_continued_lines() {
        let deep = |line: &dyn Fn(usize) -> String| (0..=INDENTATIONS).map(line).collect::<String>();
        assert!(is_too_deep(&deep(&|at| format!("{}x\n", " ".repeat(at)))));
        assert!(is_too_deep(&deep(&|at| format!("{}\\\n x\n", " ".repeat(at)))));
        assert!(!is_too_deep(&deep(&|at| format!("{}x\n", " ".repeat(at % INDENTATIONS)))));
    }
}
