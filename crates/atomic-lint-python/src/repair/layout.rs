//! Lines, indentation and width: how this file is laid out, and how new code is laid out in it.

use crate::kind::Kind;
use crate::tree::{Node, Tree};
use atomic_lint_source::{Edit, Span};

/// The widths that formatters are set to, from black's own on.
const WIDTHS: [usize; 4] = [88, 100, 120, usize::MAX];

/// How a file is laid out.
pub(super) struct Layout<'t> {
    text: &'t str,
    /// How its lines end.
    pub(super) eol: &'static str,
    /// One level of indentation.
    pub(super) unit: &'t str,
    /// No line has to be longer.
    pub(super) width: usize,
    strings: Vec<Span>,
}

impl<'t> Layout<'t> {
    pub(super) fn new(tree: &'t Tree<'t>) -> Self {
        let text = tree.text();
        let strings = tree.all().filter(|node| node.kind() == Kind::String).map(Node::span).collect();
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut layout = Layout { text, eol, unit: "    ", width: 0, strings };
        layout.unit = layout.unit_of(tree).unwrap_or("    ");
        layout.width = layout.width_of();
        layout
    }

    fn unit_of(&self, tree: &'t Tree<'t>) -> Option<&'t str> {
        let blocks = tree.all().filter(|node| node.kind() == Kind::Block);
        blocks.filter_map(|block| block.first()).find_map(|first| {
            let indent = self.indent(first.span().start);
            let is_alone = self.is_alone(first) && !indent.is_empty();
            is_alone.then_some(indent)
        })
    }

    /// The width that most lines of code keep to; what is long for its texts and comments does not count.
    fn width_of(&self) -> usize {
        let mut start = 0;
        let mut longest = Vec::new();
        for line in self.text.split('\n') {
            if let Some(long) = self.code_width(line.trim_end_matches('\r'), start) {
                longest.push(long);
            }
            start += line.len() + 1;
        }
        longest.sort_unstable();
        let allowed = longest.len().saturating_sub(1 + longest.len() / 20);
        let reached = longest.get(allowed).copied().unwrap_or(0);
        WIDTHS.into_iter().find(|width| reached <= *width).unwrap_or(WIDTHS[0])
    }

    fn code_width(&self, line: &str, start: usize) -> Option<usize> {
        let width = line.chars().count();
        if width <= WIDTHS[0] || line.contains('#') {
            return None;
        }
        let edge = line.char_indices().nth(WIDTHS[0] - 1).map_or(0, |(at, _)| start + at) as u32;
        let is_text = self.strings.iter().any(|string| string.start <= edge && edge <= string.end);
        (!is_text).then_some(width)
    }

    /// Where the line of `offset` begins.
    pub(super) fn line_start(&self, offset: u32) -> u32 {
        let head = self.text.get(..offset as usize).unwrap_or("");
        head.rfind('\n').map_or(bom(self.text), |at| at as u32 + 1)
    }

    /// Where the line of `offset` ends, before its line ending.
    pub(super) fn line_end(&self, offset: u32) -> u32 {
        let tail = self.text.get(offset as usize..).unwrap_or("");
        let line = tail.split('\n').next().unwrap_or("");
        offset + line.trim_end_matches('\r').len() as u32
    }

    /// Where the next line begins.
    pub(super) fn next_line(&self, offset: u32) -> u32 {
        let tail = self.text.get(offset as usize..).unwrap_or("");
        offset + tail.find('\n').map_or(tail.len(), |at| at + 1) as u32
    }

    /// What the line of `offset` is indented by.
    pub(super) fn indent(&self, offset: u32) -> &'t str {
        let start = self.line_start(offset) as usize;
        let line = self.text.get(start..).unwrap_or("");
        let rest = line.trim_start_matches([' ', '\t']);
        line.get(..line.len() - rest.len()).unwrap_or("")
    }

    /// How many characters stand before `offset` on its line.
    pub(super) fn column(&self, offset: u32) -> usize {
        Span::new(self.line_start(offset), offset).slice(self.text).chars().count()
    }

    /// What stands between `offset` and the end of its line.
    pub(super) fn tail(&self, offset: u32) -> &'t str {
        Span::new(offset, self.line_end(offset)).slice(self.text)
    }

    /// Whether nothing but a comment shares the lines of `statement`.
    pub(super) fn is_alone(&self, statement: Node<'_>) -> bool {
        let span = statement.span();
        let before = Span::new(self.line_start(span.start), span.start).slice(self.text);
        let behind = self.tail(span.end).trim_start();
        before.trim().is_empty() && (behind.is_empty() || behind.starts_with('#'))
    }

    /// The whole lines of what reaches from `first` to `last`, their last line ending with them.
    pub(super) fn lines(&self, first: Node<'_>, last: Node<'_>) -> Span {
        Span::new(self.line_start(first.span().start), self.next_line(last.span().end))
    }

    /// Moves whole lines one level to the right; what continues a text stays.
    pub(super) fn indented(&self, lines: Span) -> Vec<Edit> {
        let insert = |at| Edit { span: Span::new(at, at), replacement: self.unit.to_string() };
        self.movable(lines).map(insert).collect()
    }

    /// Moves whole lines to the left by `depth`, where all of them have that much room.
    pub(super) fn dedented(&self, lines: Span, depth: &str) -> Option<Vec<Edit>> {
        let remove = |at: u32| {
            let span = Span::new(at, at + depth.len() as u32);
            (span.slice(self.text) == depth).then(|| Edit { span, replacement: String::new() })
        };
        self.movable(lines).map(remove).collect()
    }

    fn movable(&self, lines: Span) -> impl Iterator<Item = u32> {
        let starts = std::iter::successors(Some(lines.start), move |at| Some(self.next_line(*at)));
        starts.take_while(move |at| *at < lines.end).filter(move |at| {
            let is_inside = self.strings.iter().any(|string| string.start < *at && *at < string.end);
            !is_inside && !self.tail(*at).trim().is_empty()
        })
    }

    /// `text`, whose lines end in `\n`, with the line endings of the file.
    pub(super) fn ended(&self, text: &str) -> String {
        text.replace("\r\n", "\n").replace('\n', self.eol)
    }
}

fn bom(text: &str) -> u32 {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() as u32 } else { 0 }
}
