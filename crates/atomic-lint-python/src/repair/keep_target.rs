//! The target is not removed before it is replaced.

use super::args::Call;
use super::draft::Draft;
use super::site::Site;
use super::{Order, Said, decline, rename};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Decline, FlowStep};
use atomic_lint_source::Edit;

/// The removal goes; the publish behind it replaces.
pub(super) fn kept(order: &Order<'_, '_>) -> Said {
    let removal = removal(order).ok_or_else(|| decline("where the target is removed is not seen here"))?;
    let call = Call::of(removal.node()).ok_or_else(|| decline("the target is removed in a way that has no twin"))?;
    let target = removed(order, &call).ok_or_else(|| decline("the target is moved, and may be wanted there"))?;
    let (gone, doubtful) = guarded(order, &removal, target)?;
    let layout = &order.code.layout;
    if !layout.is_alone(gone.node()) {
        return Err(decline("other code stands on its line"));
    }
    let edit = Edit { span: layout.lines(gone.node(), gone.node()), replacement: String::new() };
    let publish = rename::replacing(order).ok().filter(|_| is_plain_rename(order));
    let draft = publish.unwrap_or_else(|| Draft::new("keep the target")).titled("keep the target until it is replaced");
    Ok(draft.edit([edit]).without(order.code, call.function).doubtful(doubtful))
}

/// A `shutil.move` stays what it is: whether a rename reaches as far is another question.
fn is_plain_rename(order: &Order<'_, '_>) -> bool {
    let name = Call::of(order.site.node()).and_then(|call| order.code.dotted(call.function));
    name.as_deref() != Some("shutil.move")
}

/// The step of the flow that removes the target, or a call before the publish that does.
fn removal<'t>(order: &Order<'_, 't>) -> Option<Site<'t>> {
    let mut known = order.repair.steps.iter().filter(|(step, _)| *step == FlowStep::Remove);
    if let Some((_, span)) = known.next_back() {
        return Site::of(order.code.tree, *span);
    }
    let publish = Call::of(order.site.node())?;
    let target = publish.args.last()?.value;
    let before = order.site.node().span().start;
    let calls = order.site.scope().descendants().filter(|node| node.kind() == Kind::Call && node.span().end <= before);
    let removals = calls.filter(|node| {
        let path = Call::of(*node).and_then(|call| removed(order, &call));
        path.is_some_and(|path| path.text() == target.text())
    });
    Site::of_node(order.code.tree, removals.last()?)
}

/// What `call` removes.
pub(super) fn removed<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Option<Node<'t>> {
    match (order.called(call.function).as_deref(), call.method()) {
        (Some("os.remove" | "os.unlink"), _) => Some(call.args.first()?.value),
        (None, Some((receiver, "unlink"))) => Some(receiver),
        _ => None,
    }
}

/// The statement that goes with the removal, and whether its condition asked for more than the target.
fn guarded<'t>(order: &Order<'_, 't>, removal: &Site<'t>, target: Node<'t>) -> Result<(Site<'t>, bool), Decline> {
    let statement = removal.statement().ok_or_else(|| decline("it is not in a statement"))?;
    if statement.node().span() != removal.node().span() {
        return Err(decline("what the removal gives is used"));
    }
    let (mut gone, mut doubtful) = (statement, false);
    while gone.siblings().0.len() == 1 {
        let around = gone.parent().and_then(|block| block.parent());
        let around = around.ok_or_else(|| decline("it is all that its block does"))?;
        doubtful |= guard(order, around.node(), target)?;
        gone = around;
    }
    Ok((gone, doubtful))
}

/// Whether what stands around the removal alone does more than to ask for the target.
fn guard<'t>(order: &Order<'_, 't>, around: Node<'t>, target: Node<'t>) -> Result<bool, Decline> {
    match around.kind() {
        Kind::IfStatement if around.get(Field::Alternative).is_none() => {
            Ok(!around.get(Field::Condition).is_some_and(|condition| asks_only(order, condition, target)))
        }
        Kind::TryStatement if is_tolerant(around) => Ok(false),
        Kind::WithStatement if around.text().contains("suppress(") => Ok(false),
        _ => Err(decline("it is all that its block does")),
    }
}

/// Whether a condition is that the target exists, or that the system cannot rename over it.
fn asks_only<'t>(order: &Order<'_, 't>, condition: Node<'t>, target: Node<'t>) -> bool {
    if condition.text().contains("platform") || condition.text().contains("os.name") {
        return true;
    }
    let Some(call) = Call::of(condition) else { return false };
    let name = order.code.dotted(call.function);
    match (name.as_deref(), call.method()) {
        (Some("os.path.exists" | "os.path.isfile" | "os.path.lexists"), _) => {
            call.args.first().is_some_and(|arg| arg.value.text() == target.text())
        }
        (None, Some((receiver, "exists" | "is_file"))) => receiver.text() == target.text(),
        _ => false,
    }
}

/// `try: … except …: pass`
pub(super) fn is_tolerant(tried: Node<'_>) -> bool {
    let body = tried.get(Field::Body).map(Node::id);
    tried.children().filter(|child| Some(child.id()) != body).all(|clause| {
        let block = clause.child_of(Kind::Block);
        let mut statements = block.into_iter().flat_map(Node::children);
        clause.kind() == Kind::ExceptClause && statements.all(|statement| statement.kind() == Kind::PassStatement)
    })
}
