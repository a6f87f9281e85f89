//! Repairs in the words of Rust: edits of the text, found by its syntax.
//!
//! Nothing is printed anew: what an edit does not touch stays byte for byte. What would have to be guessed is declined.

mod call;
mod chain;
mod commit;
mod errors;
mod exclusive;
mod exits;
mod finish;
mod handle;
mod imports;
mod inline;
mod layout;
mod leftover;
mod lock_beside;
mod open;
mod opener;
mod path;
mod private;
mod relaid;
mod rewrite;
mod source;
mod staging;
mod standard;
mod sync;
#[cfg(test)]
mod tests;
mod thread;
mod uses;
mod whole;
mod wrapper;
mod write_all;

use crate::position::Positions;
use crate::{RustFrontend, guard, position};
use atomic_lint_ir::{Applicability, Decline, Frontend, Repair, RepairKind, Runtime, Speller, Spelling, Twin};
use atomic_lint_source::{Edit, Span, apply};
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
    fn spell_all(&self, text: &str, repairs: &[&Repair], runtime: Runtime) -> Vec<Result<Spelling, Decline>> {
        let all_declined = |why: &str| repairs.iter().map(|_| decline(why)).collect();
        let parsable = u32::try_from(text.len()).is_ok();
        if !parsable || guard::scan(text, position::skipped(text)).too_deep.is_some() {
            return all_declined("the file cannot be parsed");
        }
        // As in lowering, a panic in the parser must cost the repairs of one file and not the run.
        let result = catch_unwind(AssertUnwindSafe(|| {
            let positions = Positions::new(text);
            let file = syn::parse_str::<syn::File>(positions.numbered()).ok()?;
            let parts: Vec<Span> = self.outline(text).parts.iter().map(|part| part.span).collect();
            let source = Source { text, positions: &positions, file: &file, parts: &parts };
            Some(repairs.iter().map(|repair| guarded(&source, repair, runtime)).collect())
        }));
        proc_macro2::extra::invalidate_current_thread_spans();
        match result {
            Ok(Some(spelled)) => spelled,
            Ok(None) => all_declined("the file cannot be parsed"),
            Err(_) => all_declined("the parser gave up"),
        }
    }
}

fn guarded(source: &Source, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
    let result = catch_unwind(AssertUnwindSafe(|| spell(source, repair, runtime)));
    result.unwrap_or_else(|_| decline("the parser gave up"))
}

fn spell(source: &Source, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
    if repair.at.end as usize > source.text.len() {
        return decline("the file is not the one that was judged");
    }
    let Some(chain) = Chain::to(source, repair.at) else { return decline("the call is written by a macro") };
    let draft = draft(source, &chain, repair, runtime)?;
    if draft.needs_runtime && runtime != Runtime::Crashsafe {
        return decline("it takes the runtime, which is not wanted here");
    }
    finish(source, draft)
}

/// What `repair` comes to, before the imports.
fn draft(source: &Source, chain: &Chain, repair: &Repair, runtime: Runtime) -> Result<Draft, Decline> {
    match repair.kind {
        RepairKind::Through(Twin::Write) if runtime == Runtime::Standard => standard::written(source, chain, repair),
        RepairKind::Through(twin @ (Twin::Write | Twin::Copy)) => call::through(source, chain, repair, twin),
        RepairKind::Through(Twin::Open) => open::through(source, chain, repair),
        RepairKind::Through(Twin::Path) => call::with_path(source, chain, repair),
        RepairKind::Sync => sync::sync(source, chain, repair, runtime),
        RepairKind::Flush => sync::flush(source, chain, repair),
        RepairKind::Rename => staging::whole_copy(source, chain, repair),
        RepairKind::Beside => staging::beside(source, chain, repair).or_else(|why| match runtime {
            // Where no library makes the file, the runtime does.
            Runtime::Crashsafe => whole::moved(source, chain, repair).map_err(|_| why),
            Runtime::Standard | Runtime::None => Err(why),
        }),
        RepairKind::KeepTarget => staging::keep_target(source, chain, repair),
        RepairKind::PassError | RepairKind::PassWriteError => staging::pass_error(source, chain),
        RepairKind::ModeFirst => staging::mode_first(source, chain, repair),
        RepairKind::Whole => whole::moved(source, chain, repair),
        RepairKind::FlushAtEnd => finish::flushed(source, chain),
        RepairKind::WriteAll => write_all::whole(source, chain),
        RepairKind::OnePiece => write_all::joined(source, chain),
        RepairKind::NameDirectory => write_all::named_directory(source, chain),
        RepairKind::Private => private::from_the_start(source, chain, repair),
        RepairKind::Exclusive => exclusive::created(source, chain),
        RepairKind::OffThread => thread::handed_over(source, chain, repair),
        RepairKind::ReadThenReplace => rewrite::through(source, chain, repair),
        RepairKind::LockBeside => lock_beside::through(source, chain),
    }
}

/// The spelling of `draft`, which must leave a text that parses.
fn finish(source: &Source, draft: Draft) -> Result<Spelling, Decline> {
    let own = relaid::with_line_breaks(source, draft.edits);
    let alone = is_one_hunk(source, &own).then(|| own.clone());
    let edits = imports::with_trimmed(source, own);
    if !still_parses(source, &edits) {
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

/// Whether the items that `edits` change can still be read; the others are what they were.
fn still_parses(source: &Source, edits: &[Edit]) -> bool {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut regions: Vec<Span> = Vec::new();
    for edit in sorted {
        let touches = |part: &&Span| part.start <= edit.span.end && part.end >= edit.span.start;
        let touched = source.parts.iter().filter(touches).copied().reduce(Span::to);
        // Not every file has its items told apart.
        let region = touched.map_or(Span::new(0, source.text.len() as u32), |part| part.to(edit.span));
        match regions.last_mut().filter(|last| region.start <= last.end) {
            Some(last) => *last = last.to(region),
            None => regions.push(region),
        }
    }
    regions.into_iter().all(|region| {
        let own = edits.iter().filter(|edit| region.contains(edit.span)).map(|edit| Edit {
            span: Span::new(edit.span.start - region.start, edit.span.end - region.start),
            replacement: edit.replacement.clone(),
        });
        apply(region.slice(source.text), &own.collect::<Vec<_>>()).is_ok_and(|text| {
            let positions = Positions::new(&text);
            syn::parse_str::<syn::File>(positions.numbered()).is_ok()
        })
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
