//! A buffer is flushed where its life ends, so that its error is seen.

use super::chain::{Chain, Node};
use super::errors::Handling;
use super::handle::{self, Binding, Opening};
use super::open::{Closing, Scene};
use super::source::Source;
use super::uses::Use;
use super::wrapper::{self, Layer};
use super::{Draft, call, decline};
use atomic_lint_ir::{Applicability, Decline};
use syn::{Expr, Local, Pat, Stmt};

/// Flushes what is written to by the call at the end of `chain`, behind its last use and on each way out before.
pub(super) fn flushed(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let binding = binding(source, chain)?;
    let asynchronous = call::is_awaited(chain);
    let opening = Opening { index: chain.len() - 1, wraps: Vec::new(), opened: false, handling: Handling::passed() };
    let layers: Vec<Layer> = layer(source, &binding)?.into_iter().collect();
    let life = handle::life(source, &binding, layers);
    for (_, (found, _)) in &life.uses {
        match found {
            Use::Escape(why) => return decline(why),
            Use::Given(..) | Use::Dropped => return decline("the handle is passed on"),
            _ => {}
        }
    }
    if !life.rebound.is_empty() {
        return decline("a writer is put around it, or taken off");
    }
    let closing = match life.layers.last() {
        Some(Layer::Finish) => Closing::Finish,
        Some(Layer::IntoInner) => return decline("what is around the file has to be finished"),
        _ => Closing::Flush,
    };
    let scene = Scene { source, chain, binding, opening, life, asynchronous, staged: false, closing };
    let title = "flush it where its life ends";
    let edits = scene.committed()?;
    Ok(Draft { title, applicability: Applicability::Safe, edits, needs_runtime: false, features: Vec::new() })
}

/// The `let` of the variable that is written to.
fn binding<'a>(source: &Source<'a>, chain: &Chain<'a>) -> Result<Binding<'a>, Decline> {
    let name = written(chain.expr()).ok_or_else(|| Decline("what is written to has no name".to_string()))?;
    for (block_index, block, inner) in chain.blocks(chain.len() - 1) {
        let before = handle::position(block, inner);
        for (at, stmt) in block.stmts.iter().enumerate().take(before).rev() {
            let Stmt::Local(local) = stmt else { continue };
            if let Some((ident, ty)) = variable(local).filter(|(ident, _)| ident.ident == name) {
                let is_mutable = ident.mutability.is_some();
                return Ok(Binding { name: &ident.ident, is_mutable, ty, block, block_index, from: at + 1 });
            }
            if source.mentions(source.node(&local.pat), &name) {
                return decline("the handle is bound by a pattern");
            }
        }
        if matches!(chain.get(block_index.saturating_sub(1)), Some(Node::Expr(Expr::Closure(_)))) {
            return decline("the buffer is that of the code around");
        }
    }
    decline("the buffer is that of a caller")
}

fn variable(local: &Local) -> Option<(&syn::PatIdent, Option<&syn::Type>)> {
    let (pattern, ty) = match &local.pat {
        Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
        other => (other, None),
    };
    match pattern {
        Pat::Ident(ident) => Some((ident, ty)),
        _ => None,
    }
}

/// The variable that a call or a macro writes to.
fn written(expr: &Expr) -> Option<String> {
    let destination = match expr {
        Expr::MethodCall(call) => (*call.receiver).clone(),
        Expr::Macro(mac) => crate::fragments::arguments(&mac.mac.tokens)?.into_iter().next()?.value,
        Expr::Call(call) => call.args.iter().find(|arg| matches!(arg, Expr::Reference(_)))?.clone(),
        _ => return None,
    };
    let bare = match destination {
        Expr::Reference(reference) => *reference.expr,
        other => other,
    };
    match bare {
        Expr::Path(path) => path.path.get_ident().map(|ident| ident.to_string()),
        _ => None,
    }
}

/// What the variable puts around its file.
fn layer(source: &Source, binding: &Binding) -> Result<Option<Layer>, Decline> {
    let Some(Stmt::Local(local)) = binding.block.stmts.get(binding.from.wrapping_sub(1)) else { return Ok(None) };
    let Some(init) = &local.init else { return decline("it is given its value later") };
    let mut at = &*init.expr;
    loop {
        at = match at {
            Expr::Try(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            Expr::MethodCall(inner) if inner.method == "unwrap" || inner.method == "expect" => &inner.receiver,
            Expr::Call(call) => {
                let made = wrapper::as_path(&call.func).and_then(|path| wrapper::made_by(source, path));
                return Ok(made.map(|(layer, _)| layer));
            }
            _ => return Ok(None),
        };
    }
}
