//! `path.write_text(text)` and `path.write_bytes(data)` go through the runtime.

use super::args::{Call, bare};
use super::draft::Draft;
use super::{Order, Said, decline, paths, thread};

/// The call at the reported place.
pub(super) fn through(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    match call.method() {
        Some((_, "write_text")) => written(order, &call, "write_text"),
        Some((_, "write_bytes")) => written(order, &call, "write_bytes"),
        _ => Err(decline("it writes in a way that has no twin")),
    }
}

fn written<'t>(order: &Order<'_, 't>, call: &Call<'t>, name: &str) -> Said {
    let code = order.code;
    let (receiver, _) = call.method().ok_or_else(|| decline("it is not a method"))?;
    if call.args.is_empty() || call.has_spread() {
        return Err(decline("its arguments are not spelled out"));
    }
    let path = bare(receiver);
    let module = code.imports.module(code, "crashsafe")?;
    let is_awaited = order.site.parent_kind() == Some(crate::kind::Kind::Await);
    if is_awaited {
        return Err(decline("an asynchronous write has no twin"));
    }
    let args = call.args.iter().map(|arg| match (arg.name, name) {
        (Some("data"), "write_text") => format!("text={}", arg.value.text()),
        _ => arg.node.text().to_string(),
    });
    let args = std::iter::once(path.text().to_string()).chain(args).collect();
    let (edit, asyncio) = thread::called(order, call, &order.site, format!("{}.{name}", module.name), args)?;
    let doubtful = order.site.is_async() || !paths::is_path(order, path);
    Ok(Draft::new("write through crashsafe").edit([edit]).naming(module).naming_all(asyncio).doubtful(doubtful))
}
