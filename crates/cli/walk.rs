//! From arguments to files: a parallel walk that respects ignore files, and every file once.

use crate::coverage::{Kind, Missed};
use crate::fix;
use crate::inspect::{Inspector, SourceFile, language_of};
use crate::manifest::Manifest;
use atomic_lint_ir::Language;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};
use rayon::prelude::*;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

/// Folders that no walk enters, unless they are named as an argument.
const SKIPPED: [&str; 5] = [".git", ".venv", "node_modules", "target", "__pycache__"];

/// How to walk.
#[derive(Debug)]
pub(crate) struct WalkOptions {
    /// Leave out what ignore files exclude.
    pub(crate) respect_ignore_files: bool,
    /// What else to leave out, by reported names.
    pub(crate) exclude: Gitignore,
    /// What the configuration leaves out, by real paths.
    pub(crate) configured: Gitignore,
    /// Leave it out even where it is named as an argument.
    pub(crate) force_exclude: bool,
    /// Threads.
    pub(crate) jobs: usize,
}

impl WalkOptions {
    /// Whether `root`, or a directory that it is in, would have been left out by a walk from above.
    fn excludes(&self, root: &Root) -> bool {
        let real = root.path.canonicalize().unwrap_or_else(|_| root.path.clone());
        let excludes = |patterns: &Gitignore, path: &Path| {
            let is_directory = |level: usize| level > 0 || root.is_directory;
            let mut levels = path.ancestors().enumerate().filter(|(_, path)| !path.as_os_str().is_empty());
            !patterns.is_empty() && levels.any(|(level, path)| patterns.matched(path, is_directory(level)).is_ignore())
        };
        let mut folders = Path::new(&root.name).ancestors().skip(usize::from(!root.is_directory));
        let of_a_tool = |folder: &Path| folder.file_name().is_some_and(|name| SKIPPED.iter().any(|one| name == *one));
        folders.any(of_a_tool) || excludes(&self.exclude, Path::new(&root.name)) || excludes(&self.configured, &real)
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Files, by name.
    pub(crate) files: Vec<SourceFile>,
    /// What was asked for and could not be found or read.
    pub(crate) missed: Vec<Missed>,
    /// Manifests on the way.
    pub(crate) manifests: Vec<Manifest>,
}

impl Found {
    fn merge(&mut self, other: &mut Found) {
        self.files.append(&mut other.files);
        self.missed.append(&mut other.missed);
        self.manifests.append(&mut other.manifests);
    }
}

/// Patterns as `--exclude` takes them.
pub(crate) fn exclude_patterns(patterns: &[String]) -> Result<Gitignore, String> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| format!("--exclude {pattern}: {error}"))?;
    }
    builder.build().map_err(|error| format!("--exclude: {error}"))
}

/// Walks `arguments`, and inspects every file with an inspector of its thread.
pub(crate) fn walk<'p>(
    arguments: &[PathBuf],
    options: &WalkOptions,
    inspector: &(dyn Fn() -> Inspector<'p> + Sync),
) -> Found {
    let here = std::env::current_dir().unwrap_or_default();
    let mut found = Found::default();
    let mut roots: Vec<Root> = Vec::new();
    for argument in arguments {
        match Root::new(argument, &here) {
            Ok(root) => roots.push(root),
            Err(missed) => found.missed.push(missed),
        }
    }
    roots.retain(|root| !options.force_exclude || !options.excludes(root));
    let (directories, files): (Vec<Root>, Vec<Root>) = roots.into_iter().partition(|root| root.is_directory);
    for root in &directories {
        found.merge(&mut walk_directory(root, options, inspector));
    }
    found.merge(&mut read_files(&files, inspector));
    found.manifests.extend(directories.iter().chain(&files).flat_map(manifests_above));
    settle(&mut found, &[directories, files].concat());
    found
}

/// An argument.
#[derive(Clone, Debug)]
struct Root {
    /// As it is opened.
    path: PathBuf,
    /// As it is reported; empty for the working directory.
    name: String,
    is_directory: bool,
}

