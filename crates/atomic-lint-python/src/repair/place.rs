//! Whole lines put before or behind a statement.

use super::Order;
use crate::tree::Node;
use atomic_lint_source::{Edit, Span};

/// On which side of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    Before,
    Behind,
}

/// `lines` beside `anchor`, indented as it is.
pub(super) fn insertion(order: &Order<'_, '_>, anchor: Node<'_>, place: Where, lines: &[String]) -> Edit {
    let layout = &order.code.layout;
    let indent = layout.indent(anchor.span().start);
    let text: String = lines.iter().map(|line| format!("{indent}{line}{}", layout.eol)).collect();
    let at = match place {
        Where::Before => layout.line_start(anchor.span().start),
        Where::Behind => layout.next_line(anchor.span().end),
    };
    let is_unended =
        place == Where::Behind && !order.code.text.get(..at as usize).is_some_and(|text| text.ends_with('\n'));
    let replacement = if is_unended { format!("{}{text}", layout.eol) } else { text };
    Edit { span: Span::new(at, at), replacement }
}
