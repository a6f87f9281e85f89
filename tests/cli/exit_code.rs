//! 0, 1 or 2.

use super::project::{Project, QUIET, TORN};

#[test]
fn nothing_found_is_0_and_a_finding_is_1() {
    assert_eq!(Project::new(&[("a.py", QUIET)]).run(&[]).code, 0);
    assert_eq!(Project::new(&[("a.py", TORN)]).run(&[]).code, 1);
    assert_eq!(Project::new(&[("a.py", TORN)]).run(&["check", "."]).code, 1);
    assert_eq!(Project::new(&[]).run(&[]).code, 0);
}

#[test]
fn a_missing_path_is_2_and_the_rest_is_still_reported() {
    let run = Project::new(&[("a.py", TORN)]).run(&["nowhere", "a.py"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("warning[direct-write]"), "{}", run.out);
    assert!(run.err.contains("nowhere: not analysed (missing)"), "{}", run.err);
    assert_eq!(run.coverage(), "2 files checked, 1 not analysed (1 missing)");
}

#[test]
fn levels_and_confidence_hide_and_only_the_fail_level_decides() {
    let project = Project::new(&[("a.py", TORN)]);
    let run = project.run(&["--min-level", "error"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains("direct-write"), "{}", run.out);
    assert!(run.out.contains("1 hidden by --min-level or --min-confidence"), "{}", run.out);
    assert_eq!(project.run(&["--fail-level", "error"]).code, 0);
    assert_eq!(project.run(&["--select", "durability"]).code, 0);
    assert_eq!(project.run(&["--ignore", "direct-write"]).code, 0);
}

#[test]
fn exit_zero_is_0_whatever_was_found_or_missed() {
    let project = Project::new(&[("a.py", TORN)]);
    assert_eq!(project.run(&["--exit-zero"]).code, 0);
    assert_eq!(project.run(&["--exit-zero", "nowhere"]).code, 0);
    assert_eq!(project.run(&["--exit-zero", "--select", "nothing"]).code, 2);
}

#[test]
fn an_unknown_selector_is_2_and_says_what_was_meant() {
    let project = Project::new(&[("a.py", TORN)]);
    for option in ["--select", "--ignore", "--extend-select"] {
        let run = project.run(&[option, "late-sync,direct-wirte"]);
        assert_eq!(run.code, 2);
        let message = format!("{option}: unknown rule or group `direct-wirte`, did you mean `direct-write`?");
        assert!(run.err.contains(&message), "{}", run.err);
    }
    assert_eq!(project.run(&["--no-such-option"]).code, 2);
}
