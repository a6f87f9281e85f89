//! A file that is copied over another is copied through the runtime.
//!
//! `crashsafe.copy` is `shutil.copy`: content and mode. The others copy to a staging path.

use super::args::{Call, constant};
use super::call::Recall;
use super::draft::Draft;
use super::{Order, Said, decline, path, thread};
use crate::kind::{Field, Kind};
use crate::tree::Node;

/// The call at the reported place.
pub(super) fn through(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let name = order.called(call.function);
    match name.as_deref() {
        Some("shutil.copy") => copied(order, &call),
        Some("shutil.copyfile" | "shutil.copy2") => staged(order, &call),
        _ if passed_on(order, &call).is_some() => in_thread(order, &call),
        _ => Err(decline("it copies in a way that has no twin")),
    }
}

/// `shutil.copy(source, target)`
fn copied<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let code = order.code;
    let (source, target) = ends(call)?;
    let is_statement = order.site.parent_kind() == Some(Kind::ExpressionStatement);
    if !is_statement || call.args.len() != 2 {
        return staged(order, call);
    }
    let module = code.imports.module(code, "crashsafe")?;
    let args = vec![source.text().to_string(), target.text().to_string()];
    let (edit, asyncio) = thread::called(order, call, &order.site, format!("{}.copy", module.name), args)?;
    let doubtful = !names_a_file(order, target) || order.site.is_async();
    let draft = Draft::new("copy through crashsafe").edit([edit]).naming(module).naming_all(asyncio);
    Ok(draft.without(code, call.function).doubtful(doubtful))
}

/// `shutil.copyfile(source, target)` to a staging path.
fn staged<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let (_, target) = ends(call)?;
    if call.args.len() != 2 {
        // A link would be made where the staging file is already.
        return Err(decline("it may copy a link as a link"));
    }
    let is_copyfile = order.called(call.function).as_deref() == Some("shutil.copyfile");
    // The runtime keeps the mode of the target, where `copy2` takes that of the source.
    let doubtful = !is_copyfile;
    Ok(path::within(order, target, "copy through crashsafe")?.doubtful(doubtful))
}

fn ends<'t>(call: &Call<'t>) -> Result<(Node<'t>, Node<'t>), atomic_lint_ir::Decline> {
    match (call.arg(0, "src"), call.arg(1, "dst")) {
        (Some(source), Some(target)) if !call.has_spread() => may_be_file(target.value, source.value),
        _ => Err(decline("its arguments are not spelled out")),
    }
}

/// A target that is called a directory is one, and gets a file of the source's name.
fn may_be_file<'t>(target: Node<'t>, source: Node<'t>) -> Result<(Node<'t>, Node<'t>), atomic_lint_ir::Decline> {
    let text = target.text();
    let name = text.rsplit('.').next().unwrap_or(text).to_lowercase();
    let is_name = matches!(target.kind(), Kind::Identifier | Kind::Attribute);
    let is_directory = ["dir", "directory", "folder", "location"].iter().any(|word| name.ends_with(word));
    if is_name && is_directory { Err(decline("it may be copied into a directory")) } else { Ok((source, target)) }
}

/// Whether the expression of a target ends with the name of a file.
fn names_a_file<'t>(order: &Order<'_, 't>, target: Node<'t>) -> bool {
    match target.kind() {
        Kind::String => constant(target).is_none_or(|text| !text.ends_with('/')),
        Kind::BinaryOperator | Kind::ConcatenatedString => true,
        Kind::Call => {
            let call = Call::of(target);
            let name = call.as_ref().and_then(|call| order.code.dotted(call.function));
            name.as_deref() == Some("os.path.join") && call.is_some_and(|call| call.args.len() > 1)
        }
        Kind::Identifier => {
            let assigned = order.code.assigned(order.site.scope(), target.text());
            let is_known = !assigned.other && !assigned.values.is_empty();
            is_known
                && assigned.values.iter().all(|value| value.kind() != Kind::Identifier && names_a_file(order, *value))
        }
        _ => false,
    }
}

/// The argument that names the function of a copy, as in `asyncio.to_thread(shutil.copyfile, …)`.
fn passed_on<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Option<Node<'t>> {
    let mut values = call.args.iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value);
    values.find(|value| {
        let name = order.code.dotted(*value);
        matches!(name.as_deref(), Some("shutil.copy" | "shutil.copyfile"))
    })
}

fn in_thread<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let code = order.code;
    let function = passed_on(order, call).ok_or_else(|| decline("it copies in a way that has no twin"))?;
    let at = call.args.iter().position(|arg| arg.value.id() == function.id()).unwrap_or(0);
    let mut around = order.site.around().map(|site| site.node().kind());
    let is_statement = around.find(|kind| *kind != Kind::Await) == Some(Kind::ExpressionStatement);
    if !is_statement || call.args.len() != at + 3 || call.has_spread() || call.args.iter().any(|arg| arg.name.is_some())
    {
        return Err(decline("it copies in a way that has no twin"));
    }
    let module = code.imports.module(code, "crashsafe")?;
    let mut args: Vec<_> = call.args.iter().map(|arg| arg.node.text().to_string()).collect();
    args[at] = format!("{}.copy", module.name);
    let edit = Recall::new(code, call, call.function.text().to_string()).with(args).edit()?;
    let draft = Draft::new("copy through crashsafe").edit([edit]).naming(module);
    Ok(draft.without(code, function).doubtful(true))
}

/// The object of a dotted name, which is the module that it is from.
pub(super) fn head(function: Node<'_>) -> Node<'_> {
    function.get(Field::Object).filter(|_| function.kind() == Kind::Attribute).map_or(function, head)
}
