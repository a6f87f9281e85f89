//! What becomes of the outcome of a call: looked at, passed on, or dropped.
//!
//! It is read off the graph of the body alone, so it holds on every way through it.

use crate::program::{BodyInfo, Program, StepRef};
use atomic_lint_ir::{Block, BlockId, Callee, Const, Exit, Local, Op, Operand, Test};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Blocks behind a step that are looked at; a handler that does nothing is shorter.
const BLOCKS: usize = 24;

/// Calls that pass a value on are not followed further than this.
const CHAIN: u32 = 4;

/// The outcomes of one body.
pub(crate) struct Outcomes<'p, 'u> {
    info: &'p BodyInfo<'u>,
    known: &'p Known,
}

/// What the whole graph of a body says, worked out once.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By block: a way leads from it to a success.
    may_return: Vec<bool>,
    /// Where it goes on by whether a local is a success.
    examined: FxHashMap<Local, (BlockId, BlockId)>,
    uses: FxHashMap<Local, Vec<Use>>,
}

/// What is made of a local.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// Something.
    Full,
    /// No more than what is made of that one.
    Passed(Local),
}

impl<'p, 'u> Outcomes<'p, 'u> {
    /// The outcomes of the body that holds `step`.
    pub(crate) fn around(program: &'p Program<'u>, step: StepRef) -> Self {
        let info = program.body(step.body);
        Outcomes { info, known: info.outcomes.get_or_init(|| Known::new(program, info)) }
    }

    /// Whether nobody learns that the call at `step` has failed: the same follows where it fails and where it does not.
    ///
    /// A call that `raises` tells of it by itself where no handler is around it.
    pub(crate) fn drops_error(&self, step: StepRef, raises: bool) -> bool {
        let Some(dst) = self.result_of(step) else { return false };
        match self.known.examined_as(dst, 0) {
            Some((ok, err)) => self.meet_silently(ok, err),
            None => !raises && !self.known.is_used(dst, 0),
        }
    }

    /// Whether what the call at `step` gives, beyond its success, is used by nothing.
    pub(crate) fn drops_value(&self, step: StepRef) -> bool {
        self.result_of(step).is_some_and(|dst| !is_named(self.info, dst) && !self.known.is_used(dst, 0))
    }

    fn result_of(&self, step: StepRef) -> Option<Local> {
        match &self.info.body.blocks[step.block as usize].steps[step.step as usize].op {
            Op::Call { dst, .. } => Some(*dst),
            _ => None,
        }
    }

    /// Whether both ways lead to one place with nothing done before, other than to one that is left by an error; or
    /// both return nothing.
    fn meet_silently(&self, ok: BlockId, err: BlockId) -> bool {
        let (went, failed) = (self.silently_reached(ok), self.silently_reached(err));
        let returns_nothing = |blocks: &BTreeSet<BlockId>| blocks.iter().any(|block| self.returns_nothing(*block));
        went.intersection(&failed).any(|block| self.known.may_return[block.0 as usize])
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

    fn block(&self, id: BlockId) -> &Block {
        &self.info.body.blocks[id.0 as usize]
    }
}

impl Known {
    fn new(program: &Program<'_>, info: &BodyInfo<'_>) -> Self {
        let mut known = Known { may_return: may_return(&info.body.blocks), ..Known::default() };
        for block in &info.body.blocks {
            block.steps.iter().for_each(|step| known.take_in(program, info, &step.op));
            leaves_with(&block.exit).into_iter().for_each(|local| known.used(local, Use::Full));
            if let Exit::Fallible { value, ok, err } = &block.exit {
                known.examined.entry(*value).or_insert((*ok, *err));
            }
        }
        known
    }

    fn used(&mut self, local: Local, how: Use) {
        self.uses.entry(local).or_default().push(how);
    }

