//! Which lowered files can begin a finding: what [`super::Prefilter`] asks of bytes, asked of steps.
//!
//! It never says yes where the prefilter says no, so that what follows from it is the same whether all
//! files were lowered or only those that the prefilter left; a test holds the reports of both equal.

use super::words::{self, Form, Sink, Words};
use crate::{Api, ArgRef, Catalog, Effect, Models};
use atomic_lint_ir::{
    Arg, Body, BodyKind, Callee, Const, Exit, Language, Name, Op, Operand, Path, Root, Step, Type, Unit,
};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// Rows that can begin a finding, ready to be looked for in lowered files.
#[derive(Debug)]
pub struct Beginnings<'c> {
    catalog: &'c Catalog,
    rust: Words,
    python: Words,
    passed_on: PassedOn,
}

/// Rust's functions of which the library need not be named, each with the modules or types that have one of that name.
type PassedOn = HashMap<Name, Vec<Name>>;

impl<'c> Beginnings<'c> {
    /// Takes the rows of `catalog`.
    pub fn new(catalog: &'c Catalog) -> Self {
        let words = |language| words::collect(catalog.models(language), Effect::begins);
        let rust = catalog.models(Language::Rust);
        let mut passed_on = PassedOn::default();
        for (name, _) in rust.apis().filter(|(_, api)| api.effect.begins() && api.libraries.is_empty()) {
            let mut parts = name.rsplit("::").map(Name::new);
            if let (Some(function), Some(module)) = (parts.next(), parts.next()) {
                passed_on.entry(function).or_default().push(module);
            }
        }
        Beginnings { catalog, rust: words(Language::Rust), python: words(Language::Python), passed_on }
    }

    /// By body: whether a step of it, outside of test code, can begin a finding, as far as the file alone can tell.
    pub fn bodies(&self, unit: &Unit) -> Vec<bool> {
        let words = match unit.language {
            Language::Rust => &self.rust,
            Language::Python => &self.python,
        };
        let search = Search { models: self.catalog.models(unit.language), words, passed_on: &self.passed_on };
        let mut names = None;
        let mut functions = Functions::new(unit);
        let begins = |body: &Body| {
            let mut awaited = Vec::new();
            if body.test || search.body(body, &mut awaited) {
                return !body.test;
            }
            !awaited.is_empty() && {
                let shared = names.get_or_insert_with(|| names_of(unit));
                let own = functions.names_around(body);
                awaited.into_iter().any(|sink| search.has_what_it_needs(sink, [shared, own]))
            }
        };
        unit.bodies.iter().map(begins).collect()
    }
}

struct Search<'a> {
    models: &'a Models,
    words: &'a Words,
    passed_on: &'a PassedOn,
}

impl<'a> Search<'a> {
    fn body(&self, body: &Body, awaited: &mut Vec<&'a Sink>) -> bool {
        body.blocks
            .iter()
            .any(|block| block.steps.iter().any(|step| self.step(step, awaited)) || self.exit(&block.exit))
    }

    /// Whether `step` can begin a finding; what only could beside some names is added to `awaited`.
    fn step(&self, step: &Step, awaited: &mut Vec<&'a Sink>) -> bool {
        match &step.op {
            Op::Call { callee, args, .. } => {
                args.iter().any(|arg| self.value(&arg.value)) || self.call(callee, args, awaited)
            }
            Op::Copy { src, .. } => self.value(src),
            _ => false,
        }
    }

    fn exit(&self, exit: &Exit) -> bool {
        matches!(exit, Exit::Return(Some(value)) if self.value(value))
    }

    /// A function that can begin a finding, under whatever name it is called later.
    fn value(&self, operand: &Operand) -> bool {
        matches!(operand, Operand::Const(Const::Item(path)) if self.function(path).is_some())
    }

    fn call(&self, callee: &Callee, args: &[Arg], awaited: &mut Vec<&'a Sink>) -> bool {
        match callee {
            Callee::Path(path) => {
                self.function(path).is_some_and(|api| may_begin(api, args)) || self.is_passed_on(path)
            }
            Callee::Method { name, .. } => self.method(name, args, awaited),
            // Where it got its name is a step of its own.
            Callee::Value(_) => false,
        }
    }

