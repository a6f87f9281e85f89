//! The report as one JSON document; every key is always there.

use super::region::{Region, region};
use super::{Renderer, Report};
use crate::diagnostic::{AcceptedWrite, Diagnostic, FileEdit, Fix, Note};
use crate::position::{Characters, Position};
use crate::sources::Sources;
use atomic_lint_analysis::StepMark;
use atomic_lint_catalog::Level;
use atomic_lint_source::Place;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The report for programs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json;

impl Renderer for Json {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &Document::new(report))?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    summary: Summary,
    diagnostics: Vec<Entry<'a>>,
    accepted: Vec<AcceptedEntry<'a>>,
    not_analysed: Vec<Missed<'a>>,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    analysed: usize,
    findings: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    group: &'static str,
    level: &'static str,
    confidence: &'static str,
    message: &'a str,
    help: &'a str,
    #[serde(flatten)]
    place: Range<'a>,
    protocol: Vec<Step<'a>>,
    related: Vec<Related<'a>>,
    notes: Vec<Remark<'a>>,
    fix: Option<Repair<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Range<'a> {
    path: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: Characters,
    offset: u32,
}

#[derive(Serialize)]
struct Repair<'a> {
    id: &'a str,
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Replacement<'a>>,
    single_hunk: Vec<Replacement<'a>>,
    lays_in: &'a [String],
}

#[derive(Serialize)]
struct Replacement<'a> {
    path: &'a str,
    start: Point,
    end: Point,
    replacement: &'a str,
}

#[derive(Serialize)]
struct Step<'a> {
    step: &'static str,
    done: bool,
    path: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct Related<'a> {
    role: &'static str,
    #[serde(flatten)]
    place: Range<'a>,
    message: &'a str,
}

#[derive(Serialize)]
struct Remark<'a> {
    rule: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct AcceptedEntry<'a> {
    #[serde(flatten)]
    place: Range<'a>,
    target: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct Missed<'a> {
    path: &'a str,
    reason: String,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report<'_>) -> Self {
        let levels = [Level::Error, Level::Warning, Level::Note];
        let missed = report.coverage.missed.iter();
        Document {
            version: 1,
            summary: Summary {
                files: report.coverage.files,
                analysed: report.coverage.analysed(),
                findings: levels.into_iter().map(|level| (level.name(), report.count(level))).collect(),
            },
            diagnostics: report.diagnostics.iter().map(|one| Entry::new(one, report.sources)).collect(),
            accepted: report.accepted.iter().map(|one| AcceptedEntry::new(one, report.sources)).collect(),
            not_analysed: missed.map(|one| Missed { path: &one.path, reason: one.reason() }).collect(),
        }
    }
}

impl<'a> Entry<'a> {
    fn new(one: &'a Diagnostic, sources: &'a Sources) -> Self {
        Entry {
            rule: &one.rule,
            group: one.group.name(),
            level: one.level.name(),
            confidence: one.confidence.name(),
            message: &one.message,
            help: &one.help,
            place: range(one.place, sources),
            protocol: one.protocol.iter().map(|mark| step(mark, sources)).collect(),
            related: related(one, sources),
            notes: one.notes.iter().map(remark).collect(),
            fix: one.fix.as_ref().map(repair),
            fingerprint: &one.fingerprint,
        }
    }
}

impl<'a> AcceptedEntry<'a> {
    fn new(one: &'a AcceptedWrite, sources: &'a Sources) -> Self {
        AcceptedEntry { place: range(one.place, sources), target: &one.target, reason: one.reason }
    }
}

/// The steps of the flow first, in the order of the code.
fn related<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Vec<Related<'a>> {
    let steps = one.steps.iter().map(|step| ("step", step.place, step.text.as_str()));
    let others = one.related.iter().map(|other| (other.role, other.place, other.message));
    steps.chain(others).map(|(role, place, message)| Related { role, place: range(place, sources), message }).collect()
}

fn remark(note: &Note) -> Remark<'_> {
    Remark { rule: note.rule.as_deref(), message: &note.message }
}

fn step<'a>(mark: &StepMark, sources: &'a Sources) -> Step<'a> {
    let place = mark.place.map(|place| range(place, sources));
    let (path, line) = place.map_or((None, None), |place| (Some(place.path), Some(place.start.line)));
    Step { step: mark.step.name(), done: mark.done, path, line }
}

fn range(place: Place, sources: &Sources) -> Range<'_> {
    let Region { path, start, end } = region(place, sources);
    Range { path, start: point(start), end: point(end) }
}

fn point(at: Position) -> Point {
    Point { line: at.line, column: at.column.characters, offset: at.offset }
}

fn repair(fix: &Fix) -> Repair<'_> {
    Repair {
        id: &fix.id,
        title: &fix.title,
        applicability: fix.applicability.name(),
        edits: fix.edits.iter().map(replacement).collect(),
        single_hunk: fix.single_hunk.iter().map(replacement).collect(),
        lays_in: &fix.lays_in,
    }
}

fn replacement(edit: &FileEdit) -> Replacement<'_> {
    let (start, end) = (point(edit.start), point(edit.end));
    Replacement { path: &edit.path, start, end, replacement: &edit.replacement }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::by_hand;
    use serde_json::{Value, json};

    #[test]
    fn a_fix_says_what_it_replaces_in_characters_and_bytes() {
        let report: Value = serde_json::from_str(&by_hand::rendered(&Json)).unwrap();
        let edit = json!({
            "path": "a.py",
            "start": { "line": 1, "column": 12, "offset": 17 },
            "end": { "line": 2, "column": 7, "offset": 43 },
            "replacement": "crashsafe.write_text(p, s)",
        });
        let import = json!({
            "path": "a.py",
            "start": { "line": 1, "column": 1, "offset": 0 },
            "end": { "line": 1, "column": 1, "offset": 0 },
            "replacement": "import crashsafe\n",
        });
        let expected = json!({
            "id": "0123456789abcdef",
            "title": "write through crashsafe",
            "applicability": "safe",
            "edits": [import, edit.clone()],
            "single_hunk": [edit],
            "lays_in": ["crashsafe"],
        });
        assert_eq!(report["diagnostics"][0]["fix"], expected);
    }
}
