//! The mode is set on the staging file, before it is published.

use super::args::Call;
use super::draft::Draft;
use super::one_shot::substituted;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::Kind;
use crate::tree::Node;
use atomic_lint_ir::FlowStep;
use atomic_lint_source::{Edit, Span};

/// The call at the reported place goes before the publish, and names what is renamed.
pub(super) fn swapped(order: &Order<'_, '_>) -> Said {
    let code = order.code;
    let layout = &code.layout;
    let step = order.repair.steps.iter().find(|(step, _)| *step == FlowStep::Publish);
    let publish = step.and_then(|(_, span)| Site::of(code.tree, *span));
    let publish = publish.ok_or_else(|| decline("where it is published is not seen here"))?;
    let (source, target) = ends(order, publish.node()).ok_or_else(|| decline("what is published is not seen here"))?;
    let (Some(first), Some(second)) = (publish.statement(), order.site.statement()) else {
        return Err(decline("it is not in a statement"));
    };
    let block = |site: &Site<'_>| site.parent().map(|block| block.node().id());
    if block(&first) != block(&second) || !layout.is_alone(first.node()) || !layout.is_alone(second.node()) {
        return Err(decline("it is published in another block"));
    }
    if is_known_later(order, &first, &second) {
        return Err(decline("what it is set to is known only behind the publish"));
    }
    let own = code.same_as(second.node(), target.text());
    let [own] = own.as_slice() else { return Err(decline("what its mode is set on is not the target")) };
    let comment = layout.tail(second.node().span().end);
    let line = substituted(code.text, second.node(), *own, source.text()) + comment;
    let indent = layout.indent(first.node().span().start);
    let edit = super::place::insertion(order, first.node(), super::place::Where::Before, &[line]);
    let gone = Edit { span: removed(order, &second), replacement: String::new() };
    let is_one_line = !second.node().text().contains('\n') || indent.is_empty();
    if !is_one_line {
        return Err(decline("it reaches over several lines"));
    }
    Ok(Draft::new("set the mode before the publish").edit([edit, gone]))
}

/// Whether a statement between the two gives a value to a variable that the second asks for.
fn is_known_later<'t>(order: &Order<'_, 't>, first: &Site<'t>, second: &Site<'t>) -> bool {
    let (all, from) = first.siblings();
    let (_, to) = second.siblings();
    let between = all.get(from + 1..to).unwrap_or_default();
    let names = second.node().descendants().filter(|node| node.kind() == Kind::Identifier).map(Node::text);
    let is_given = |name: &str| {
        let mut given = between.iter().map(|statement| order.code.assigned(*statement, name));
        given.any(|given| given.other || !given.values.is_empty())
    };
    names.into_iter().any(is_given)
}

/// The lines of a statement, with a blank one before them where it is the last of its block.
fn removed(order: &Order<'_, '_>, statement: &Site<'_>) -> Span {
    let (layout, text) = (&order.code.layout, order.code.text);
    let mut span = layout.lines(statement.node(), statement.node());
    let (all, at) = statement.siblings();
    let head = text.get(..span.start as usize).unwrap_or_default();
    let kept = head.trim_end_matches(['\n', '\r', ' ', '\t']).len() as u32;
    if at + 1 == all.len() && kept > 0 {
        span.start = layout.next_line(kept);
    }
    span
}

/// What is renamed, and what over.
fn ends<'t>(order: &Order<'_, 't>, publish: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let call = Call::of(publish).filter(|call| publish.kind() == Kind::Call && !call.has_spread())?;
    match (order.code.dotted(call.function), call.method(), call.args.as_slice()) {
        (Some(_), _, [source, target]) => Some((source.value, target.value)),
        (None, Some((receiver, "replace" | "rename")), [target]) => Some((receiver, target.value)),
        _ => None,
    }
}
