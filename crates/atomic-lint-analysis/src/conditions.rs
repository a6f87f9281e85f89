//! Conditions: which ways one leaves open, and what each of them tells.

use crate::machine::Machine;
use crate::path::PathExpr;
use crate::state::State;
use crate::value::{Atom, Value};
use atomic_lint_ir::{BlockId, Language, Local, Test};

/// Whether an atom satisfies a condition, where that is certain.
type Matches = Box<dyn Fn(&Atom) -> Option<bool>>;

impl Machine<'_, '_> {
    /// Which ways a condition leaves open, each with what it tells of the variable.
    pub(crate) fn decide(
        &mut self,
        test: &Test,
        then: BlockId,
        otherwise: BlockId,
        mut state: State,
    ) -> Vec<(BlockId, State)> {
        // A condition may well be about what has failed.
        state.look_at_failures();
        if state.failed {
            state.accept_unsynced();
        }
        let (local, matches): (Local, Matches) = match test {
            Test::Unknown => return vec![(then, state.clone()), (otherwise, state)],
            Test::Truthy(local) => match self.program.language(self.frame().body) {
                Language::Python => (*local, Box::new(crate::value::truth)),
                Language::Rust => (*local, Box::new(crate::value::presence)),
            },
            Test::Equals(local, constant) => {
                let wanted = self.constant(constant);
                (*local, Box::new(move |atom| equals(atom, &wanted)))
            }
        };
        let value = self.get(&state, local);
        let mut ways = Vec::new();
        for (to, wanted) in [(then, true), (otherwise, false)] {
            let left = value.filter(|atom| matches(atom) != Some(!wanted));
            if left.is_unknown() && !value.is_unknown() {
                continue;
            }
            let mut state = state.clone();
            if !wanted && matches!(test, Test::Truthy(_)) {
                miss(&mut state, &value);
            }
            // `if fh: fh.close()`: where there is no handle, the file was not opened.
            for (key, _) in value.handles().filter(|(key, _)| !left.handles().any(|(kept, _)| kept == *key)) {
                if let Some(file) = state.file_mut(key) {
                    file.waits = false;
                }
            }
            if left != value && self.varies(local) {
                state.vars.insert(local, left);
            }
            ways.push((to, state));
        }
        ways
    }
}

/// Remembers what was found not to exist.
fn miss(state: &mut State, value: &Value) {
    if let [Atom::Exists(path)] = value.atoms() {
        state.miss(path);
    }
}

/// Whether `atom` equals `wanted`, where that is certain.
fn equals(atom: &Atom, wanted: &Value) -> Option<bool> {
    let [wanted] = wanted.atoms() else { return None };
    match (atom, wanted) {
        (Atom::None, Atom::None) => Some(true),
        (Atom::Path(path), Atom::None) if matches!(**path, PathExpr::Text(_)) => Some(false),
        (Atom::Path(_), _) | (_, Atom::Path(_)) => match (atom, wanted) {
            (Atom::Path(a), Atom::Path(b)) => match (&**a, &**b) {
                (PathExpr::Text(a), PathExpr::Text(b)) => Some(a == b),
                _ => None,
            },
            _ => None,
        },
        (Atom::Bool(a), Atom::Bool(b)) => Some(a == b),
        (Atom::Int(a), Atom::Int(b)) => Some(a == b),
        (Atom::Handle(..) | Atom::Object(_) | Atom::Bool(_) | Atom::Closure(..) | Atom::Function(..), Atom::None) => {
            Some(false)
        }
        _ => None,
    }
}
