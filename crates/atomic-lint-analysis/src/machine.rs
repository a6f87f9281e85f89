//! Running a body abstractly: a worklist over its blocks, to a fixed point.
//!
//! A call of a body of the project runs that body in the state at hand, so that a file can be
//! opened in one function, written in another and published in a third.
//! What each kind of step does to values stands here; calls are in [`crate::call`].

use crate::found::Found;
use crate::frame::{Attempt, Exits, Frame, Start, Suspended, Yielded};
use crate::globals::GlobalsInPlay;
use crate::log::Log;
use crate::objects::ObjectTable;
use crate::path::{PathExpr, PathRef};
use crate::program::{BodyRef, Program, StepRef};
use crate::state::State;
use crate::value::{Atom, ObjectKey, Value};
use atomic_lint_ir::{BlockId, BodyKind, Const, Exit, Local, Name, Op, Operand, Param, Step};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// After that many runs of a block no more is added to what its variables may hold.
const VISITS: u32 = 6;

/// A block is not run more often than this, by when what is known of files has long come to rest.
const LAST_VISIT: u32 = 9;

/// Steps that one root may run; what is called beyond that is taken as unknown.
const STEPS: usize = 40_000;

/// Steps beyond those for calls that write by themselves: without them a write at the end of a long function is not
/// seen.
const RESERVE: usize = 10_000;

/// What locals are given when a body begins.
type Arguments = Vec<(Local, Value)>;

/// The analysis of one root.
pub(crate) struct Machine<'p, 'u> {
    pub(crate) program: &'p Program<'u>,
    pub(crate) objects: &'p ObjectTable,
    pub(crate) trusted: &'p [Name],
    pub(crate) frames: Vec<Frame>,
    pub(crate) log: Log,
    pub(crate) suspended: Vec<Suspended>,
    /// What [`Frame::asides`] of the call about to be run is.
    pub(crate) asides: u32,
    /// The name of the row being applied.
    pub(crate) applying: Name,
    /// The source of the rename being applied.
    pub(crate) source: Option<(StepRef, Value)>,
    /// What the receiver of the call just made has become.
    pub(crate) assigned: Option<Value>,
    /// How things stand where the call just made has failed.
    pub(crate) failed: Option<State>,
    pub(crate) globals: GlobalsInPlay<'p>,
    /// By constructor and field: the texts that it gives it, as far as it was asked for.
    pub(crate) constructed: FxHashMap<(BodyRef, Name), Option<Value>>,
    /// By body: the locals that something is put into, as far as it was asked for.
    pub(crate) filled: FxHashMap<BodyRef, FxHashSet<Local>>,
    /// Calls that were run, with the state they were run in: a loop asks for the same again and again.
    runs: FxHashMap<(BodyRef, Arguments), (State, Exits)>,
    steps: usize,
}

impl<'p, 'u> Machine<'p, 'u> {
    /// A machine that has run nothing yet.
    pub(crate) fn new(
        program: &'p Program<'u>,
        objects: &'p ObjectTable,
        trusted: &'p [Name],
        globals: GlobalsInPlay<'p>,
    ) -> Self {
        Machine {
            program,
            objects,
            trusted,
            frames: Vec::new(),
            log: Log::default(),
            suspended: Vec::new(),
            asides: 0,
            applying: Name::default(),
            source: None,
            assigned: None,
            failed: None,
            globals,
            constructed: FxHashMap::default(),
            filled: FxHashMap::default(),
            runs: FxHashMap::default(),
            steps: 0,
        }
    }

    /// Runs `root` with nothing known of its arguments but of what is found in the fields of its type.
    pub(crate) fn run_root(&mut self, root: BodyRef, found: Option<Arc<Found>>) {
        self.steps = 0;
        self.log.root = Some(root);
        let args = self.symbolic_arguments(root);
        if let Some(owner) = self.program.body(root).owner {
            self.log.ask(&self.program.links.lineage(owner), None);
        }
        let state = found.as_ref().map(|found| found.state.clone()).unwrap_or_default();
        self.log.found = found;
        let start =
            Start { body: root, caller: None, args, state, block: BlockId(0), temps: None, stops_at_yield: false };
        let exits = self.run(start);
        self.log.leave_root(root, &exits);
    }

