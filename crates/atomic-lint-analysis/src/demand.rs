//! What of a walk is in play, and what more has to be: where the names come from that a writer uses, and who
//! calls a writer.
//!
//! What is in play follows from the files that are in play alone, never from which others happen to be
//! lowered, so that a run that lowers everything and one that lowers what it is asked for judge the same.

use crate::link::{Def, TypeRef};
use crate::program::{BodyRef, Program};
use crate::project::Callers;
use atomic_lint_ir::{BodyId, BodyKind, Callee, Const, Exit, Language, Name, Op, Operand, Path, Type, Unit};
use atomic_lint_source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeSet, VecDeque};

/// So many files away from a writer, a definition says nothing any more of what is written.
const DISTANCE: u32 = 2;

/// So many calls above a write, a caller is still looked for.
const WRAPPED: u32 = 1;

/// Names that are not written where they are called: what calls them names the type.
const IMPLICIT: [&str; 1] = ["drop"];

/// Files that are not in play though a body that may write a file needs a name that they define.
pub(crate) fn definitions(program: &Program<'_>, writers: &Writers) -> BTreeSet<FileId> {
    let mut walk = Walk {
        program,
        bodies: FxHashSet::default(),
        types: FxHashSet::default(),
        queue: VecDeque::new(),
        wanted: BTreeSet::new(),
    };
    writers.within(u32::MAX).for_each(|writer| walk.enqueue(writer, 0));
    walk.wanted.extend(writers.within(WRAPPED).filter_map(|writer| front(program, writer)));
    while let Some((body, distance)) = walk.queue.pop_front() {
        walk.body(body, distance);
    }
    // A module is test code where it is declared to be.
    let files: BTreeSet<FileId> = writers.within(u32::MAX).map(|writer| program.body(writer).file).collect();
    walk.wanted.extend(files.into_iter().flat_map(|file| program.links.absent_parents(file)));
    walk.wanted
}

/// The file that may offer `writer` to whoever imports the package, where that is still to be seen.
fn front(program: &Program<'_>, writer: BodyRef) -> Option<FileId> {
    let info = program.body(writer);
    let takes_path = info.body.kind == BodyKind::Function && !info.body.params.is_empty();
    let front = program.links.front(info.file).filter(|_| takes_path)?;
    program.units[front.0 as usize].is_none().then_some(front)
}

/// The roots from which a step that can begin a finding is reached.
///
/// Fewer than all roots: those go by the names of methods alone, which is right for what is at hand and too
/// much to ask for more.
pub(crate) struct Writers(Vec<(BodyRef, u32)>);

impl Writers {
    /// Of `program`.
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let targets: Vec<bool> = program.bodies.iter().map(|info| info.begins).collect();
        let distances = program.relevance.distances(&targets);
        let roots = program.roots().into_iter();
        Writers(roots.filter_map(|root| Some((root, distances[root.0 as usize]?))).collect())
    }

    /// Those that are at most so many calls away from such a step.
    fn within(&self, reach: u32) -> impl Iterator<Item = BodyRef> + '_ {
        self.0.iter().filter(move |(_, distance)| *distance <= reach).map(|(body, _)| *body)
    }
}

/// From body to body, nearest files first.
struct Walk<'p, 'u> {
    program: &'p Program<'u>,
    bodies: FxHashSet<BodyRef>,
    types: FxHashSet<TypeRef>,
    queue: VecDeque<(BodyRef, u32)>,
    wanted: BTreeSet<FileId>,
}

impl Walk<'_, '_> {
    fn enqueue(&mut self, body: BodyRef, distance: u32) {
        self.queue.push_back((body, distance));
    }

    /// A body that is used from `from`; one in the same file is as near as what uses it.
    fn reach(&mut self, from: FileId, body: BodyRef, distance: u32) {
        self.program.twins(body).into_iter().for_each(|twin| self.reach(from, twin, distance));
        if !self.program.relevance.is_followed(body) {
            return;
        }
        match self.program.body(body).file == from {
            true => self.queue.push_front((body, distance)),
            false => self.enqueue(body, distance + 1),
        }
    }

    fn body(&mut self, at: BodyRef, distance: u32) {
        if distance >= DISTANCE || !self.bodies.insert(at) {
            return;
        }
        let info = self.program.body(at);
        let file = info.file;
        if let Some(owner) = info.owner {
            self.ty(file, owner, distance);
        }
        let declared =
            info.body.params.iter().map(|param| &param.ty).chain(info.body.locals.iter().map(|local| &local.ty));
        declared.chain([&info.body.returns]).flatten().for_each(|ty| self.declared(file, ty, distance));
        let defaults = info.body.params.iter().filter_map(|param| param.default.as_ref());
        defaults.for_each(|default| self.constant(file, default, distance));
        for block in &info.body.blocks {
            block.steps.iter().for_each(|step| self.step(file, &step.op, distance));
            if let Exit::Return(Some(value)) = &block.exit {
                self.value(file, value, distance);
            }
        }
    }

    fn step(&mut self, file: FileId, op: &Op, distance: u32) {
        match op {
            Op::Call { callee, args, .. } => {
                if let Callee::Path(path) = callee {
                    self.path(file, path, distance);
                }
                args.iter().for_each(|arg| self.value(file, &arg.value, distance));
            }
            Op::Copy { src, .. } | Op::Store { src, .. } => self.value(file, src, distance),
            Op::Concat { parts, .. } | Op::Flags { parts, .. } => {
                parts.iter().for_each(|part| self.value(file, part, distance));
            }
            Op::Aggregate { ty, fields, .. } => {
                ty.iter().for_each(|ty| self.path(file, ty, distance));
                fields.iter().for_each(|(_, value)| self.value(file, value, distance));
            }
            Op::Closure { body, .. } => self.queue.push_front((self.program.body_ref(file, *body), distance)),
            Op::Load { .. } | Op::End(_) | Op::Opaque { .. } => {}
        }
    }

