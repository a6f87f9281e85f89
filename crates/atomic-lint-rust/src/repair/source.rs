//! The text of one file as it is edited: what stands where, lines, indentation, and edits that keep them.
//! It knows no repair.

use crate::edges;
use crate::position::Positions;
use atomic_lint_source::{Edit, Span};
use proc_macro2::Span as TokenSpan;
use syn::spanned::Spanned;
use syn::{Attribute, Block, Expr, Stmt};

/// What rustfmt keeps lines to unless it is told otherwise.
const WIDTH: usize = 100;

/// A text that was parsed.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) positions: &'a Positions<'a>,
    pub(super) file: &'a syn::File,
    /// Where the items at its top stand.
    pub(super) parts: &'a [Span],
}

impl<'a> Source<'a> {
    /// Where `expr` stands.
    pub(super) fn expr(&self, expr: &Expr) -> Span {
        self.positions.between(edges::first(expr), edges::last(expr))
    }

    /// Where `stmt` stands, its attributes left out.
    pub(super) fn bare_stmt(&self, stmt: &Stmt) -> Span {
        let (first, last) = edges::statement(stmt);
        self.positions.between(first, last)
    }

    /// Where `stmt` stands, its attributes included.
    pub(super) fn stmt(&self, stmt: &Stmt) -> Span {
        let span = self.bare_stmt(stmt);
        match attributes(stmt).first() {
            Some(first) => Span::new(self.token(first.pound_token.spans[0]).start, span.end),
            None => span,
        }
    }

    /// Where `block` stands, with its braces.
    pub(super) fn block(&self, block: &Block) -> Span {
        let braces = block.brace_token.span;
        self.positions.between(braces.open(), braces.close())
    }

    /// Where syntax stands that is asked for rarely enough to be printed.
    pub(super) fn node(&self, node: &impl Spanned) -> Span {
        self.positions.span(node.span())
    }

    /// Where a token stands.
    pub(super) fn token(&self, token: TokenSpan) -> Span {
        self.positions.span(token)
    }

