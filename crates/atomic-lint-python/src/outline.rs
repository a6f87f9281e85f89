//! The statements of a file and the bodies of its functions, found by indentation alone.
//!
//! Lines are joined over brackets, strings and backslashes; beyond that only decorators, `def` and `class` mean
//! anything. What is not clear leaves the file without an outline.

use atomic_lint_ir::{DefinedName, Outline, Part};
use atomic_lint_source::Span;

/// The outline of `text`.
pub(crate) fn outline(text: &str) -> Outline {
    let Some(lines) = lines(text) else { return Outline::default() };
    let mut reader = Reader { text, lines, at: 0, parts: Vec::new() };
    match reader.file() {
        Some(()) => Outline { parts: reader.parts },
        None => Outline::default(),
    }
}

/// `text` with a statement that does nothing at each of `omitted`; every byte that is left stays where it is.
pub(crate) fn without(text: &str, omitted: &[Span]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for span in omitted {
        kept.push_str(&text[at..span.start as usize]);
        let blank = |(at, byte)| match (at, byte) {
            (0, _) => '0',
            (_, b'\n') => '\n',
            _ => ' ',
        };
        kept.extend(span.slice(text).bytes().enumerate().map(blank));
        at = span.end as usize;
    }
    kept.push_str(&text[at..]);
    kept
}

/// A line of code, with those that continue it.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Where its indentation begins.
    start: usize,
    /// Where its code begins.
    code: usize,
    /// Behind its code, comments not counted.
    end: usize,
    /// It ends in a colon: a block follows.
    opens: bool,
}

/// The lines of `text` that are code; `None` where a string or bracket is left open.
fn lines(text: &str) -> Option<Vec<Line>> {
    let bytes = text.as_bytes();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut found = Vec::new();
    while at < bytes.len() {
        let start = at;
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\x0c')) {
            at += 1;
        }
        let code = at;
        let (end, next) = line_end(bytes, code)?;
        if end > code {
            found.push(Line { start, code, end, opens: bytes[end - 1] == b':' });
        }
        at = next;
    }
    Some(found)
}

/// Where the code that begins at `at` ends, and where the line behind it begins.
fn line_end(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let (mut depth, mut end) = (0_u32, at);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' if depth == 0 => return Some((end, at + 1)),
            b'#' => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'\'' => {
                at = string_end(bytes, at)?;
                end = at;
                continue;
            }
            b'\\' => at += usize::from(bytes.get(at + 1) == Some(&b'\r')) + 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
        if !byte.is_ascii_whitespace() {
            end = at.min(bytes.len());
        }
    }
    (depth == 0).then_some((end, bytes.len()))
}

/// Behind the string whose quotes begin at `at`.
pub(crate) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote; 3]);
    at += if triple { 3 } else { 1 };
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 1,
            b'\n' if !triple => return None,
            byte if byte == quote && !triple => return Some(at + 1),
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return Some(at + 3),
            _ => {}
        }
        at += 1;
    }
}

