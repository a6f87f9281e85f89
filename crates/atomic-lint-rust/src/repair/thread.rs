//! What waits for the device is done where the other tasks of an asynchronous function go on meanwhile.

use super::call;
use super::chain::{Body, Chain};
use super::source::{Source, insertion};
use super::{Draft, decline};
use crate::tokens::Tokens;
use atomic_lint_ir::{Applicability, Decline, Repair, Twin};

/// `file.sync_all()?` → `tokio::task::block_in_place(|| file.sync_all())?`, and for the runtime its own twin.
pub(super) fn handed_over(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    if !is_asynchronous(chain) {
        return decline("the function around it is not asynchronous");
    }
    if repair.api.as_str() == "crashsafe::write" {
        return twin(source, chain, repair);
    }
    // It is there only where tokio is built with many threads, which is said in no source.
    if !source.text.contains("block_in_place") {
        return decline("nothing here says that tokio has other threads for its tasks");
    }
    // In a closure there would be no way out of the function for it.
    let span = source.expr(chain.expr());
    if Tokens::new(span.slice(source.text), 0)
        .any(|token| matches!(&span.slice(source.text)[token.range], "?" | "await"))
    {
        return decline("part of the call leaves the function by itself");
    }
    Ok(Draft {
        title: "let the other tasks go on meanwhile",
        // With a runtime of one thread it panics.
        applicability: Applicability::Unsafe,
        edits: vec![insertion(span.start, "tokio::task::block_in_place(|| "), insertion(span.end, ")")],
        needs_runtime: false,
        features: Vec::new(),
    })
}

fn twin(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let mut draft = call::through(source, chain, repair, Twin::Write)?;
    let function = call::function_call(source, chain)?;
    draft.edits = call::renamed(source, chain, function, "crashsafe::tokio::write");
    draft.edits.push(insertion(source.expr(chain.expr()).end, ".await"));
    draft.applicability = Applicability::Unsafe;
    draft.features = vec!["tokio"];
    draft.title = "let the other tasks go on meanwhile";
    Ok(draft)
}

fn is_asynchronous(chain: &Chain) -> bool {
    match chain.body(chain.len() - 1) {
        Some(Body::Function(sig)) => sig.asyncness.is_some(),
        Some(Body::Closure(closure)) => closure.asyncness.is_some(),
        Some(Body::Async) => true,
        None => false,
    }
}
