//! The body under construction: its variables, what encloses it, and how steps get into it.

use crate::guard::Scan;
use crate::position::Positions;
use crate::scope::Names;
use atomic_lint_ir::{
    Block, BlockId, Body, BodyBuilder, BodyId, BodyKind, Capture, Const, Directive, Exit, Function, Glob, Global, Impl,
    Local, Module, Name, Op, Operand, Param, Type, TypeDef,
};
use atomic_lint_source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use syn::Expr;

/// The lowering of one file.
pub(crate) struct Lowerer<'t> {
    pub(crate) names: Names,
    pub(crate) at: Positions<'t>,
    /// Spans of statements and items, where there are comments to be attached to them.
    pub(crate) statements: Option<Vec<Span>>,
    /// Finished bodies by number; a number is given out before the body is done.
    pub(crate) bodies: Vec<Option<Body>>,
    /// The body under construction.
    pub(crate) fun: Fun,
    /// The bodies around it whose variables it can see, outermost first.
    pub(crate) outer: Vec<Fun>,
    /// The code is compiled only under test.
    pub(crate) test: bool,
    /// How many macro calls there are around.
    pub(crate) macros: u32,
    pub(crate) out: Parts,
}

/// What a file is made of besides its bodies.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) globs: Vec<Glob>,
    pub(crate) modules: Vec<Module>,
    pub(crate) functions: Vec<Function>,
    pub(crate) types: Vec<TypeDef>,
    pub(crate) impls: Vec<Impl>,
    pub(crate) globals: Vec<Global>,
    pub(crate) directives: Vec<Directive>,
}

/// Where the value of an expression goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dest {
    /// Nowhere.
    Discard,
    /// Into that local, so that several ways can meet in it.
    Into(Local),
    /// Out of the body.
    Return,
}

/// One body under construction.
pub(crate) struct Fun {
    pub(crate) id: BodyId,
    pub(crate) builder: BodyBuilder,
    /// Blocks of the text around the current place, innermost last.
    pub(crate) scopes: Vec<Scope>,
    /// What each name stands for here, and behind that what it stands for outside.
    visible: FxHashMap<Name, Vec<Declared>>,
    /// Loops, labelled blocks and `try` blocks around it.
    pub(crate) frames: Vec<Frame>,
    pub(crate) captures: Vec<Capture>,
    /// Temporaries of the current statements that own what a call gave.
    pub(crate) temps: Vec<Local>,
    /// Which locals are such temporaries and no variables.
    pub(crate) is_temp: Locals,
    /// Of which temporary a method's result was made, and so may hold it.
    pub(crate) made_of: FxHashMap<Local, Local>,
    /// Locals of which it was seen that the operation succeeded.
    pub(crate) succeeded: Locals,
    /// Whether the current place can be reached.
    pub(crate) live: bool,
    /// Locals that may have been moved away on the way here.
    pub(crate) moved: Rc<Locals>,
    /// Locals moved away anywhere in the body.
    pub(crate) ever_moved: Locals,
    /// Locals that hold text for certain.
    pub(crate) texts: Locals,
    /// Locals that may own what they hold.
    pub(crate) owners: Locals,
    /// What has been moved where a block is entered; `None` where nothing leads to it yet.
    pub(crate) arrivals: Vec<Option<Rc<Locals>>>,
    /// How many ends were put at early exits.
    pub(crate) ends: usize,
    /// A nested function: it sees the items around it, not the variables.
    pub(crate) walled: bool,
    /// A block that raises and has nothing to end, for all who need one.
    pub(crate) raise: Option<BlockId>,
}

/// A block of the text with what it declares.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) names: Vec<Name>,
    /// Locals whose life ends with it, in the order of their declaration.
    pub(crate) drops: Vec<Local>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared {
    pub(crate) local: Local,
    /// How many scopes there were around the declaration.
    pub(crate) depth: usize,
    /// A nested function or constant, which nested functions see too.
    pub(crate) item: bool,
    /// Declared under `cfg`: one more of the name is the same variable.
    pub(crate) conditional: bool,
}

