//! Which rules are asked for.

use crate::suggest::did_you_mean;
use atomic_lint_catalog::{Catalog, Group, Level, Rule};

/// A rule, a group of rules, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    /// `ALL`.
    All,
    /// Every rule of a group.
    Group(Group),
    /// One rule.
    Rule(String),
}

impl Selector {
    /// What `text` names, or why it names nothing.
    pub(crate) fn parse(text: &str, catalog: &Catalog) -> Result<Self, String> {
        let group = Group::ALL.into_iter().find(|group| group.name() == text);
        match (text, group, catalog.rule(text)) {
            ("ALL", _, _) => Ok(Selector::All),
            (_, Some(group), _) => Ok(Selector::Group(group)),
            (_, None, Some(rule)) => Ok(Selector::Rule(rule.id.to_string())),
            (_, None, None) => {
                let groups = Group::ALL.iter().map(|group| group.name());
                let known = catalog.rules().map(|rule| rule.id.as_str()).chain(groups).chain(["ALL"]);
                Err(format!("unknown rule or group `{text}`{}", did_you_mean(text, known)))
            }
        }
    }

    /// How exactly it names `rule`; 0 where it does not.
    pub(crate) fn precision(&self, rule: &Rule) -> u8 {
        match self {
            Selector::All => 1,
            Selector::Group(group) if *group == rule.group => 2,
            Selector::Rule(id) if *id == rule.id.as_str() => 3,
            Selector::Group(_) | Selector::Rule(_) => 0,
        }
    }
}

/// What is asked for and what is not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// Asked for; everything where this is empty.
    pub(crate) select: Vec<Selector>,
    /// Asked for too.
    pub(crate) extend: Vec<Selector>,
    /// Not wanted.
    pub(crate) ignore: Vec<Selector>,
}

impl Selection {
    /// Whether `rule` is reported; the more exact selector wins, and of two equal ones the one that ignores.
    pub(crate) fn has(&self, rule: &Rule) -> bool {
        let best = |selectors: &[Selector]| selectors.iter().map(|one| one.precision(rule)).max().unwrap_or(0);
        let asked = if self.select.is_empty() { 1 } else { best(&self.select) };
        rule.level != Level::Off && asked.max(best(&self.extend)) > best(&self.ignore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded;

    #[test]
    fn the_more_exact_selector_wins_and_ignoring_wins_a_tie() {
        let catalog = embedded::catalog().unwrap();
        let of = |texts: &[&str]| texts.iter().map(|text| Selector::parse(text, &catalog).unwrap()).collect();
        let has = |select: &[&str], extend: &[&str], ignore: &[&str], rule: &str| {
            Selection { select: of(select), extend: of(extend), ignore: of(ignore) }.has(catalog.rule(rule).unwrap())
        };
        assert!(has(&[], &[], &[], "late-sync"));
        assert!(!has(&["atomicity"], &[], &[], "late-sync"));
        assert!(has(&["late-sync"], &[], &["durability"], "late-sync"));
        assert!(!has(&["late-sync"], &[], &["late-sync"], "late-sync"));
        assert!(has(&["direct-write"], &["durability"], &[], "late-sync"));
        assert!(!has(&[], &[], &["ALL"], "late-sync"));
    }

    #[test]
    fn an_unknown_selector_says_what_was_meant() {
        let catalog = embedded::catalog().unwrap();
        let error = Selector::parse("direct-wirte", &catalog).unwrap_err();
        assert_eq!(error, "unknown rule or group `direct-wirte`, did you mean `direct-write`?");
    }
}