    /// The text of `expr`.
    pub(super) fn of(&self, expr: &Expr) -> &'a str {
        self.expr(expr).slice(self.text)
    }

    /// Whether a comment stands in `span`.
    pub(super) fn has_comment(&self, span: Span) -> bool {
        let text = span.slice(self.text);
        crate::tokens::Tokens::new(text, 0).any(|token| token.kind == crate::tokens::Kind::Comment)
    }

    /// Whether `word` is one of the words in `span`.
    pub(super) fn mentions(&self, span: Span, word: &str) -> bool {
        self.count(span, word) > 0
    }

    /// How often `word` stands in `span`; words behind a dot or in text do not count.
    pub(super) fn count(&self, span: Span, word: &str) -> usize {
        let text = span.slice(self.text);
        let mut before = b' ';
        let found = crate::tokens::Tokens::new(text, 0).filter(|token| {
            let found = &text[token.range.clone()] == word && before != b'.';
            before = text.as_bytes()[token.range.end - 1];
            found
        });
        found.count()
    }

    /// The words in `span`.
    pub(super) fn words(&self, span: Span) -> Vec<&'a str> {
        let text = span.slice(self.text);
        let words = crate::tokens::Tokens::new(text, 0).filter(|token| token.kind == crate::tokens::Kind::Word);
        words.map(|token| &text[token.range]).filter(|word| *word != "mut").collect()
    }

    /// How lines end.
    pub(super) fn newline(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if at > 0 && self.text.as_bytes()[at - 1] == b'\r' => "\r\n",
            _ => "\n",
        }
    }

    /// Where the line of byte `at` begins; a byte order mark is not part of it.
    pub(super) fn line_start(&self, at: u32) -> u32 {
        let mark = self.text.len() - self.text.trim_start_matches('\u{feff}').len();
        self.text[..at as usize].rfind('\n').map_or(mark as u32, |before| before as u32 + 1)
    }

    /// Where the line of byte `at` ends, its line break not included.
    pub(super) fn line_end(&self, at: u32) -> u32 {
        let rest = &self.text[at as usize..];
        let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
        at + line.trim_end_matches('\r').len() as u32
    }

    /// The white space that the line of byte `at` begins with.
    pub(super) fn indent(&self, at: u32) -> &'a str {
        let line = &self.text[self.line_start(at) as usize..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Whether only white space stands before byte `at` on its line.
    pub(super) fn begins_line(&self, at: u32) -> bool {
        let start = self.line_start(at) as usize;
        self.text.get(start..at as usize).is_some_and(|before| before.trim().is_empty())
    }

    /// How wide a line may be: the usual, or what the file shows to be its own.
    pub(super) fn width(&self) -> usize {
        let code = self.text.lines().filter(|line| !line.contains('"') && !line.contains("//"));
        code.map(|line| line.chars().count()).max().unwrap_or(0).max(WIDTH)
    }

    /// Puts the statement `new` on a line of its own before `stmt`.
    pub(super) fn before(&self, stmt: &Stmt, new: &str) -> Edit {
        let at = self.stmt(stmt).start;
        let gap = match self.begins_line(at) {
            true => format!("{}{}", self.newline(), self.indent(at)),
            false => " ".to_string(),
        };
        insertion(at, format!("{new}{gap}"))
    }

    /// Puts the statement `new` before `stmt`, which is all of a block on one line, whose braces get lines of their own
    /// then; nothing where it is not.
    pub(super) fn first_in_block(&self, stmt: &Stmt, new: &str) -> Option<Vec<Edit>> {
        let span = self.stmt(stmt);
        let (head, tail) = (self.text.get(..span.start as usize)?, self.text.get(span.end as usize..)?);
        let (inside, behind) = (head.trim_end_matches(' '), tail.trim_start_matches(' '));
        if !inside.ends_with('{') || !behind.starts_with('}') {
            return None;
        }
        let outer = format!("{}{}", self.newline(), self.indent(span.start));
        let opened = Span::new(inside.len() as u32, span.start);
        let closed = Span::new(span.end, span.end + (tail.len() - behind.len()) as u32);
        let end = if matches!(stmt, Stmt::Expr(_, None)) { ";" } else { "" };
        let inner = format!("{outer}    ");
        Some(vec![
            replacement(opened, format!("{inner}{}{inner}", new.replace('\n', "\n    "))),
            replacement(closed, format!("{end}{outer}")),
        ])
    }

    /// Puts the statement `new` on a line of its own behind `stmt` and the comment on its line.
    pub(super) fn after(&self, stmt: &Stmt, new: &str) -> Edit {
        let span = self.stmt(stmt);
        if !self.begins_line(span.start) {
            return insertion(span.end, format!(" {new}"));
        }
        let line_end = self.line_end(span.end);
        let rest = Span::new(span.end, line_end).slice(self.text).trim();
        let at = if rest.starts_with("//") { line_end } else { span.end };
        insertion(at, format!("{}{}{new}", self.newline(), self.indent(span.start)))
    }

    /// Takes `stmt` out, with its line where it has that for itself.
    pub(super) fn without(&self, stmt: &Stmt) -> Edit {
        let span = self.stmt(stmt);
        Edit { span: self.whole_lines(span), replacement: String::new() }
    }

    /// `span` with the white space before it and the line break behind, where nothing else stands there.
    pub(super) fn whole_lines(&self, span: Span) -> Span {
        let line_end = self.line_end(span.end);
        let alone = Span::new(span.end, line_end).slice(self.text).trim().is_empty();
        if !self.begins_line(span.start) || !alone {
            return span;
        }
        let rest = &self.text[line_end as usize..];
        let break_len = rest.len() - rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')).unwrap_or(rest).len();
        Span::new(self.line_start(span.start), line_end + break_len as u32)
    }
}

/// Puts `text` in at byte `at`.
pub(super) fn insertion(at: u32, text: impl Into<String>) -> Edit {
    Edit { span: Span::new(at, at), replacement: text.into() }
}

/// Puts `text` in the place of `span`.
pub(super) fn replacement(span: Span, text: impl Into<String>) -> Edit {
    Edit { span, replacement: text.into() }
}

/// The attributes of a statement.
pub(super) fn attributes(stmt: &Stmt) -> &[Attribute] {
    match stmt {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(stmt) => &stmt.attrs,
        Stmt::Expr(expr, _) => expression_attributes(expr),
        Stmt::Item(_) => &[],
    }
}

/// Those of the kinds of expressions that attributes are put on as statements.
fn expression_attributes(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Block(e) => &e.attrs,
        Expr::Call(e) => &e.attrs,
        Expr::ForLoop(e) => &e.attrs,
        Expr::If(e) => &e.attrs,
        Expr::Let(e) => &e.attrs,
        Expr::Loop(e) => &e.attrs,
        Expr::Macro(e) => &e.attrs,
        Expr::Match(e) => &e.attrs,
        Expr::MethodCall(e) => &e.attrs,
        Expr::Try(e) => &e.attrs,
        Expr::Unsafe(e) => &e.attrs,
        Expr::While(e) => &e.attrs,
        _ => &[],
    }
}
