//! What the variables and constants of modules hold, from running the top of their files.
//!
//! Worked out when first asked for, and then for every root alike.

use crate::machine::Machine;
use crate::objects::Asked;
use crate::program::BodyRef;
use crate::value::{Atom, Value};
use atomic_lint_ir::{BodyId, Local};
use atomic_lint_source::FileId;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// Steps that the top of one file may run, what it calls included.
const STEPS_LEFT: usize = 20_000;

/// The values of every file's top level, shared by all roots.
#[derive(Debug)]
pub(crate) struct Globals(Vec<OnceLock<Arc<Computed>>>);

/// What the variables of a file hold in the end.
#[derive(Debug)]
struct Computed {
    values: Vec<Value>,
    /// The fields on which that depends.
    asked: BTreeSet<Asked>,
    /// Bodies on which it depends and that were left out.
    omitted: BTreeSet<BodyRef>,
}

impl Globals {
    /// Nothing is known yet of any of `files` files.
    pub(crate) fn new(files: usize) -> Self {
        Globals((0..files).map(|_| OnceLock::new()).collect())
    }
}

/// The shared values together with those that are just being worked out.
#[derive(Clone, Debug)]
pub(crate) struct GlobalsInPlay<'p> {
    shared: &'p Globals,
    /// What one file's top level asked of others; not shared, for it depends on where it began.
    own: FxHashMap<FileId, Arc<Computed>>,
    computing: Vec<FileId>,
}

impl<'p> GlobalsInPlay<'p> {
    /// As a root begins with them.
    pub(crate) fn new(shared: &'p Globals) -> Self {
        GlobalsInPlay { shared, own: FxHashMap::default(), computing: Vec::new() }
    }

    /// Whether a top level is being run for its values.
    pub(crate) fn computes(&self) -> bool {
        !self.computing.is_empty()
    }
}

impl Machine<'_, '_> {
    /// The value of a module's variable or constant.
    pub(crate) fn global(&mut self, file: FileId, local: Local) -> Value {
        let Some(computed) = self.globals_of(file) else { return Value::unknown() };
        self.log.asked.extend(computed.asked.iter().cloned());
        self.log.omitted.extend(&computed.omitted);
        computed.values.get(local.0 as usize).cloned().unwrap_or_default()
    }

    fn globals_of(&mut self, file: FileId) -> Option<Arc<Computed>> {
        let shared = self.globals.shared;
        let cell = &shared.0[file.0 as usize];
        if let Some(known) = cell.get().or_else(|| self.globals.own.get(&file)) {
            return Some(known.clone());
        }
        // What a file asks of itself while it is being run is not known yet.
        if self.globals.computing.contains(&file) || self.globals.computing.len() > 8 {
            return None;
        }
        let values = Arc::new(self.compute_globals(file));
        if self.globals.computes() {
            self.globals.own.insert(file, values.clone());
            return Some(values);
        }
        Some(cell.get_or_init(|| values).clone())
    }

    fn compute_globals(&mut self, file: FileId) -> Computed {
        let body: BodyRef = self.program.body_ref(file, BodyId(0));
        let mut globals = self.globals.clone();
        globals.computing.push(file);
        let mut inner = Machine::new(self.program, self.objects, self.trusted, globals);
        inner.log.muted = true;
        inner.allow(STEPS_LEFT);
        let values = inner.run_top_level(body);
        if self.globals.computes() {
            self.globals.own = inner.globals.own;
        }
        // Objects and files of that run are in no other state, so only what stands by itself is kept.
        let values = values.into_iter().map(|value| value.filter(stands_alone)).collect();
        Computed { values, asked: inner.log.asked, omitted: inner.log.omitted }
    }
}

fn stands_alone(atom: &Atom) -> bool {
    !matches!(atom, Atom::Handle(..) | Atom::Object(_) | Atom::Suspended(_))
}
