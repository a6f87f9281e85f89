//! Methods: what is called by a name, given what the receiver may be.

use crate::call::{BASE, Ways, callable};
use crate::link::Member;
use crate::machine::Machine;
use crate::site::{Site, fits};
use crate::state::State;
use crate::value::{Atom, Value};
use atomic_lint_catalog::Naming;
use atomic_lint_ir::{Language, Name, Step};

impl Machine<'_, '_> {
    pub(crate) fn call_method(
        &mut self,
        step: &Step,
        state: &mut State,
        receiver: &Value,
        name: &Name,
        site: &Site,
    ) -> Value {
        let present = receiver.filter(|atom| !matches!(atom, Atom::None | Atom::Anything));
        if let [only] = present.atoms() {
            if let Some(value) = self.call_method_of(step, state, only, name, site) {
                return value;
            }
        } else if present.atoms().iter().all(|atom| matches!(atom, Atom::Handle(..))) {
            // Whichever file it is, the others are not in play, so the step holds for every one of them.
            let mut all = Value::unknown();
            let mut known = false;
            for atom in present.atoms() {
                if let Some(value) = self.call_modelled_method(state, atom, name, &site.on(Value::of(atom.clone()))) {
                    all.join(&value);
                    known = true;
                }
            }
            if known {
                return all;
            }
        } else if matches!(name.as_str(), "__exit__" | "__aexit__") {
            // The same holds of managers: those that were not entered have nothing to leave.
            for atom in present.atoms() {
                self.call_method_of(step, state, atom, name, site);
            }
            return Value::of(Atom::None);
        } else {
            let mut ways = Ways::default();
            for atom in present.atoms() {
                let mut state = state.clone();
                if let Some(value) = self.call_method_of(step, &mut state, atom, name, site) {
                    ways.add(state, value);
                }
            }
            if let Some((joined, value)) = ways.joined() {
                *state = joined;
                return value;
            }
        }
        let site = site.on(receiver.clone());
        match self.unknown_method(receiver, name, &site) {
            Some(api) => self.apply(state, api, &site),
            None => match name.as_str() {
                // Entering a manager that is not known gives, most often, the manager.
                "__enter__" | "__aenter__" => receiver.clone(),
                "__exit__" | "__aexit__" => Value::unknown(),
                _ => {
                    let given = self.call_unknown(step, state, name, &site);
                    let tells = self.program.language(self.frame().body) == Language::Rust
                        && Naming::has_word(name, &self.program.catalog.naming().telling);
                    if tells && !receiver.is_unknown() { receiver.clone() } else { given }
                }
            },
        }
    }

    fn call_method_of(
        &mut self,
        step: &Step,
        state: &mut State,
        atom: &Atom,
        name: &Name,
        site: &Site,
    ) -> Option<Value> {
        let receiver = Value::of(atom.clone());
        match atom {
            Atom::Object(key) if self.object_kind(state, key).is_some() => {
                self.call_modelled_method(state, atom, name, &site.on(receiver))
            }
            Atom::Object(key) => {
                if let Some(ty) = self.object_type(state, key) {
                    if let Some(Member::Method(file, body)) = self.program.links.member(ty, name) {
                        let body = self.program.body_ref(file, body);
                        return Some(self.call_body(step, state, body, Some(&receiver), site));
                    }
                    let field = self.load(site.at, step, state, &receiver, name);
                    if field.atoms().iter().any(callable) {
                        return Some(self.call_value(step, state, &field, site));
                    }
                } else if let Some(api) = self.collection_method(name) {
                    return Some(self.apply(state, api, &site.on(receiver)));
                }
                self.call_delegated(step, state, key, name, site)
            }
            Atom::Type(ty) => {
                let (file, body) = self.program.links.method(*ty, name)?;
                let body = self.program.body_ref(file, body);
                // A type without fields is its only value, in Rust.
                let is_value = self.program.language(body) == Language::Rust;
                let bound = (is_value || self.is_class_method(body)).then_some(&receiver);
                Some(self.call_body(step, state, body, bound, site))
            }
            Atom::Suspended(generator) => match name.as_str() {
                "__enter__" | "__aenter__" | "__next__" => Some(self.enter(state, *generator)),
                "__exit__" | "__aexit__" => {
                    let clean = site.args.first().is_some_and(|arg| arg.value == Value::of(Atom::None));
                    self.resume(state, *generator, clean);
                    Some(Value::of(Atom::None))
                }
                _ => None,
            },
            _ => self.call_modelled_method(state, atom, name, &site.on(receiver)),
        }
    }

    /// A method that the type does not have is one of what it holds: `Write` for a struct around a file, `Deref`.
    pub(crate) fn call_delegated(
        &mut self,
        step: &Step,
        state: &mut State,
        key: &crate::value::ObjectKey,
        name: &Name,
        site: &Site,
    ) -> Option<Value> {
        let held = self.held_handles(step, state, key, site);
        let mut found = None;
        for atom in held.atoms() {
            let receiver = Value::of(atom.clone());
            if let Some(value) = self.call_modelled_method(state, atom, name, &site.on(receiver)) {
                found = Some(value);
            }
        }
        found
    }

    fn held_handles(&mut self, step: &Step, state: &mut State, key: &crate::value::ObjectKey, site: &Site) -> Value {
        let mut names: Vec<Name> = state.fields(key).map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
        if let Some(ty) = self.object_type(state, key) {
            names.extend(self.program.links.ty(ty).def.fields.iter().map(|field| field.name.clone()));
            names.push(BASE.into());
        }
        names.sort();
        names.dedup();
        let object = Value::of(Atom::Object(key.clone()));
        let mut held = Value::unknown();
        for name in names {
            let value = self.load(site.at, step, state, &object, &name);
            held.join(&value.filter(|atom| matches!(atom, Atom::Handle(..))));
        }
        held
    }

    /// A method by the models, where the receiver's kind has it.
    pub(crate) fn call_modelled_method(
        &mut self,
        state: &mut State,
        atom: &Atom,
        name: &str,
        site: &Site,
    ) -> Option<Value> {
        let models = self.program.models(self.frame().body);
        let kind = match atom {
            Atom::Handle(_, kind) | Atom::Kind(kind, _) => *kind,
            Atom::Path(_) => models.kind_named("path")?,
            Atom::Object(key) => self.object_kind(state, key)?,
            _ => return None,
        };
        let api = models.method(kind, name).filter(|api| fits(api.arity, site))?;
        Some(self.apply(state, api, site))
    }
}
