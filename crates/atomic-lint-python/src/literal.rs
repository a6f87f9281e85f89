//! How text literals are spelled: prefixes and escapes.

use std::borrow::Cow;
use std::str::Chars;

/// What the prefix of a literal says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Backslashes stand for themselves.
    pub(crate) raw: bool,
    /// It is bytes.
    pub(crate) bytes: bool,
    /// Doubled braces stand for one.
    pub(crate) format: bool,
}

impl Style {
    /// The style of a literal that begins with `start`, prefix and quotes.
    pub(crate) fn of(start: &str) -> Self {
        let has = |letter: char| start.chars().any(|c| c.eq_ignore_ascii_case(&letter));
        Style { raw: has('r'), bytes: has('b'), format: has('f') || has('t') }
    }
}

/// The text that a literal's `content` stands for.
pub(crate) fn unescape(content: &str, style: Style) -> Cow<'_, str> {
    let escapes = !style.raw && content.contains('\\');
    let braces = style.format && content.contains(['{', '}']);
    if !escapes && !braces {
        return Cow::Borrowed(content);
    }
    let mut out = String::with_capacity(content.len());
    let mut chars = content.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if escapes => escape(&mut chars, &mut out),
            '{' | '}' if braces && chars.as_str().starts_with(c) => {
                chars.next();
                out.push(c);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn escape(chars: &mut Chars<'_>, out: &mut String) {
    let Some(c) = chars.next() else { return out.push('\\') };
    match c {
        'n' => out.push('\n'),
        't' => out.push('\t'),
        'r' => out.push('\r'),
        'a' => out.push('\u{7}'),
        'b' => out.push('\u{8}'),
        'f' => out.push('\u{c}'),
        'v' => out.push('\u{b}'),
        '\\' | '\'' | '"' => out.push(c),
        '\n' => {}
        '\r' if chars.as_str().starts_with('\n') => {
            chars.next();
        }
        'x' => number(chars, 16, 2, out),
        'u' => number(chars, 16, 4, out),
        'U' => number(chars, 16, 8, out),
        '0'..='7' => octal(c, chars, out),
        'N' if chars.as_str().starts_with('{') => named(chars, out),
        other => out.extend(['\\', other]),
    }
}

fn number(chars: &mut Chars<'_>, base: u32, digits: usize, out: &mut String) {
    let mut value = 0;
    for _ in 0..digits {
        let Some(digit) = chars.as_str().chars().next().and_then(|c| c.to_digit(base)) else { break };
        chars.next();
        value = value * base + digit;
    }
    out.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
}

fn octal(first: char, chars: &mut Chars<'_>, out: &mut String) {
    let mut value = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = chars.as_str().chars().next().and_then(|c| c.to_digit(8)) else { break };
        chars.next();
        value = value * 8 + digit;
    }
    out.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
}

/// A character by its name: which one it is does not matter here.
fn named(chars: &mut Chars<'_>, out: &mut String) {
    if let Some(end) = chars.as_str().find('}') {
        *chars = chars.as_str()[end + 1..].chars();
    }
    out.push(char::REPLACEMENT_CHARACTER);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_their_characters() {
        let style = Style::of("\"");
        assert_eq!(
            unescape(
                r#"a\n\t\\\'\x41\u00e9\U0001F600\101\
b\q\N{DASH}"#,
                style
            ),
            "a\n\t\\'Aé😀Ab\\q\u{fffd}"
        );
    }

    #[test]
    fn raw_text_keeps_its_backslashes() {
        assert_eq!(unescape(r"C:\new", Style::of("r'")), r"C:\new");
    }

    #[test]
    fn doubled_braces_are_one_in_a_format_string_only() {
        assert_eq!(unescape("{{a}}", Style::of("f'")), "{a}");
        assert_eq!(unescape("{{a}}", Style::of("'")), "{{a}}");
    }

    #[test]
    fn broken_escapes_do_no_harm() {
        for text in ["\\", "\\x", "\\xZ", "\\u12", "\\UFFFFFFFF", "\\N{", "\\ud800", "\\777"] {
            let _ = unescape(text, Style::of("'"));
        }
    }
}
