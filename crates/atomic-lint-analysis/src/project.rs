//! What the analysis is given, and what it asks for.

use crate::demand::{self, Writers};
use crate::found::{Found, tell_untouched};
use crate::globals::{Globals, GlobalsInPlay};
use crate::judge::judge;
use crate::link::TypeRef;
use crate::log::Log;
use crate::machine::Machine;
use crate::objects::ObjectTable;
use crate::places::Places;
use crate::program::{BodyRef, Program};
use crate::{Accepted, Finding, omitted, readers};
use atomic_lint_catalog::{Beginnings, Catalog};
use atomic_lint_ir::{Language, Name, Unit};
use atomic_lint_source::{FileId, Place};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Every file of a walk, read or not.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Paths with `/`, as they are reported, by [`FileId`]; sorted.
    pub paths: Vec<String>,
    /// Packages found on the way.
    pub packages: Vec<Package>,
}

/// A Rust package; Python's are known by their `__init__.py` files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The language of its code.
    pub language: Language,
    /// The name by which others import its library, `-` already `_`.
    pub name: Name,
    /// Its version, where the manifest gives one.
    pub version: Option<Name>,
    /// The directory of its manifest, as a prefix of [`Tree::paths`] without the last `/`; empty for the top.
    pub root: String,
    /// Files, below that directory, at which the manifest lets a crate begin; `src/lib.rs` and `src/main.rs` go without saying.
    pub crates: Vec<String>,
    /// Names under which it uses other packages, with what those are called and the required version.
    pub dependencies: Vec<Dependency>,
}

/// A package that another uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The name in code, `-` already `_`.
    pub alias: Name,
    /// The package's name, `-` already `_`.
    pub package: Name,
    /// Version requirement as written.
    pub requirement: Option<Name>,
}

/// What a configuration decides about the analysis.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Functions that are trusted to write atomically, as dotted or double-colon paths.
    pub trusted_writers: Vec<Name>,
    /// Tell which rows of the models were applied: for those who test the models.
    pub tell_rows: bool,
}

/// The files of a run as they come to be known.
#[derive(Debug)]
pub struct Project<'c> {
    catalog: &'c Catalog,
    places: Places,
    beginnings: Beginnings<'c>,
    units: Vec<Option<Unit>>,
    play: Play,
}

/// What takes part in the analysis.
#[derive(Debug)]
struct Play {
    /// By file.
    files: Vec<bool>,
    /// By file and body: a step of it can begin a finding; worked out once for every lowered file.
    begins: Vec<Option<Vec<bool>>>,
    asked: FxHashSet<Callers>,
    mentioned: FxHashSet<Mention>,
    /// Bodies that were left out and asked for; what was not given then is not to be had.
    missed: FxHashSet<Place>,
    rounds: u32,
    /// How many files were in play when it was last asked what more has to be.
    considered: usize,
}

/// What the analysis needs to see before it can judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Files that define names which the known files use.
    pub files: Vec<FileId>,
    /// Files that may call a function that writes a path it is given.
    pub callers: Vec<Callers>,
    /// Functions whose bodies were left out, in files that are known.
    pub bodies: Vec<Place>,
    /// A function that was left out is wanted if it holds one of these, in files that are known and in those that
    /// come to be.
    pub mentions: Vec<Mention>,
}

/// By what the callers of a function are found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Callers {
    /// Of their files.
    pub language: Language,
    /// A file that calls the function holds all of these, each as a word.
    pub texts: Vec<Name>,
    /// The number of the function's package.
    pub package: u32,
}

/// A word by which the use of a function, or of what leads to one, is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mention {
    /// Of the files.
    pub language: Language,
    /// The word.
    pub name: Name,
    /// How it is written.
    pub form: MentionForm,
    /// One of these stands in the file too; none has to where this is empty.
    pub beside: Vec<Name>,
}

/// How a [`Mention`] is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionForm {
    /// In whatever way.
    Word,
    /// Not behind a dot.
    Function,
    /// Behind a dot or a path.
    Method,
    /// Behind the name of its type (`Type::new`), or what may stand for that.
    Associated(Name),
}

/// What the analysis gives.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Defects, in the order of their places.
    pub findings: Vec<Finding>,
    /// Writes that are not reported, in the order of their places.
    pub accepted: Vec<Accepted>,
    /// Names of the rows that were applied, where the settings ask for them: `std::fs::write`, `file.sync_all`.
    pub applied: BTreeSet<Name>,
}

