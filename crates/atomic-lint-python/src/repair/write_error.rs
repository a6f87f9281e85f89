//! What could not be written is not published: the error reaches whoever would publish it.

use super::draft::Draft;
use super::site::Site;
use super::{Order, Said, decline, error};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Decline, FlowStep};
use atomic_lint_source::{Edit, Span};

/// The publish leaves its `finally`, or what drops the error raises it again, or goes.
pub(super) fn passed_on(order: &Order<'_, '_>) -> Said {
    if let Some(publish) = published(order)
        && let Some(draft) = out_of_finally(order, &publish)?
    {
        return Ok(draft);
    }
    unwrapped(order).or_else(|_| unsuppressed(order)).or_else(|_| raised(order))
}

/// What does nothing but drop errors goes, and what was in it stays: whatever fails there, the file is not whole.
fn unwrapped(order: &Order<'_, '_>) -> Said {
    let around = order.site.around().find(|site| error::swallows(site.node()));
    let around = around.ok_or_else(|| decline("where its error is dropped is not seen here"))?;
    let body = around.node().get(Field::Body).ok_or_else(|| decline("it has no body"))?;
    Ok(Draft::new("pass the error on").edit(error::unwrapped(order, &around, body)?).doubtful(true))
}

fn published<'t>(order: &Order<'_, 't>) -> Option<Site<'t>> {
    let span = order.repair.steps.iter().find(|(step, _)| *step == FlowStep::Publish).map(|(_, span)| *span)?;
    Site::of(order.code.tree, span)?.statement()
}

/// `try: … finally: os.replace(…)`, where all of the `finally` is to be done only when nothing has failed.
fn out_of_finally<'t>(order: &Order<'_, 't>, publish: &Site<'t>) -> Result<Option<Draft>, Decline> {
    let around = order.site.around().find(|site| site.node().kind() == Kind::TryStatement);
    let Some(tried) = around.filter(|site| holds(site.node(), publish.node())) else { return Ok(None) };
    let clauses: Vec<_> = clauses(tried.node()).collect();
    let is_it = |clause: &&Node<'t>| clause.kind() == Kind::FinallyClause && holds(**clause, publish.node());
    let Some(last) = clauses.iter().find(is_it) else { return Ok(None) };
    let own = last.child_of(Kind::Block);
    let block = own.filter(|block| block.children().filter(|node| node.kind().is_statement()).count() == 1);
    let block = block.ok_or_else(|| decline("its `finally` does more than to publish it"))?;
    let body = tried.node().get(Field::Body).ok_or_else(|| decline("it has no body"))?;
    let leaves =
        |node: Node<'t>| matches!(node.kind(), Kind::ReturnStatement | Kind::BreakStatement | Kind::ContinueStatement);
    if body.descendants().any(leaves) {
        return Err(decline("its `try` is left in the middle, and only the `finally` publishes it then"));
    }
    let draft = Draft::new("publish what was written without an error").doubtful(true);
    let begins = last.span();
    if clauses.len() > 1 {
        let word = Span::new(begins.start, begins.start + "finally".len() as u32);
        return Ok(Some(draft.edit([Edit { span: word, replacement: "else".to_string() }])));
    }
    Ok(Some(draft.edit(joined(order, &tried, body, block)?)))
}

/// The lines of `body` and those of `block` behind them, in the place of the `try` that they are of.
fn joined(order: &Order<'_, '_>, tried: &Site<'_>, body: Node<'_>, block: Node<'_>) -> Result<Vec<Edit>, Decline> {
    let layout = &order.code.layout;
    let whole = layout.lines(tried.node(), tried.node());
    let (first, second) = (layout.lines(body, body), layout.lines(block, block));
    let gaps = [Span::new(whole.start, first.start), Span::new(first.end, second.start)];
    if gaps.iter().any(|gap| gap.slice(order.code.text).contains('#') || gap.start == gap.end) {
        return Err(decline("other code or comments stand on its lines"));
    }
    let outer = layout.indent(tried.node().span().start);
    let mut edits: Vec<Edit> = gaps.map(|span| Edit { span, replacement: String::new() }).into();
    for (lines, node) in [(first, body), (second, block)] {
        let start = node.first().map_or(lines.start, |first| first.span().start);
        let depth = layout.indent(start).strip_prefix(outer);
        let moved = depth.and_then(|depth| layout.dedented(lines, depth));
        edits.extend(moved.ok_or_else(|| decline("its indentation is mixed"))?);
    }
    Ok(edits)
}

/// `with suppress(OSError), open(…) as file:`
fn unsuppressed(order: &Order<'_, '_>) -> Said {
    let around = order.site.around().filter(|site| site.node().kind() == Kind::WithStatement);
    let clauses = around.filter_map(|site| site.node().child_of(Kind::WithClause));
    let mut items = clauses.flat_map(|clause| {
        let items: Vec<_> = clause.children().collect();
        items.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    });
    let is_it = |(item, _): &(Node<'_>, Node<'_>)| {
        item.text().starts_with("suppress(") || item.text().starts_with("contextlib.suppress(")
    };
    let (item, next) = items.find(is_it).ok_or_else(|| decline("where its error is dropped is not seen here"))?;
    let gone = Edit { span: Span::new(item.span().start, next.span().start), replacement: String::new() };
    let draft = Draft::new("pass the error on").edit([gone]).doubtful(true);
    Ok(draft.without_unused(order.code, &[item.span()], ""))
}

/// Each handler that goes on raises the error again.
fn raised(order: &Order<'_, '_>) -> Said {
    let in_body = |site: &Site<'_>| {
        let body = site.node().get(Field::Body).filter(|_| site.node().kind() == Kind::TryStatement);
        body.is_some_and(|body| holds(body, order.site.node()))
    };
    let tried =
        order.site.around().find(in_body).ok_or_else(|| decline("where its error is dropped is not seen here"))?;
    let handlers = clauses(tried.node()).filter(|clause| clause.kind() == Kind::ExceptClause);
    let mut edits = Vec::new();
    for handler in handlers {
        let statements: Vec<_> = handler.child_of(Kind::Block).into_iter().flat_map(Node::children).collect();
        let Some(last) = statements.iter().rfind(|node| node.kind().is_statement()) else {
            return Err(decline("its error is handled in a way that is not known"));
        };
        match last.kind() {
            Kind::RaiseStatement => {}
            Kind::PassStatement => edits.push(Edit { span: last.span(), replacement: "raise".to_string() }),
            Kind::ReturnStatement | Kind::ContinueStatement | Kind::BreakStatement => {
                return Err(decline("what handles its error goes elsewhere"));
            }
            _ => edits.push(behind(order, *last)?),
        }
    }
    if edits.is_empty() {
        return Err(decline("where its error is dropped is not seen here"));
    }
    Ok(Draft::new("raise the error again").edit(edits).doubtful(true))
}

/// `raise` on a line of its own behind `statement`.
fn behind(order: &Order<'_, '_>, statement: Node<'_>) -> Result<Edit, Decline> {
    let layout = &order.code.layout;
    if !layout.is_alone(statement) {
        return Err(decline("other code stands on its lines"));
    }
    let at = layout.line_end(statement.span().end);
    let indent = layout.indent(statement.span().start);
    Ok(Edit { span: Span::new(at, at), replacement: format!("{}{indent}raise", layout.eol) })
}

fn clauses(tried: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let body = tried.get(Field::Body).map(Node::id);
    tried.children().filter(move |child| Some(child.id()) != body)
}

fn holds(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.span().contains(inner.span())
}
