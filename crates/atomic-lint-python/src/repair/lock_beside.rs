//! A lock that is asked for only after the target was emptied: it is taken on a file beside the target, which nothing
//! is written to, and the target is written through the runtime while it is held.

use super::args::{Call, constant};
use super::call::Recall;
use super::draft::Draft;
use super::hazard::{While, is_textual};
use super::open::Item;
use super::opening::Opening;
use super::site::Site;
use super::{Order, Said, decline, paths};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Decline, FlowStep};
use atomic_lint_source::Edit;

/// ```python
/// with open(path, "w") as file:               # with open(f"{path}.lock", "w") as lock, crashsafe.open(path, "w") as file:
///     fcntl.flock(file, fcntl.LOCK_EX)        #     fcntl.flock(lock, fcntl.LOCK_EX)
///     file.write(text)                        #     file.write(text)
/// ```
pub(super) fn through(order: &Order<'_, '_>) -> Said {
    let code = order.code;
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let opening = Opening::of(order, &call)?;
    let item = Item::of(&order.site).filter(|item| !item.has_others && !item.statement.node().begins_with("async"));
    let item = item.filter(|_| opening.wrapper.is_none());
    let item = item.ok_or_else(|| decline("it is not opened by a `with` of its own"))?;
    let handle = item.handle.ok_or_else(|| decline("its file object has no name"))?;
    let body = item.statement.node().get(Field::Body).ok_or_else(|| decline("it has no body"))?;
    let name = code.fresh(order.site.scope(), "lock");
    let edits = locked(order, body, handle, &name)?;
    While { code, opening: call.node, handle: Some(handle), path: opening.path.text() }.is_doubtful(&[body])?;
    let module = code.imports.module(code, "crashsafe")?;
    let outer = format!("open({}, \"w\") as {name}, ", beside(order, opening.path)?);
    let column = code.layout.column(item.node.span().start) + outer.chars().count();
    let behind = format!(" as {handle}");
    let recall = Recall::new(code, &call, format!("{}.open", module.name)).with(opening.args.clone());
    let opened = recall.at_column(column).before(behind.len() + 1).text()?;
    let opens = Edit { span: item.node.span(), replacement: format!("{outer}{opened}{behind}") };
    let draft = Draft::new("lock a file beside it, and write through crashsafe").edit(edits).edit([opens]);
    Ok(draft.naming(module).doubtful(true))
}

/// The calls that lock get the lock's own file; those that unlock go, because that is to be held until the target is
/// published.
fn locked<'t>(order: &Order<'_, 't>, body: Node<'t>, handle: &str, name: &str) -> Result<Vec<Edit>, Decline> {
    let code = order.code;
    let mut steps = order.repair.steps.iter().filter(|(step, _)| *step == FlowStep::Lock).map(|(_, span)| *span);
    let taken = steps.find(|span| body.span().contains(*span)).and_then(|span| Site::of(code.tree, span));
    let taken = taken.ok_or_else(|| decline("its lock is taken in another function"))?;
    let taker = Call::of(taken.node()).ok_or_else(|| decline("it is not a call that locks it"))?;
    let function = taker.function.text();
    let of_handle = |call: &Call<'t>| !code.uses(call.list, handle).is_empty();
    let mut edits = Vec::new();
    for call in body.descendants().filter_map(Call::of).filter(of_handle) {
        if unlocks(&call) {
            edits.push(unlocked(order, call.node)?);
        } else if call.function.text() == function {
            let uses = code.uses(call.list, handle);
            edits.extend(uses.into_iter().map(|usage| Edit { span: usage.span(), replacement: name.to_string() }));
        }
    }
    if edits.is_empty() { Err(decline("its lock is taken in another way than by its file object")) } else { Ok(edits) }
}

/// Whether a call gives a lock back: `fcntl.flock(file, fcntl.LOCK_UN)`, `portalocker.unlock(file)`, and
/// `msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)`.
fn unlocks(call: &Call<'_>) -> bool {
    let function = call.function.text();
    let name = function.rsplit('.').next().unwrap_or(function);
    name == "unlock" || ["LOCK_UN", "LK_UNLCK"].iter().any(|flag| call.list.text().contains(flag))
}

fn unlocked<'t>(order: &Order<'_, 't>, call: Node<'t>) -> Result<Edit, Decline> {
    let layout = &order.code.layout;
    let statement = Site::of_node(order.code.tree, call).and_then(|site| site.parent());
    let statement = statement.filter(|site| site.node().kind() == Kind::ExpressionStatement);
    let is_alone = |site: &Site<'t>| layout.is_alone(site.node()) && site.siblings().0.len() > 1;
    let statement = statement.filter(is_alone).ok_or_else(|| decline("its lock is given back within other code"))?;
    Ok(Edit { span: layout.lines(statement.node(), statement.node()), replacement: String::new() })
}

/// The expression of the lock's own file.
fn beside<'t>(order: &Order<'_, 't>, path: Node<'t>) -> Result<String, Decline> {
    if let Some(text) = last_text(order, path).filter(|text| constant(*text).is_some_and(|name| !name.is_empty())) {
        let (head, tail) = path.text().split_at((text.span().end - path.span().start) as usize);
        let quotes = text.child_of(Kind::StringStart).map_or("", Node::text).trim_start_matches(char::is_alphabetic);
        let head = head.strip_suffix(quotes).ok_or_else(|| decline("its path is spelled in an unusual way"))?;
        return Ok(format!("{head}.lock{quotes}{tail}"));
    }
    match path.kind() {
        Kind::Identifier | Kind::Attribute if paths::is_path(order, path) => {
            Ok(format!("{}.with_name({}.name + \".lock\")", path.text(), path.text()))
        }
        Kind::Identifier | Kind::Attribute => Ok(format!("f\"{{{}}}.lock\"", path.text())),
        _ => Err(decline("what a file beside it is called is not known")),
    }
}

/// The text that a path ends with: itself, or the last part of what is joined.
fn last_text<'t>(order: &Order<'_, 't>, path: Node<'t>) -> Option<Node<'t>> {
    match path.kind() {
        Kind::String => Some(path),
        Kind::ParenthesizedExpression => last_text(order, path.first()?),
        Kind::BinaryOperator => {
            let operator = path.get(Field::Operator).filter(|operator| matches!(operator.text(), "/" | "+"));
            operator.and(path.get(Field::Right)).and_then(|right| last_text(order, right))
        }
        Kind::Call => {
            let call = Call::of(path)?;
            let joins = call.method().is_some_and(|(_, name)| name == "joinpath") || is_textual(order.code, path);
            call.args.last().filter(|_| joins).and_then(|last| last_text(order, last.value))
        }
        _ => None,
    }
}
