//! Functions of one name under different `cfg`: whichever is compiled, a call of the name is a call of it.

use crate::call::Ways;
use crate::link::{Def, Links, TypeRef};
use crate::machine::Machine;
use crate::program::BodyRef;
use crate::site::Site;
use crate::state::State;
use crate::value::Value;
use atomic_lint_ir::{BodyId, Language, Name, Step, Unit};
use atomic_lint_source::FileId;

impl Links<'_> {
    /// In Rust, what is defined twice is there once, and by `cfg` alone it is decided which one.
    pub(crate) fn add_twin(&mut self, language: Language, first: (FileId, BodyId), other: (FileId, BodyId)) {
        if language == Language::Rust && first != other {
            self.twins.entry(first).or_default().push(other);
        }
    }

    /// The functions that may stand for that one, by the way in which the project is compiled.
    pub(crate) fn twins(&self, file: FileId, body: BodyId) -> &[(FileId, BodyId)] {
        self.twins.get(&(file, body)).map_or(&[], Vec::as_slice)
    }

    /// Gives a type a method.
    pub(crate) fn add_method(
        &mut self,
        unit: &Unit,
        ty: TypeRef,
        name: &Name,
        body: (FileId, BodyId),
        of: Option<&Def>,
    ) {
        let known = &mut self.types[ty.0 as usize].methods;
        let Some(first) = known.get(name).copied() else {
            known.insert(name.clone(), body);
            self.traits.insert((ty, name.clone()), of.cloned());
            return;
        };
        let is_test =
            |of: (FileId, BodyId)| self.units[of.0.0 as usize].is_some_and(|unit| unit.bodies[of.1.0 as usize].test);
        match (is_test(first), is_test(body)) {
            (true, false) => drop(known.insert(name.clone(), body)),
            // Of two traits each may have a method of that name.
            (false, false) if self.traits.get(&(ty, name.clone())).is_some_and(|trait_of| trait_of.as_ref() == of) => {
                self.add_twin(unit.language, first, body);
            }
            _ => {}
        }
    }
}

impl Machine<'_, '_> {
    /// Calls a body of the project, or whichever of those that stand under one name is compiled.
    pub(crate) fn call_body(
        &mut self,
        step: &Step,
        state: &mut State,
        body: BodyRef,
        bound: Option<&Value>,
        site: &Site,
    ) -> Value {
        let twins = self.program.twins(body);
        if twins.is_empty() {
            return self.call_one(step, state, body, bound, site);
        }
        let (mut ways, mut failed) = (Ways::default(), None);
        for body in [body].into_iter().chain(twins) {
            let mut state = state.clone();
            let value = self.call_one(step, &mut state, body, bound, site);
            failed = join_failed(failed, self.failed.take());
            ways.add(state, value);
        }
        self.failed = failed;
        let Some((joined, value)) = ways.joined() else { return Value::unknown() };
        *state = joined;
        value
    }
}

fn join_failed(known: Option<State>, more: Option<State>) -> Option<State> {
    match (known, more) {
        (Some(mut known), Some(more)) => {
            known.join(&more);
            Some(known)
        }
        (known, more) => known.or(more),
    }
}
