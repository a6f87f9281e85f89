//! Comments that allow a rule.

use super::project::{Project, TORN};
use std::fs;

fn run(text: &str) -> (i32, String) {
    let run = Project::new(&[("a.py", text)]).run(&[]);
    (run.code, run.err)
}

#[test]
fn a_comment_allows_a_rule_on_its_line_above_it_or_in_the_file() {
    let line = "open(\"state.json\", \"w\") as f:";
    let allow = "# atomic-lint: allow(direct-write): it is made again at every start";
    let trailing = TORN.replace(line, &format!("{line}  {allow}"));
    let above = TORN.replace("    with", &format!("    {allow}\n    with"));
    let file = format!("# atomic-lint: allow-file(direct-write): all of it is made again\n{TORN}");
    let step = TORN.replace("f.write(text)", &format!("f.write(text)  {allow}"));
    for text in [trailing, above, file, step] {
        assert_eq!(run(&text), (0, String::new()), "{text}");
    }
}

#[test]
fn other_rules_other_lines_and_strings_allow_nothing() {
    let other_rule = TORN.replace("as f:", "as f:  # atomic-lint: allow(late-sync): no");
    let other_line = format!("x = 1  # atomic-lint: allow(direct-write): no\n{TORN}");
    let string = TORN.replace("    with", "    x = '# atomic-lint: allow(direct-write): no'\n    with");
    for text in [other_rule, other_line, string] {
        assert_eq!(run(&text), (1, String::new()), "{text}");
    }
}

#[test]
fn a_comment_without_a_reason_allows_nothing_and_is_named() {
    let run = Project::new(&[("a.py", &TORN.replace("as f:", "as f:  # atomic-lint: allow(direct-write)"))]).run(&[]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("note[bad-suppression]: a comment that allows nothing"), "{}", run.out);
    assert!(run.out.contains("= note: it has no reason: write `allow(direct-write): reason`"), "{}", run.out);
}

#[test]
fn a_slip_in_a_comment_is_corrected_by_fixing_and_then_it_allows() {
    let text = TORN.replace("as f:", "as f:  # atomic-lint: allow(direct-wriet): made again");
    let project = Project::new(&[("a.py", &text)]);
    let run = project.run(&["--fix", "--fixable", "bad-suppression"]);
    assert_eq!(
        fs::read_to_string(project.at("a.py")).unwrap(),
        text.replace("wriet", "write"),
        "{}{}",
        run.out,
        run.err
    );
    assert_eq!(project.run(&[]).out, "1 file checked, 0 not analysed\n");
}

#[test]
fn a_comment_that_nothing_needs_is_named_and_goes_by_fixing() {
    let needed = TORN.replace("as f:", "as f:  # atomic-lint: allow(late-sync, direct-write): made again");
    let text = format!(
        "# atomic-lint: allow-file(direct-copy): all of it\nx = 1  # atomic-lint: allow(late-sync): no\n{needed}"
    );
    let project = Project::new(&[("a.py", &text)]);
    let run = project.run(&[]);
    assert_eq!((run.code, run.out.matches("note[unused-suppression]").count()), (0, 3), "{}", run.out);
    project.run(&["--fix"]);
    let expected = format!("x = 1\n{}", needed.replace("late-sync, ", ""));
    assert_eq!(fs::read_to_string(project.at("a.py")).unwrap(), expected);
    assert_eq!(project.run(&[]).out, "1 file checked, 0 not analysed\n");
}

#[test]
fn of_what_is_not_looked_for_no_comment_is_called_unused() {
    let comment = "x = 1  # atomic-lint: allow(late-sync): no\n";
    let said = |options: &[&str]| Project::new(&[("a.py", comment)]).run(options).out.contains("unused-suppression");
    assert!(said(&[]));
    assert!(said(&["--no-prefilter"]));
    assert!(!said(&["--ignore", "late-sync"]));
    assert!(!said(&["--ignore", "unused-suppression"]));
}

#[test]
fn rust_comments_and_attributes_allow_too() {
    let code = "pub fn f() -> std::io::Result<()> {\n    std::fs::write(\"a\", \"b\") // HERE\n}\n";
    let comment = code.replace("HERE", "atomic-lint: allow(direct-write): made again");
    let attribute = "#[cfg_attr(any(), atomic_lint::allow(direct_write, reason = \"made again\"))]\n";
    for text in [comment, format!("{attribute}{code}")] {
        let run = Project::new(&[("a.rs", &text)]).run(&[]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    }
}