impl<'c> Project<'c> {
    /// A project of which no file is known yet.
    pub fn new(catalog: &'c Catalog, tree: Tree) -> Self {
        let units = tree.paths.iter().map(|_| None).collect();
        let count = tree.paths.len();
        let play = Play {
            files: vec![false; count],
            begins: vec![None; count],
            asked: FxHashSet::default(),
            mentioned: FxHashSet::default(),
            missed: FxHashSet::default(),
            rounds: 0,
            considered: 0,
        };
        let places = Places::new(&tree, catalog.naming());
        Project { catalog, places, beginnings: Beginnings::new(catalog), units, play }
    }

    /// Adds the lowering of a file, or replaces it by one from which less was left out.
    pub fn add(&mut self, file: FileId, unit: Unit) {
        let known = self.units[file.0 as usize].replace(unit).is_some();
        if known && self.play.begins[file.0 as usize].take().is_some() {
            self.play.considered = 0;
        }
    }

    /// Whether `file` takes part, so that [`Demand::mentions`] hold for it.
    pub fn is_in_play(&self, file: FileId) -> bool {
        self.play.files[file.0 as usize]
    }

    /// Whether the lowering of `file` was added.
    pub fn knows(&self, file: FileId) -> bool {
        self.units[file.0 as usize].is_some()
    }

    /// Whether `file` can be among `callers`, if it has the texts.
    pub fn may_be_among(&self, file: FileId, callers: &Callers) -> bool {
        self.may_call(file) && self.places.can_use(file, callers.package)
    }

    /// Whether `file` is worth searching for texts of [`Demand::callers`].
    pub fn may_call(&self, file: FileId) -> bool {
        !self.play.files[file.0 as usize] && !self.places.is_test(file)
    }

    /// Says that `file` holds all texts of one list of [`Demand::callers`].
    pub fn answer(&mut self, file: FileId) {
        self.play.files[file.0 as usize] |= self.may_call(file);
    }

    /// What is still to be seen; called again after it was given, until it asks for nothing.
    ///
    /// Files with a step that can begin a finding come first, and have to be known at the first call.
    /// More files are asked for only when nothing is missing from those at hand, so that what comes into play does
    /// not depend on what was left out of them.
    pub fn demand(&mut self) -> Demand {
        self.find_beginnings();
        let in_play = self.play.files.iter().filter(|in_play| **in_play).count();
        if std::mem::replace(&mut self.play.considered, in_play) == in_play {
            return Demand::default();
        }
        let units = self.units_in_play();
        let program = self.program(&units);
        let mut mentions = omitted::mentions(&program);
        mentions.retain(|mention| !self.play.mentioned.contains(mention));
        let mut bodies = omitted::places(&program, omitted::bodies(&program));
        bodies.retain(|place| !self.play.missed.contains(place));
        if !bodies.is_empty() || !mentions.is_empty() {
            drop(program);
            self.play.mentioned.extend(mentions.iter().cloned());
            self.play.missed.extend(&bodies);
            self.play.considered = 0;
            return Demand { bodies, mentions: mentions.into_iter().collect(), ..Demand::default() };
        }
        if self.play.rounds == DEMANDS {
            return Demand::default();
        }
        let writers = Writers::new(&program);
        let (files, mut callers) =
            rayon::join(|| demand::definitions(&program, &writers), || demand::callers(&program, &writers));
        callers.retain(|list| !self.play.asked.contains(list));
        drop(program);
        self.play.rounds += 1;
        self.play.asked.extend(callers.iter().cloned());
        files.iter().for_each(|file| self.play.files[file.0 as usize] = true);
        Demand { files: files.into_iter().collect(), callers: callers.into_iter().collect(), ..Demand::default() }
    }

