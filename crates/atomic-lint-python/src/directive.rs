//! Comments that speak to this tool, and the statements they are about.
//!
//! What they say is for others to understand.

use crate::tree::Tree;
use atomic_lint_ir::{Directive, Name};
use atomic_lint_source::Span;

const MARK: &str = "atomic-lint:";

/// The directives of a file in order.
pub(crate) fn all(tree: &Tree<'_>) -> Vec<Directive> {
    if tree.comments.is_empty() {
        return Vec::new();
    }
    let statements: Vec<Span> = tree.all().filter(|node| node.kind().is_statement()).map(|node| node.span()).collect();
    tree.comments.iter().filter_map(|comment| directive(tree.text(), *comment, &statements)).collect()
}

fn directive(text: &str, span: Span, statements: &[Span]) -> Option<Directive> {
    let comment = span.slice(text).trim_start_matches('#').trim_start();
    let said = comment.strip_prefix(MARK)?.trim();
    let line = text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let alone = text[line..span.start as usize].trim_matches(['\u{feff}', ' ', '\t', '\u{c}']).is_empty();
    let applies = if alone {
        statements.iter().find(|statement| statement.start >= span.end)
    } else {
        on_line(Span::new(line as u32, span.start), statements)
    };
    Some(Directive { span, text: Name::new(said), applies: applies.copied() })
}

/// The innermost statement with text on a line; the first of several next to each other.
fn on_line(line: Span, statements: &[Span]) -> Option<&Span> {
    let touching = statements.iter().filter(|statement| statement.start < line.end && statement.end > line.start);
    touching.min_by_key(|statement| statement.end - statement.start)
}
