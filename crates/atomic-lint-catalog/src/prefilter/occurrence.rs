//! What the bytes around a word say of its use.

use super::is_word_byte;
use super::words::{Form, Sink};
use crate::ArgRef;
use atomic_lint_ir::Language;

/// As far as the arguments of a call are looked at.
const REACH: usize = 512;

/// A word in a text.
pub(super) struct Occurrence<'t> {
    language: Language,
    before: &'t [u8],
    after: &'t [u8],
    /// `None` where it is not called, or where the arguments cannot be told apart by their bytes.
    arguments: Option<Vec<&'t [u8]>>,
}

impl<'t> Occurrence<'t> {
    pub(super) fn new(language: Language, text: &'t [u8], start: usize, end: usize) -> Self {
        let (before, after) = (&text[..start], &text[end..]);
        let arguments = match (language, after.first()) {
            (Language::Python, Some(b'(')) => arguments(&after[1..after.len().min(REACH)]),
            _ => None,
        };
        Occurrence { language, before, after, arguments }
    }

    /// Whether it is certainly prose, a definition, a whole string or the name of a keyword argument.
    pub(super) fn is_no_use(&self) -> bool {
        self.is_prose() || self.is_defined() || self.is_quoted() || self.is_assigned()
    }

    /// Whether it can be a use of `sink` as far as its form goes.
    pub(super) fn can_be(&self, sink: &Sink) -> bool {
        let head = self.before.trim_ascii_end();
        let dotted = head.ends_with(b".") && !head.ends_with(b"..");
        let is_macro = self.after.starts_with(b"!") && !self.after.starts_with(b"!=");
        let form = match (sink.form, self.language) {
            (Form::Macro, _) => is_macro,
            (Form::Function, Language::Rust) => !dotted && !is_macro,
            (Form::Method, Language::Rust) => (dotted || head.ends_with(b"::")) && !is_macro,
            (Form::Function, Language::Python) => true,
            (Form::Method, Language::Python) => dotted,
        };
        form && self.fits_arity(sink) && self.mode(sink) != Mode::Absent
    }

    /// Whether its mode, as `sink` understands it, is written out and says that the file is only read.
    pub(super) fn only_reads(&self, sink: &Sink) -> bool {
        self.mode(sink) == Mode::Reads
    }

    fn fits_arity(&self, sink: &Sink) -> bool {
        match (sink.arity, &self.arguments) {
            (Some(arity), Some(arguments)) if !has_spread(arguments) => positional(arguments).count() == arity,
            _ => true,
        }
    }

    fn mode(&self, sink: &Sink) -> Mode {
        let (Some(mode), Some(arguments)) = (&sink.mode, &self.arguments) else { return Mode::Unknown };
        if has_spread(arguments) {
            return Mode::Unknown;
        }
        match (argument(arguments, mode), mode.default()) {
            (Some(text), _) => judge(text),
            (None, Some(default)) if reads(default.as_bytes()) => Mode::Absent,
            (None, _) => Mode::Unknown,
        }
    }

    /// A word and a blank before it are no code unless the word is an operator or a keyword.
    fn is_prose(&self) -> bool {
        const KEYWORDS: [&[u8]; 9] = [b"and", b"as", b"else", b"for", b"if", b"in", b"is", b"not", b"or"];
        let rest = self.after.trim_ascii_start();
        let blanks = &self.after[..self.after.len() - rest.len()];
        let next = rest.iter().position(|byte| !is_word_byte(*byte)).map_or(rest, |end| &rest[..end]);
        !blanks.is_empty() && !blanks.contains(&b'\n') && !next.is_empty() && !KEYWORDS.contains(&next)
    }

    fn is_defined(&self) -> bool {
        let head = self.before.trim_ascii_end();
        let blank = head.len() < self.before.len();
        let word = head.iter().rposition(|byte| !is_word_byte(*byte)).map_or(head, |at| &head[at + 1..]);
        blank && (word == b"def" || word == b"fn" || word == b"class")
    }

