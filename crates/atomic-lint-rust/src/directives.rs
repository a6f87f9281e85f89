//! Which statement a comment to this tool is about.

use crate::guard::Comment;
use atomic_lint_ir::{Directive, Name};
use atomic_lint_source::{LineIndex, Span};

/// The comments of `text` with the statements they are about.
pub(crate) fn attach(text: &str, comments: &[Comment], statements: &[Span]) -> Vec<Directive> {
    if comments.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(text);
    let directive = |comment: &Comment| Directive {
        span: comment.span,
        text: Name::new(&comment.text),
        applies: if comment.alone { after(comment, statements) } else { on_line(comment, statements, &lines) },
    };
    comments.iter().map(directive).collect()
}

/// The statement that begins next; of several that begin together, the longest.
fn after(comment: &Comment, statements: &[Span]) -> Option<Span> {
    let behind = statements.iter().filter(|span| span.start >= comment.span.end);
    behind.min_by_key(|span| (span.start, std::cmp::Reverse(span.end))).copied()
}

/// The statement that ends last before the comment on its line, or the innermost one around the comment.
fn on_line(comment: &Comment, statements: &[Span], lines: &LineIndex) -> Option<Span> {
    let line = lines.line(comment.span.start);
    let ended = statements
        .iter()
        .filter(|span| span.end <= comment.span.start && lines.line(span.end.saturating_sub(1)) == line);
    let around = || {
        let around = statements.iter().filter(|span| span.contains(comment.span));
        around.min_by_key(|span| span.end - span.start).copied()
    };
    ended.max_by_key(|span| (span.end, span.end - span.start)).copied().or_else(around)
}
