//! Where reports go: files, several at once, and what happens where one cannot be written.

use super::project::{Project, TORN};
use std::process::{Command, Stdio};

#[test]
fn several_reports_of_one_run_go_to_files_of_their_own() {
    let project = Project::new(&[("a.py", TORN)]);
    let run = project.run(&["-o", "out.txt", "--output", "json=out.json", "--output", "sarif=out.sarif"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (1, "", ""));
    let text = |name: &str| std::fs::read_to_string(project.at(name)).unwrap();
    assert!(text("out.txt").contains("warning[direct-write]"));
    assert!(text("out.json").contains("\"rule\":\"direct-write\""));
    assert!(text("out.sarif").contains("\"ruleId\": \"direct-write\""));
    let run = project.run(&["-o", "-", "--output-format", "json", "--output", "concise=out.txt"]);
    assert_eq!(run.json()["diagnostics"][0]["path"], "a.py");
    assert!(text("out.txt").starts_with("a.py:2:10: warning[direct-write]: "), "{}", text("out.txt"));
}

#[test]
fn nothing_is_written_where_the_command_line_is_wrong() {
    let project = Project::new(&[("a.py", TORN), ("old.json", "old")]);
    let cases: [(&[&str], &str); 8] = [
        (&["--output", "json=old.json", "--select", "direct-wirte"], "did you mean `direct-write`"),
        (&["--output", "json=old.json", "-o", "old.json"], "`old.json` is to hold two reports"),
        (&["--output", "json=old.json", "-o", "none/x.txt"], "create `none` first"),
        (&["--output", "json=old.json", "-o", "."], "name a file in it"),
        (&["--output", "json=old.json", "-o", "a.py"], "`a.py` is named like source code"),
        (&["--output", "json=old.json", "--output", "json=-"], "use -o -"),
        (&["--output", "json=old.json", "--output", "jsn=x"], "unknown format `jsn`; there are full, "),
        (&["--output", "json=old.json", "--output", "x"], "it is not FORMAT=FILE"),
    ];
    for (arguments, message) in cases {
        let run = project.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.err.contains(message), "{message}\n{}", run.err);
        assert_eq!(std::fs::read(project.at("old.json")).unwrap(), b"old", "{arguments:?}");
    }
    assert_eq!(std::fs::read_to_string(project.at("a.py")).unwrap(), TORN);
}

#[cfg(unix)]
#[test]
fn a_report_keeps_the_mode_and_follows_the_link_of_the_file_that_it_replaces() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new(&[("a.py", TORN), ("real.json", "old")]);
    std::fs::set_permissions(project.at("real.json"), PermissionsExt::from_mode(0o604)).unwrap();
    symlink("real.json", project.at("link.json")).unwrap();
    project.run(&["--output", "json=link.json"]);
    assert!(project.at("link.json").is_symlink());
    assert!(std::fs::read_to_string(project.at("real.json")).unwrap().starts_with('{'));
    assert_eq!(std::fs::metadata(project.at("real.json")).unwrap().permissions().mode() & 0o777, 0o604);
}

/// A file that others know by another name is not replaced behind their back, and no other report is written either.
#[cfg(unix)]
#[test]
fn where_one_report_cannot_be_written_none_is_and_the_findings_are_still_printed() {
    let project = Project::new(&[("a.py", TORN), ("one.json", "old")]);
    std::os::unix::fs::symlink("loop.json", project.at("loop.json")).unwrap();
    let run = project.run(&["--output", "json=one.json", "--output", "json=loop.json"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("`loop.json` not written") && run.err.contains("; choose another file"), "{}", run.err);
    assert!(run.out.contains("warning[direct-write]"), "{}", run.out);
    assert_eq!(std::fs::read(project.at("one.json")).unwrap(), b"old");
}

#[test]
fn the_summary_of_a_job_is_added_to_what_is_there() {
    let project = Project::new(&[("a.py", TORN), ("summary.md", "before\n")]);
    let summary = project.at("summary.md");
    let variables = [("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    let run = project.run_with(&["--output-format", "github"], &variables);
    assert!(run.out.starts_with("::warning file=a.py,line=2,endLine=2,col=10,endColumn=33,title=direct-write::"));
    assert!(run.out.ends_with("\n1 file checked, 0 not analysed\n"), "{}", run.out);
    let text = std::fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n### atomic-lint\n"), "{text}");
    assert!(text.contains("| warning | direct-write | a.py:2 | `state.json` is written in place"), "{text}");
    project.run_with(&[], &variables);
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), text, "other formats leave it alone");
}

#[test]
fn a_reader_that_goes_away_early_is_no_failure() {
    let many = TORN.repeat(2000);
    let project = Project::new(&[("a.py", &many)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_atomic-lint"))
        .args(["--output-format", "concise"])
        .current_dir(project.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}
