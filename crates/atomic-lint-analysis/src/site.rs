//! A call with everything that was evaluated for it, and what follows from that alone.

use crate::path::{PathExpr, PathRef};
use crate::program::StepRef;
use crate::value::{Atom, Value};
use atomic_lint_catalog::ArgRef;
use atomic_lint_ir::{Name, Step};
use atomic_lint_source::Span;
use std::sync::Arc;

/// An argument with its value.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    pub(crate) name: Option<Name>,
    pub(crate) value: Value,
    pub(crate) span: Span,
    pub(crate) spread: bool,
}

impl Argument {
    pub(crate) fn is_rest(&self) -> bool {
        self.spread && matches!(self.value.atoms(), [Atom::Rest(_)])
    }

    /// The arguments that it stands for: `*args` and `**kwargs`, where the function knows what it was given.
    pub(crate) fn unpacked(self) -> Vec<Argument> {
        match self.value.atoms() {
            [Atom::Rest(rest)] if self.spread => {
                let each = |(name, value): &(Option<Name>, Value)| Argument {
                    name: name.clone(),
                    value: value.clone(),
                    span: self.span,
                    spread: false,
                };
                rest.iter().map(each).collect()
            }
            _ => vec![self],
        }
    }
}

/// A call with everything that was evaluated for it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) at: StepRef,
    /// The whole expression.
    pub(crate) whole: Span,
    /// The name of what is called with its arguments.
    pub(crate) span: Span,
    pub(crate) receiver: Option<Value>,
    pub(crate) args: Vec<Argument>,
}

impl Site {
    /// A call of arguments by position that have no text of their own.
    pub(crate) fn of_values(at: StepRef, step: &Step, values: impl Iterator<Item = Value>) -> Self {
        let args = values.map(|value| Argument { name: None, value, span: step.span, spread: false });
        Site { at, whole: step.span, span: step.span, receiver: None, args: args.collect() }
    }

    /// With the places of `site`.
    pub(crate) fn within(self, site: &Site) -> Site {
        Site { whole: site.whole, span: site.span, ..self }
    }

    /// The same call of a method of `receiver`.
    pub(crate) fn on(&self, receiver: Value) -> Site {
        Site { receiver: Some(receiver), ..self.clone() }
    }

    /// The argument that a model means.
    pub(crate) fn arg(&self, arg: &ArgRef) -> Option<&Argument> {
        if let Some(name) = arg.keyword()
            && let Some(found) = self.args.iter().find(|known| known.name.as_ref() == Some(name))
        {
            return Some(found);
        }
        let mut positional = self.args.iter().filter(|known| known.name.is_none());
        let found = positional.nth(arg.position()?)?;
        (!found.spread).then_some(found)
    }

    /// The arguments behind the one that a model means.
    pub(crate) fn after(&self, arg: &ArgRef) -> Vec<Argument> {
        let at = arg.position().unwrap_or(0);
        let positional = self.args.iter().filter(|known| known.name.is_none()).skip(at + 1);
        let named = self.args.iter().filter(|known| known.name.is_some());
        positional.chain(named).cloned().collect()
    }

    /// Whether arguments come that are not in the text.
    pub(crate) fn has_spread(&self) -> bool {
        self.args.iter().any(|arg| arg.spread)
    }
}

/// Arguments taken together; nothing is known of them where one stands for several that are not known.
pub(crate) fn rest_of<'a>(args: impl Iterator<Item = &'a Argument>) -> Value {
    let args: Option<Vec<_>> = args.map(|arg| (!arg.spread).then(|| (arg.name.clone(), arg.value.clone()))).collect();
    args.map_or_else(Value::unknown, |args| Value::of(Atom::Rest(Arc::new(args))))
}

pub(crate) fn fits(arity: Option<usize>, site: &Site) -> bool {
    arity.is_none_or(|arity| site.args.iter().filter(|arg| arg.name.is_none()).count() == arity)
}

/// The identity of what an unknown call gives: equal for equal calls, where the arguments have one.
pub(crate) fn result(name: Name, site: &Site) -> PathRef {
    let values = site.receiver.iter().chain(site.args.iter().map(|arg| &arg.value));
    let mut parts = Vec::new();
    for value in values {
        match value.paths().next() {
            Some(path) => parts.push(path.clone()),
            None => match value.atoms() {
                [Atom::None | Atom::Bool(_) | Atom::Int(_) | Atom::Bytes { .. }] => {}
                [Atom::Object(crate::value::ObjectKey::Given(path, _))] => parts.push(path.clone()),
                _ => return PathRef::new(PathExpr::Made(site.at)),
            },
        }
    }
    if parts.is_empty() { PathRef::new(PathExpr::Made(site.at)) } else { PathRef::new(PathExpr::Result(name, parts)) }
}
