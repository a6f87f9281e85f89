//! Bytes to tokens, as coarse as a scan needs them: words, brackets, single bytes of operators, comments.
//!
//! It knows strings, characters, lifetimes and comments, and nothing of the grammar. Whatever the text, every byte
//! is passed once and the end is reached.

use std::ops::Range;

/// What a [`Token`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// A number, string or character.
    Literal,
    /// A lifetime or label.
    Lifetime,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// One byte of an operator or separator.
    Punct(u8),
    /// A comment, with its marks.
    Comment,
}

/// A piece of text that is not white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Its bytes.
    pub(crate) range: Range<usize>,
}

/// The tokens of a text in order.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Tokens<'t> {
    /// Those of `text` from byte `from` on; what stands before is no Rust.
    pub(crate) fn new(text: &'t str, from: usize) -> Self {
        Tokens { text, bytes: text.as_bytes(), at: from }
    }

    /// The byte so many behind the token that came last, 0 behind the end.
    pub(crate) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Passes over so many bytes, which are ASCII.
    pub(crate) fn pass(&mut self, bytes: usize) {
        self.at += bytes;
    }

    fn kind(&mut self) -> Kind {
        match self.bytes[self.at] {
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.word(),
            byte => {
                self.at += 1;
                match byte {
                    b'(' | b'[' | b'{' => Kind::Open(byte),
                    b')' | b']' | b'}' => Kind::Close(byte),
                    _ => Kind::Punct(byte),
                }
            }
        }
    }

    fn line_comment(&mut self) -> Kind {
        self.at = self.next_of(b'\n').unwrap_or(self.bytes.len());
        Kind::Comment
    }

    fn block_comment(&mut self) -> Kind {
        let mut depth = 0;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', b'*') => (depth, self.at) = (depth + 1, self.at + 2),
                (b'*', b'/') => (depth, self.at) = (depth - 1, self.at + 2),
                _ => self.at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        Kind::Comment
    }

    fn next_of(&self, byte: u8) -> Option<usize> {
        self.bytes[self.at..].iter().position(|next| *next == byte).map(|at| self.at + at)
    }

    /// From an opening quote behind the closing one.
    fn string(&mut self) -> Kind {
        self.at += 1;
        self.escaped(b'"');
        Kind::Literal
    }

    fn escaped(&mut self, end: u8) {
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                byte => {
                    self.at += 1;
                    if byte == end {
                        break;
                    }
                }
            }
        }
        // An escape as the last thing of the text may have led past a character or the end.
        self.at = self.at.min(self.bytes.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    /// A character literal, or a lifetime, which has no closing quote.
    fn quote(&mut self) -> Kind {
        let next = self.text[self.at + 1..].chars().next();
        let width = next.map_or(0, char::len_utf8);
        let is_character = next == Some('\\') || self.peek(1 + width) == b'\'';
        self.at += 1;
        if is_character {
            self.escaped(b'\'');
            return Kind::Literal;
        }
        self.skip_word();
        Kind::Lifetime
    }

    fn skip_word(&mut self) {
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Kind {
        self.skip_word();
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.skip_word();
        }
        Kind::Literal
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_word();
        match (&self.bytes[start..self.at], self.peek(0)) {
            (b"r" | b"br" | b"cr", b'"' | b'#') if self.raw_string() => Kind::Literal,
            (b"b" | b"c", b'"') => self.string(),
            (b"b", b'\'') => self.quote(),
            _ => Kind::Word,
        }
    }

    /// Skips a raw string whose hashes or quote come next; a raw identifier is none.
    fn raw_string(&mut self) -> bool {
        let hashes = self.bytes[self.at..].iter().take_while(|byte| **byte == b'#').count();
        if self.peek(hashes) != b'"' {
            return false;
        }
        self.at += hashes + 1;
        loop {
            let Some(quote) = self.next_of(b'"') else {
                self.at = self.bytes.len();
                break;
            };
            self.at = quote + 1;
            if self.bytes[self.at..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes {
                self.at += hashes;
                break;
            }
        }
        true
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while matches!(self.peek(0), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let kind = self.kind();
        Some(Token { kind, range: start..self.at })
    }
}
