//! What of a text may reach a terminal.

/// `text` with every character that could control the terminal, hide, or reorder what is read replaced.
///
/// Each character is replaced by as many bytes as it has, so that offsets into `text` stay valid.
pub(super) fn sanitise(text: &str, unicode: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    text.chars().for_each(|c| match (is_harmful(c), c.is_ascii() || unicode) {
        (false, true) => clean.push(c),
        _ => clean.push_str(&substitute(c, unicode)),
    });
    clean
}

/// As [`sanitise`], and on one line.
pub(super) fn sanitise_line(text: &str, unicode: bool) -> String {
    sanitise(&text.replace(['\n', '\r', '\t'], " "), unicode)
}

fn is_harmful(c: char) -> bool {
    match c {
        '\t' => false,
        // Bidirectional controls, joiners, separators and marks that take no room (the Trojan Source class).
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => true,
        _ => c.is_control(),
    }
}

/// Something that can be seen and has as many bytes as `c`.
fn substitute(c: char, unicode: bool) -> String {
    match (unicode, c.len_utf8()) {
        (true, 2) => "\u{bf}".to_owned(),
        (true, 3) => "\u{fffd}".to_owned(),
        (_, length) => "?".repeat(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replaced_keeps_its_length_in_bytes() {
        let text = "a\u{1b}[31m\u{202e}b\u{85}\r\tü😀\u{feff}";
        for unicode in [true, false] {
            assert_eq!(sanitise(text, unicode).len(), text.len());
        }
        assert_eq!(sanitise(text, true), "a?[31m\u{fffd}b¿?\tü😀\u{fffd}");
        assert_eq!(sanitise("ü😀", false), "??????");
        assert_eq!(sanitise_line("a\nb", true), "a b");
    }
}
