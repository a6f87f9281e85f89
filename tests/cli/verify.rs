//! `--verify`: what no longer compiles is left as it is, and nothing is compiled in the project's own place.

use super::project::{Project, QUIET, TORN};
use std::fs;

const MANIFEST: &str =
    "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\n[workspace]\n";
const GOOD: &str = "pub fn save(path: &std::path::Path, text: &str) -> std::io::Result<()> {\n    \
                    std::fs::write(path, text)?;\n    Ok(())\n}\n";
/// The name of the runtime is that of something else here.
const TAKEN: &str = "mod crashsafe {\n    pub fn name() -> &'static str {\n        \"mine\"\n    }\n}\n\n\
                     pub fn save(path: &std::path::Path) -> std::io::Result<()> {\n    \
                     std::fs::write(path, crashsafe::name())?;\n    Ok(())\n}\n";

fn text(project: &Project, name: &str) -> String {
    fs::read_to_string(project.at(name)).unwrap()
}

fn package(lib: &str) -> Project {
    let lib = format!("pub mod good;\npub mod taken;\n{lib}");
    Project::new(&[
        ("src/lib.rs", &lib),
        ("src/good.rs", GOOD),
        ("src/taken.rs", TAKEN),
        ("Cargo.toml", MANIFEST),
        ("a.py", TORN),
    ])
}

#[test]
fn the_file_that_would_not_compile_is_left_alone() {
    let project = package("");
    let run = project.run(&["--fix", "--verify"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.err.contains("verifying by `cargo check`, which runs the build scripts of"), "{}", run.err);
    assert!(run.err.contains("src/taken.rs is left as it is: it would not compile: cannot find"), "{}", run.err);
    assert_eq!(text(&project, "src/taken.rs"), TAKEN);
    assert!(text(&project, "src/good.rs").contains("crashsafe::write(path, text)?;"));
    assert!(text(&project, "a.py").contains("crashsafe.open"));
    assert!(run.out.contains("src/taken.rs:8"), "{}", run.out);
}

#[test]
fn a_diff_shows_what_compiles_and_touches_nothing() {
    let project = package("");
    let run = project.run(&["--diff", "--verify"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("b/src/good.rs") && !run.out.contains("b/src/taken.rs"), "{}", run.out);
    assert!(run.err.contains("would fix 2 findings in 2 files"), "{}", run.err);
    assert_eq!(text(&project, "src/good.rs"), GOOD);
    assert!(!project.at("vendor").exists() && !project.at("Cargo.lock").exists());
}

#[test]
fn of_what_does_not_compile_anyway_nothing_is_changed() {
    let project = package("pub fn wrong() -> u8 {\n    \"text\"\n}\n");
    let run = project.run(&["--fix", "--verify"]);
    assert!(run.err.contains("src/good.rs is left as it is: its workspace does not compile as it is"), "{}", run.err);
    assert_eq!(text(&project, "src/good.rs"), GOOD);
    assert!(!project.at("vendor").exists());
    assert!(text(&project, "a.py").contains("crashsafe.open"));
}

#[test]
fn what_cannot_be_compiled_for_want_of_a_compiler_is_an_error() {
    let project = Project::new(&[("a.py", TORN), ("b.py", QUIET)]);
    let run = project.run_with(&["--fix", "--verify"], &[("PATH", "/nowhere")]);
    assert_eq!((run.code, text(&project, "a.py").as_str()), (2, TORN));
    assert!(run.err.contains("python3, which is not found in PATH"), "{}", run.err);
}