    fn is_quoted(&self) -> bool {
        matches!((self.before.last(), self.after.first()), (Some(b'"'), Some(b'"')) | (Some(b'\''), Some(b'\'')))
    }

    fn is_assigned(&self) -> bool {
        let rest = self.after.trim_ascii_start();
        rest.starts_with(b"=") && !rest.starts_with(b"==") && !rest.starts_with(b"=>")
    }
}

/// What an argument says of the way a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It says that the file is only read.
    Reads,
    /// It is no mode, or it is left out and means reading.
    Absent,
    /// It may say that the file is written.
    Unknown,
}

/// What the argument `text` says, taken for a mode.
fn judge(text: &[u8]) -> Mode {
    let Some(literal) = literal(text) else { return Mode::Unknown };
    // `tarfile` and its kin put the compression behind a colon or bar.
    let mode = literal.split(|byte| *byte == b':' || *byte == b'|').next().unwrap_or(literal);
    let is_mode = !mode.is_empty() && mode.iter().all(|byte| b"rwaxbtU+".contains(byte));
    match (is_mode, reads(mode)) {
        (true, true) => Mode::Reads,
        (true, false) => Mode::Unknown,
        (false, _) => Mode::Absent,
    }
}

fn reads(mode: &[u8]) -> bool {
    !mode.iter().any(|byte| b"wax+".contains(byte))
}

/// What stands between the quotes, where `text` is a plain string literal.
fn literal(text: &[u8]) -> Option<&[u8]> {
    let text = match text {
        [b'u' | b'r' | b'b', rest @ ..] => rest,
        _ => text,
    };
    match text {
        [open @ (b'"' | b'\''), inner @ .., close] if open == close => {
            let plain = !inner.iter().any(|byte| byte == open || *byte == b'\\' || *byte == b'%');
            plain.then_some(inner)
        }
        _ => None,
    }
}

/// The argument that `which` names.
fn argument<'t>(arguments: &[&'t [u8]], which: &ArgRef) -> Option<&'t [u8]> {
    let by_position = which.position().and_then(|at| positional(arguments).nth(at));
    let named = |name: &str| arguments.iter().find_map(|text| keyword(text).filter(|(key, _)| *key == name.as_bytes()));
    by_position.or_else(|| which.keyword().and_then(|name| named(name)).map(|(_, value)| value))
}

fn positional<'a, 't>(arguments: &'a [&'t [u8]]) -> impl Iterator<Item = &'t [u8]> + use<'a, 't> {
    arguments.iter().copied().filter(|text| keyword(text).is_none())
}

fn has_spread(arguments: &[&[u8]]) -> bool {
    arguments.iter().any(|text| text.starts_with(b"*"))
}

/// Name and value of a keyword argument.
fn keyword(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| !is_word_byte(*byte)).filter(|end| *end > 0)?;
    let (name, rest) = text.split_at(end);
    let value = rest.trim_ascii_start().strip_prefix(b"=")?;
    (!value.starts_with(b"=")).then(|| (name, value.trim_ascii()))
}

/// The arguments of a call whose parenthesis was just opened, or `None` where its end is not seen or not clear.
fn arguments(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    loop {
        match *text.get(at)? {
            b'"' | b'\'' => at = string_end(text, at)?,
            // A comment may hold anything, and a backslash joins lines.
            b'#' | b'\\' => return None,
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                found.push(text[start..at].trim_ascii());
                found.retain(|argument| !argument.is_empty());
                return Some(found);
            }
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                found.push(text[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Where the string that begins at `start` has its last quote.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let quote = text[start];
    if text[start..].starts_with(&[quote; 3]) {
        return None;
    }
    let mut at = start + 1;
    loop {
        match *text.get(at)? {
            b'\\' => at += 1,
            b'\n' => return None,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
}
