//! Which bodies that were left out have to be lowered after all: what a root may run, and what would be a root.
//!
//! The analysis asks for what it meets in any case; this saves it from beginning again, and what comes into play from
//! depending on what was left out.

use crate::link::{Def, TypeRef};
use crate::program::{BodyRef, Program};
use crate::project::{Mention, MentionForm};
use atomic_lint_ir::{BodyId, BodyKind, Callee, Const, Exit, Language, Name, Op, Operand, Path, Type, Unit};
use atomic_lint_source::{FileId, Place};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// Words of which one stands wherever a root can be that is not lowered yet.
pub(crate) fn mentions(program: &Program<'_>) -> BTreeSet<Mention> {
    let mut mentions = BTreeSet::new();
    for language in Language::ALL {
        let mention = |field: &Name| mention(language, field.clone(), MentionForm::Method);
        mentions.extend(program.relevance.sink_fields().map(mention));
    }
    for at in (0..program.bodies.len() as u32).map(BodyRef).filter(|at| program.relevance.makes_roots(*at)) {
        mentions.extend(called_as(program, at));
    }
    for ty in program.links.type_refs() {
        let info = program.links.ty(ty);
        if is_made_of_roots(program, ty) || program.relevance.renames_sink(info.file) {
            let language = program.unit(info.file).language;
            let name = info.def.name.last();
            mentions.extend(name.map(|name| mention(language, name.clone(), MentionForm::Word)));
        }
    }
    for (at, unit) in program.units.iter().enumerate() {
        if let Some(unit) = unit {
            file_mentions(program, FileId(at as u32), unit, &mut mentions);
        }
    }
    mentions
}

/// Whether what makes an object of `ty` may be a root for that.
fn is_made_of_roots(program: &Program<'_>, ty: TypeRef) -> bool {
    let constructor = program.links.method(ty, "__init__");
    constructor.is_some_and(|(file, id)| program.relevance.makes_roots(program.body_ref(file, id)))
}

/// The word by which a body is called; nothing calls a top level or a closure by name.
fn called_as(program: &Program<'_>, at: BodyRef) -> Option<Mention> {
    let info = program.body(at);
    let language = program.language(at);
    let name = Name::new(info.body.name.rsplit('.').next().unwrap_or(""));
    let mention = |name: Name, form: MentionForm| Some(mention(language, name, form));
    match (info.body.kind, info.owner, language) {
        (BodyKind::Function, _, Language::Rust) => mention(name, MentionForm::Function),
        (BodyKind::Function, ..) => mention(name, MentionForm::Word),
        (BodyKind::Method, Some(owner), Language::Rust) => {
            let ty = program.links.ty(owner);
            let type_name = ty.def.name.last().cloned().unwrap_or_default();
            let by_type = info.body.is_static || ty.foreign.contains(&name);
            match by_type {
                true => mention(name, MentionForm::Associated(type_name)),
                false => method(program, at, name),
            }
        }
        (BodyKind::Method, _, _) => method(program, at, name),
        (BodyKind::TopLevel | BodyKind::Closure(_), ..) => None,
    }
}

fn mention(language: Language, name: Name, form: MentionForm) -> Mention {
    Mention { language, name, form, beside: Vec::new() }
}

/// A method that is called through an object, as [`crate::relevance`] connects it with what calls it.
fn method(program: &Program<'_>, at: BodyRef, name: Name) -> Option<Mention> {
    let info = program.body(at);
    let mut found = mention(program.language(at), name, MentionForm::Method);
    let is_common = program.catalog.naming().common_methods.contains(&found.name);
    if is_common || program.relevance.says_nothing(&found.name) {
        found.beside = info.owner.map(|owner| program.links.names_with_heirs(owner)).unwrap_or_default();
        if is_common {
            found.beside.extend(program.links.module_path(info.file).last().cloned());
        }
    }
    if let Some(keyword) = keyword_of(&found.name) {
        (found.name, found.form) = (keyword.into(), MentionForm::Word);
    }
    Some(found)
}

/// The keyword that calls a method of Python's.
fn keyword_of(name: &str) -> Option<&'static str> {
    match name {
        "__enter__" | "__exit__" | "__aenter__" | "__aexit__" => Some("with"),
        "__contains__" => Some("in"),
        _ => None,
    }
}

/// Names that a file gives to what makes roots of those that mention it.
fn file_mentions(program: &Program<'_>, file: FileId, unit: &Unit, mentions: &mut BTreeSet<Mention>) {
    let mut mention = |name: &Name| mentions.insert(mention(unit.language, name.clone(), MentionForm::Word));
    if program.relevance.renames_sink(file) {
        unit.globals.iter().filter_map(|global| global.name.last()).for_each(|name| _ = mention(name));
    }
    let renamed = unit.imports.iter().filter(|import| import.target.segments.last() != Some(&import.name));
    for import in renamed {
        let matters = match program.links.resolve(file, &import.target) {
            Def::Function(of, body, _) => program.relevance.makes_roots(program.body_ref(of, body)),
            Def::Type(ty) => is_made_of_roots(program, ty),
            Def::External(name) => {
                program.catalog.models(unit.language).call(&name).is_some_and(|api| api.effect.begins())
            }
            Def::Global(..) | Def::Member(..) | Def::Module(_) => false,
        };
        if matters {
            mention(&import.name);
        }
    }
}

