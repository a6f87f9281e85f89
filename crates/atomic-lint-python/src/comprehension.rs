//! Comprehensions and generator expressions, as the loops that they are.

use crate::frame::{Binding, Overlay};
use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Local, Name, Op, Operand};

impl<'t> Lower<'t> {
    /// The collection that `node` makes; its variables are seen nowhere else.
    pub(crate) fn comprehension(&mut self, node: Node<'t>) -> Operand {
        let result = self.aggregate(Vec::new(), node);
        let clauses: Vec<Node<'t>> =
            node.children().filter(|child| matches!(child.kind(), Kind::ForInClause | Kind::IfClause)).collect();
        let Operand::Local(object) = result else { return result };
        self.frame().overlays.push(Overlay::default());
        self.clauses(&clauses, node, object);
        self.frame().overlays.pop();
        result
    }

    fn clauses(&mut self, clauses: &[Node<'t>], node: Node<'t>, object: Local) {
        match clauses.split_first() {
            Some((clause, rest)) if clause.kind() == Kind::ForInClause => {
                let Some(values) = clause.get(Field::Right) else { return };
                // The names are bound only behind the values: the first of them is not yet inside.
                let values = self.expr(values);
                clause.all(Field::Left).for_each(|target| self.declare(target));
                let after = self.new_block();
                let end = self.iterate(*clause, values, after, |lower| lower.clauses(rest, node, object));
                self.builder().switch_to(end);
            }
            Some((clause, rest)) => self.filter(*clause, rest, node, object),
            None => self.element_of(node, object),
        }
    }

    fn filter(&mut self, clause: Node<'t>, rest: &[Node<'t>], node: Node<'t>, object: Local) {
        let (then, otherwise) = (self.new_block(), self.new_block());
        if let Some(condition) = clause.first() {
            self.condition(condition, then, otherwise);
        }
        self.builder().switch_to(then);
        self.clauses(rest, node, object);
        self.builder().flow_into(otherwise);
    }

    fn element_of(&mut self, node: Node<'t>, object: Local) {
        let Some(body) = node.get(Field::Body) else { return };
        let value = match body.kind() {
            Kind::Pair => {
                body.get(Field::Key).map(|key| self.expr(key));
                body.get(Field::Value)
            }
            _ => Some(body),
        };
        let Some(value) = value else { return };
        let src = self.expr(value);
        self.push(Op::Store { object, field: Name::new_static("[]"), src }, value.span());
    }

    fn declare(&mut self, target: Node<'t>) {
        for name in target.descendants().filter(|node| node.kind() == Kind::Identifier) {
            let local = self.builder().variable(name.text(), None);
            if let Some(overlay) = self.frame().overlays.last_mut() {
                overlay.names.insert(name.text(), Binding::Local(local));
            }
        }
    }
}
