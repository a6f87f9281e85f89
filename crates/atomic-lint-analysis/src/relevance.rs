//! Which bodies are worth running: those from which a file can be reached.
//!
//! By names alone and before anything is run. It may take too many; it must not miss a body that
//! writes a path, nor one that calls such a body by a name that can be followed.

use crate::link::Def;
use crate::program::{BodyRef, Program};
use atomic_lint_catalog::{Effect, Models, may_begin};
use atomic_lint_ir::{Arg, Body, BodyKind, Callee, Const, Exit, Language, Name, Op, Operand, Unit};
use atomic_lint_source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// A method name that more types than this have says nothing about which one is meant.
const NAMESAKES: usize = 5;

/// So many calls above a write, its callers no longer decide what its path is; a method by its name
/// alone counts once for every type that has one of that name.
const REACH: u32 = 3;

/// Bodies of at most this many steps are followed whatever they do: they make paths.
const SMALL: usize = 40;

/// What may be run as a root, and what is followed when it is called.
#[derive(Debug, Default)]
pub(crate) struct Relevance {
    /// Calls up to a sink; `None` where none is in reach.
    distance: Vec<Option<u32>>,
    small: Vec<bool>,
    graph: Graph,
}

impl Relevance {
    /// Works it out for every body of `program`.
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let graph = Graph::new(program);
        let small = program.bodies.iter().map(|info| {
            let steps: usize = info.body.blocks.iter().map(|block| block.steps.len()).sum();
            steps <= SMALL
        });
        Relevance { distance: graph.distances(&graph.sinks), small: small.collect(), graph }
    }

    /// Whether a path can be written from there.
    pub(crate) fn is_root(&self, body: BodyRef) -> bool {
        self.distance[body.0 as usize].is_some()
    }

    /// Whether a path is written by it, or by what it calls next.
    pub(crate) fn writes(&self, body: BodyRef) -> bool {
        self.distance[body.0 as usize].is_some_and(|distance| distance <= 1)
    }

    /// Whether what calls it may be a root for that.
    pub(crate) fn makes_roots(&self, body: BodyRef) -> bool {
        self.distance[body.0 as usize].is_some_and(|distance| distance < REACH)
    }

    /// Whether it is called by name from so far above a sink that the call is not looked at.
    pub(crate) fn has_far_callers(&self, body: BodyRef) -> bool {
        let far = |caller: u32| self.distance[caller as usize].is_none();
        self.graph.callers[body.0 as usize].iter().any(|(caller, sure)| *sure == 1 && far(*caller))
    }

    /// Whether more types have a method of that name than it can say anything of.
    pub(crate) fn says_nothing(&self, name: &Name) -> bool {
        self.graph.crowded.contains(name)
    }

    /// Fields that may hold a library's function that can begin a finding.
    pub(crate) fn sink_fields(&self) -> impl Iterator<Item = &Name> {
        self.graph.sink_fields.iter()
    }

    /// Whether a variable of `file` may hold a library's function that can begin a finding.
    pub(crate) fn renames_sink(&self, file: FileId) -> bool {
        self.graph.renames_sink[file.0 as usize]
    }

    /// Calls from every body up to one of `targets`; `None` where none is in reach.
    pub(crate) fn distances(&self, targets: &[bool]) -> Vec<Option<u32>> {
        self.graph.distances(targets)
    }

    /// Whether it is followed for the path that it may make.
    pub(crate) fn is_small(&self, body: BodyRef) -> bool {
        self.small[body.0 as usize]
    }

    /// Whether a call of it may be followed, whatever it is given.
    pub(crate) fn is_followed(&self, body: BodyRef) -> bool {
        self.distance[body.0 as usize].is_some() || self.small[body.0 as usize]
    }
}

