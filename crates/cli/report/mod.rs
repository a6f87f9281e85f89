//! Reports: one value that says everything, and the formats it is printed in.

#[cfg(test)]
mod by_hand;
mod concise;
mod display;
mod full;
mod github;
mod gitlab;
mod json;
mod rdjson;
mod region;
mod sarif;
mod snippet;
mod uri;

pub(crate) use concise::Concise;
pub(crate) use full::Full;
pub(crate) use github::{Github, summary as github_summary};
pub(crate) use gitlab::Gitlab;
pub(crate) use json::Json;
pub(crate) use rdjson::Rdjson;
pub(crate) use sarif::Sarif;

use crate::coverage::Coverage;
use crate::diagnostic::{AcceptedWrite, Diagnostic};
use crate::sources::Sources;
use atomic_lint_catalog::{Catalog, Level};
use std::io::{self, Write};

/// Everything that a run has to say.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    /// What is shown, in order of the places.
    pub(crate) diagnostics: &'a [Diagnostic],
    /// How many findings were hidden by the thresholds of the command line.
    pub(crate) hidden: usize,
    /// Accepted writes, where they are asked for.
    pub(crate) accepted: &'a [AcceptedWrite],
    /// What was covered.
    pub(crate) coverage: &'a Coverage,
    /// The texts of every place above.
    pub(crate) sources: &'a Sources,
    /// The rules.
    pub(crate) catalog: &'a Catalog,
}

impl Report<'_> {
    /// How many diagnostics there are of `level`.
    pub(crate) fn count(&self, level: Level) -> usize {
        self.diagnostics.iter().filter(|one| one.level == level).count()
    }
}

/// A format.
pub(crate) trait Renderer {
    /// Writes `report` to `out`.
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// Prints `report` to standard output.
pub(crate) fn print_report(report: &Report<'_>, renderer: &dyn Renderer) -> Result<(), String> {
    to_stdout(|out| renderer.render(report, out))
}

/// Prints `text` to standard output.
pub(crate) fn print(text: &str) -> Result<(), String> {
    to_stdout(|out| out.write_all(text.as_bytes()))
}

/// A reader that has seen enough is no error.
fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let mut out = io::BufWriter::with_capacity(64 << 10, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}
