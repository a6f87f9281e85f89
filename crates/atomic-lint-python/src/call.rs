//! Calls: what is called, with what, and where an exception out of it goes.

use crate::kind::{Field, Kind};
use crate::lower::{Found, Lower};
use crate::tree::Node;
use atomic_lint_ir::{Arg, Callee, Const, Exit, Name, Op, Operand, Path};
use atomic_lint_source::Span;

impl<'t> Lower<'t> {
    /// A call.
    pub(crate) fn call(&mut self, node: Node<'t>) -> Operand {
        let Some(function) = node.get(Field::Function).map(unstarred) else { return self.parts(node, true) };
        if let Some(text) = self.format_call(node, function) {
            return text;
        }
        if let Some(result) = self.super_call(node, function) {
            return result;
        }
        let callee = self.callee(function);
        let args = self.args(node);
        let star = node.text().len() - node.text().trim_start_matches(['*', ' ']).len();
        let whole = Span::new(node.span().start + star as u32, node.span().end);
        let span = match (&callee, function.get(Field::Attribute)) {
            (Callee::Method { .. }, Some(name)) => Span::new(name.span().start, whole.end),
            _ => whole,
        };
        self.call_op(callee, args, span, whole)
    }

    /// Appends a call, with the way that an exception takes where this body says something about it.
    pub(crate) fn call_op(&mut self, callee: Callee, args: Vec<Arg>, span: Span, whole: Span) -> Operand {
        let dst = self.temp();
        self.push(Op::Call { dst, callee, args, span }, whole);
        if let Some(err) = self.landing() {
            let ok = self.new_block();
            self.builder().exit(Exit::Fallible { value: dst, ok, err });
            self.builder().switch_to(ok);
        }
        Operand::Local(dst)
    }

    fn callee(&mut self, function: Node<'t>) -> Callee {
        if self.is_class_receiver(function)
            && let Some(class) = self.own_class()
        {
            return Callee::Path(class);
        }
        if let Some(path) = self.item(function) {
            return Callee::Path(path);
        }
        match (function.kind(), function.get(Field::Object), function.get(Field::Attribute)) {
            (Kind::Identifier, ..) => match self.lookup(function.text()) {
                Found::Local(local) => Callee::Value(local),
                Found::Item(path) | Found::Module(path) | Found::Bare(path) => Callee::Path(path),
            },
            (Kind::Attribute, Some(object), Some(name)) => {
                Callee::Method { receiver: self.expr_local(object), name: Name::new(name.text()) }
            }
            _ => match self.expr(function) {
                Operand::Const(Const::Item(path)) => Callee::Path(path),
                value => Callee::Value(self.local(value, function.span())),
            },
        }
    }

    /// Whether `node` is the `cls` of the class method that this code is in.
    fn is_class_receiver(&mut self, node: Node<'t>) -> bool {
        self.is_receiver(node) && self.frame().method.as_ref().is_some_and(|method| method.by_class)
    }

    /// Whether `super()` of these arguments is that of the method that this code is in.
    fn is_own_super(&mut self, node: Node<'t>) -> bool {
        let mut args = node.get(Field::Arguments).into_iter().flat_map(Node::children);
        match (args.next(), args.next()) {
            (None, _) => true,
            (Some(_), Some(receiver)) => self.is_receiver(receiver),
            (Some(_), None) => false,
        }
    }

    /// `super().name(…)`: the function of the first base, with the receiver as its first argument.
    fn super_call(&mut self, node: Node<'t>, function: Node<'t>) -> Option<Operand> {
        let object = function.get(Field::Object).filter(|object| object.kind() == Kind::Call)?;
        let name = function.get(Field::Attribute)?;
        if object.get(Field::Function)?.text() != "super" || !self.is_own_super(object) {
            return None;
        }
        let method = self.frame().method.clone()?;
        let base = method.base.clone().unwrap_or_else(|| Path::bare("object"));
        let receiver = self.name(method.receiver?);
        let mut args = vec![Arg::positional(receiver, object.span())];
        args.extend(self.args(node));
        Some(self.call_op(Callee::Path(base.child(name.text())), args, node.span(), node.span()))
    }

    /// The arguments of a call in order.
    pub(crate) fn args(&mut self, node: Node<'t>) -> Vec<Arg> {
        let Some(list) = node.get(Field::Arguments) else { return Vec::new() };
        if list.kind() == Kind::GeneratorExpression {
            let value = self.expr(list);
            return vec![Arg::positional(value, list.span())];
        }
        let given = list.children().filter(|arg| arg.kind() != Kind::Error);
        given.map(|arg| self.arg(arg)).collect()
    }

    fn arg(&mut self, node: Node<'t>) -> Arg {
        let (name, value, spread) = match node.kind() {
            Kind::KeywordArgument => (node.get(Field::Name), node.get(Field::Value), false),
            Kind::ListSplat | Kind::DictionarySplat => (None, node.first(), true),
            _ => (None, Some(node), node.is_spread()),
        };
        let value = value.unwrap_or(node);
        let span = value.span();
        Arg { name: name.map(|name| Name::new(name.text())), value: self.expr(value), spread, span }
    }
}

/// What is called by `*f(x)`, of which the grammar makes a call of `*f`.
fn unstarred(function: Node<'_>) -> Node<'_> {
    match (function.kind(), function.first()) {
        (Kind::ListSplat | Kind::ListSplatPattern, Some(inner)) => inner,
        _ => function,
    }
}
