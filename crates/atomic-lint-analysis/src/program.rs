//! Every body of the files in play under one numbering, with what is derived from its graph once.

use atomic_lint_catalog::{Catalog, Models};
use atomic_lint_ir::{Block, BlockId, Body, BodyId, BodyKind, Callee, Exit, Language, Local, Name, Op, Unit};
use atomic_lint_source::{FileId, Place, Span};

use crate::link::{Def, Links, TypeRef};
use crate::outcome::Known;
use crate::places::Places;
use crate::relevance::Relevance;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A body by its number in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BodyRef(pub(crate) u32);

/// One step of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StepRef {
    pub(crate) body: BodyRef,
    pub(crate) block: u32,
    pub(crate) step: u32,
}

/// A body with its file and its graph's order.
pub(crate) struct BodyInfo<'u> {
    pub(crate) file: FileId,
    pub(crate) body: &'u Body,
    /// Position of each block in reverse postorder; unreachable blocks have none.
    pub(crate) order: Vec<Option<u32>>,
    /// Locals that more than one step defines, so that their value depends on the way.
    pub(crate) varying: Vec<bool>,
    /// The type whose method it is.
    pub(crate) owner: Option<TypeRef>,
    /// It is test code, by its file or by its attributes.
    pub(crate) test: bool,
    /// A step of it can begin a finding, as far as its file alone can tell.
    pub(crate) begins: bool,
    /// Its file only runs to build.
    pub(crate) build: bool,
    /// What becomes of outcomes in it, once that was asked for.
    pub(crate) outcomes: OnceLock<Known>,
}

/// The files in play, linked.
pub(crate) struct Program<'u> {
    pub(crate) catalog: &'u Catalog,
    pub(crate) units: &'u [Option<&'u Unit>],
    pub(crate) bodies: Vec<BodyInfo<'u>>,
    first: Vec<u32>,
    pub(crate) links: Links<'u>,
    pub(crate) relevance: Relevance,
    /// Functions that a package passes on to whoever imports it.
    pub(crate) offered: FxHashSet<BodyRef>,
}

