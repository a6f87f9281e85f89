//! Operators: `+` and `%` that build text, `/` that joins paths, `|` that joins flags.

use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Arg, Callee, Const, Name, Op, Operand};

/// An operand with the expression it is of.
type Side<'t> = (Node<'t>, Operand);

impl<'t> Lower<'t> {
    /// `left operator right`.
    pub(crate) fn binary_operator(&mut self, node: Node<'t>) -> Operand {
        let (Some(left), Some(right)) = (node.get(Field::Left), node.get(Field::Right)) else {
            return self.parts(node, true);
        };
        let operator = node.get(Field::Operator).map_or("", Node::text);
        if operator == "%" && matches!(left.kind(), Kind::String | Kind::ConcatenatedString) {
            return self.percent(left, right, node);
        }
        let first = self.expr(left);
        let second = self.expr(right);
        self.binary(operator, (left, first), (right, second), node)
    }

    /// The result of an operator over values that are known already.
    pub(crate) fn binary(&mut self, operator: &str, left: Side<'t>, right: Side<'t>, node: Node<'t>) -> Operand {
        match operator {
            "+" => self.plus(left, right, node),
            "/" => self.slash(left, right, node),
            "|" => {
                let dst = self.temp();
                self.push(Op::Flags { dst, parts: vec![left.1, right.1] }, node.span());
                Operand::Local(dst)
            }
            _ => self.unknown_of([left.1, right.1], node),
        }
    }

    /// Text, unless one side can be none: a suffix is often a constant of another file.
    fn plus(&mut self, left: Side<'t>, right: Side<'t>, node: Node<'t>) -> Operand {
        match (left, right) {
            ((_, Operand::Const(Const::Text(left))), (_, Operand::Const(Const::Text(right)))) => {
                Operand::Const(Const::Text(Name::from(format!("{left}{right}"))))
            }
            (left, right) if can_be_text(&left) && can_be_text(&right) => self.concat(vec![left.1, right.1], node),
            (left, right) => self.unknown_of([left.1, right.1], node),
        }
    }

    /// A method of the path on either side, where one side can be a path.
    fn slash(&mut self, left: Side<'t>, right: Side<'t>, node: Node<'t>) -> Operand {
        let (receiver, name, arg) = match (left, right) {
            ((_, Operand::Const(Const::Text(text))), (path, Operand::Local(local))) => {
                ((path, Operand::Local(local)), "__rtruediv__", (node, Operand::Const(Const::Text(text))))
            }
            (left, right) if can_be_text(&left) && can_be_text(&right) => (left, "__truediv__", right),
            (left, right) => return self.unknown_of([left.1, right.1], node),
        };
        let receiver = self.local(receiver.1, receiver.0.span());
        let dst = self.temp();
        let callee = Callee::Method { receiver, name: Name::new_static(name) };
        let args = vec![Arg::positional(arg.1, arg.0.span())];
        self.push(Op::Call { dst, callee, args, span: node.span() }, node.span());
        Operand::Local(dst)
    }

    fn unknown_of(&mut self, sides: [Operand; 2], node: Node<'t>) -> Operand {
        let mentions = sides.into_iter().filter_map(|side| match side {
            Operand::Local(local) => Some(local),
            Operand::Const(_) => None,
        });
        self.opaque(mentions.collect(), node)
    }

    /// Text of `parts`.
    pub(crate) fn concat(&mut self, parts: Vec<Operand>, node: Node<'t>) -> Operand {
        let dst = self.temp();
        self.push(Op::Concat { dst, parts }, node.span());
        Operand::Local(dst)
    }

    /// `-x`, `+x`, `~x`.
    pub(crate) fn unary_operator(&mut self, node: Node<'t>) -> Operand {
        let Some(argument) = node.get(Field::Argument) else { return self.opaque(Vec::new(), node) };
        match self.expr(argument) {
            Operand::Const(Const::Int(value)) if node.text().starts_with('-') => {
                Operand::Const(Const::Int(value.wrapping_neg()))
            }
            Operand::Const(Const::Other) => Operand::Const(Const::Other),
            _ => self.opaque(Vec::new(), node),
        }
    }
}

/// Whether a side of an operator is perhaps text or a path: it is no number and no collection.
fn can_be_text((node, value): &Side<'_>) -> bool {
    match value {
        Operand::Const(constant) => matches!(constant, Const::Text(_) | Const::Item(_)),
        Operand::Local(_) => !matches!(
            node.kind(),
            Kind::List
                | Kind::Tuple
                | Kind::Dictionary
                | Kind::Set
                | Kind::ListComprehension
                | Kind::UnaryOperator
                | Kind::ComparisonOperator
        ),
    }
}
