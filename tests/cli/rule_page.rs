//! `atomic-lint rule`.

use super::project::Project;

#[test]
fn a_page_is_shown_and_the_list_names_every_rule() {
    let project = Project::new(&[]);
    let page = project.run(&["rule", "direct-write"]);
    assert_eq!(page.code, 0);
    assert!(page.out.starts_with("# direct-write\n"), "{}", page.out);
    assert!(page.out.contains("## What it cannot see"), "{}", page.out);
    let list = project.run(&["rule", "--all"]);
    assert_eq!(list.out, project.run(&["rule"]).out);
    let rules = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).unwrap();
    let pages = rules.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().ends_with(".md") && name != "README.md"
    });
    assert_eq!(list.out.lines().count(), pages.count());
}

#[test]
fn an_unknown_rule_is_2_and_says_what_was_meant() {
    let run = Project::new(&[]).run(&["rule", "direct-wirte"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("unknown rule `direct-wirte`, did you mean `direct-write`?"), "{}", run.err);
}
