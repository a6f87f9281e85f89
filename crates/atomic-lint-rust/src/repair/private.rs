//! A file that is to be private is so from the start: the mode is that of its creation, and is not set afterwards.

use super::chain::Chain;
use super::source::{Source, replacement};
use super::{Draft, decline, staging, wrapper};
use atomic_lint_ir::{Applicability, Decline, FlowStep, Repair};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, Stmt};

/// `File::create_new(path)?` … `fs::set_permissions(path, Permissions::from_mode(0o600))?` →
/// `File::options().write(true).create_new(true).mode(0o600).open(path)?`
pub(super) fn from_the_start(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let Some((_, stmt, _)) = chain.statement(chain.len() - 1) else { return decline("it is not a statement") };
    let Some(mode) = mode(chain.expr()).filter(|_| is_alone(stmt)) else {
        return decline("the mode is set in a way that has no twin");
    };
    let opened = repair.steps.iter().find(|(step, _)| *step == FlowStep::Open);
    let Some(opened) = opened.and_then(|(_, span)| Chain::to(source, *span)) else {
        return decline("the file is created elsewhere");
    };
    if !staging::is_within_body(source, chain, &opened) || chain.is_within_closure(chain.len() - 1) {
        return decline("it is created and restricted by different functions");
    }
    let is_branch = chain.blocks(chain.len() - 1).count() != opened.blocks(opened.len() - 1).count();
    if is_branch {
        return decline("it is restricted on some way only");
    }
    let mut edits = created(source, opened.expr(), source.of(mode))?;
    edits.push(match stmt {
        Stmt::Expr(_, None) => replacement(source.bare_stmt(stmt), "Ok(())"),
        _ => source.without(stmt),
    });
    edits.extend(imported(source)?);
    Ok(Draft {
        title: "create it with the mode that it is to have",
        applicability: Applicability::Unsafe,
        edits,
        needs_runtime: false,
        features: Vec::new(),
    })
}

/// The statement that sets it does nothing else.
fn is_alone(stmt: &Stmt) -> bool {
    let mut at = match stmt {
        Stmt::Expr(expr, _) => expr,
        _ => return false,
    };
    if let Expr::Try(inner) = at {
        at = &inner.expr;
    }
    matches!(at, Expr::Call(_) | Expr::MethodCall(_))
}

/// What `Permissions::from_mode` is given in a call that sets a mode.
fn mode(call: &Expr) -> Option<&Expr> {
    let permissions = match call {
        Expr::Call(call) if call.args.len() == 2 => &call.args[1],
        Expr::MethodCall(call) if call.args.len() == 1 => &call.args[0],
        _ => return None,
    };
    let Expr::Call(made) = permissions else { return None };
    let last = wrapper::as_path(&made.func).and_then(|path| path.segments.last());
    let is_literal = |mode: &&Expr| matches!(mode, Expr::Lit(_));
    made.args.first().filter(is_literal).filter(|_| last.is_some_and(|last| last.ident == "from_mode"))
}

/// The call that creates it, with `mode`.
fn created(source: &Source, call: &Expr, mode: &str) -> Result<Vec<Edit>, Decline> {
    match call {
        Expr::Call(created) => {
            let path = wrapper::as_path(&created.func);
            let name = path.and_then(|path| path.segments.last()).map(|last| last.ident.to_string());
            let how = match name.as_deref() {
                Some("create_new") => "create_new(true)",
                // What was staged is new on all ways but those behind a crash.
                Some("create") => "create(true).truncate(true)",
                _ => return decline("the file is created by a function that is not known"),
            };
            let function = source.expr(&created.func);
            let owner = function.slice(source.text).rsplit_once("::").map_or("std::fs::File", |(owner, _)| owner);
            let new = format!("{owner}::options().write(true).{how}.mode({mode}).open");
            Ok(vec![replacement(function, new)])
        }
        Expr::MethodCall(open) if open.method == "open" => {
            let end = source.expr(&open.receiver).end;
            match source.of(&open.receiver).contains(".mode(") {
                true => decline("it is created with a mode already"),
                false => Ok(vec![replacement(Span::new(end, end), format!(".mode({mode})"))]),
            }
        }
        _ => decline("the file is created by a function that is not known"),
    }
}

/// The trait that has the mode of a creation takes the place of the one that made permissions.
fn imported(source: &Source) -> Result<Option<Edit>, Decline> {
    let (wanted, given) = ("OpenOptionsExt", "PermissionsExt");
    let whole = Span::new(0, source.text.len() as u32);
    if source.mentions(whole, wanted) {
        return Ok(None);
    }
    let uses: usize = ["from_mode", ".mode()", "set_mode"].iter().map(|word| source.text.matches(word).count()).sum();
    let at = source.text.find(given).filter(|_| source.text.matches(given).count() == 1 && uses == 1);
    let Some(at) = at else { return decline("a trait would have to be imported beside others") };
    Ok(Some(replacement(Span::new(at as u32, (at + given.len()) as u32), wanted)))
}
