//! Comments that allow a rule at a place: `atomic-lint: allow(rule): reason`.

mod comment;
mod remark;

pub(crate) use remark::Remark;

use crate::inspect::SourceFile;
use crate::sources::{Source, Sources};
use atomic_lint_analysis::Finding;
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Directive;
use atomic_lint_source::{FileId, Place, Span};
use comment::{Comment, Fault, parse};
use std::collections::{BTreeMap, BTreeSet};

/// Every comment of a run that allows something.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    /// By rule and file.
    allowed: BTreeMap<String, BTreeMap<FileId, Allowed>>,
    comments: Vec<Comment>,
    /// What is wrong with the comments that allow nothing, with where they stand.
    faults: Vec<(Place, Fault)>,
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
    /// What was allowed, and the lines on which it stands.
    used: BTreeSet<Span>,
    used_lines: BTreeSet<u32>,
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
                for rule in &rules {
                    let allowed = self.allowed.entry(rule.clone()).or_default().entry(file).or_default();
                    allowed.add(whole_file, directive.applies, line);
                }
                let place = Place { file, span: directive.span };
                self.comments.push(Comment { place, line, rules, whole_file, applies: directive.applies });
            }
            Err(fault) => self.faults.push((Place { file, span: directive.span }, fault)),
        }
    }

    /// Whether a comment allows `rule` at any step of `finding`; it is remembered which steps those are.
    pub(crate) fn allow(&mut self, rule: &str, finding: &Finding, sources: &Sources) -> bool {
        let Some(files) = self.allowed.get_mut(rule) else { return false };
        let mut allows = false;
        for place in places(finding) {
            let Some(allowed) = files.get_mut(&place.file).filter(|allowed| allowed.covers(place, sources)) else {
                continue;
            };
            allowed.used.insert(place.span);
            allowed.used_lines.extend(sources.get(place.file).into_iter().flat_map(|source| source.lines(place.span)));
            allows = true;
        }
        allows
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

    /// Whether anything was allowed that `comment` is about.
    fn needs(&self, comment: &Comment) -> bool {
        let holds = |statement: Span| {
            let from = Span::new(statement.start, 0);
            let inside = self.used.range(from..).take_while(|span| span.start < statement.end.max(statement.start + 1));
            inside.into_iter().any(|span| statement.contains(*span))
        };
        (comment.whole_file && !self.used.is_empty())
            || self.used_lines.contains(&comment.line)
            || comment.applies.is_some_and(holds)
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