    fn function(&self, path: &Path) -> Option<&'a Api> {
        let named = matches!(path.root, Root::Absolute | Root::Bare);
        let api = self.models.call(&path.join(self.models.language().separator())).filter(|_| named)?;
        (api.effect.begins() && self.is_of_its_library(api, path)).then_some(api)
    }

    /// Whether `path` leads through a module of the project to what may be a library's: `use crate::prelude::File`.
    fn is_passed_on(&self, path: &Path) -> bool {
        let [.., module, function] = path.segments.as_slice() else { return false };
        self.models.language() == Language::Rust
            && path.root != Root::Absolute
            && self.passed_on.get(function).is_some_and(|modules| modules.contains(module))
    }

    /// Whether a path that leads to `api` names the library; in Python only an import makes it do so.
    fn is_of_its_library(&self, api: &Api, path: &Path) -> bool {
        let imported = path.root == Root::Absolute || self.models.language() == Language::Rust;
        api.libraries.is_empty()
            || (imported && path.segments.first().is_some_and(|first| api.libraries.contains(first)))
    }

    fn method(&self, name: &Name, args: &[Arg], awaited: &mut Vec<&'a Sink>) -> bool {
        self.method_among(&self.words.sinks, name, args, awaited)
            || self.method_among(&self.words.of_libraries, name, args, awaited)
    }

    fn method_among(
        &self,
        words: &'a [(String, Vec<Sink>)],
        name: &Name,
        args: &[Arg],
        awaited: &mut Vec<&'a Sink>,
    ) -> bool {
        let Ok(at) = words.binary_search_by(|(word, _)| word.as_str().cmp(name)) else { return false };
        let sinks = &words[at].1;
        if sinks.iter().any(|sink| sink.mode.as_ref().is_some_and(|mode| mode_of(mode, args) == Mode::Reads)) {
            return false;
        }
        let fits = |sink: &&Sink| sink.form == Form::Method && can_be(sink.arity, sink.mode.as_ref(), args);
        for sink in sinks.iter().filter(fits) {
            if sink.anchors.is_empty() && sink.libraries.is_empty() {
                return true;
            }
            awaited.push(sink);
        }
        false
    }

    /// Whether the names that `sink` needs beside it are among `names`.
    fn has_what_it_needs(&self, sink: &Sink, names: [&Names<'_>; 2]) -> bool {
        let anchored =
            |anchor: &usize| names.iter().any(|names| names.words.contains(self.words.anchors[*anchor].as_str()));
        let language = self.models.language();
        let named = |library: &usize| names.iter().any(|names| names.name(language, &self.words.libraries[*library]));
        (sink.anchors.is_empty() || sink.anchors.iter().any(anchored))
            && (sink.libraries.is_empty() || sink.libraries.iter().any(named))
    }
}

/// Whether a finding can begin with a call of `api` with `args`.
pub fn may_begin(api: &Api, args: &[Arg]) -> bool {
    let mode = if api.effect == Effect::OpenMode { api.mode.as_ref() } else { None };
    api.effect.begins() && can_be(api.arity, mode, args)
}

/// Whether a call with `args` can be one of a row of that arity and mode, and write.
fn can_be(arity: Option<usize>, mode: Option<&ArgRef>, args: &[Arg]) -> bool {
    let spread = args.iter().any(|arg| arg.spread);
    let fits = arity.is_none_or(|arity| positional(args).count() == arity);
    spread || (fits && mode.is_none_or(|mode| mode_of(mode, args) == Mode::Unknown))
}

/// What an argument says of the way a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Reads,
    Absent,
    Unknown,
}

fn mode_of(mode: &ArgRef, args: &[Arg]) -> Mode {
    let named = |name: &Name| args.iter().find(|arg| arg.name.as_ref() == Some(name));
    let given = mode.position().and_then(|at| positional(args).nth(at));
    match given.or_else(|| mode.keyword().and_then(named)).map(|arg| &arg.value) {
        Some(Operand::Const(Const::Text(text))) => judge(text),
        Some(Operand::Const(Const::Item(_)) | Operand::Local(_)) => Mode::Unknown,
        Some(Operand::Const(_)) => Mode::Absent,
        None if mode.default().is_some_and(|default| reads(default)) => Mode::Absent,
        None => Mode::Unknown,
    }
}

fn judge(text: &str) -> Mode {
    let mode = text.split([':', '|']).next().unwrap_or(text);
    let is_mode = !mode.is_empty() && mode.bytes().all(|byte| b"rwaxbtU+".contains(&byte));
    match (is_mode, reads(mode)) {
        (true, true) => Mode::Reads,
        (true, false) => Mode::Unknown,
        (false, _) => Mode::Absent,
    }
}

fn reads(mode: &str) -> bool {
    !mode.bytes().any(|byte| b"wax+".contains(&byte))
}

fn positional(args: &[Arg]) -> impl Iterator<Item = &Arg> {
    args.iter().filter(|arg| arg.name.is_none())
}

/// Names that stand in code.
#[derive(Debug, Default)]
struct Names<'u> {
    words: HashSet<&'u str>,
    /// Packages that are imported.
    packages: HashSet<&'u str>,
}

impl Names<'_> {
    /// Whether they name `library`, as the prefilter would see it in the text.
    fn name(&self, language: Language, library: &str) -> bool {
        match language {
            Language::Rust => self.words.contains(library),
            Language::Python => self.packages.contains(library),
        }
    }
}

