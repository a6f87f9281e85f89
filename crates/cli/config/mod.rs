//! Configuration: where it stands, and what it says.
//!
//! A file is read whole or not at all: the first thing in it that is not understood is an error with its line.

mod find;
mod table;

use crate::fix::Dependency;
use crate::selection::Selector;
use atomic_lint_catalog::{Catalog, Group, Level};
use atomic_lint_ir::{Language, Name, Runtime};
use ignore::gitignore::Gitignore;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a configuration file says; by default, nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Rules that are asked for; all where this is empty.
    pub(crate) select: Vec<Selector>,
    /// Rules that are not wanted.
    pub(crate) ignore: Vec<Selector>,
    /// Levels by rule.
    pub(crate) levels: Vec<(String, Level)>,
    /// How much a publish must survive.
    pub(crate) durability: Durability,
    /// Model files, as they are to be opened.
    pub(crate) extend_models: Vec<(Language, PathBuf)>,
    /// Functions that are trusted to write atomically.
    pub(crate) trusted_writers: Vec<Name>,
    /// What no walk reads, by real paths below the directory of the configuration.
    pub(crate) exclude: Option<Gitignore>,
    /// What fixed code may call.
    pub(crate) runtime: Runtime,
    /// Where it gets that from.
    pub(crate) dependency: Dependency,
}

/// How much a publish must survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Old or new, also after a power loss.
    #[default]
    Atomic,
    /// And once it is said to be saved, it is.
    Durable,
    /// Old or new for readers and after the death of the process.
    Visible,
}

/// What is wrong with a configuration file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigError {
    file: String,
    line: Option<usize>,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// The file with a configuration that lies in `directory` itself.
pub(crate) fn in_directory(directory: &Path) -> Result<Option<PathBuf>, ConfigError> {
    Ok(find::within(directory)?.map(|found| found.path))
}

impl Config {
    /// Reads `file`, or the nearest configuration of `start` and the directories above it.
    pub(crate) fn load(file: Option<&Path>, start: &Path, catalog: &Catalog) -> Result<Self, ConfigError> {
        let found = match file {
            Some(file) => Some(find::named(file)?),
            None => find::nearest(start)?,
        };
        match found {
            Some(found) => table::parse(&found, catalog),
            None => Ok(Config::default()),
        }
    }

    /// Changes `catalog` as the configuration says: models first, levels then.
    pub(crate) fn apply(&self, catalog: &mut Catalog) -> Result<(), String> {
        for (language, path) in &self.extend_models {
            let file = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| format!("{file}: {error}"))?;
            catalog.extend(*language, &file, &text).map_err(|error| error.to_string())?;
        }
        for rule in durability_levels(catalog, self.durability) {
            catalog.set_level(&rule.0, rule.1);
        }
        for (rule, level) in &self.levels {
            catalog.set_level(rule, *level);
        }
        Ok(())
    }
}

/// The levels that follow from `durability`.
fn durability_levels(catalog: &Catalog, durability: Durability) -> Vec<(String, Level)> {
    match durability {
        Durability::Atomic => Vec::new(),
        Durability::Durable => vec![("missing-directory-sync".into(), Level::Warning)],
        Durability::Visible => {
            let rules = catalog.rules().filter(|rule| rule.group == Group::Durability);
            rules.map(|rule| (rule.id.to_string(), Level::Off)).collect()
        }
    }
}
