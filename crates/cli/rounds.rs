//! From found files to findings: the analysis is given what it asks for until it asks for nothing new.

use crate::callers::CallerSearch;
use crate::coverage::{Coverage, Missed};
use crate::inspect::{Ask, Inspector, SourceFile};
use crate::manifest::{self, Manifest};
use crate::portion::{self, Asked};
use crate::read::Reader;
use crate::walk::Found;
use atomic_lint_analysis::{Callers, Demand, Mention, Outcome, Project, Settings, Tree};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Language;
use atomic_lint_source::{FileId, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A run whose files are known and judged.
#[derive(Debug)]
pub(crate) struct Judged {
    /// Every file; its index is its [`FileId`].
    pub(crate) files: Vec<SourceFile>,
    /// What the analysis says of them.
    pub(crate) outcome: Outcome,
    /// What was asked for but is not among them.
    pub(crate) missed: Vec<Missed>,
    /// The manifests by which they belong together.
    pub(crate) manifests: Vec<Manifest>,
}

impl Judged {
    /// What the run covered.
    pub(crate) fn coverage(&self) -> Coverage {
        let mut missed = self.missed.clone();
        missed.extend(self.files.iter().filter_map(|file| file.missed.clone()));
        missed.sort();
        Coverage { files: self.files.len() + self.missed.len(), missed }
    }
}

/// Judges what a walk found; `inspector` makes one for each thread that has to lower more.
pub(crate) fn judge<'p>(
    catalog: &Catalog,
    settings: &Settings,
    found: Found,
    inspector: &(dyn Fn() -> Inspector<'p> + Sync),
) -> Judged {
    let Found { mut files, missed, manifests } = found;
    let paths = files.iter().map(|file| file.name.clone()).collect();
    let mut project = Project::new(catalog, Tree { paths, packages: manifest::packages(&manifests) });
    files.iter_mut().enumerate().for_each(|(at, file)| hand_over(&mut project, at, file));
    let mut rounds = Rounds { asked: Asked::default(), bodies: BTreeMap::new(), inspector };
    let mut outcome = loop {
        let mut demand = project.demand();
        if demand == Demand::default() {
            match project.analyse(settings) {
                Ok(outcome) => break outcome,
                Err(missing) => demand = missing,
            }
        }
        rounds.fulfil(&mut project, &mut files, &demand);
    };
    // What was accepted is listed for files that were looked at for their own sake, however many others were.
    outcome.accepted.retain(|accepted| files[accepted.place.file.0 as usize].hit);
    Judged { files, outcome, missed, manifests }
}

/// What a run has asked for so far.
struct Rounds<'i, 'p> {
    asked: Asked,
    /// By file.
    bodies: BTreeMap<usize, Vec<Span>>,
    inspector: &'i (dyn Fn() -> Inspector<'p> + Sync),
}

impl Rounds<'_, '_> {
    /// Lowers what `demand` asks for, and gives it to `project`.
    fn fulfil(&mut self, project: &mut Project<'_>, files: &mut [SourceFile], demand: &Demand) {
        let mut wanted: BTreeSet<usize> = demand.files.iter().map(|id| id.0 as usize).collect();
        for caller in callers(files, project, &demand.callers) {
            project.answer(FileId(caller as u32));
            wanted.insert(caller);
        }
        for place in &demand.bodies {
            let file = place.file.0 as usize;
            self.bodies.entry(file).or_default().push(place.span);
            wanted.insert(file);
        }
        if !demand.mentions.is_empty() {
            self.asked.extend(&demand.mentions);
            wanted.extend(self.mentioning(project, files, &demand.mentions));
        }
        let is_open = |file: &SourceFile| match &file.facts {
            Some(facts) => !facts.omitted.is_empty(),
            None => file.missed.is_none(),
        };
        let chosen = files.iter_mut().enumerate().filter(|(at, file)| wanted.contains(at) && is_open(file));
        let mut chosen: Vec<(usize, &mut SourceFile)> = chosen.collect();
        let lower = |inspector: &mut Inspector<'_>, (at, file): &mut (usize, &mut SourceFile)| {
            let bodies = self.bodies.get(at).map_or(&[][..], Vec::as_slice);
            inspector.lower(file, Ask { asked: &self.asked, bodies });
        };
        chosen.par_iter_mut().for_each_init(self.inspector, lower);
        chosen.into_iter().for_each(|(at, file)| hand_over(project, at, file));
    }

    /// Files in play of which something was left out that holds one of `mentions`.
    fn mentioning(&self, project: &Project<'_>, files: &[SourceFile], mentions: &[Mention]) -> Vec<usize> {
        let searches = portion::searches(mentions.iter());
        let found = files.par_iter().enumerate().map_init(self.inspector, |inspector, (at, file)| {
            let search = searches[file.language as usize].as_ref().filter(|_| project.is_in_play(FileId(at as u32)))?;
            inspector.mentions(file, search).then_some(at)
        });
        found.flatten().collect()
    }
}

fn hand_over(project: &mut Project<'_>, at: usize, file: &mut SourceFile) {
    if let Some(unit) = file.facts.as_mut().and_then(|facts| facts.unit.take()) {
        project.add(FileId(at as u32), unit);
    }
}

/// Indices of files that hold all texts of one of `lists`, lowered or not: what is in play must not depend on that.
fn callers(files: &[SourceFile], project: &Project<'_>, lists: &[Callers]) -> Vec<usize> {
    let mut callers = Vec::new();
    for language in Language::ALL {
        let Some(search) = CallerSearch::new(language, lists) else { continue };
        let found = files.par_iter().enumerate().map_init(Reader::default, |reader, (at, file)| {
            let id = FileId(at as u32);
            if file.language != language || !project.may_call(id) {
                return None;
            }
            // A file that can no longer be read is no caller; whoever needs it meets the error again.
            let text = file.bytes(reader).ok()?;
            search.finds(text, |list| project.may_be_among(id, list)).then_some(at)
        });
        callers.extend(found.flatten().collect::<Vec<_>>());
    }
    callers
}
