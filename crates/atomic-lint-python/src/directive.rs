//! Comments that speak to this tool, and the statements they are about.
//!
//! What they say is for others to understand.

use crate::tree::Tree;
use atomic_lint_ir::{Directive, Name};
use atomic_lint_source::{Nesting, Span};

const MARK: &str = "atomic-lint:";

/// The directives of a file in order.
pub(crate) fn all(tree: &Tree<'_>) -> Vec<Directive> {
    if tree.comments.is_empty() {
        return Vec::new();
    }
    let statements = tree.all().filter(|node| node.kind().is_statement()).map(|node| node.span()).collect();
    let statements = Nesting::new(statements);
    tree.comments.iter().filter_map(|comment| directive(tree.text(), *comment, &statements)).collect()
}

fn directive(text: &str, span: Span, statements: &Nesting) -> Option<Directive> {
    let comment = span.slice(text).trim_start_matches('#').trim_start();
    let said = comment.strip_prefix(MARK)?.trim();
    let line = text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let alone = text[line..span.start as usize].trim_matches(['\u{feff}', ' ', '\t', '\u{c}']).is_empty();
    let applies =
        if alone { after(span.end, statements) } else { on_line(Span::new(line as u32, span.start), statements) };
    Some(Directive { span, text: Name::new(said), applies })
}

/// The first statement that begins at or behind `offset`.
fn after(offset: u32, statements: &Nesting) -> Option<Span> {
    statements.spans().get(statements.beginning_before(offset)).copied()
}

/// The innermost statement with text on a line; the first of several next to each other.
fn on_line(line: Span, statements: &Nesting) -> Option<Span> {
    let (first, end) = (statements.beginning_before(line.start), statements.beginning_before(line.end));
    let begun = statements.spans()[first..end].iter().filter(|span| span.end > line.start);
    let around = statements.innermost(line.start, line.start + 1);
    around.into_iter().chain(begun.copied()).min_by_key(|span| span.end - span.start)
}
