//! A node with all that is around it, which the tree itself does not remember.

use crate::kind::Kind;
use crate::tree::{Node, Tree};
use atomic_lint_source::Span;
use std::rc::Rc;

/// A node and the way to it from the root.
#[derive(Clone)]
pub(super) struct Site<'t> {
    way: Rc<Vec<Node<'t>>>,
    depth: usize,
}

impl<'t> Site<'t> {
    /// The call at exactly `span`, or whatever else stands there.
    pub(super) fn of(tree: &'t Tree<'_>, span: Span) -> Option<Site<'t>> {
        let way = tree.way_to(span);
        let exact = |node: &Node<'_>| node.span() == span && span.start < span.end;
        let call = way.iter().rposition(|node| exact(node) && node.kind() == Kind::Call);
        let depth = call.or_else(|| way.iter().rposition(exact))?;
        Some(Site { way: Rc::new(way), depth })
    }

    /// Where `node` stands.
    pub(super) fn of_node(tree: &'t Tree<'_>, node: Node<'_>) -> Option<Site<'t>> {
        let site = Site::of(tree, node.span())?;
        let depth = site.way.iter().position(|inner| inner.id() == node.id())?;
        Some(Site { way: site.way, depth })
    }

    /// The node.
    pub(super) fn node(&self) -> Node<'t> {
        self.way[self.depth]
    }

    /// What it stands in.
    pub(super) fn parent(&self) -> Option<Site<'t>> {
        let depth = self.depth.checked_sub(1)?;
        Some(Site { way: Rc::clone(&self.way), depth })
    }

    /// What it stands in, and what that stands in, and so on.
    pub(super) fn around(&self) -> impl Iterator<Item = Site<'t>> {
        std::iter::successors(self.parent(), Site::parent)
    }

    /// The kind of what it stands in.
    pub(super) fn parent_kind(&self) -> Option<Kind> {
        self.parent().map(|parent| parent.node().kind())
    }

    /// The statement it is or is part of.
    pub(super) fn statement(&self) -> Option<Site<'t>> {
        if self.node().kind().is_statement() {
            return Some(self.clone());
        }
        self.around().find(|site| site.node().kind().is_statement())
    }

    /// The function that this code is in, or the whole file.
    pub(super) fn scope(&self) -> Node<'t> {
        let is_function = |kind| matches!(kind, Kind::FunctionDefinition | Kind::Lambda);
        let function = self.around().find(|site| is_function(site.node().kind()));
        function.map_or(self.way[0], |site| site.node())
    }

    /// The class that this code is in.
    pub(super) fn class(&self) -> Option<Node<'t>> {
        self.around().map(|site| site.node()).find(|node| node.kind() == Kind::ClassDefinition)
    }

    /// Whether this code runs as part of a coroutine.
    pub(super) fn is_async(&self) -> bool {
        let scope = self.scope();
        scope.kind() == Kind::FunctionDefinition && scope.begins_with("async")
    }

    /// The statements of its block, and which of them it is.
    pub(super) fn siblings(&self) -> (Vec<Node<'t>>, usize) {
        let Some(parent) = self.parent() else { return (Vec::new(), 0) };
        let all: Vec<_> = parent.node().children().filter(|child| child.kind().is_statement()).collect();
        let at = all.iter().position(|node| node.id() == self.node().id()).unwrap_or(0);
        (all, at)
    }
}
