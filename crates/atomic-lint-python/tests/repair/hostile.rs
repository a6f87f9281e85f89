//! Whatever the text and whatever is asked, a repair is said or declined, and what is said parses.

use atomic_lint_ir::{FlowStep, Frontend, Name, Repair, RepairKind, Runtime, Speller, Twin};
use atomic_lint_python::PythonFrontend;
use atomic_lint_source::{Span, apply};

const KINDS: [RepairKind; 11] = [
    RepairKind::Through(Twin::Open),
    RepairKind::Through(Twin::Write),
    RepairKind::Through(Twin::Copy),
    RepairKind::Through(Twin::Path),
    RepairKind::Sync,
    RepairKind::Flush,
    RepairKind::Rename,
    RepairKind::Beside,
    RepairKind::KeepTarget,
    RepairKind::PassError,
    RepairKind::ModeFirst,
];

const SOURCE: &str = r#"#!/usr/bin/python3
"""Doc é."""
import os, gzip
import shutil  # last

def f(p, q):
    t = p + '.é'; g = open(t, 'w')
    with open(p, 'w') as f, gzip.open(q, 'w') as h:
        f.write('''
 x''')
        os.fsync(f.fileno())
        os.replace(t, p)
    x = open(p, 'w')
    try: x.write('')
    finally: x.close()
    if os.path.exists(p): os.remove(p)
    shutil.move(t, p)
    shutil.copy(t, *p)
    json.dump(1, open(p, 'wb'))
    p.write_text(
        # é
        x,
    )
    return p.open('w')
open(p, 'w').write(s)"#;

/// The source as other editors write it: with a byte order mark and carriage returns.
fn source() -> String {
    format!("\u{feff}{}", SOURCE.replace('\n', "\r\n"))
}

/// What may be the span of a call: from a name to one of the parentheses behind it.
fn calls(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for (open, _) in text.match_indices('(') {
        let name = text[..open].trim_end_matches(|c: char| c.is_alphanumeric() || "._".contains(c));
        let ends = text[open..].match_indices(')').take(3).map(|(at, _)| open + at + 1);
        spans.extend(ends.map(|end| Span::new(name.len() as u32, end as u32)));
    }
    spans
}

fn every_repair(text: &str) -> usize {
    let mut said = 0;
    let gaps = PythonFrontend.lower(text, &[]).gaps.len();
    for at in calls(text) {
        for kind in KINDS {
            let steps = vec![(FlowStep::Open, at), (FlowStep::Publish, Span::new(0, 1)), (FlowStep::Remove, at)];
            let repair = Repair { kind, at, api: Name::new("open"), target: Some(at), steps };
            for runtime in [Runtime::Crashsafe, Runtime::Standard, Runtime::None] {
                let Ok(spelling) = PythonFrontend.spell(text, &repair, runtime) else { continue };
                let result = apply(text, &spelling.edits).expect("its edits fit");
                assert!(PythonFrontend.lower(&result, &[]).gaps.len() <= gaps, "{kind:?} of {at:?}:\n{result}");
                let ends = result.matches("\r\n").count();
                assert_eq!(result.matches('\n').count(), ends, "{kind:?} of {at:?}:\n{result}");
                said += 1;
            }
        }
    }
    said
}

#[test]
fn every_call_of_a_file_takes_every_repair_or_declines() {
    let said = every_repair(&source());
    assert!(said > 20, "{said}");
}

#[test]
fn a_file_that_ends_anywhere_does_no_harm() {
    let text = source();
    for (end, _) in text.char_indices().filter(|(at, _)| at % 97 == 0) {
        every_repair(text[..end].trim_end_matches('\r'));
    }
}