    fn symbolic_arguments(&mut self, root: BodyRef) -> Vec<(Local, Value)> {
        let info = self.program.body(root);
        let mut args = self.symbolic_parameters(root);
        if let BodyKind::Closure(_) = info.body.kind {
            for (at, capture) in info.body.captures.iter().enumerate() {
                let name = info.body.locals[capture.inner.0 as usize].name.clone().unwrap_or_default();
                let index = (info.body.params.len() + at) as u32;
                let path = PathExpr::Param { body: root.0, index, name };
                args.push((capture.inner, Value::path(PathRef::new(path))));
            }
        }
        args
    }

    /// Parameters of which nothing is known but which they are.
    pub(crate) fn symbolic_parameters(&mut self, root: BodyRef) -> Vec<(Local, Value)> {
        let info = self.program.body(root);
        let mut args = Vec::new();
        for (at, param) in info.body.params.iter().enumerate() {
            let value = match info.owner {
                Some(owner) if at == 0 && param.kind == atomic_lint_ir::ParamKind::Receiver => {
                    Value::of(Atom::Object(own_object(owner)))
                }
                _ => {
                    let path = PathExpr::Param { body: root.0, index: at as u32, name: param.name.clone() };
                    let mut value = self.symbol(info.file, PathRef::new(path), param.ty.as_ref());
                    // What is there by default is what most callers mean: a mode, a suffix, a function.
                    match &param.default {
                        Some(Const::Text(text)) => {
                            value.join(&Value::path(PathExpr::text(text.clone())));
                        }
                        Some(Const::Item(path)) => {
                            value.join(&self.item_in(info.file, path).filter(crate::call::callable));
                        }
                        _ => {}
                    }
                    value
                }
            };
            args.push((param.local, value));
        }
        args
    }

    /// Runs the top of a file; gives what its variables hold in the end.
    pub(crate) fn run_top_level(&mut self, body: BodyRef) -> Vec<Value> {
        let locals = self.program.body(body).body.locals.len();
        self.frames.push(Frame {
            body,
            caller: None,
            asides: 0,
            args: Vec::new(),
            temps: vec![Value::unknown(); locals],
            attempt: None,
            yields: Vec::new(),
        });
        let exits = self.run_blocks(BlockId(0), State::default(), false);
        let frame = self.frames.pop().expect("the frame was pushed above");
        let mut values = frame.temps;
        if let Some((state, _)) = exits.ok {
            for (local, value) in state.vars {
                values[local.0 as usize] = value;
            }
        }
        values
    }

    /// Runs a body that is called, or remembers how it was left when it was called just so.
    pub(crate) fn run_once(&mut self, start: Start) -> Exits {
        let key = (start.body, start.args.clone());
        if let Some((state, exits)) = self.runs.get(&key)
            && state.same(&start.state)
        {
            return exits.clone();
        }
        let state = start.state.clone();
        let exits = self.run(start);
        self.runs.insert(key, (state, exits.clone()));
        exits
    }

    /// Runs a body from a block on.
    pub(crate) fn run(&mut self, start: Start) -> Exits {
        let info = self.program.body(start.body);
        let mut frame = Frame {
            body: start.body,
            caller: start.caller,
            asides: std::mem::take(&mut self.asides),
            args: given(&info.body.params, &start.args),
            temps: start.temps.unwrap_or_else(|| vec![Value::unknown(); info.body.locals.len()]),
            attempt: None,
            yields: Vec::new(),
        };
        let mut state = start.state;
        for (local, value) in start.args {
            store(&mut frame, info.varying[local.0 as usize], &mut state, local, value);
        }
        self.frames.push(frame);
        let mut exits = self.run_blocks(start.block, state, start.stops_at_yield);
        let frame = self.frames.pop().expect("the frame was pushed above");
        exits.yields = frame.yields;
        exits
    }

