//! Which call is to fail, and how.

use super::{Call, Errno};

/// What a failing call has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// All it was asked for: only its answer is lost, as by a network.
    Done,
}

/// A failure to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which kind of call fails.
    pub call: Call,
    /// How many calls of that kind succeed before.
    pub nth: usize,
    /// With which error.
    pub errno: Errno,
    /// And what it has done.
    pub effect: Effect,
}

impl Fault {
    /// The `nth` call, counted from 0, fails with `errno` and does nothing.
    pub fn new(call: Call, nth: usize, errno: Errno) -> Self {
        Fault { call, nth, errno, effect: Effect::None }
    }

    /// The same, but the call has its effect.
    pub fn after_effect(self) -> Self {
        Fault { effect: Effect::Done, ..self }
    }
}
