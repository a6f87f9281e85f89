//! The solver over random control flow: it ends, and its answer is that of the program and not of how it is laid out.
//! That one more way loses no fault holds of the protocol, and is tested there over every set of stages.
//!
//! A program opens two files beside their targets; any of the steps of the protocol follow, in any order, on branches,
//! in loops and where they may fail. What a certain order of steps means is shown by the fixtures.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]
#![allow(dead_code, reason = "the parts of the support that only fixtures need")]

mod support;

use atomic_lint_analysis::{Demand, Finding, Project, Settings, Tree};
use atomic_lint_ir::{BlockId, Body, Exit, Frontend, Unit};
use atomic_lint_python::PythonFrontend;
use atomic_lint_source::FileId;
use proptest::prelude::*;
use support::knowledge;

/// A statement.
#[derive(Clone, Debug)]
enum Code {
    /// A step of the protocol on one of the files.
    Step(&'static str, usize),
    /// `if`, `while`, `for`, `try` … `except`: what is done in it, and what else.
    Compound(&'static str, Vec<Code>, Vec<Code>),
    Leave(&'static str),
}

const STEPS: [&str; 6] = [
    "f?.write(text)",
    "f?.flush()",
    "os.fsync(f?.fileno())",
    "f?.close()",
    "os.replace('state?.tmp', 'state?.json')",
    "unknown(f?)",
];

fn code() -> impl Strategy<Value = Vec<Code>> {
    let step = (prop::sample::select(&STEPS[..]), 0..2_usize).prop_map(|(step, file)| Code::Step(step, file));
    let leave = prop::sample::select(&["return", "raise ValueError"][..]).prop_map(Code::Leave);
    let leaf = prop_oneof![9 => step, 1 => leave];
    let statement = leaf.prop_recursive(3, 24, 4, |inner| {
        let block = || prop::collection::vec(inner.clone(), 1..4);
        let head = prop::sample::select(&["if", "while", "for", "try"][..]);
        (head, block(), block()).prop_map(|(head, first, second)| Code::Compound(head, first, second))
    });
    prop::collection::vec(statement, 1..8)
}

fn text(name: &str, code: &[Code]) -> String {
    let mut text = format!("import os\n\n\ndef {name}(text, c):\n");
    text += "    f0 = open('state0.tmp', 'w')\n    f1 = open('state1.tmp', 'w')\n";
    write(code, 1, &mut text);
    text
}

fn write(code: &[Code], depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for one in code {
        match one {
            Code::Step(step, file) => *text += &format!("{indent}{}\n", step.replace('?', &file.to_string())),
            Code::Leave(how) => *text += &format!("{indent}{how}\n"),
            Code::Compound(head, first, second) => {
                let (head, other) = match *head {
                    "if" => ("if c:", "else:"),
                    "while" => ("while c():", "else:"),
                    "for" => ("for x in c:", "else:"),
                    _ => ("try:", "except OSError:"),
                };
                *text += &format!("{indent}{head}\n");
                write(first, depth + 1, text);
                *text += &format!("{indent}{other}\n");
                write(second, depth + 1, text);
            }
        }
    }
}

fn lowered(text: &str) -> Unit {
    let lowered = PythonFrontend.lower(text, &[]);
    assert_eq!(lowered.gaps, [], "{text}");
    lowered.unit.unwrap()
}

/// What is found in `units`, which come to be known in `order`.
fn found(units: &[Unit], order: &[usize]) -> Vec<Finding> {
    let paths = (0..units.len()).map(|at| format!("file{at}.py")).collect();
    let mut project = Project::new(knowledge::catalog().unwrap(), Tree { paths, packages: Vec::new() });
    order.iter().for_each(|at| project.add(FileId(*at as u32), units[*at].clone()));
    while project.demand() != Demand::default() {
        order.iter().for_each(|at| project.answer(FileId(*at as u32)));
    }
    project.analyse(&Settings::default()).unwrap().findings
}

/// The blocks of `body` in the order that `keys` give, the first one first; those that are not reached go along.
fn shuffle(body: &mut Body, keys: &[u32]) {
    let mut order: Vec<usize> = (1..body.blocks.len()).collect();
    order.sort_by_key(|at| keys[at % keys.len()].wrapping_mul(*at as u32 + 1));
    order.insert(0, 0);
    let mut number = vec![BlockId(0); order.len()];
    order.iter().enumerate().for_each(|(to, from)| number[*from] = BlockId(to as u32));
    let mut blocks: Vec<_> = order.iter().map(|at| body.blocks[*at].clone()).collect();
    blocks.iter_mut().for_each(|block| targets(&mut block.exit).into_iter().for_each(|to| *to = number[to.0 as usize]));
    body.blocks = blocks;
}

fn targets(exit: &mut Exit) -> Vec<&mut BlockId> {
    match exit {
        Exit::Goto(to) => vec![to],
        Exit::Branch(to) => to.iter_mut().collect(),
        Exit::If { then, otherwise, .. } => vec![then, otherwise],
        Exit::Fallible { ok, err, .. } => vec![ok, err],
        Exit::Yield { resume, unwind, .. } => vec![resume, unwind],
        Exit::Return(_) | Exit::Raise | Exit::Unreachable => Vec::new(),
    }
}

#[test]
fn such_programs_are_understood() {
    let steps = |steps: &[usize]| steps.iter().map(|at| Code::Step(STEPS[*at], 0)).collect::<Vec<Code>>();
    let rules = |code: &[Code]| {
        let found = found(&[lowered(&text("save", code))], &[0]);
        found.iter().map(|finding| finding.rule.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rules(&steps(&[0, 4])), ["unflushed-publish"]);
    assert_eq!(rules(&steps(&[0, 1, 4])), ["unsynced-rename"]);
    assert_eq!(rules(&steps(&[0, 1, 2, 4])), ["hand-rolled-protocol", "missing-directory-sync"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_blocks_does_not_matter(code in code(), keys in prop::collection::vec(any::<u32>(), 1..20)) {
        let text = text("save", &code);
        let unit = lowered(&text);
        let mut shuffled = unit.clone();
        shuffled.bodies.iter_mut().for_each(|body| shuffle(body, &keys));
        let (one, other) = (found(&[unit], &[0]), found(&[shuffled], &[0]));
        let shown = |findings: &[Finding]| {
            findings.iter().map(|one| (one.place, one.rule.clone(), one.confidence)).collect::<Vec<_>>()
        };
        prop_assert_eq!(shown(&one), shown(&other), "{}", text);
    }

    #[test]
    fn the_order_in_which_files_come_to_be_known_does_not_matter(codes in prop::collection::vec(code(), 2..4)) {
        let called = |at: usize| format!("save{at}");
        let units: Vec<Unit> = codes.iter().enumerate().map(|(at, code)| lowered(&text(&called(at), code))).collect();
        let order: Vec<usize> = (0..units.len()).collect();
        let backwards: Vec<usize> = order.iter().rev().copied().collect();
        prop_assert_eq!(format!("{:?}", found(&units, &order)), format!("{:?}", found(&units, &backwards)));
    }
}
