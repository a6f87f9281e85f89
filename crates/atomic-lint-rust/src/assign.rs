//! Assignments: plain, compound, to parts, to several at once.

use crate::body::{Lowerer, UNIT};
use crate::expr::{locals, member_name};
use atomic_lint_ir::{Local, Name, Op, Operand};
use atomic_lint_source::Span;
use std::rc::Rc;
use syn::{BinOp, Expr, ExprAssign, ExprBinary, ExprUnary, Lit, UnOp};

impl Lowerer<'_> {
    /// `s += x` appends to text; to anything else it does what nobody knows.
    pub(crate) fn append(&mut self, expr: &ExprBinary, span: Span) -> Operand {
        if matches!(&*expr.right, Expr::Lit(lit) if !matches!(lit.lit, Lit::Str(_))) {
            return self.compound(expr, span, |dst, parts| Op::Opaque { dst: Some(dst), mentions: locals(&parts) });
        }
        self.compound(expr, span, |dst, parts| Op::Concat { dst, parts })
    }

    pub(crate) fn compound(
        &mut self,
        expr: &ExprBinary,
        span: Span,
        op: impl Fn(Local, Vec<Operand>) -> Op,
    ) -> Operand {
        let right = self.value(&expr.right);
        let left = self.place(&expr.left);
        let target = self.assignee(&expr.left);
        match target {
            Some(dst) => self.push(op(dst, vec![left, right]), span),
            None => {
                let dst = self.temp();
                self.push(op(dst, vec![left, right]), span);
                self.assign_to(&expr.left, Operand::Local(dst), span);
            }
        }
        UNIT
    }

    /// The variable that an assignment to `expr` changes.
    fn assignee(&mut self, expr: &Expr) -> Option<Local> {
        match expr {
            Expr::Path(e) => self.path_variable(e),
            Expr::Paren(e) => self.assignee(&e.expr),
            Expr::Unary(ExprUnary { op: UnOp::Deref(_), expr, .. }) => self.assignee(expr),
            _ => None,
        }
    }

    pub(crate) fn assign(&mut self, expr: &ExprAssign, span: Span) -> Operand {
        if let Expr::Infer(_) = &*expr.left {
            let mark = self.fun.temps.len();
            self.place(&expr.right);
            self.end_temps(mark, span);
            return UNIT;
        }
        let owned = self.may_own(&expr.right);
        let value = self.value(&expr.right);
        if let Some(dst) = self.assignee(&expr.left)
            && owned
        {
            self.fun.owners.insert(dst);
        }
        self.assign_to(&expr.left, value, span);
        UNIT
    }

    fn assign_to(&mut self, target: &Expr, value: Operand, span: Span) {
        if let Some(dst) = self.assignee(target) {
            return self.overwrite(dst, value, span);
        }
        match target {
            Expr::Field(e) => {
                let object = self.place(&e.base);
                let object = self.local(object, span);
                self.push(Op::Store { object, field: member_name(&e.member), src: value }, span);
            }
            Expr::Index(e) => {
                let object = self.place(&e.expr);
                let object = self.local(object, span);
                let field = self.index_name(&e.index);
                self.push(Op::Store { object, field, src: value }, span);
            }
            Expr::Tuple(e) => {
                let object = self.local(value, span);
                for (at, target) in e.elems.iter().enumerate() {
                    if !matches!(target, Expr::Infer(_)) {
                        let part = self.load(object, Name::from(at.to_string()), span);
                        self.assign_to(target, part, span);
                    }
                }
            }
            Expr::Unary(e) => {
                let into = self.place(&e.expr);
                let mentions = locals([&into, &value]);
                self.push(Op::Opaque { dst: None, mentions }, span);
            }
            _ => self.push(Op::Opaque { dst: None, mentions: locals([&value]) }, span),
        }
    }

    /// A new value in a variable ends the old one.
    fn overwrite(&mut self, dst: Local, value: Operand, span: Span) {
        let dies = self.fun.owners.contains(dst);
        if dies && !self.fun.moved.contains(dst) && value != Operand::Local(dst) {
            self.push(Op::End(dst), span);
        }
        self.push(Op::Copy { dst, src: value }, span);
        Rc::make_mut(&mut self.fun.moved).remove(dst);
    }
}

pub(crate) fn is_assignment(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}
