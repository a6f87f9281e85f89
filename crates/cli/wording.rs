//! From findings to diagnostics: the templates of the rule pages, filled in.

use crate::diagnostic::{AcceptedWrite, Caption, Diagnostic, Note, RelatedPlace};
use crate::fingerprint::Fingerprints;
use crate::sources::Sources;
use crate::suppress::Remark;
use atomic_lint_analysis::{Accepted, Circumstance, Finding, Label, Moment, Related, Role, Target};
use atomic_lint_catalog::{Catalog, Rule};
use atomic_lint_ir::Name;
use atomic_lint_source::Place;

/// Puts findings into words.
#[derive(Debug)]
pub(crate) struct Wording<'a> {
    catalog: &'a Catalog,
    sources: &'a Sources,
    fingerprints: Fingerprints,
}

impl<'a> Wording<'a> {
    /// Takes the templates from `catalog` and expressions from `sources`.
    pub(crate) fn new(catalog: &'a Catalog, sources: &'a Sources) -> Self {
        Wording { catalog, sources, fingerprints: Fingerprints::default() }
    }

    /// `finding`, which is one of `rule`, in words.
    pub(crate) fn diagnostic(&mut self, rule: &Rule, finding: &Finding) -> Diagnostic {
        let target = self.target(&finding.target);
        let path = self.sources.get(finding.place.file).map_or("", |source| source.name.as_str());
        let fingerprint = self.fingerprints.next(&rule.id, path, &finding.scope, target.as_deref().unwrap_or(""));
        Diagnostic {
            rule: rule.id.to_string(),
            group: rule.group,
            level: rule.level_in(finding.circumstance.map(Circumstance::name)),
            confidence: finding.confidence,
            message: fill(&rule.message, target.as_deref()),
            help: fill(&rule.help, target.as_deref()),
            place: finding.place,
            caption: caption_here(rule, finding),
            steps: steps(rule, finding),
            protocol: finding.protocol,
            related: finding.related.iter().map(related_place).collect(),
            notes: self.notes(finding, target.as_deref()),
            fix: None,
            fingerprint,
        }
    }

    /// What is to be said of a comment, in words.
    pub(crate) fn remark(&mut self, rule: &Rule, remark: &Remark) -> Diagnostic {
        let mut diagnostic = self.diagnostic(rule, &remark.finding);
        diagnostic.notes.extend(remark.detail.iter().map(|detail| Note { rule: None, message: detail.clone() }));
        diagnostic
    }

    /// `accepted` in words.
    pub(crate) fn accepted(&self, accepted: &Accepted) -> AcceptedWrite {
        let target = self.target(&accepted.target).unwrap_or_else(|| UNNAMED.to_owned());
        AcceptedWrite { place: accepted.place, target, reason: accepted.reason.sentence() }
    }

    fn target(&self, target: &Target) -> Option<String> {
        match target {
            Target::Text(text) => Some(one_line(text)),
            Target::Expression(place) => Some(one_line(self.sources.slice(*place))).filter(|text| !text.is_empty()),
            Target::Unnamed => None,
        }
    }

    fn notes(&self, finding: &Finding, target: Option<&str>) -> Vec<Note> {
        let reasons = finding.reasons.iter().map(|reason| Note { rule: None, message: reason.sentence().to_owned() });
        let lesser = finding.notes.iter().filter_map(|(rule, place)| self.lesser(rule, *place, finding, target));
        reasons.chain(lesser).collect()
    }

    fn lesser(&self, rule: &Name, place: Place, finding: &Finding, target: Option<&str>) -> Option<Note> {
        let rule = self.catalog.rule(rule)?;
        let message = fill(&rule.message, target);
        let message = match place == finding.place {
            true => message,
            false => format!("{message} ({})", self.sources.locate(place)),
        };
        Some(Note { rule: Some(rule.id.to_string()), message })
    }
}

/// What stands for a file that the code has no name for.
const UNNAMED: &str = "the file";

/// `template` with the target in its place; the quotes around it are for names only.
fn fill(template: &str, target: Option<&str>) -> String {
    match target {
        Some(target) => template.replace("{target}", target),
        None => template.replace("`{target}`", UNNAMED).replace("{target}", UNNAMED),
    }
}

/// The first line of `text` that fits into a message, blanks joined.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 3).chain("...".chars()).collect()
}

fn words(rule: &Rule, moment: Moment) -> String {
    rule.labels.get(moment.key()).cloned().unwrap_or_default()
}

/// What is said at the place itself: of what happens there, if there is more to say than for any place.
fn caption_here(rule: &Rule, finding: &Finding) -> String {
    let same = finding.labels.iter().filter(|label| label.place == finding.place && label.moment != Moment::Here);
    let special = same.map(|label| words(rule, label.moment)).find(|words| !words.is_empty());
    match words(rule, Moment::Here) {
        here if here.is_empty() => special.unwrap_or_default(),
        here => here,
    }
}

fn steps(rule: &Rule, finding: &Finding) -> Vec<Caption> {
    let elsewhere = |label: &&Label| label.moment != Moment::Here && label.place != finding.place;
    let caption = |label: &Label| Caption { place: label.place, text: words(rule, label.moment) };
    finding.labels.iter().filter(elsewhere).map(caption).collect()
}

fn related_place(related: &Related) -> RelatedPlace {
    let message = match related.role {
        Role::Caller => "called with a final path",
        Role::Sink => "written",
        Role::ReadBack => "read back",
    };
    RelatedPlace { role: related.role.name(), place: related.place, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_name_stands_without_quotes() {
        assert_eq!(fill("`{target}` is torn", Some("a.txt")), "`a.txt` is torn");
        assert_eq!(fill("`{target}` is torn", None), "the file is torn");
    }

    #[test]
    fn a_long_expression_is_shortened_to_one_line() {
        assert_eq!(one_line("a(\n    b,\n)"), "a( b, )");
        let long = one_line(&"é".repeat(80));
        assert_eq!(long.chars().count(), 60);
        assert!(long.ends_with("..."));
    }
}
