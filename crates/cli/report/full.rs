//! The report for people: headline, the flow over the source, the checklist, what to do.

use super::display::sanitise_line;
use super::snippet::Snippet;
use super::{Renderer, Report};
use crate::diagnostic::{AcceptedWrite, Diagnostic, Fix};
use crate::locale::Terminal;
use crate::sources::Sources;
use atomic_lint_analysis::Confidence;
use atomic_lint_catalog::Level;
use atomic_lint_ir::Applicability;
use codespan_reporting::diagnostic::{Diagnostic as Shown, Label, Severity};
use codespan_reporting::term::termcolor::{Ansi, NoColor};
use codespan_reporting::term::{self, Chars, Config};
use std::io::{self, Write};

/// The report for people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full {
    /// What the terminal can show.
    pub(crate) terminal: Terminal,
    /// Findings only.
    pub(crate) quiet: bool,
}

impl Renderer for Full {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for diagnostic in report.diagnostics {
            self.diagnostic(diagnostic, report.sources, out)?;
        }
        for accepted in report.accepted {
            self.accepted(accepted, report.sources, out)?;
        }
        if !self.quiet {
            summary(report, out)?;
        }
        Ok(())
    }
}

impl Full {
    fn diagnostic(&self, diagnostic: &Diagnostic, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
        let mut snippet = Snippet::new(sources, self.terminal.unicode);
        let shown = self.shown(diagnostic, sources, &mut snippet);
        let config = Config { chars: Chars::ascii(), ..Config::default() };
        let result = match self.terminal.color {
            true => term::emit_to_write_style(&mut Ansi::new(&mut *out), &config, &snippet, &shown),
            false => term::emit_to_write_style(&mut NoColor::new(&mut *out), &config, &snippet, &shown),
        };
        result.map_err(io::Error::other)
    }

    /// The diagnostic with its places on the pages of `snippet`.
    fn shown(
        &self,
        diagnostic: &Diagnostic,
        sources: &Sources,
        snippet: &mut Snippet<'_>,
    ) -> Shown<atomic_lint_source::FileId> {
        let mut labels = Vec::new();
        if let Some(range) = snippet.show(diagnostic.place) {
            labels.push(Label::primary(diagnostic.place.file, range).with_message(self.clean(&diagnostic.caption)));
        }
        for step in &diagnostic.steps {
            if let Some(range) = snippet.show(step.place) {
                labels.push(Label::secondary(step.place.file, range).with_message(self.clean(&step.text)));
            }
        }
        Shown::new(severity(diagnostic.level))
            .with_code(&diagnostic.rule)
            .with_message(self.clean(&diagnostic.message))
            .with_labels(labels)
            .with_notes(self.notes(diagnostic, sources))
    }

    fn notes(&self, diagnostic: &Diagnostic, sources: &Sources) -> Vec<String> {
        // A comment has no part in the protocol.
        let has_steps = diagnostic.protocol.iter().any(|step| step.done || step.place.is_some());
        let mut notes: Vec<String> = has_steps.then(|| self.checklist(diagnostic)).into_iter().collect();
        notes.extend(diagnostic.related.iter().map(|one| format!("{} at {}", one.message, sources.locate(one.place))));
        if diagnostic.confidence != Confidence::High {
            notes.push(format!("confidence: {}", diagnostic.confidence.name()));
        }
        notes.extend(diagnostic.notes.iter().map(|note| match &note.rule {
            Some(rule) => format!("note[{rule}]: {}", note.message),
            None => format!("note: {}", note.message),
        }));
        notes.push(format!("help: {}", diagnostic.help));
        notes.extend(diagnostic.fix.as_ref().map(|fix| how_to_fix(fix, diagnostic, sources)));
        notes.iter().map(|note| self.clean(note)).collect()
    }

    /// `protocol: temp ✗  write ✓  flush ✓  sync ✗  publish ✗  dir-sync ✗`.
    fn checklist(&self, diagnostic: &Diagnostic) -> String {
        let (yes, no) = if self.terminal.unicode { ("✓", "✗") } else { ("yes", "no") };
        let mark = |done: bool| if done { yes } else { no };
        let steps = diagnostic.protocol.iter().map(|step| format!("{} {}", step.step.name(), mark(step.done)));
        format!("protocol: {}", steps.collect::<Vec<_>>().join("  "))
    }

    fn accepted(&self, accepted: &AcceptedWrite, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
        let line = format!("{}: accepted: `{}`: {}", sources.locate(accepted.place), accepted.target, accepted.reason);
        writeln!(out, "{}", self.clean(&line))
    }

    fn clean(&self, text: &str) -> String {
        sanitise_line(text, true).chars().map(|c| if c.is_ascii() || self.terminal.unicode { c } else { '?' }).collect()
    }
}

/// `fix (safe): write through crashsafe: atomic-lint --fix src/export.py`.
fn how_to_fix(fix: &Fix, diagnostic: &Diagnostic, sources: &Sources) -> String {
    let file = match fix.edits.first() {
        Some(edit) => edit.path.as_str(),
        None => sources.get(diagnostic.place.file).map_or("", |source| source.name.as_str()),
    };
    let command = match fix.applicability {
        Applicability::Safe => format!(": atomic-lint --fix {file}"),
        Applicability::Unsafe => format!(": atomic-lint --fix --unsafe-fixes {file}"),
        Applicability::Display => String::new(),
    };
    format!("fix ({}): {}{command}", fix.applicability.name(), fix.title)
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note | Level::Off => Severity::Note,
    }
}

fn summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let count = |level: Level| match report.count(level) {
        0 => None,
        1 => Some(format!("1 {}", level.name())),
        many => Some(format!("{many} {}s", level.name())),
    };
    let mut parts: Vec<String> = [Level::Error, Level::Warning, Level::Note].into_iter().filter_map(count).collect();
    if report.hidden > 0 {
        parts.push(format!("{} hidden by --min-level or --min-confidence", report.hidden));
    }
    if !parts.is_empty() {
        writeln!(out, "{}", parts.join(", "))?;
    }
    writeln!(out, "{}", report.coverage.line())
}

#[cfg(test)]
#[path = "full_tests.rs"]
mod tests;