/// Bodies that were left out and that a root may run.
pub(crate) fn bodies(program: &Program<'_>) -> BTreeSet<BodyRef> {
    let mut by_name: FxHashMap<&str, Vec<BodyRef>> = FxHashMap::default();
    for at in (0..program.bodies.len() as u32).map(BodyRef) {
        let body = program.body(at).body;
        if body.omitted && body.kind == BodyKind::Method {
            by_name.entry(body.name.rsplit('.').next().unwrap_or("")).or_default().push(at);
        }
    }
    if !program.bodies.iter().any(|info| info.body.omitted) {
        return BTreeSet::new();
    }
    let queue = program.roots();
    let seen = queue.iter().copied().collect();
    let mut walk = Walk { program, by_name, seen, queue, wanted: BTreeSet::new() };
    while let Some(body) = walk.queue.pop() {
        walk.body(body);
    }
    walk.wanted
}

struct Walk<'p, 'u> {
    program: &'p Program<'u>,
    /// Methods that were left out.
    by_name: FxHashMap<&'u str, Vec<BodyRef>>,
    seen: FxHashSet<BodyRef>,
    queue: Vec<BodyRef>,
    wanted: BTreeSet<BodyRef>,
}

impl Walk<'_, '_> {
    fn reach(&mut self, body: BodyRef) {
        if !self.program.relevance.is_followed(body) || !self.seen.insert(body) {
            return;
        }
        if self.program.body(body).body.omitted {
            self.wanted.insert(body);
        } else {
            self.queue.push(body);
        }
    }

    fn named(&mut self, name: &str) {
        if let Some(bodies) = self.by_name.remove(name) {
            self.wanted.extend(bodies);
        }
    }

    fn body(&mut self, at: BodyRef) {
        let info = self.program.body(at);
        if let Some(owner) = info.owner {
            self.members(owner);
        }
        let declared =
            info.body.params.iter().map(|param| &param.ty).chain(info.body.locals.iter().map(|local| &local.ty));
        declared.chain([&info.body.returns]).flatten().for_each(|ty| self.declared(info.file, ty));
        for block in &info.body.blocks {
            block.steps.iter().for_each(|step| self.step(info.file, &step.op));
            if let Exit::Return(Some(value)) = &block.exit {
                self.value(info.file, value);
            }
        }
    }

    fn declared(&mut self, file: FileId, ty: &Type) {
        if let Def::Type(ty) = self.program.links.resolve(file, &ty.path)
            && let Some((file, constructor)) = self.program.links.method(ty, "__init__")
        {
            self.reach(self.program.body_ref(file, constructor));
        }
        ty.args.iter().for_each(|arg| self.declared(file, arg));
    }

    /// What the methods of a type leave in its fields matters to each.
    fn members(&mut self, ty: TypeRef) {
        for (_, file, id) in self.program.links.methods_of(ty) {
            let method = self.program.body_ref(file, id);
            if self.program.body(method).body.omitted {
                self.wanted.insert(method);
            }
        }
    }

    fn step(&mut self, file: FileId, op: &Op) {
        match op {
            Op::Call { callee, args, .. } => {
                match callee {
                    Callee::Path(path) => self.path(file, path),
                    Callee::Method { name, .. } => self.named(name),
                    Callee::Value(_) => {}
                }
                args.iter().for_each(|arg| self.value(file, &arg.value));
            }
            Op::Copy { src, .. } | Op::Store { src, .. } => self.value(file, src),
            Op::Concat { parts, .. } | Op::Flags { parts, .. } => {
                parts.iter().for_each(|part| self.value(file, part));
            }
            Op::Aggregate { ty, fields, .. } => {
                ty.iter().for_each(|ty| self.path(file, ty));
                fields.iter().for_each(|(_, value)| self.value(file, value));
            }
            Op::Closure { body, .. } => self.reach(self.program.body_ref(file, *body)),
            Op::Load { field, .. } => self.named(field),
            Op::End(_) | Op::Opaque { .. } => {}
        }
    }

    fn value(&mut self, file: FileId, value: &Operand) {
        if let Operand::Const(Const::Item(path)) = value {
            self.path(file, path);
        }
    }

    fn path(&mut self, file: FileId, path: &Path) {
        match self.program.links.resolve(file, path) {
            Def::Function(of, body, _) => self.reach(self.program.body_ref(of, body)),
            Def::Type(ty) => self.members(ty),
            Def::Global(of, _) => self.reach(self.program.body_ref(of, BodyId(0))),
            Def::Member(..) | Def::Module(_) | Def::External(_) => {}
        }
    }
}

/// Where bodies stand.
pub(crate) fn places(program: &Program<'_>, bodies: impl IntoIterator<Item = BodyRef>) -> Vec<Place> {
    bodies.into_iter().map(|body| program.place(body, program.body(body).body.span)).collect()
}
