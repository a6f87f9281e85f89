//! The runtime that fixed code calls: laid in beside it, or asked for in a manifest.
//!
//! Everything here is a plan; what is planned is written by the transaction that writes the fixes.

mod bundle;
mod entry;
mod lock;
mod package;
mod python;
mod rust;

use super::transaction::{Change, name_of};
use atomic_lint_ir::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Where fixed code gets the runtime from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dependency {
    /// Its source is laid in.
    #[default]
    Vendor,
    /// The registry of the language.
    Registry,
    /// A directory that has it.
    Path(PathBuf),
    /// A repository that has it.
    Git {
        /// Where it is.
        url: String,
        /// Which commit.
        rev: String,
    },
    /// It must be there already.
    Never,
}

/// Whether this release owns the name of the runtime in the registries; until then whoever took it there would be
/// called by all fixed code.
const OWNED_IN_REGISTRY: bool = false;

/// The runtime's name as a package, in both languages.
const NAME: &str = "crashsafe";

impl Dependency {
    /// Whether this build can do that at all.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Dependency::Registry if !OWNED_IN_REGISTRY => Err(format!(
                "fix.dependency = \"registry\": this build does not own the name `{NAME}` in the registry; \
                 use \"vendor\", \"path:DIR\" or \"git:URL#REV\""
            )),
            _ => Ok(()),
        }
    }
}

/// Whether the directory `path` is the runtime as this program lays it in: it is not the project's to mend.
pub(crate) fn is_laid_in(path: &Path) -> bool {
    let marked = |name: &str| std::fs::read_to_string(path.join(name)).is_ok_and(|text| text.starts_with(bundle::MARK));
    path.file_name().is_some_and(|name| name == NAME) && (marked("Cargo.toml") || marked("__init__.py"))
}

/// The folder of the runtime that the file `path` is laid in as a part of.
pub(super) fn home_of(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == NAME))
}

/// What has to be changed for fixed files to find the runtime.
#[derive(Clone, Debug)]
pub(crate) struct Planner {
    dependency: Dependency,
    /// Files to be changed or made: what they hold, and what they are to hold.
    texts: BTreeMap<PathBuf, (Option<String>, String)>,
    /// Which of them go together, by the language and the directory that they are for.
    groups: Vec<((Language, PathBuf), BTreeSet<PathBuf>)>,
    /// What was found out about files in a directory.
    known: BTreeMap<(PathBuf, Language, Vec<String>), Result<(), String>>,
}

impl Planner {
    /// Plans nothing yet.
    pub(crate) fn new(dependency: Dependency) -> Self {
        Planner { dependency, texts: BTreeMap::new(), groups: Vec::new(), known: BTreeMap::new() }
    }

    /// Whether `file` can be given the runtime with `features`; nothing is planned.
    pub(crate) fn supports(&mut self, language: Language, file: &Path, features: &[String]) -> Result<(), String> {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let key = (folder, language, features.to_vec());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let known = self.clone().plan(language, file, features).map(|_| ());
        self.known.insert(key, known.clone());
        known
    }

    /// Plans what `file` needs; gives the number of the group of changes, where there are any.
    pub(crate) fn plan(
        &mut self,
        language: Language,
        file: &Path,
        features: &[String],
    ) -> Result<Option<usize>, String> {
        let file = std::path::absolute(file).map_err(|error| format!("{}: {error}", file.display()))?;
        match language {
            Language::Rust => rust::plan(self, &file, features),
            Language::Python => python::plan(self, &file),
        }
    }

    /// The changes of each group.
    pub(crate) fn groups(&self) -> Vec<Vec<Change>> {
        let change = |path: &PathBuf| {
            let (before, after) = self.texts.get(path)?.clone();
            Some(Change { name: name_of(path), path: path.clone(), before, after })
        };
        let in_order = |(_, paths): &(_, BTreeSet<PathBuf>)| {
            let mut changes: Vec<Change> = paths.iter().filter_map(change).collect();
            // What a manifest speaks of is there before the manifest.
            changes.sort_by_key(|change| change.before.is_some());
            changes
        };
        self.groups.iter().map(in_order).collect()
    }

    /// What `path` is to hold, or holds; nothing where there is no such file.
    fn text(&self, path: &Path) -> Result<Option<String>, String> {
        if let Some((_, after)) = self.texts.get(path) {
            return Ok(Some(after.clone()));
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", name_of(path))),
        }
    }

    /// Plans that `path` holds `after`, for code of `language` below `root`.
    fn put(&mut self, (language, root): (Language, &Path), path: PathBuf, after: String) -> Result<(), String> {
        let before = self.text(&path)?;
        if before.as_ref() != Some(&after) {
            let first = || (before.clone(), String::new());
            self.texts.entry(path.clone()).or_insert_with(first).1 = after;
        }
        if self.texts.contains_key(&path) {
            let group = self.group(language, root);
            self.groups[group].1.insert(path);
        }
        Ok(())
    }

    fn group(&mut self, language: Language, root: &Path) -> usize {
        match self.groups.iter().position(|((own, known), _)| *own == language && known == root) {
            Some(at) => at,
            None => {
                self.groups.push(((language, root.to_owned()), BTreeSet::new()));
                self.groups.len() - 1
            }
        }
    }

    /// The group of `root`, if anything is to be done there for code of `language`.
    fn planned(&self, (language, root): (Language, &Path)) -> Option<usize> {
        let is_it = |(own, known): &(Language, PathBuf)| *own == language && known == root;
        self.groups.iter().position(|(key, paths)| is_it(key) && !paths.is_empty())
    }
}
