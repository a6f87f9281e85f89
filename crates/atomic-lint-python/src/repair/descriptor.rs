//! `fd = os.open(path, …)` and `with os.fdopen(fd, …)` are one opening through the runtime.

use super::args::{Call, constant};
use super::draft::Draft;
use super::hazard::While;
use super::open::Item;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use atomic_lint_source::Edit;

/// Flags with which a file is written anew.
const FLAGS: [&str; 3] = ["O_CREAT", "O_TRUNC", "O_WRONLY"];

/// The `os.open` at the reported place, if the next statement makes a file object of its descriptor.
pub(super) fn through<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let code = order.code;
    let unusual = || decline("the descriptor is not just made a file object");
    let assignment = order.site.parent().filter(|parent| parent.node().kind() == Kind::Assignment);
    let left = assignment.and_then(|assignment| assignment.node().get(Field::Left)).ok_or_else(unusual)?;
    let statement = order.site.statement().ok_or_else(unusual)?;
    let (all, at) = statement.siblings();
    let with = all.get(at + 1).filter(|next| next.kind() == Kind::WithStatement).ok_or_else(unusual)?;
    let wraps = with.descendants().filter_map(Call::of).find(|inner| {
        let is_wrap = matches!(order.called(inner.function).as_deref(), Some("os.fdopen" | "open" | "io.open"));
        is_wrap && inner.args.first().is_some_and(|arg| arg.value.text() == left.text())
    });
    let wrap = wraps.ok_or_else(unusual)?;
    let item = Site::of_node(code.tree, wrap.node).and_then(|site| Item::of(&site)).ok_or_else(unusual)?;
    if item.statement.node().id() != with.id() || code.uses(order.site.scope(), left.text()).len() != 2 {
        return Err(unusual());
    }
    let (Some(path), Some(flags)) = (call.arg(0, "path"), call.arg(1, "flags")) else { return Err(unusual()) };
    if !is_plain(flags.value.text()) || call.has_spread() || wrap.has_spread() || call.arg(3, "dir_fd").is_some() {
        return Err(decline("its flags are not those of a file that is written anew"));
    }
    let mode = wrap.arg(1, "mode").and_then(|mode| constant(mode.value));
    if !mode.is_some_and(|mode| mode.starts_with('w')) || !code.layout.is_alone(statement.node()) {
        return Err(unusual());
    }
    let file = While { code, opening: call.node, handle: item.handle, path: path.value.text() };
    let doubtful = file.is_doubtful(&[*with])? || order.site.is_async();
    let module = code.imports.module(code, "crashsafe")?;
    let mut args: Vec<_> = wrap.args.iter().map(|arg| arg.node.text().to_string()).collect();
    args[0] = path.value.text().to_string();
    args.extend(call.arg(2, "mode").map(|mode| format!("permissions={}", mode.value.text())));
    let opened = super::call::Recall::new(code, &wrap, format!("{}.open", module.name)).with(args).edit()?;
    let gone = Edit { span: code.layout.lines(statement.node(), statement.node()), replacement: String::new() };
    Ok(Draft::new("write through crashsafe").edit([gone, opened]).naming(module).doubtful(doubtful))
}

fn is_plain(flags: &str) -> bool {
    let mut names: Vec<_> = flags.split('|').map(|flag| flag.trim().rsplit('.').next().unwrap_or("")).collect();
    names.retain(|name| !matches!(*name, "O_CLOEXEC" | "O_BINARY" | "O_NOFOLLOW"));
    names.sort_unstable();
    names == FLAGS
}
