//! The SARIF report over diagnostics made by hand; whether it is valid is asked of the official schema by `.ci/reports`.

use super::*;
use crate::report::by_hand;
use serde_json::{Value, json};

fn run() -> Value {
    let log: Value = serde_json::from_str(&by_hand::rendered(&Sarif)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

#[test]
fn the_primary_region_is_one_line_and_columns_are_code_units_of_utf16() {
    let run = run();
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let place = json!({
        "artifactLocation": { "uri": "a.py", "uriBaseId": "%SRCROOT%" },
        "region": { "startLine": 1, "startColumn": 13, "endLine": 1, "endColumn": 32 },
    });
    assert_eq!(run["results"][0]["locations"], json!([{ "physicalLocation": place }]));
    let flow = &run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(flow[0]["location"]["message"]["text"], "truncates");
    assert_eq!(flow[1]["location"]["physicalLocation"]["region"]["startColumn"], 5);
}

#[test]
fn a_fix_carries_every_edit_of_each_file() {
    let fix = &run()["results"][0]["fixes"][0];
    assert_eq!(
        fix["description"]["text"],
        "write through crashsafe (safe); `atomic-lint init --runtime` lays in crashsafe for it"
    );
    let changes = fix["artifactChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    let region = json!({ "startLine": 1, "startColumn": 13, "endLine": 2, "endColumn": 7 });
    assert_eq!(changes[0]["replacements"][0]["insertedContent"]["text"], "import crashsafe\n");
    assert_eq!(changes[0]["replacements"][1]["deletedRegion"], region);
}

#[test]
fn a_fix_that_is_only_to_be_read_is_not_offered() {
    let sources = by_hand::sources(&[("a.py", by_hand::WIDE)]);
    let mut one = by_hand::diagnostic(by_hand::place(0, by_hand::WIDE, "open"), Vec::new());
    one.fix = Some(Fix { applicability: Applicability::Display, ..by_hand::fix(&sources) });
    let text = by_hand::render(&Sarif, &[one], &Coverage::default(), &sources);
    assert!(!text.contains("artifactChanges"), "{text}");
}

#[test]
fn what_was_not_analysed_is_a_notification_with_an_escaped_name() {
    let run = run();
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "b c.py: not analysed (syntax): line 1");
    assert_eq!(notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "b%20c.py");
}

#[test]
fn rules_refer_to_the_weaknesses_that_are_listed() {
    let run = run();
    let index = run["results"][0]["ruleIndex"].as_u64().unwrap() as usize;
    let rule = &run["tool"]["driver"]["rules"][index];
    assert_eq!(rule["id"], "direct-write");
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("## What it does"));
    let taxa: Vec<&Value> = run["taxonomies"][0]["taxa"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    for relationship in rule["relationships"].as_array().unwrap() {
        assert!(taxa.contains(&&relationship["target"]["id"]), "{relationship}");
    }
    assert_eq!(
        run["results"][0]["partialFingerprints"]["primaryLocationLineHash"].as_str().map(|hash| hash.contains(':')),
        Some(true)
    );
}
