//! From found files to findings: the analysis is given what it asks for until it asks for nothing new.

use crate::callers::CallerSearch;
use crate::coverage::{Coverage, Missed};
use crate::inspect::{Inspector, SourceFile};
use crate::manifest;
use crate::read::Reader;
use crate::walk::Found;
use atomic_lint_analysis::{Demand, Outcome, Project, Settings, Tree};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::{Language, Name};
use atomic_lint_source::FileId;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// A run whose files are known and judged.
#[derive(Debug)]
pub(crate) struct Judged {
    /// Every file; its index is its [`FileId`].
    pub(crate) files: Vec<SourceFile>,
    /// What the analysis says of them.
    pub(crate) outcome: Outcome,
    /// What was asked for but is not among them.
    pub(crate) missed: Vec<Missed>,
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
    loop {
        let demand = project.demand();
        if demand == Demand::default() {
            break;
        }
        let mut wanted: BTreeSet<usize> = demand.files.iter().map(|id| id.0 as usize).collect();
        for caller in callers(&files, &project, &demand.callers) {
            project.answer(FileId(caller as u32));
            wanted.insert(caller);
        }
        let is_open = |file: &SourceFile| file.facts.is_none() && file.missed.is_none();
        let mut chosen: Vec<(usize, &mut SourceFile)> =
            files.iter_mut().enumerate().filter(|(at, file)| wanted.contains(at) && is_open(file)).collect();
        chosen.par_iter_mut().for_each_init(inspector, |inspector, (_, file)| inspector.lower(file));
        chosen.into_iter().for_each(|(at, file)| hand_over(&mut project, at, file));
    }
    let mut outcome = project.analyse(settings);
    // What was accepted is listed for files that were looked at for their own sake, however many others were.
    outcome.accepted.retain(|accepted| files[accepted.place.file.0 as usize].hit);
    Judged { files, outcome, missed }
}

fn hand_over(project: &mut Project<'_>, at: usize, file: &mut SourceFile) {
    if let Some(unit) = file.facts.as_mut().and_then(|facts| facts.unit.take()) {
        project.add(FileId(at as u32), unit);
    }
}

/// Indices of files that hold all texts of one of `lists`, lowered or not: what is in play must not depend on that.
fn callers(files: &[SourceFile], project: &Project<'_>, lists: &[(Language, Vec<Name>)]) -> Vec<usize> {
    let mut callers = Vec::new();
    for language in Language::ALL {
        let Some(search) = CallerSearch::new(language, lists) else { continue };
        let found = files.par_iter().enumerate().map_init(Reader::default, |reader, (at, file)| {
            let candidate = file.language == language && project.may_call(FileId(at as u32));
            // A file that can no longer be read is no caller; whoever needs it meets the error again.
            let found = candidate && reader.read(&file.path).is_ok_and(|text| search.finds(text));
            found.then_some(at)
        });
        callers.extend(found.flatten().collect::<Vec<_>>());
    }
    callers
}
