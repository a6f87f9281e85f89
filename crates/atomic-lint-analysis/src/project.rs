//! What the analysis is given, and what it asks for.

use crate::{Accepted, Finding};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::{Language, Name, Unit};
use atomic_lint_source::FileId;

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
        let _ = (self.catalog, &self.tree, settings);
        Outcome::default()
    }
}
