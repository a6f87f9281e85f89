//! What waits for the device is done in another thread, so that the other tasks of a coroutine go on meanwhile.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::imports::Module;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use atomic_lint_ir::Decline;
use atomic_lint_source::Edit;

/// Libraries whose coroutines are not those of `asyncio`.
const OTHERS: [&str; 3] = ["trio", "anyio", "curio"];

/// The reported call, whatever it is of, handed to a thread.
pub(super) fn handed_over(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let module = asyncio(order, &order.site).ok_or_else(|| decline("it cannot be waited for here"))?;
    let code = order.code;
    let args = std::iter::once(&call.function).chain(call.args.iter().map(|arg| &arg.node));
    let args = args.map(|node| node.text().to_string()).collect();
    let edit = Recall::new(code, &call, format!("await {}.to_thread", module.name)).with(args).edit()?;
    Ok(Draft::new("wait for it in another thread").edit([edit]).naming(module).doubtful(true))
}

/// `call`, which stands at `site`, as one of `function` with `args`; in a coroutine it is waited for in a thread.
pub(super) fn called<'t>(
    order: &Order<'_, 't>,
    call: &Call<'t>,
    site: &Site<'t>,
    function: String,
    mut args: Vec<String>,
) -> Result<(Edit, Option<Module>), Decline> {
    let module = asyncio(order, site);
    let function = match &module {
        Some(module) => {
            args.insert(0, function);
            format!("await {}.to_thread", module.name)
        }
        None => function,
    };
    Ok((Recall::new(order.code, call, function).with(args).edit()?, module))
}

/// The module whose threads a coroutine can wait for at `site`; nothing where that cannot be written or is not the
/// coroutine of that module.
fn asyncio<'t>(order: &Order<'_, 't>, site: &Site<'t>) -> Option<Module> {
    let imports = &order.code.imports;
    let is_whole = match site.parent()?.node().kind() {
        Kind::ExpressionStatement | Kind::ReturnStatement => true,
        Kind::Assignment => site.node().field() == Field::Right,
        _ => false,
    };
    let is_other = OTHERS.iter().any(|name| imports.brings(name));
    (is_whole && site.is_async() && !is_other).then(|| imports.module(order.code, "asyncio").ok()).flatten()
}
