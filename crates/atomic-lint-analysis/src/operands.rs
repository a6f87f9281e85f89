//! Values of operands, and of what is made of them: texts, flags, objects, closures.

use crate::machine::{Machine, TYPE, as_texts};
use crate::path::{PathExpr, PathRef};
use crate::program::{BodyRef, StepRef};
use crate::state::{Fields, State};
use crate::value::{Atom, ObjectKey, Value};
use atomic_lint_ir::{Const, Local, Name, Operand, Step};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lists and tuples beyond that many objects are not kept.
const OBJECTS: usize = 500;

impl Machine<'_, '_> {
    /// The value of an operand.
    pub(crate) fn operand(&mut self, state: &State, operand: &Operand) -> Value {
        match operand {
            Operand::Local(local) => self.get(state, *local),
            Operand::Const(constant) => self.constant(constant),
        }
    }

    /// The value of a constant.
    pub(crate) fn constant(&mut self, constant: &Const) -> Value {
        match constant {
            Const::Text(text) => Value::path(PathExpr::text(text.clone())),
            Const::Bytes { empty } => Value::of(Atom::Bytes { empty: *empty }),
            Const::Int(value) => Value::of(Atom::Int(*value)),
            Const::Bool(value) => Value::of(Atom::Bool(*value)),
            Const::None => Value::of(Atom::None),
            Const::Item(path) => self.item(path),
            Const::Other => Value::unknown(),
        }
    }

    pub(crate) fn concat(&mut self, at: StepRef, state: &State, parts: &[Operand]) -> Value {
        let mut texts = Texts::default();
        for part in parts {
            let value = self.operand(state, part);
            texts.append(&as_texts(&value, at));
        }
        let mut value = Value::unknown();
        for text in texts.all() {
            value.join(&Value::path(PathExpr::concat(text)));
        }
        value
    }

    pub(crate) fn flags(&mut self, state: &State, parts: &[Operand]) -> Value {
        let mut names = BTreeSet::new();
        for part in parts {
            for atom in self.operand(state, part).atoms() {
                match atom {
                    Atom::Flags(more) => names.extend(more.iter().cloned()),
                    Atom::Path(path) => match &**path {
                        PathExpr::Item(name) | PathExpr::Text(name) => {
                            names.insert(name.clone());
                        }
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
        Value::of(Atom::Flags(names.into_iter().collect()))
    }

    pub(crate) fn aggregate(
        &mut self,
        at: StepRef,
        step: &Step,
        state: &mut State,
        dst: Local,
        ty: Option<&atomic_lint_ir::Path>,
        fields: &[(Name, Operand)],
    ) -> Value {
        let mut values = Fields::new();
        for (name, operand) in fields {
            let value = self.operand(state, operand);
            values.entry(name.clone()).or_default().join(&value);
        }
        if let Some(ty) = ty
            && let Some(value) = self.construct_plain(at, step, state, ty, &values)
        {
            return value;
        }
        // Data that no path, file or function is in says nothing about files.
        let telling = values.values().any(|value| value.atoms().iter().any(tells));
        let begun = values.is_empty() && ty.is_none() && self.is_filled(at.body, dst);
        if !(telling || begun) || state.object_count() > OBJECTS {
            return Value::unknown();
        }
        self.make_object(at, state, None, values)
    }

    /// A new object.
    pub(crate) fn make_object(
        &mut self,
        at: StepRef,
        state: &mut State,
        ty: Option<crate::link::TypeRef>,
        mut fields: Fields,
    ) -> Value {
        let key = ObjectKey::Made(at, self.context());
        if let Some(ty) = ty {
            for (name, value) in &fields {
                self.log.field(ty, name, value);
            }
            fields.insert(TYPE.into(), Value::of(Atom::Type(ty)));
        }
        state.put_object(key.clone(), fields);
        Value::of(Atom::Object(key))
    }

    pub(crate) fn closure(&mut self, state: &State, body: atomic_lint_ir::BodyId) -> Value {
        let body = self.program.body_ref(self.program.body(self.frame().body).file, body);
        let captured = self.captured_now(state, body);
        Value::of(Atom::Closure(body, Arc::new(captured)))
    }

    /// What the captures of `closure` are at this point of the body around it.
    pub(crate) fn captured_now(&self, state: &State, closure: BodyRef) -> Vec<Value> {
        let captures = &self.program.body(closure).body.captures;
        captures.iter().map(|capture| self.get(state, capture.outer)).collect()
    }
}

/// The texts that a row of parts may make, each by its last part: they share what they begin with.
#[derive(Default)]
struct Texts {
    parts: Vec<(Option<usize>, PathRef)>,
    /// The last part of each; at first there is one text, without a part.
    ends: Option<Vec<usize>>,
}

impl Texts {
    /// Adds a part that may be any of `choices`; more than a few are not told apart.
    fn append(&mut self, choices: &[PathRef]) {
        let heads = match self.ends.take() {
            Some(ends) => ends.into_iter().map(Some).collect(),
            None => vec![None],
        };
        let both = heads.iter().flat_map(|head| choices.iter().take(3).map(|choice| (*head, choice.clone())));
        let first = self.parts.len();
        self.parts.extend(both.take(4));
        self.ends = Some((first..self.parts.len()).collect());
    }

    fn all(&self) -> Vec<Vec<PathRef>> {
        match &self.ends {
            Some(ends) => ends.iter().map(|end| self.text(*end)).collect(),
            None => vec![Vec::new()],
        }
    }

    fn text(&self, end: usize) -> Vec<PathRef> {
        let before = |part: &&(Option<usize>, PathRef)| part.0.map(|at| &self.parts[at]);
        let backwards = std::iter::successors(self.parts.get(end), before);
        let mut text: Vec<PathRef> = backwards.map(|(_, part)| part.clone()).collect();
        text.reverse();
        text
    }
}

/// Whether an atom in a tuple or list makes it worth keeping.
pub(crate) fn tells(atom: &Atom) -> bool {
    !matches!(atom, Atom::Bool(_) | Atom::Int(_) | Atom::None | Atom::Bytes { .. } | Atom::Anything)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_texts_are_kept_in_order_and_share_what_they_begin_with() {
        let choices = ["a", "b", "c", "d"].map(PathExpr::text);
        let mut texts = Texts::default();
        assert_eq!(texts.all(), [Vec::new()]);
        texts.append(&choices[..2]);
        texts.append(&choices);
        let joined = |texts: &Texts| texts.all().into_iter().map(PathExpr::concat).collect::<Vec<_>>();
        assert_eq!(joined(&texts), ["aa", "ab", "ac", "ba"].map(PathExpr::text));
        for _ in 0..100 {
            texts.append(&choices[..1]);
        }
        assert_eq!(texts.parts.len(), 2 + 4 + 4 * 100);
    }
}
