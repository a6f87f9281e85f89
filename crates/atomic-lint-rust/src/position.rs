//! From the parser's spans to byte ranges of the file; the only place that makes a [`Span`] of them.

use atomic_lint_source::Span;
use proc_macro2::LineColumn;

/// Where the lines of a text begin, in the characters that the parser counts, and how to get from there to bytes.
#[derive(Debug)]
pub(crate) struct Positions<'t> {
    text: &'t str,
    /// Bytes before the part that is parsed: byte order mark and shebang line.
    skipped: u32,
    /// Character at which each line begins, counted from the parsed part.
    lines: Vec<u32>,
    /// Characters of more than one byte, with how many bytes more than characters there are behind each.
    wide: Vec<(u32, u32)>,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let skipped = skipped(text);
        let mut positions = Positions { text, skipped: skipped as u32, lines: vec![0], wide: Vec::new() };
        positions.count(&text.as_bytes()[skipped..]);
        positions
    }

    /// The part of the text that is to be parsed, so that the parser's numbering is this table's.
    pub(crate) fn numbered(&self) -> &'t str {
        &self.text[self.skipped as usize..]
    }

    /// All of the file.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// From the first byte of `first` to the last of `last`.
    pub(crate) fn between(&self, first: proc_macro2::Span, last: proc_macro2::Span) -> Span {
        // Syntax without tokens has the parser's span of nothing, which is empty and at the very start.
        let nothing = LineColumn { line: 1, column: 0 };
        let start = if first.end() == nothing { last.start() } else { first.start() };
        let (start, end) = (self.byte(start), self.byte(last.end()));
        Span::new(start, end.max(start))
    }

    /// The bytes of `span`.
    pub(crate) fn span(&self, span: proc_macro2::Span) -> Span {
        self.between(span, span)
    }

    /// Where a syntax error is; the end of the text where the parser wanted more of it.
    pub(crate) fn error(&self, error: &syn::Error) -> Span {
        let span = self.span(error.span());
        let end = self.text.len() as u32;
        if span.start == span.end && span.start == self.skipped { Span::new(end, end) } else { span }
    }

    fn count(&mut self, bytes: &[u8]) {
        let (mut chars, mut extra) = (0, 0);
        for byte in bytes {
            match byte {
                b'\n' => self.lines.push(chars + 1),
                // A continuation byte belongs to the character that the last entry stands for.
                0x80..=0xBF => {
                    extra += 1;
                    if let Some(last) = self.wide.last_mut() {
                        last.1 = extra;
                    }
                    continue;
                }
                0xC0.. => self.wide.push((chars, extra)),
                _ => {}
            }
            chars += 1;
        }
    }

    fn byte(&self, at: LineColumn) -> u32 {
        let line = self.lines.get(at.line.saturating_sub(1)).copied().unwrap_or(0);
        let char = line + at.column as u32;
        let before = self.wide.partition_point(|(wide, _)| *wide < char);
        let extra = before.checked_sub(1).map_or(0, |last| self.wide[last].1);
        (self.skipped + char + extra).min(self.text.len() as u32)
    }
}

/// How many bytes at the beginning are no Rust: a byte order mark, a shebang line, the manifest of a script.
pub(crate) fn skipped(text: &str) -> usize {
    let marked = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shebang = marked.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    let code = match (shebang, marked.find('\n')) {
        (false, _) => marked,
        (true, Some(line)) => &marked[line..],
        (true, None) => "",
    };
    text.len() - after_manifest(code).len()
}

/// `text` without the manifest between lines of dashes that a script may begin with (RFC 3502).
fn after_manifest(text: &str) -> &str {
    let start = text.trim_start();
    let fence = &start[..start.len() - start.trim_start_matches('-').len()];
    let end = (fence.len() >= 3).then(|| start.find(&format!("\n{fence}"))).flatten();
    end.map_or(text, |end| &start[end + 1 + fence.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ident_span(text: &str) -> Span {
        let positions = Positions::new(text);
        let file = syn::parse_str::<syn::File>(positions.numbered()).unwrap();
        match file.items.last() {
            Some(syn::Item::Fn(item)) => positions.span(item.sig.ident.span()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn spans_are_bytes_of_the_file_whatever_stands_before() {
        let texts = [
            "fn here() {}",
            "\u{feff}fn here() {}",
            "#!/usr/bin/env run\nfn here() {}",
            "\u{feff}#!/usr/bin/env run\nfn here() {}",
            "#![allow(x)]\nfn here() {}",
            "#!/usr/bin/env cargo\n---\nname = \"it's\"\n---\nfn here() {}",
            "// é漢😀\r\n/* 😀 */ fn here() {}",
            "const A: &str = \"漢\";\r\n\r\nconst B: char = '😀'; fn here() {}",
        ];
        for text in texts {
            let span = ident_span(text);
            assert_eq!(span.slice(text), "here", "{text:?}");
        }
    }

    #[test]
    fn an_error_at_the_end_points_to_the_end() {
        let text = "fn f(";
        let positions = Positions::new(text);
        let error = syn::parse_str::<syn::File>("fn f").unwrap_err();
        assert_eq!(positions.error(&error), Span::new(5, 5));
    }
}