impl Root {
    fn new(argument: &Path, here: &Path) -> Result<Self, Missed> {
        let name = name_of(argument, here);
        let shown = if name.is_empty() { ".".to_owned() } else { name.clone() };
        match argument.metadata() {
            Ok(meta) if meta.is_dir() => Ok(Root { path: argument.to_owned(), name, is_directory: true }),
            Ok(meta) if meta.is_file() => Ok(Root { path: argument.to_owned(), name, is_directory: false }),
            Ok(_) => Err(Missed::whole(shown, Kind::Io, "not a regular file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Missed::whole(shown, Kind::Missing, "no such file or directory"))
            }
            Err(error) => Err(Missed::whole(shown, Kind::Io, error.to_string())),
        }
    }

    /// The reported name of `path`, which lies below this root.
    fn name_below(&self, path: &Path) -> String {
        let rest = slashed(path.strip_prefix(&self.path).unwrap_or(path));
        match (self.name.is_empty(), rest.is_empty()) {
            (_, true) => self.name.clone(),
            (true, false) => rest,
            (false, false) if self.name.ends_with('/') => format!("{}{rest}", self.name),
            (false, false) => format!("{}/{rest}", self.name),
        }
    }
}

/// `path` relative to the working directory `here`, where it is below it, and with `/`.
fn name_of(path: &Path, here: &Path) -> String {
    slashed(path.strip_prefix(here).unwrap_or(path))
}

fn slashed(path: &Path) -> String {
    let mut name = String::new();
    for part in path.components() {
        match part {
            Component::CurDir => continue,
            Component::RootDir => name.push('/'),
            Component::Prefix(_) | Component::ParentDir | Component::Normal(_) => {
                if !name.is_empty() && !name.ends_with('/') {
                    name.push('/');
                }
                name.push_str(&part.as_os_str().to_string_lossy());
            }
        }
    }
    name
}

fn walk_directory<'p>(root: &Root, options: &WalkOptions, inspector: &(dyn Fn() -> Inspector<'p> + Sync)) -> Found {
    let mut builder = WalkBuilder::new(&root.path);
    let respect = options.respect_ignore_files;
    builder.threads(options.jobs).hidden(false).require_git(false).follow_links(false);
    builder.ignore(respect).git_ignore(respect).git_global(respect).git_exclude(respect).parents(respect);
    let skip = Skip {
        real: root.path.canonicalize().unwrap_or_else(|_| root.path.clone()),
        root: root.clone(),
        exclude: options.exclude.clone(),
        configured: options.configured.clone(),
    };
    builder.filter_entry(move |entry| !skip.skips(entry));
    let all = Mutex::new(Found::default());
    let mut visitors = Visitors { root, inspector, all: &all };
    builder.build_parallel().visit(&mut visitors);
    all.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What a walk below one argument does not enter.
struct Skip {
    root: Root,
    /// The real path of the argument.
    real: PathBuf,
    exclude: Gitignore,
    configured: Gitignore,
}

impl Skip {
    fn skips(&self, entry: &DirEntry) -> bool {
        // What is named is read, whatever excludes it.
        if entry.depth() == 0 {
            return false;
        }
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        let of_a_tool = is_directory && entry.file_name().to_str().is_some_and(|name| SKIPPED.contains(&name));
        let laid_in = is_directory && fix::is_laid_in(entry.path());
        of_a_tool || laid_in || self.is_excluded(entry.path(), is_directory)
    }

    fn is_excluded(&self, path: &Path, is_directory: bool) -> bool {
        let excludes = |patterns: &Gitignore, path: &Path| patterns.matched(path, is_directory).is_ignore();
        let real = || self.real.join(path.strip_prefix(&self.root.path).unwrap_or(path));
        (!self.exclude.is_empty() && excludes(&self.exclude, Path::new(&self.root.name_below(path))))
            || (!self.configured.is_empty() && excludes(&self.configured, &real()))
    }
}

struct Visitors<'a, 'p> {
    root: &'a Root,
    inspector: &'a (dyn Fn() -> Inspector<'p> + Sync),
    all: &'a Mutex<Found>,
}