#[derive(Debug, Default)]
struct Graph {
    /// By callee: who calls it, and how sure that is.
    callers: Vec<Vec<(u32, u32)>>,
    /// By file: its top level gives a library's function that can begin a finding another name.
    renames_sink: Vec<bool>,
    /// Fields that may hold a library's function that can begin a finding.
    sink_fields: FxHashSet<Name>,
    /// Has a call that can begin a finding.
    sinks: Vec<bool>,
    /// Names of methods that too many types have, in whichever package one looks.
    crowded: FxHashSet<Name>,
    /// By file: the files whose names it has.
    neighbours: Vec<FxHashSet<FileId>>,
}

impl Graph {
    fn new(program: &Program<'_>) -> Self {
        let count = program.bodies.len();
        let renames_sink = program.units.iter().map(|_| false).collect();
        let mut graph = Graph {
            callers: vec![Vec::new(); count],
            renames_sink,
            sink_fields: FxHashSet::default(),
            sinks: program.bodies.iter().map(|info| info.begins).collect(),
            crowded: FxHashSet::default(),
            neighbours: (0..program.units.len() as u32).map(|file| neighbours(program, FileId(file))).collect(),
        };
        for at in (0..count as u32).filter(|at| mentions_sink(program, *at)) {
            graph.sink_fields.extend(stored_fields(program.body(BodyRef(at)).body));
        }
        for at in (0..count as u32).filter(|at| program.body(BodyRef(*at)).body.kind == BodyKind::TopLevel) {
            let file = program.body(BodyRef(at)).file.0 as usize;
            graph.renames_sink[file] = mentions_sink(program, at);
            if graph.renames_sink[file] {
                graph.sink_fields.extend(class_attributes(program.unit(FileId(file as u32))));
            }
        }
        let methods = methods_by_name(program);
        let is_crowded = |namesakes: &Namesakes| namesakes.values().all(|bodies| bodies.len() > NAMESAKES);
        graph.crowded =
            methods.iter().filter(|(_, namesakes)| is_crowded(namesakes)).map(|(name, _)| name.clone()).collect();
        let temporary = Language::ALL.map(|language| temporary_methods(program.catalog.models(language)));
        // Test code begins nothing, and what calls it is test code.
        for at in (0..count as u32).filter(|at| !program.body(BodyRef(*at)).test) {
            let temporary = &temporary[program.language(BodyRef(at)) as usize];
            graph.add_body(program, at, &methods, temporary);
        }
        graph
    }

    fn add_body(
        &mut self,
        program: &Program<'_>,
        at: u32,
        methods: &FxHashMap<Name, Namesakes>,
        temporary: &FxHashSet<Name>,
    ) {
        let info = program.body(BodyRef(at));
        for param in &info.body.params {
            if let Some(Const::Item(path)) = &param.default {
                self.add_path(program, at, path, None);
            }
        }
        for block in &info.body.blocks {
            for step in &block.steps {
                match &step.op {
                    Op::Call { callee, args, .. } => self.add_call(program, at, callee, args, methods, temporary),
                    Op::Closure { body, .. } => self.edge(at, program.body_ref(info.file, *body).0),
                    Op::Load { field, .. } => {
                        self.add_named(program, at, field, methods, |body| program.body(BodyRef(body)).body.property)
                    }
                    Op::Copy { src: Operand::Const(Const::Item(path)), .. } => self.add_path(program, at, path, None),
                    _ => {}
                }
            }
            if let Exit::Return(Some(Operand::Const(Const::Item(path)))) = &block.exit {
                self.add_path(program, at, path, None);
            }
        }
    }

    fn add_call(
        &mut self,
        program: &Program<'_>,
        at: u32,
        callee: &Callee,
        args: &[Arg],
        methods: &FxHashMap<Name, Namesakes>,
        temporary: &FxHashSet<Name>,
    ) {
        match callee {
            Callee::Path(path) => self.add_path(program, at, path, Some(args)),
            Callee::Method { name, .. } => {
                self.sinks[at as usize] |= temporary.contains(name) || self.sink_fields.contains(name);
                self.add_named(program, at, name, methods, |_| true);
            }
            // What is called may be `open` under another name; where it got that name is a sink.
            Callee::Value(_) => {}
        }
        for arg in args {
            if let Operand::Const(Const::Item(path)) = &arg.value {
                self.add_path(program, at, path, None);
            }
        }
    }

