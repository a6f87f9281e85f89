//! What Python becomes: each test has a source and the whole dump of what it is lowered to.
//!
//! Files here are named after constructs; hostile texts, positions and directives stand beside them.

mod assignments;
mod calls;
mod classes;
mod conditions;
mod directives;
mod exceptions;
mod functions;
mod hostile;
mod imports;
mod loops;
mod marks;
mod matching;
mod operators;
mod scopes;
mod spans;
mod text;
mod types;
mod with_statements;

use atomic_lint_ir::{Body, Frontend, Lowered, Unit, dump};
use atomic_lint_python::PythonFrontend;

/// Lowers `source`, and compares the dump of it with `expected`; both may be indented as a whole.
#[track_caller]
fn check(source: &str, expected: &str) {
    let lowered = lower(&dedented(source));
    assert_eq!(lowered.gaps, []);
    let actual = dump(&lowered.unit.expect("it was parsed"));
    let expected = dedented(expected);
    assert!(actual == expected, "expected:\n{expected}\nactual:\n{actual}");
}

fn lower(source: &str) -> Lowered {
    PythonFrontend.lower(source, &[])
}

/// The lowering of a source without gaps.
#[track_caller]
fn unit(source: &str) -> Unit {
    let lowered = lower(&dedented(source));
    assert_eq!(lowered.gaps, []);
    lowered.unit.expect("it was parsed")
}

#[track_caller]
fn body<'u>(unit: &'u Unit, name: &str) -> &'u Body {
    unit.bodies.iter().find(|body| body.name == name).expect("it has that body")
}

fn dedented(text: &str) -> String {
    let lines = text.strip_prefix('\n').unwrap_or(text).trim_end_matches(' ').lines();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.clone().filter(|line| !line.trim().is_empty()).map(|line| indent(&line)).min().unwrap_or(0);
    lines.map(|line| format!("{}\n", line.get(common..).unwrap_or(""))).collect()
}