/// Something that `break`, `continue` or `?` leaves.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: FrameKind,
    pub(crate) label: Option<Name>,
    pub(crate) exit: BlockId,
    pub(crate) dest: Dest,
    /// How many scopes and temporaries there were outside.
    pub(crate) scopes: usize,
    pub(crate) temps: usize,
}

/// What a [`Frame`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// A loop, with the block where its next round begins.
    Loop(BlockId),
    /// A labelled block.
    Block,
    /// A `try` block.
    Try,
}

/// A set of locals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locals(Vec<u64>);

impl Locals {
    pub(crate) fn insert(&mut self, local: Local) {
        let word = local.0 as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (local.0 % 64);
    }

    pub(crate) fn remove(&mut self, local: Local) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word &= !(1 << (local.0 % 64));
        }
    }

    pub(crate) fn contains(&self, local: Local) -> bool {
        self.0.get(local.0 as usize / 64).is_some_and(|word| word & (1 << (local.0 % 64)) != 0)
    }

    pub(crate) fn add_all(&mut self, other: &Locals) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }
}

impl Fun {
    pub(crate) fn new(id: BodyId) -> Self {
        Fun {
            id,
            builder: BodyBuilder::default(),
            scopes: vec![Scope::default()],
            visible: FxHashMap::default(),
            frames: Vec::new(),
            captures: Vec::new(),
            temps: Vec::new(),
            is_temp: Locals::default(),
            made_of: FxHashMap::default(),
            succeeded: Locals::default(),
            live: true,
            moved: Rc::default(),
            ever_moved: Locals::default(),
            texts: Locals::default(),
            owners: Locals::default(),
            arrivals: Vec::new(),
            ends: 0,
            walled: false,
            raise: None,
        }
    }

    /// The innermost variable or nested item called `name`.
    pub(crate) fn lookup(&self, name: &str, items_only: bool) -> Option<Local> {
        let declared = self.visible.get(name)?.iter().rev();
        declared.filter(|declared| declared.item || !items_only).map(|declared| declared.local).next()
    }

    pub(crate) fn declare(&mut self, name: Name, local: Local) {
        self.declare_as(name, local, false, false);
    }

    pub(crate) fn declare_as(&mut self, name: Name, local: Local, item: bool, conditional: bool) {
        let depth = self.scopes.len();
        self.visible.entry(name.clone()).or_default().push(Declared { local, depth, item, conditional });
        self.scope().names.push(name);
    }

    /// The variable `name` of this very scope that was declared under `cfg`.
    pub(crate) fn conditional(&self, name: &str) -> Option<Local> {
        let last = self.visible.get(name)?.last()?;
        (last.conditional && last.depth == self.scopes.len()).then_some(last.local)
    }

    /// `name`, declared last, was declared under `cfg`.
    pub(crate) fn mark_conditional(&mut self, name: &str) {
        if let Some(declared) = self.visible.get_mut(name).and_then(|declared| declared.last_mut()) {
            declared.conditional = true;
        }
    }

    /// Leaves the innermost scope.
    fn forget_scope(&mut self) {
        for name in self.scopes.pop().map(|scope| scope.names).unwrap_or_default() {
            if let Some(declared) = self.visible.get_mut(&name) {
                declared.pop();
            }
        }
    }

    /// `local` is a temporary that owns what a call gave.
    pub(crate) fn add_temp(&mut self, local: Local) {
        self.temps.push(local);
        self.is_temp.insert(local);
    }

