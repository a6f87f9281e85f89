//! Comments that allow a rule at a place: `atomic-lint: allow(rule): reason`.

use crate::inspect::SourceFile;
use crate::sources::{Source, Sources};
use crate::suggest::did_you_mean;
use atomic_lint_analysis::Finding;
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Directive;
use atomic_lint_source::{FileId, Place, Span};
use std::collections::BTreeSet;

/// Every comment of a run that allows something.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    all: Vec<Suppression>,
    /// What is wrong with the comments that allow nothing, with `path:line`.
    pub(crate) problems: Vec<String>,
}

#[derive(Debug)]
struct Suppression {
    file: FileId,
    rules: Vec<String>,
    scope: Scope,
}

#[derive(Debug)]
enum Scope {
    File,
    /// The statement it is about, and the line it stands on.
    Statement(Option<Span>, u32),
}

/// Files with comments for this program.
pub(crate) fn files_with_directives(files: &[SourceFile]) -> BTreeSet<FileId> {
    let has = |file: &SourceFile| file.facts.as_ref().is_some_and(|facts| !facts.directives.is_empty());
    files.iter().zip(0..).filter(|(file, _)| has(file)).map(|(_, at)| FileId(at)).collect()
}

impl Suppressions {
    /// Reads the comments of `files`, whose texts are in `sources`.
    pub(crate) fn collect(files: &[SourceFile], sources: &Sources, catalog: &Catalog) -> Self {
        let mut found = Suppressions::default();
        for (file, at) in files.iter().zip(0..) {
            let Some((facts, source)) = file.facts.as_ref().zip(sources.get(FileId(at))) else { continue };
            for directive in &facts.directives {
                found.add(FileId(at), source, directive, catalog);
            }
        }
        found
    }

    fn add(&mut self, file: FileId, source: &Source, directive: &Directive, catalog: &Catalog) {
        let line = source.index.line(directive.span.start);
        match parse(&directive.text, catalog) {
            Ok((rules, true)) => self.all.push(Suppression { file, rules, scope: Scope::File }),
            Ok((rules, false)) => {
                self.all.push(Suppression { file, rules, scope: Scope::Statement(directive.applies, line) });
            }
            Err(problem) => self.problems.push(format!("{}:{line}: {problem}", source.name)),
        }
    }

    /// Whether a comment allows `rule` at any step of `finding`.
    pub(crate) fn allow(&self, rule: &str, finding: &Finding, sources: &Sources) -> bool {
        let of_rule = self.all.iter().filter(|one| one.rules.iter().any(|known| known == rule));
        of_rule.into_iter().any(|one| places(finding).any(|place| one.covers(place, sources)))
    }
}

impl Suppression {
    fn covers(&self, place: Place, sources: &Sources) -> bool {
        if place.file != self.file {
            return false;
        }
        match &self.scope {
            Scope::File => true,
            Scope::Statement(applies, line) => {
                let source = sources.get(place.file);
                applies.is_some_and(|statement| statement.contains(place.span))
                    || source.is_some_and(|source| source.lines(place.span).contains(line))
            }
        }
    }
}

/// Every place that a finding speaks of.
pub(crate) fn places(finding: &Finding) -> impl Iterator<Item = Place> {
    let labels = finding.labels.iter().map(|label| label.place);
    let related = finding.related.iter().map(|related| related.place);
    let steps = finding.protocol.iter().filter_map(|mark| mark.place);
    std::iter::once(finding.place).chain(labels).chain(related).chain(steps)
}

/// The rules that a comment allows, and whether in its whole file; or what is wrong with it.
fn parse(text: &str, catalog: &Catalog) -> Result<(Vec<String>, bool), String> {
    let remedy = "write `atomic-lint: allow(rule): reason`";
    let (head, rest) = text.split_once('(').ok_or_else(|| format!("`{text}` is not understood: {remedy}"))?;
    let whole_file = match head.trim() {
        "allow" => false,
        "allow-file" => true,
        other => {
            let meant = did_you_mean(other, ["allow", "allow-file"]);
            return Err(format!("`{other}` is not understood{meant}"));
        }
    };
    let (list, reason) = rest.split_once(')').ok_or_else(|| format!("a parenthesis is not closed: {remedy}"))?;
    let rules = list.split(',').map(|rule| known_rule(rule, catalog)).collect::<Result<Vec<_>, _>>()?;
    if reason.trim_start().strip_prefix(':').is_none_or(|reason| reason.trim().is_empty()) {
        return Err(format!("a suppression without a reason allows nothing: write `{}({list}): reason`", head.trim()));
    }
    Ok((rules, whole_file))
}

/// The id that `text` is, in kebab-case or as Rust attributes write it.
fn known_rule(text: &str, catalog: &Catalog) -> Result<String, String> {
    let id = text.trim().replace('_', "-");
    match catalog.rule(&id) {
        Some(_) => Ok(id),
        None => {
            let known = catalog.rules().map(|rule| rule.id.as_str());
            Err(format!("unknown rule `{id}`{}", did_you_mean(&id, known)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded;

    fn parsed(text: &str) -> Result<(Vec<String>, bool), String> {
        parse(text, &embedded::catalog().unwrap())
    }

    #[test]
    fn rules_scope_and_reason_are_read() {
        let both = vec!["direct-write".to_owned(), "late-sync".to_owned()];
        assert_eq!(parsed("allow(direct-write, late_sync): a cache"), Ok((both, false)));
        assert_eq!(parsed("allow-file(direct-write) : a cache").map(|found| found.1), Ok(true));
    }

    #[test]
    fn what_is_wrong_says_what_to_write() {
        let cases = [
            (
                "allow(direct-write)",
                "a suppression without a reason allows nothing: write `allow(direct-write): reason`",
            ),
            (
                "allow(direct-write):  ",
                "a suppression without a reason allows nothing: write `allow(direct-write): reason`",
            ),
            ("allow(direct-wirte): x", "unknown rule `direct-wirte`, did you mean `direct-write`?"),
            ("alow(direct-write): x", "`alow` is not understood, did you mean `allow`?"),
            ("allow direct-write", "`allow direct-write` is not understood: write `atomic-lint: allow(rule): reason`"),
        ];
        for (text, problem) in cases {
            assert_eq!(parsed(text).unwrap_err(), problem);
        }
    }
}
