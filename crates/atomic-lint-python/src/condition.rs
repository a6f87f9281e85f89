//! Conditions: what decides where control goes.

use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Arg, BlockId, Callee, Const, Exit, Local, Op, Operand, Test};

/// A compared value with the expression it is of.
type Side<'t> = (Node<'t>, Operand);

impl<'t> Lower<'t> {
    /// Goes to `then` where `node` holds and to `otherwise` where it does not.
    pub(crate) fn condition(&mut self, node: Node<'t>, then: BlockId, otherwise: BlockId) {
        match node.kind() {
            Kind::ParenthesizedExpression => match node.first() {
                Some(inner) => self.condition(inner, then, otherwise),
                None => self.builder().exit(Exit::Branch(vec![then, otherwise])),
            },
            Kind::NotOperator => match node.get(Field::Argument) {
                Some(inner) => self.condition(inner, otherwise, then),
                None => self.builder().exit(Exit::Branch(vec![then, otherwise])),
            },
            Kind::BooleanOperator => self.connected(node, then, otherwise),
            Kind::ComparisonOperator => self.compared(node, then, otherwise),
            _ => self.truth(node, then, otherwise),
        }
    }

    fn connected(&mut self, node: Node<'t>, then: BlockId, otherwise: BlockId) {
        let (Some(left), Some(right)) = (node.get(Field::Left), node.get(Field::Right)) else { return };
        let middle = self.new_block();
        match node.get(Field::Operator).map(Node::text) {
            Some("and") => self.condition(left, middle, otherwise),
            _ => self.condition(left, then, middle),
        }
        self.builder().switch_to(middle);
        self.condition(right, then, otherwise);
    }

    fn truth(&mut self, node: Node<'t>, then: BlockId, otherwise: BlockId) {
        let exit = match self.expr(node) {
            Operand::Const(Const::Bool(true)) => Exit::Goto(then),
            Operand::Const(Const::Bool(false) | Const::None) => Exit::Goto(otherwise),
            Operand::Const(Const::Int(value)) => Exit::Goto(if value == 0 { otherwise } else { then }),
            value => {
                let local = self.local(value, node.span());
                Exit::If { test: Test::Truthy(local), then, otherwise }
            }
        };
        self.builder().exit(exit);
    }

    fn compared(&mut self, node: Node<'t>, then: BlockId, otherwise: BlockId) {
        let parts: Vec<Node<'t>> = node.children().filter(|child| child.field() != Field::Operators).collect();
        let operator = node.get(Field::Operators).map_or("", Node::text);
        let ([left, right], false) = (parts.as_slice(), operator.is_empty()) else {
            self.comparison(node);
            return self.builder().exit(Exit::If { test: Test::Unknown, then, otherwise });
        };
        let value = self.expr(*left);
        match (operator, right.kind()) {
            ("in", Kind::Tuple | Kind::List | Kind::Set) => self.one_of((*left, value), *right, then, otherwise),
            ("not in", Kind::Tuple | Kind::List | Kind::Set) => self.one_of((*left, value), *right, otherwise, then),
            ("in", _) => self.contained((*left, value), *right, then, otherwise),
            ("not in", _) => self.contained((*left, value), *right, otherwise, then),
            _ if operator.starts_with("not") => {
                self.expr(*right);
                self.builder().exit(Exit::If { test: Test::Unknown, then, otherwise });
            }
            _ => {
                let other = self.expr(*right);
                let constant = matches!(value, Operand::Const(_)) || matches!(other, Operand::Const(_));
                if !constant || operator.starts_with(['<', '>']) {
                    self.look_at(&value, *left);
                    self.look_at(&other, *right);
                }
                self.equality(operator, (*left, value), (*right, other), then, otherwise);
            }
        }
    }

    /// `"w" in mode`, which a text can answer.
    fn contained(&mut self, left: Side<'t>, right: Node<'t>, then: BlockId, otherwise: BlockId) {
        let whole = self.expr(right);
        let receiver = self.local(whole, right.span());
        let span = left.0.span().to(right.span());
        let dst = self.builder().temp();
        let callee = Callee::Method { receiver, name: "__contains__".into() };
        let args = vec![Arg::positional(left.1, left.0.span())];
        self.builder().push(Op::Call { dst, callee, args, span }, span);
        self.builder().exit(Exit::If { test: Test::Truthy(dst), then, otherwise });
    }

