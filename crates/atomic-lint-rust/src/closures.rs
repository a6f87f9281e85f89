//! Bodies within bodies: closures, `async` blocks, nested functions.

use crate::body::{Dest, Fun, Lowerer, param};
use crate::scope::name;
use atomic_lint_ir::{BodyId, BodyKind, Callee, Name, Op, Operand, ParamKind};
use atomic_lint_source::Span;
use syn::{ExprAsync, ExprClosure, Pat, ReturnType};

impl Lowerer<'_> {
    pub(crate) fn closure(&mut self, closure: &ExprClosure, span: Span) -> Operand {
        let arguments = self.at.between(closure.inputs_begin.spans[0], closure.inputs_end.spans[0]);
        let moves = closure.capture.is_some();
        let body = self.nested(Name::new("<closure>"), span, arguments, moves, |lowerer, head| {
            head.is_async = closure.asyncness.is_some();
            head.returns = match &closure.output {
                ReturnType::Default => None,
                ReturnType::Type(_, ty) => lowerer.names.ty(ty),
            };
            for input in &closure.inputs {
                let param = lowerer.closure_param(input);
                head.params.push(param);
            }
            lowerer.bind_params(closure.inputs.iter(), &head.params);
            lowerer.expr_to(&closure.body, Dest::Return);
        });
        self.closure_value(body, span)
    }

    /// An `async` block is a closure that runs where it stands: who gets the future is who runs it.
    pub(crate) fn async_block(&mut self, expr: &ExprAsync, span: Span) -> Operand {
        let head = self.at.span(expr.async_token.span);
        let body = self.nested(Name::new("<closure>"), span, head, expr.capture.is_some(), |lowerer, head| {
            head.is_async = true;
            lowerer.block_to(&expr.block, Dest::Return);
        });
        let closure = self.closure_value(body, span);
        let closure = self.local(closure, span);
        Operand::Local(self.emit(Callee::Value(closure), Vec::new(), span, span))
    }

    pub(crate) fn nested_function(&mut self, item: &syn::ItemFn, span: Span) -> BodyId {
        let inner = self.test || crate::attributes::is_test(&item.attrs);
        let test = std::mem::replace(&mut self.test, inner);
        let name_span = self.at.span(item.sig.ident.span());
        let body = self.nested(name(&item.sig.ident), span, name_span, false, |lowerer, head| {
            lowerer.fun.walled = true;
            lowerer.function_body(head, &item.sig, &item.block);
        });
        self.test = test;
        body
    }

    fn closure_value(&mut self, body: BodyId, span: Span) -> Operand {
        let dst = self.temp();
        self.push(Op::Closure { dst, body }, span);
        Operand::Local(dst)
    }

    /// Lowers a body that sees the variables around it.
    fn nested(
        &mut self,
        name: Name,
        span: Span,
        name_span: Span,
        moves: bool,
        lower: impl FnOnce(&mut Self, &mut atomic_lint_ir::Body),
    ) -> BodyId {
        let id = self.reserve();
        let mut head = self.head(name, BodyKind::Closure(self.fun.id), span, name_span);
        let around = std::mem::replace(&mut self.fun, Fun::new(id));
        self.outer.push(around);
        lower(self, &mut head);
        self.deliver_unit(Dest::Return, Span::new(span.end.saturating_sub(1), span.end));
        let around = self.outer.pop().expect("the body around was put there above");
        let inner = std::mem::replace(&mut self.fun, around);
        for capture in &inner.captures {
            if moves || inner.ever_moved.contains(capture.inner) {
                self.fun.take(capture.outer);
            }
        }
        self.finish(inner, head);
        id
    }

    fn closure_param(&mut self, input: &Pat) -> atomic_lint_ir::Param {
        let ty = match input {
            Pat::Type(pat) => self.names.ty(&pat.ty),
            _ => None,
        };
        let (local, name) = self.param_local(input, ty.clone());
        param(local, name, ty, ParamKind::Positional)
    }

    /// The local of a parameter: the variable where the pattern is one, else something to take apart.
    pub(crate) fn param_local(&mut self, pat: &Pat, ty: Option<atomic_lint_ir::Type>) -> (atomic_lint_ir::Local, Name) {
        match plain_variable(pat) {
            Some(ident) => {
                let local = self.fun.builder.variable(name(ident), ty);
                self.fun.declare(name(ident), local);
                (local, name(ident))
            }
            None => {
                let local = self.temp();
                self.fun.builder.info(local).ty = ty;
                (local, Name::default())
            }
        }
    }

    /// Takes apart the parameters that are patterns.
    pub(crate) fn bind_params<'p>(
        &mut self,
        patterns: impl Iterator<Item = &'p Pat>,
        params: &[atomic_lint_ir::Param],
    ) {
        for (pat, param) in patterns.zip(params) {
            if plain_variable(pat).is_none() {
                self.bind(pat, Operand::Local(param.local), false, Span::default());
            }
        }
    }
}

/// The variable that a pattern consists of.
fn plain_variable(pat: &Pat) -> Option<&syn::Ident> {
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some(&pat.ident),
        Pat::Type(pat) => plain_variable(&pat.pat),
        Pat::Reference(pat) => plain_variable(&pat.pat),
        Pat::Paren(pat) => plain_variable(&pat.pat),
        _ => None,
    }
}
