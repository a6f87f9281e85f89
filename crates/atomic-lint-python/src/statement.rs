//! Statements: which construct it is, and those of plain control flow.

use crate::frame::Region;
use crate::kind::{Field, Kind};
use crate::lower::{Found, Lower};
use crate::tree::Node;
use atomic_lint_ir::{Arg, BlockId, Callee, Exit, Name, Op, Operand, Path};

impl<'t> Lower<'t> {
    /// Every statement below `node`, a block or the module.
    pub(crate) fn block(&mut self, node: Node<'t>) {
        node.children().for_each(|child| self.statement(child));
    }

    /// The block that is the `field` of `node`.
    pub(crate) fn block_of(&mut self, node: Node<'t>, field: Field) {
        node.all(field).filter(|child| child.kind() == Kind::Block).for_each(|block| self.block(block));
    }

    fn statement(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::AssertStatement => self.assertion(node),
            Kind::BreakStatement => self.leave_loop(node, |on_break, _| on_break),
            Kind::ClassDefinition => self.class(node, &[]),
            Kind::ContinueStatement => self.leave_loop(node, |_, on_continue| on_continue),
            Kind::DecoratedDefinition => self.decorated(node),
            Kind::DeleteStatement => node.children().for_each(|target| self.delete(target)),
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::ForStatement => self.for_loop(node),
            Kind::FunctionDefinition => self.function(node, &[]),
            Kind::IfStatement => self.if_statement(node),
            Kind::ImportFromStatement | Kind::ImportStatement => self.import(node),
            Kind::MatchStatement => self.match_statement(node),
            Kind::PrintStatement => self.print_statement(node),
            Kind::RaiseStatement => self.raise(node),
            Kind::ReturnStatement => self.return_statement(node),
            Kind::TryStatement => self.try_statement(node),
            Kind::TypeAliasStatement => self.type_alias(node),
            Kind::WhileStatement => self.while_loop(node),
            Kind::WithStatement => self.with_statement(node),
            // What tree-sitter made out within an error is still code.
            Kind::Error | Kind::Block => self.block(node),
            _ => {}
        }
    }

    fn expression_statement(&mut self, node: Node<'t>) {
        for child in node.children() {
            match child.kind() {
                Kind::Assignment => {
                    self.assignment(child);
                }
                Kind::AugmentedAssignment => {
                    self.augmented_assignment(child);
                }
                // A docstring does nothing.
                Kind::String | Kind::ConcatenatedString | Kind::Error => {}
                _ => {
                    self.expr(child);
                }
            }
        }
    }

    fn return_statement(&mut self, node: Node<'t>) {
        let value = node.first().map(|value| self.expr(value));
        self.leave_regions(0);
        self.builder().exit(Exit::Return(value));
    }

    fn assertion(&mut self, node: Node<'t>) {
        let (holds, fails) = (self.new_block(), self.new_block());
        let mut parts = node.children();
        let Some(condition) = parts.next() else { return };
        self.condition(condition, holds, fails);
        self.builder().switch_to(fails);
        parts.for_each(|message| {
            self.expr(message);
        });
        self.unwind();
        self.builder().switch_to(holds);
    }

    fn if_statement(&mut self, node: Node<'t>) {
        let after = self.new_block();
        self.branch_of(node, after);
        for alternative in node.all(Field::Alternative) {
            match alternative.kind() {
                Kind::ElifClause => self.branch_of(alternative, after),
                _ => self.block_of(alternative, Field::Body),
            }
        }
        self.builder().flow_into(after);
    }

    /// One condition with its block, which goes on at `after`; what follows is where it does not hold.
    fn branch_of(&mut self, node: Node<'t>, after: BlockId) {
        let (then, otherwise) = (self.new_block(), self.new_block());
        if let Some(condition) = node.get(Field::Condition) {
            self.condition(condition, then, otherwise);
        }
        self.builder().switch_to(then);
        self.block_of(node, Field::Consequence);
        self.builder().exit(Exit::Goto(after));
        self.builder().switch_to(otherwise);
    }

    fn while_loop(&mut self, node: Node<'t>) {
        let (head, body) = (self.new_block(), self.new_block());
        let (otherwise, after) = (self.new_block(), self.new_block());
        self.builder().flow_into(head);
        if let Some(condition) = node.get(Field::Condition) {
            self.condition(condition, body, otherwise);
        }
        self.builder().switch_to(body);
        self.looped(head, after, |lower| lower.block_of(node, Field::Body));
        self.loop_else(node, otherwise, after);
    }

    fn for_loop(&mut self, node: Node<'t>) {
        let after = self.new_block();
        let Some(values) = node.get(Field::Right) else { return };
        let values = self.expr(values);
        let otherwise = self.iterate(node, values, after, |lower| lower.block_of(node, Field::Body));
        self.loop_else(node, otherwise, after);
    }

    /// A loop over `values` that binds the left side of `clause` to each; gives the block behind the last.
    pub(crate) fn iterate(
        &mut self,
        clause: Node<'t>,
        values: Operand,
        on_break: BlockId,
        body: impl FnOnce(&mut Self),
    ) -> BlockId {
        let (head, first, end) = (self.new_block(), self.new_block(), self.new_block());
        let target = clause.get(Field::Left);
        let span = target.map_or(clause.span(), Node::span);
        let object = self.local(values, span);
        self.builder().flow_into(head);
        self.builder().exit(Exit::Branch(vec![first, end]));
        self.builder().switch_to(first);
        let dst = self.temp();
        self.push(Op::Load { dst, object, field: Name::new_static("[]") }, span);
        if let Some(target) = target {
            self.assign(target, Operand::Local(dst));
        }
        self.looped(head, on_break, body);
        end
    }

    /// The body of a loop from the current block, back to `head`.
    fn looped(&mut self, head: BlockId, on_break: BlockId, body: impl FnOnce(&mut Self)) {
        self.frame().regions.push(Region::Loop { on_break, on_continue: head });
        body(self);
        self.frame().regions.pop();
        self.builder().exit(Exit::Goto(head));
    }

    /// The `else` of a loop, which runs where it was not broken off.
    fn loop_else(&mut self, node: Node<'t>, otherwise: BlockId, after: BlockId) {
        self.builder().switch_to(otherwise);
        if let Some(clause) = node.get(Field::Alternative) {
            self.block_of(clause, Field::Body);
        }
        self.builder().flow_into(after);
    }

    fn leave_loop(&mut self, node: Node<'t>, which: fn(BlockId, BlockId) -> BlockId) {
        let regions = &self.frame().regions;
        let innermost = regions.iter().enumerate().rev().find_map(|(at, region)| match region {
            Region::Loop { on_break, on_continue } => Some((at, which(*on_break, *on_continue))),
            _ => None,
        });
        let Some((at, to)) = innermost else {
            self.opaque(Vec::new(), node);
            return;
        };
        self.leave_regions(at + 1);
        self.builder().exit(Exit::Goto(to));
    }

    fn delete(&mut self, target: Node<'t>) {
        match target.kind() {
            Kind::Identifier => {
                if let Found::Local(local) = self.lookup(target.text()) {
                    self.push(Op::End(local), target.span());
                }
            }
            Kind::ExpressionList | Kind::Tuple | Kind::List | Kind::ParenthesizedExpression => {
                target.children().for_each(|part| self.delete(part));
            }
            _ => {
                self.expr(target);
            }
        }
    }

    /// Python 2's `print >>file, value`, the only form that is no call in Python 3 either.
    fn print_statement(&mut self, node: Node<'t>) {
        let mut args = Vec::new();
        for child in node.children() {
            let (value, name) = match child.kind() {
                Kind::Chevron => (child.first(), Some(Name::new_static("file"))),
                _ => (Some(child), None),
            };
            let Some(value) = value else { continue };
            let span = value.span();
            let value = self.expr(value);
            args.push(Arg { name, value, spread: false, span });
        }
        self.call_op(Callee::Path(Path::bare("print")), args, node.span(), node.span());
    }
}
