//! What becomes of the outcome of a call: looked at, passed on, or dropped.
//!
//! It is read off the graph of the body alone, so it holds on every way through it.

use crate::program::{BodyInfo, Program, StepRef};
use atomic_lint_ir::{Block, BlockId, Callee, Const, Exit, Local, Op, Operand, Test};
use std::collections::BTreeSet;

/// Blocks behind a step that are looked at; a handler that does nothing is shorter.
const BLOCKS: usize = 24;

/// Calls that pass a value on are not followed further than this.
const CHAIN: u32 = 4;

/// The outcomes of one body.
pub(crate) struct Outcomes<'p, 'u> {
    program: &'p Program<'u>,
    info: &'p BodyInfo<'u>,
}

impl<'p, 'u> Outcomes<'p, 'u> {
    /// The outcomes of the body that holds `step`.
    pub(crate) fn around(program: &'p Program<'u>, step: StepRef) -> Self {
        Outcomes { program, info: program.body(step.body) }
    }

    /// Whether nobody learns that the call at `step` has failed: the same follows where it fails and where it does not.
    ///
    /// A call that `raises` tells of it by itself where no handler is around it.
    pub(crate) fn drops_error(&self, step: StepRef, raises: bool) -> bool {
        let Some(dst) = self.result_of(step) else { return false };
        match self.examined(dst) {
            Some((ok, err)) => self.meet_silently(ok, err),
            None => !raises && !self.is_used(dst, 0),
        }
    }

    /// Whether what the call at `step` gives, beyond its success, is used by nothing.
    pub(crate) fn drops_value(&self, step: StepRef) -> bool {
        self.result_of(step).is_some_and(|dst| !self.is_named(dst) && !self.is_used(dst, 0))
    }

    fn result_of(&self, step: StepRef) -> Option<Local> {
        match &self.info.body.blocks[step.block as usize].steps[step.step as usize].op {
            Op::Call { dst, .. } => Some(*dst),
            _ => None,
        }
    }

    /// Where it goes on by whether `dst` is a success, where anything goes by that.
    fn examined(&self, dst: Local) -> Option<(BlockId, BlockId)> {
        self.info.body.blocks.iter().find_map(|block| match &block.exit {
            Exit::Fallible { value, ok, err } if *value == dst => Some((*ok, *err)),
            _ => None,
        })
    }

    /// Whether both ways lead to one place with nothing done before, other than to one that is left by an error; or
    /// both return nothing.
    fn meet_silently(&self, ok: BlockId, err: BlockId) -> bool {
        let (went, failed) = (self.silently_reached(ok), self.silently_reached(err));
        let returns_nothing = |blocks: &BTreeSet<BlockId>| blocks.iter().any(|block| self.returns_nothing(*block));
        went.intersection(&failed).any(|block| self.may_return(*block))
            || returns_nothing(&went) && returns_nothing(&failed)
    }

    fn returns_nothing(&self, block: BlockId) -> bool {
        let block = self.block(block);
        let nothing = matches!(&block.exit, Exit::Return(None | Some(Operand::Const(Const::None))));
        nothing && block.steps.iter().all(|step| does_nothing(&step.op))
    }

