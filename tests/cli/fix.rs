//! `--fix` and its kin: what is changed on disk, what is only shown, and what is left alone.

use super::project::{Project, QUIET, TORN};
use std::fs;
use std::process::{Command, Stdio};

const MANIFEST: &str =
    "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\n[workspace]\n";
const RUST: &str = "pub fn save(path: &std::path::Path, text: &str) -> std::io::Result<()> {\n    \
                    std::fs::write(path, text)?;\n    Ok(())\n}\n";

fn text(project: &Project, name: &str) -> String {
    fs::read_to_string(project.at(name)).unwrap()
}

#[test]
fn one_line_and_one_import_are_changed_and_a_second_run_changes_nothing() {
    let project = Project::new(&[("src/export.py", TORN), ("src/b.py", QUIET)]);
    let run = project.run(&["--fix"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.err.contains("fixed 1 finding in 1 file"), "{}", run.err);
    let fixed = text(&project, "src/export.py");
    let new: Vec<&str> = fixed.lines().filter(|line| !TORN.contains(line)).collect();
    assert_eq!(new, ["import crashsafe", "    with crashsafe.open(\"state.json\", \"w\") as f:"]);
    assert_eq!(text(&project, "src/b.py"), QUIET);
    assert!(project.at("src/crashsafe/__init__.py").is_file());
    let run = project.run(&["--fix", "--exit-non-zero-on-fix"]);
    assert_eq!((run.code, text(&project, "src/export.py")), (0, fixed));
}

#[test]
fn a_diff_changes_nothing_and_applies_to_what_the_fix_makes() {
    let files = [("a.py", TORN), ("src/lib.rs", RUST), ("Cargo.toml", MANIFEST)];
    let (shown, fixed) = (Project::new(&files), Project::new(&files));
    let run = shown.run(&["--diff"]);
    assert_eq!((run.code, text(&shown, "a.py").as_str()), (1, TORN));
    shown.write("fix.patch", &run.out);
    let git = Command::new("git").args(["apply", "fix.patch"]).current_dir(shown.path()).status().unwrap();
    assert!(git.success(), "{}", run.out);
    fixed.run(&["--fix"]);
    for name in ["a.py", "src/lib.rs", "Cargo.toml", "vendor/crashsafe/src/lib.rs", "crashsafe/__init__.py"] {
        assert_eq!(text(&shown, name), text(&fixed, name), "{name}");
    }
    assert_eq!(shown.run(&["--diff"]).code, 0);
}

#[test]
fn fixed_rust_builds_at_once_and_offline() {
    let project = Project::new(&[("src/lib.rs", RUST), ("Cargo.toml", MANIFEST)]);
    let run = project.run(&["--fix"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(text(&project, "src/lib.rs").contains("crashsafe::write(path, text)?;"));
    assert!(text(&project, "Cargo.toml").contains("[dependencies]\ncrashsafe = { path = \"vendor/crashsafe\" }\n"));
    let mut cargo = Command::new(env!("CARGO"));
    let built = cargo_output(cargo.args(["check", "--offline", "--quiet"]).current_dir(project.path()));
    assert!(built.0, "{}", built.1);
}

fn cargo_output(command: &mut Command) -> (bool, String) {
    let output = command.env_remove("CARGO_TARGET_DIR").stdout(Stdio::null()).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_rule_or_a_fix_can_be_left_out_or_asked_for_alone() {
    let project = Project::new(&[("a.py", TORN), ("b.py", TORN)]);
    assert_eq!(project.run(&["--diff", "--unfixable", "direct-write"]).code, 0);
    assert_eq!(project.run(&["--diff", "--fixable", "late-sync"]).code, 0);
    assert_eq!(project.run(&["--diff", "--fixable", "late-snc"]).code, 2);
    let id = project.run(&["--output-format", "json"]).json()["diagnostics"][1]["fix"]["id"].clone();
    let run = project.run(&["--fix-only", "--fix-id", id.as_str().unwrap()]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert_eq!(text(&project, "a.py"), TORN);
    assert!(text(&project, "b.py").contains("crashsafe.open"));
}

#[test]
fn what_must_not_be_depended_on_is_not_and_the_reason_is_said() {
    let project = Project::new(&[("a.py", TORN), ("atomic-lint.toml", "fix = { dependency = 'never' }\n")]);
    let run = project.run(&["--fix"]);
    assert_eq!((run.code, text(&project, "a.py").as_str()), (1, TORN));
    assert!(run.err.contains("may not depend on `crashsafe`"), "{}", run.err);
    project.write("atomic-lint.toml", "fix = { dependency = 'registry' }\n");
    let run = project.run(&["--fix"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("does not own the name"), "{}", run.err);
}

#[test]
fn without_a_package_rust_is_left_alone() {
    let project = Project::new(&[("a.rs", RUST)]);
    let run = project.run(&["--fix"]);
    assert_eq!((run.code, text(&project, "a.rs").as_str()), (1, RUST));
    assert!(run.err.contains("no Cargo.toml above it has a package"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn links_and_modes_are_kept_and_files_with_two_names_left_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new(&[("real.py", TORN), ("twin.py", TORN)]);
    fs::set_permissions(project.at("real.py"), PermissionsExt::from_mode(0o750)).unwrap();
    symlink("real.py", project.at("link.py")).unwrap();
    fs::hard_link(project.at("twin.py"), project.at("other.txt")).unwrap();
    let run = project.run(&["--fix", "link.py", "twin.py"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("twin.py is left as it is: it has 2 hard links"), "{}", run.err);
    assert!(project.at("link.py").is_symlink());
    assert!(text(&project, "real.py").contains("crashsafe.open"));
    assert_eq!(fs::metadata(project.at("real.py")).unwrap().permissions().mode() & 0o777, 0o750);
    assert_eq!(text(&project, "other.txt"), TORN);
}

#[test]
fn line_ends_and_a_byte_order_mark_are_kept() {
    let windows = format!("\u{feff}{}", TORN.replace('\n', "\r\n"));
    let project = Project::new(&[("a.py", &windows)]);
    assert_eq!(project.run(&["--fix"]).code, 0);
    let fixed = text(&project, "a.py");
    assert!(fixed.starts_with('\u{feff}') && fixed.contains("crashsafe.open"));
    assert_eq!(fixed.matches('\n').count(), fixed.matches("\r\n").count());
}