    /// Where it goes on after `local`, or what it was made into (`into_diagnostic`), was asked whether it is an error.
    fn examined_as(&self, local: Local, depth: u32) -> Option<(BlockId, BlockId)> {
        let passed = |how: &Use| match how {
            Use::Passed(to) if depth < CHAIN => self.examined_as(*to, depth + 1),
            _ => None,
        };
        let own = self.examined.get(&local).copied();
        own.or_else(|| self.uses.get(&local).and_then(|uses| uses.iter().find_map(passed)))
    }

    /// Whether anything but its success is made of `local`.
    fn is_used(&self, local: Local, depth: u32) -> bool {
        let is_full = |how: &Use| match how {
            Use::Full => true,
            Use::Passed(to) => self.is_used(*to, depth + 1),
        };
        depth > CHAIN || self.uses.get(&local).is_some_and(|uses| uses.iter().any(is_full))
    }

    fn take_in(&mut self, program: &Program<'_>, info: &BodyInfo<'_>, op: &Op) {
        match op {
            // `x.ok()` and `x.unwrap()` make no more of it than what is made of theirs.
            Op::Call { dst, callee: Callee::Method { receiver, .. }, args, .. } if args.is_empty() => {
                self.used(*receiver, Use::Passed(*dst));
            }
            Op::Call { callee, args, .. } => {
                called(callee).into_iter().for_each(|local| self.used(local, Use::Full));
                args.iter().for_each(|arg| self.operand(&arg.value));
            }
            // What has got a name was not thrown away.
            Op::Copy { dst, src: Operand::Local(src) } => {
                self.used(*src, if is_named(info, *dst) { Use::Full } else { Use::Passed(*dst) });
            }
            Op::Copy { .. } | Op::End(_) => {}
            Op::Concat { parts, .. } | Op::Flags { parts, .. } => parts.iter().for_each(|part| self.operand(part)),
            Op::Aggregate { fields, .. } => fields.iter().for_each(|(_, value)| self.operand(value)),
            Op::Load { object, .. } => self.used(*object, Use::Full),
            Op::Store { object, src, .. } => {
                self.used(*object, Use::Full);
                self.operand(src);
            }
            Op::Closure { body, .. } => {
                let closure = program.body(program.body_ref(info.file, *body));
                closure.body.captures.iter().for_each(|capture| self.used(capture.outer, Use::Full));
            }
            Op::Opaque { mentions, .. } => mentions.iter().for_each(|local| self.used(*local, Use::Full)),
        }
    }

    fn operand(&mut self, operand: &Operand) {
        if let Operand::Local(local) = operand {
            self.used(*local, Use::Full);
        }
    }
}

fn is_named(info: &BodyInfo<'_>, local: Local) -> bool {
    info.body.locals[local.0 as usize].name.as_ref().is_some_and(|name| !name.starts_with('_'))
}

/// The blocks from which a way leads to a success, found backwards from those that are one.
fn may_return(blocks: &[Block]) -> Vec<bool> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); blocks.len()];
    let mut waiting = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        next(&block.exit).into_iter().for_each(|to| before[to.0 as usize].push(at));
        if matches!(block.exit, Exit::Return(_)) {
            waiting.push(at);
        }
    }
    let mut found = vec![false; blocks.len()];
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut found[at], true) {
            waiting.extend(&before[at]);
        }
    }
    found
}

fn called(callee: &Callee) -> Option<Local> {
    match callee {
        Callee::Method { receiver, .. } => Some(*receiver),
        Callee::Value(value) => Some(*value),
        Callee::Path(_) => None,
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

/// The local that the exit of a block makes something of.
fn leaves_with(exit: &Exit) -> Option<Local> {
    match exit {
        Exit::Return(Some(Operand::Local(local))) | Exit::Yield { value: Some(Operand::Local(local)), .. } => {
            Some(*local)
        }
        Exit::If { test: Test::Truthy(local) | Test::Equals(local, _), .. } => Some(*local),
        Exit::Return(_)
        | Exit::Yield { .. }
        | Exit::If { .. }
        | Exit::Goto(_)
        | Exit::Branch(_)
        | Exit::Fallible { .. }
        | Exit::Raise
        | Exit::Unreachable => None,
    }
}