struct Reader<'t> {
    text: &'t str,
    lines: Vec<Line>,
    at: usize,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn file(&mut self) -> Option<()> {
        while let Some(line) = self.lines.get(self.at).copied() {
            (line.code == line.start).then_some(())?;
            let mut part = Part::default();
            self.statement("", false, &mut part)?;
            part.span = Span::new(line.start as u32, self.end());
            if !names_only(self.code(line)) {
                self.parts.push(part);
            }
        }
        Some(())
    }

    /// A statement that is indented by `indent`, with the block behind it.
    fn statement(&mut self, indent: &str, member: bool, part: &mut Part) -> Option<()> {
        while self.code(*self.lines.get(self.at)?).starts_with('@') {
            self.at += 1;
        }
        let line = *self.lines.get(self.at)?;
        self.at += 1;
        let code = self.code(line);
        match definition(code) {
            Some((keyword, name)) => {
                let start = line.code + name;
                part.names.extend(word_at(self.text, start).map(|span| DefinedName { span, member }));
                match keyword {
                    "class" => self.members(indent, line, part),
                    _ => self.body(indent, line, part),
                }
            }
            None => {
                if let Some(end) = assigned(code) {
                    part.names
                        .extend(words(self.text, line.code, line.code + end).map(|span| DefinedName { span, member }));
                }
                self.skip_block(indent);
                Some(())
            }
        }
    }

    /// The statements of a class.
    fn members(&mut self, indent: &str, header: Line, part: &mut Part) -> Option<()> {
        let Some(first) = self.lines.get(self.at).copied().filter(|_| header.opens) else { return Some(()) };
        let inner = self.indent(first);
        if !is_deeper(inner, indent) {
            return None;
        }
        let inner = inner.to_owned();
        while self.lines.get(self.at).is_some_and(|line| self.indent(*line) == inner) {
            self.statement(&inner, true, part)?;
        }
        // Only what is not deeper than the class may follow.
        let follows = self.lines.get(self.at).is_none_or(|line| !is_deeper(self.indent(*line), indent));
        follows.then_some(())
    }

    /// The body of a function; one on the line of its header is no part of its own.
    fn body(&mut self, indent: &str, header: Line, part: &mut Part) -> Option<()> {
        if !header.opens {
            return Some(());
        }
        let first = *self.lines.get(self.at)?;
        if !is_deeper(self.indent(first), indent) {
            return None;
        }
        self.skip_block(indent);
        part.bodies.push(Span::new(first.code as u32, self.end()));
        Some(())
    }

    fn skip_block(&mut self, indent: &str) {
        while self.lines.get(self.at).is_some_and(|line| is_deeper(self.indent(*line), indent)) {
            self.at += 1;
        }
    }

    fn code(&self, line: Line) -> &str {
        &self.text[line.code..line.end]
    }

    fn indent(&self, line: Line) -> &str {
        &self.text[line.start..line.code]
    }

    /// Where the line that was read last ends.
    fn end(&self) -> u32 {
        self.at.checked_sub(1).map_or(0, |at| self.lines[at].end) as u32
    }
}

fn is_deeper(indent: &str, outer: &str) -> bool {
    indent.len() > outer.len() && indent.starts_with(outer)
}

/// Whether a statement uses nothing that it names: imports, and the list of what a module exports.
fn names_only(code: &str) -> bool {
    matches!(code.split([' ', '\t', '=', '+']).next(), Some("import" | "from" | "__all__"))
}

/// The keyword of a definition, and where the name begins.
fn definition(code: &str) -> Option<(&str, usize)> {
    let rest = code.strip_prefix("async").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(code).trim_start();
    let keyword = ["def", "class"].into_iter().find(|keyword| rest.starts_with(keyword))?;
    let name = rest[keyword.len()..].trim_start();
    (name.len() + keyword.len() < rest.len()).then(|| (keyword, code.len() - name.len()))
}

/// How far the names that a statement assigns reach.
fn assigned(code: &str) -> Option<usize> {
    const COMPOUND: [&str; 11] =
        ["if", "elif", "else", "for", "while", "try", "except", "finally", "with", "match", "case"];
    let end = code.find(['=', '(', '[', '.', ':', '"', '\''])?;
    let is_compound = COMPOUND.contains(&code[..end].split([' ', '\t']).next().unwrap_or(""));
    (code[end..].starts_with(['=', ':']) && !is_compound).then_some(end)
}

fn word_at(text: &str, start: usize) -> Option<Span> {
    words(text, start, text.len()).next().filter(|span| span.start as usize == start)
}

/// The words of `text` from `start` to `end`.
fn words(text: &str, start: usize, end: usize) -> impl Iterator<Item = Span> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
    let mut at = start;
    std::iter::from_fn(move || {
        let skipped = text[at..end].find(is_word)?;
        let begin = at + skipped;
        let length = text[begin..end].find(|c| !is_word(c)).unwrap_or(end - begin);
        at = begin + length;
        Some(Span::new(begin as u32, at as u32))
    })
}