    /// What `path` stands for, called with `args` or taken as a value.
    fn add_path(&mut self, program: &Program<'_>, at: u32, path: &atomic_lint_ir::Path, args: Option<&[Arg]>) {
        let info = program.body(BodyRef(at));
        match program.links.resolve(info.file, path) {
            Def::Function(file, body, _) => self.edges(program, at, program.body_ref(file, body)),
            Def::Type(ty) => {
                if let Some((file, body)) = program.links.method(ty, "__init__") {
                    self.edge(at, program.body_ref(file, body).0);
                }
            }
            Def::Global(file, _) => self.sinks[at as usize] |= self.renames_sink[file.0 as usize],
            Def::Member(ty, _) => {
                let file = program.links.ty(ty).file;
                self.sinks[at as usize] |= self.renames_sink[file.0 as usize];
            }
            Def::Module(_) => {}
            Def::External(name) => {
                if let Some(api) = program.models(BodyRef(at)).call(&name) {
                    let writes = args.map_or(api.effect.begins(), |args| may_begin(api, args));
                    self.sinks[at as usize] |= writes || api.effect == Effect::TempFile;
                }
            }
        }
    }

    /// A method by its name alone, which may be one of several types; a common name only counts where its type is
    /// at hand.
    fn add_named(
        &mut self,
        program: &Program<'_>,
        at: u32,
        name: &Name,
        methods: &FxHashMap<Name, Namesakes>,
        wanted: impl Fn(u32) -> bool,
    ) {
        let Some(namesakes) = methods.get(name) else { return };
        let Some(bodies) = in_sight(program, BodyRef(at), namesakes) else { return };
        let is_common = program.catalog.naming().common_methods.contains(name);
        let near = std::mem::take(&mut self.neighbours[program.body(BodyRef(at)).file.0 as usize]);
        for body in &bodies {
            if wanted(*body) && (!is_common || near.contains(&program.body(BodyRef(*body)).file)) {
                let callees = [*body].into_iter().chain(program.twins(BodyRef(*body)).into_iter().map(|twin| twin.0));
                callees.for_each(|callee| self.connect(at, callee, bodies.len() as u32));
            }
        }
        self.neighbours[program.body(BodyRef(at)).file.0 as usize] = near;
    }

    fn edge(&mut self, caller: u32, callee: u32) {
        self.connect(caller, callee, 1);
    }

    /// A call by name, of whichever function of that name is compiled.
    fn edges(&mut self, program: &Program<'_>, caller: u32, callee: BodyRef) {
        self.edge(caller, callee.0);
        program.twins(callee).into_iter().for_each(|twin| self.edge(caller, twin.0));
    }

    fn connect(&mut self, caller: u32, callee: u32, distance: u32) {
        if caller != callee {
            self.callers[callee as usize].push((caller, distance));
        }
    }

    /// How far it is from every body to one of `targets`, up to [`REACH`].
    fn distances(&self, targets: &[bool]) -> Vec<Option<u32>> {
        let mut best: Vec<u32> = targets.iter().map(|target| if *target { 0 } else { u32::MAX }).collect();
        let mut queue: BTreeSet<(u32, u32)> =
            (0..targets.len() as u32).filter(|at| targets[*at as usize]).map(|at| (0, at)).collect();
        while let Some((distance, at)) = queue.pop_first() {
            for (caller, further) in &self.callers[at as usize] {
                let distance = distance + further;
                if distance <= REACH && distance < best[*caller as usize] {
                    best[*caller as usize] = distance;
                    queue.insert((distance, *caller));
                }
            }
        }
        best.into_iter().map(|distance| (distance != u32::MAX).then_some(distance)).collect()
    }
}