    fn equality(&mut self, operator: &str, left: Side<'t>, right: Side<'t>, then: BlockId, otherwise: BlockId) {
        let test = self.equals(left, right);
        let exit = match (operator, test) {
            ("==" | "is", test) => Exit::If { test, then, otherwise },
            ("!=" | "<>", test) => Exit::If { test, then: otherwise, otherwise: then },
            (operator, test) if operator.starts_with("is") => Exit::If { test, then: otherwise, otherwise: then },
            _ => Exit::If { test: Test::Unknown, then, otherwise },
        };
        self.builder().exit(exit);
    }

    /// The result of a call that is compared, or is a bound, has been looked at.
    pub(crate) fn look_at(&mut self, value: &Operand, node: Node<'t>) {
        if let (Operand::Local(local), Kind::Call) = (value, node.kind()) {
            self.opaque(vec![*local], node);
        }
    }

    /// That one side has the value of the other, where one is a constant; a name of the module is none.
    fn equals(&mut self, left: Side<'t>, right: Side<'t>) -> Test {
        match (left, right) {
            ((node, value), (_, Operand::Const(to))) | ((_, Operand::Const(to)), (node, value))
                if !matches!(to, Const::Item(_)) =>
            {
                Test::Equals(self.local(value, node.span()), to)
            }
            ((_, Operand::Local(local)), (_, Operand::Const(to)))
            | ((_, Operand::Const(to)), (_, Operand::Local(local))) => Test::Equals(local, to),
            _ => Test::Unknown,
        }
    }

    /// `value in (a, b)` as one comparison after the other.
    fn one_of(&mut self, left: Side<'t>, of: Node<'t>, then: BlockId, otherwise: BlockId) {
        let local = self.local(left.1, left.0.span());
        for element in of.children() {
            let next = self.new_block();
            let value = self.expr(element);
            self.equality("==", (left.0, Operand::Local(local)), (element, value), then, next);
            self.builder().switch_to(next);
        }
        self.builder().exit(Exit::Goto(otherwise));
    }

    /// A comparison as a value: nothing that is compared is changed or kept by it.
    pub(crate) fn comparison(&mut self, node: Node<'t>) -> Operand {
        for part in node.children().filter(|child| child.field() != Field::Operators) {
            let value = self.expr(part);
            self.look_at(&value, part);
        }
        self.opaque(Vec::new(), node)
    }

    /// `a or b` and `a and b` as values.
    pub(crate) fn boolean(&mut self, node: Node<'t>) -> Operand {
        let (Some(left), Some(right)) = (node.get(Field::Left), node.get(Field::Right)) else {
            return self.opaque(Vec::new(), node);
        };
        let (dst, more, end) = (self.temp(), self.new_block(), self.new_block());
        let value = self.expr(left);
        let test = self.local(value, left.span());
        self.copy(dst, Operand::Local(test), left);
        let (then, otherwise) = match node.get(Field::Operator).map(Node::text) {
            Some("and") => (more, end),
            _ => (end, more),
        };
        self.builder().exit(Exit::If { test: Test::Truthy(test), then, otherwise });
        self.builder().switch_to(more);
        let value = self.expr(right);
        self.copy(dst, value, right);
        self.builder().flow_into(end);
        Operand::Local(dst)
    }

    /// `a if condition else b`.
    pub(crate) fn conditional(&mut self, node: Node<'t>) -> Operand {
        let mut parts = node.children();
        let (Some(value), Some(condition), Some(other)) = (parts.next(), parts.next(), parts.next()) else {
            return self.opaque(Vec::new(), node);
        };
        let (dst, then, otherwise, end) = (self.temp(), self.new_block(), self.new_block(), self.new_block());
        self.condition(condition, then, otherwise);
        for (block, value) in [(then, value), (otherwise, other)] {
            self.builder().switch_to(block);
            let src = self.expr(value);
            self.copy(dst, src, value);
            self.builder().exit(Exit::Goto(end));
        }
        self.builder().switch_to(end);
        Operand::Local(dst)
    }

    fn copy(&mut self, dst: Local, src: Operand, node: Node<'t>) {
        self.push(Op::Copy { dst, src }, node.span());
    }
}
