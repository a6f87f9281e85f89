//! Comments that allow a rule at a place: `atomic-lint: allow(rule): reason`.

use crate::inspect::SourceFile;
use crate::sources::{Source, Sources};
use crate::suggest::did_you_mean;
use atomic_lint_analysis::Finding;
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Directive;
use atomic_lint_source::{FileId, Place, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Every comment of a run that allows something.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    /// By rule and file.
    allowed: BTreeMap<String, BTreeMap<FileId, Allowed>>,
    /// What is wrong with the comments that allow nothing, with `path:line`.
    pub(crate) problems: Vec<String>,
}

/// Where a rule is allowed in one file.
#[derive(Debug, Default)]
struct Allowed {
    everywhere: bool,
    /// Lines on which a comment stands.
    lines: BTreeSet<u32>,
    /// The statements that comments are about in the order of their beginnings.
    statements: Vec<Span>,
    /// Of each how far it and those before it reach.
    reach: Vec<u32>,
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
        found.allowed.values_mut().flat_map(|files| files.values_mut()).for_each(Allowed::finish);
        found
    }

    fn add(&mut self, file: FileId, source: &Source, directive: &Directive, catalog: &Catalog) {
        let line = source.index.line(directive.span.start);
        match parse(&directive.text, catalog) {
            Ok((rules, whole_file)) => {
                for rule in rules {
                    let allowed = self.allowed.entry(rule).or_default().entry(file).or_default();
                    allowed.add(whole_file, directive.applies, line);
                }
            }
            Err(problem) => self.problems.push(format!("{}:{line}: {problem}", source.name)),
        }
    }

    /// Whether a comment allows `rule` at any step of `finding`.
    pub(crate) fn allow(&self, rule: &str, finding: &Finding, sources: &Sources) -> bool {
        let Some(files) = self.allowed.get(rule) else { return false };
        let at = |place: Place| files.get(&place.file).is_some_and(|allowed| allowed.covers(place, sources));
        places(finding).any(at)
    }
}

impl Allowed {
    fn add(&mut self, whole_file: bool, applies: Option<Span>, line: u32) {
        if whole_file {
            self.everywhere = true;
        } else {
            self.statements.extend(applies);
            self.lines.insert(line);
        }
    }

    /// Orders what was added.
    fn finish(&mut self) {
        self.statements.sort();
        let further = |far: &mut u32, statement: &Span| {
            *far = (*far).max(statement.end);
            Some(*far)
        };
        self.reach = self.statements.iter().scan(0, further).collect();
    }

    fn covers(&self, place: Place, sources: &Sources) -> bool {
        let source = sources.get(place.file);
        self.everywhere
            || self.is_in_statement(place.span)
            || source.is_some_and(|source| self.lines.range(source.lines(place.span)).next().is_some())
    }

    /// Of the statements that begin no later, one that reaches as far holds all of `span`.
    fn is_in_statement(&self, span: Span) -> bool {
        let before = self.statements.partition_point(|statement| statement.start <= span.start);
        before.checked_sub(1).is_some_and(|last| self.reach[last] >= span.end)
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

    fn allowed(statements: &[(u32, u32)]) -> Allowed {
        let mut allowed = Allowed::default();
        statements.iter().for_each(|(start, end)| allowed.add(false, Some(Span::new(*start, *end)), 1));
        allowed.finish();
        allowed
    }

    #[test]
    fn a_statement_allows_what_it_holds_whole() {
        let allowed = allowed(&[(40, 50), (0, 30), (5, 8)]);
        for (held, span) in [
            (true, (5, 8)),
            (true, (6, 30)),
            (true, (0, 30)),
            (true, (41, 50)),
            (false, (6, 31)),
            (false, (30, 42)),
            (false, (39, 45)),
            (false, (45, 51)),
        ] {
            assert_eq!(allowed.is_in_statement(Span::new(span.0, span.1)), held, "{span:?}");
        }
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
