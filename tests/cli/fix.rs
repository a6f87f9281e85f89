//! `--fix` and its kin: what is changed on disk, what is only shown, and what is left alone.

use super::project::{Project, QUIET, TORN};
use std::collections::BTreeMap;
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

/// What `edits` of a report make of the files of `project`.
fn applied(project: &Project, edits: &serde_json::Value) -> BTreeMap<String, String> {
    let mut edits: Vec<&serde_json::Value> = edits.as_array().unwrap().iter().collect();
    let offset = |edit: &serde_json::Value, end: &str| edit[end]["offset"].as_u64().unwrap() as usize;
    edits.sort_by_key(|edit| std::cmp::Reverse((offset(edit, "start"), offset(edit, "end"))));
    let mut texts = BTreeMap::new();
    for edit in edits {
        let name = edit["path"].as_str().unwrap();
        let new = texts.entry(name.to_owned()).or_insert_with(|| text(project, name));
        new.replace_range(offset(edit, "start")..offset(edit, "end"), edit["replacement"].as_str().unwrap());
    }
    texts
}

#[test]
fn a_report_carries_the_change_of_the_manifest_and_names_what_is_laid_in() {
    let project = Project::new(&[("src/lib.rs", RUST), ("Cargo.toml", MANIFEST)]);
    let fix = project.run(&["--output-format", "json"]).json()["diagnostics"][0]["fix"].clone();
    assert_eq!(fix["lays_in"], serde_json::json!(["vendor/crashsafe"]));
    assert_eq!(fix["single_hunk"].as_array().unwrap().len(), 1);
    let sarif = project.run(&["--output-format", "sarif"]).json();
    let changes = &sarif["runs"][0]["results"][0]["fixes"][0]["artifactChanges"];
    let names: Vec<&str> =
        changes.as_array().unwrap().iter().map(|one| one["artifactLocation"]["uri"].as_str().unwrap()).collect();
    assert_eq!(names, ["Cargo.toml", "src/lib.rs"]);
    let edit = &changes[0]["replacements"][0];
    assert_eq!(edit["insertedContent"]["text"], "crashsafe = { path = \"vendor/crashsafe\" }\n");
    assert_eq!((&edit["deletedRegion"]["startLine"], &edit["deletedRegion"]["startColumn"]), (&7.into(), &1.into()));

    let applied = applied(&project, &fix["edits"]);
    project.run(&["--fix"]);
    for name in ["src/lib.rs", "Cargo.toml"] {
        assert_eq!(applied[name], text(&project, name), "{name}");
    }
}

#[test]
fn without_a_runtime_the_protocol_is_written_out_and_builds() {
    let files =
        [("src/lib.rs", STANDARD), ("Cargo.toml", MANIFEST), ("atomic-lint.toml", "fix = { runtime = 'stdlib' }\n")];
    let project = Project::new(&files);
    let run = project.run(&["--fix", "--unsafe-fixes"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let fixed = text(&project, "src/lib.rs");
    assert_eq!(fixed.matches("fn write_atomically(").count(), 1, "{fixed}");
    assert_eq!(fixed.matches("write_atomically(").count(), 4, "{fixed}");
    assert_eq!(text(&project, "Cargo.toml"), MANIFEST);
    assert!(!project.at("vendor").exists());
    assert_eq!(project.run(&["--diff", "--unsafe-fixes"]).out, "");
    let mut cargo = Command::new(env!("CARGO"));
    let tested = cargo_output(cargo.args(["test", "--offline", "--quiet"]).current_dir(project.path()));
    assert!(tested.0, "{}", tested.1);
}

/// Two writes, one in a module of its own, and a test of what they do.
const STANDARD: &str = r#"use std::io;
use std::path::Path;

pub fn save(path: &Path, text: &str) -> io::Result<()> {
    std::fs::write(path, text)?;
    std::fs::write(path.with_extension("bak"), text.as_bytes())
}

pub mod other {
    pub fn save(path: &str) {
        std::fs::write(path, "x").unwrap();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_written_is_there_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("written-out-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.txt");
        for text in ["one", "two"] {
            super::save(&path, text).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        super::other::save(path.to_str().unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "x");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
        assert!(super::save(&folder.join("none/a.txt"), "x").is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
"#;