    pub(crate) fn run_blocks(&mut self, first: BlockId, state: State, stops_at_yield: bool) -> Exits {
        let body = self.frame().body;
        let info = self.program.body(body);
        let blocks = info.body.blocks.len();
        let mut entry: Vec<Option<State>> = vec![None; blocks];
        let mut visits = vec![0u32; blocks];
        let mut queue: BTreeSet<(u32, u32)> = BTreeSet::new();
        let mut exits = Exits::default();
        let Some(slot) = entry.get_mut(first.0 as usize) else { return exits };
        *slot = Some(state);
        queue.insert((info.order[first.0 as usize].unwrap_or(0), first.0));
        while let Some((_, block)) = queue.pop_first() {
            let at = block as usize;
            visits[at] += 1;
            let Some(mut state) = entry[at].clone() else { continue };
            self.frame_mut().attempt = None;
            for (number, step) in info.body.blocks[at].steps.iter().enumerate() {
                self.steps += 1;
                self.step(StepRef { body, block, step: number as u32 }, step, &mut state);
            }
            for (to, state) in self.leave(&info.body.blocks[at].exit, state, &mut exits, stops_at_yield) {
                let to = to.0 as usize;
                let Some(slot) = entry.get_mut(to) else { continue };
                let changed = match slot {
                    Some(known) if visits[to] < VISITS => known.join(&state),
                    // What is open or written is not to be lost, however long values go on growing.
                    Some(known) => known.join_files(&state),
                    None => {
                        *slot = Some(state);
                        true
                    }
                };
                if changed && visits[to] < LAST_VISIT {
                    queue.insert((info.order[to].unwrap_or(u32::MAX), to as u32));
                }
            }
        }
        exits
    }

    /// Whether the root has used up what it may run.
    pub(crate) fn exhausted(&self) -> bool {
        self.steps > STEPS || (self.globals.computes() && self.frames.len() > 4)
    }

    /// Whether not even what writes by itself may still be run.
    pub(crate) fn spent(&self) -> bool {
        self.steps > STEPS + RESERVE || (self.globals.computes() && self.exhausted())
    }

    /// Leaves only that many steps to run.
    pub(crate) fn allow(&mut self, left: usize) {
        self.steps = STEPS.saturating_sub(left);
    }

    /// The body being run.
    pub(crate) fn frame(&self) -> &Frame {
        self.frames.last().expect("a step runs in a frame")
    }

    fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a step runs in a frame")
    }

    /// The calls on the stack, outermost first.
    ///
    /// Where that is one which only calls what it is given, the step stands in its caller.
    pub(crate) fn chain(&self, at: StepRef) -> Arc<Vec<StepRef>> {
        Arc::new(self.frames.iter().filter_map(|frame| frame.caller).filter(|caller| *caller != at).collect())
    }

    /// The calls that led to the function at hand; a closure is part of the function around it.
    pub(crate) fn function_chain(&self) -> Arc<Vec<StepRef>> {
        let functions =
            self.frames.iter().filter(|frame| !matches!(self.program.body(frame.body).body.kind, BodyKind::Closure(_)));
        Arc::new(functions.filter_map(|frame| frame.caller).collect())
    }

    /// A number for the last calls on the stack, so that what two callers open is not mixed up.
    pub(crate) fn context(&self) -> u32 {
        let mut number = 0u32;
        for frame in self.frames.iter().rev().take(2) {
            if let Some(step) = frame.caller {
                let mixed =
                    step.body.0.wrapping_mul(31).wrapping_add(step.block).wrapping_mul(31).wrapping_add(step.step);
                number = number.wrapping_mul(0x9E37_79B9).wrapping_add(mixed + 1);
            }
        }
        number
    }

    fn step(&mut self, at: StepRef, step: &Step, state: &mut State) {
        match &step.op {
            Op::Call { dst, .. } => {
                let value = self.call(at, step, state);
                self.set(state, *dst, value);
            }
            Op::Copy { dst, src } => {
                let value = self.operand(state, src);
                self.follow_outcome(src, *dst);
                self.set(state, *dst, value);
            }
            Op::Concat { dst, parts } => {
                let value = self.concat(at, state, parts);
                self.set(state, *dst, value);
            }
            Op::Flags { dst, parts } => {
                let value = self.flags(state, parts);
                self.set(state, *dst, value);
            }
            Op::Aggregate { dst, ty, fields } => {
                let value = self.aggregate(at, step, state, *dst, ty.as_ref(), fields);
                self.set(state, *dst, value);
            }
            Op::Load { dst, object, field } => {
                let object = self.get(state, *object);
                let value = self.load(at, step, state, &object, field);
                if field == "[]" {
                    value.paths().for_each(|element| state.take_element(element, at));
                }
                self.set(state, *dst, value);
            }
            Op::Store { object, field, src } => {
                let value = self.operand(state, src);
                self.store_field(state, *object, field, value);
            }
            Op::Closure { dst, body } => {
                let value = self.closure(state, *body);
                self.set(state, *dst, value);
            }
            Op::End(local) => {
                let value = self.get(state, *local);
                self.end(at, step, state, &value);
            }
            Op::Opaque { dst, mentions } => {
                for local in mentions {
                    let value = self.get(state, *local);
                    self.hand_over(state, &value, "", self.program.place(at.body, step.span));
                }
                if let Some(dst) = dst {
                    self.set(state, *dst, Value::path(PathRef::new(PathExpr::Made(at))));
                }
            }
        }
    }

    /// Where `exit` leads, with the state on each way.
    fn leave(&mut self, exit: &Exit, state: State, exits: &mut Exits, stops: bool) -> Vec<(BlockId, State)> {
        match exit {
            Exit::Goto(to) => vec![(*to, state)],
            Exit::Branch(to) => to.iter().map(|to| (*to, state.clone())).collect(),
            Exit::If { test, then, otherwise } => self.decide(test, *then, *otherwise, state),
            Exit::Fallible { value, ok, err } => {
                let mut failed = state.clone();
                if let Some(known) = self.failure_of(*value) {
                    failed.restore_files(known);
                }
                failed.failed = true;
                vec![(*ok, state), (*err, failed)]
            }
            Exit::Return(value) => {
                let value = value.as_ref().map_or(Value::of(Atom::None), |value| self.operand(&state, value));
                match &mut exits.ok {
                    Some((known, returned)) => {
                        known.join(&state);
                        returned.join_way(&value);
                    }
                    None => exits.ok = Some((state, value)),
                }
                Vec::new()
            }
            Exit::Raise => {
                let mut state = state;
                state.leave_files();
                match &mut exits.err {
                    Some(known) => {
                        known.join(&state);
                    }
                    None => exits.err = Some(state),
                }
                Vec::new()
            }
            Exit::Yield { value, dst, resume, unwind } => {
                self.leave_at_yield(value.as_ref(), *dst, *resume, *unwind, state, stops)
            }
            Exit::Unreachable => Vec::new(),
        }
    }

    fn leave_at_yield(
        &mut self,
        value: Option<&Operand>,
        dst: Local,
        resume: BlockId,
        unwind: BlockId,
        mut state: State,
        stops: bool,
    ) -> Vec<(BlockId, State)> {
        let value = value.map_or(Value::of(Atom::None), |value| self.operand(&state, value));
        self.set(&mut state, dst, Value::unknown());
        if !stops {
            // Whoever iterates may write to what it is given.
            let body = self.frame().body;
            let place = self.program.place(body, self.program.body(body).body.name_span);
            self.hand_over(&mut state, &value, "", place);
            if self.frames.len() == 1 {
                self.log.yielded.join(&value);
            }
            return vec![(resume, state.clone()), (unwind, state)];
        }
        let frame = self.frame_mut();
        let temps = frame.temps.clone();
        frame.yields.retain(|known| known.resume != resume);
        frame.yields.push(Yielded { value, state, resume, unwind, temps });
        Vec::new()
    }

    pub(crate) fn varies(&self, local: Local) -> bool {
        self.program.body(self.frame().body).varying[local.0 as usize]
    }

    /// The value of a local.
    pub(crate) fn get(&self, state: &State, local: Local) -> Value {
        if self.varies(local) {
            state.vars.get(&local).cloned().unwrap_or_default()
        } else {
            self.frame().temps[local.0 as usize].clone()
        }
    }

    /// Gives a local a value.
    pub(crate) fn set(&mut self, state: &mut State, local: Local, value: Value) {
        let varying = self.varies(local);
        store(self.frame_mut(), varying, state, local, value);
    }

    /// Remembers that a call was tried: `dst` holds its outcome, `failed` is how things stand where it failed.
    pub(crate) fn attempted(&mut self, dst: Local, failed: State) {
        self.frame_mut().attempt = Some(Attempt { outcome: std::iter::once(dst).collect(), failed });
    }

    /// How things stand where the call has failed whose outcome `local` holds.
    pub(crate) fn failure_of(&self, local: Local) -> Option<&State> {
        self.frame().attempt.as_ref().filter(|attempt| attempt.outcome.contains(&local)).map(|attempt| &attempt.failed)
    }

    /// Says that things stand as in `failed` where `local` holds an error.
    pub(crate) fn failed_as(&mut self, local: Local, failed: State) {
        match &mut self.frame_mut().attempt {
            Some(attempt) if attempt.outcome.contains(&local) => attempt.failed = failed,
            _ => self.attempted(local, failed),
        }
    }

    /// Says that `dst` holds what became of the outcome in `src`.
    pub(crate) fn follow_outcome(&mut self, src: &Operand, dst: Local) {
        if let Operand::Local(src) = src
            && let Some(attempt) = &mut self.frame_mut().attempt
            && attempt.outcome.contains(src)
        {
            attempt.outcome.insert(dst);
        }
    }
}

