//! What repairs become in Python: each test has a source with the call between `«` and `»`, and the whole result.
//!
//! Files here are named after kinds of repairs; where imports go and what texts are like stands beside them.

mod beside;
mod copy;
mod errors;
mod flush;
mod hostile;
mod imports;
mod keep;
mod open;
mod path;
mod pieces;
mod rename;
mod rewrite;
mod single;
mod standard;
mod sync;
mod thread;
mod whole;
mod write;

use atomic_lint_ir::{
    Applicability, Decline, FlowStep, Frontend, Name, Repair, RepairKind, Runtime, Speller, Spelling, Twin,
};
use atomic_lint_python::PythonFrontend;
use atomic_lint_source::{Span, apply};

/// A source without its marks, and the repair of the marked call.
struct Marked {
    text: String,
    repair: Repair,
}

/// `«` and `»` mark the reported call, `‹` and `›` the call that opens its file, or the other one that its repair asks for.
fn marked(kind: RepairKind, api: &str, source: &str) -> Marked {
    let mut text = String::new();
    let mut places = [0; 4];
    for character in source.chars() {
        match "«»‹›".chars().position(|mark| mark == character) {
            Some(mark) => places[mark] = text.len() as u32,
            None => text.push(character),
        }
    }
    let [start, end, opened, behind] = places;
    let step = match kind {
        RepairKind::PassWriteError => FlowStep::Publish,
        RepairKind::ReadThenReplace => FlowStep::Write,
        _ => FlowStep::Open,
    };
    let steps = if behind > 0 { vec![(step, Span::new(opened, behind))] } else { Vec::new() };
    let repair = Repair { kind, at: Span::new(start, end), api: Name::new(api), target: None, steps };
    Marked { text, repair }
}

fn spelled(marked: &Marked, runtime: Runtime) -> Result<Spelling, Decline> {
    PythonFrontend.spell(&marked.text, &marked.repair, runtime)
}

/// What `source` becomes; it still parses, and changing nothing else is what edits are for.
#[track_caller]
fn repaired(kind: RepairKind, api: &str, source: &str) -> (Applicability, String) {
    let marked = marked(kind, api, source);
    let spelling = spelled(&marked, Runtime::Crashsafe).expect("it is said");
    let result = apply(&marked.text, &spelling.edits).expect("its edits fit");
    let gaps = PythonFrontend.lower(&marked.text, &[]).gaps.len();
    assert_eq!(PythonFrontend.lower(&result, &[]).gaps.len(), gaps, "it parses as before:\n{result}");
    (spelling.applicability, result)
}

#[track_caller]
fn check(kind: RepairKind, api: &str, expected: Applicability, source: &str, result: &str) {
    let (applicability, actual) = repaired(kind, api, &dedented(source));
    let result = dedented(result);
    assert!(actual == result, "expected:\n{result}\nactual:\n{actual}");
    assert_eq!(applicability, expected);
}

#[track_caller]
fn safe(twin: Twin, api: &str, source: &str, result: &str) {
    check(RepairKind::Through(twin), api, Applicability::Safe, source, result);
}

#[track_caller]
fn doubtful(twin: Twin, api: &str, source: &str, result: &str) {
    check(RepairKind::Through(twin), api, Applicability::Unsafe, source, result);
}

#[track_caller]
fn declined(kind: RepairKind, api: &str, source: &str, why: &str) {
    let marked = marked(kind, api, &dedented(source));
    assert_eq!(spelled(&marked, Runtime::Crashsafe), Err(Decline(why.to_string())));
}

fn dedented(text: &str) -> String {
    let lines = text.strip_prefix('\n').unwrap_or(text).trim_end_matches(' ').lines();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.clone().filter(|line| !line.trim().is_empty()).map(|line| indent(&line)).min().unwrap_or(0);
    lines.map(|line| format!("{}\n", line.get(common..).unwrap_or(""))).collect()
}
