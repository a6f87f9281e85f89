//! Rust files, compiled by `cargo check` over the workspaces that they are of, as they were and as they would be.

use super::super::transaction::{Change, Dependent};
use super::mirror::Mirror;
use super::{Broken, first_line};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Which of `dependents` would not compile with all of `groups`.
pub(super) fn broken(groups: &[Vec<Change>], dependents: &[(usize, &Dependent)]) -> Result<Vec<Broken>, String> {
    let mut broken = Vec::new();
    let mut workspaces: BTreeMap<PathBuf, Vec<(usize, PathBuf, &Dependent)>> = BTreeMap::new();
    for (number, dependent) in dependents {
        let path = real(&dependent.change.path)?;
        match workspace_of(&path)? {
            Some(root) => workspaces.entry(root).or_default().push((*number, path, dependent)),
            None => broken.push((*number, "it is of no package that could be compiled".to_owned())),
        }
    }
    for (root, files) in workspaces {
        broken.extend(Workspace { root: &root, files, groups }.broken()?);
    }
    Ok(broken)
}

/// The absolute path of a file in the words in which Cargo speaks of it.
fn real(path: &Path) -> Result<PathBuf, String> {
    let told = |error| format!("{}: {error}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(folder.canonicalize().map_err(told)?.join(path.file_name().unwrap_or_default()))
}

/// The directory of the workspace that `file` is of.
fn workspace_of(file: &Path) -> Result<Option<PathBuf>, String> {
    let Some(manifest) = file.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file())
    else {
        return Ok(None);
    };
    let mut command = cargo(manifest.parent().unwrap_or(Path::new("/")));
    command.args(["locate-project", "--workspace", "--message-format", "plain"]);
    let output = run(command)?;
    let root = String::from_utf8_lossy(&output.stdout);
    Ok(Path::new(root.trim()).parent().filter(|_| output.status.success()).map(Path::to_owned))
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

fn run(mut command: Command) -> Result<Output, String> {
    command
        .output()
        .map_err(|error| format!("--verify: Rust files are compiled by cargo, which cannot be run: {error}"))
}

/// A workspace with its changed files.
struct Workspace<'a> {
    root: &'a Path,
    files: Vec<(usize, PathBuf, &'a Dependent)>,
    groups: &'a [Vec<Change>],
}

impl Workspace<'_> {
    /// The files that have to be left as they are for it to compile.
    fn broken(&self) -> Result<Vec<Broken>, String> {
        eprintln!("verifying by `cargo check`, which runs the build scripts of {}", self.root.display());
        let told = |error| format!("--verify: cannot copy {}: {error}", self.root.display());
        let mirror = Mirror::of(self.root).map_err(told)?;
        if let Some(error) = self.check(&mirror)?.into_iter().next() {
            let why = format!("its workspace does not compile as it is: {}", first_line(&error.message));
            return Ok(self.files.iter().map(|(number, ..)| (*number, why.clone())).collect());
        }
        for change in self.groups.iter().flatten() {
            mirror
                .set(&real(&change.path).unwrap_or_else(|_| change.path.clone()), Some(&change.after))
                .map_err(told)?;
        }
        for (_, path, dependent) in &self.files {
            mirror.set(path, Some(&dependent.change.after)).map_err(told)?;
        }
        let mut broken: BTreeMap<usize, String> = BTreeMap::new();
        loop {
            let errors = self.check(&mirror)?;
            let Some(first) = errors.first() else { return Ok(broken.into_iter().collect()) };
            let found = self.blamed(&errors, &broken);
            if found.is_empty() {
                // Something else does not compile any more, and which change that comes from nobody says.
                let why = format!("its workspace would not compile: {}", first_line(&first.message));
                return Ok(self.files.iter().map(|(number, ..)| (*number, why.clone())).collect());
            }
            for (number, path, _) in self.files.iter().filter(|(number, ..)| found.contains_key(number)) {
                mirror.set(path, None).map_err(told)?;
                broken.insert(*number, format!("it would not compile: {}", found[number]));
            }
        }
    }

    /// The changed files that `errors` are in, each with the first of them.
    fn blamed(&self, errors: &[Fault], known: &BTreeMap<usize, String>) -> BTreeMap<usize, String> {
        let mut blamed = BTreeMap::new();
        for (number, path, _) in self.files.iter().filter(|(number, ..)| !known.contains_key(number)) {
            let below = path.strip_prefix(self.root).unwrap_or(path);
            if let Some(error) = errors.iter().find(|error| error.files.iter().any(|file| Path::new(file) == below)) {
                blamed.insert(*number, first_line(&error.message).to_owned());
            }
        }
        blamed
    }

    /// What `cargo check` has against the workspace as it is in `mirror`.
    fn check(&self, mirror: &Mirror) -> Result<Vec<Fault>, String> {
        let mut command = cargo(mirror.root());
        command.args(["check", "--workspace", "--all-targets", "--keep-going", "--quiet", "--message-format=json"]);
        if std::env::var_os("CARGO_TARGET_DIR").is_none() {
            // What is compiled of other packages is the same as in the original.
            command.env("CARGO_TARGET_DIR", self.root.join("target"));
        }
        let output = run(command)?;
        let mut faults: Vec<Fault> = output.stdout.split(|byte| *byte == b'\n').filter_map(Fault::of).collect();
        if !output.status.success() && faults.is_empty() {
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            faults.push(Fault { message, files: BTreeSet::new() });
        }
        Ok(faults)
    }
}

/// An error of the compiler.
struct Fault {
    message: String,
    /// Files that it speaks of, by their paths below the workspace.
    files: BTreeSet<String>,
}

/// A line of what Cargo says for programs, as far as it matters here:
/// <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>.
#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    message: String,
    spans: Vec<FileSpan>,
}

#[derive(Deserialize)]
struct FileSpan {
    file_name: String,
}

impl Fault {
    fn of(line: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(line).ok()?;
        let message = line.message.filter(|message| line.reason == "compiler-message" && message.level == "error")?;
        let files = message.spans.into_iter().map(|span| span.file_name).collect();
        Some(Fault { message: message.message, files })
    }
}