    pub(crate) fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().expect("the outermost scope is never closed")
    }

    /// `local` is moved away, and with it what it may hold.
    pub(crate) fn take(&mut self, local: Local) {
        Rc::make_mut(&mut self.moved).insert(local);
        self.ever_moved.insert(local);
        self.take_sources(local);
    }

    /// What `local` was made of is moved away.
    pub(crate) fn take_sources(&mut self, local: Local) {
        let mut at = local;
        while let Some(source) = self.made_of.get(&at).copied() {
            Rc::make_mut(&mut self.moved).insert(source);
            at = source;
        }
    }

    /// Whether `failed` was made of `local`, so that `local` failed too.
    pub(crate) fn failed_with(&self, local: Local, failed: Local) -> bool {
        let mut at = failed;
        while at != local {
            match self.made_of.get(&at) {
                Some(source) => at = *source,
                None => return false,
            }
        }
        local == failed || !self.succeeded.contains(local)
    }

    /// A local that stands for `outer` of the body around this one.
    fn capture(&mut self, name: &Name, outer: Local, item: bool) -> Local {
        let inner = self.builder.variable(name.clone(), None);
        self.captures.push(Capture { inner, outer });
        // A capture is outermost: what the body itself declares shadows it.
        self.visible
            .entry(name.clone())
            .or_default()
            .insert(0, Declared { local: inner, depth: 0, item, conditional: false });
        inner
    }
}

impl<'t> Lowerer<'t> {
    pub(crate) fn new(names: Names, at: Positions<'t>, scan: &Scan) -> Self {
        Lowerer {
            names,
            at,
            statements: (!scan.comments.is_empty()).then(Vec::new),
            bodies: vec![None],
            fun: Fun::new(BodyId(0)),
            outer: Vec::new(),
            test: false,
            macros: 0,
            out: Parts::default(),
        }
    }

    pub(crate) fn reserve(&mut self) -> BodyId {
        self.bodies.push(None);
        BodyId(self.bodies.len() as u32 - 1)
    }

    pub(crate) fn push(&mut self, op: Op, span: Span) {
        self.fun.builder.push(op, span);
    }

    pub(crate) fn temp(&mut self) -> Local {
        self.fun.builder.temp()
    }

    pub(crate) fn span_of(&self, expr: &Expr) -> Span {
        self.at.between(crate::edges::first(expr), crate::edges::last(expr))
    }

    /// `operand` as a local that something can be asked of.
    pub(crate) fn local(&mut self, operand: Operand, span: Span) -> Local {
        match operand {
            Operand::Local(local) => local,
            constant => {
                let dst = self.temp();
                self.push(Op::Copy { dst, src: constant }, span);
                dst
            }
        }
    }

    /// An unknown value that came of `mentions`.
    pub(crate) fn opaque(&mut self, mentions: Vec<Local>, span: Span) -> Operand {
        let dst = self.temp();
        self.push(Op::Opaque { dst: Some(dst), mentions }, span);
        Operand::Local(dst)
    }

    /// The variable or nested item `name`, captured from the bodies around where it is theirs.
    pub(crate) fn variable(&mut self, name: &str) -> Option<Local> {
        if let Some(local) = self.fun.lookup(name, false) {
            return Some(local);
        }
        let mut walled = self.fun.walled;
        let mut level = self.outer.len();
        let mut found = None;
        while found.is_none() && level > 0 {
            level -= 1;
            found = self.outer[level].lookup(name, walled);
            walled |= self.outer[level].walled;
        }
        let mut local = found?;
        let name = Name::new(name);
        for inner in self.outer[level + 1..].iter_mut().chain([&mut self.fun]) {
            local = inner.capture(&name, local, walled);
        }
        Some(local)
    }

    pub(crate) fn open_scope(&mut self) {
        self.fun.scopes.push(Scope::default());
    }

    /// Ends the innermost scope and what lives in it.
    pub(crate) fn close_scope(&mut self, end: Span) {
        self.end_scopes(self.fun.scopes.len() - 1, end);
        self.fun.forget_scope();
    }

    /// Finishes the body under construction as `head`.
    pub(crate) fn finish(&mut self, fun: Fun, mut head: Body) {
        head.captures = fun.captures;
        fun.builder.finish_into(&mut head);
        compact(&mut head.blocks);
        self.bodies[fun.id.0 as usize] = Some(head);
    }

