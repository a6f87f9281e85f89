//! Templates of text: the `%` and `{}` in them, taken apart.
//!
//! Only what is filled in matters; widths and precisions are passed over.

use atomic_lint_ir::Name;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// A value that is filled in.
    Value(Reference),
}

/// Which value is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Its position or keyword.
    pub(crate) root: String,
    /// What of it, outermost first.
    pub(crate) access: Vec<Name>,
}

/// The pieces of a template for `%`.
pub(crate) fn percents(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut position = 0;
    while let Some(at) = rest.find('%') {
        text(&mut pieces, &rest[..at]);
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix('%') {
            text(&mut pieces, "%");
            rest = tail;
            continue;
        }
        let (root, tail) = percent_root(rest, position);
        position += 1;
        rest = after_conversion(tail);
        pieces.push(Piece::Value(Reference { root, access: Vec::new() }));
    }
    text(&mut pieces, rest);
    pieces
}

/// The keyword in `%(keyword)s`, or the position.
fn percent_root(rest: &str, position: usize) -> (String, &str) {
    match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((name, tail)) => (name.to_string(), tail),
        None => (position.to_string(), rest),
    }
}

/// What is behind flags, width, precision and the letter of a conversion.
fn after_conversion(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c: char| "#0- +*.hlL".contains(c) || c.is_ascii_digit());
    let mut chars = rest.chars();
    chars.next();
    chars.as_str()
}

/// The pieces of a template for `.format`.
pub(crate) fn braces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut position = 0;
    while let Some(at) = rest.find(['{', '}']) {
        text(&mut pieces, &rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix(brace) {
            text(&mut pieces, brace);
            rest = tail;
        } else if brace == "{" {
            let (field, tail) = field(rest);
            pieces.push(Piece::Value(reference(field, &mut position)));
            rest = tail;
        }
    }
    text(&mut pieces, rest);
    pieces
}

/// The text up to the brace that closes this field, and what is behind it.
fn field(rest: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return (&rest[..at], &rest[at + 1..]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    (rest, "")
}

fn reference(field: &str, position: &mut usize) -> Reference {
    let name = field.split(['!', ':']).next().unwrap_or("");
    let mut parts = name.split(['.', '[']).map(|part| part.trim_end_matches(']'));
    let root = match parts.next().unwrap_or("") {
        "" => {
            *position += 1;
            (*position - 1).to_string()
        }
        root => root.to_string(),
    };
    Reference { root, access: parts.map(Name::new).collect() }
}

fn text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => pieces.push(Piece::Text(text.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(value) => {
                let access: String = value.access.iter().map(|part| format!(".{part}")).collect();
                format!("<{}{access}>", value.root)
            }
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn percents_are_taken_apart() {
        assert_eq!(shown(&percents("a%s-%05.2f%%%(name)s.x")), "a<0>-<1>%<name>.x");
        assert_eq!(shown(&percents("%")), "<0>");
    }

    #[test]
    fn braces_are_taken_apart() {
        assert_eq!(shown(&braces("{}/{:>{w}}{{x}}{1!r}{a.b[c]}")), "<0>/<1>{x}<1><a.b.c>");
        assert_eq!(shown(&braces("{")), "<0>");
        assert_eq!(shown(&braces("}x")), "x");
    }
}