/// The field under which an object keeps its type.
pub(crate) const TYPE: &str = "(type)";

/// The field under which an object that the models know keeps its kind.
pub(crate) const KIND: &str = "(kind)";

/// The object that methods of `owner` work on, whichever it is.
pub(crate) fn own_object(owner: crate::link::TypeRef) -> ObjectKey {
    ObjectKey::Given(own_symbol(owner), owner)
}

/// What is known of the identity of such an object.
pub(crate) fn own_symbol(owner: crate::link::TypeRef) -> PathRef {
    PathRef::new(PathExpr::Item(Name::from(format!("self#{}", owner.0))))
}

/// What parameters were given; captures are the body's own.
fn given(params: &[Param], args: &[(Local, Value)]) -> Vec<Value> {
    let is_param = |local: &Local| params.iter().any(|param| param.local == *local);
    args.iter().filter(|(local, _)| is_param(local)).map(|(_, value)| value.clone()).collect()
}

fn store(frame: &mut Frame, varying: bool, state: &mut State, local: Local, value: Value) {
    if varying {
        state.vars.insert(local, value);
    } else {
        frame.temps[local.0 as usize] = value;
    }
}

/// The texts that a value may be as a part of another.
pub(crate) fn as_texts(value: &Value, at: StepRef) -> Vec<PathRef> {
    let texts: Vec<PathRef> = value
        .atoms()
        .iter()
        .filter_map(|atom| match atom {
            Atom::Path(path) | Atom::Kind(_, Some(path)) => Some(path.clone()),
            Atom::Int(number) => Some(PathExpr::text(number.to_string())),
            _ => None,
        })
        .collect();
    if texts.is_empty() { vec![PathRef::new(PathExpr::Made(at))] } else { texts }
}
