//! The report in the Reviewdog Diagnostic Format, as one document or one line for each finding.

use super::region::region;
use super::{Renderer, Report};
use crate::diagnostic::{Diagnostic, FileEdit};
use crate::position::{Position, Utf8};
use crate::sources::{Source, Sources};
use atomic_lint_catalog::Level;
use atomic_lint_ir::Applicability;
use atomic_lint_source::Place;
use serde::Serialize;
use std::io::{self, Write};

/// The report for reviewdog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rdjson {
    /// One document.
    Document,
    /// One line for each finding.
    Lines,
}

impl Renderer for Rdjson {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let entries = report.diagnostics.iter().map(|one| entry(one, report.sources));
        match self {
            Rdjson::Document => {
                let source = Tool { name: env!("CARGO_PKG_NAME") };
                serde_json::to_writer(&mut *out, &Document { source, diagnostics: entries.collect() })?;
                writeln!(out)
            }
            Rdjson::Lines => {
                entries.map(|one| serde_json::to_string(&one)).try_for_each(|line| writeln!(out, "{}", line?))
            }
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    source: Tool,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Entry<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: Code<'a>,
    suggestions: Vec<Suggestion>,
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: Utf8,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

fn entry<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Entry<'a> {
    let steps = one.steps.iter().map(|step| (step.place, step.text.as_str()));
    let others = one.related.iter().map(|other| (other.place, other.message));
    let related = |(place, message)| Related { message, location: location(place, sources) };
    Entry {
        message: format!("{}\nhelp: {}", one.message, one.help),
        location: location(one.place, sources),
        severity: severity(one.level),
        code: Code { value: &one.rule },
        suggestions: suggestion(one, sources).into_iter().collect(),
        related_locations: steps.chain(others).map(related).collect(),
    }
}

fn location(place: Place, sources: &Sources) -> Location<'_> {
    let place = region(place, sources);
    Location { path: place.path, range: range(place.start, place.end) }
}

fn range(start: Position, end: Position) -> Range {
    let point = |at: Position| Point { line: at.line, column: at.column.utf8 };
    Range { start: point(start), end: point(end) }
}

/// The fix for review as one replacement, because reviewdog takes each suggestion for a change of its own.
fn suggestion(one: &Diagnostic, sources: &Sources) -> Option<Suggestion> {
    let fix = one.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display)?;
    let source = sources.get(one.place.file)?;
    let mut edits: Vec<&FileEdit> = fix.single_hunk.iter().collect();
    edits.sort_by_key(|edit| edit.start.offset);
    let (first, last) = (edits.first()?, edits.last()?);
    if edits.iter().any(|edit| edit.path != source.name) {
        return None;
    }
    let mut text = first.replacement.clone();
    for pair in edits.windows(2) {
        let (from, to) = (byte_of(source, pair[0].end)?, byte_of(source, pair[1].start)?);
        text.push_str(source.text.get(from..to)?);
        text.push_str(&pair[1].replacement);
    }
    Some(Suggestion { range: range(first.start, last.end), text })
}

/// Where `at` is in the text of `source`, which on disk may be in another encoding.
fn byte_of(source: &Source, at: Position) -> Option<usize> {
    Some(source.index.line_start(at.line)? as usize + at.column.utf8.0 as usize - 1)
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note | Level::Off => "INFO",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Coverage;
    use crate::diagnostic::Fix;
    use crate::report::by_hand::{self, WIDE};
    use serde_json::{Value, json};

    #[test]
    fn columns_are_bytes_of_utf8_and_the_fix_is_one_suggestion() {
        let report: Value = serde_json::from_str(&by_hand::rendered(&Rdjson::Document)).unwrap();
        let range = json!({ "start": { "line": 1, "column": 18 }, "end": { "line": 2, "column": 7 } });
        let one = &report["diagnostics"][0];
        assert_eq!(one["location"], json!({ "path": "a.py", "range": range }));
        assert_eq!(one["suggestions"], json!([{ "range": range, "text": "crashsafe.write_text(p, s)" }]));
        assert_eq!((&one["severity"], &one["code"]["value"]), (&json!("WARNING"), &json!("direct-write")));
        assert_eq!(by_hand::rendered(&Rdjson::Lines).lines().count(), 1);
    }

    #[test]
    fn edits_are_joined_by_the_text_between_them() {
        let sources = by_hand::sources(&[("a.py", WIDE)]);
        let source = sources.get(atomic_lint_source::FileId(0)).unwrap();
        let edit = |part: &str, replacement: &str| {
            let span = by_hand::place(0, WIDE, part).span;
            let (start, end) = (source.position(span.start), source.position(span.end));
            FileEdit { path: "a.py".into(), start, end, replacement: replacement.into() }
        };
        let mut one = by_hand::diagnostic(by_hand::place(0, WIDE, "open"), Vec::new());
        let single_hunk = vec![edit("open", "crashsafe.open"), edit("s =", "text =")];
        one.fix = Some(Fix { single_hunk, ..by_hand::fix(&sources) });
        let joined = |one: &Diagnostic| suggestion(one, &sources).map(|found| found.text);
        assert_eq!(joined(&one).unwrap(), "text = \"é漢😀\"; crashsafe.open");
        one.fix.as_mut().unwrap().single_hunk[0].path = "b.py".into();
        assert_eq!(joined(&one), None, "a suggestion is about one file");
        let text = by_hand::render(&Rdjson::Lines, &[one], &Coverage::default(), &sources);
        assert!(text.contains("\"suggestions\":[]"), "{text}");
    }
}
