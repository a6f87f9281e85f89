//! Conditions: what decides which way control goes.

use crate::body::Lowerer;
use crate::edges;
use atomic_lint_ir::{BlockId, Const, Local, Op, Operand, Test};
use atomic_lint_source::Span;
use syn::{BinOp, Expr, ExprBinary, ExprLet, ExprMethodCall, Lit, UnOp};

impl Lowerer<'_> {
    /// On in `then` where `expr` is true; variables that it binds are declared in the current scope.
    pub(crate) fn condition(&mut self, expr: &Expr, then: BlockId, otherwise: BlockId) {
        match expr {
            Expr::Paren(e) => self.condition(&e.expr, then, otherwise),
            Expr::Group(e) => self.condition(&e.expr, then, otherwise),
            Expr::Unary(e) if matches!(e.op, UnOp::Not(_)) => self.condition(&e.expr, otherwise, then),
            Expr::Binary(e) => self.binary_condition(e, expr, then, otherwise),
            Expr::Let(e) => self.let_condition(e, then, otherwise),
            Expr::MethodCall(e) if e.args.is_empty() => self.method_condition(e, expr, then, otherwise),
            Expr::Macro(e) if self.macro_condition(&e.mac, then, otherwise) => {}
            Expr::Lit(e) if matches!(e.lit, Lit::Bool(_)) => {
                let truth = matches!(&e.lit, Lit::Bool(value) if value.value);
                self.goto(if truth { then } else { otherwise });
            }
            _ => self.value_condition(expr, then, otherwise),
        }
    }

    fn value_condition(&mut self, expr: &Expr, then: BlockId, otherwise: BlockId) {
        let test = match self.place(expr) {
            Operand::Local(local) => Test::Truthy(local),
            Operand::Const(_) => Test::Unknown,
        };
        self.fork_if(test, then, otherwise);
    }

    fn binary_condition(&mut self, e: &ExprBinary, expr: &Expr, then: BlockId, otherwise: BlockId) {
        let middle = self.block();
        match e.op {
            BinOp::And(_) => self.condition(&e.left, middle, otherwise),
            BinOp::Or(_) => self.condition(&e.left, then, middle),
            BinOp::Eq(_) => return self.equality(e, then, otherwise),
            BinOp::Ne(_) => return self.equality(e, otherwise, then),
            _ => return self.value_condition(expr, then, otherwise),
        }
        self.enter(middle);
        self.condition(&e.right, then, otherwise);
    }

    fn equality(&mut self, e: &ExprBinary, same: BlockId, different: BlockId) {
        let test = match (self.place(&e.left), self.place(&e.right)) {
            (Operand::Local(local), Operand::Const(constant)) | (Operand::Const(constant), Operand::Local(local)) => {
                Test::Equals(local, constant)
            }
            _ => Test::Unknown,
        };
        self.fork_if(test, same, different);
    }

    fn let_condition(&mut self, e: &ExprLet, then: BlockId, otherwise: BlockId) {
        let span = self.at.between(e.let_token.span, edges::last(&e.expr));
        let owned = self.may_own(&e.expr);
        let value = self.place(&e.expr);
        let value = self.local(value, span);
        let matched = self.block();
        self.test(value, &e.pat, matched, otherwise);
        self.enter(matched);
        self.bind(&e.pat, Operand::Local(value), owned, span);
        self.goto(then);
    }

    fn method_condition(&mut self, e: &ExprMethodCall, expr: &Expr, then: BlockId, otherwise: BlockId) {
        let (result, positive) = match e.method.to_string().as_str() {
            "is_ok" => (true, true),
            "is_err" => (true, false),
            "is_some" => (false, true),
            "is_none" => (false, false),
            _ => return self.value_condition(expr, then, otherwise),
        };
        let span = self.span_of(expr);
        let value = self.place(&e.receiver);
        let value = self.local(value, span);
        let (good, bad) = if positive { (then, otherwise) } else { (otherwise, then) };
        self.fork_on(value, result, good, bad);
    }

    /// On in `good` where `value` is `Ok` (a `Result`) or `Some` (an `Option`).
    pub(crate) fn fork_on(&mut self, value: Local, result: bool, good: BlockId, bad: BlockId) {
        if result {
            self.fork_fallible(value, good, bad);
        } else {
            self.fork_if(Test::Truthy(value), good, bad);
        }
    }

    /// A condition whose truth is asked for as a value.
    pub(crate) fn joined_condition(&mut self, expr: &Expr) -> Operand {
        let span = self.span_of(expr);
        self.joined_truth(span, |lowerer, then, otherwise| lowerer.condition(expr, then, otherwise))
    }

    /// `a && b` as a value: what stands on the right may not run.
    pub(crate) fn joined_binary_condition(&mut self, e: &ExprBinary, span: Span) -> Operand {
        self.joined_truth(span, |lowerer, then, otherwise| {
            let middle = lowerer.block();
            match e.op {
                BinOp::And(_) => lowerer.condition(&e.left, middle, otherwise),
                _ => lowerer.condition(&e.left, then, middle),
            }
            lowerer.enter(middle);
            lowerer.condition(&e.right, then, otherwise);
        })
    }

    pub(crate) fn joined_truth(&mut self, span: Span, decide: impl FnOnce(&mut Self, BlockId, BlockId)) -> Operand {
        let (then, otherwise, join) = (self.block(), self.block(), self.block());
        let dst = self.temp();
        self.open_scope();
        decide(self, then, otherwise);
        for (block, truth) in [(then, true), (otherwise, false)] {
            self.enter(block);
            self.push(Op::Copy { dst, src: Operand::Const(Const::Bool(truth)) }, span);
            self.goto(join);
        }
        self.enter(join);
        self.close_scope(span);
        Operand::Local(dst)
    }

    /// Goes on where `condition` holds; where it does not, `otherwise` is run.
    pub(crate) fn require(&mut self, condition: &Expr, otherwise: impl FnOnce(&mut Self)) {
        let (held, failed) = (self.block(), self.block());
        self.condition(condition, held, failed);
        self.enter(failed);
        let mark = self.fun.temps.len();
        otherwise(self);
        self.fun.temps.truncate(mark);
        self.enter(held);
    }

    /// Code that may run or not, nothing known of when.
    pub(crate) fn perhaps(&mut self, run: impl FnOnce(&mut Self)) {
        let (body, join) = (self.block(), self.block());
        self.branch(&[body, join]);
        self.enter(body);
        run(self);
        self.goto(join);
        self.enter(join);
    }
}