impl<'u> Program<'u> {
    /// Numbers and links `units`, which are by [`FileId`] as `begins` is, which goes on by body.
    pub(crate) fn new(
        catalog: &'u Catalog,
        places: &'u Places,
        units: &'u [Option<&'u Unit>],
        begins: &[Option<Vec<bool>>],
    ) -> Self {
        let mut bodies = Vec::new();
        let mut first = Vec::with_capacity(units.len());
        let declared = declared_tests(places, units);
        for (file, unit) in units.iter().enumerate() {
            first.push(bodies.len() as u32);
            let Some(unit) = unit else { continue };
            let test = places.is_test(FileId(file as u32)) || declared.contains(&FileId(file as u32));
            let build = places.is_build(FileId(file as u32));
            let begins = begins[file].as_deref().unwrap_or(&[]);
            for (at, body) in unit.bodies.iter().enumerate() {
                bodies.push(BodyInfo {
                    file: FileId(file as u32),
                    body,
                    order: reverse_postorder(body),
                    varying: varying(body, catalog.models(unit.language)),
                    owner: None,
                    test: test || body.test,
                    begins: begins.get(at).copied().unwrap_or(false),
                    build,
                    outcomes: OnceLock::new(),
                });
            }
        }
        let libraries = catalog.models(Language::Python).libraries();
        let links = Links::new(places, units, libraries);
        let (relevance, offered) = (Relevance::default(), FxHashSet::default());
        let mut program = Program { catalog, units, bodies, first, links, relevance, offered };
        program.assign_owners();
        program.offered = program.find_offered();
        program.relevance = Relevance::new(&program);
        program
    }

    /// The bodies that are run for their own sake; test code calls nothing into question, so it begins nothing.
    pub(crate) fn roots(&self) -> Vec<BodyRef> {
        let is_root = |body: &BodyRef| {
            let info = self.body(*body);
            !info.test && !matches!(info.body.kind, BodyKind::Closure(_)) && self.relevance.is_root(*body)
        };
        (0..self.bodies.len() as u32).map(BodyRef).filter(is_root).collect()
    }

    /// The methods of those types that are no test code.
    pub(crate) fn methods_of(&self, types: impl Iterator<Item = TypeRef>) -> impl Iterator<Item = BodyRef> {
        let methods = types.flat_map(|ty| self.links.methods_of(ty));
        methods.map(|(_, file, id)| self.body_ref(file, id)).filter(|body| !self.body(*body).test)
    }

    /// The function that a body is a part of: itself, where it is no closure.
    pub(crate) fn function_of(&self, body: BodyRef) -> BodyRef {
        let info = self.body(body);
        match info.body.kind {
            BodyKind::Closure(outer) => self.function_of(self.body_ref(info.file, outer)),
            _ => body,
        }
    }

    /// The number of body `id` of `file`.
    pub(crate) fn body_ref(&self, file: FileId, id: BodyId) -> BodyRef {
        BodyRef(self.first[file.0 as usize] + id.0)
    }

    /// The bodies that may stand for that one, by the way in which the project is compiled.
    pub(crate) fn twins(&self, body: BodyRef) -> Vec<BodyRef> {
        let file = self.body(body).file;
        let id = BodyId(body.0 - self.first[file.0 as usize]);
        self.links.twins(file, id).iter().map(|(file, id)| self.body_ref(*file, *id)).collect()
    }

    /// A body.
    pub(crate) fn body(&self, body: BodyRef) -> &BodyInfo<'u> {
        &self.bodies[body.0 as usize]
    }

    /// The unit of a file that is in play.
    pub(crate) fn unit(&self, file: FileId) -> &'u Unit {
        self.units[file.0 as usize].expect("bodies come from units in play")
    }

    /// The language of a body.
    pub(crate) fn language(&self, body: BodyRef) -> Language {
        self.unit(self.body(body).file).language
    }

    /// The models of a body's language.
    pub(crate) fn models(&self, body: BodyRef) -> &'u Models {
        self.catalog.models(self.language(body))
    }

    /// The text range of `span` in the file of `body`.
    pub(crate) fn place(&self, body: BodyRef, span: Span) -> Place {
        Place { file: self.body(body).file, span }
    }

    /// The name of a body with its module in front, as a configuration names it.
    pub(crate) fn full_name(&self, body: BodyRef) -> Name {
        let info = self.body(body);
        let separator = self.language(body).separator();
        let mut parts: Vec<Name> = self.links.module_path(info.file).to_vec();
        parts.extend(info.body.name.split('.').map(Name::new));
        Name::from(parts.join(separator))
    }

    /// What the front of a package imports under a public name.
    fn find_offered(&self) -> FxHashSet<BodyRef> {
        let files = (0..self.units.len() as u32).map(FileId).filter(|file| self.units[file.0 as usize].is_some());
        let fronts: BTreeSet<FileId> = files.filter_map(|file| self.links.front(file)).collect();
        let mut offered = FxHashSet::default();
        for front in fronts {
            let Some(unit) = self.units[front.0 as usize] else { continue };
            for import in unit.imports.iter().filter(|import| import.public && !import.name.starts_with('_')) {
                if let Def::Function(file, body, None) = self.links.resolve(front, &import.target) {
                    offered.insert(self.body_ref(file, body));
                }
            }
        }
        offered
    }

    fn assign_owners(&mut self) {
        for owner in self.links.type_refs() {
            for (_, file, id) in self.links.methods_of(owner) {
                let at = self.body_ref(file, id);
                for method in [at].into_iter().chain(self.twins(at)) {
                    self.bodies[method.0 as usize].owner = Some(owner);
                }
            }
        }
        // A closure belongs to the type of the method around it.
        for at in 0..self.bodies.len() {
            if let BodyKind::Closure(outer) = self.bodies[at].body.kind {
                let outer = self.body_ref(self.bodies[at].file, outer);
                self.bodies[at].test |= self.bodies[outer.0 as usize].test;
            }
        }
    }
}

