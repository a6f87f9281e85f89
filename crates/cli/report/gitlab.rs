//! The report for the code quality widget of GitLab.

use super::region::region;
use super::{Renderer, Report};
use crate::diagnostic::Diagnostic;
use crate::sources::Sources;
use atomic_lint_catalog::Level;
use serde::Serialize;
use std::io::{self, Write};

/// The report for GitLab.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gitlab;

impl Renderer for Gitlab {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let issues: Vec<Issue<'_>> = report.diagnostics.iter().map(|one| issue(one, report.sources)).collect();
        serde_json::to_writer(&mut *out, &issues)?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issue<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Issue<'a> {
    let place = region(one.place, sources);
    Issue {
        description: &one.message,
        check_name: &one.rule,
        fingerprint: &one.fingerprint,
        severity: severity(one.level),
        location: Location { path: place.path, lines: Lines { begin: place.start.line, end: place.end.line } },
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Note | Level::Off => "minor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::by_hand;
    use serde_json::{Value, json};

    #[test]
    fn an_issue_has_its_lines_and_a_fingerprint_without_them() {
        let report: Value = serde_json::from_str(&by_hand::rendered(&Gitlab)).unwrap();
        let expected = json!([{
            "description": "`p` is written in place",
            "check_name": "direct-write",
            "fingerprint": "0",
            "severity": "major",
            "location": { "path": "a.py", "lines": { "begin": 1, "end": 2 } },
        }]);
        assert_eq!(report, expected);
    }
}
