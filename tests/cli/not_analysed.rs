//! What is not analysed is counted, named and decides the exit code.

use super::project::{Project, QUIET, TORN};

#[test]
fn the_coverage_line_counts_by_reason() {
    let project = Project::new(&[("a.py", QUIET), ("b.rs", "fn f( { std::fs::write(\"a\", \"b\") }")]);
    project.write("c.py", b"x = '\xe9'\n");
    project.write("d.rs", b"fn f() {}\0");
    let run = project.run(&[]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(run.coverage(), "4 files checked, 3 not analysed (1 syntax, 2 encoding)");
    assert!(run.err.contains("c.py: not analysed (encoding): not UTF-8 at offset 5"), "{}", run.err);
    assert!(run.err.contains("d.rs: not analysed (encoding): NUL byte at offset 9"), "{}", run.err);
}

#[test]
fn a_declared_encoding_is_honoured_and_offsets_are_those_on_disk() {
    let project = Project::new(&[]);
    project.write("a.py", b"# coding: latin-1\nx = '\xe9\xe9\xe9'; open('a', 'w').write(x)\n");
    let run = project.json(&[]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let start = run.json()["diagnostics"][0]["start"].clone();
    assert_eq!(
        (start["line"].as_u64(), start["column"].as_u64(), start["offset"].as_u64()),
        (Some(2), Some(12), Some(29))
    );
}

#[test]
fn python_around_an_error_is_analysed_and_counted_as_partly() {
    let project = Project::new(&[("a.py", &format!("{TORN}\ndef broken(:\n    pass\n"))]);
    let run = project.run(&[]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("warning[direct-write]"), "{}", run.out);
    assert_eq!(run.coverage(), "1 file checked, 0 not analysed, 1 partly analysed (1 syntax)");
}

#[test]
fn syntax_matters_only_in_files_that_could_write() {
    let project = Project::new(&[("a.py", "def broken(:\n"), ("b.rs", "fn f( {")]);
    for arguments in [[].as_slice(), &["--no-prefilter"]] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.coverage()), (0, "2 files checked, 0 not analysed"));
    }
}

#[test]
fn an_error_in_a_function_that_writes_nothing_is_said_too() {
    let rust = "fn broken() { let = 1; }\nfn save() { std::fs::write(\"a\", \"b\").unwrap(); }\n";
    let project = Project::new(&[("a.py", &format!("{TORN}\ndef broken():\n    x = = 1\n")), ("b.rs", rust)]);
    for arguments in [[].as_slice(), &["--no-prefilter"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, 2);
        assert!(run.out.contains("warning[direct-write]"), "{}", run.out);
        assert_eq!(run.coverage(), "2 files checked, 1 not analysed (1 syntax), 1 partly analysed (1 syntax)");
    }
}

#[test]
fn of_a_large_file_only_the_functions_that_have_to_do_with_a_write_are_parsed() {
    let padding = format!("# {}\n", "x".repeat(70_000));
    let text =
        |calls: &str| format!("{padding}{TORN}\ndef broken():\n    x = = 1\n\ndef used():\n    {calls}(y = = 1)\n");
    for (text, coverage) in [
        (text("load"), "1 file checked, 0 not analysed"),
        (text("save"), "1 file checked, 0 not analysed, 1 partly analysed (1 syntax)"),
    ] {
        let project = Project::new(&[("a.py", &text)]);
        for arguments in [[].as_slice(), &["--no-prefilter"]] {
            let run = project.run(arguments);
            assert!(run.out.contains("warning[direct-write]"), "{}", run.out);
            assert_eq!(run.coverage(), coverage, "{arguments:?}");
        }
    }
}

#[test]
fn deep_nesting_is_a_gap_and_not_a_crash() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    let rust = format!("fn f() {{ std::fs::write(\"a\", {}); }}", deep("(", ")"));
    let python = format!("open('a', 'w').write({})\n", deep("[", "]"));
    let run = Project::new(&[("a.rs", &rust), ("b.py", &python)]).run(&[]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(run.coverage(), "2 files checked, 1 not analysed (1 nesting), 1 partly analysed (1 nesting)");
}

#[test]
fn a_named_file_of_no_known_language_is_an_error() {
    let run = Project::new(&[("a.txt", "x")]).run(&["a.txt"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("a.txt: not analysed (unknown language)"), "{}", run.err);
    assert_eq!(run.coverage(), "1 file checked, 1 not analysed (1 unknown language)");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_tree_is_passed_over_and_a_named_one_is_an_error() {
    let project = Project::new(&[("a.py", QUIET)]);
    let made = std::process::Command::new("mkfifo").arg(project.at("pipe.py")).status().unwrap();
    assert!(made.success());
    assert_eq!(project.run(&["."]).coverage(), "1 file checked, 0 not analysed");
    let run = project.run(&["pipe.py"]);
    assert_eq!((run.code, run.coverage()), (2, "1 file checked, 1 not analysed (1 io)"));
}
