//! Which statement a comment to this tool is about.

use crate::guard::Comment;
use atomic_lint_ir::{Directive, Name};
use atomic_lint_source::{LineIndex, Nesting, Span};

/// The comments of `text` with the statements they are about.
pub(crate) fn attach(text: &str, comments: &[Comment], mut statements: Vec<Span>) -> Vec<Directive> {
    if comments.is_empty() {
        return Vec::new();
    }
    // Of several that begin together the longest comes first.
    statements.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut ends = statements.clone();
    ends.sort_by_key(|span| (span.end, std::cmp::Reverse(span.start)));
    let statements = Nesting::new(statements);
    let lines = LineIndex::new(text);
    let directive = |comment: &Comment| Directive {
        span: comment.span,
        text: Name::new(&comment.text),
        applies: match comment.alone {
            true => after(comment, &statements),
            false => ended(comment, &ends, &lines).or_else(|| around(comment, &statements)),
        },
    };
    comments.iter().map(directive).collect()
}

/// The statement that begins next.
fn after(comment: &Comment, starts: &Nesting) -> Option<Span> {
    starts.spans().get(starts.beginning_before(comment.span.end)).copied()
}

/// The statement that ends last before the comment on its line; of several that end together, the longest.
fn ended(comment: &Comment, ends: &[Span], lines: &LineIndex) -> Option<Span> {
    let before = ends.partition_point(|span| span.end <= comment.span.start);
    let last = ends.get(before.checked_sub(1)?)?;
    let same_line = lines.line(last.end.saturating_sub(1)) == lines.line(comment.span.start);
    let first_of_end = ends.partition_point(|span| span.end < last.end);
    ends[first_of_end..before].iter().min_by_key(|span| span.start).copied().filter(|_| same_line)
}

/// The innermost statement around the comment.
fn around(comment: &Comment, starts: &Nesting) -> Option<Span> {
    starts.innermost(comment.span.start.saturating_add(1), comment.span.end)
}
