//! A file that is not to be there yet is created, and never replaced: the system is asked once, and by nobody else between.

use super::chain::Chain;
use super::source::{Source, insertion, replacement};
use super::{Draft, decline, wrapper};
use atomic_lint_ir::{Applicability, Decline};
use syn::Expr;

/// `File::create(p)` → `File::create_new(p)`, `crashsafe::write(p, d)` → `crashsafe::create_new(p, d)`
pub(super) fn created(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let edit = match chain.expr() {
        Expr::Call(call) => {
            let path = wrapper::as_path(&call.func);
            let path = path.ok_or_else(|| Decline("what is called is a value".to_string()))?;
            let last = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            let owner = path.segments.iter().rev().nth(1).map(|owner| owner.ident.to_string()).unwrap_or_default();
            let span = path.segments.last().map(|last| source.token(last.ident.span()));
            match (owner.as_str(), last.as_str(), span) {
                ("File", "create", Some(span)) => replacement(span, "create_new"),
                ("crashsafe", "write", Some(span)) => replacement(span, "create_new"),
                _ => return decline("what it calls has no twin that only creates"),
            }
        }
        Expr::MethodCall(open) if open.method == "open" && !source.of(&open.receiver).contains("create_new") => {
            insertion(source.expr(&open.receiver).end, ".create_new(true)")
        }
        _ => return decline("what it calls has no twin that only creates"),
    };
    Ok(Draft {
        title: "create it only where it is not there",
        // Where somebody else was first, there is an error now.
        applicability: Applicability::Unsafe,
        edits: vec![edit],
        needs_runtime: false,
        features: Vec::new(),
    })
}
