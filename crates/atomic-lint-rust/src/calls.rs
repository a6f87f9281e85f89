//! Calls: functions, methods, constructors, and the wrappers that are looked through.

use crate::body::Lowerer;
use crate::drops::{gives_reference, takes_receiver, transparent_argument};
use crate::expr::{locals, member_name, prefixed, variant_prefix};
use crate::scope::name;
use atomic_lint_ir::{Arg, Callee, Local, Name, Op, Operand, Path, Root};
use atomic_lint_source::Span;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Token};

impl Lowerer<'_> {
    pub(crate) fn call(&mut self, call: &ExprCall, span: Span) -> Operand {
        match callable(&call.func) {
            Expr::Path(function) => match self.path_variable(function) {
                Some(local) => self.value_call(local, &call.args, span),
                None => self.path_call(function, call, span),
            },
            Expr::Field(field) => {
                let object = self.place(&field.base);
                let object = self.local(object, span);
                let callable = self.load(object, member_name(&field.member), span);
                let callable = self.local(callable, span);
                self.value_call(callable, &call.args, span)
            }
            other => {
                let callable = self.place(other);
                let callable = self.local(callable, span);
                self.value_call(callable, &call.args, span)
            }
        }
    }

    fn path_call(&mut self, function: &ExprPath, call: &ExprCall, span: Span) -> Operand {
        if let Some(inner) = transparent_argument(call) {
            return self.value(inner);
        }
        let path = self.names.path(function.qself.as_ref(), &function.path);
        if is_drop(&path)
            && let Some(argument) = call.args.first()
        {
            self.end_value(argument, span);
            return crate::body::UNIT;
        }
        if makes_error(call) {
            return self.mentioning(&call.args, span);
        }
        if self.constructs(&path) {
            return self.construct(path, &call.args, span);
        }
        let args = self.arguments(&call.args);
        let dst = self.emit(Callee::Path(path), args, span, span);
        self.fun.add_temp(dst);
        Operand::Local(dst)
    }

    fn value_call(&mut self, callable: Local, args: &Punctuated<Expr, Token![,]>, span: Span) -> Operand {
        let args = self.arguments(args);
        Operand::Local(self.emit(Callee::Value(callable), args, span, span))
    }

    pub(crate) fn method_call(&mut self, call: &ExprMethodCall, span: Span) -> Operand {
        let receiver = self.place(&call.receiver);
        let receiver = self.local(receiver, self.span_of(&call.receiver));
        let args = self.arguments(&call.args);
        if panics_on_error(call) {
            self.propagate(receiver, span);
        }
        let own = self.at.between(call.method.span(), call.paren_token.span.close());
        let dst = self.emit(Callee::Method { receiver, name: name(&call.method) }, args, span, own);
        self.derive(dst, receiver, call);
        Operand::Local(dst)
    }

    /// Remembers what the result `dst` of a method may hold of its receiver.
    fn derive(&mut self, dst: Local, receiver: Local, call: &ExprMethodCall) {
        if self.fun.is_temp.contains(receiver) {
            self.fun.made_of.insert(dst, receiver);
            // What a temporary gives lives no longer than the temporary, so it may be ended with it.
            if !gives_reference(call) {
                self.fun.add_temp(dst);
            }
        } else if takes_receiver(call) && self.fun.owners.contains(receiver) {
            self.fun.take(receiver);
        }
    }

    /// Appends a call and gives its result.
    pub(crate) fn emit(&mut self, callee: Callee, args: Vec<Arg>, span: Span, own: Span) -> Local {
        let dst = self.temp();
        self.push(Op::Call { dst, callee, args, span: own }, span);
        dst
    }

    fn arguments(&mut self, args: &Punctuated<Expr, Token![,]>) -> Vec<Arg> {
        args.iter().map(|argument| Arg::positional(self.value(argument), self.span_of(argument))).collect()
    }

    /// Whether a call of `path` makes a tuple struct or variant.
    ///
    /// The convention of camel case tells, except for bindings to Windows, whose functions are written so.
    fn constructs(&self, path: &Path) -> bool {
        let foreign = |segment: &str| matches!(segment, "windows" | "windows_sys" | "winapi" | "Win32");
        let camel = path.last().starts_with(char::is_uppercase);
        let bound = path.segments.iter().any(|segment| foreign(segment));
        let brought = path.root == Root::Bare && path.segments.len() == 1 && self.names.globs_mention(foreign);
        camel && !bound && !brought
    }

    fn construct(&mut self, path: Path, args: &Punctuated<Expr, Token![,]>, span: Span) -> Operand {
        let prefix = variant_prefix(&path.segments);
        let mut fields = Vec::new();
        for (at, argument) in args.iter().enumerate() {
            fields.push((prefixed(prefix.as_ref(), &at.to_string()), self.value(argument)));
        }
        self.aggregate(Some(path), fields, span)
    }

    /// An unknown value of the operands.
    pub(crate) fn opaque_of(&mut self, operands: &[Operand], span: Span) -> Operand {
        self.opaque(locals(operands), span)
    }
}

/// `x.unwrap()` and `x.expect("why")`: what follows runs only where `x` came to be.
fn panics_on_error(call: &ExprMethodCall) -> bool {
    match call.args.first() {
        None => call.method == "unwrap",
        Some(why) => call.method == "expect" && matches!(why, Expr::Lit(_) | Expr::Macro(_) | Expr::Reference(_)),
    }
}

/// `Err(…)`.
fn makes_error(call: &ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else { return false };
    let mut segments = function.path.segments.iter().rev().map(|segment| &segment.ident);
    let (last, owner) = (segments.next(), segments.next());
    last.is_some_and(|last| last == "Err") && owner.is_none_or(|owner| owner == "Result")
}

/// Whether `expr` is an error for certain: `Err(…)`, also with something said about it.
pub(crate) fn is_error(mut expr: &Expr) -> bool {
    loop {
        expr = match expr {
            Expr::Paren(inner) => &inner.expr,
            Expr::MethodCall(call) if keeps_error(call) => &call.receiver,
            Expr::Call(call) => return makes_error(call),
            _ => return false,
        }
    }
}

/// Whether the method gives an error for an error.
fn keeps_error(call: &ExprMethodCall) -> bool {
    let keeping = ["map", "map_err", "and_then", "into", "context", "with_context", "wrap_err", "wrap_err_with"];
    keeping.iter().any(|name| call.method == name)
}

fn callable(mut function: &Expr) -> &Expr {
    while let Expr::Paren(inner) = function {
        function = &inner.expr;
    }
    function
}

/// `drop`, `mem::drop`, `std::mem::drop`.
fn is_drop(path: &Path) -> bool {
    let segments: Vec<&str> = path.segments.iter().map(Name::as_str).collect();
    match path.root {
        Root::Bare => segments == ["drop"],
        Root::Absolute => matches!(segments.as_slice(), ["std" | "core", "mem", "drop"]),
        _ => false,
    }
}