    fn program<'p>(&'p self, units: &'p [Option<&'p Unit>]) -> Program<'p> {
        Program::new(self.catalog, &self.places, units, &self.play.begins)
    }

    /// Looks at the files that are new; of the first, those come into play with a step that can begin a finding.
    fn find_beginnings(&mut self) {
        let (beginnings, places) = (&self.beginnings, &self.places);
        let Play { files, begins, rounds, .. } = &mut self.play;
        begins.par_iter_mut().zip(files.par_iter_mut()).zip(&self.units).enumerate().for_each(
            |(at, ((begins, in_play), unit))| {
                let test = places.is_test(FileId(at as u32));
                if let Some(unit) = unit.as_ref().filter(|_| begins.is_none() && (*in_play || *rounds == 0)) {
                    let found = if test { vec![false; unit.bodies.len()] } else { beginnings.bodies(unit) };
                    *in_play |= found.contains(&true);
                    *begins = Some(found);
                }
            },
        );
    }

    fn units_in_play(&self) -> Vec<Option<&Unit>> {
        let both = self.units.iter().zip(&self.play.files);
        both.map(|(unit, in_play)| unit.as_ref().filter(|_| *in_play)).collect()
    }

    /// Judges the files in play.
    ///
    /// # Errors
    /// What was left out of them and turns out to be needed.
    pub fn analyse(&mut self, settings: &Settings) -> Result<Outcome, Demand> {
        let judged = self.judge(settings);
        if let Err(missing) = &judged {
            self.play.missed.extend(&missing.bodies);
            self.play.considered = 0;
        }
        judged
    }

    fn judge(&self, settings: &Settings) -> Result<Outcome, Demand> {
        let units = self.units_in_play();
        let program = self.program(&units);
        let mut objects = ObjectTable::default();
        let mut logs: BTreeMap<BodyRef, Log> = BTreeMap::new();
        let mut roots = program.roots();
        for _ in 0..ROUNDS {
            // Globals may read what fields hold, so each round works them out anew.
            let globals = Globals::new(self.units.len());
            logs.extend(run_roots(&program, &objects, settings, &globals, &roots));
            self.complete(&program, logs.values())?;
            tell_untouched(&mut logs, |root| program.links.package(program.body(root).file));
            let mut next = ObjectTable::default();
            logs.values().for_each(|log| next.absorb(log));
            let changed = objects.changed(&next);
            objects = next;
            // A root that asked for nothing that has changed would show the same again.
            let again = logs.iter().filter(|(_, log)| !log.asked.is_disjoint(&changed)).map(|(root, _)| *root);
            roots =
                again.chain(program.methods_of(objects.holders()).filter(|root| !logs.contains_key(root))).collect();
            if roots.is_empty() {
                break;
            }
        }
        let mut logs: Vec<Log> = logs.into_values().collect();
        logs.push(self.read_back(&program, &objects, settings)?);
        let applied = logs.iter().filter_map(|log| log.applied.as_ref()).flatten().cloned().collect();
        Ok(Outcome { applied, ..judge(&program, &logs) })
    }

    /// What is opened by functions that only read, as far as they stand beside a write.
    ///
    /// # Errors
    /// What was left out and turns out to be needed.
    fn read_back(&self, program: &Program<'_>, objects: &ObjectTable, settings: &Settings) -> Result<Log, Demand> {
        let globals = Globals::new(self.units.len());
        let logs = run_roots(program, objects, settings, &globals, &readers::readers(program));
        self.complete(program, logs.iter().map(|(_, log)| log))?;
        Ok(Log { read: logs.into_iter().flat_map(|(_, log)| log.read).collect(), ..Log::default() })
    }

    /// Asks for the bodies that the roots would have run, had they not been left out.
    fn complete<'l>(&self, program: &Program<'_>, logs: impl Iterator<Item = &'l Log>) -> Result<(), Demand> {
        let missing: BTreeSet<BodyRef> = logs.flat_map(|log| &log.omitted).copied().collect();
        let mut bodies = omitted::places(program, missing);
        bodies.retain(|place| !self.play.missed.contains(place));
        match bodies.is_empty() {
            true => Ok(()),
            false => Err(Demand { bodies, ..Demand::default() }),
        }
    }
}

/// Files of at most so many bytes in which a finding can begin are to be lowered whole: that costs little, and what is
/// wrong anywhere in them is said.
pub const WHOLE: u32 = 64 << 10;

/// Rounds in which more is asked for; a chain of re-exports takes one for each link.
const DEMANDS: u32 = 6;

/// Rounds in which what methods leave in fields reaches the other methods.
///
/// One to open a file, one to write it, one to close it, one to publish it.
const ROUNDS: usize = 4;

fn run_roots(
    program: &Program<'_>,
    objects: &ObjectTable,
    settings: &Settings,
    globals: &Globals,
    roots: &[BodyRef],
) -> Vec<(BodyRef, Log)> {
    let trusted = |root: &BodyRef| settings.trusted_writers.contains(&program.full_name(*root));
    let mut roots = roots.to_vec();
    roots.retain(|root| settings.trusted_writers.is_empty() || !trusted(root));
    let owners: BTreeSet<TypeRef> = roots.iter().filter_map(|root| program.body(*root).owner).collect();
    let finds = |owner: TypeRef| (owner, Arc::new(Found::new(objects, &program.links.lineage(owner))));
    let found: FxHashMap<TypeRef, Arc<Found>> = owners.into_iter().map(finds).collect();
    let run = |root: &BodyRef| {
        let mut machine = Machine::new(program, objects, &settings.trusted_writers, GlobalsInPlay::new(globals));
        machine.log.applied = settings.tell_rows.then(BTreeSet::new);
        let owner = program.body(*root).owner;
        machine.run_root(*root, owner.and_then(|owner| found.get(&owner)).cloned());
        (*root, machine.log)
    };
    roots.par_iter().with_max_len(8).map(run).collect()
}
