//! What a run answers: findings in words with their fixes, what they leave of a selection, a report and an exit code.

use crate::args::CheckArguments;
use crate::check::Run;
use crate::coverage::{Coverage, Missed};
use crate::diagnostic::{AcceptedWrite, Diagnostic};
use crate::fix::{self, Mend};
use crate::inspect::{Inspector, SourceFile};
use crate::manifest::Manifest;
use crate::output::Outputs;
use crate::report::Report;
use crate::rounds::Judged;
use crate::selection::Selection;
use crate::sources::Sources;
use crate::suppress::{self, Suppressions};
use crate::walk::Found;
use crate::wording::Wording;
use crate::{CLEAN, FAILED, FOUND};
use atomic_lint_analysis::{Confidence, Finding, Target};
use atomic_lint_catalog::{Catalog, Level};
use atomic_lint_ir::Runtime;
use atomic_lint_source::{FileId, Place};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// What a run answers, before thresholds.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// What there is to say.
    pub(crate) said: Said,
    /// Every file; its index is its [`FileId`].
    pub(crate) files: Vec<SourceFile>,
    missed: Vec<Missed>,
    manifests: Vec<Manifest>,
}

/// What there is to say of files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Findings of selected rules that no comment allows, in order of their places.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Their fixes in the same order, or why there is none.
    mends: Vec<Result<Mend, String>>,
    /// Writes that are not reported.
    pub(crate) accepted: Vec<AcceptedWrite>,
    /// Findings that a comment allows, by place and rule.
    pub(crate) allowed: Vec<(Place, String)>,
    /// What was looked at.
    pub(crate) coverage: Coverage,
    /// The texts of all files that are spoken of.
    pub(crate) sources: Sources,
}

impl Said {
    /// The fix of the finding `at`.
    pub(crate) fn mend(&self, at: usize) -> Option<&Mend> {
        self.mends.get(at)?.as_ref().ok()
    }

    /// Why the finding `at` has no fix.
    pub(crate) fn decline(&self, at: usize) -> Option<&str> {
        self.mends.get(at)?.as_ref().err().map(String::as_str)
    }

    /// The lines that `place` touches.
    pub(crate) fn lines(&self, place: Place) -> Option<RangeInclusive<u32>> {
        self.sources.get(place.file).map(|source| source.lines(place.span))
    }

    /// Takes over what `earlier` said of the findings in `files`, and of those whose fix changes one.
    pub(crate) fn mix(&mut self, files: &BTreeSet<FileId>, earlier: Said) {
        let Said { diagnostics, mends, sources, .. } = earlier;
        let is_of = |(one, mend): &(Diagnostic, Result<Mend, String>)| {
            files.contains(&one.place.file) || mend.as_ref().is_ok_and(|mend| files.contains(&mend.file))
        };
        let own = std::mem::take(&mut self.diagnostics).into_iter().zip(std::mem::take(&mut self.mends));
        let taken = diagnostics.into_iter().zip(mends).filter(is_of);
        let all = own.filter(|one| !is_of(one)).chain(taken).unzip();
        (self.diagnostics, self.mends) = in_order(all.0, all.1);
        self.sources.replace(files, sources);
    }

    fn warn(&self) {
        for missed in &self.coverage.missed {
            eprintln!("error: {}", missed.line());
        }
    }

    /// The thresholds of the report only hide; what is hidden still counts.
    fn code(&self, arguments: &CheckArguments) -> u8 {
        let fails: Level = arguments.fail_level.into();
        match (arguments.exit_zero, self.coverage.is_complete()) {
            (true, _) => CLEAN,
            (false, false) => FAILED,
            (false, true) if self.diagnostics.iter().any(|one| one.level >= fails) => FOUND,
            (false, true) => CLEAN,
        }
    }
}

