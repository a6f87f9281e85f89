//! Files that nobody would write, each with a write in it: reported, or the file is said not to be analysed.
//!
//! Never a crash, a hang or a pass in silence. What front ends make of such texts is tested beside them.

use super::project::Project;

const PYTHON: &str = "open(\"state.json\", \"w\").write(\"x\")\n";
const RUST: &str = "fn save() { std::fs::write(\"state.json\", \"x\").unwrap(); }\n";

/// What has to come of a file.
#[derive(Clone, Copy)]
enum Comes {
    /// The write is reported, and all was analysed.
    Found,
    /// The write is reported, and another part is said not to be analysed.
    Partly(&'static str),
    /// The file is said not to be analysed.
    Missed(&'static str),
}

/// Runs the program over a file called `name` with that content.
fn comes(what: &str, name: &str, content: impl AsRef<[u8]>, comes: Comes) {
    let project = Project::new(&[]);
    project.write(name, content);
    let run = project.run(&[]);
    let (code, found, coverage) = match comes {
        Comes::Found => (1, true, "1 file checked, 0 not analysed".to_owned()),
        Comes::Partly(why) => (2, true, format!("1 file checked, 0 not analysed, 1 partly analysed (1 {why})")),
        Comes::Missed(why) => (2, false, format!("1 file checked, 1 not analysed (1 {why})")),
    };
    let reported = run.out.contains("warning[direct-write]");
    assert_eq!((run.code, reported, run.coverage()), (code, found, coverage.as_str()), "{what}: {}", run.err);
}

fn nested(open: &str, close: &str, count: usize) -> String {
    format!("{}1{}", open.repeat(count), close.repeat(count))
}

#[test]
fn fifty_thousand_brackets() {
    for (open, close) in [("(", ")"), ("{", "}"), ("[", "]")] {
        let deep = nested(open, close, 50_000);
        comes(open, "a.py", format!("x = {deep}\n{PYTHON}"), Comes::Partly("nesting"));
        comes(open, "a.rs", RUST.replace('{', &format!("{{ let x = {deep};")), Comes::Missed("nesting"));
    }
}

#[test]
fn two_thousand_blocks() {
    let python: String = (0..2_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
    comes("within", "a.py", format!("{python}{}{PYTHON}", " ".repeat(2_000)), Comes::Missed("nesting"));
    comes("behind", "a.py", format!("{python}{}pass\n{PYTHON}", " ".repeat(2_000)), Comes::Missed("nesting"));
    let rust = format!("fn f(x: bool) {{ {}{} }}\n{RUST}", "if x {".repeat(2_000), "}".repeat(2_000));
    comes("behind", "a.rs", rust, Comes::Missed("nesting"));
}

#[test]
fn bytes_that_are_no_text() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    let noise: Vec<u8> = (0..10_000).map(|_| random()).collect();
    comes("noise", "a.py", [&noise, PYTHON.as_bytes()].concat(), Comes::Missed("encoding"));
    comes("noise", "a.rs", [&noise, RUST.as_bytes()].concat(), Comes::Missed("encoding"));
    comes("NUL", "a.py", format!("{PYTHON}\0"), Comes::Missed("encoding"));
    comes("NUL", "a.rs", format!("{RUST}\0"), Comes::Missed("encoding"));
}

#[test]
fn letters_that_are_no_sentence() {
    let noise: String =
        (0..2_000_u32).map(|at| (b' ' + (at.wrapping_mul(2_654_435_761) >> 20) as u8 % 95) as char).collect();
    for (name, write) in [("a.py", PYTHON), ("a.rs", RUST)] {
        let project = Project::new(&[(name, &format!("{noise}\n{write}"))]);
        assert_eq!(project.run(&[]).code, 2, "{name}");
    }
}

#[test]
fn other_encodings() {
    let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    comes("without a cookie", "a.py", latin(&format!("# \u{e9}\n{PYTHON}")), Comes::Missed("encoding"));
    comes("with a cookie", "a.py", latin(&format!("# -*- coding: latin-1 -*-\n# \u{e9}\n{PYTHON}")), Comes::Found);
    comes("latin-1", "a.rs", latin(&format!("// \u{e9}\n{RUST}")), Comes::Missed("encoding"));
}

#[test]
fn marks_and_line_ends() {
    comes("mark", "a.py", format!("\u{feff}#!/usr/bin/env python3\n{PYTHON}"), Comes::Found);
    comes("mark", "a.rs", format!("\u{feff}#!/usr/bin/env run\n{RUST}"), Comes::Found);
    comes("ends", "a.py", format!("def f():\n    {PYTHON}").replace('\n', "\r\n"), Comes::Found);
    comes("ends", "a.rs", RUST.replace('{', "{\n").replace('\n', "\r\n"), Comes::Found);
}

#[test]
fn what_is_left_open() {
    for open in ["x = (\n", "x = '''\n"] {
        comes(open, "a.py", format!("{PYTHON}{open}"), Comes::Partly("syntax"));
    }
    for open in ["fn g() { (\n", "const X: &str = \"\n", "/*\n"] {
        comes(open, "a.rs", format!("{RUST}{open}"), Comes::Missed("syntax"));
    }
}

#[test]
fn two_megabytes() {
    let python = "def f(a, b):\n    if a:\n        return b\n    return [a, b, 'text']\n\n".repeat(30_000);
    comes("functions", "a.py", python + PYTHON, Comes::Found);
    let rust = "fn f(a: bool, b: u32) -> u32 {\n    if a { return b; }\n    b * 2\n}\n\n".repeat(30_000);
    comes("functions", "a.rs", rust + RUST, Comes::Found);
}

#[test]
fn a_hundred_thousand_functions() {
    let python: String = (0..100_000).map(|at| format!("def f{at}():\n    return {at}\n")).collect();
    comes("functions", "a.py", python + PYTHON, Comes::Found);
    let rust: String = (0..100_000).map(|at| format!("fn f{at}() {{}}\n")).collect();
    comes("functions", "a.rs", rust + RUST, Comes::Found);
}

#[test]
fn one_very_long_line() {
    comes("text", "a.py", format!("x = '{}'; {PYTHON}", "a".repeat(1_000_000)), Comes::Found);
    comes("text", "a.rs", format!("const X: &str = \"{}\"; {RUST}", "a".repeat(1_000_000)), Comes::Found);
    comes("statements", "a.py", format!("{}{PYTHON}", "x = 1; ".repeat(5_000)), Comes::Found);
    comes("comment", "a.rs", format!("/* {} */ {RUST}", "a ".repeat(500_000)), Comes::Found);
}

#[test]
fn many_lines_that_say_nothing() {
    comes("comments", "a.py", format!("{}{PYTHON}", "# a\n".repeat(50_000)), Comes::Found);
    comes("continued", "a.py", format!("x = 1\n{}\n{PYTHON}", "\\\n".repeat(50_000)), Comes::Missed("syntax"));
}

#[test]
fn many_imports_from_one_place() {
    let rust: String = (0..20_000).map(|at| format!("use a::b{at};\n")).collect();
    comes("imports", "a.rs", rust + RUST, Comes::Found);
}

#[cfg(unix)]
#[test]
fn sockets_and_circles_of_links_in_a_tree_are_passed_over() {
    let project = Project::new(&[("a.py", PYTHON)]);
    let _socket = std::os::unix::net::UnixListener::bind(project.at("socket.py")).unwrap();
    for (target, name) in [(".", "folder"), ("b.py", "b.py"), ("d.py", "c.py"), ("c.py", "d.py")] {
        std::os::unix::fs::symlink(target, project.at(name)).unwrap();
    }
    let run = project.run(&["."]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(run.coverage(), "1 file checked, 0 not analysed");
    for name in ["socket.py", "b.py", "c.py"] {
        let run = project.run(&[name]);
        assert_eq!((run.code, run.coverage()), (2, "1 file checked, 1 not analysed (1 io)"), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_and_a_file_without_permission_are_said() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("a.py", PYTHON), ("secret/b.py", PYTHON), ("c.py", PYTHON)]);
    for name in ["secret", "c.py"] {
        std::fs::set_permissions(project.at(name), PermissionsExt::from_mode(0o000)).unwrap();
    }
    let run = project.run_unprivileged(&["."]);
    std::fs::set_permissions(project.at("secret"), PermissionsExt::from_mode(0o700)).unwrap();
    let Some(run) = run else { return };
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.out.contains("direct-write"), "{}", run.out);
    assert_eq!(run.coverage(), "3 files checked, 2 not analysed (2 io)");
    assert!(
        run.err.contains("secret: not analysed (io)") && run.err.contains("c.py: not analysed (io)"),
        "{}",
        run.err
    );
}