/// `file` itself, and the files of what it imports.
fn neighbours(program: &Program<'_>, file: FileId) -> FxHashSet<FileId> {
    let Some(unit) = program.units[file.0 as usize] else { return FxHashSet::default() };
    let of = |def: Def| match def {
        Def::Function(of, ..) | Def::Global(of, _) => Some(of),
        Def::Type(ty) | Def::Member(ty, _) => Some(program.links.ty(ty).file),
        Def::Module(module) => Some(module.file()),
        Def::External(_) => None,
    };
    let imports = unit.imports.iter().map(|import| &import.target).chain(unit.globs.iter().map(|glob| &glob.target));
    imports.filter_map(|target| of(program.links.resolve(file, target))).chain([file]).collect()
}

/// The fields that a body sets.
fn stored_fields(body: &Body) -> impl Iterator<Item = Name> {
    let steps = body.blocks.iter().flat_map(|block| &block.steps);
    steps.filter_map(|step| match &step.op {
        Op::Store { field, .. } => Some(field.clone()),
        _ => None,
    })
}

/// What classes of a file hold from the start: `opener = staticmethod(open)`.
fn class_attributes(unit: &Unit) -> impl Iterator<Item = Name> {
    let fields = unit.types.iter().flat_map(|ty| &ty.fields);
    fields.filter(|field| field.value.is_some()).map(|field| field.name.clone())
}

/// Whether a body has a library's function that can begin a finding as a value.
fn mentions_sink(program: &Program<'_>, at: u32) -> bool {
    let info = program.body(BodyRef(at));
    let is_sink_item = |operand: &Operand| match operand {
        Operand::Const(Const::Item(path)) => match program.links.resolve(info.file, path) {
            Def::External(name) => program.models(BodyRef(at)).call(&name).is_some_and(|api| is_sink(api.effect)),
            _ => false,
        },
        _ => false,
    };
    let mut defaults = info.body.params.iter().filter_map(|param| param.default.clone());
    let mut steps = info.body.blocks.iter().flat_map(|block| &block.steps);
    defaults.any(|default| is_sink_item(&Operand::Const(default)))
        || steps.any(|step| match &step.op {
            Op::Copy { src, .. } | Op::Store { src, .. } => is_sink_item(src),
            Op::Call { args, .. } => args.iter().any(|arg| is_sink_item(&arg.value)),
            _ => false,
        })
}

/// The methods of one name, by language and package: code calls only what its package can use.
type Namesakes = BTreeMap<(Language, u32), Vec<u32>>;

fn methods_by_name(program: &Program<'_>) -> FxHashMap<Name, Namesakes> {
    let mut methods: FxHashMap<Name, Namesakes> = FxHashMap::default();
    for ty in program.links.type_refs() {
        let foreign = &program.links.ty(ty).foreign;
        for (name, file, body) in program.links.methods_of(ty).into_iter().filter(|(name, ..)| !foreign.contains(name))
        {
            let body = program.body_ref(file, body);
            let of = (program.language(body), program.links.package(file));
            methods.entry(name).or_default().entry(of).or_default().push(body.0);
        }
    }
    methods
}

/// Those of `namesakes` that a body may mean; none where they are too many.
fn in_sight(program: &Program<'_>, at: BodyRef, namesakes: &Namesakes) -> Option<Vec<u32>> {
    let (file, language) = (program.body(at).file, program.language(at));
    let mut bodies = Vec::new();
    for ((of, package), those) in namesakes {
        if *of == language && program.links.can_use(file, *package) {
            bodies.extend(those);
            if bodies.len() > NAMESAKES {
                return None;
            }
        }
    }
    Some(bodies)
}

/// The names of methods that make a temporary file.
fn temporary_methods(models: &Models) -> FxHashSet<Name> {
    let apis = models.apis().filter(|(_, api)| api.effect == Effect::TempFile);
    apis.map(|(name, _)| name.clone()).collect()
}

/// Whether a finding can begin with it; a temporary file only becomes one elsewhere, but what makes it says where it lies.
fn is_sink(effect: Effect) -> bool {
    effect.begins() || effect == Effect::TempFile
}
