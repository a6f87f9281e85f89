//! Whether what is reported is what the marks say, and a text that shows the difference.

use super::case::Case;
use super::marks::{self, Mark};
use atomic_lint_catalog::{Catalog, Level};
use std::fmt::Write as _;

/// A complaint where `found` and the marks of `case` differ.
pub fn compare(catalog: &Catalog, case: &Case, found: &[Mark]) -> Option<String> {
    let expected = marks::expected(case);
    let mut found: Vec<Mark> = found.iter().filter(|mark| counts(catalog, case, mark)).cloned().collect();
    found.sort();
    let missing: Vec<&Mark> = expected.iter().filter(|mark| !found.contains(mark)).collect();
    let surplus: Vec<&Mark> = surplus(&expected, &found);
    if missing.is_empty() && surplus.is_empty() {
        return None;
    }
    Some(complaint(case, &missing, &surplus))
}

/// Notes are advice that many programs get: only the cases of their own rule speak of them.
pub fn counts(catalog: &Catalog, case: &Case, mark: &Mark) -> bool {
    let own = case.rule.as_deref() == Some(mark.rule.as_str());
    own || catalog.rule(&mark.rule).is_none_or(|rule| rule.level >= Level::Warning)
}

/// What was found without a mark, and what was found twice at one.
fn surplus<'a>(expected: &[Mark], found: &'a [Mark]) -> Vec<&'a Mark> {
    let twice = |at: usize| at > 0 && found[at - 1] == found[at];
    let kept = found.iter().enumerate().filter(|(at, mark)| twice(*at) || !expected.contains(mark));
    kept.map(|(_, mark)| mark).collect()
}

fn complaint(case: &Case, missing: &[&Mark], surplus: &[&Mark]) -> String {
    let mut text = format!("{}: what is reported differs from the marks\n", case.name);
    for (marks, what) in [(missing, "not reported"), (surplus, "not expected")] {
        for mark in marks {
            let file = &case.files[mark.file];
            let line = file.text.lines().nth(mark.line as usize - 1).unwrap_or("").trim();
            let place = format!("{}:{}", file.shown, mark.line + file.lines_above);
            let _ = write!(text, "  {what}: {} at {place}\n      {line}\n", mark.rule);
        }
    }
    text
}
