//! The error of a step is passed on.

use super::draft::Draft;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_source::{Edit, Span};

/// The `try` or `suppress` around the reported step goes; what was in it stays.
pub(super) fn passed_on(order: &Order<'_, '_>) -> Said {
    let around = order.site.around().find(|site| swallows(site.node()));
    let around = around.ok_or_else(|| decline("where its error is dropped is not seen here"))?;
    let body = around.node().get(Field::Body).ok_or_else(|| decline("it has no body"))?;
    if !body.children().filter(|node| node.kind().is_statement()).all(|statement| is_step(order, statement)) {
        return Err(decline("the errors of other things are dropped with it"));
    }
    Ok(Draft::new("pass the error on").edit(unwrapped(order, &around, body)?).doubtful(true))
}

/// Whether `statement` has to do with the file, and with nothing else.
fn is_step(order: &Order<'_, '_>, statement: Node<'_>) -> bool {
    let steps = order.repair.steps.iter().map(|(_, span)| *span);
    steps.chain([order.repair.at]).any(|step| statement.span().contains(step))
}

/// `try: … except …: pass`, or `with suppress(…):` alone.
pub(super) fn swallows(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::TryStatement => {
            let body = node.get(Field::Body).map(Node::id);
            let mut clauses = node.children().filter(|child| Some(child.id()) != body);
            clauses.all(|clause| clause.kind() == Kind::ExceptClause && is_empty(clause))
        }
        Kind::WithStatement => node.child_of(Kind::WithClause).is_some_and(|clause| {
            let text = clause.text();
            clause.children().count() == 1 && (text.starts_with("suppress(") || text.contains(".suppress("))
        }),
        _ => false,
    }
}

fn is_empty(clause: Node<'_>) -> bool {
    let block = clause.child_of(Kind::Block);
    let is_pass = |node: Node<'_>| matches!(node.kind(), Kind::PassStatement) || node.text() == "...";
    block.into_iter().flat_map(Node::children).all(is_pass)
}

/// The lines of `body` in the place of the statement around it.
pub(super) fn unwrapped(
    order: &Order<'_, '_>,
    around: &Site<'_>,
    body: Node<'_>,
) -> Result<Vec<Edit>, atomic_lint_ir::Decline> {
    let layout = &order.code.layout;
    let statements: Vec<_> = body.children().filter(|node| node.kind().is_statement()).collect();
    let (Some(first), Some(last)) = (statements.first(), statements.last()) else {
        return Err(decline("it has no body"));
    };
    let whole = layout.lines(around.node(), around.node());
    let inner = layout.lines(*first, *last);
    let (head, tail) = (Span::new(whole.start, inner.start), Span::new(inner.end, whole.end));
    if !layout.is_alone(around.node()) || !layout.is_alone(*first) || !layout.is_alone(*last) {
        return Err(decline("other code stands on its lines"));
    }
    if [head, tail].iter().any(|span| span.slice(order.code.text).contains('#')) {
        return Err(decline("comments say why its error is dropped"));
    }
    let outer = layout.indent(around.node().span().start);
    let depth = layout.indent(first.span().start).strip_prefix(outer);
    let moved = depth.and_then(|depth| layout.dedented(inner, depth));
    let mut edits = moved.ok_or_else(|| decline("its indentation is mixed"))?;
    edits.extend([head, tail].map(|span| Edit { span, replacement: String::new() }));
    Ok(edits)
}
