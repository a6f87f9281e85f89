//! `--fix`, `--fix-only` and `--diff`: from an answer to changed files and an exit code.

use super::choice::Choice;
use super::diff;
use super::engine::{self, Applied, Fixed};
use super::runtime::Planner;
use super::transaction::{self, Change, Dependent, Outcome};
use super::verify;
use crate::answer::Answer;
use crate::args::CheckArguments;
use crate::inspect::SourceFile;
use crate::{CLEAN, FAILED, FOUND, report};
use atomic_lint_catalog::Catalog;
use atomic_lint_source::FileId;
use std::collections::{BTreeMap, BTreeSet};

/// What a check can do more than once.
pub(crate) struct Steps<'a> {
    /// Answers again for files with changes.
    pub(crate) again: &'a dyn Fn(Answer) -> Answer,
    /// Reports an answer; gives the exit code.
    pub(crate) report: &'a dyn Fn(Answer) -> Result<u8, String>,
}

/// Fixes what `choice` says of `answer` as `arguments` ask for, and gives the exit code.
pub(crate) fn run(
    catalog: &Catalog,
    choice: &Choice,
    answer: Answer,
    steps: &Steps<'_>,
    arguments: &CheckArguments,
) -> Result<u8, String> {
    let mut planner = Planner::new(choice.dependency.clone());
    let mut supports =
        |file: &SourceFile, features: &[&str]| planner.supports(file.language, &file.path, &owned(features));
    let fixed = engine::fix(catalog, choice, answer, steps.again, &mut supports);
    let mut dependents = dependents(&fixed, &mut planner)?;
    let mut groups = planner.groups();
    let mut broken = Vec::new();
    if arguments.fix.verify {
        broken = verify::take_broken(&groups, &mut dependents)?;
        groups = needed(groups, &mut dependents);
    }
    if arguments.fix.diff {
        broken.iter().for_each(left);
        return show(&fixed, &groups, &dependents, arguments);
    }
    let mut outcome = transaction::write(&groups, &dependents)?;
    outcome.refused.extend(broken);
    tell(&fixed, &outcome, arguments);
    finish(fixed, &outcome, steps, arguments)
}

fn owned(features: &[&str]) -> Vec<String> {
    features.iter().map(|feature| (*feature).to_owned()).collect()
}

/// The changed files, each with what it needs.
fn dependents(fixed: &Fixed, planner: &mut Planner) -> Result<Vec<Dependent>, String> {
    let mut dependents = Vec::new();
    for (id, before) in &fixed.before {
        let file = &fixed.answer.files[id.0 as usize];
        let Some(after) = fixed.after(*id).filter(|after| ***after != **before) else { continue };
        let (name, path) = (file.name.clone(), file.path.clone());
        let change = Change { name, path, before: Some(before.clone()), after: after.to_string() };
        let needs = match features(&fixed.applied, *id) {
            Some(features) => planner.plan(file.language, &file.path, &features)?,
            None => None,
        };
        dependents.push(Dependent { change, needs });
    }
    Ok(dependents)
}

/// The features of the runtime that the new code of `file` needs, if it needs it at all.
fn features(applied: &[Applied], file: FileId) -> Option<Vec<String>> {
    let mut needing = applied.iter().filter(|one| one.file == file && one.needs_runtime).peekable();
    needing.peek()?;
    let all: BTreeSet<&str> = needing.flat_map(|one| one.features.iter().copied()).collect();
    Some(all.into_iter().map(str::to_owned).collect())
}

/// Prints what would be changed.
fn show(
    fixed: &Fixed,
    groups: &[Vec<Change>],
    dependents: &[Dependent],
    arguments: &CheckArguments,
) -> Result<u8, String> {
    let changes = dependents.iter().map(|dependent| &dependent.change).chain(groups.iter().flatten());
    report::print(&changes.map(diff::unified).collect::<String>())?;
    if !arguments.quiet {
        fixed.notices.iter().for_each(|notice| eprintln!("{notice}"));
        let shown: BTreeSet<&str> = dependents.iter().map(|dependent| dependent.change.name.as_str()).collect();
        eprintln!("would fix {}", findings(&made_in(fixed, &shown)));
    }
    Ok(match (fixed.answer.said.coverage.is_complete(), dependents.is_empty()) {
        (false, _) => FAILED,
        (true, false) => FOUND,
        (true, true) => CLEAN,
    })
}

/// `groups` without those that none of `dependents` needs.
fn needed(groups: Vec<Vec<Change>>, dependents: &mut [Dependent]) -> Vec<Vec<Change>> {
    let numbers: BTreeSet<usize> = dependents.iter().filter_map(|dependent| dependent.needs).collect();
    for dependent in dependents {
        dependent.needs = dependent.needs.map(|group| numbers.range(..group).count());
    }
    groups.into_iter().enumerate().filter(|(number, _)| numbers.contains(number)).map(|(_, group)| group).collect()
}

fn left((name, why): &(String, String)) {
    eprintln!("warning: {name} is left as it is: {why}");
}

/// Says what was done and what was not.
fn tell(fixed: &Fixed, outcome: &Outcome, arguments: &CheckArguments) {
    outcome.refused.iter().for_each(left);
    if arguments.quiet {
        return;
    }
    fixed.notices.iter().for_each(|notice| eprintln!("{notice}"));
    let made = made(fixed, outcome);
    if arguments.fix.show_fixes {
        list(fixed, &made);
    }
    if !made.is_empty() {
        eprintln!("fixed {}", findings(&made));
    }
}

/// Fixes that are on disk.
fn made(fixed: &Fixed, outcome: &Outcome) -> Vec<Applied> {
    made_in(fixed, &outcome.written.iter().map(String::as_str).collect())
}

/// Fixes of the files of those names.
fn made_in(fixed: &Fixed, names: &BTreeSet<&str>) -> Vec<Applied> {
    fixed.applied.iter().filter(|applied| names.contains(name(fixed, applied.file))).cloned().collect()
}

fn name(fixed: &Fixed, file: FileId) -> &str {
    fixed.answer.files.get(file.0 as usize).map_or("", |file| file.name.as_str())
}

/// One line for each file and kind of fix.
fn list(fixed: &Fixed, made: &[Applied]) {
    let mut lines: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for applied in made {
        let what = format!("{}: {} ({})", applied.rule, applied.title, applied.applicability.name());
        *lines.entry((name(fixed, applied.file), what)).or_insert(0) += 1;
    }
    for ((file, what), number) in lines {
        eprintln!("{file}: {number} × {what}");
    }
}

fn findings(applied: &[Applied]) -> String {
    let files = applied.iter().map(|applied| applied.file).collect::<BTreeSet<_>>().len();
    let plural = |number: usize| if number == 1 { "" } else { "s" };
    format!("{} finding{} in {files} file{}", applied.len(), plural(applied.len()), plural(files))
}

/// Reports what is left; of files that could not be written everything is.
fn finish(mut fixed: Fixed, outcome: &Outcome, steps: &Steps<'_>, arguments: &CheckArguments) -> Result<u8, String> {
    let changed = !outcome.written.is_empty();
    for file in &mut fixed.answer.files {
        file.edited = None;
    }
    if !outcome.refused.is_empty() {
        fixed.answer = (steps.again)(fixed.answer);
    }
    let code = match arguments.fix.fix_only {
        true if fixed.answer.said.coverage.is_complete() || arguments.exit_zero => CLEAN,
        true => FAILED,
        false => (steps.report)(fixed.answer)?,
    };
    Ok(if changed && arguments.fix.exit_non_zero_on_fix && code == CLEAN { FOUND } else { code })
}
