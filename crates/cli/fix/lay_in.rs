//! The runtime laid in for a whole project at once, so that later fixes change only the code.

use super::diff;
use super::runtime::{Dependency, Planner, home_of};
use super::transaction::{self, Change, Outcome, name_of};
use crate::answer::Answer;
use crate::inspect::SourceFile;
use atomic_lint_ir::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is to be laid in.
#[derive(Debug)]
pub(crate) struct LaidIn {
    groups: Vec<Vec<Change>>,
    /// Files that cannot call the runtime, and why.
    pub(crate) notices: Vec<String>,
    /// There is code that can call it then.
    pub(crate) is_possible: bool,
}

/// What `answer` needs so that each of its fixes finds the runtime; where it has none that call it, what the code that
/// lies nearest needs.
pub(crate) fn lay_in(answer: &Answer, dependency: Dependency) -> LaidIn {
    let mut wanted = callers(answer);
    if wanted.is_empty() {
        wanted = Language::ALL.into_iter().filter_map(|language| nearest(answer, language)).collect();
    }
    // What the library of a package may use, its tests may use too.
    wanted.sort_by_key(|(file, _)| (is_aside(&file.path), file.name.clone()));
    let mut planner = Planner::new(dependency);
    let (mut reasons, mut is_possible): (BTreeSet<String>, bool) = (BTreeSet::new(), false);
    for (file, features) in &wanted {
        match planner.plan(file.language, &file.path, features) {
            Ok(_) => is_possible = true,
            Err(why) => _ = reasons.insert(format!("{}: {why}", folder_of(file))),
        }
    }
    let mut notices: Vec<String> = reasons.into_iter().collect();
    if wanted.is_empty() {
        notices.push("there is no code that could call the runtime".to_owned());
    }
    LaidIn { groups: planner.groups(), notices, is_possible }
}

/// Files with fixes that call the runtime, and the features that they need.
fn callers(answer: &Answer) -> Vec<(&SourceFile, Vec<String>)> {
    let mut callers: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    let mends = (0..answer.said.diagnostics.len()).filter_map(|at| answer.said.mend(at));
    for mend in mends.filter(|mend| mend.spelling.needs_runtime) {
        callers.entry(mend.file.0).or_default().extend(mend.spelling.features.iter().copied());
    }
    let owned = |features: BTreeSet<&str>| features.into_iter().map(str::to_owned).collect();
    callers.into_iter().map(|(file, features)| (&answer.files[file as usize], owned(features))).collect()
}

/// The file of `language` that is least deep in the tree, tests and the like left aside.
fn nearest(answer: &Answer, language: Language) -> Option<(&SourceFile, Vec<String>)> {
    let of_language = answer.files.iter().filter(|file| file.language == language && !is_aside(&file.path));
    let depth = |file: &&SourceFile| (file.path.components().count(), file.name.clone());
    of_language.min_by_key(depth).map(|file| (file, Vec::new()))
}

/// Whether it is code that is not what the project gives to others.
fn is_aside(path: &Path) -> bool {
    let names = ["tests", "test", "benches", "examples", "docs", "build.rs", "setup.py", "conftest.py"];
    path.components().any(|part| names.iter().any(|name| part.as_os_str() == *name))
}

fn folder_of(file: &SourceFile) -> &str {
    file.name.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

impl LaidIn {
    /// Whether all is there.
    pub(crate) fn is_nothing(&self) -> bool {
        self.groups.iter().all(Vec::is_empty)
    }

    /// What would be written, as a difference.
    pub(crate) fn shown(&self) -> String {
        self.groups.iter().flatten().map(diff::unified).collect()
    }

    /// Writes it.
    pub(crate) fn write(&self) -> Result<Outcome, String> {
        transaction::write_groups(&self.groups)
    }

    /// What was written, a line for each manifest and for each folder of the runtime.
    pub(crate) fn summary(&self, outcome: &Outcome) -> String {
        let is_written = |change: &&Change| outcome.written.contains(&change.name);
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        for change in self.groups.iter().flatten().filter(is_written) {
            match home_of(&change.path) {
                Some(home) => *lines.entry(format!("laid in {}", name_of(home))).or_insert(0) += 1,
                None => _ = lines.insert(format!("changed {}", change.name), 0),
            }
        }
        let line = |(what, files): (String, usize)| match files {
            0 => format!("{what}\n"),
            1 => format!("{what}: 1 file\n"),
            _ => format!("{what}: {files} files\n"),
        };
        match self.is_nothing() && self.is_possible {
            true => "all is there that fixed code calls\n".to_owned(),
            false => lines.into_iter().map(line).collect(),
        }
    }
}
