//! Repairs in the words of Rust: edits of the text, found by its syntax.
//!
//! Nothing is printed anew: what an edit does not touch stays byte for byte. What would have to be guessed is declined.

mod call;
mod chain;
mod commit;
mod errors;
mod exits;
mod handle;
mod imports;
mod inline;
mod open;
mod opener;
mod source;
mod staging;
mod sync;
#[cfg(test)]
mod tests;
mod uses;
mod wrapper;

use crate::position::Positions;
use crate::{RustFrontend, guard, position};
use atomic_lint_ir::{Applicability, Decline, Repair, RepairKind, Runtime, Speller, Spelling, Twin};
use atomic_lint_source::{Edit, apply};
use chain::Chain;
use source::Source;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A spelling whose imports are still to be looked at.
struct Draft {
    title: &'static str,
    applicability: Applicability,
    edits: Vec<Edit>,
    needs_runtime: bool,
    features: Vec<&'static str>,
}

impl Speller for RustFrontend {
    fn spell(&self, text: &str, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
        let parsable = u32::try_from(text.len()).is_ok_and(|len| repair.at.end <= len);
        if !parsable || guard::scan(text, position::skipped(text)).too_deep.is_some() {
            return decline("the file cannot be parsed");
        }
        // As in lowering, a panic in the parser must cost one repair and not the run.
        let result = catch_unwind(AssertUnwindSafe(|| spell(text, repair, runtime)));
        proc_macro2::extra::invalidate_current_thread_spans();
        result.unwrap_or_else(|_| decline("the parser gave up"))
    }
}

fn spell(text: &str, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
    let positions = Positions::new(text);
    let Ok(file) = syn::parse_str::<syn::File>(positions.numbered()) else {
        return decline("the file cannot be parsed");
    };
    let source = Source { text, positions: &positions, file: &file };
    let Some(chain) = Chain::to(&source, repair.at) else { return decline("the call is written by a macro") };
    let draft = draft(&source, &chain, repair, runtime)?;
    if draft.needs_runtime && runtime != Runtime::Crashsafe {
        return decline("it takes the runtime, which is not wanted here");
    }
    finish(&source, draft)
}

/// What `repair` comes to, before the imports.
fn draft(source: &Source, chain: &Chain, repair: &Repair, runtime: Runtime) -> Result<Draft, Decline> {
    match repair.kind {
        RepairKind::Through(twin @ (Twin::Write | Twin::Copy)) => call::through(source, chain, repair, twin),
        RepairKind::Through(Twin::Open) => open::through(source, chain, repair),
        RepairKind::Through(Twin::Path) => call::with_path(source, chain, repair),
        RepairKind::Sync => sync::sync(source, chain, repair, runtime),
        RepairKind::Flush => sync::flush(source, chain, repair),
        RepairKind::Rename => staging::whole_copy(source, chain, repair),
        RepairKind::Beside => staging::beside(source, chain, repair),
        RepairKind::KeepTarget => staging::keep_target(source, chain, repair),
        RepairKind::PassError => staging::pass_error(source, chain),
        RepairKind::ModeFirst => staging::mode_first(source, chain, repair),
    }
}

/// The spelling of `draft`, which must leave a text that parses.
fn finish(source: &Source, draft: Draft) -> Result<Spelling, Decline> {
    let alone = is_one_hunk(source, &draft.edits).then(|| draft.edits.clone());
    let edits = imports::with_trimmed(source, draft.edits);
    let parses = apply(source.text, &edits).is_ok_and(|text| {
        let positions = Positions::new(&text);
        syn::parse_str::<syn::File>(positions.numbered()).is_ok()
    });
    if !parses {
        return decline("the edits do not fit together");
    }
    Ok(Spelling {
        title: draft.title.to_string(),
        applicability: draft.applicability,
        edits,
        single_hunk: alone,
        needs_runtime: draft.needs_runtime,
        features: draft.features,
    })
}

/// Whether `edits` would be shown as one hunk of a diff with three lines around it.
fn is_one_hunk(source: &Source, edits: &[Edit]) -> bool {
    let mut spans: Vec<_> = edits.iter().map(|edit| edit.span).collect();
    spans.sort();
    let close = |pair: &[atomic_lint_source::Span]| {
        let between = source.text.get(pair[0].end as usize..pair[1].start as usize).unwrap_or("");
        between.matches('\n').count() <= 6
    };
    spans.windows(2).all(close)
}

fn decline<T>(why: &str) -> Result<T, Decline> {
    Err(Decline(why.to_string()))
}
