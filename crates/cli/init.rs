//! `atomic-lint init`: a configuration to begin with, and with `--runtime` the runtime for a whole project at once.

use crate::args::{CheckArguments, InitArguments};
use crate::check::Run;
use crate::config;
use crate::fix::{self, LaidIn};
use crate::{CLEAN, FAILED, FOUND, report};
use atomic_lint_ir::Runtime;

/// Writes what `arguments` ask for; gives the exit code.
pub(crate) fn init(arguments: &InitArguments) -> Result<u8, String> {
    if !arguments.path.is_dir() {
        return Err(format!("{} is no folder", arguments.path.display()));
    }
    match arguments.runtime {
        true => lay_in(arguments),
        false => configure(arguments),
    }
}

/// The configuration that says what is so without one, so that it can be changed.
const STARTER: &str = include_str!("config/starter.toml");

/// Where it goes.
const NAME: &str = "atomic-lint.toml";

fn configure(arguments: &InitArguments) -> Result<u8, String> {
    if let Some(there) = config::in_directory(&arguments.path).map_err(|error| error.to_string())? {
        return Err(format!("{} is there already, and is left as it is", there.display()));
    }
    let path = arguments.path.join(NAME);
    let shown = fix::name_of(&std::path::absolute(&path).map_err(|error| error.to_string())?);
    if arguments.diff {
        return report::print(&fix::new_file(&shown, STARTER)).map(|()| FOUND);
    }
    // Never over a file that somebody has made meanwhile.
    crashsafe::create_new(&path, STARTER).map_err(|error| format!("{shown}: {error}"))?;
    report::print(&format!("wrote {shown}\n")).map(|()| CLEAN)
}

fn lay_in(arguments: &InitArguments) -> Result<u8, String> {
    let check = CheckArguments::of(&arguments.path);
    let run = Run::new(&check)?;
    let (runtime, dependency) = run.fixed_code();
    if runtime != Runtime::Crashsafe {
        return Err("fix.runtime says that fixed code calls no runtime".to_owned());
    }
    dependency.check()?;
    let laid_in = fix::lay_in(&run.judge(run.walk()), dependency.clone());
    if arguments.diff {
        report::print(&laid_in.shown())?;
        laid_in.notices.iter().for_each(|notice| eprintln!("{notice}"));
        return Ok(if laid_in.is_nothing() { CLEAN } else { FOUND });
    }
    written(&laid_in)
}

fn written(laid_in: &LaidIn) -> Result<u8, String> {
    let outcome = laid_in.write()?;
    for (name, why) in &outcome.refused {
        eprintln!("warning: nothing is laid in beside {name}: {why}");
    }
    laid_in.notices.iter().for_each(|notice| eprintln!("{notice}"));
    report::print(&laid_in.summary(&outcome))?;
    Ok(if outcome.refused.is_empty() && laid_in.is_possible { CLEAN } else { FAILED })
}
