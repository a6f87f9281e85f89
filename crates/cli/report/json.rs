//! The report as one JSON document; every key is always there.

use super::{Renderer, Report};
use crate::diagnostic::{AcceptedWrite, Diagnostic, Note};
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
    place: Region<'a>,
    protocol: Vec<Step<'a>>,
    related: Vec<Related<'a>>,
    notes: Vec<Remark<'a>>,
    /// Nothing yet; a fix is an object.
    fix: Option<()>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Region<'a> {
    path: &'a str,
    start: Point,
    end: Point,
}

#[derive(Default, Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
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
    place: Region<'a>,
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
    place: Region<'a>,
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
            place: region(one.place, sources),
            protocol: one.protocol.iter().map(|mark| step(mark, sources)).collect(),
            related: related(one, sources),
            notes: one.notes.iter().map(remark).collect(),
            fix: None,
            fingerprint: &one.fingerprint,
        }
    }
}

impl<'a> AcceptedEntry<'a> {
    fn new(one: &'a AcceptedWrite, sources: &'a Sources) -> Self {
        AcceptedEntry { place: region(one.place, sources), target: &one.target, reason: one.reason }
    }
}

/// The steps of the flow first, in the order of the code.
fn related<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Vec<Related<'a>> {
    let steps = one.steps.iter().map(|step| ("step", step.place, step.text.as_str()));
    let others = one.related.iter().map(|other| (other.role, other.place, other.message));
    steps.chain(others).map(|(role, place, message)| Related { role, place: region(place, sources), message }).collect()
}

fn remark(note: &Note) -> Remark<'_> {
    Remark { rule: note.rule.as_deref(), message: &note.message }
}

fn step<'a>(mark: &StepMark, sources: &'a Sources) -> Step<'a> {
    let place = mark.place.map(|place| region(place, sources));
    let (path, line) = place.map_or((None, None), |place| (Some(place.path), Some(place.start.line)));
    Step { step: mark.step.name(), done: mark.done, path, line }
}

fn region(place: Place, sources: &Sources) -> Region<'_> {
    let Some(source) = sources.get(place.file) else {
        return Region { path: "", start: Point::default(), end: Point::default() };
    };
    let point = |offset| {
        let at = source.position(offset);
        Point { line: at.line, column: at.column, offset: at.offset }
    };
    Region { path: &source.name, start: point(place.span.start), end: point(place.span.end) }
}