/// The names in `unit` outside of the steps of its functions, other than in comments and texts.
///
/// What stands in other functions says nothing of a body, and they may have been left out.
fn names_of(unit: &Unit) -> Names<'_> {
    let mut names = Names::default();
    for import in &unit.imports {
        names.words.insert(import.name.as_str());
        add_path(&mut names, &import.target);
    }
    unit.globs.iter().for_each(|glob| add_path(&mut names, &glob.target));
    for ty in &unit.types {
        names.words.extend(ty.name.iter().map(Name::as_str));
        ty.bases.iter().for_each(|base| add_type(&mut names, base));
        ty.fields.iter().filter_map(|field| field.ty.as_ref()).for_each(|ty| add_type(&mut names, ty));
    }
    unit.bodies.iter().for_each(|body| add_signature(&mut names, body));
    unit.bodies.iter().take(1).for_each(|top| add_body(&mut names, top));
    names
}

/// The functions that are in no other one, in the order of the text, with the names in each, once they were asked for.
struct Functions<'u> {
    bodies: Vec<&'u Body>,
    outermost: Vec<(&'u Body, Option<Names<'u>>)>,
    /// Of what is in no function: what the top level has is shared by all.
    none: Names<'u>,
}

impl<'u> Functions<'u> {
    fn new(unit: &'u Unit) -> Self {
        let mut bodies: Vec<&Body> = unit.bodies.iter().collect();
        bodies.sort_by_key(|body| (body.span.start, Reverse(body.span.end)));
        let mut outermost: Vec<(&Body, Option<Names<'_>>)> = Vec::new();
        for body in bodies.iter().copied().filter(|body| matches!(body.kind, BodyKind::Function | BodyKind::Method)) {
            if outermost.last().is_none_or(|(last, _)| last.span.end <= body.span.start) {
                outermost.push((body, None));
            }
        }
        Functions { bodies, outermost, none: Names::default() }
    }

    /// The names in `body`, in what encloses it and in what it encloses.
    fn names_around(&mut self, body: &Body) -> &Names<'u> {
        let next = self.outermost.partition_point(|(function, _)| function.span.start <= body.span.start);
        let Some((function, names)) = next.checked_sub(1).map(|at| &mut self.outermost[at]) else { return &self.none };
        let whole = function.span;
        if !whole.contains(body.span) {
            return &self.none;
        }
        names.get_or_insert_with(|| {
            let first = self.bodies.partition_point(|other| other.span.start < whole.start);
            let mut names = Names::default();
            let within = self.bodies[first..].iter().take_while(|other| other.span.start < whole.end);
            within.filter(|other| whole.contains(other.span)).for_each(|other| add_body(&mut names, other));
            names
        })
    }
}

fn add_path<'u>(names: &mut Names<'u>, path: &'u Path) {
    names.words.extend(path.segments.iter().map(Name::as_str));
    if path.root == Root::Absolute {
        names.packages.extend(path.segments.first().map(Name::as_str));
    }
}

fn add_type<'u>(names: &mut Names<'u>, ty: &'u Type) {
    add_path(names, &ty.path);
    ty.args.iter().for_each(|arg| add_type(names, arg));
}

fn add_signature<'u>(names: &mut Names<'u>, body: &'u Body) {
    let types = body.params.iter().map(|param| &param.ty).chain([&body.returns]);
    types.flatten().for_each(|ty| add_type(names, ty));
}

fn add_body<'u>(names: &mut Names<'u>, body: &'u Body) {
    add_signature(names, body);
    body.locals.iter().filter_map(|local| local.ty.as_ref()).for_each(|ty| add_type(names, ty));
    names.words.extend(body.locals.iter().filter_map(|local| local.name.as_deref()));
    body.blocks.iter().flat_map(|block| &block.steps).for_each(|step| add_step(names, &step.op));
}

fn add_step<'u>(names: &mut Names<'u>, op: &'u Op) {
    match op {
        Op::Call { callee, args, .. } => {
            match callee {
                Callee::Path(path) => add_path(names, path),
                Callee::Method { name, .. } => _ = names.words.insert(name.as_str()),
                Callee::Value(_) => {}
            }
            args.iter().for_each(|arg| add_value(names, &arg.value));
        }
        Op::Copy { src, .. } => add_value(names, src),
        Op::Aggregate { ty: Some(ty), .. } => add_path(names, ty),
        Op::Load { field, .. } | Op::Store { field, .. } => _ = names.words.insert(field.as_str()),
        _ => {}
    }
}

fn add_value<'u>(names: &mut Names<'u>, value: &'u Operand) {
    if let Operand::Const(Const::Item(path)) = value {
        add_path(names, path);
    }
}
