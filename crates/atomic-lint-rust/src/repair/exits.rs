//! The ways out of a piece of code before its end, without an error: there a file is as done as it will be.

use super::source::{Source, insertion};
use crate::calls::is_error;
use atomic_lint_source::Edit;
use syn::visit::{self, Visit};
use syn::{Arm, Expr, ExprAsync, ExprClosure, Item, Stmt};

/// A way out.
#[derive(Clone, Copy)]
pub(super) enum Exit<'a> {
    /// A statement of its own.
    Stmt(&'a Stmt, &'a Expr),
    /// The body of a match arm.
    Arm(&'a Expr),
    /// Somewhere within an expression.
    Within,
}

/// The ways out of `stmts`; loops in them are not left by their own `break` and `continue`.
pub(super) fn of<'a>(stmts: &[&'a Stmt]) -> Vec<Exit<'a>> {
    let mut finder = Finder { found: Vec::new(), loops: Vec::new() };
    stmts.iter().for_each(|stmt| finder.visit_stmt(stmt));
    finder.found
}

/// The value that `exit` leaves with.
pub(super) fn value<'a>(exit: &Exit<'a>) -> Option<&'a Expr> {
    match exit {
        Exit::Stmt(_, Expr::Return(e)) | Exit::Arm(Expr::Return(e)) => e.expr.as_deref(),
        _ => None,
    }
}

/// Puts `statement` before `exit`, where that is possible.
pub(super) fn before(source: &Source, exit: &Exit, statement: &str) -> Option<Vec<Edit>> {
    match exit {
        Exit::Stmt(stmt, _) => {
            Some(source.first_in_block(stmt, statement).unwrap_or_else(|| vec![source.before(stmt, statement)]))
        }
        Exit::Arm(body) => Some(in_braces(source, body, statement)),
        Exit::Within => None,
    }
}

/// The body of an arm becomes a block that begins with `statement`.
fn in_braces(source: &Source, body: &Expr, statement: &str) -> Vec<Edit> {
    let span = source.expr(body);
    let (newline, indent) = (source.newline(), source.indent(span.start));
    let open = format!("{{{newline}{indent}    {statement}{newline}{indent}    ");
    let comma = source.text[span.end as usize..].starts_with(',');
    let mut end = span;
    end.start = span.end;
    end.end += u32::from(comma);
    vec![insertion(span.start, open), super::source::replacement(end, format!(";{newline}{indent}}}"))]
}

struct Finder<'a> {
    found: Vec<Exit<'a>>,
    /// The labels of the loops within.
    loops: Vec<Option<&'a syn::Lifetime>>,
}

impl<'a> Finder<'a> {
    /// Whether `expr` leaves all of it, and not with an error.
    fn leaves(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Return(e) => !e.expr.as_ref().is_some_and(|value| fails(value)),
            Expr::Break(e) => self.goes_out(e.label.as_ref()),
            Expr::Continue(e) => self.goes_out(e.label.as_ref()),
            _ => false,
        }
    }

    fn goes_out(&self, label: Option<&syn::Lifetime>) -> bool {
        match label {
            None => self.loops.is_empty(),
            Some(label) => !self.loops.iter().flatten().any(|inner| inner.ident == label.ident),
        }
    }

    fn looped(&mut self, label: Option<&'a syn::Label>, visit: impl FnOnce(&mut Self)) {
        self.loops.push(label.map(|label| &label.name));
        visit(self);
        self.loops.pop();
    }
}

fn fails(value: &Expr) -> bool {
    let value = match value {
        Expr::Try(inner) => &inner.expr,
        other => other,
    };
    is_error(value)
}

impl<'a> Visit<'a> for Finder<'a> {
    fn visit_stmt(&mut self, node: &'a Stmt) {
        match node {
            Stmt::Expr(expr @ (Expr::Return(_) | Expr::Break(_) | Expr::Continue(_)), _) => {
                if self.leaves(expr) {
                    self.found.push(Exit::Stmt(node, expr));
                }
            }
            other => visit::visit_stmt(self, other),
        }
    }

    fn visit_arm(&mut self, node: &'a Arm) {
        match &*node.body {
            expr @ (Expr::Return(_) | Expr::Break(_) | Expr::Continue(_)) => {
                if self.leaves(expr) {
                    self.found.push(Exit::Arm(expr));
                }
            }
            _ => visit::visit_arm(self, node),
        }
    }

    fn visit_expr(&mut self, node: &'a Expr) {
        match node {
            Expr::ForLoop(e) => self.looped(e.label.as_ref(), |this| visit::visit_expr_for_loop(this, e)),
            Expr::While(e) => self.looped(e.label.as_ref(), |this| visit::visit_expr_while(this, e)),
            Expr::Loop(e) => self.looped(e.label.as_ref(), |this| visit::visit_expr_loop(this, e)),
            _ if self.leaves(node) => self.found.push(Exit::Within),
            _ => visit::visit_expr(self, node),
        }
    }

    fn visit_expr_closure(&mut self, _: &'a ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'a ExprAsync) {}

    fn visit_item(&mut self, _: &'a Item) {}
}
