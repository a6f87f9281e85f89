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
    let mut asked = BTreeSet::new();
    loop {
        let demand = project.demand();
        let wanted = wanted(&files, demand, &mut asked);
        if wanted.is_empty() {
            break;
        }
        let mut chosen: Vec<(usize, &mut SourceFile)> =
            files.iter_mut().enumerate().filter(|(at, _)| wanted.contains(at)).collect();
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

/// Indices of files that `demand` names and that were not lowered yet.
fn wanted(files: &[SourceFile], demand: Demand, asked: &mut BTreeSet<(Language, Vec<Name>)>) -> BTreeSet<usize> {
    let is_open = |file: &SourceFile| file.facts.is_none() && file.missed.is_none();
    let named = demand.files.iter().map(|id| id.0 as usize);
    let mut wanted: BTreeSet<usize> = named.filter(|at| files.get(*at).is_some_and(is_open)).collect();
    let new: Vec<_> = demand.callers.into_iter().filter(|list| asked.insert(list.clone())).collect();
    for language in Language::ALL {
        let Some(search) = CallerSearch::new(language, &new) else { continue };
        let callers = files.par_iter().enumerate().map_init(Reader::default, |reader, (at, file)| {
            let candidate = file.language == language && is_open(file);
            // A file that can no longer be read is no caller; whoever needs it meets the error again.
            let found = candidate && reader.read(&file.path).is_ok_and(|text| search.finds(text));
            found.then_some(at)
        });
        wanted.extend(callers.flatten().collect::<Vec<_>>());
    }
    wanted
}
