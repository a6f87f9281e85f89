//! Ends of lives: which locals die where control leaves a scope.

use crate::body::Lowerer;
use atomic_lint_ir::{Local, Op, Operand};
use atomic_lint_source::Span;
use syn::{Expr, ExprCall, ExprMethodCall, Lit, UnOp};

/// How many ends one body gets at its early exits; beyond that only scopes that are left by their end end anything.
///
/// Every early exit ends all that lives, so a body that is long in both would grow by the square of its length.
const ENDS_LIMIT: usize = 20_000;

impl Lowerer<'_> {
    /// Ends what lives in the scopes from number `from` on, at their end.
    pub(crate) fn end_scopes(&mut self, from: usize, span: Span) {
        self.end(self.ending(from, self.fun.temps.len(), None), span);
    }

    /// Ends temporaries and scopes down to those numbers, last made first; they stay known, for other ways out.
    pub(crate) fn end_until(&mut self, scopes: usize, temps: usize, span: Span, failed: Option<Local>) {
        let ending = self.early_ending(scopes, temps, failed);
        self.end(ending, span);
    }

    /// Ends the temporaries made since there were `mark` of them.
    pub(crate) fn end_temps(&mut self, mark: usize, span: Span) {
        self.end(self.ending(self.fun.scopes.len(), mark, None), span);
        self.fun.temps.truncate(mark);
    }

    fn end(&mut self, ending: Vec<Local>, span: Span) {
        ending.into_iter().for_each(|local| self.push(Op::End(local), span));
    }

    /// What dies where control leaves early, without what failed to come to be.
    pub(crate) fn early_ending(&mut self, scopes: usize, temps: usize, failed: Option<Local>) -> Vec<Local> {
        if self.fun.ends > ENDS_LIMIT {
            return Vec::new();
        }
        let ending = self.ending(scopes, temps, failed);
        self.fun.ends += ending.len();
        ending
    }

    fn ending(&self, scopes: usize, temps: usize, failed: Option<Local>) -> Vec<Local> {
        let fun = &self.fun;
        if !fun.live {
            return Vec::new();
        }
        let temps = fun.temps[temps.min(fun.temps.len())..].iter().rev().filter(|temp| fun.is_temp.contains(**temp));
        let scopes = fun.scopes[scopes.min(fun.scopes.len())..].iter().rev().flat_map(|scope| scope.drops.iter().rev());
        let alive = |local: &Local| {
            let failed = failed.is_some_and(|failed| fun.failed_with(*local, failed));
            !failed && !fun.moved.contains(*local)
        };
        temps.chain(scopes).copied().filter(alive).collect()
    }

    /// `drop(x)`: ends what `x` holds, now and not again.
    pub(crate) fn end_value(&mut self, value: &Expr, span: Span) {
        let operand = self.place(value);
        if let Operand::Local(local) = operand
            && !borrows(value)
        {
            self.push(Op::End(local), span);
            self.fun.take(local);
        }
    }

    /// Whether a variable that gets the value of `expr` may own it, so that its end is the value's end.
    pub(crate) fn may_own(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(e) => self.may_own(&e.expr),
            Expr::Group(e) => self.may_own(&e.expr),
            Expr::Try(e) => self.may_own(&e.expr),
            Expr::Await(e) => self.may_own(&e.base),
            // A reference to a temporary makes the temporary live as long as the variable.
            Expr::Reference(e) => matches!(&*e.expr, Expr::Call(_) | Expr::Try(_)) && self.may_own(&e.expr),
            Expr::Path(e) => match e.path.get_ident().and_then(|ident| self.variable(&crate::scope::name(ident))) {
                Some(local) => self.fun.owners.contains(local),
                None => false,
            },
            Expr::MethodCall(e) if takes_receiver(e) => {
                matches!(&*e.receiver, Expr::Field(_)) || self.may_own(&e.receiver)
            }
            Expr::MethodCall(e) => !gives_reference(e),
            Expr::Call(e) => transparent_argument(e).is_none_or(|inner| self.may_own(inner)),
            Expr::Macro(_) | Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) | Expr::Loop(_) => true,
            Expr::Tuple(_) | Expr::Struct(_) | Expr::Array(_) | Expr::TryBlock(_) | Expr::Async(_) => true,
            _ => false,
        }
    }
}

/// Whether taking the value of `expr` leaves the variable in it where it is: it is borrowed, copied or a constant.
pub(crate) fn borrows(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(e) => borrows(&e.expr),
        Expr::Group(e) => borrows(&e.expr),
        Expr::Try(e) => borrows(&e.expr),
        Expr::Await(e) => borrows(&e.base),
        Expr::Cast(e) => borrows(&e.expr),
        Expr::Reference(_) | Expr::RawAddr(_) | Expr::Field(_) | Expr::Index(_) => true,
        Expr::Unary(e) => matches!(e.op, UnOp::Deref(_)),
        Expr::Lit(e) => !matches!(e.lit, Lit::Verbatim(_)),
        Expr::Call(e) => transparent_argument(e).is_some_and(borrows),
        Expr::MethodCall(e) => gives_reference(e),
        _ => false,
    }
}

/// Whether the method gives a reference or a guard into its receiver, by the naming conventions of the Rust API guidelines
/// (C-CONV: `as_` is free and borrowed; getters are named after the field, `_ref` and `_mut`).
pub(crate) fn gives_reference(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let getters = ["borrow", "by_ref", "deref", "first", "get", "iter", "last", "lock", "path", "peek"];
    getters.contains(&name.as_str()) || name.starts_with("as_") || name.ends_with("_ref") || name.ends_with("_mut")
}

/// Whether the method takes its receiver by value, by the conventions of the Rust API guidelines (`into_`) and the
/// combinators of `Option` and `Result`.
pub(crate) fn takes_receiver(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let combines = ["ok", "err", "or", "and", "ok_or", "ok_or_else", "and_then", "or_else", "context", "with_context"];
    combines.contains(&name.as_str())
        || ["into_", "unwrap", "expect", "map"].iter().any(|prefix| name.starts_with(prefix))
}

/// The argument of a call that only wraps it: `Ok(x)`, `Box::new(x)`.
pub(crate) fn transparent_argument(call: &ExprCall) -> Option<&Expr> {
    let Expr::Path(function) = &*call.func else { return None };
    let mut segments = function.path.segments.iter().rev().map(|segment| &segment.ident);
    let (last, owner) = (segments.next()?, segments.next());
    let wraps = match owner {
        None => last == "Ok" || last == "Some",
        Some(owner) if owner == "Result" || owner == "Option" => last == "Ok" || last == "Some",
        Some(owner) if owner == "Box" || owner == "Arc" || owner == "Rc" => last == "new" || last == "pin",
        Some(owner) if owner == "Cow" => last == "Borrowed" || last == "Owned",
        Some(owner) if owner == "Poll" => last == "Ready",
        Some(owner) if owner == "Pin" => last == "new",
        Some(_) => false,
    };
    match call.args.first() {
        Some(argument) if wraps && call.args.len() == 1 => Some(argument),
        _ => None,
    }
}
