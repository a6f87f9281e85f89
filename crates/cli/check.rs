//! `atomic-lint check`: from arguments to an exit code.

use crate::answer::Answer;
use crate::args::CheckArguments;
use crate::config::Config;
use crate::fix::{self, Choice, Dependency, Steps};
use crate::inspect::{Depth, Inspector};
use crate::output::Outputs;
use crate::selection::{Selection, Selector};
use crate::walk::{self, Found, WalkOptions};
use crate::{CLEAN, STACK, embedded, report, rounds};
use atomic_lint_analysis::Settings;
use atomic_lint_catalog::{Catalog, Prefilter};
use atomic_lint_ir::Runtime;
use ignore::gitignore::Gitignore;
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
