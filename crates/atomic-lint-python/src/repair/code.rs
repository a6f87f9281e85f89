//! The file that is repaired: what its names mean, as far as syntax tells.

use super::decline;
use super::imports::Imports;
use super::layout::Layout;
use crate::kind::{Field, Kind};
use crate::tree::{Node, Tree};
use atomic_lint_ir::Decline;

/// A parsed file with what all forms ask of it.
pub(super) struct Code<'t> {
    pub(super) tree: &'t Tree<'t>,
    pub(super) text: &'t str,
    pub(super) layout: Layout<'t>,
    pub(super) imports: Imports<'t>,
}

impl<'t> Code<'t> {
    /// The file of `tree`, unless it is one that nobody can be sure of.
    pub(super) fn new(tree: &'t Tree<'t>) -> Result<Self, Decline> {
        let text = tree.text();
        if text.replace("\r\n", "").contains('\r') {
            return Err(decline("its lines end in carriage returns"));
        }
        if tree.all().any(|node| matches!(node.kind(), Kind::PrintStatement | Kind::ExecStatement)) {
            return Err(decline("the file is Python 2"));
        }
        Ok(Code { tree, text, layout: Layout::new(tree), imports: Imports::new(tree) })
    }

    /// Where `name` stands as a variable within `node`, in text order.
    pub(super) fn uses(&self, node: Node<'t>, name: &str) -> Vec<Node<'t>> {
        let mut keywords = Vec::new();
        let mut found = Vec::new();
        for inner in node.descendants() {
            match inner.kind() {
                Kind::KeywordArgument => keywords.extend(inner.get(Field::Name).map(Node::id)),
                Kind::Identifier if inner.field() == Field::Attribute || keywords.contains(&inner.id()) => {}
                Kind::Identifier if inner.text() == name => found.push(inner),
                _ => {}
            }
        }
        found
    }

    /// Nodes within `node` whose text is that of an expression.
    pub(super) fn same_as(&self, node: Node<'t>, text: &str) -> Vec<Node<'t>> {
        let same = |inner: &Node<'t>| inner.text() == text && inner.field() != Field::Attribute;
        node.descendants().filter(same).collect()
    }

    /// What is assigned to `name` within `scope`, or that it is bound in another way too.
    pub(super) fn assigned(&self, scope: Node<'t>, name: &str) -> Assigned<'t> {
        let mut values = Vec::new();
        let mut other = false;
        let mut methods = Vec::new();
        for inner in scope.descendants() {
            match inner.kind() {
                Kind::ClassDefinition => methods.extend(inner.get(Field::Body).into_iter().flat_map(members)),
                Kind::FunctionDefinition if methods.contains(&inner.id()) => {}
                Kind::Assignment | Kind::NamedExpression => {
                    let target = inner.get(Field::Left).or_else(|| inner.get(Field::Name));
                    match target {
                        Some(target) if target.text() == name => {
                            values.extend(inner.get(Field::Right).or_else(|| inner.get(Field::Value)));
                        }
                        Some(target) if target.kind() != Kind::Attribute => {
                            other |= self.uses(target, name).iter().any(is_whole)
                        }
                        _ => {}
                    }
                }
                Kind::AugmentedAssignment | Kind::ForStatement | Kind::ForInClause => {
                    other |= inner.get(Field::Left).is_some_and(|left| left.text() == name);
                }
                Kind::AsPatternTarget => other |= inner.text() == name,
                Kind::FunctionDefinition => {
                    other |= inner.id() != scope.id() && inner.get(Field::Name).is_some_and(|own| own.text() == name);
                }
                _ => {}
            }
        }
        Assigned { values, other }
    }

    /// The parameter of that name.
    pub(super) fn parameter(&self, function: Node<'t>, name: &str) -> Option<Node<'t>> {
        let mut all = function.get(Field::Parameters)?.children();
        all.find(|parameter| {
            let own = parameter.get(Field::Name).or_else(|| parameter.first()).unwrap_or(*parameter);
            own.text() == name
        })
    }

    /// A name for a variable that `scope` does not know yet, made of `wish`.
    pub(super) fn fresh(&self, scope: Node<'t>, wish: &str) -> String {
        let taken = |name: &str| !self.uses(scope, name).is_empty();
        let numbered = (2..).map(|number| format!("{wish}_{number}"));
        std::iter::once(wish.to_string()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// The dotted name of what `function` calls, through imports: `open`, `os.path.join`.
    pub(super) fn dotted(&self, function: Node<'t>) -> Option<String> {
        match function.kind() {
            Kind::Identifier => Some(self.imports.meaning(function.text()).unwrap_or(function.text()).to_string()),
            Kind::Attribute => {
                let object = function.get(Field::Object)?;
                let head = leftmost(object)?;
                self.imports.meaning(head.text())?;
                Some(format!("{}.{}", self.dotted(object)?, function.get(Field::Attribute)?.text()))
            }
            _ => None,
        }
    }
}

/// What a name may stand for.
pub(super) struct Assigned<'t> {
    /// The values that are assigned to it alone.
    pub(super) values: Vec<Node<'t>>,
    /// It gets others, of which less is known.
    pub(super) other: bool,
}

/// Whether a name in a pattern is what gets the value, and not what the value is stored in.
fn is_whole(usage: &Node<'_>) -> bool {
    !matches!(usage.field(), Field::Object | Field::Value | Field::Subscript)
}

/// The functions of a class, which are no variables of what is around it.
fn members(body: Node<'_>) -> impl Iterator<Item = u32> {
    body.children().map(|node| node.get(Field::Definition).unwrap_or(node).id())
}

fn leftmost(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        Kind::Identifier => Some(node),
        Kind::Attribute => leftmost(node.get(Field::Object)?),
        _ => None,
    }
}
