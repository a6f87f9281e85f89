//! Generators: run to a `yield`, and on from there in the state at hand.
//!
//! A context manager made of a generator function is entered and left this way, so that a file it
//! opens can be written by the body of the `with`.

use crate::call::{DEPTH, Ways};
use crate::frame::{Exits, Start, join_exits};
use crate::machine::Machine;
use crate::state::State;
use crate::value::Value;
use atomic_lint_ir::BlockId;

impl Machine<'_, '_> {
    /// Runs a generator up to its first `yield`.
    pub(crate) fn enter(&mut self, state: &mut State, generator: u32) -> Value {
        let suspended = self.suspended[generator as usize].clone();
        if self.frames.len() > DEPTH || self.frames.iter().any(|frame| frame.body == suspended.body) {
            return Value::unknown();
        }
        let start = Start {
            body: suspended.body,
            caller: Some(suspended.step),
            args: suspended.args,
            state: state.without_vars(),
            block: BlockId(0),
            temps: None,
            stops_at_yield: true,
        };
        let exits = self.run(start);
        let mut ways = Ways::default();
        for waiting in &exits.yields {
            ways.add(waiting.state.without_vars(), waiting.value.clone());
        }
        self.suspended[generator as usize].waiting = exits.yields;
        let Some((mut joined, value)) = ways.joined() else { return Value::unknown() };
        joined.return_to(state);
        *state = joined;
        value
    }

    /// Lets a generator go on to its end; not `clean` where an exception is thrown into it.
    pub(crate) fn resume(&mut self, state: &mut State, generator: u32, clean: bool) {
        let suspended = self.suspended[generator as usize].clone();
        let mut all = Exits::default();
        let waits: Vec<State> = suspended.waiting.iter().map(|waiting| waiting.state.clone()).collect();
        for waiting in suspended.waiting {
            let mut at = state.without_vars();
            // What only another `yield` had before it is not there where it goes on from this one.
            at.forget_files(|key| {
                waiting.state.file(key).is_none() && waits.iter().any(|state| state.file(key).is_some())
            });
            at.return_to(&waiting.state);
            let start = Start {
                body: suspended.body,
                caller: Some(suspended.step),
                args: Vec::new(),
                state: at,
                block: if clean { waiting.resume } else { waiting.unwind },
                temps: Some(waiting.temps),
                stops_at_yield: false,
            };
            join_exits(&mut all, self.run(start));
        }
        self.land(state, all);
    }

    /// What iterating a generator gives; it runs to its end.
    pub(crate) fn iterate(&mut self, state: &mut State, generator: u32) -> Value {
        let value = self.enter(state, generator);
        self.resume(state, generator, true);
        value
    }
}
