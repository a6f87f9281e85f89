//! Calls of code that is not known: what it may do with what it is given.

use crate::machine::Machine;
use crate::site::{Site, result};
use crate::state::State;
use crate::value::{Atom, Value};
use atomic_lint_catalog::Effect;
use atomic_lint_ir::Step;

impl Machine<'_, '_> {
    /// Code that is not known runs.
    pub(crate) fn call_unknown(&mut self, step: &Step, state: &mut State, name: &str, site: &Site) -> Value {
        if let Some(given) = self.publish_given(step, state, site) {
            return given;
        }
        let place = self.program.place(site.at.body, site.span);
        let mut wrapped = Value::unknown();
        for arg in &site.args {
            wrapped.join(&arg.value.filter(|atom| matches!(atom, Atom::Handle(..))));
            self.hand_over(state, &arg.value, name, place);
            arg.value.atoms().iter().for_each(|atom| self.may_run(step, state, atom, site));
        }
        if !wrapped.is_unknown() && wraps(name) {
            return wrapped;
        }
        Value::path(result(name.into(), site))
    }

    /// A library's function that publishes is given away to be called, with what it is to be called with:
    /// `retry(os.replace, staging, target)`, `later(partial(os.replace, staging, target))`.
    fn publish_given(&mut self, step: &Step, state: &mut State, site: &Site) -> Option<Value> {
        let at = site.args.iter().position(|arg| arg.name.is_none() && self.publishes(&arg.value))?;
        let args = site.args[at + 1..].to_vec();
        let callee = site.args[at].value.clone();
        let given = callee.atoms().iter().map(|atom| match atom {
            Atom::Partial(_, given) => given.len(),
            _ => 0,
        });
        let has_both = args.len() + given.sum::<usize>() >= 2;
        has_both.then(|| self.call_value(step, state, &callee, &Site { args, receiver: None, ..site.clone() }))
    }

    fn publishes(&self, value: &Value) -> bool {
        let [atom] = value.atoms() else { return false };
        match atom {
            Atom::Partial(callee, _) => self.publishes(callee),
            Atom::Library(name) => {
                let models = self.models();
                let member = || {
                    let (kind, method) = name.rsplit_once(models.language().separator())?;
                    models.method(models.kind_named(kind)?, method)
                };
                let api = models.call(name).or_else(member);
                api.is_some_and(|api| matches!(api.effect, Effect::Rename | Effect::Move))
            }
            _ => false,
        }
    }

    /// A closure that may or may not be run, and with what it is given is not known.
    fn may_run(&mut self, step: &Step, state: &mut State, closure: &Atom, site: &Site) {
        let Atom::Closure(body, captured) = closure else { return };
        let mut ran = state.clone();
        let given = self.symbolic_parameters(*body).into_iter();
        let site = Site::of_values(site.at, step, given.map(|(_, value)| value)).within(site);
        self.call_closure(step, &mut ran, *body, captured, &site);
        state.join(&ran);
    }
}

/// Whether a function of that name makes a writer around the handle it is given.
fn wraps(name: &str) -> bool {
    name == "new"
        || name == "writer"
        || name.starts_with("new_")
        || name.starts_with("with_")
        || name.starts_with("from_")
        || name.starts_with(|first: char| first.is_uppercase())
}