/// The files that are test code by how their module is declared: `#[cfg(test)] mod scenes;`, and all below it.
fn declared_tests(places: &Places, units: &[Option<&Unit>]) -> FxHashSet<FileId> {
    let mut tests = FxHashSet::default();
    loop {
        let known = tests.len();
        for (at, unit) in units.iter().enumerate() {
            let file = FileId(at as u32);
            let (Some(unit), Some(place)) = (unit, places.of(file)) else { continue };
            let within = tests.contains(&file);
            for module in unit.modules.iter().filter(|module| !module.inline && (module.test || within)) {
                let path: Vec<Name> = place.path.iter().chain(&module.name).cloned().collect();
                tests.extend(places.in_package(place.package, &path));
            }
        }
        if tests.len() == known {
            return tests;
        }
    }
}

/// The blocks an exit leads to.
pub(crate) fn successors(exit: &Exit) -> Vec<BlockId> {
    match exit {
        Exit::Goto(to) => vec![*to],
        Exit::Branch(to) => to.clone(),
        Exit::If { then, otherwise, .. } => vec![*then, *otherwise],
        Exit::Fallible { ok, err, .. } => vec![*ok, *err],
        Exit::Yield { resume, unwind, .. } => vec![*resume, *unwind],
        Exit::Return(_) | Exit::Raise | Exit::Unreachable => Vec::new(),
    }
}

fn reverse_postorder(body: &Body) -> Vec<Option<u32>> {
    let mut order = vec![None; body.blocks.len()];
    let mut seen = vec![false; body.blocks.len()];
    let mut post = Vec::new();
    let mut stack: Vec<(usize, Vec<BlockId>)> = Vec::new();
    if let Some(entry) = body.blocks.first() {
        seen[0] = true;
        stack.push((0, successors(&entry.exit)));
    }
    while let Some((at, rest)) = stack.last_mut() {
        match rest.pop() {
            Some(next) => {
                let next = next.0 as usize;
                if next < seen.len() && !seen[next] {
                    seen[next] = true;
                    stack.push((next, successors(&body.blocks[next].exit)));
                }
            }
            None => {
                post.push(*at);
                stack.pop();
            }
        }
    }
    for (position, at) in post.iter().rev().enumerate() {
        order[*at] = Some(position as u32);
    }
    order
}

fn varying(body: &Body, models: &Models) -> Vec<bool> {
    let mut defined = vec![0u8; body.locals.len()];
    let mut define = |local: Local| {
        if let Some(count) = defined.get_mut(local.0 as usize) {
            *count = count.saturating_add(1);
        }
    };
    body.params.iter().for_each(|param| define(param.local));
    body.captures.iter().for_each(|capture| define(capture.inner));
    for Block { steps, exit } in &body.blocks {
        steps.iter().filter_map(|step| defines(&step.op)).for_each(&mut define);
        steps.iter().filter_map(|step| assigned(&step.op, models)).for_each(&mut define);
        if let Exit::Yield { dst, .. } = exit {
            define(*dst);
        }
    }
    defined.into_iter().map(|count| count > 1).collect()
}

/// The receiver that a method changes: `path.push(part)`.
fn assigned(op: &Op, models: &Models) -> Option<Local> {
    match op {
        Op::Call { callee: Callee::Method { receiver, name }, .. } if models.assigns(name) => Some(*receiver),
        _ => None,
    }
}

/// The local that a step gives a value.
pub(crate) fn defines(op: &Op) -> Option<Local> {
    match op {
        Op::Call { dst, .. }
        | Op::Copy { dst, .. }
        | Op::Concat { dst, .. }
        | Op::Flags { dst, .. }
        | Op::Aggregate { dst, .. }
        | Op::Load { dst, .. }
        | Op::Closure { dst, .. } => Some(*dst),
        Op::Opaque { dst, .. } => *dst,
        Op::Store { .. } | Op::End(_) => None,
    }
}
