//! Statements that are one chain of calls: where a change makes one longer or shorter than it was, it is broken over
//! lines anew, as rustfmt would, if rustfmt is what broke the old one.

use super::layout;
use super::source::{Source, replacement};
use atomic_lint_source::{Edit, Span, apply};
use syn::Stmt;
use syn::visit::{self, Visit};

/// `edits` with the line breaks of the chains that they change.
pub(super) fn with_line_breaks(source: &Source, edits: Vec<Edit>) -> Vec<Edit> {
    let mut finder = Finder { source, edits: &edits, found: Vec::new() };
    finder.visit_file(source.file);
    let changed: Vec<(Span, Edit)> =
        finder.found.into_iter().filter_map(|span| Some((span, relaid(source, span, &edits)?))).collect();
    let is_left = |edit: &Edit| !changed.iter().any(|(span, _)| span.contains(edit.span));
    let mut all: Vec<Edit> = edits.iter().filter(|edit| is_left(edit)).cloned().collect();
    all.extend(changed.into_iter().map(|(_, edit)| edit));
    all
}

/// The innermost statements that changes lie in.
struct Finder<'s, 'a> {
    source: &'s Source<'a>,
    edits: &'s [Edit],
    found: Vec<Span>,
}

impl<'a> Visit<'a> for Finder<'_, 'a> {
    fn visit_stmt(&mut self, node: &'a Stmt) {
        let span = self.source.bare_stmt(node);
        if !self.edits.iter().any(|edit| span.contains(edit.span)) {
            return;
        }
        let before = self.found.len();
        visit::visit_stmt(self, node);
        if self.found.len() == before {
            self.found.push(span);
        }
    }
}

/// The change of the statement at `span`, its line breaks included, where they have to be others.
fn relaid(source: &Source, span: Span, edits: &[Edit]) -> Option<Edit> {
    let old = span.slice(source.text);
    let laid_out = |text: &str| Some(layout::statement(source, &flat(text)?, span.start));
    if !source.begins_line(span.start) || source.has_comment(span) || laid_out(old)? != old {
        return None;
    }
    let within = |edit: &Edit| Edit {
        span: Span::new(edit.span.start - span.start, edit.span.end - span.start),
        replacement: edit.replacement.clone(),
    };
    let own: Vec<Edit> = edits.iter().filter(|edit| span.contains(edit.span)).map(within).collect();
    let changed = apply(old, &own).ok()?;
    let new = laid_out(&changed)?;
    // What is too long even so is broken within its arguments, and that has been seen to.
    let indent = source.indent(span.start).chars().count();
    let lines = new.lines().enumerate();
    let fits = lines
        .map(|(at, line)| line.chars().count() + if at == 0 { indent } else { 0 })
        .all(|all| all <= source.width());
    (fits && new != changed).then(|| shortest(span, old, &new))
}

/// `text`, a statement, on one line; none where it is more than one chain of calls.
fn flat(text: &str) -> Option<String> {
    let body = text.strip_suffix(';').unwrap_or(text);
    if text.contains(['{', '"']) && text.lines().any(|line| line.matches('"').count() % 2 == 1) {
        return None;
    }
    if body.contains(['{', ';']) {
        return None;
    }
    let mut flat = String::new();
    for line in text.lines().map(str::trim) {
        let is_glued = flat.is_empty() || flat.ends_with('(') || line.starts_with(['.', '?', ')']);
        if line.starts_with(')') && flat.ends_with(',') {
            flat.pop();
        }
        if !is_glued {
            flat.push(' ');
        }
        flat.push_str(line);
    }
    Some(flat)
}

/// The change of `old`, which stands at `span`, into `new`, without what they begin and end with alike.
fn shortest(span: Span, old: &str, new: &str) -> Edit {
    let pairs = old.char_indices().zip(new.chars());
    let head = pairs.take_while(|((_, a), b)| a == b).last().map_or(0, |((at, a), _)| at + a.len_utf8());
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tails = old_rest.chars().rev().zip(new_rest.chars().rev());
    let tail: usize = tails.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let changed = Span::new(span.start + head as u32, span.end - tail as u32);
    replacement(changed, &new_rest[..new_rest.len() - tail])
}
