//! The buffer is flushed before its file is synced or published.
//!
//! A publish within the `with` of its file goes behind it, and one before the close goes behind that.

use super::args::Call;
use super::draft::Draft;
use super::handle::is_close;
use super::hazard::is_sync;
use super::open::Item;
use super::place::{Where, insertion};
use super::site::Site;
use super::{Order, Said, decline, sync};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_source::{Edit, Span};

/// The sync or publish at the reported place.
pub(super) fn before(order: &Order<'_, '_>) -> Said {
    let statement = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?;
    if !order.code.layout.is_alone(statement.node()) {
        return Err(decline("other code stands on its line"));
    }
    if is_sync(order.code, order.site.node()) {
        return before_sync(order, &statement);
    }
    let opened = sync::opening(order).ok_or_else(|| decline("where its file is opened is not seen here"))?;
    if let Some(item) = Item::of(&opened) {
        return behind_with(order, &statement, &item);
    }
    let assignment = opened.parent().filter(|parent| parent.node().kind() == Kind::Assignment);
    let left = assignment.and_then(|assignment| assignment.node().get(Field::Left));
    match left.filter(|left| matches!(left.kind(), Kind::Identifier | Kind::Attribute)) {
        Some(left) => behind_close(order, &statement, left.text()),
        None => Err(decline("its file object has no name")),
    }
}

/// `os.fsync(file.fileno())`
fn before_sync<'t>(order: &Order<'_, 't>, statement: &Site<'t>) -> Said {
    let handle = synced(order).ok_or_else(|| decline("what is synced is not known"))?;
    let layout = &order.code.layout;
    let (all, at) = statement.siblings();
    let before = at.checked_sub(1).and_then(|at| all.get(at));
    if before.is_some_and(|before| before.text() == format!("{handle}.flush()")) {
        return Err(decline("it is flushed right before"));
    }
    if let Some(writer) = writer_over(statement, &handle) {
        let flush = insertion(order, statement.node(), Where::Before, &[format!("{handle}.flush()")]);
        let lines = layout.lines(statement.node(), statement.node());
        let mut edits = dedented(order, lines, &writer, statement)?;
        if let Some(first) = edits.first_mut() {
            let outer = layout.indent(writer.node().span().start);
            first.replacement = format!("{outer}{}", flush.replacement.trim_start());
            first.span.end = layout.line_start(first.span.start) + layout.indent(first.span.start).len() as u32;
            first.replacement.push_str(outer);
        }
        return Ok(Draft::new("flush before the sync").edit(edits));
    }
    let edit = insertion(order, statement.node(), Where::Before, &[format!("{handle}.flush()")]);
    Ok(Draft::new("flush before the sync").edit([edit]))
}

/// The file object that the descriptor is of.
fn synced(order: &Order<'_, '_>) -> Option<String> {
    let call = Call::of(order.site.node())?;
    let value = call.args.first()?.value;
    let assigned = order.code.assigned(order.site.scope(), value.text());
    let only = assigned.values.first().filter(|_| assigned.values.len() == 1 && !assigned.other);
    let inner = Call::of(only.copied().unwrap_or(value));
    if let Some((object, "fileno")) = inner.as_ref().and_then(Call::method) {
        return Some(object.text().to_string());
    }
    let scope = order.site.scope();
    if let Some(item) = sync::with_of(order.code.tree, scope, value.text(), Some("os.fdopen")) {
        return item.handle.map(str::to_string);
    }
    let is_file = |node: Node<'_>| Call::of(node).is_some_and(|call| call.function.text().ends_with("open"));
    let by_with = scope.descendants().any(|node| node.kind() == Kind::AsPatternTarget && node.text() == value.text());
    let by_name = !assigned.values.is_empty()
        && assigned.values.iter().all(|value| is_file(*value) && !value.text().starts_with("os.open"));
    (by_with || by_name && !assigned.other).then(|| value.text().to_string())
}

/// A `with` around the sync whose manager writes over `handle` and holds content back.
fn writer_over<'t>(statement: &Site<'t>, handle: &str) -> Option<Site<'t>> {
    let block = statement.parent()?;
    let with = block.parent().filter(|with| with.node().kind() == Kind::WithStatement)?;
    let clause = with.node().child_of(Kind::WithClause)?;
    let mut calls = clause.descendants().filter_map(Call::of);
    let wraps = calls.any(|call| call.args.iter().any(|arg| arg.value.text() == handle));
    let is_last = statement.siblings().1 + 1 == statement.siblings().0.len() && statement.siblings().1 > 0;
    (wraps && is_last).then_some(with)
}

/// The publish and what follows it go behind the `with` of the file.
fn behind_with<'t>(order: &Order<'_, 't>, statement: &Site<'t>, item: &Item<'t>) -> Said {
    let code = order.code;
    let handle = item.handle.ok_or_else(|| decline("its file object has no name"))?;
    let with = &item.statement;
    let is_within = with.node().span().contains(statement.node().span());
    if !is_within {
        return Err(decline("its file is closed where it is published"));
    }
    let block = statement.parent().map(|block| block.node().id());
    let (all, at) = statement.siblings();
    let rest = all.get(at..).unwrap_or_default();
    let is_free = rest.iter().all(|node| code.uses(*node, handle).is_empty());
    if block != with.node().get(Field::Body).map(Node::id) || at == 0 || !is_free {
        return flushed(order, statement, handle);
    }
    let last = rest.last().copied().unwrap_or(statement.node());
    let edits = dedented(order, code.layout.lines(statement.node(), last), with, statement)?;
    Ok(Draft::new("publish behind the close").edit(edits))
}

fn dedented(
    order: &Order<'_, '_>,
    lines: Span,
    outer: &Site<'_>,
    inner: &Site<'_>,
) -> Result<Vec<Edit>, atomic_lint_ir::Decline> {
    let layout = &order.code.layout;
    let outer = layout.indent(outer.node().span().start);
    let inner = layout.indent(inner.node().span().start);
    let depth = inner.strip_prefix(outer).ok_or_else(|| decline("its indentation is mixed"))?;
    layout.dedented(lines, depth).ok_or_else(|| decline("its indentation is mixed"))
}

/// `file.close()` goes before the publish.
fn behind_close<'t>(order: &Order<'_, 't>, statement: &Site<'t>, handle: &str) -> Said {
    let layout = &order.code.layout;
    let (all, at) = statement.siblings();
    let rest = all.get(at + 1..).unwrap_or_default();
    let close = rest.iter().find(|node| is_close(**node, handle) && layout.is_alone(**node));
    let Some(close) = close else { return flushed(order, statement, handle) };
    let until = Span::new(statement.node().span().end, close.span().start);
    if order.code.uses(order.site.scope(), handle).iter().any(|usage| until.contains(usage.span())) {
        return flushed(order, statement, handle);
    }
    let gone = Edit { span: layout.lines(*close, *close), replacement: String::new() };
    let edit = insertion(order, statement.node(), Where::Before, &[format!("{handle}.close()")]);
    Ok(Draft::new("publish behind the close").edit([edit, gone]))
}

/// Flushed and synced where it stands.
fn flushed(order: &Order<'_, '_>, statement: &Site<'_>, handle: &str) -> Said {
    let module = order.code.imports.module(order.code, "os")?;
    let lines = [format!("{handle}.flush()"), format!("{}.fsync({handle}.fileno())", module.name)];
    let edit = insertion(order, statement.node(), Where::Before, &lines);
    Ok(Draft::new("flush and sync before the rename").edit([edit]).naming(module))
}
