//! A file that is not to be there yet is created, and never replaced: the system is asked once, and by nobody else between.

use super::args::{Call, constant};
use super::draft::Draft;
use super::{Order, Said, decline};
use atomic_lint_source::Edit;

/// `open(path, "w")` → `open(path, "x")`
pub(super) fn created(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let is_method = order.code.dotted(call.function).is_none() && call.method().is_some();
    let mode = call.arg(if is_method { 0 } else { 1 }, "mode").map(|mode| mode.value);
    let mode = mode.and_then(|mode| Some((mode, constant(mode)?)));
    let (node, mode) = mode.ok_or_else(|| decline("its mode is not spelled out"))?;
    if !mode.starts_with('w') || call.has_spread() {
        return Err(decline("it is not opened for writing anew"));
    }
    let edit = Edit { span: node.span(), replacement: node.text().replacen('w', "x", 1) };
    Ok(Draft::new("create it only where it is not there").edit([edit]).doubtful(true))
}
