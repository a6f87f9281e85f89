//! How a variable is used in a piece of code: by syntax alone, and whatever is not known for harmless is an escape.

use super::source::Source;
use super::wrapper;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprClosure, ExprMacro, ExprMethodCall, ExprReference, Macro, PatIdent, Stmt};

/// A use of a variable.
#[derive(Clone, Copy)]
pub(super) enum Use<'a> {
    /// A method is called on it.
    Method(&'a ExprMethodCall),
    /// `write!` or `writeln!` to it.
    Written,
    /// A function gets `&mut` to it.
    Lent(&'a ExprCall),
    /// A method of something else gets `&mut` to it.
    LentToMethod(&'a ExprMethodCall),
    /// A function gets it: the argument of that number.
    Given(&'a ExprCall, usize),
    /// `drop` gets it.
    Dropped,
    /// Something that cannot be followed, and what.
    Escape(&'static str),
}

/// A use, and whether it is in a closure.
pub(super) type Found<'a> = (Use<'a>, bool);

/// The uses of `name` in `stmt`.
pub(super) fn in_stmt<'a>(source: &Source<'a>, name: &str, stmt: &'a Stmt) -> Vec<Found<'a>> {
    let mut finder = Finder::new(source, name);
    finder.visit_stmt(stmt);
    finder.found
}

/// The uses of `name` in `expr`.
pub(super) fn in_expr<'a>(source: &Source<'a>, name: &str, expr: &'a Expr) -> Vec<Found<'a>> {
    let mut finder = Finder::new(source, name);
    finder.visit_expr(expr);
    finder.found
}

/// Whether `expr` is the variable `name`.
pub(super) fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(name))
}

struct Finder<'s, 'a> {
    source: &'s Source<'a>,
    name: &'s str,
    found: Vec<Found<'a>>,
    closures: u32,
}

impl<'s, 'a> Finder<'s, 'a> {
    fn new(source: &'s Source<'a>, name: &'s str) -> Self {
        Finder { source, name, found: Vec::new(), closures: 0 }
    }

    fn push(&mut self, found: Use<'a>) {
        self.found.push((found, self.closures > 0));
    }

    fn method(&mut self, call: &'a ExprMethodCall) {
        if is_name(&call.receiver, self.name) {
            self.push(Use::Method(call));
        } else {
            self.visit_expr(&call.receiver);
        }
        for argument in &call.args {
            match argument {
                Expr::Reference(reference) if self.lends(reference) => self.push(Use::LentToMethod(call)),
                other => self.visit_expr(other),
            }
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        self.visit_expr(&call.func);
        let is_drop =
            wrapper::as_path(&call.func).and_then(|path| path.segments.last()).is_some_and(|last| last.ident == "drop");
        for (number, argument) in call.args.iter().enumerate() {
            match argument {
                Expr::Reference(reference) if self.lends(reference) => self.push(Use::Lent(call)),
                own if is_name(own, self.name) && is_drop => self.push(Use::Dropped),
                own if is_name(own, self.name) => self.push(Use::Given(call, number)),
                other => self.visit_expr(other),
            }
        }
    }

    fn lends(&self, reference: &ExprReference) -> bool {
        reference.mutability.is_some() && is_name(&reference.expr, self.name)
    }

    fn closure(&mut self, closure: &'a ExprClosure) {
        let body = self.source.expr(&closure.body);
        if !self.source.mentions(body, self.name) {
            return;
        }
        if closure.capture.is_some() {
            return self.push(Use::Escape("it is moved into a closure"));
        }
        self.closures += 1;
        visit::visit_expr_closure(self, closure);
        self.closures -= 1;
    }

    fn macro_call(&mut self, mac: &'a Macro) {
        let span = self.source.positions.span(mac.delimiter.span().join());
        let times = self.source.count(span, self.name);
        let writes = mac.path.segments.last().is_some_and(|last| last.ident == "write" || last.ident == "writeln");
        match times {
            0 => {}
            1 if writes && self.is_destination(mac) => self.push(Use::Written),
            _ => self.push(Use::Escape("a macro uses it")),
        }
    }

    fn is_destination(&self, mac: &Macro) -> bool {
        let arguments = crate::fragments::arguments(&mac.tokens).unwrap_or_default();
        arguments.first().is_some_and(|first| match &first.value {
            Expr::Reference(reference) => self.lends(reference),
            other => is_name(other, self.name),
        })
    }
}

impl<'a> Visit<'a> for Finder<'_, 'a> {
    fn visit_expr(&mut self, node: &'a Expr) {
        match node {
            Expr::MethodCall(call) => self.method(call),
            Expr::Call(call) => self.call(call),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Macro(ExprMacro { mac, .. }) => self.macro_call(mac),
            Expr::Async(block) if block.capture.is_some() => {
                if self.source.mentions(self.source.expr(node), self.name) {
                    self.push(Use::Escape("it is moved into a task"));
                }
            }
            Expr::Return(e) if e.expr.as_ref().is_some_and(|value| is_name(value, self.name)) => {
                self.push(Use::Escape("the handle is returned"));
            }
            Expr::Struct(e) if e.fields.iter().any(|field| is_name(&field.expr, self.name)) => {
                self.push(Use::Escape("the handle is stored"));
            }
            own if is_name(own, self.name) => self.push(Use::Escape("the handle is passed on")),
            other => visit::visit_expr(self, other),
        }
    }

    fn visit_macro(&mut self, node: &'a Macro) {
        self.macro_call(node);
    }

    fn visit_pat_ident(&mut self, node: &'a PatIdent) {
        if node.ident == self.name {
            self.push(Use::Escape("another variable has its name"));
        }
    }

    fn visit_item(&mut self, _: &'a syn::Item) {}
}
