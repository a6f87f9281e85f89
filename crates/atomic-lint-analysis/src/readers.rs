//! Functions that only read: what they open tells which of the targets are read back.
//!
//! They are looked for beside the writes, in files that are lowered whole in any case, so that what is found does not
//! depend on what was left out of others.

use crate::program::{BodyRef, Program};
use crate::project::WHOLE;
use atomic_lint_catalog::{Effect, Models};
use atomic_lint_ir::{Body, BodyId, BodyKind, Callee, Language, Op};
use atomic_lint_source::FileId;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// The bodies that are no roots, and in which a file may be opened for reading.
pub(crate) fn readers(program: &Program<'_>) -> Vec<BodyRef> {
    let names = Language::ALL.map(|language| (language, opening(program.catalog.models(language))));
    let writing: BTreeSet<FileId> = program.bodies.iter().filter(|info| info.begins).map(|info| info.file).collect();
    let mut found = Vec::new();
    for file in writing.into_iter().filter(|file| is_whole(program, *file)) {
        let unit = program.unit(file);
        let Some((_, names)) = names.iter().find(|(language, _)| *language == unit.language) else { continue };
        for (at, body) in unit.bodies.iter().enumerate() {
            let body_ref = program.body_ref(file, BodyId(at as u32));
            let is_root = program.relevance.is_root(body_ref) || program.body(body_ref).test;
            if !is_root && !matches!(body.kind, BodyKind::Closure(_)) && opens(body, names) {
                found.push(body_ref);
            }
        }
    }
    found
}

/// Whether nothing is left out of a file in which a finding can begin.
fn is_whole(program: &Program<'_>, file: FileId) -> bool {
    program.unit(file).bodies.first().is_some_and(|top| top.span.end <= WHOLE)
}

/// What the functions and methods are called that can open a file for reading.
fn opening(models: &Models) -> FxHashSet<&str> {
    let reads = |effect: Effect| {
        matches!(effect, Effect::OpenRead | Effect::OpenMode | Effect::OpenFlags | Effect::OpenOptions | Effect::Read)
    };
    let names = models.apis().filter(|(_, api)| reads(api.effect));
    names.map(|(name, _)| name.rsplit(['.', ':']).next().unwrap_or(name)).collect()
}

fn opens(body: &Body, names: &FxHashSet<&str>) -> bool {
    let mut steps = body.blocks.iter().flat_map(|block| &block.steps);
    steps.any(|step| match &step.op {
        Op::Call { callee: Callee::Path(path), .. } => names.contains(path.last()),
        Op::Call { callee: Callee::Method { name, .. }, .. } => names.contains(name.as_str()),
        _ => false,
    })
}
