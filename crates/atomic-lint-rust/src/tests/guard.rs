//! What the scan before parsing counts and finds.

use crate::guard::{Limit, scan};

fn limit(text: &str) -> Option<Limit> {
    scan(text, 0).too_deep.map(|(_, limit)| limit)
}

#[test]
fn brackets_in_strings_characters_and_comments_do_not_nest() {
    let brackets = "(".repeat(1000);
    for text in [
        format!("\"{brackets}\""),
        format!("r#\"\"{brackets}\"#"),
        format!("b\"\\\"{brackets}\""),
        format!("br##\"\"#{brackets}\"##"),
        format!("// {brackets}"),
        format!("/* /* {brackets} */ {brackets} */"),
        "'('; '\\''; b'('; ".repeat(1000),
        "fn f<'a>(x: &'a str) {} ".repeat(1000),
    ] {
        assert_eq!(limit(&text), None, "{}", &text[..20]);
    }
}

#[test]
fn each_way_of_going_deeper_is_bounded() {
    for (text, expected) in [
        ("(".repeat(1000), Limit::Nesting),
        ("{[(".repeat(1000), Limit::Nesting),
        (format!("fn f() {{ {}x }}", "!".repeat(1000)), Limit::Nesting),
        (format!("fn f() {{ {}x }}", "& mut ".repeat(1000)), Limit::Nesting),
        (format!("fn f() {{ {}x }}", "|x| ".repeat(1000)), Limit::Nesting),
        (format!("fn f() {{ {}x }}", "return ".repeat(1000)), Limit::Nesting),
        (format!("fn f() {{ {}x }}", "a = ".repeat(1000)), Limit::Nesting),
        (format!("type T = {};", "fn() -> ".repeat(1000)), Limit::Nesting),
        (format!("fn f() {{ {}x }}", "if ".repeat(1000)), Limit::Nesting),
        (format!("type T = {};", "A<B, ".repeat(2000)), Limit::Angles),
        (format!("use {}x;", "a::".repeat(5000)), Limit::Chain),
        (format!("fn f() {{ x{} }}", ".a()".repeat(5000)), Limit::Chain),
        (format!("fn f() {{ x{} }}", " + x".repeat(5000)), Limit::Chain),
        (format!("fn f() {{ {} {{}} }}", "if x {} else ".repeat(5000)), Limit::Chain),
    ] {
        assert_eq!(limit(&text), Some(expected), "{}", &text[..30]);
    }
}

#[test]
fn long_but_flat_code_passes() {
    for text in [
        "fn f() { a(&x, !y); }\n".repeat(5000),
        format!("const T: [u32; 9] = [{}];", "1 << 3, -2, !0, ".repeat(5000)),
        format!("fn f() {{ {} }}", "if a < b { c = d; } ".repeat(5000)),
        format!("fn f() {{ x{}; }}", " && y || z".repeat(1000)),
        format!("fn f() {{ match x {{ {} }} }}", "A(&b) if a < b => !c, ".repeat(5000)),
        format!("struct S {{ {} }}", "a: Vec<Option<u8>>, ".repeat(5000)),
    ] {
        assert_eq!(limit(&text), None, "{}", &text[..30]);
    }
}

#[test]
fn only_comments_that_begin_with_the_name_speak() {
    let text =
        "let a = \"// atomic-lint: no\"; // atomic-lint: allow(x): why \n  /* atomic-lint: b */\n// see atomic-lint: c";
    let comments = scan(text, 0).comments;
    let seen: Vec<_> = comments.iter().map(|comment| (comment.text.as_str(), comment.alone)).collect();
    assert_eq!(seen, [("allow(x): why", false), ("b", true)]);
    assert_eq!(comments[1].span.slice(text), "/* atomic-lint: b */");
}
