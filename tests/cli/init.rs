//! `init`: a configuration to begin with, and the runtime for a whole project at once.

use super::project::{Project, QUIET, TORN};
use std::fs;
use std::process::Command;

const MANIFEST: &str =
    "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\n[workspace]\n";
const RUST: &str = "pub fn save(path: &std::path::Path, text: &str) -> std::io::Result<()> {\n    \
                    std::fs::write(path, text)?;\n    Ok(())\n}\n";

fn text(project: &Project, name: &str) -> String {
    fs::read_to_string(project.at(name)).unwrap()
}

#[test]
fn a_configuration_is_written_once_and_says_what_is_so_anyway() {
    let project = Project::new(&[("a.py", TORN)]);
    let before = project.run(&["--output-format", "concise"]);
    let run = project.run(&["init"]);
    assert_eq!((run.code, run.out.as_str()), (0, "wrote atomic-lint.toml\n"), "{}", run.err);
    let after = project.run(&["--output-format", "concise"]);
    assert_eq!((after.code, after.out), (before.code, before.out));
    let run = project.run(&["init"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("atomic-lint.toml is there already"), "{}", run.err);
}

#[test]
fn each_line_of_the_configuration_can_be_taken_as_it_is() {
    let project = Project::new(&[("a.py", TORN)]);
    project.run(&["init"]);
    let given: String = text(&project, "atomic-lint.toml")
        .lines()
        .filter(|line| line.starts_with("# ") && (line.contains(" = ") || line.starts_with("# [")))
        .map(|line| format!("{}\n", line.trim_start_matches("# ")))
        .collect();
    assert!(given.lines().count() > 8, "{given}");
    let before = project.run(&["--output-format", "concise"]);
    project.write("atomic-lint.toml", &given);
    let after = project.run(&["--output-format", "concise"]);
    assert_eq!((after.code, after.out), (before.code, before.out), "{}", after.err);
}

#[test]
fn no_configuration_is_written_beside_one_of_another_kind() {
    let project = Project::new(&[("pyproject.toml", "[tool.atomic-lint]\nignore = ['late-sync']\n")]);
    assert_eq!(project.run(&["init"]).code, 2);
    assert!(!project.at("atomic-lint.toml").exists());
    assert_eq!(project.run(&["init", "nowhere"]).code, 2);
}

#[test]
fn with_the_runtime_laid_in_a_fix_changes_the_code_alone() {
    let files = [("src/lib.rs", RUST), ("Cargo.toml", MANIFEST), ("py/app/__init__.py", ""), ("py/app/save.py", TORN)];
    let project = Project::new(&files);
    let run = project.run(&["init", "--runtime"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    for line in ["changed Cargo.toml\n", "laid in vendor/crashsafe: ", "laid in py/crashsafe: "] {
        assert!(run.out.contains(line), "{}", run.out);
    }
    assert_eq!((text(&project, "src/lib.rs").as_str(), text(&project, "py/app/save.py").as_str()), (RUST, TORN));
    let again = project.run(&["init", "--runtime"]);
    assert_eq!((again.code, again.out.as_str()), (0, "all is there that fixed code calls\n"));
    assert_eq!(project.run(&["init", "--runtime", "--diff"]).out, "");

    for one in project.run(&["--output-format", "json"]).json()["diagnostics"].as_array().unwrap() {
        let edits = one["fix"]["edits"].as_array().unwrap();
        assert!(edits.iter().all(|edit| edit["path"] == one["path"]), "{edits:?}");
        assert_eq!(one["fix"]["lays_in"], serde_json::json!([]));
    }
    let shown = project.run(&["--diff"]);
    assert_eq!(shown.out.matches("diff --git").count(), 2, "{}", shown.out);
}

#[test]
fn a_difference_is_shown_and_nothing_written() {
    let project = Project::new(&[("src/lib.rs", RUST), ("Cargo.toml", MANIFEST)]);
    let run = project.run(&["init", "--runtime", "--diff"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("+crashsafe = { path = \"vendor/crashsafe\" }\n"), "{}", run.out);
    assert_eq!(text(&project, "Cargo.toml"), MANIFEST);
    assert!(!project.at("vendor").exists());
    project.write("fix.patch", &run.out);
    let git = Command::new("git").args(["apply", "fix.patch"]).current_dir(project.path()).status().unwrap();
    assert!(git.success());
    assert_eq!(project.run(&["init", "--runtime"]).out, "all is there that fixed code calls\n");
    let starter = project.run(&["init", "--diff"]);
    assert_eq!(starter.code, 1);
    assert!(starter.out.contains("+++ b/atomic-lint.toml\n"), "{}", starter.out);
    assert!(!project.at("atomic-lint.toml").exists());
}

#[test]
fn each_package_with_something_to_fix_gets_the_dependency_and_one_without_does_not() {
    let member = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n\n[dependencies]\n");
    let quiet = "pub fn load() {}\n";
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
        ("a/Cargo.toml", &member("a")),
        ("a/src/lib.rs", RUST),
        ("b/Cargo.toml", &member("b")),
        ("b/src/lib.rs", quiet),
    ];
    let project = Project::new(&files);
    let run = project.run(&["init", "--runtime"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(text(&project, "a/Cargo.toml").ends_with("crashsafe = { path = \"../vendor/crashsafe\" }\n"));
    assert_eq!(text(&project, "b/Cargo.toml"), member("b"));
    assert!(project.at("vendor/crashsafe/src/lib.rs").is_file());
}

#[test]
fn where_nothing_is_to_be_fixed_the_nearest_code_gets_it() {
    let project = Project::new(&[("src/app/__init__.py", QUIET), ("tests/test_app.py", TORN)]);
    let run = project.run(&["init", "--runtime"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(project.at("src/crashsafe/__init__.py").is_file());
    assert!(!project.at("tests/crashsafe").exists());
}

#[test]
fn what_the_configuration_forbids_is_not_laid_in() {
    let project = Project::new(&[("a.py", TORN), ("atomic-lint.toml", "fix = { runtime = 'stdlib' }\n")]);
    let run = project.run(&["init", "--runtime"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("fixed code calls no runtime"), "{}", run.err);
    project.write("atomic-lint.toml", "fix = { dependency = 'never' }\n");
    let run = project.run(&["init", "--runtime"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("may not depend on `crashsafe`"), "{}", run.err);
    assert!(!project.at("crashsafe").exists());
}
