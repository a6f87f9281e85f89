//! The directory of a name without one is the working directory.

use super::args::Call;
use super::draft::Draft;
use super::{Order, Said, decline};
use crate::kind::Kind;
use atomic_lint_source::Edit;

/// `os.open(os.path.dirname(path), os.O_RDONLY)` → `os.open(os.path.dirname(path) or ".", os.O_RDONLY)`
pub(super) fn named(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let path = call.arg(0, "path").filter(|_| !call.has_spread());
    let path = path.ok_or_else(|| decline("its path is not among its arguments"))?.value;
    if !matches!(path.kind(), Kind::Call | Kind::Identifier | Kind::Attribute) {
        return Err(decline("its path is not that of a directory alone"));
    }
    let edit = Edit { span: path.span(), replacement: format!("{} or \".\"", path.text()) };
    Ok(Draft::new("sync the working directory where the name has none").edit([edit]))
}