    fn value(&mut self, file: FileId, value: &Operand, distance: u32) {
        if let Operand::Const(constant) = value {
            self.constant(file, constant, distance);
        }
    }

    fn constant(&mut self, file: FileId, constant: &Const, distance: u32) {
        if let Const::Item(path) = constant {
            self.path(file, path, distance);
        }
    }

    fn declared(&mut self, file: FileId, ty: &Type, distance: u32) {
        self.path(file, &ty.path, distance);
        ty.args.iter().for_each(|arg| self.declared(file, arg, distance));
    }

    fn path(&mut self, file: FileId, path: &Path, distance: u32) {
        if let Some(missing) = self.program.links.missing(file, path) {
            self.wanted.insert(missing);
            return;
        }
        match self.program.links.resolve(file, path) {
            Def::Function(of, body, _) => self.reach(file, self.program.body_ref(of, body), distance),
            Def::Global(of, _) => self.reach(file, self.program.body_ref(of, BodyId(0)), distance),
            Def::Type(ty) | Def::Member(ty, _) => self.ty(file, ty, distance),
            Def::Module(_) | Def::External(_) => {}
        }
    }

    /// What an object of a type is: its bases, its fields and how it is made.
    fn ty(&mut self, from: FileId, ty: TypeRef, distance: u32) {
        let of = self.program.links.ty(ty).file;
        let distance = if of == from { distance } else { distance + 1 };
        if distance >= DISTANCE || !self.types.insert(ty) {
            return;
        }
        let info = self.program.links.ty(ty);
        for base in self.program.links.lineage(ty) {
            self.wanted.extend(self.program.links.absent(&base));
        }
        info.def.fields.iter().filter_map(|field| field.ty.as_ref()).for_each(|ty| self.declared(of, ty, distance));
        if let Some((file, body)) = self.program.links.method(ty, "__init__") {
            self.reach(of, self.program.body_ref(file, body), distance);
        }
    }
}

/// Texts by which callers of the functions that may write a path they are given can be found.
pub(crate) fn callers(program: &Program<'_>, writers: &Writers) -> BTreeSet<Callers> {
    let exported = Exports::new(program);
    let mut lists = BTreeSet::new();
    for body in writers.within(WRAPPED) {
        let language = program.language(body);
        let package = program.links.package(program.body(body).file);
        lists.extend(exported.texts(program, body).into_iter().map(|texts| Callers { language, texts, package }));
    }
    lists
}

/// Under which other names functions can be imported.
struct Exports {
    functions: FxHashMap<BodyRef, Vec<Vec<Name>>>,
    types: FxHashMap<TypeRef, Vec<Vec<Name>>>,
}

impl Exports {
    fn new(program: &Program<'_>) -> Self {
        let mut exports = Exports { functions: FxHashMap::default(), types: FxHashMap::default() };
        for (at, unit) in program.units.iter().enumerate() {
            if let Some(unit) = unit {
                exports.add(program, FileId(at as u32), unit);
            }
        }
        exports
    }

    fn add(&mut self, program: &Program<'_>, file: FileId, unit: &Unit) {
        let Some(module) = program.links.module_path(file).last() else { return };
        // Every Python module passes its imports on; those that are meant to are the packages.
        if unit.language == Language::Python && !program.links.is_package(file) {
            return;
        }
        for import in unit.imports.iter().filter(|import| import.public) {
            let texts = vec![import.name.clone(), module.clone()];
            match program.links.resolve(file, &import.target) {
                Def::Function(of, body, _) => {
                    self.functions.entry(program.body_ref(of, body)).or_default().push(texts);
                }
                Def::Type(ty) => self.types.entry(ty).or_default().push(texts),
                _ => {}
            }
        }
    }

    /// What a file must hold to call `body`: each list is one way.
    fn texts(&self, program: &Program<'_>, body: BodyRef) -> Vec<Vec<Name>> {
        let info = program.body(body);
        let Some(module) = program.links.module_path(info.file).last() else { return Vec::new() };
        let name = Name::new(info.body.name.rsplit('.').next().unwrap_or(""));
        match (info.body.kind, info.owner) {
            (BodyKind::Function, _) if info.body.params.is_empty() => Vec::new(),
            (BodyKind::Function, _) => {
                let mut lists = self.functions.get(&body).cloned().unwrap_or_default();
                // A module that is called as its function says nothing; what it is in does.
                let path = program.links.module_path(info.file);
                let telling = path.iter().rev().find(|segment| **segment != name).unwrap_or(module);
                lists.push(vec![name, telling.clone()]);
                lists
            }
            (BodyKind::Method, Some(owner)) => {
                let ty = program.links.ty(owner).def.name.last().cloned().unwrap_or_default();
                if !is_implicit(&name) {
                    let foreign = program.links.ty(owner).foreign.contains(&name);
                    return if foreign { Vec::new() } else { vec![vec![name, ty]] };
                }
                let mut lists = self.types.get(&owner).cloned().unwrap_or_default();
                lists.push(vec![ty, module.clone()]);
                lists
            }
            (BodyKind::Method, None) | (BodyKind::TopLevel | BodyKind::Closure(_), _) => Vec::new(),
        }
    }
}

fn is_implicit(method: &str) -> bool {
    IMPLICIT.contains(&method) || (method.starts_with("__") && method.ends_with("__"))
}