impl Answer {
    /// The same files as a new walk would find them, with the changes that are tried.
    pub(crate) fn found_again<'p>(mut self, inspector: &(dyn Fn() -> Inspector<'p> + Sync)) -> Found {
        self.files.par_iter_mut().for_each_init(inspector, Inspector::inspect_again);
        Found { files: self.files, missed: self.missed, manifests: self.manifests }
    }

    /// What `judged` comes to.
    pub(crate) fn new(catalog: &Catalog, selection: &Selection, runtime: Runtime, mut judged: Judged) -> Self {
        let mut findings = selected(catalog, selection, std::mem::take(&mut judged.outcome.findings));
        let (sources, changed) = Sources::load(&judged.files, &files_in_report(&findings, &judged));
        let changed_ids: BTreeSet<FileId> = changed.iter().map(|(id, _)| *id).collect();
        let known = |finding: &Finding| files_of(finding).all(|file| !changed_ids.contains(&file));
        findings.retain(known);
        judged.outcome.accepted.retain(|accepted| !changed_ids.contains(&accepted.place.file));
        mark_changed(&mut judged, changed);

        let mut suppressions = Suppressions::collect(&judged.files, &sources, catalog);
        let mut wording = Wording::new(catalog, &sources);
        let (mut diagnostics, mut tasks, mut allowed) = (Vec::new(), Vec::new(), Vec::new());
        for mut finding in findings {
            let Some(rule) = catalog.rule(&finding.rule) else { continue };
            if suppressions.allow(&finding.rule, &finding, &sources) {
                allowed.push((finding.place, finding.rule.to_string()));
                continue;
            }
            let whole = finding.clone();
            finding.notes.retain(|(rule, _)| !suppressions.allow(rule, &whole, &sources));
            diagnostics.push(wording.diagnostic(rule, &finding));
            tasks.push(finding.repair.map(|(file, repair)| (file, judged.files[file.0 as usize].language, repair)));
        }
        let mut mends = fix::mends(&mut diagnostics, &tasks, &sources, runtime);
        let asked = |rule: &str| catalog.rule(rule).is_some_and(|rule| selection.has(rule));
        let understood = |file: FileId| judged.files[file.0 as usize].missed.is_none();
        for remark in suppressions.remarks(&sources, &asked, &understood) {
            let Some(rule) = catalog.rule(&remark.finding.rule) else { continue };
            let mut diagnostic = wording.remark(rule, &remark);
            mends.push(fix::of_comment(&mut diagnostic, &remark, &sources));
            diagnostics.push(diagnostic);
        }
        let (diagnostics, mends) = in_order(diagnostics, mends);
        let accepted = judged.outcome.accepted.iter().map(|one| wording.accepted(one)).collect();
        let coverage = judged.coverage();
        let Judged { files, missed, manifests, .. } = judged;
        let said = Said { diagnostics, mends, accepted, allowed, coverage, sources };
        Answer { said, files, missed, manifests }
    }

    /// Gives `outputs` the report that `arguments` ask for; gives the exit code.
    pub(crate) fn report(self, arguments: &CheckArguments, run: &Run<'_>, outputs: &Outputs) -> Result<u8, String> {
        let Answer { mut said, files, .. } = self;
        said.warn();
        if outputs.carry_fixes() {
            fix::add_manifests(&mut said.diagnostics, &said.mends, &files, run.fixed_code().1);
        }
        let (minimum, sure): (Level, Confidence) = (arguments.min_level.into(), arguments.min_confidence.into());
        let code = said.code(arguments);
        let total = said.diagnostics.len();
        let shows = |one: &Diagnostic| one.level >= minimum && one.confidence >= sure;
        let diagnostics: Vec<Diagnostic> = said.diagnostics.into_iter().filter(shows).collect();
        let report = Report {
            hidden: total - diagnostics.len(),
            diagnostics: &diagnostics,
            accepted: if arguments.show_accepted { &said.accepted } else { &[] },
            coverage: &said.coverage,
            sources: &said.sources,
            catalog: &run.catalog,
        };
        outputs.write(&report).map(|()| code)
    }
}

/// Both by the places of the diagnostics.
fn in_order<T>(diagnostics: Vec<Diagnostic>, mends: Vec<T>) -> (Vec<Diagnostic>, Vec<T>) {
    let mut both: Vec<(Diagnostic, T)> = diagnostics.into_iter().zip(mends).collect();
    both.sort_by_key(|(diagnostic, _)| diagnostic.place);
    both.into_iter().unzip()
}

/// Findings of rules that are asked for; where a rule is not, the first lesser rule that is takes its place.
fn selected(catalog: &Catalog, selection: &Selection, findings: Vec<Finding>) -> Vec<Finding> {
    let has = |rule: &str| catalog.rule(rule).is_some_and(|rule| selection.has(rule));
    let mut kept = Vec::new();
    for mut finding in findings {
        finding.notes.retain(|(rule, _)| has(rule));
        if !has(&finding.rule) {
            if finding.notes.is_empty() {
                continue;
            }
            (finding.rule, finding.place) = finding.notes.remove(0);
            finding.repair = None;
        }
        kept.push(finding);
    }
    kept.sort_by_key(|finding| finding.place);
    kept
}

fn files_of(finding: &Finding) -> impl Iterator<Item = FileId> {
    let target = match &finding.target {
        Target::Expression(place) => Some(*place),
        Target::Text(_) | Target::Unnamed => None,
    };
    let notes = finding.notes.iter().map(|(_, place)| *place);
    let repair = finding.repair.as_ref().map(|(file, _)| *file);
    suppress::places(finding).chain(target).chain(notes).map(|place| place.file).chain(repair)
}

/// Files whose texts the report needs.
fn files_in_report(findings: &[Finding], judged: &Judged) -> BTreeSet<FileId> {
    let mut files: BTreeSet<FileId> = findings.iter().flat_map(files_of).collect();
    files.extend(suppress::files_with_directives(&judged.files));
    for accepted in &judged.outcome.accepted {
        files.insert(accepted.place.file);
        if let Target::Expression(place) = &accepted.target {
            files.insert(place.file);
        }
    }
    files
}

fn mark_changed(judged: &mut Judged, changed: Vec<(FileId, Missed)>) {
    for (id, missed) in changed {
        judged.files[id.0 as usize].missed = Some(missed);
    }
}
