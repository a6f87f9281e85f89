//! What the scan for items finds, and what lowering makes of a text without some bodies.

use crate::RustFrontend;
use crate::outline::without;
use atomic_lint_ir::{Frontend, Outline};

fn outline(text: &str) -> Outline {
    RustFrontend.outline(text)
}

/// By part: the names it defines, members with a dot, and its bodies.
fn parts(text: &str) -> Vec<(String, String)> {
    let parts = outline(text).parts;
    let shown = parts.iter().map(|part| {
        let name = |name: &atomic_lint_ir::DefinedName| {
            format!("{}{}", if name.member { "." } else { "" }, name.span.slice(text))
        };
        let names: Vec<String> = part.names.iter().map(name).collect();
        let bodies: Vec<&str> = part.bodies.iter().map(|body| body.slice(text)).collect();
        (names.join(" "), bodies.join("|"))
    });
    shown.collect()
}

#[test]
fn items_end_where_the_grammar_says() {
    let text = "#![allow(x)] use a::{b, c};\n\
        pub(crate) const fn one<const N: usize>() -> [u8; { 1 + 1 }] where u8: Copy { a; }\n\
        const TWO: fn() = three; static mut FOUR: S = S { a: 1 };\n\
        #[derive(X)] struct S { a: u8 } struct T(u8); enum E { A { b: u8 } }\n\
        macro_rules! five { () => {} } thread_local! { static X: u8 = 0; }\n\
        unsafe extern \"C\" { fn six(); }\n\
        async unsafe fn seven() { b; }";
    let found = parts(text);
    let names: Vec<&str> = found.iter().map(|(names, _)| names.as_str()).collect();
    assert_eq!(names, ["a", "one", "TWO", "FOUR", "S", "T", "E", "five", "", "", "seven"]);
    let bodies: Vec<&str> = found.iter().map(|(_, bodies)| bodies.trim()).filter(|text| !text.is_empty()).collect();
    assert_eq!(bodies, ["a;", "b;"]);
}

#[test]
fn methods_are_members_of_the_type_that_is_implemented() {
    let text = "impl<'a, T: Into<U>> fmt::Display for a::Foo<T> where T: X { const N: u8 = 1; fn f(&self) {1} pub fn g() {2} }\n\
        trait Tr { type A; fn h(&self); fn i(&self) {3} }";
    assert_eq!(parts(text), [("Foo .N .f .g".into(), "1|2".into()), ("Tr .A .h .i".into(), "3".into())]);
}

#[test]
fn inline_modules_are_looked_into() {
    assert_eq!(parts("mod a { mod b { fn f() {1} } } mod c;"), [("f".into(), "1".into()), ("c".into(), String::new())]);
}

#[test]
fn what_is_no_item_leaves_no_outline() {
    for text in ["fn f() { ( }", "fn f() {", "} fn f() {}", "fn f() {} )", "fn", "+ fn f() {}"] {
        assert!(outline(text).parts.is_empty(), "{text}");
    }
}

#[test]
fn a_body_that_is_left_out_keeps_its_signature_and_moves_nothing() {
    let text = "fn f(é: &str) -> u8 {\n  \"漢}\"; g()\n}\nfn g() -> u8 { 1 }";
    let bodies = outline(text).parts[0].bodies.clone();
    let rest = without(text, &bodies);
    assert_eq!(rest.len(), text.len());
    assert_eq!(rest.lines().count(), text.lines().count());
    let unit = RustFrontend.lower(text, &bodies).unit.unwrap();
    let omitted: Vec<_> = unit.bodies.iter().map(|body| (body.name.as_str(), body.omitted)).collect();
    assert_eq!(omitted, [("<module>", false), ("f", true), ("g", false)]);
    assert_eq!(unit.bodies[1].params.len(), 1);
    assert_eq!(unit.bodies[2].name_span.slice(text), "g");
}
