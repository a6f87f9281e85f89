//! What repairs make of small texts, form by form, and what they decline.
//!
//! `«…»` marks the reported call, `‹…›` a step of the flow, `⟦…⟧` the target; the marks are taken out.

mod decline;
mod open;
mod standard;
mod steps;
mod thread;
mod whole;
mod write;

use crate::RustFrontend;
use atomic_lint_ir::{Applicability, FlowStep, Repair, RepairKind, Runtime, Speller, Spelling, Twin};
use atomic_lint_source::{Span, apply};

/// A repair of a marked text.
pub(super) struct Case {
    text: String,
    repair: Repair,
}

/// The case that `marked` is; its steps are `steps`, in the order of their marks.
pub(super) fn case(kind: RepairKind, api: &str, steps: &[FlowStep], marked: &str) -> Case {
    let mut text = String::new();
    let (mut at, mut target, mut spans, mut open) = (Span::default(), None, Vec::new(), Vec::new());
    for c in marked.chars() {
        match c {
            '«' | '‹' | '⟦' => open.push((spans.len(), text.len() as u32)),
            '»' | '›' | '⟧' => {
                let (_, start) = open.pop().unwrap();
                let span = Span::new(start, text.len() as u32);
                match c {
                    '»' => at = span,
                    '⟧' => target = Some(span),
                    _ => spans.push(span),
                }
            }
            other => text.push(other),
        }
    }
    assert_eq!(steps.len(), spans.len(), "a mark for each step");
    let steps = steps.iter().copied().zip(spans).collect();
    Case { text, repair: Repair { kind, at, api: api.into(), target, steps } }
}

impl Case {
    fn spell(&self, runtime: Runtime) -> Result<Spelling, String> {
        let (text, repair) = (self.text.clone(), self.repair.clone());
        // Debug builds need more stack than a test's thread has.
        let thread = std::thread::Builder::new().stack_size(64 << 20);
        let spelled = thread.spawn(move || RustFrontend.spell(&text, &repair, runtime)).unwrap().join().unwrap();
        spelled.map_err(|decline| decline.0)
    }

    #[track_caller]
    fn becomes(&self, expected: &str) -> Spelling {
        self.becomes_with(Runtime::Crashsafe, expected)
    }

    #[track_caller]
    fn becomes_with(&self, runtime: Runtime, expected: &str) -> Spelling {
        let spelling = self.spell(runtime).unwrap();
        let actual = apply(&self.text, &spelling.edits).unwrap();
        assert!(actual == expected, "{}\nbecomes\n{actual}\nand not\n{expected}", self.text);
        spelling
    }

    #[track_caller]
    fn is_declined(&self, why: &str) {
        assert_eq!(
            self.spell(Runtime::Crashsafe).map(|spelling| spelling.edits),
            Err(why.to_string()),
            "{}",
            self.text
        );
    }
}

/// A write in one call.
pub(super) fn write(marked: &str) -> Case {
    case(RepairKind::Through(Twin::Write), "std::fs::write", &[], marked)
}

/// A handle that is opened.
pub(super) fn open(marked: &str) -> Case {
    case(RepairKind::Through(Twin::Open), "std::fs::File::create", &[], marked)
}

/// The body of a function that gives an `io::Result<()>`.
pub(super) fn body(statements: &str) -> String {
    let lines: Vec<String> = statements.lines().map(|line| format!("    {line}")).collect();
    format!("fn f(p: &Path, d: &[u8]) -> io::Result<()> {{\n{}\n}}\n", lines.join("\n"))
}

#[test]
fn a_file_whose_items_are_not_told_apart_is_read_whole() {
    let text = "fn f() { g(); }\n";
    let (positions, file) = (crate::position::Positions::new(text), syn::parse_str(text).unwrap());
    let source = super::Source { text, positions: &positions, file: &file, parts: &[] };
    let edit = |new: &str| atomic_lint_source::Edit { span: Span::new(9, 10), replacement: new.to_owned() };
    assert!(super::still_parses(&source, &[edit("h")]));
    assert!(!super::still_parses(&source, &[edit("(")]));
}
