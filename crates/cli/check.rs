//! `atomic-lint check`: from arguments to an exit code.

use crate::args::CheckArguments;
use crate::config::Config;
use crate::coverage::{Coverage, Missed};
use crate::diagnostic::{AcceptedWrite, Diagnostic};
use crate::fix::{self, Choice, Dependency, Mend, Steps};
use crate::inspect::{Depth, Inspector, SourceFile};
use crate::manifest::Manifest;
use crate::output::Outputs;
use crate::report::{self, Report};
use crate::rounds::{self, Judged};
use crate::selection::{Selection, Selector};
use crate::sources::Sources;
use crate::suppress::{self, Suppressions};
use crate::walk::{self, Found, WalkOptions};
use crate::wording::Wording;
use crate::{CLEAN, FAILED, FOUND, STACK, embedded};
use atomic_lint_analysis::{Confidence, Finding, Settings, Target};
use atomic_lint_catalog::{Catalog, Level, Prefilter};
use atomic_lint_ir::Runtime;
use atomic_lint_source::{FileId, Place};
use ignore::gitignore::Gitignore;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

/// Checks what `arguments` name and prints a report; gives the exit code.
pub(crate) fn check(arguments: &CheckArguments) -> Result<u8, String> {
    let run = Run::new(arguments)?;
    let outputs = Outputs::new(arguments)?;
    let found = run.walk();
    if arguments.prefilter_only {
        let hits = found.files.iter().filter(|file| file.hit).count();
        return report::print(&format!("{hits} of {} files\n", found.files.len())).map(|()| CLEAN);
    }
    let inspector = || run.inspector();
    let again = |answer: Answer| run.judge(answer.found_again(&inspector));
    let report = |answer: Answer| answer.report(arguments, &run, &outputs);
    let answer = run.judge(found);
    if !arguments.fix.changes() {
        return report(answer);
    }
    let choice = choice(arguments, run.config.dependency.clone(), &run.catalog)?;
    fix::run(&run.catalog, &choice, answer, &Steps { again: &again, report: &report }, arguments)
}

/// What a command line asks for, ready to be looked for.
pub(crate) struct Run<'a> {
    arguments: &'a CheckArguments,
    pub(crate) catalog: Catalog,
    config: Config,
    selection: Selection,
    options: WalkOptions,
    prefilter: Prefilter,
}

impl<'a> Run<'a> {
    /// Reads the configuration and starts the threads of a run for `arguments`; there is one in a process.
    pub(crate) fn new(arguments: &'a CheckArguments) -> Result<Self, String> {
        let mut catalog = embedded::catalog().map_err(|error| error.to_string())?;
        let start = arguments.paths.first().map_or(Path::new("."), |path| path.as_path());
        let config = Config::load(arguments.config.as_deref(), start, &catalog).map_err(|error| error.to_string())?;
        config.apply(&mut catalog)?;
        let selection = selection(arguments, &config, &catalog)?;
        let options = walk_options(arguments, &config)?;
        start_threads(options.jobs)?;
        let prefilter = Prefilter::new(&catalog);
        Ok(Run { arguments, catalog, config, selection, options, prefilter })
    }

    /// What fixed code calls, and where it gets that from.
    pub(crate) fn fixed_code(&self) -> (Runtime, &Dependency) {
        (self.config.runtime, &self.config.dependency)
    }

    fn inspector(&self) -> Inspector<'_> {
        Inspector::new(&self.prefilter, depth(self.arguments))
    }

    /// The files that are asked for.
    pub(crate) fn walk(&self) -> Found {
        walk::walk(&self.arguments.paths, &self.options, &|| self.inspector())
    }

    /// What there is to say of them.
    pub(crate) fn judge(&self, found: Found) -> Answer {
        let settings = Settings { trusted_writers: self.config.trusted_writers.clone(), ..Settings::default() };
        let judged = rounds::judge(&self.catalog, &settings, found, &|| self.inspector());
        Answer::new(&self.catalog, &self.selection, self.config.runtime, judged)
    }
}

/// Which fixes are wanted.
fn choice(arguments: &CheckArguments, dependency: Dependency, catalog: &Catalog) -> Result<Choice, String> {
    dependency.check()?;
    let fix = &arguments.fix;
    Ok(Choice {
        unsafe_too: fix.unsafe_fixes,
        fixable: selectors("fixable", &fix.fixable, catalog)?,
        unfixable: selectors("unfixable", &fix.unfixable, catalog)?,
        ids: fix.fix_id.clone(),
        dependency,
    })
}

