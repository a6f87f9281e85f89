//! The report as workflow commands of GitHub Actions, and as a table for the summary of a job.

use super::display::sanitise_line;
use super::region::first_line;
use super::{Renderer, Report};
use crate::diagnostic::Diagnostic;
use crate::sources::Sources;
use atomic_lint_catalog::Level;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The report for GitHub Actions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Github {
    /// Findings only.
    pub(crate) quiet: bool,
}

/// GitHub shows this many annotations of each level for a step, and drops the others without a word.
const SHOWN: usize = 10;

/// A summary that is larger than a mebibyte is refused as a whole.
const ROWS: usize = 500;

impl Renderer for Github {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        let missed = report.coverage.missed.iter().map(|one| {
            let place = format!("file={}", property(&one.path));
            ("error", format!("::error {place},title=not analysed::{}", data(&one.line())))
        });
        let findings = report.diagnostics.iter().map(|one| (command(one.level), annotation(one, report.sources)));
        for (command, line) in missed.chain(findings) {
            let count = counts.entry(command).or_default();
            *count += 1;
            if *count <= SHOWN {
                writeln!(out, "{line}")?;
            }
        }
        for (command, count) in counts.iter().filter(|(_, count)| **count > SHOWN) {
            let more = count - SHOWN;
            writeln!(out, "{more} more of level {command} have no annotation: GitHub shows {SHOWN} of each level")?;
        }
        match self.quiet {
            true => Ok(()),
            false => writeln!(out, "{}", report.coverage.line()),
        }
    }
}

/// What is appended to the summary of the job, in Markdown.
pub(crate) fn summary(report: &Report<'_>) -> String {
    let mut text = format!("### atomic-lint\n\n{}\n", report.coverage.line());
    if report.diagnostics.is_empty() && report.coverage.is_complete() {
        return text;
    }
    text.push_str("\n| level | rule | place | what |\n|---|---|---|---|\n");
    let missed = report
        .coverage
        .missed
        .iter()
        .map(|one| format!("| error | not analysed | {} | {} |", cell(&one.path), cell(&one.reason())));
    let findings = report.diagnostics.iter().map(|one| {
        let place = cell(&report.sources.locate(one.place));
        format!("| {} | {} | {place} | {} |", one.level.name(), one.rule, cell(&one.message))
    });
    let rows: Vec<String> = missed.chain(findings).collect();
    for row in rows.iter().take(ROWS) {
        let _ = writeln!(text, "{row}");
    }
    if rows.len() > ROWS {
        let _ = writeln!(text, "\nand {} more", rows.len() - ROWS);
    }
    text
}

fn annotation(one: &Diagnostic, sources: &Sources) -> String {
    let place = first_line(one.place, sources);
    let (start, end) = (place.start.column.characters.0, place.end.column.characters.0);
    format!(
        "::{} file={},line={line},endLine={line},col={start},endColumn={end},title={}::{}",
        command(one.level),
        property(place.path),
        property(&one.rule),
        data(&format!("{}\nhelp: {}", one.message, one.help)),
        line = place.start.line,
    )
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "notice",
    }
}

/// What may stand behind the colons of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What may stand as the value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// What may stand in a cell of a table.
fn cell(text: &str) -> String {
    sanitise_line(text, true).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Coverage;
    use crate::report::by_hand::{self, WIDE};

    #[test]
    fn an_annotation_is_on_one_line_and_counts_characters() {
        let text = by_hand::rendered(&Github { quiet: false });
        let expected = "\
::error file=b c.py,title=not analysed::b c.py: not analysed (syntax): line 1
::warning file=a.py,line=1,endLine=1,col=12,endColumn=31,title=direct-write::`p` is written in place%0Ahelp: stage it
2 files checked, 1 not analysed (1 syntax)
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_github_would_drop_is_counted() {
        let sources = by_hand::sources(&[("a,b:c%.py", WIDE)]);
        let many = vec![by_hand::diagnostic(by_hand::place(0, WIDE, "open"), Vec::new()); 12];
        let text = by_hand::render(&Github { quiet: true }, &many, &Coverage::default(), &sources);
        assert_eq!(text.lines().filter(|line| line.starts_with("::warning file=a%2Cb%3Ac%25.py,")).count(), 10);
        assert!(
            text.ends_with("2 more of level warning have no annotation: GitHub shows 10 of each level\n"),
            "{text}"
        );
    }

    #[test]
    fn nothing_breaks_out_of_its_cell() {
        assert_eq!(cell("a|b\n<img>"), "a\\|b &lt;img>");
    }
}
