//! What is printed.

use super::project::{Project, QUIET, TORN};
use serde_json::Value;

/// The keys of an object, in order of the alphabet.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_report_for_people_names_place_flow_checklist_and_help() {
    let run = Project::new(&[("a.py", TORN)]).run(&[]);
    for part in [
        "warning[direct-write]: `state.json` ",
        "  --> a.py:2:10\n",
        "2 |     with open(\"state.json\", \"w\") as f:\n",
        "  = protocol: temp ✗  write ✓  flush ✓  sync ✗  publish ✗  dir-sync ✗\n",
        "  = help: ",
        "1 warning\n1 file checked, 0 not analysed\n",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    assert_eq!(run.err, "");
}

#[test]
fn quiet_prints_findings_only() {
    assert_eq!(Project::new(&[("a.py", QUIET)]).run(&["--quiet"]).out, "");
    let run = Project::new(&[("a.py", TORN)]).run(&["-q"]);
    assert!(!run.out.contains("checked"), "{}", run.out);
}

#[test]
fn json_has_every_key_in_its_place() {
    let project = Project::new(&[("a.py", TORN), ("b.py", "def broken(:\n    open('x', 'w')\n")]);
    let report = project.json(&["--show-accepted", ".", "nowhere"]).json();
    assert_eq!(keys(&report), ["accepted", "diagnostics", "not_analysed", "summary", "version"]);
    assert_eq!(report["version"], 1);
    assert_eq!(keys(&report["summary"]), ["analysed", "files", "findings"]);
    assert_eq!(report["summary"]["files"], 3);
    assert_eq!(keys(&report["summary"]["findings"]), ["error", "note", "warning"]);
    let one = &report["diagnostics"][0];
    let expected = [
        "confidence",
        "end",
        "fingerprint",
        "fix",
        "group",
        "help",
        "level",
        "message",
        "notes",
        "path",
        "protocol",
        "related",
        "rule",
        "start",
    ];
    assert_eq!(keys(one), expected);
    assert_eq!(
        (&one["rule"], &one["group"], &one["level"], &one["path"]),
        (&"direct-write".into(), &"atomicity".into(), &"warning".into(), &"a.py".into())
    );
    assert_eq!(one["start"], serde_json::json!({ "line": 2, "column": 10, "offset": 25 }));
    assert_eq!(one["end"], serde_json::json!({ "line": 2, "column": 33, "offset": 48 }));
    assert_eq!(keys(&one["fix"]), ["applicability", "edits", "id", "lays_in", "single_hunk", "title"]);
    assert_eq!((&one["fix"]["applicability"], &one["fix"]["edits"][1]["start"]), (&"safe".into(), &one["start"]));
    let steps: Vec<&Value> = one["protocol"].as_array().unwrap().iter().map(|step| &step["step"]).collect();
    assert_eq!(steps, ["temp", "write", "flush", "sync", "publish", "dir-sync"]);
    assert_eq!(keys(&one["protocol"][1]), ["done", "line", "path", "step"]);
    assert_eq!(one["protocol"][1]["line"], 3);
    assert_eq!(one["protocol"][0]["line"], Value::Null);
    assert_eq!(keys(&one["related"][0]), ["end", "message", "path", "role", "start"]);
    assert_eq!(
        report["not_analysed"].as_array().unwrap().last().unwrap(),
        &serde_json::json!({ "path": "nowhere", "reason": "missing" })
    );
}

#[test]
fn columns_count_characters_and_offsets_count_bytes() {
    let project = Project::new(&[("a.py", "\u{feff}s = \"é漢😀\"; open('x', 'w').write(s)\n")]);
    let start = project.json(&[]).json()["diagnostics"][0]["start"].clone();
    assert_eq!(start, serde_json::json!({ "line": 1, "column": 12, "offset": 20 }));
}

#[test]
fn fingerprints_differ_and_survive_a_move() {
    let prints = |text: &str| -> Vec<String> {
        let report = Project::new(&[("a.py", text)]).json(&[]).json();
        let all = report["diagnostics"].as_array().unwrap().iter();
        all.map(|one| one["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let twice = format!("{TORN}    with open(\"state.json\", \"w\") as f:\n        f.write(text)\n");
    let before = prints(&twice);
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    assert_eq!(prints(&format!("import os\n\n\n{twice}")), before);
}

#[test]
fn accepted_writes_are_listed_with_their_reason_where_they_are_asked_for() {
    let project = Project::new(&[("a.py", "def f():\n    open('/dev/null', 'w').write('x')\n")]);
    assert!(!project.run(&[]).out.contains("accepted"));
    let run = project.run(&["--show-accepted"]);
    assert!(
        run.out.contains("a.py:2: accepted: `/dev/null`: it is a pipe, a device or a file of the kernel"),
        "{}",
        run.out
    );
    assert_eq!(run.code, 0);
}

#[test]
fn colour_and_characters_follow_the_environment() {
    let project = Project::new(&[("a.py", TORN)]);
    let escapes =
        |arguments: &[&str], variables: &[(&str, &str)]| project.run_with(arguments, variables).out.contains('\u{1b}');
    assert!(!escapes(&[], &[]), "a pipe is no terminal");
    assert!(escapes(&[], &[("FORCE_COLOR", "1")]));
    assert!(escapes(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!escapes(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(escapes(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(project.run_with(&[], &[("LC_ALL", "C")]).out.is_ascii());
    assert!(project.run_with(&[], &[("LC_ALL", "C.UTF-8")]).out.contains('✗'));
}
