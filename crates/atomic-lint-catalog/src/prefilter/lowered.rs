//! Which lowered files can begin a finding: what [`super::Prefilter`] asks of bytes, asked of steps.
//!
//! It never says yes where the prefilter says no, so that what follows from it is the same whether all
//! files were lowered or only those that the prefilter left; a test holds the reports of both equal.

use super::words::{self, Form, Sink, Words};
use crate::{ArgRef, Catalog, Models};
use atomic_lint_ir::{Arg, Body, Callee, Const, Exit, Language, Name, Op, Operand, Path, Root, Step, Type, Unit};
use std::collections::HashSet;

/// Rows that can begin a finding, ready to be looked for in lowered files.
#[derive(Debug)]
pub struct Beginnings<'c> {
    catalog: &'c Catalog,
    rust: Words,
    python: Words,
}

impl<'c> Beginnings<'c> {
    /// Takes the rows of `catalog`.
    pub fn new(catalog: &'c Catalog) -> Self {
        let words = |language| words::collect(catalog.models(language));
        Beginnings { catalog, rust: words(Language::Rust), python: words(Language::Python) }
    }

    /// Whether a step outside of test code can begin a finding, as far as the file alone can tell.
    pub fn begins(&self, unit: &Unit) -> bool {
        let words = match unit.language {
            Language::Rust => &self.rust,
            Language::Python => &self.python,
        };
        let search = Search { models: self.catalog.models(unit.language), words };
        let mut awaited = HashSet::new();
        let bodies = unit.bodies.iter().filter(|body| !body.test);
        let certain = bodies
            .flat_map(|body| &body.blocks)
            .any(|block| block.steps.iter().any(|step| search.step(step, &mut awaited)) || search.exit(&block.exit));
        certain || (!awaited.is_empty() && mentions(unit, &|name| awaited.contains(name)))
    }
}

struct Search<'a> {
    models: &'a Models,
    words: &'a Words,
}

impl<'a> Search<'a> {
    /// Whether `step` can begin a finding; what only could beside one of some names adds those to `awaited`.
    fn step(&self, step: &Step, awaited: &mut HashSet<&'a str>) -> bool {
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

    fn call(&self, callee: &Callee, args: &[Arg], awaited: &mut HashSet<&'a str>) -> bool {
        match callee {
            Callee::Path(path) => self.function(path).is_some_and(|api| {
                let mode = if api.effect == crate::Effect::OpenMode { api.mode.as_ref() } else { None };
                can_be(api.arity, mode, args)
            }),
            Callee::Method { name, .. } => self.method(name, args, awaited),
            // Where it got its name is a step of its own.
            Callee::Value(_) => false,
        }
    }

    fn function(&self, path: &Path) -> Option<&'a crate::Api> {
        let named = matches!(path.root, Root::Absolute | Root::Bare);
        let api = self.models.call(&path.join(self.models.language().separator())).filter(|_| named)?;
        api.effect.begins().then_some(api)
    }

    fn method(&self, name: &Name, args: &[Arg], awaited: &mut HashSet<&'a str>) -> bool {
        let Ok(at) = self.words.sinks.binary_search_by(|(word, _)| word.as_str().cmp(name)) else { return false };
        let sinks = &self.words.sinks[at].1;
        if sinks.iter().any(|sink| sink.mode.as_ref().is_some_and(|mode| mode_of(mode, args) == Mode::Reads)) {
            return false;
        }
        let fits = |sink: &&Sink| sink.form == Form::Method && can_be(sink.arity, sink.mode.as_ref(), args);
        for sink in sinks.iter().filter(fits) {
            if sink.anchors.is_empty() {
                return true;
            }
            awaited.extend(sink.anchors.iter().map(|anchor| self.words.anchors[*anchor].as_str()));
        }
        false
    }
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

/// Whether `unit` has a name, other than in comments and texts, for which `wanted` holds.
fn mentions(unit: &Unit, wanted: &dyn Fn(&str) -> bool) -> bool {
    let path = |path: &Path| path.segments.iter().any(|segment| wanted(segment));
    unit.imports.iter().any(|import| path(&import.target) || wanted(&import.name))
        || unit.globs.iter().any(|glob| path(&glob.target))
        || unit
            .types
            .iter()
            .any(|ty| ty.name.iter().any(|name| wanted(name)) || ty.bases.iter().any(|base| ty_has(base, wanted)))
        || unit
            .types
            .iter()
            .flat_map(|ty| &ty.fields)
            .any(|field| field.ty.as_ref().is_some_and(|ty| ty_has(ty, wanted)))
        || unit.bodies.iter().any(|body| body_mentions(body, wanted))
}

fn body_mentions(body: &Body, wanted: &dyn Fn(&str) -> bool) -> bool {
    let types = body.params.iter().map(|param| &param.ty).chain(body.locals.iter().map(|local| &local.ty));
    types.chain([&body.returns]).flatten().any(|ty| ty_has(ty, wanted))
        || body.locals.iter().filter_map(|local| local.name.as_ref()).any(|name| wanted(name))
        || body.blocks.iter().flat_map(|block| &block.steps).any(|step| step_mentions(&step.op, wanted))
}

fn ty_has(ty: &Type, wanted: &dyn Fn(&str) -> bool) -> bool {
    ty.path.segments.iter().any(|segment| wanted(segment)) || ty.args.iter().any(|arg| ty_has(arg, wanted))
}

fn step_mentions(op: &Op, wanted: &dyn Fn(&str) -> bool) -> bool {
    let path = |path: &Path| path.segments.iter().any(|segment| wanted(segment));
    let item = |operand: &Operand| matches!(operand, Operand::Const(Const::Item(of)) if path(of));
    match op {
        Op::Call { callee: Callee::Path(of), args, .. } => path(of) || args.iter().any(|arg| item(&arg.value)),
        Op::Call { callee: Callee::Method { name, .. }, args, .. } => {
            wanted(name) || args.iter().any(|arg| item(&arg.value))
        }
        Op::Copy { src, .. } => item(src),
        Op::Aggregate { ty: Some(ty), .. } => path(ty),
        Op::Load { field, .. } | Op::Store { field, .. } => wanted(field),
        _ => false,
    }
}
