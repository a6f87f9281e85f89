//! Texts that nobody writes: no panic, no overflow, a gap or a unit.

use crate::RustFrontend;
use atomic_lint_ir::{Frontend, GapKind, Lowered};

fn lower(text: String) -> Lowered {
    let thread = std::thread::Builder::new().stack_size(64 << 20);
    thread.spawn(move || RustFrontend.lower(&text, &[])).unwrap().join().unwrap()
}

fn kinds(text: &str) -> Vec<GapKind> {
    lower(text.to_string()).gaps.iter().map(|gap| gap.kind).collect()
}

#[test]
fn what_does_not_parse_is_a_gap_with_its_place() {
    let text = "fn f() {}\nfn g( {}\n";
    let lowered = lower(text.to_string());
    assert!(lowered.unit.is_none());
    assert_eq!(lowered.gaps[0].kind, GapKind::Syntax);
    let after_mark = lower("\u{feff}fn f() {}\nlet x;".to_string());
    assert_eq!(after_mark.gaps[0].span.slice("\u{feff}fn f() {}\nlet x;"), "let");
    assert!(after_mark.gaps[0].message.starts_with("expected"));
}

#[test]
fn what_is_nested_too_deeply_is_a_gap() {
    for text in [
        format!("fn f() {{ {} }}", "(".repeat(100_000)),
        format!("fn f() {{ {}x{} }}", "(".repeat(3000), ")".repeat(3000)),
        format!("fn f() {{ {}x }}", "!".repeat(3000)),
        format!("type T = {}u8{};", "A<".repeat(3000), ">".repeat(3000)),
        format!("fn f() {{ x{} }}", ".a()".repeat(30_000)),
    ] {
        assert_eq!(kinds(&text), [GapKind::Nesting], "{}", &text[..40]);
    }
}

#[test]
fn what_is_just_within_the_limits_fits_the_stack() {
    let chain =
        |link: &str| format!("fn f() {{ x{}; }}", link.repeat(4000 / link.matches(['.', '(', '+', '?']).count()));
    for text in [
        format!("fn f() {{ {}x{} }}", "g(".repeat(250), ")".repeat(250)),
        format!("fn f() {{ {}x{} }}", "m!(".repeat(250), ")".repeat(250)),
        format!("fn f() {{ {}x{} }}", "if c {".repeat(120), "}".repeat(120)),
        format!("fn f() {{ {}x{} }}", "g(|x| {".repeat(80), "})".repeat(80)),
        format!("{}{}", "fn f() {".repeat(250), "}".repeat(250)),
        format!("type T = {}u8{};", "A<".repeat(250), ">".repeat(250)),
        format!("use {}x;", "a::".repeat(4000)),
        format!("fn f() {{ {} {{}} }}", "if x {} else ".repeat(4000)),
        chain(".a()"),
        chain(" + y"),
        chain("?"),
    ] {
        assert_eq!(kinds(&text), [], "{}", &text[..40]);
    }
}

#[test]
fn broken_ends_and_odd_bytes_do_no_harm() {
    let whole =
        "#!/bin/sh\nuse a::{b, c}; /* é */ fn f<'a>(x: &'a str) -> R { let y = r#\"漢\"#; g(b'x', '\\'', \"\\\"\")?; }";
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        lower(whole[..end].to_string());
    }
    for text in
        ["", "\0", "fn f() { \0 }", "\u{feff}", "\u{feff}\u{feff}fn f() {}", "#!", "#!\u{feff}", "'", "r#", "b'"]
    {
        lower(text.to_string());
    }
    for text in ["/*", "/*/", "\"\\", "r##\"\"#", "}}}})))]]]", "---", "---\n---", "fn f() { x.0.0.1.2e3 }", "//"] {
        lower(text.to_string());
    }
}

#[test]
fn random_bytes_do_no_harm() {
    let tokens =
        ["fn ", "f", "(", ")", "{", "}", "|", "&", "<", ">", "!", "?", ".", ",", ";", "=", "::", "'a", "\"", "é"];
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..2000 {
        let text: String = (0..next() % 60).map(|_| tokens[(next() % 20) as usize]).collect();
        lower(format!("fn f() {{ {text} }}"));
        lower(text);
    }
    let bytes: Vec<u8> = (0..100_000).map(|_| next() as u8).collect();
    lower(String::from_utf8_lossy(&bytes).into_owned());
}

#[test]
fn modules_that_import_each_other_in_circles_end() {
    let globs: String = (0..30).map(|at| format!("pub use super::m{at}::*; ")).collect();
    let modules: String = (0..30).map(|at| format!("mod m{at} {{ {globs} fn f() {{ unknown::x(); }} }}\n")).collect();
    assert_eq!(kinds(&modules), []);
}
