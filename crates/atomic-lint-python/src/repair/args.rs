//! The arguments of a call as they are written.

use crate::kind::{Field, Kind};
use crate::tree::Node;

/// A call taken apart.
pub(super) struct Call<'t> {
    pub(super) node: Node<'t>,
    pub(super) function: Node<'t>,
    /// The parentheses with all that is in them.
    pub(super) list: Node<'t>,
    pub(super) args: Vec<Argument<'t>>,
}

/// One argument.
#[derive(Clone, Copy)]
pub(super) struct Argument<'t> {
    pub(super) node: Node<'t>,
    pub(super) name: Option<&'t str>,
    pub(super) value: Node<'t>,
    pub(super) is_spread: bool,
}

impl<'t> Call<'t> {
    /// `node`, if it is a call with plain arguments.
    pub(super) fn of(node: Node<'t>) -> Option<Call<'t>> {
        let function = node.get(Field::Function).filter(|_| node.kind() == Kind::Call)?;
        let list = node.get(Field::Arguments).filter(|list| list.kind() != Kind::GeneratorExpression)?;
        let args = list.children().map(argument).collect();
        Some(Call { node, function, list, args })
    }

    /// The argument of that position or keyword, if what comes before leaves no doubt.
    pub(super) fn arg(&self, position: usize, name: &str) -> Option<Argument<'t>> {
        let by_name = self.args.iter().find(|arg| arg.name == Some(name));
        let by_position = || {
            let plain = |arg: &&Argument<'_>| arg.name.is_none() && !arg.is_spread;
            self.args.iter().take_while(plain).nth(position)
        };
        by_name.or_else(by_position).copied()
    }

    /// Whether some argument is spread, so that nobody knows which ones there are.
    pub(super) fn has_spread(&self) -> bool {
        self.args.iter().any(|arg| arg.is_spread)
    }

    /// What a method is called on, and its name.
    pub(super) fn method(&self) -> Option<(Node<'t>, &'t str)> {
        let receiver = self.function.get(Field::Object).filter(|_| self.function.kind() == Kind::Attribute)?;
        Some((receiver, self.function.get(Field::Attribute)?.text()))
    }
}

fn argument(node: Node<'_>) -> Argument<'_> {
    match node.kind() {
        Kind::KeywordArgument => Argument {
            node,
            name: node.get(Field::Name).map(Node::text),
            value: node.get(Field::Value).unwrap_or(node),
            is_spread: false,
        },
        kind => {
            let is_spread = matches!(kind, Kind::ListSplat | Kind::DictionarySplat) || node.is_spread();
            Argument { node, name: None, value: node, is_spread }
        }
    }
}

/// A constant text as it is between its quotes, where that is all there is to it.
pub(super) fn constant(node: Node<'_>) -> Option<&str> {
    if node.kind() != Kind::String || node.child_of(Kind::Interpolation).is_some() {
        return None;
    }
    let start = node.child_of(Kind::StringStart)?.text();
    let is_plain = !start.contains(['b', 'B', 'f', 'F']);
    is_plain.then(|| node.child_of(Kind::StringContent).map_or("", Node::text))
}

/// An expression without the parentheses around it.
pub(super) fn bare(node: Node<'_>) -> Node<'_> {
    match (node.kind(), node.first()) {
        (Kind::ParenthesizedExpression, Some(inner)) if inner.kind() != Kind::Yield => bare(inner),
        _ => node,
    }
}
