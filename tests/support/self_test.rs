//! That the harness itself sees a difference: a harness that always passes shows nothing.

use super::case::{Case, Source};
use super::marks::{Mark, marks};
use super::{knowledge, verdict};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Language;
use libtest_mimic::{Failed, Trial};

/// The tests of the harness.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("harness/a_mark_is_read_with_its_line", a_mark_is_read_with_its_line),
        Trial::test("harness/what_is_marked_and_reported_passes", what_is_marked_and_reported_passes),
        Trial::test("harness/a_mark_without_a_report_fails", a_mark_without_a_report_fails),
        Trial::test("harness/a_report_without_a_mark_fails", a_report_without_a_mark_fails),
        Trial::test("harness/a_report_given_twice_fails", a_report_given_twice_fails),
        Trial::test("harness/a_note_counts_in_cases_of_its_own_rule", a_note_counts_in_cases_of_its_own_rule),
    ]
}

fn a_mark_is_read_with_its_line() -> Result<(), Failed> {
    let found = marks(3, "a\nb  #~ one, two\n", "#~");
    let mark = |rule: &str| Mark { file: 3, line: 2, rule: rule.into() };
    expect(found == [mark("one"), mark("two")], format!("{found:?}"))
}

fn what_is_marked_and_reported_passes() -> Result<(), Failed> {
    complaint("direct-write", &[(2, "direct-write")], |text| text.is_none())
}

fn a_mark_without_a_report_fails() -> Result<(), Failed> {
    complaint("direct-write", &[], |text| {
        text.is_some_and(|text| text.contains("not reported: direct-write at case.py:12\n      write()"))
    })
}

fn a_report_without_a_mark_fails() -> Result<(), Failed> {
    complaint("direct-write", &[(2, "direct-write"), (1, "late-sync")], |text| {
        text.is_some_and(|text| {
            text.contains("not expected: late-sync at case.py:11") && !text.contains("not reported")
        })
    })
}

fn a_report_given_twice_fails() -> Result<(), Failed> {
    complaint("direct-write", &[(2, "direct-write"), (2, "direct-write")], |text| text.is_some())
}

fn a_note_counts_in_cases_of_its_own_rule() -> Result<(), Failed> {
    let found = [(1, "missing-directory-sync"), (2, "direct-write")];
    complaint("direct-write", &found, |text| text.is_none())?;
    complaint("missing-directory-sync", &found, |text| text.is_some())
}

/// Compares the findings `found` with a case of two lines, `direct-write` marked in the second, that
/// stands ten lines down in its file.
fn complaint(rule: &str, found: &[(u32, &str)], holds: fn(Option<&str>) -> bool) -> Result<(), Failed> {
    let text = "open()\nwrite()  #~ direct-write\n".to_owned();
    let case = Case {
        group: "case".into(),
        name: "case.py".into(),
        rule: Some(rule.into()),
        language: Language::Python,
        bad: true,
        files: vec![Source { path: "case.py".into(), shown: "case.py".into(), lines_above: 10, text }],
        manifests: Vec::new(),
    };
    let found: Vec<Mark> =
        found.iter().map(|(line, rule)| Mark { file: 0, line: *line, rule: (*rule).into() }).collect();
    let complaint = verdict::compare(&rules()?, &case, &found);
    expect(holds(complaint.as_deref()), format!("{complaint:?}"))
}

/// The rules without the models, so that a mistake in a model does not hide what the harness does.
fn rules() -> Result<Catalog, Failed> {
    let pages = knowledge::page_texts();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    Catalog::parse(&pages, ("naming.toml", ""), &[]).map_err(|error| error.to_string().into())
}

fn expect(holds: bool, otherwise: String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
