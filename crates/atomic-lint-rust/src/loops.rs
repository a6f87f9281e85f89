//! Loops.

use crate::body::{Dest, FrameKind, Lowerer};
use crate::edges;
use crate::scope::name;
use atomic_lint_ir::Name;
use atomic_lint_source::Span;
use syn::{Expr, ExprForLoop, ExprLoop, ExprMethodCall, ExprWhile, Label};

impl Lowerer<'_> {
    pub(crate) fn loop_to(&mut self, expr: &ExprLoop, dest: Dest) {
        let (round, exit) = (self.block(), self.block());
        self.goto(round);
        self.enter(round);
        self.push_frame(FrameKind::Loop(round), label(expr.label.as_ref()), exit, dest);
        self.block_to(&expr.body, Dest::Discard);
        self.fun.frames.pop();
        self.goto(round);
        self.enter(exit);
    }

    pub(crate) fn while_to(&mut self, expr: &ExprWhile, dest: Dest, span: Span) {
        let (round, body, exit) = (self.block(), self.block(), self.block());
        self.goto(round);
        self.enter(round);
        self.push_frame(FrameKind::Loop(round), label(expr.label.as_ref()), exit, Dest::Discard);
        self.open_scope();
        self.condition(&expr.cond, body, exit);
        self.enter(body);
        self.block_to(&expr.body, Dest::Discard);
        self.close_scope(self.at.span(edges::end_of_block(&expr.body)));
        self.fun.frames.pop();
        self.goto(round);
        self.enter(exit);
        self.deliver_unit(dest, span);
    }

    pub(crate) fn for_to(&mut self, expr: &ExprForLoop, dest: Dest, span: Span) {
        let all = self.value(&expr.expr);
        let all_span = self.span_of(&expr.expr);
        let all = self.local(all, all_span);
        let (round, body, exit) = (self.block(), self.block(), self.block());
        self.goto(round);
        self.enter(round);
        self.branch(&[body, exit]);
        self.enter(body);
        self.push_frame(FrameKind::Loop(round), label(expr.label.as_ref()), exit, Dest::Discard);
        self.open_scope();
        let element = self.load(all, Name::new("[]"), all_span);
        let owned = self.gives_elements(&expr.expr);
        self.bind(&expr.pat, element, owned, all_span);
        self.block_to(&expr.body, Dest::Discard);
        self.close_scope(self.at.span(edges::end_of_block(&expr.body)));
        self.fun.frames.pop();
        self.goto(round);
        self.enter(exit);
        self.deliver_unit(dest, span);
    }

    /// Whether iterating over `expr` gives the elements away; over a reference, place or `iter()` it lends them.
    fn gives_elements(&mut self, expr: &Expr) -> bool {
        let mut at = expr;
        while let Expr::MethodCall(call) = at {
            if consumes(call) {
                return true;
            }
            at = &call.receiver;
        }
        std::ptr::eq(at, expr) && self.may_own(expr)
    }
}

/// Whether a method gives its receiver's elements away, by the naming conventions of the Rust API guidelines.
fn consumes(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    name.starts_with("into_") || name.starts_with("drain")
}

fn label(label: Option<&Label>) -> Option<Name> {
    label.map(|label| name(&label.name.ident))
}
