//! Where things are said to be, and which statement a comment is about.

use super::lower;
use atomic_lint_ir::{Op, Unit};

/// The text of every call in body 1: its step, the call itself, its arguments.
fn calls<'t>(text: &'t str, unit: &Unit) -> Vec<(&'t str, &'t str, Vec<&'t str>)> {
    let steps = unit.bodies[1].blocks.iter().flat_map(|block| &block.steps);
    let calls = steps.filter_map(|step| match &step.op {
        Op::Call { args, span, .. } => {
            let args = args.iter().map(|arg| arg.span.slice(text)).collect();
            Some((step.span.slice(text), span.slice(text), args))
        }
        _ => None,
    });
    calls.collect()
}

#[test]
fn a_call_has_its_own_place_and_that_of_its_expression() {
    let text = "fn f() { options.write(true)\n  .open(&path, 1); fs::write(p, \"é漢\")?; m!(a, b); }";
    assert_eq!(
        calls(text, &lower(text)),
        [
            ("options.write(true)", "write(true)", vec!["true"]),
            ("options.write(true)\n  .open(&path, 1)", "open(&path, 1)", vec!["&path", "1"]),
            ("fs::write(p, \"é漢\")", "fs::write(p, \"é漢\")", vec!["p", "\"é漢\""]),
            ("m!(a, b)", "m!(a, b)", vec!["a", "b"]),
        ]
    );
}

#[test]
fn places_hold_behind_marks_shebangs_and_wide_characters() {
    for before in ["", "\u{feff}", "#!/bin/x\n", "\u{feff}#!/bin/x\r\n", "/* 😀é */ ", "// 漢\r\n"] {
        let text = format!("{before}fn name() {{ let é = \"😀\"; call(é); }}\r\n");
        let unit = lower(&text);
        assert_eq!(unit.bodies[1].name_span.slice(&text), "name", "{before:?}");
        assert_eq!(unit.bodies[1].span.slice(&text), text[before.len()..].trim_end(), "{before:?}");
        assert_eq!(calls(&text, &unit)[0].0, "call(é)", "{before:?}");
    }
}

#[test]
fn closures_are_named_by_their_arguments() {
    let text = "fn f() { g(move |a, b| a + b); }";
    let unit = lower(text);
    assert_eq!(unit.bodies[2].name_span.slice(text), "|a, b|");
    assert_eq!(unit.bodies[2].span.slice(text), "move |a, b| a + b");
}

#[test]
fn types_are_where_their_name_is() {
    let text = "pub struct Store { a: u8 }";
    assert_eq!(lower(text).types[0].span.slice(text), "Store");
}

/// Each directive as its text and the text that it is about.
fn directives(text: &str) -> Vec<(String, String)> {
    let unit = lower(text);
    let shown = unit.directives.iter().map(|directive| {
        let applies = directive.applies.map_or("-", |span| span.slice(text));
        (directive.text.to_string(), applies.to_string())
    });
    shown.collect()
}

fn about(text: &str) -> Vec<String> {
    directives(text).into_iter().map(|(_, applies)| applies).collect()
}

#[test]
fn a_comment_behind_a_statement_is_about_it() {
    let text = "fn f() {\n  a(); b()?; // atomic-lint: allow(x): why\n  c();\n}";
    assert_eq!(directives(text), [("allow(x): why".to_string(), "b()?;".to_string())]);
    assert_eq!(
        about("fn f() {\n  a(1, // atomic-lint: allow(x)\n   2);\n}"),
        ["a(1, // atomic-lint: allow(x)\n   2);"]
    );
    assert_eq!(about("fn f() {\n  a()\n  .b(); // atomic-lint: x\n}"), ["a()\n  .b();"]);
}

#[test]
fn a_comment_alone_is_about_what_comes_next() {
    assert_eq!(about("fn f() {\n  a();\n  // atomic-lint: x\n  // and so on\n  let y = b();\n}"), ["let y = b();"]);
    assert_eq!(about("// atomic-lint: x\npub fn f() { a() }\nfn g() {}"), ["pub fn f() { a() }"]);
    assert_eq!(about("fn f() {\n  match x {\n    // atomic-lint: x\n    A => a(),\n    B => b(),\n  }\n}"), ["a()"]);
    assert_eq!(about("impl S {\n  // atomic-lint: x\n  fn f(&self) {}\n}"), ["fn f(&self) {}"]);
    assert_eq!(about("fn f() {}\n// atomic-lint: x"), ["-"]);
}

#[test]
fn an_attribute_allows_for_its_statement_or_item() {
    let text = "fn f() {\n #[cfg_attr(any(), atomic_lint::allow(direct_write, reason = \"r\"))]\n a();\n b();\n}
        #[cfg_attr(any(), atomic_lint::allow(late_sync))] fn g() {}";
    let expected = [("allow(direct-write): r", "a();"), ("allow(late-sync)", "fn g() {}")];
    assert_eq!(directives(text), expected.map(|(text, applies)| (text.to_string(), applies.to_string())));
}

#[test]
fn comments_in_strings_say_nothing() {
    assert!(directives("fn f() { a(\"// atomic-lint: x\"); /// atomic-lint: y\n fn g() {} }").is_empty());
}
