//! `match`: patterns as tests and bindings, as far as they are either.

use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{BlockId, Const, Exit, Local, Name, Op, Operand, Test};

impl<'t> Lower<'t> {
    /// `match` with its arms, each tried where those before it do not match.
    pub(crate) fn match_statement(&mut self, node: Node<'t>) {
        let mut subjects = Vec::new();
        for subject in node.all(Field::Subject) {
            subjects.push(self.expr_local(subject));
        }
        let Some(object) = subjects.first().copied() else { return };
        let after = self.new_block();
        let arms = node.get(Field::Body).into_iter().flat_map(Node::children);
        for arm in arms.filter(|arm| arm.kind() == Kind::CaseClause) {
            let next = self.new_block();
            self.arm(arm, object, next);
            self.builder().exit(Exit::Goto(after));
            self.builder().switch_to(next);
        }
        self.builder().flow_into(after);
    }

    fn arm(&mut self, arm: Node<'t>, object: Local, next: BlockId) {
        let patterns: Vec<Node<'t>> = arm.children().filter(|part| part.kind() == Kind::CasePattern).collect();
        match patterns.as_slice() {
            [only] => self.matches(*only, object, next),
            several => self.elements(several, object, next),
        }
        if let Some(condition) = arm.get(Field::Guard).and_then(Node::first) {
            let holds = self.new_block();
            self.condition(condition, holds, next);
            self.builder().switch_to(holds);
        }
        self.block_of(arm, Field::Consequence);
    }

    /// Goes on where `object` matches, with the names bound; elsewhere goes to `next`.
    fn matches(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        match pattern.kind() {
            // One without a node inside is `_`, which always matches.
            Kind::CasePattern => pattern.first().into_iter().for_each(|inner| self.matches(inner, object, next)),
            Kind::DottedName => self.matches_name(pattern, object, next),
            Kind::AsPattern => self.matches_as(pattern, object, next),
            Kind::UnionPattern => self.matches_any(pattern, object, next),
            Kind::ListPattern | Kind::TuplePattern => {
                let parts: Vec<Node<'t>> = pattern.children().collect();
                self.elements(&parts, object, next);
            }
            Kind::ClassPattern => self.matches_class(pattern, object, next),
            Kind::DictPattern => self.matches_dictionary(pattern, object, next),
            Kind::SplatPattern => self.bind_pattern(pattern.first(), Operand::Local(object)),
            _ => self.matches_value(pattern, object, next),
        }
    }

    fn matches_value(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        let test = match self.expr(pattern) {
            // The sign of a number is a token that lowering does not see.
            Operand::Const(Const::Int(_) | Const::Other) | Operand::Local(_) => Test::Unknown,
            Operand::Const(constant) => Test::Equals(object, constant),
        };
        self.decide(test, next);
    }

    fn decide(&mut self, test: Test, next: BlockId) {
        let then = self.new_block();
        self.builder().exit(Exit::If { test, then, otherwise: next });
        self.builder().switch_to(then);
    }

    fn matches_name(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        if pattern.text() == "_" {
            return;
        }
        if !pattern.text().contains('.') {
            return self.bind_pattern(pattern.first(), Operand::Local(object));
        }
        let test = self.dotted(pattern.text()).map_or(Test::Unknown, |path| Test::Equals(object, Const::Item(path)));
        self.decide(test, next);
    }

    fn bind_pattern(&mut self, name: Option<Node<'t>>, value: Operand) {
        if let Some(name) = name.filter(|name| name.text() != "_") {
            self.assign(name, value);
        }
    }

    fn matches_as(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        for part in pattern.children() {
            match part.kind() {
                Kind::Identifier => self.bind_pattern(Some(part), Operand::Local(object)),
                _ => self.matches(part, object, next),
            }
        }
    }

    fn matches_any(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        let matched = self.new_block();
        let mut parts = pattern.children().peekable();
        while let Some(part) = parts.next() {
            let other = if parts.peek().is_some() { self.new_block() } else { next };
            self.matches(part, object, other);
            self.builder().exit(Exit::Goto(matched));
            self.builder().switch_to(other);
        }
        self.builder().switch_to(matched);
    }

    fn elements(&mut self, parts: &[Node<'t>], object: Local, next: BlockId) {
        self.decide(Test::Unknown, next);
        for (at, part) in parts.iter().enumerate() {
            self.matches_part(*part, object, Name::from(at.to_string()), next);
        }
    }

    fn matches_part(&mut self, part: Node<'t>, object: Local, field: Name, next: BlockId) {
        let dst = self.temp();
        self.push(Op::Load { dst, object, field }, part.span());
        self.matches(part, dst, next);
    }

    fn matches_class(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        self.decide(Test::Unknown, next);
        for (at, part) in pattern.children().filter(|part| part.kind() == Kind::CasePattern).enumerate() {
            match part.child_of(Kind::KeywordPattern).map(|keyword| (keyword.first(), keyword.children().nth(1))) {
                Some((Some(name), Some(value))) => self.matches_part(value, object, Name::new(name.text()), next),
                _ => self.matches_part(part, object, Name::from(at.to_string()), next),
            }
        }
    }

    fn matches_dictionary(&mut self, pattern: Node<'t>, object: Local, next: BlockId) {
        self.decide(Test::Unknown, next);
        let mut field = Name::new_static("[]");
        for part in pattern.children() {
            match part.field() {
                Field::Key => {
                    field = match self.expr(part) {
                        Operand::Const(Const::Text(text)) => text,
                        _ => Name::new_static("[]"),
                    };
                }
                Field::Value => self.matches_part(part, object, field.clone(), next),
                _ => self.matches(part, object, next),
            }
        }
    }
}
