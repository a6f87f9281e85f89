//! A body being run: what it was given, and how it is left.

use crate::program::{BodyRef, StepRef};
use crate::state::State;
use crate::value::Value;
use atomic_lint_ir::{BlockId, Local};
use rustc_hash::FxHashSet;

/// One body being run.
pub(crate) struct Frame {
    pub(crate) body: BodyRef,
    /// The step that called it.
    pub(crate) caller: Option<StepRef>,
    /// How many calls up the nearest one is that was followed for more than the path it makes.
    pub(crate) asides: u32,
    /// What it was given.
    pub(crate) args: Vec<Value>,
    /// Values of the locals that one step defines.
    pub(crate) temps: Vec<Value>,
    /// The latest call that changed a file: what holds its outcome, and the state where it failed.
    pub(crate) attempt: Option<Attempt>,
    /// What was handed out at a `yield`, when the frame is resumed later.
    pub(crate) yields: Vec<Yielded>,
}

pub(crate) struct Attempt {
    pub(crate) outcome: FxHashSet<Local>,
    pub(crate) failed: State,
}

/// A generator at a `yield`.
#[derive(Clone)]
pub(crate) struct Yielded {
    pub(crate) value: Value,
    pub(crate) state: State,
    pub(crate) resume: BlockId,
    pub(crate) unwind: BlockId,
    pub(crate) temps: Vec<Value>,
}

/// How a body was left.
#[derive(Clone, Default)]
pub(crate) struct Exits {
    /// With success.
    pub(crate) ok: Option<(State, Value)>,
    /// With an error.
    pub(crate) err: Option<State>,
    /// At a `yield`.
    pub(crate) yields: Vec<Yielded>,
}

/// A generator object.
#[derive(Clone)]
pub(crate) struct Suspended {
    pub(crate) body: BodyRef,
    pub(crate) step: StepRef,
    pub(crate) args: Vec<(Local, Value)>,
    pub(crate) waiting: Vec<Yielded>,
}

/// How a body is begun.
pub(crate) struct Start {
    pub(crate) body: BodyRef,
    pub(crate) caller: Option<StepRef>,
    pub(crate) args: Vec<(Local, Value)>,
    pub(crate) state: State,
    pub(crate) block: BlockId,
    pub(crate) temps: Option<Vec<Value>>,
    /// A `yield` leaves the frame; otherwise it is passed over.
    pub(crate) stops_at_yield: bool,
}

/// Joins the ways that a call may have gone.
pub(crate) fn join_exits(all: &mut Exits, more: Exits) {
    match (&mut all.ok, more.ok) {
        (Some((state, value)), Some((other, returned))) => {
            state.join(&other);
            value.join_way(&returned);
        }
        (slot @ None, more) => *slot = more,
        (Some(_), None) => {}
    }
    match (&mut all.err, more.err) {
        (Some(state), Some(other)) => {
            state.join(&other);
        }
        (slot @ None, more) => *slot = more,
        (Some(_), None) => {}
    }
    all.yields.extend(more.yields);
}
