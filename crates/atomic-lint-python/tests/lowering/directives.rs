//! Comments that speak to this tool.

use crate::lower;

/// Each directive with the statement it is about.
fn directives(source: &str) -> Vec<(String, &str)> {
    let unit = lower(source).unit.expect("it was parsed");
    let shown = unit.directives.iter().map(|directive| {
        let statement = directive.applies.map_or("", |span| span.slice(source));
        assert!(directive.span.slice(source).starts_with('#'));
        (directive.text.to_string(), statement)
    });
    shown.collect()
}

#[test]
fn a_trailing_comment_is_about_the_statement_on_its_line() {
    let source = "a()\nb()  # atomic-lint: allow(direct-write): why \nc()\n";
    assert_eq!(directives(source), [("allow(direct-write): why".to_string(), "b()")]);
}

#[test]
fn a_comment_on_a_line_of_its_own_is_about_the_statement_behind_it() {
    let source = "a()\n\n#atomic-lint: x\n# more\n\nb(\n  1)\n";
    assert_eq!(directives(source), [("x".to_string(), "b(\n  1)")]);
    assert_eq!(directives("\u{feff}# atomic-lint: x\nb()\n"), [("x".to_string(), "b()")]);
}

#[test]
fn a_comment_inside_a_statement_of_several_lines_is_about_that_statement() {
    let source = "f(\n    1,  # atomic-lint: x\n    2)\ng()\n";
    assert_eq!(directives(source), [("x".to_string(), "f(\n    1,  # atomic-lint: x\n    2)")]);
}

#[test]
fn a_comment_behind_the_head_of_a_block_is_about_the_whole() {
    let source = "with a():  # atomic-lint: x\n    b()\n";
    assert_eq!(directives(source), [("x".to_string(), "with a():  # atomic-lint: x\n    b()")]);
}

#[test]
fn a_comment_behind_everything_is_about_nothing() {
    assert_eq!(directives("a()\n# atomic-lint: allow-file(x): why\n"), [("allow-file(x): why".to_string(), "")]);
}

#[test]
fn text_and_comments_that_only_mention_the_tool_are_no_directives() {
    assert_eq!(directives("a = '# atomic-lint: x'\n# see atomic-lint: x\n\"\"\"\n# atomic-lint: x\n\"\"\"\n"), []);
}
