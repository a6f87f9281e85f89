//! The syntax around a place, from the file down to the expression there. It knows no repair.

use super::source::Source;
use atomic_lint_source::Span;
use syn::visit::{self, Visit};
use syn::{Arm, Block, Expr, ExprClosure, ImplItemFn, ItemFn, ItemMod, Signature, Stmt, TraitItemFn};

/// Syntax that encloses a place.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Module,
    Function(&'a Signature),
    Block(&'a Block),
    Stmt(&'a Stmt),
    Arm,
    Expr(&'a Expr),
}

/// What encloses a place, outermost first; the expression there comes last.
pub(super) struct Chain<'a> {
    nodes: Vec<Node<'a>>,
}

/// The code that `?` and `return` leave.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    Function(&'a Signature),
    Closure(&'a ExprClosure),
    Async,
}

impl<'a> Chain<'a> {
    /// The chain down to the expression that is exactly at `at`.
    pub(super) fn to(source: &Source<'a>, at: Span) -> Option<Self> {
        let mut finder = Finder { source, at, nodes: Vec::new(), found: false };
        finder.visit_file(source.file);
        finder.found.then_some(Chain { nodes: finder.nodes })
    }

    /// The expression at the place.
    pub(super) fn expr(&self) -> &'a Expr {
        self.nodes.iter().rev().find_map(as_expr).expect("a chain ends with an expression")
    }

    /// How many nodes there are; the expression at the place is the last of them.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node at `index`.
    pub(super) fn get(&self, index: usize) -> Option<Node<'a>> {
        self.nodes.get(index).copied()
    }

    /// The node around that at `index`.
    pub(super) fn parent(&self, index: usize) -> Option<Node<'a>> {
        self.get(index.checked_sub(1)?)
    }

    /// The innermost statement above `index`, with its number in the block and the block.
    pub(super) fn statement(&self, index: usize) -> Option<(usize, &'a Stmt, &'a Block)> {
        let at = (1..index).rev().find(|at| matches!(self.nodes[*at], Node::Stmt(_)))?;
        match (self.nodes[at], self.nodes[at - 1]) {
            (Node::Stmt(stmt), Node::Block(block)) => Some((at, stmt, block)),
            _ => None,
        }
    }

    /// The blocks around `index`, innermost first, each with the statement in it that leads to the place.
    pub(super) fn blocks(&self, index: usize) -> impl Iterator<Item = (usize, &'a Block, &'a Stmt)> {
        (1..index).rev().filter_map(|at| match (self.nodes[at - 1], self.nodes[at]) {
            (Node::Block(block), Node::Stmt(stmt)) => Some((at - 1, block, stmt)),
            _ => None,
        })
    }

    /// The innermost function, closure or async block around `index`.
    pub(super) fn body(&self, index: usize) -> Option<Body<'a>> {
        self.nodes[..index].iter().rev().find_map(|node| match node {
            Node::Function(sig) => Some(Body::Function(sig)),
            Node::Expr(Expr::Closure(closure)) => Some(Body::Closure(closure)),
            Node::Expr(Expr::Async(_)) => Some(Body::Async),
            _ => None,
        })
    }

    /// Whether `index` is within a closure or an async block.
    pub(super) fn is_within_closure(&self, index: usize) -> bool {
        matches!(self.body(index), Some(Body::Closure(_) | Body::Async))
    }

    /// Whether the value of the block at `index` is that of the body it is in.
    pub(super) fn is_result(&self, index: usize) -> bool {
        for at in (1..=index).rev() {
            match (self.nodes[at - 1], self.nodes[at]) {
                (Node::Function(_) | Node::Expr(Expr::Closure(_) | Expr::Async(_)), _) => return true,
                (Node::Block(block), Node::Stmt(stmt)) => {
                    let last = block.stmts.last().is_some_and(|last| std::ptr::eq(last, stmt));
                    if !last || !matches!(stmt, Stmt::Expr(_, None)) {
                        return false;
                    }
                }
                (Node::Expr(Expr::If(e)), Node::Expr(inner)) if std::ptr::eq(&*e.cond, inner) => return false,
                (Node::Expr(Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_)), _) => {}
                (Node::Stmt(_) | Node::Arm, _) => {}
                _ => return false,
            }
        }
        false
    }
}

fn as_expr<'a>(node: &Node<'a>) -> Option<&'a Expr> {
    match node {
        Node::Expr(expr) => Some(expr),
        _ => None,
    }
}

struct Finder<'s, 'a> {
    source: &'s Source<'a>,
    at: Span,
    nodes: Vec<Node<'a>>,
    found: bool,
}

impl<'a> Finder<'_, 'a> {
    /// Goes on with `inner` if `node`, which is at `span`, holds the place.
    fn enter(&mut self, node: Node<'a>, span: Span, inner: impl FnOnce(&mut Self)) {
        if self.found || !span.contains(self.at) {
            return;
        }
        let depth = self.nodes.len();
        self.nodes.push(node);
        if span == self.at && matches!(node, Node::Expr(_)) {
            self.found = true;
            return;
        }
        inner(self);
        if !self.found {
            self.nodes.truncate(depth);
        }
    }

    fn function(&mut self, sig: &'a Signature, block: &'a Block) {
        let span = self.source.block(block);
        self.enter(Node::Function(sig), span, |this| this.visit_block(block));
    }
}

impl<'a> Visit<'a> for Finder<'_, 'a> {
    fn visit_item_mod(&mut self, node: &'a ItemMod) {
        if let Some((brace, _)) = &node.content {
            let span = self.source.positions.between(brace.span.open(), brace.span.close());
            self.enter(Node::Module, span, |this| visit::visit_item_mod(this, node));
        }
    }

    fn visit_item_fn(&mut self, node: &'a ItemFn) {
        self.function(&node.sig, &node.block);
    }

    fn visit_impl_item_fn(&mut self, node: &'a ImplItemFn) {
        self.function(&node.sig, &node.block);
    }

    fn visit_trait_item_fn(&mut self, node: &'a TraitItemFn) {
        if let Some(block) = &node.default {
            self.function(&node.sig, block);
        }
    }

    fn visit_block(&mut self, node: &'a Block) {
        let span = self.source.block(node);
        self.enter(Node::Block(node), span, |this| visit::visit_block(this, node));
    }

    fn visit_stmt(&mut self, node: &'a Stmt) {
        let span = self.source.bare_stmt(node);
        self.enter(Node::Stmt(node), span, |this| visit::visit_stmt(this, node));
    }

    fn visit_arm(&mut self, node: &'a Arm) {
        if self.found {
            return;
        }
        let depth = self.nodes.len();
        self.nodes.push(Node::Arm);
        visit::visit_arm(self, node);
        if !self.found {
            self.nodes.truncate(depth);
        }
    }

    fn visit_expr(&mut self, node: &'a Expr) {
        let span = self.source.expr(node);
        self.enter(Node::Expr(node), span, |this| visit::visit_expr(this, node));
    }
}
