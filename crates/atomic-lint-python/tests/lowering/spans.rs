//! Positions: bytes of the file as it is, whatever stands before them.

use crate::lower;
use atomic_lint_ir::{Op, Step};
use atomic_lint_source::Span;

/// The text of every call in the top level, and of the part of it that names what is called.
fn calls(source: &str) -> Vec<(&str, &str)> {
    let lowered = lower(source);
    assert_eq!(lowered.gaps, []);
    let unit = lowered.unit.expect("it was parsed");
    let shown = |step: &Step| match &step.op {
        Op::Call { span, .. } => Some((step.span, *span)),
        _ => None,
    };
    let spans: Vec<(Span, Span)> =
        unit.bodies[0].blocks.iter().flat_map(|block| &block.steps).filter_map(shown).collect();
    spans.into_iter().map(|(whole, call)| (whole.slice(source), call.slice(source))).collect()
}

#[test]
fn a_call_spans_its_expression_and_a_method_its_name_and_arguments() {
    assert_eq!(calls("x = open(a).read(1)\n"), [("open(a)", "open(a)"), ("open(a).read(1)", "read(1)")]);
    assert_eq!(calls("import os\nos.replace(a, b)\n"), [("os.replace(a, b)", "os.replace(a, b)")]);
}

#[test]
fn spans_hold_behind_a_byte_order_mark_and_line_ends_of_any_kind() {
    assert_eq!(calls("\u{feff}f(1)\r\nif x:\r\n    g(2)\r\n"), [("f(1)", "f(1)"), ("g(2)", "g(2)")]);
    assert_eq!(calls("\u{feff}# comment\nf(1)\n"), [("f(1)", "f(1)")]);
    assert_eq!(calls("if x:\n\tf(1)\n\u{c}\ng(2)\n"), [("f(1)", "f(1)"), ("g(2)", "g(2)")]);
}

#[test]
fn spans_count_bytes_of_characters_of_any_width() {
    assert_eq!(calls("s = \"é漢😀\"; f('é')\n"), [("f('é')", "f('é')")]);
}

#[test]
fn names_span_what_stands_for_a_body() {
    let source = "async def é(x):\n    return lambda y: y\n";
    let unit = lower(source).unit.unwrap();
    assert_eq!(unit.bodies[1].name_span.slice(source), "é");
    assert_eq!(unit.bodies[1].span.slice(source), source.trim_end());
    assert_eq!(unit.bodies[2].span.slice(source), "lambda y: y");
}

#[test]
fn gaps_span_what_does_not_parse_and_the_rest_is_lowered() {
    let source = "f(1)\nx = = 2\ng(3)\n";
    let lowered = lower(source);
    assert_eq!(lowered.gaps.len(), 1);
    assert!(lowered.gaps[0].span.slice(source).contains('='));
    let unit = lowered.unit.unwrap();
    assert_eq!(atomic_lint_ir::dump(&unit).matches("?f(1)").count(), 1);
    assert_eq!(atomic_lint_ir::dump(&unit).matches("?g(3)").count(), 1);
}

#[test]
fn what_is_missing_is_a_gap() {
    let lowered = lower("f(1\n");
    assert!(!lowered.gaps.is_empty());
}

#[test]
fn defaults_of_type_parameters_are_no_gap() {
    let sources = [
        "class A[T = int](B[T]): x: T = 1\n",
        "class A[T: M[str, X] = M[str, X]](B[T]): x: T = 1\n",
        "def f[T = int, *S = *tuple[int]](a: T): ...\n",
        "type A[T = int] = list[T]\n",
    ];
    for source in sources {
        assert_eq!(lower(source).gaps, []);
    }
}

#[test]
fn an_error_in_an_annotation_is_a_gap() {
    for source in ["x: List[int, = 3\n", "x: List[int = 3] = 3\n", "def f(a: int = = 3): ...\n"] {
        assert!(!lower(source).gaps.is_empty());
    }
}