impl<'s, 'a: 's, 'p: 's> ParallelVisitorBuilder<'s> for Visitors<'a, 'p> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor { root: self.root, inspector: (self.inspector)(), found: Found::default(), all: self.all })
    }
}

/// What one thread of the walk does; its results join the others' when it ends.
struct Visitor<'a, 'p> {
    root: &'a Root,
    inspector: Inspector<'p>,
    found: Found,
    all: &'a Mutex<Found>,
}

impl ParallelVisitor for Visitor<'_, '_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.enter(&entry),
            Err(error) => self.found.missed.extend(unreadable(self.root, &error)),
        }
        WalkState::Continue
    }
}

impl Visitor<'_, '_> {
    fn enter(&mut self, entry: &DirEntry) {
        // Pipes, sockets and links have types of their own: what is linked to is met where it is.
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return;
        }
        let path = entry.path();
        if let Some(language) = language_of(path) {
            let name = self.root.name_below(path);
            self.found.files.push(self.inspector.inspect(name, path.to_owned(), language));
        } else if entry.file_name() == "Cargo.toml" {
            let folder = path.parent().map_or_else(String::new, |folder| self.root.name_below(folder));
            self.found.manifests.extend(Manifest::read(folder, path));
        }
    }
}

impl Drop for Visitor<'_, '_> {
    fn drop(&mut self) {
        if let Ok(mut all) = self.all.lock() {
            all.merge(&mut self.found);
        }
    }
}

/// A directory that could not be read; a bad pattern in an ignore file is not one.
fn unreadable(root: &Root, error: &ignore::Error) -> Option<Missed> {
    match error {
        ignore::Error::WithPath { path, err } => {
            err.io_error().map(|error| Missed::whole(root.name_below(path), Kind::Io, error.to_string()))
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => unreadable(root, err),
        ignore::Error::Io(error) => Some(Missed::whole(root.name.clone(), Kind::Io, error.to_string())),
        _ => None,
    }
}

/// Files that were named are read whatever excludes them.
fn read_files<'p>(files: &[Root], inspector: &(dyn Fn() -> Inspector<'p> + Sync)) -> Found {
    let one = |inspector: &mut Inspector<'p>, root: &Root| {
        let unknown = || Missed::whole(root.name.clone(), Kind::UnknownLanguage, "not a .rs, .py or .pyi file");
        let language: Language = language_of(&root.path).ok_or_else(unknown)?;
        Ok(inspector.inspect(root.name.clone(), root.path.clone(), language))
    };
    let results: Vec<Result<SourceFile, Missed>> = files.par_iter().map_init(inspector, one).collect();
    let mut found = Found::default();
    for result in results {
        match result {
            Ok(file) => found.files.push(file),
            Err(missed) => found.missed.push(missed),
        }
    }
    found
}

/// Manifests in the directories above `root`, as far as its name reaches.
fn manifests_above(root: &Root) -> Vec<Manifest> {
    let levels = Path::new(&root.name).ancestors().skip(1).map(slashed);
    // The name of what lies above the working directory says nothing of the directories around it.
    let levels = levels.take_while(|folder| !folder.is_empty() || !root.name.starts_with(".."));
    levels.filter_map(|folder| Manifest::read(folder.clone(), &Path::new(&folder).join("Cargo.toml"))).collect()
}

/// Puts everything in order, and every file once though arguments overlap.
fn settle(found: &mut Found, roots: &[Root]) {
    found.files.sort_by(|a, b| a.name.cmp(&b.name));
    found.manifests.sort_by(|a, b| a.folder.cmp(&b.folder));
    found.manifests.dedup_by(|a, b| a.folder == b.folder);
    found.missed.sort();
    found.missed.dedup();
    if roots.len() > 1 {
        let mut met = HashSet::new();
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        found.files.retain(|file| met.insert(real(&file.path)));
    }
}
