//! That rules, pages and fixture folders have the same names, and that no rule goes unshown.

use super::case::{self, Case, file_name, folders, root};
use super::{knowledge, marks};
use atomic_lint_catalog::{FixSafety, Level, Rule};
use atomic_lint_ir::Language;
use libtest_mimic::Failed;
use std::collections::BTreeSet;

/// The id of a rule is the name of its page and of its fixture folder.
pub fn rules_pages_and_folders_agree() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    let mut ids = BTreeSet::new();
    for (file, text) in knowledge::page_texts() {
        let rule = Rule::parse(&file, &text).map_err(|error| error.to_string())?;
        if file != format!("rules/{}.md", rule.id) {
            wrong.push(format!("{file}: its id is `{}`", rule.id));
        }
        ids.insert(rule.id.to_string());
    }
    OF_COMMENTS.iter().for_each(|id| _ = ids.remove(*id));
    let mut shown: BTreeSet<String> = folders(&root().join("fixtures")).iter().map(|path| file_name(path)).collect();
    // These two are about no rule of their own.
    shown.remove("accepted");
    shown.remove("models");
    wrong.extend(ids.difference(&shown).map(|id| format!("{id}: no folder in fixtures/")));
    wrong.extend(shown.difference(&ids).map(|name| format!("fixtures/{name}: no page in rules/")));
    fail_on(wrong)
}

/// The index of `rules/README.md` says of every rule what its page says.
pub fn the_index_is_true() -> Result<(), Failed> {
    let index = case::read(&root().join("rules/README.md"));
    let row = |rule: &Rule| {
        let (id, group, level) = (&rule.id, rule.group.name(), rule.level.name());
        format!("| [{id}]({id}.md) | {group} | {level} | {} |", rule.summary)
    };
    let rows: Vec<String> = knowledge::pages().iter().map(row).collect();
    fail_on(
        rows.into_iter()
            .filter(|row| !index.lines().any(|line| line == row))
            .map(|row| format!("no row {row}"))
            .collect(),
    )
}

/// Every idiom that `fixtures/README.md` lists has a case with a bad and a good program in the language of its table.
pub fn every_idiom_is_shown() -> Result<(), Failed> {
    let page = case::read(&root().join("fixtures/README.md"));
    let section = page.split("\n## ").find(|section| section.starts_with("Idioms\n")).unwrap_or_default();
    let (mut language, mut shown, mut wrong) = (None, 0, Vec::new());
    for row in section.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, idiom, cases, _] = cells.as_slice() else { continue };
        if *cases == "case" {
            language = Language::ALL.into_iter().find(|language| language.name().eq_ignore_ascii_case(idiom));
            continue;
        }
        shown += 1;
        let cases: Vec<&str> = cases.split('`').skip(1).step_by(2).collect();
        let lacking = cases.iter().filter(|case| !language.is_some_and(|language| has_both(case, language)));
        wrong.extend(lacking.map(|case| format!("{idiom}: {case} has no bad and good program of its language")));
        if cases.is_empty() {
            wrong.push(format!("{idiom}: no case"));
        }
    }
    if shown == 0 {
        wrong.push("fixtures/README.md lists no idioms".to_owned());
    }
    fail_on(wrong)
}

fn has_both(case: &str, language: Language) -> bool {
    let suffix = match language {
        Language::Rust => "rs",
        Language::Python => "py",
    };
    ["bad", "good"].iter().all(|verdict| {
        let names = [format!("{verdict}.{suffix}"), format!("{verdict}-{}", language.name())];
        names.iter().any(|name| root().join(case).join(name).exists())
    })
}

/// In how many circumstances a rule is shown in each of its languages, at least; what is advice or has to be asked for
/// needs fewer.
fn circumstances(rule: &Rule) -> usize {
    if rule.level >= Level::Warning { 6 } else { 4 }
}

/// Rules about comments rather than about what a program does to files: the program reports them, and
/// `tests/cli/suppression.rs` shows them.
const OF_COMMENTS: [&str; 2] = ["bad-suppression", "unused-suppression"];

/// A rule whose page says that there is a fix shows one.
pub fn every_fix_is_shown() -> Result<(), Failed> {
    let fixed = |rule: &Rule| {
        let circumstances = folders(&root().join("fixtures").join(rule.id.as_str()));
        circumstances.iter().any(|folder| ["fixed.rs", "fixed.py"].iter().any(|name| folder.join(name).is_file()))
    };
    let pages = knowledge::pages();
    let promising = pages.iter().filter(|page| page.fix != FixSafety::None && !is_of_comments(&page.id));
    let unshown = promising.filter(|page| !fixed(page));
    fail_on(unshown.map(|page| format!("{}: its page promises a fix, and no case shows one", page.id)).collect())
}

/// Whether `rule` is reported by the program rather than by the analysis.
pub fn is_of_comments(rule: &str) -> bool {
    OF_COMMENTS.contains(&rule)
}

/// Every rule has a bad and a good example and enough fixtures in each of its languages; a bad case
/// has marks, a good one has none, and a mark names a rule.
pub fn every_rule_shows_enough() -> Result<(), Failed> {
    let (fixtures, examples, pages) = (case::fixtures(), case::page_examples(), knowledge::pages());
    let mut wrong = Vec::new();
    for page in &pages {
        let least = if is_of_comments(&page.id) { 0 } else { circumstances(page) };
        wrong.extend(unshown(page, &fixtures, least, "fixtures"));
        wrong.extend(unshown(page, &examples, 1, "examples"));
    }
    let ids: BTreeSet<&str> = pages.iter().map(|page| page.id.as_str()).collect();
    wrong.extend(fixtures.iter().chain(&examples).filter_map(|case| ill_marked(case, &ids)));
    fail_on(wrong)
}

fn unshown(page: &Rule, cases: &[Case], least: usize, what: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for language in &page.languages {
        for (bad, verdict) in [(true, "bad"), (false, "good")] {
            let shows = |case: &Case| {
                case.rule.as_deref() == Some(page.id.as_str()) && case.language == *language && case.bad == bad
            };
            let groups: BTreeSet<&str> =
                cases.iter().filter(|case| shows(case)).map(|case| case.group.as_str()).collect();
            if groups.len() < least {
                wrong.push(format!("{}: fewer than {least} {verdict} {language} {what}", page.id));
            }
        }
    }
    wrong
}

fn ill_marked(case: &Case, ids: &BTreeSet<&str>) -> Option<String> {
    let marks = marks::expected(case);
    if let Some(mark) = marks.iter().find(|mark| !ids.contains(mark.rule.as_str())) {
        return Some(format!("{}: the mark `{}` is not a rule", case.name, mark.rule));
    }
    let own = marks.iter().any(|mark| case.rule.as_ref().is_none_or(|rule| *rule == mark.rule));
    match (case.bad, own, marks.is_empty()) {
        (true, false, _) => Some(format!("{}: a bad case has a mark of its own rule", case.name)),
        (false, _, false) => Some(format!("{}: a good case has no mark", case.name)),
        _ => None,
    }
}

fn fail_on(wrong: Vec<String>) -> Result<(), Failed> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
