//! A file that is opened for writing is opened through the runtime.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::hazard::While;
use super::opening::Opening;
use super::site::Site;
use super::{Order, Said, decline, descriptor, handle, one_shot};
use crate::kind::{Field, Kind};
use crate::tree::Node;

/// The call at the reported place, whatever the statement it is in.
pub(super) fn through(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    if order.called(call.function).as_deref() == Some("os.open") {
        return descriptor::through(order, &call);
    }
    let opening = Opening::of(order, &call)?;
    if let Some(item) = Item::of(&order.site) {
        return in_with(order, &call, &opening, &item);
    }
    match order.site.parent_kind() {
        Some(Kind::Assignment) => handle::through(order, &call, &opening),
        Some(Kind::ReturnStatement) => Err(decline("the file object is returned")),
        Some(Kind::Attribute) => one_shot::written(order, &call, &opening),
        _ => one_shot::passed(order, &call, &opening),
    }
}

/// `with open(…) as f:`
fn in_with<'t>(order: &Order<'_, 't>, call: &Call<'t>, opening: &Opening<'t>, item: &Item<'t>) -> Said {
    let code = order.code;
    if item.statement.node().begins_with("async") {
        return Err(decline("an asynchronous file has no twin"));
    }
    let file = While { code, opening: call.node, handle: item.handle, path: opening.path.text() };
    let doubtful = file.is_doubtful(&[item.statement.node()])?;
    let module = code.imports.module(code, "crashsafe")?;
    let draft =
        Draft::new("write through crashsafe").doubtful(doubtful || opening.is_doubtful || order.site.is_async());
    let edits = match &opening.wrapper {
        None => vec![Recall::new(code, call, format!("{}.open", module.name)).with(opening.args.clone()).edit()?],
        Some(wrapper) => wrapper.within(order, call, &module.name, item)?,
    };
    let draft = draft.edit(edits).naming(module);
    Ok(if opening.wrapper.is_none() { draft.without(code, call.function) } else { draft })
}

/// An item of a `with`.
pub(super) struct Item<'t> {
    /// The whole `with`.
    pub(super) statement: Site<'t>,
    /// What the item is called.
    pub(super) handle: Option<&'t str>,
    /// What is entered.
    pub(super) manager: Node<'t>,
    /// The whole item.
    pub(super) node: Node<'t>,
    /// The `with` has other items.
    pub(super) has_others: bool,
}

impl<'t> Item<'t> {
    /// The item that `site` is the manager of.
    pub(super) fn of(site: &Site<'t>) -> Option<Item<'t>> {
        let mut node = site.node();
        let mut handle = None;
        let mut has_others = false;
        for around in site.around() {
            match around.node().kind() {
                Kind::AsPattern => {
                    if around.node().first()?.id() != node.id() {
                        return None;
                    }
                    node = around.node();
                    handle = node.get(Field::Alias).and_then(Node::first).map(Node::text);
                }
                Kind::Tuple => has_others |= around.node().children().count() > 1,
                Kind::ParenthesizedExpression | Kind::Other => {}
                Kind::WithClause => {
                    has_others |= around.node().children().count() > 1;
                    let (statement, manager) = (around.parent()?, site.node());
                    return Some(Item { statement, handle, manager, node, has_others });
                }
                _ => return None,
            }
        }
        None
    }
}
