//! A file that is to be private is so from the start: it is created with its mode, which is not set afterwards.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::open::Item;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::Kind;
use atomic_lint_ir::FlowStep;
use atomic_lint_source::Edit;

/// `open(path, "x")` … `os.chmod(path, 0o600)` becomes an opening with an opener.
pub(super) fn from_the_start(order: &Order<'_, '_>) -> Said {
    let code = order.code;
    let set = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let mode = match (code.dotted(set.function).as_deref(), set.method()) {
        (Some("os.chmod" | "os.fchmod"), _) => set.arg(1, "mode"),
        (None, Some((_, "chmod"))) => set.arg(0, "mode"),
        _ => None,
    };
    let mode = mode.ok_or_else(|| decline("the mode is set in a way that has no twin"))?;
    let opened = order.repair.steps.iter().find(|(step, _)| *step == FlowStep::Open);
    let opened = opened.and_then(|(_, span)| Site::of(code.tree, *span));
    let opened = opened.ok_or_else(|| decline("where its file is opened is not seen here"))?;
    let call = Call::of(opened.node()).ok_or_else(|| decline("what opens its file is not a call"))?;
    let item = Item::of(&opened).ok_or_else(|| decline("its file object is not entered by a `with`"))?;
    let statement = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?;
    if opened.scope().id() != order.site.scope().id() {
        return Err(decline("it is created and restricted by different functions"));
    }
    let is_own = statement.node().span() == order.site.node().span() && code.layout.is_alone(statement.node());
    let (all, _) = item.statement.siblings();
    if !is_own || !all.iter().any(|one| one.id() == statement.node().id()) {
        return Err(decline("it is restricted on some way only"));
    }
    if code.dotted(call.function).as_deref() != Some("open") || call.has_spread() || call.arg(7, "opener").is_some() {
        return Err(decline("it is opened in a way that takes no mode"));
    }
    let is_constant = mode.value.descendants().all(|node| node.kind() != Kind::Call)
        && mode.value.descendants().chain([mode.value]).filter(|node| node.kind() == Kind::Identifier).all(|name| {
            let is_local = !code.assigned(order.site.scope(), name.text()).values.is_empty();
            !is_local && code.parameter(order.site.scope(), name.text()).is_none()
        });
    if !is_constant {
        return Err(decline("its mode is computed"));
    }
    let os = code.imports.module(code, "os")?;
    let opener = format!("opener=lambda name, flags: {}.open(name, flags, {})", os.name, mode.value.text());
    let args = call.args.iter().map(|arg| arg.node.text().to_string()).chain([opener]).collect();
    let edit = Recall::new(code, &call, call.function.text().to_string()).with(args).edit()?;
    let gone = Edit { span: code.layout.lines(statement.node(), statement.node()), replacement: String::new() };
    Ok(Draft::new("create it with the mode that it is to have").edit([edit, gone]).naming(os).doubtful(true))
}
