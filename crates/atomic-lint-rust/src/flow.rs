//! Edges: how control leaves a place, and what is known where ways meet.
//!
//! Every jump goes through here, so that the set of locals that may have been moved away follows the edges.

use crate::body::{Dest, Frame, FrameKind, Lowerer, UNIT};
use atomic_lint_ir::{BlockId, Exit, Local, Name, Op, Operand, Test};
use atomic_lint_source::Span;
use std::rc::Rc;
use syn::{Expr, ExprIf};

impl Lowerer<'_> {
    /// A block to be jumped to and entered later.
    pub(crate) fn block(&mut self) -> BlockId {
        self.fun.builder.block()
    }

    /// On in `block`, knowing what all that led to it knew.
    pub(crate) fn enter(&mut self, block: BlockId) {
        self.fun.builder.switch_to(block);
        let arrived = self.fun.arrivals.get_mut(block.0 as usize).and_then(Option::take);
        self.fun.live = arrived.is_some();
        self.fun.moved = arrived.unwrap_or_default();
    }

    /// On in `block`.
    pub(crate) fn goto(&mut self, block: BlockId) {
        self.fork(Exit::Goto(block), &[block]);
    }

    /// On in any of `blocks`.
    pub(crate) fn branch(&mut self, blocks: &[BlockId]) {
        match blocks {
            [only] => self.goto(*only),
            _ => self.fork(Exit::Branch(blocks.to_vec()), blocks),
        }
    }

    /// On in `then` where `test` holds.
    pub(crate) fn fork_if(&mut self, test: Test, then: BlockId, otherwise: BlockId) {
        self.fork(Exit::If { test, then, otherwise }, &[then, otherwise]);
    }

    /// On in `ok` where the operation that made `value` succeeded.
    pub(crate) fn fork_fallible(&mut self, value: Local, ok: BlockId, err: BlockId) {
        self.fork(Exit::Fallible { value, ok, err }, &[ok, err]);
    }

    fn fork(&mut self, exit: Exit, targets: &[BlockId]) {
        if !self.fun.live {
            return;
        }
        for target in targets {
            self.arrive(*target);
        }
        self.leave(exit);
    }

    fn arrive(&mut self, block: BlockId) {
        let at = block.0 as usize;
        let fun = &mut self.fun;
        if fun.arrivals.len() <= at {
            fun.arrivals.resize(at + 1, None);
        }
        match &mut fun.arrivals[at] {
            Some(known) if Rc::ptr_eq(known, &fun.moved) => {}
            Some(known) => Rc::make_mut(known).add_all(&fun.moved),
            unknown => *unknown = Some(fun.moved.clone()),
        }
    }

    /// Ends the current block; what follows is not reached until a block is entered.
    pub(crate) fn leave(&mut self, exit: Exit) {
        self.fun.builder.exit(exit);
        self.fun.live = false;
    }

    /// Leaves the body with `value`.
    pub(crate) fn return_value(&mut self, value: Option<Operand>, span: Span) {
        self.end_until(0, 0, span, None);
        self.leave(Exit::Return(value));
    }

    /// Leaves the body, or the `try` block around, with an error; `failed` is what did not come to be.
    pub(crate) fn raise(&mut self, span: Span, failed: Option<Local>) {
        if !self.fun.live {
            return;
        }
        let caught = self.fun.frames.iter().rposition(|frame| frame.kind == FrameKind::Try);
        match caught {
            Some(at) => self.raise_to(at, span, failed),
            None => {
                let ending = self.early_ending(0, 0, failed);
                if ending.is_empty() {
                    return self.raise_plainly();
                }
                ending.into_iter().for_each(|local| self.push(Op::End(local), span));
                self.leave(Exit::Raise);
            }
        }
    }

    /// A block that only raises is the same for all.
    fn raise_plainly(&mut self) {
        let raise = match self.fun.raise {
            Some(raise) => raise,
            None => self.new_raise(),
        };
        self.goto(raise);
    }

    fn new_raise(&mut self) -> BlockId {
        let back = self.fun.builder.current();
        let raise = self.block();
        self.fun.builder.switch_to(raise);
        self.fun.builder.exit(Exit::Raise);
        self.fun.builder.switch_to(back);
        self.fun.raise = Some(raise);
        raise
    }

    fn raise_to(&mut self, frame: usize, span: Span, failed: Option<Local>) {
        let Frame { exit, dest, scopes, temps, .. } = self.fun.frames[frame];
        self.end_until(scopes, temps, span, failed);
        if let Dest::Into(dst) = dest {
            self.push(Op::Opaque { dst: Some(dst), mentions: failed.into_iter().collect() }, span);
        }
        self.goto(exit);
    }

    /// Goes on only where the operation that made `value` succeeded.
    pub(crate) fn propagate(&mut self, value: Local, span: Span) {
        if !self.fun.live {
            return;
        }
        let (ok, err) = (self.block(), self.block());
        self.fork_fallible(value, ok, err);
        self.enter(err);
        self.raise(span, Some(value));
        self.enter(ok);
        self.fun.succeeded.insert(value);
    }

    /// Puts `value` where `dest` says.
    pub(crate) fn deliver(&mut self, value: Operand, dest: Dest, span: Span) {
        match dest {
            Dest::Discard => {}
            Dest::Into(dst) => self.push(Op::Copy { dst, src: value }, span),
            Dest::Return => self.return_value(Some(value), span),
        }
    }

    /// What a block without a value gives.
    pub(crate) fn deliver_unit(&mut self, dest: Dest, span: Span) {
        if dest == Dest::Return && self.fun.live {
            self.return_value(None, span);
        }
    }

    pub(crate) fn if_to(&mut self, mut expr: &ExprIf, dest: Dest, span: Span) {
        let join = self.block();
        loop {
            let (then, otherwise) = (self.block(), self.block());
            self.open_scope();
            self.condition(&expr.cond, then, otherwise);
            self.enter(then);
            self.block_to(&expr.then_branch, dest);
            self.close_scope(self.at.span(crate::edges::end_of_block(&expr.then_branch)));
            self.goto(join);
            self.enter(otherwise);
            match expr.else_branch.as_ref().map(|(_, otherwise)| &**otherwise) {
                Some(Expr::If(next)) => {
                    expr = next;
                    continue;
                }
                Some(other) => self.expr_to(other, dest),
                None => self.deliver_unit(dest, span),
            }
            break;
        }
        self.goto(join);
        self.enter(join);
    }

    /// Takes one of the frames around: `break`, to its exit with a value.
    pub(crate) fn break_to(&mut self, label: Option<&Name>, value: Option<&Expr>, span: Span) {
        let at = self.fun.frames.iter().rposition(|frame| match (label, frame.kind) {
            (Some(label), _) => frame.label.as_ref() == Some(label),
            (None, kind) => matches!(kind, FrameKind::Loop(_)),
        });
        let Some(at) = at else {
            value.map(|value| self.value(value));
            return self.leave(Exit::Unreachable);
        };
        let Frame { exit, dest, scopes, temps, .. } = self.fun.frames[at];
        match value {
            Some(value) => self.expr_to(value, dest),
            None => self.deliver_unit(dest, span),
        }
        self.end_until(scopes, temps, span, None);
        self.goto(exit);
    }

    pub(crate) fn continue_to(&mut self, label: Option<&Name>, span: Span) {
        let frame = self.fun.frames.iter().rev().find_map(|frame| match frame.kind {
            FrameKind::Loop(next) if label.is_none() || frame.label.as_ref() == label => {
                Some((next, frame.scopes, frame.temps))
            }
            _ => None,
        });
        match frame {
            Some((next, scopes, temps)) => {
                self.end_until(scopes, temps, span, None);
                self.goto(next);
            }
            None => self.leave(Exit::Unreachable),
        }
    }

    pub(crate) fn return_expr(&mut self, value: Option<&Expr>, span: Span) {
        match value {
            Some(value) => self.expr_to(value, Dest::Return),
            None => self.return_value(None, span),
        }
    }

    /// A local that several ways put the value of `expr` into.
    pub(crate) fn joined(&mut self, expr: &Expr) -> Operand {
        let dst = self.temp();
        self.expr_to(expr, Dest::Into(dst));
        if self.fun.live { Operand::Local(dst) } else { UNIT }
    }

    pub(crate) fn push_frame(&mut self, kind: FrameKind, label: Option<Name>, exit: BlockId, dest: Dest) {
        let (scopes, temps) = (self.fun.scopes.len(), self.fun.temps.len());
        self.fun.frames.push(Frame { kind, label, exit, dest, scopes, temps });
    }
}