    /// A body of which only the outside is known yet.
    pub(crate) fn head(&self, name: Name, kind: BodyKind, span: Span, name_span: Span) -> Body {
        Body {
            name,
            kind,
            span,
            name_span,
            params: Vec::new(),
            captures: Vec::new(),
            returns: None,
            locals: Vec::new(),
            blocks: Vec::new(),
            generator: false,
            is_async: false,
            test: self.test,
            decorators: Vec::new(),
            summary: Name::default(),
            property: false,
            is_static: false,
            omitted: false,
        }
    }
}

/// A parameter by position.
pub(crate) fn param(local: Local, name: Name, ty: Option<Type>, kind: atomic_lint_ir::ParamKind) -> Param {
    Param { local, name, ty, default: None, kind }
}

/// The unit value.
pub(crate) const UNIT: Operand = Operand::Const(Const::None);

/// Takes out blocks that nothing leads to and those that only lead on, joins those that always follow each other,
/// and puts the rest in the order of the flow.
fn compact(blocks: &mut Vec<Block>) {
    let targets: Vec<BlockId> = (0..blocks.len()).map(|at| forwarded(blocks, BlockId(at as u32))).collect();
    for to in blocks.iter_mut().flat_map(|block| successors(&mut block.exit)) {
        *to = targets[to.0 as usize];
    }
    let ways_in = ways_in(blocks);
    let mut places: Vec<Option<BlockId>> = vec![None; blocks.len()];
    let mut ordered: Vec<Block> = Vec::new();
    let mut pending = vec![BlockId(0)];
    while let Some(at) = pending.pop() {
        if places[at.0 as usize].is_none() {
            places[at.0 as usize] = Some(BlockId(ordered.len() as u32));
            let mut block = taken(blocks, at);
            while let Exit::Goto(to) = block.exit
                && ways_in[to.0 as usize] == 1
            {
                let next = taken(blocks, to);
                block.steps.extend(next.steps);
                block.exit = next.exit;
            }
            pending.extend(successors(&mut block.exit).into_iter().rev().map(|to| *to));
            ordered.push(block);
        }
    }
    for to in ordered.iter_mut().flat_map(|block| successors(&mut block.exit)) {
        *to = places[to.0 as usize].expect("what a reachable block leads to is reachable");
    }
    *blocks = ordered;
}

fn taken(blocks: &mut [Block], at: BlockId) -> Block {
    std::mem::replace(&mut blocks[at.0 as usize], Block { steps: Vec::new(), exit: Exit::Unreachable })
}

/// How many exits of reachable blocks lead to each block; the entry has one more.
fn ways_in(blocks: &mut [Block]) -> Vec<u32> {
    let mut ways = vec![0; blocks.len()];
    let mut pending = vec![BlockId(0)];
    while let Some(at) = pending.pop() {
        ways[at.0 as usize] += 1;
        if ways[at.0 as usize] == 1 {
            pending.extend(successors(&mut blocks[at.0 as usize].exit).into_iter().map(|to| *to));
        }
    }
    ways
}

/// Where a jump to `at` ends; blocks in a circle of jumps stay as they are.
fn forwarded(blocks: &[Block], at: BlockId) -> BlockId {
    let mut end = at;
    for _ in 0..blocks.len().min(64) {
        match &blocks[end.0 as usize] {
            Block { steps, exit: Exit::Goto(to) } if steps.is_empty() && *to != end => end = *to,
            _ => break,
        }
    }
    end
}

fn successors(exit: &mut Exit) -> Vec<&mut BlockId> {
    match exit {
        Exit::Goto(to) => vec![to],
        Exit::Branch(to) => to.iter_mut().collect(),
        Exit::If { then, otherwise, .. } => vec![then, otherwise],
        Exit::Fallible { ok, err, .. } => vec![ok, err],
        Exit::Yield { resume, unwind, .. } => vec![resume, unwind],
        Exit::Return(_) | Exit::Raise | Exit::Unreachable => Vec::new(),
    }
}
