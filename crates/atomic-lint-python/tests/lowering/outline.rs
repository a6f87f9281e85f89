//! What the scan for statements finds, and what lowering makes of a text without some bodies.

use atomic_lint_ir::{DefinedName, Frontend};
use atomic_lint_python::PythonFrontend;

/// By part: the names it defines, members with a dot, and its bodies.
fn parts(text: &str) -> Vec<(String, String)> {
    let parts = PythonFrontend.outline(text).parts;
    let shown = parts.iter().map(|part| {
        let name = |name: &DefinedName| format!("{}{}", if name.member { "." } else { "" }, name.span.slice(text));
        let names: Vec<String> = part.names.iter().map(name).collect();
        let bodies: Vec<&str> = part.bodies.iter().map(|body| body.slice(text)).collect();
        (names.join(" "), bodies.join("|"))
    });
    shown.collect()
}

#[test]
fn functions_classes_and_assignments_are_parts() {
    let text = "import os\n\
        A, b = 1, [\n  2,\n]\n\
        @decorated(x)\nasync def f(a, b=\"(\",\n    c={}): # why\n    # first\n    return 1\n\
        def g(): return 2\n\
        class C(B):\n    x: int = 1\n\n    def m(self):\n        if x:\n            pass\n# outside\n        y\n    class D: pass\n\
        if x:\n    def h(): pass\n\
        __all__ = ['f', 'g']\n";
    let found = parts(text);
    let expected = [
        ("A b", ""),
        ("f", "return 1"),
        ("g", ""),
        ("C .x .m .D", "if x:\n            pass\n# outside\n        y"),
        ("", ""),
    ];
    assert_eq!(found, expected.map(|(names, bodies)| (names.to_owned(), bodies.to_owned())));
}

#[test]
fn strings_may_look_like_anything() {
    let text =
        "X = '''\ndef no():\n    pass\n'''\ndef f():\n    r\"\\\"\"; '#'; \"\"\"\nclass A:\n\"\"\"\ny = 1 + \\\n  2\n";
    let found = parts(text);
    let expected = [("X", ""), ("f", "r\"\\\"\"; '#'; \"\"\"\nclass A:\n\"\"\""), ("y", "")];
    assert_eq!(found, expected.map(|(names, bodies)| (names.to_owned(), bodies.to_owned())));
}

#[test]
fn what_is_not_clear_leaves_no_outline() {
    for text in ["def f():\n  (\n", "x = 'a\n", "  x = 1\n", "def f():\nx = 1\n", "x = )\n", "'''\n"] {
        assert!(PythonFrontend.outline(text).parts.is_empty(), "{text}");
    }
}

#[test]
fn a_body_that_is_left_out_keeps_its_signature_and_moves_nothing() {
    let text =
        "\u{feff}def f(é: str) -> int:\r\n    \"\"\"漢\"\"\"\r\n    yield g()\r\n\r\ndef g():\r\n    return 1\r\n";
    let bodies = PythonFrontend.outline(text).parts[0].bodies.clone();
    let lowered = PythonFrontend.lower(text, &bodies);
    assert_eq!(lowered.gaps, []);
    let unit = lowered.unit.unwrap();
    let omitted: Vec<_> = unit.bodies.iter().map(|body| (body.name.as_str(), body.omitted)).collect();
    assert_eq!(omitted, [("<module>", false), ("f", true), ("g", false)]);
    assert_eq!(unit.bodies[1].params.len(), 1);
    assert_eq!(unit.bodies[2].name_span.slice(text), "g");
}
