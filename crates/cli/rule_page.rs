//! `atomic-lint rule`: the page of a rule, or the list of all.

use crate::args::RuleArguments;
use crate::suggest::did_you_mean;
use crate::{CLEAN, embedded, report};
use atomic_lint_catalog::{Catalog, Rule};
use std::fmt::Write;

/// Prints what `arguments` ask for.
pub(crate) fn show(arguments: &RuleArguments) -> Result<u8, String> {
    let catalog = embedded::catalog().map_err(|error| error.to_string())?;
    let text = match &arguments.id {
        None => list(&catalog),
        Some(id) => page(catalog.rule(id).ok_or_else(|| unknown(&catalog, id))?),
    };
    report::print(&text).map(|()| CLEAN)
}

fn unknown(catalog: &Catalog, id: &str) -> String {
    let known = catalog.rules().map(|rule| rule.id.as_str());
    format!("unknown rule `{id}`{}", did_you_mean(id, known))
}

fn list(catalog: &Catalog) -> String {
    let width = catalog.rules().map(|rule| rule.id.len()).max().unwrap_or(0);
    catalog.rules().fold(String::new(), |mut text, rule| {
        let (id, level, group) = (rule.id.as_str(), rule.level.name(), rule.group.name());
        let _ = writeln!(text, "{id:width$}  {level:7}  {group:10}  {}", rule.summary);
        text
    })
}

fn page(rule: &Rule) -> String {
    let languages: Vec<&str> = rule.languages.iter().map(|language| language.name()).collect();
    format!(
        "# {}\n\n{}\n\nLevel {}, group {}, for {}, since {}.\n\n{}\n",
        rule.id,
        rule.summary,
        rule.level.name(),
        rule.group.name(),
        languages.join(" and "),
        rule.since,
        rule.page
    )
}
