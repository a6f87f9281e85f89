//! What the analysis is given, and what it asks for.

use crate::globals::{Globals, GlobalsInPlay};
use crate::judge::judge;
use crate::log::Log;
use crate::machine::Machine;
use crate::objects::ObjectTable;
use crate::program::{BodyRef, Program};
use crate::{Accepted, Finding};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::{BodyKind, Language, Name, Unit};
use atomic_lint_source::FileId;
use rayon::prelude::*;

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

/// Where a file stands among the modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModulePlace {
    /// Index of its package; files outside of any share numbers by directory.
    pub(crate) package: u32,
    /// Its full name, the package first.
    pub(crate) path: Vec<Name>,
    /// A Python `__init__.py`.
    pub(crate) is_package: bool,
}

impl Tree {
    /// The part of `path` below its package.
    pub(crate) fn within_package<'p>(&self, path: &'p str) -> &'p str {
        let root = self.package_of(path).map_or("", |at| self.packages[at].root.as_str());
        path[root.len()..].trim_start_matches('/')
    }

    /// The innermost package around `path`.
    fn package_of(&self, path: &str) -> Option<usize> {
        let around = self.packages.iter().enumerate().filter(|(_, package)| {
            let rest = path.strip_prefix(package.root.as_str());
            rest.is_some_and(|rest| package.root.is_empty() || rest.starts_with('/'))
        });
        around.max_by_key(|(_, package)| package.root.len()).map(|(at, _)| at)
    }

    /// Which module `file` is.
    pub(crate) fn module_of(&self, file: FileId, language: Language) -> ModulePlace {
        let path = &self.paths[file.0 as usize];
        match language {
            Language::Rust => self.rust_module(path),
            Language::Python => self.python_module(path),
        }
    }

    /// By the file's path, as Cargo lays packages out.
    fn rust_module(&self, path: &str) -> ModulePlace {
        let (package, name, rest) = match self.package_of(path) {
            Some(at) => (at as u32, self.packages[at].name.clone(), self.within_package(path)),
            None => (self.directory_number(path), Name::new("crate"), path.rsplit('/').next().unwrap_or(path)),
        };
        let rest = rest.strip_prefix("src/").unwrap_or(rest);
        let rest = rest.strip_suffix(".rs").unwrap_or(rest);
        let mut parts: Vec<Name> = rest.split('/').map(Name::new).collect();
        if parts.last().is_some_and(|last| last == "mod" || (parts.len() == 1 && (last == "lib" || last == "main"))) {
            parts.pop();
        }
        parts.insert(0, name);
        ModulePlace { package, path: parts, is_package: false }
    }

    /// By the `__init__.py` files around it.
    fn python_module(&self, path: &str) -> ModulePlace {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let mut parts: Vec<&str> = stem.split('/').collect();
        let is_package = parts.last() == Some(&"__init__");
        if is_package {
            parts.pop();
        }
        let mut from = parts.len().saturating_sub(1);
        while from > 0 && self.has(&format!("{}/__init__.py", parts[..from].join("/"))) {
            from -= 1;
        }
        let root = parts[..from].join("/");
        let package = self.directory_number(&format!("{root}/"));
        ModulePlace { package, path: parts[from..].iter().map(Name::new).collect(), is_package }
    }

    fn has(&self, path: &str) -> bool {
        self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// A number for the directory of a file that no manifest covers, above those of the packages.
    fn directory_number(&self, path: &str) -> u32 {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let first = self.paths.partition_point(|known| known.as_str() < directory);
        (self.packages.len() + first) as u32
    }
}

/// What a configuration decides about the analysis.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Functions that are trusted to write atomically, as dotted or double-colon paths.
    pub trusted_writers: Vec<Name>,
}

/// The files of a run as they come to be known.
#[derive(Debug)]
pub struct Project<'c> {
    catalog: &'c Catalog,
    tree: Tree,
    units: Vec<Option<Unit>>,
}

/// What the analysis needs to see before it can judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Files that define names which the known files use.
    pub files: Vec<FileId>,
    /// Files of `language` that hold *all* texts of one of these lists may call a function that writes a path it is given.
    pub callers: Vec<(Language, Vec<Name>)>,
}

/// What the analysis gives.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Defects, in the order of their places.
    pub findings: Vec<Finding>,
    /// Writes that are not reported, in the order of their places.
    pub accepted: Vec<Accepted>,
}

impl<'c> Project<'c> {
    /// A project of which no file is known yet.
    pub fn new(catalog: &'c Catalog, tree: Tree) -> Self {
        let units = tree.paths.iter().map(|_| None).collect();
        Project { catalog, tree, units }
    }

    /// Adds the lowering of a file.
    pub fn add(&mut self, file: FileId, unit: Unit) {
        self.units[file.0 as usize] = Some(unit);
    }

    /// Whether the lowering of `file` was added.
    pub fn knows(&self, file: FileId) -> bool {
        self.units[file.0 as usize].is_some()
    }

    /// What is still to be seen; called again after what it named was added, until it names nothing new.
    pub fn demand(&mut self) -> Demand {
        Demand::default()
    }

    /// Judges every file.
    pub fn analyse(&self, settings: &Settings) -> Outcome {
        let units = self.units.iter().map(Option::as_ref).collect();
        let program = Program::new(self.catalog, &self.tree, units);
        let mut objects = ObjectTable::default();
        let mut logs = Vec::new();
        for _ in 0..ROUNDS {
            // Globals may read what fields hold, so each round works them out anew.
            let globals = Globals::new(self.units.len());
            logs = run_roots(&program, &objects, settings, &globals);
            let mut next = ObjectTable::default();
            logs.iter().for_each(|log| next.absorb(log));
            if next == objects {
                break;
            }
            objects = next;
        }
        judge(&program, &logs)
    }
}

/// Rounds in which what methods leave in fields reaches the other methods.
const ROUNDS: usize = 2;

fn run_roots(program: &Program<'_>, objects: &ObjectTable, settings: &Settings, globals: &Globals) -> Vec<Log> {
    let roots: Vec<u32> = (0..program.bodies.len() as u32).filter(|at| is_root(program, *at)).collect();
    let run = |at: &u32| {
        let mut machine = Machine::new(program, objects, &settings.trusted_writers, GlobalsInPlay::new(globals));
        machine.run_root(BodyRef(*at));
        machine.log
    };
    roots.par_iter().with_max_len(8).map(run).collect()
}

/// Test code calls nothing into question, so it begins nothing.
fn is_root(program: &Program<'_>, body: u32) -> bool {
    let info = &program.bodies[body as usize];
    !info.test && !matches!(info.body.kind, BodyKind::Closure(_)) && program.relevance.is_root(BodyRef(body))
}
