//! What the rules report, shown: every folder of `fixtures/` and every example of a rule page is
//! one test, and every rule runs over every one of them; and what fixing makes of those of `fixtures/`.
//!
//! What is reported it asks of the crates below the program, which is tested elsewhere; what is fixed, of the program.

mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use support::case::{self, Case};
use support::{fixed, knowledge, lint, names, rows, self_test, verdict};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit_code()
}

fn trials() -> Vec<Trial> {
    let mut trials = self_test::trials();
    trials.push(Trial::test("catalog/every_page_and_model_parses", every_page_and_model_parses));
    trials.push(Trial::test("names/a_rule_is_its_page_and_its_fixture_folder", names::rules_pages_and_folders_agree));
    trials.push(Trial::test("names/the_index_is_true", names::the_index_is_true));
    trials.push(Trial::test("names/every_rule_shows_enough", names::every_rule_shows_enough));
    trials.push(Trial::test("names/every_fix_is_shown", names::every_fix_is_shown));
    trials.push(Trial::test("names/every_idiom_is_shown", names::every_idiom_is_shown));
    trials.push(Trial::test("models/every_row_is_reached", rows::every_row_is_reached));
    trials.push(Trial::test("models/every_library_has_its_cases", rows::every_library_has_its_cases));
    trials.extend(groups(case::fixtures()));
    trials.extend(groups(case::page_examples()));
    trials.extend(fixed::trials());
    trials
}

fn every_page_and_model_parses() -> Result<(), Failed> {
    knowledge::catalog().map(|_| ()).map_err(|error| error.to_string().into())
}

/// One test for the cases of one folder or page: both languages, bad and good, side by side.
fn groups(cases: Vec<Case>) -> Vec<Trial> {
    let mut groups: Vec<(String, Vec<Case>)> = Vec::new();
    for case in cases {
        match groups.last_mut() {
            Some((name, members)) if *name == case.group => members.push(case),
            _ => groups.push((case.group.clone(), vec![case])),
        }
    }
    groups.into_iter().map(|(name, members)| Trial::test(name, move || judge(&members))).collect()
}

fn judge(cases: &[Case]) -> Result<(), Failed> {
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    // What is said of comments is for the program to say.
    let of_files = |case: &&Case| !case.rule.as_deref().is_some_and(names::is_of_comments);
    let complaints: Vec<String> = cases
        .iter()
        .filter(of_files)
        .filter_map(|case| match lint::lint(catalog, case) {
            Ok(found) => verdict::compare(catalog, case, &found),
            Err(gap) => Some(gap),
        })
        .collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
}