    /// The blocks that follow `from` before anything is done, those at which something is done included.
    fn silently_reached(&self, from: BlockId) -> BTreeSet<BlockId> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(id) = waiting.pop() {
            if reached.len() > BLOCKS || !reached.insert(id) {
                continue;
            }
            let block = self.block(id);
            // A condition looks at what has happened.
            if block.steps.iter().all(|step| does_nothing(&step.op)) && !matches!(block.exit, Exit::If { .. }) {
                waiting.extend(goes_on(&block.exit));
            }
        }
        reached
    }

    fn may_return(&self, from: BlockId) -> bool {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            match &self.block(id).exit {
                Exit::Return(_) => return true,
                exit => waiting.extend(next(exit)),
            }
        }
        false
    }

    fn block(&self, id: BlockId) -> &Block {
        &self.info.body.blocks[id.0 as usize]
    }

    /// Whether anything but its success is made of `local`.
    fn is_used(&self, local: Local, depth: u32) -> bool {
        let blocks = &self.info.body.blocks;
        depth > CHAIN
            || blocks.iter().flat_map(|block| &block.steps).any(|step| self.uses(&step.op, local, depth))
            || blocks.iter().any(|block| leaves_with(&block.exit, local))
    }

    fn is_named(&self, local: Local) -> bool {
        self.info.body.locals[local.0 as usize].name.as_ref().is_some_and(|name| !name.starts_with('_'))
    }

    fn uses(&self, op: &Op, local: Local, depth: u32) -> bool {
        let is = |operand: &Operand| *operand == Operand::Local(local);
        match op {
            // `x.ok()` and `x.unwrap()` make no more of it than what is made of theirs.
            Op::Call { dst, callee: Callee::Method { receiver, .. }, args, .. }
                if *receiver == local && args.is_empty() =>
            {
                self.is_used(*dst, depth + 1)
            }
            Op::Call { callee, args, .. } => is_called(callee, local) || args.iter().any(|arg| is(&arg.value)),
            // What has got a name was not thrown away.
            Op::Copy { dst, src } => is(src) && (self.is_named(*dst) || self.is_used(*dst, depth + 1)),
            Op::Concat { parts, .. } | Op::Flags { parts, .. } => parts.iter().any(is),
            Op::Aggregate { fields, .. } => fields.iter().any(|(_, value)| is(value)),
            Op::Load { object, .. } => *object == local,
            Op::Store { object, src, .. } => *object == local || is(src),
            Op::Closure { body, .. } => {
                let closure = self.program.body_ref(self.info.file, *body);
                self.program.body(closure).body.captures.iter().any(|capture| capture.outer == local)
            }
            Op::Opaque { mentions, .. } => mentions.contains(&local),
            Op::End(_) => false,
        }
    }
}

fn is_called(callee: &Callee, local: Local) -> bool {
    match callee {
        Callee::Method { receiver, .. } => *receiver == local,
        Callee::Value(value) => *value == local,
        Callee::Path(_) => false,
    }
}

fn does_nothing(op: &Op) -> bool {
    match op {
        Op::Copy { .. } | Op::End(_) => true,
        Op::Opaque { mentions, .. } => mentions.is_empty(),
        // Leaving a context manager is how an error reaches the code behind it.
        Op::Call { callee: Callee::Method { name, .. }, .. } => name == "__exit__" || name == "__aexit__",
        _ => false,
    }
}

/// Where it goes on by itself: that leaving a context manager fails as well is another error.
fn goes_on(exit: &Exit) -> Vec<BlockId> {
    match exit {
        Exit::Fallible { ok, .. } => vec![*ok],
        exit => next(exit),
    }
}

fn next(exit: &Exit) -> Vec<BlockId> {
    match exit {
        Exit::Goto(to) => vec![*to],
        Exit::Branch(to) => to.clone(),
        Exit::If { then, otherwise, .. } => vec![*then, *otherwise],
        Exit::Fallible { ok, err, .. } => vec![*ok, *err],
        Exit::Yield { resume, unwind, .. } => vec![*resume, *unwind],
        Exit::Return(_) | Exit::Raise | Exit::Unreachable => Vec::new(),
    }
}

fn leaves_with(exit: &Exit, local: Local) -> bool {
    match exit {
        Exit::Return(value) | Exit::Yield { value, .. } => *value == Some(Operand::Local(local)),
        Exit::If { test, .. } => match test {
            Test::Truthy(tested) | Test::Equals(tested, _) => *tested == local,
            Test::Unknown => false,
        },
        Exit::Goto(_) | Exit::Branch(_) | Exit::Fallible { .. } | Exit::Raise | Exit::Unreachable => false,
    }
}
