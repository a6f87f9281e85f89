//! Texts, places and diagnostics made by hand, for the tests of the formats.

use super::{Renderer, Report};
use crate::coverage::{Coverage, Kind, Missed};
use crate::diagnostic::{Caption, Diagnostic, FileEdit, Fix};
use crate::sources::{Source, Sources};
use atomic_lint_analysis::{Confidence, ProtocolStep, StepMark};
use atomic_lint_catalog::{Group, Level};
use atomic_lint_ir::Applicability;
use atomic_lint_source::{FileId, Place, Span};

/// A line on which bytes, characters and code units of UTF-16 differ.
pub(super) const WIDE: &str = "s = \"é漢😀\"; open(p, \"w\").write(\n    s)\n";

/// The write in it.
const WRITE: &str = "open(p, \"w\").write(\n    s)";

/// The place of `part` in `text`, which is that of `file`.
pub(super) fn place(file: u32, text: &str, part: &str) -> Place {
    let start = text.find(part).unwrap() as u32;
    Place { file: FileId(file), span: Span::new(start, start + part.len() as u32) }
}

/// Texts by name, numbered from 0.
pub(super) fn sources(texts: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for ((name, text), at) in texts.iter().zip(0..) {
        sources.insert(FileId(at), Source::new((*name).into(), (*text).into(), false));
    }
    sources
}

/// A finding at `place`.
pub(super) fn diagnostic(place: Place, steps: Vec<Caption>) -> Diagnostic {
    Diagnostic {
        rule: "direct-write".into(),
        group: Group::Atomicity,
        level: Level::Warning,
        confidence: Confidence::High,
        message: "`p` is written in place".into(),
        help: "stage it".into(),
        place,
        caption: "truncates".into(),
        steps,
        protocol: ProtocolStep::ALL.map(|step| StepMark { step, done: step == ProtocolStep::Write, place: None }),
        related: Vec::new(),
        notes: Vec::new(),
        fix: None,
        fingerprint: "0".into(),
    }
}

/// A change of [`WIDE`], which is the text of `a.py`.
pub(super) fn fix(sources: &Sources) -> Fix {
    let source = sources.get(FileId(0)).unwrap();
    let edit = |part: &str, replacement: &str| {
        let span = place(0, WIDE, part).span;
        let (start, end) = (source.position(span.start), source.position(span.end));
        FileEdit { path: "a.py".into(), start, end, replacement: replacement.into() }
    };
    let write = edit(WRITE, "crashsafe.write_text(p, s)");
    Fix {
        id: "0123456789abcdef".into(),
        title: "write through crashsafe".into(),
        applicability: Applicability::Safe,
        edits: vec![edit("", "import crashsafe\n"), write.clone()],
        single_hunk: vec![write],
        lays_in: vec!["crashsafe".into()],
    }
}

/// What `renderer` makes of a finding over two lines of [`WIDE`] with a step and a fix, and of a file that does not parse.
pub(super) fn rendered(renderer: &dyn Renderer) -> String {
    let sources = sources(&[("a.py", WIDE)]);
    let step = Caption { place: place(0, WIDE, "s)"), text: "loses it".into() };
    let mut one = diagnostic(place(0, WIDE, WRITE), vec![step]);
    one.fix = Some(fix(&sources));
    let missed = vec![Missed::whole("b c.py", Kind::Syntax, "line 1")];
    render(renderer, &[one], &Coverage { files: 2, missed }, &sources)
}

/// What `renderer` makes of `diagnostics`.
pub(super) fn render(
    renderer: &dyn Renderer,
    diagnostics: &[Diagnostic],
    coverage: &Coverage,
    sources: &Sources,
) -> String {
    let catalog = crate::embedded::catalog().unwrap();
    let report = Report { diagnostics, hidden: 0, accepted: &[], coverage, sources, catalog: &catalog };
    let mut out = Vec::new();
    renderer.render(&report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
