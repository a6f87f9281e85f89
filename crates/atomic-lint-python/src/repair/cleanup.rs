//! What is of no use once nobody stages by hand: statements, and what took a staging file away after an error.

use super::args::Call;
use super::keep_target::{is_tolerant, removed};
use super::site::Site;
use super::{Order, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};

/// Statements that go, and a `try` that leaves only its body.
pub(super) struct Cleanup<'t> {
    gone: Vec<Node<'t>>,
    unwrapped: Option<Site<'t>>,
}

impl<'t> Cleanup<'t> {
    /// What takes the file at `source` away where the code around `statement` fails.
    pub(super) fn around(order: &Order<'_, 't>, statement: &Site<'t>, source: Node<'t>) -> Cleanup<'t> {
        let mut cleanup = Cleanup { gone: Vec::new(), unwrapped: None };
        let tries = statement.around().filter(|site| site.node().kind() == Kind::TryStatement);
        for tried in tries.take_while(|site| site.scope().id() == order.site.scope().id()) {
            let body = tried.node().get(Field::Body).map(Node::id);
            let clauses: Vec<_> = tried.node().children().filter(|child| Some(child.id()) != body).collect();
            let is_direct = statement.parent().is_some_and(|block| Some(block.node().id()) == body);
            if is_direct && clauses.iter().all(|clause| only_removes(order, *clause, source)) {
                cleanup.unwrapped = Some(tried.clone());
                continue;
            }
            for clause in clauses {
                let statements = clause.child_of(Kind::Block).into_iter().flat_map(Node::children);
                let statements: Vec<_> = statements.filter(|node| node.kind().is_statement()).collect();
                let (gone, stays): (Vec<_>, Vec<_>) =
                    statements.into_iter().partition(|node| removes(order, *node, source));
                // A block without a statement is none.
                cleanup.gone.extend(gone.into_iter().filter(|_| !stays.is_empty()));
            }
        }
        cleanup
    }

    /// Takes `statement` out too.
    pub(super) fn remove(&mut self, statement: Node<'t>) {
        self.gone.push(statement);
    }

    /// Whether `span` is part of what goes.
    pub(super) fn holds(&self, span: Span) -> bool {
        let is_gone = self.gone.iter().any(|node| node.span().contains(span));
        is_gone
            || self.unwrapped.as_ref().is_some_and(|tried| {
                let body = tried.node().get(Field::Body).map(Node::span);
                tried.node().span().contains(span) && !body.is_some_and(|body| body.contains(span))
            })
    }

    /// The lines that go.
    pub(super) fn spans<'c>(&'c self, order: &Order<'_, 't>) -> impl Iterator<Item = Span> + use<'c, 't> {
        let lines: Vec<Span> = self.gone.iter().map(|node| order.code.layout.lines(*node, *node)).collect();
        let clauses = self.unwrapped.iter().flat_map(|tried| {
            let body = tried.node().get(Field::Body).map(Node::id);
            tried.node().children().filter(move |child| Some(child.id()) != body).map(Node::span)
        });
        lines.into_iter().chain(clauses)
    }

    /// The edits that take all of it out, with `others` that change what stays.
    pub(super) fn edits(
        &self,
        order: &Order<'_, 't>,
        others: impl Iterator<Item = Edit>,
    ) -> Result<Vec<Edit>, Decline> {
        let layout = &order.code.layout;
        if !self.gone.iter().all(|node| layout.is_alone(*node)) {
            return Err(decline("other code stands on its lines"));
        }
        let lines: Vec<Span> = self.gone.iter().map(|node| layout.lines(*node, *node)).collect();
        if lines.iter().any(|span| span.slice(order.code.text).contains('#')) {
            return Err(decline("comments speak of its staging file"));
        }
        let mut edits: Vec<Edit> = others.collect();
        if let Some(tried) = &self.unwrapped {
            let body = tried.node().get(Field::Body).ok_or_else(|| decline("it has no body"))?;
            let moved = super::error::unwrapped(order, tried, body)?;
            let is_within = |edit: &Edit| lines.iter().any(|span| span.contains(edit.span));
            edits.extend(moved.into_iter().filter(|edit| !is_within(edit)));
        }
        edits.extend(lines.into_iter().map(|span| Edit { span, replacement: String::new() }));
        Ok(edits)
    }
}

/// Whether a clause takes the file away and does nothing else but to raise again what came.
fn only_removes<'t>(order: &Order<'_, 't>, clause: Node<'t>, source: Node<'t>) -> bool {
    let statements = clause.child_of(Kind::Block).into_iter().flat_map(Node::children);
    let mut statements: Vec<_> = statements.filter(|node| node.kind().is_statement()).collect();
    let raises = statements.pop_if(|last| last.kind() == Kind::RaiseStatement && last.text() == "raise").is_some();
    let ends = raises == (clause.kind() == Kind::ExceptClause);
    let known = matches!(clause.kind(), Kind::ExceptClause | Kind::FinallyClause);
    known && ends && statements.into_iter().all(|node| removes(order, node, source))
}

/// Whether `statement` takes the file at `source` away, if it is there and nothing forbids it.
fn removes<'t>(order: &Order<'_, 't>, statement: Node<'t>, source: Node<'t>) -> bool {
    let all = |block: Option<Node<'t>>| {
        let mut statements = block.into_iter().flat_map(Node::children).filter(|node| node.kind().is_statement());
        statements.all(|node| removes(order, node, source))
    };
    match statement.kind() {
        Kind::ExpressionStatement => {
            let call = statement.first().and_then(Call::of);
            call.and_then(|call| removed(order, &call)).is_some_and(|path| path.text() == source.text())
        }
        Kind::IfStatement => {
            let asks = statement.get(Field::Condition);
            let asks = asks.is_some_and(|asks| asks.text().contains(source.text()) && asks.text().contains("exists"));
            asks && statement.get(Field::Alternative).is_none() && all(statement.get(Field::Consequence))
        }
        Kind::TryStatement => is_tolerant(statement) && all(statement.get(Field::Body)),
        Kind::WithStatement => {
            let clause = statement.child_of(Kind::WithClause);
            clause.is_some_and(|clause| clause.text().contains("suppress(")) && all(statement.get(Field::Body))
        }
        _ => false,
    }
}