fn depth(arguments: &CheckArguments) -> Depth {
    match (arguments.prefilter_only, arguments.no_prefilter) {
        (true, _) => Depth::Words,
        (false, false) => Depth::Hits,
        (false, true) => Depth::Everything,
    }
}

/// The command line replaces what the configuration selects, and adds to what it ignores.
fn selection(arguments: &CheckArguments, config: &Config, catalog: &Catalog) -> Result<Selection, String> {
    let select = selectors("select", &arguments.select, catalog)?;
    let mut ignore = selectors("ignore", &arguments.ignore, catalog)?;
    ignore.extend(config.ignore.iter().cloned());
    Ok(Selection {
        select: if select.is_empty() { config.select.clone() } else { select },
        extend: selectors("extend-select", &arguments.extend_select, catalog)?,
        ignore,
    })
}

fn selectors(option: &str, texts: &[String], catalog: &Catalog) -> Result<Vec<Selector>, String> {
    let one = |text: &String| Selector::parse(text, catalog).map_err(|error| format!("--{option}: {error}"));
    texts.iter().map(one).collect()
}

/// The command line replaces what the configuration excludes, or adds to it.
fn walk_options(arguments: &CheckArguments, config: &Config) -> Result<WalkOptions, String> {
    let processors = || std::thread::available_parallelism().map_or(1, |count| count.get());
    Ok(WalkOptions {
        respect_ignore_files: !arguments.no_respect_gitignore,
        exclude: walk::exclude_patterns(&[&arguments.exclude[..], &arguments.extend_exclude[..]].concat())?,
        configured: config.exclude.clone().filter(|_| arguments.exclude.is_empty()).unwrap_or_else(Gitignore::empty),
        force_exclude: arguments.force_exclude,
        jobs: arguments.jobs.map_or_else(processors, usize::from),
    })
}

fn start_threads(jobs: usize) -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build_global();
    pool.map_err(|error| format!("cannot start threads: {error}"))
}

/// What a run answers, before thresholds.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Findings of selected rules that no comment allows, in order of their places.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Their fixes in the same order, or why there is none.
    mends: Vec<Result<Mend, String>>,
    pub(crate) accepted: Vec<AcceptedWrite>,
    /// Findings that a comment allows, by place and rule.
    pub(crate) allowed: Vec<(Place, String)>,
    pub(crate) coverage: Coverage,
    pub(crate) sources: Sources,
    /// Every file; its index is its [`FileId`].
    pub(crate) files: Vec<SourceFile>,
    missed: Vec<Missed>,
    manifests: Vec<Manifest>,
}

impl Answer {
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

    /// The same files as a new walk would find them, with the changes that are tried.
    fn found_again<'p>(mut self, inspector: &(dyn Fn() -> Inspector<'p> + Sync)) -> Found {
        self.files.par_iter_mut().for_each_init(inspector, Inspector::inspect_again);
        Found { files: self.files, missed: self.missed, manifests: self.manifests }
    }

    fn new(catalog: &Catalog, selection: &Selection, runtime: Runtime, mut judged: Judged) -> Self {
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
        Answer { diagnostics, mends, accepted, allowed, coverage, sources, files, missed, manifests }
    }

    /// Gives `outputs` the report that `arguments` ask for; gives the exit code.
    fn report(mut self, arguments: &CheckArguments, run: &Run<'_>, outputs: &Outputs) -> Result<u8, String> {
        self.warn();
        if outputs.carry_fixes() {
            fix::add_manifests(&mut self.diagnostics, &self.mends, &self.files, &run.config.dependency);
        }
        let (minimum, sure): (Level, Confidence) = (arguments.min_level.into(), arguments.min_confidence.into());
        let code = self.code(arguments);
        let total = self.diagnostics.len();
        let shows = |one: &Diagnostic| one.level >= minimum && one.confidence >= sure;
        let diagnostics: Vec<Diagnostic> = self.diagnostics.into_iter().filter(shows).collect();
        let report = Report {
            hidden: total - diagnostics.len(),
            diagnostics: &diagnostics,
            accepted: if arguments.show_accepted { &self.accepted } else { &[] },
            coverage: &self.coverage,
            sources: &self.sources,
            catalog: &run.catalog,
        };
        outputs.write(&report).map(|()| code)
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

    fn warn(&self) {
        for missed in &self.coverage.missed {
            eprintln!("error: {}", missed.line());
        }
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
