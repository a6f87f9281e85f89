//! How rustfmt breaks a chain of calls over lines: on one line while it is short, otherwise one call on each.

use super::source::Source;
use crate::tokens::{Kind, Tokens};

/// What rustfmt keeps a chain of several calls to, unless it is told otherwise.
const CHAIN: usize = 60;

/// A root that is no longer than an indentation has its first call on its own line.
const SHORT: usize = 4;

/// The statement `new`, a chain of calls, on lines of its own at the indentation of byte `at`.
pub(super) fn statement(source: &Source, new: &str, at: u32) -> String {
    let indent = source.indent(at).chars().count();
    let (head, value) = value(new).unwrap_or(("", new));
    let before = indent + if head.is_empty() { 0 } else { head.chars().count() + 1 };
    let chain = value.strip_suffix(';').unwrap_or(value);
    let calls = calls(chain);
    let behind_root = match calls.first() {
        Some(first) if *first <= SHORT => &calls[1..],
        _ => &calls[..],
    };
    let on_one_line = |before| fits(source, chain, behind_root.len(), before);
    let gap = if head.is_empty() { "" } else { " " };
    let broken = match (on_one_line(before), head.is_empty()) {
        (true, _) => new.to_owned(),
        (false, false) if on_one_line(indent + 4) && !chain.contains('\n') => format!("{head}\n    {value}"),
        (false, _) => format!("{head}{gap}{}", broken(value, behind_root)),
    };
    broken.replace('\n', &format!("{}{}", source.newline(), source.indent(at)))
}

/// Whether `chain`, of so many calls behind its root, stays on one line that begins behind `before` characters.
pub(super) fn fits(source: &Source, chain: &str, calls: usize, before: usize) -> bool {
    let first = chain.lines().next().unwrap_or("");
    let (width, asked) = (first.chars().count(), first.len() - first.trim_end_matches('?').len());
    let limit = if calls > 1 { chain_width(source) } else { usize::MAX };
    // Question marks behind the last call are counted again by rustfmt, for the line even twice.
    width + asked <= limit && before + width + 2 * asked < source.width()
}

/// What a binding or an assignment sets, apart from what is set.
fn value(new: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for token in Tokens::new(new, 0) {
        let (start, end) = (token.range.start, token.range.end);
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.saturating_sub(1),
            Kind::Punct(b'=') if depth == 0 && new[..start].ends_with(' ') && new[end..].starts_with(' ') => {
                return Some((&new[..end], &new[end + 1..]));
            }
            _ => {}
        }
    }
    None
}

/// How long a chain may be: the usual, or as long as a line where the file shows that.
fn chain_width(source: &Source) -> usize {
    let code =
        source.text.lines().map(str::trim).filter(|line| !line.contains(['"', '{', '|']) && !line.contains("//"));
    let value = |line: &'_ str| line.split_once(" = ").map_or(line, |(_, value)| value).chars().count();
    let is_long = |line: &str| line.ends_with(';') && value(line) > CHAIN + 8 && line_calls(line) > 1;
    if code.clone().any(is_long) { source.width() } else { CHAIN }
}

fn line_calls(line: &str) -> usize {
    let value = line.split_once(" = ").map_or(line, |(_, value)| value);
    calls(value.strip_suffix(';').unwrap_or(value)).len()
}

/// Where the calls of a chain begin, at their dots.
pub(super) fn calls(chain: &str) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut dots = Vec::new();
    for token in Tokens::new(chain, 0) {
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close(_) => depth = depth.saturating_sub(1),
            Kind::Punct(b'.') if depth == 0 => dots.push(token.range.start),
            _ => {}
        }
    }
    dots
}

/// `new` with each of `calls` on lines of its own.
fn broken(new: &str, calls: &[usize]) -> String {
    let mut text = new[..calls.first().copied().unwrap_or(new.len())].to_owned();
    for (number, start) in calls.iter().enumerate() {
        let end = calls.get(number + 1).copied().unwrap_or(new.len());
        text.push_str("\n    ");
        text.push_str(&new[*start..end].replace('\n', "\n    "));
    }
    text
}
