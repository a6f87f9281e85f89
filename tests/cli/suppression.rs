//! Comments that allow a rule.

use super::project::{Project, TORN};

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
    let (code, err) = run(&TORN.replace("as f:", "as f:  # atomic-lint: allow(direct-write)"));
    assert_eq!(code, 1);
    let message = "warning: a.py:2: a suppression without a reason allows nothing: write `allow(direct-write): reason`";
    assert!(err.contains(message), "{err}");
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
