//! The runtime for a Rust file: a dependency of its package, and its source in `vendor/` of the workspace.

use super::bundle::{self, Host};
use super::entry::{self, Wanted};
use super::lock;
use super::package::{self, Package};
use super::{Dependency, NAME, Planner, name_of};
use atomic_lint_ir::Language;
use std::path::{Component, Path, PathBuf};

/// Plans what `file` needs.
pub(super) fn plan(planner: &mut Planner, file: &Path, features: &[String]) -> Result<Option<usize>, String> {
    let package = Package::around(planner, file)?;
    if package.name == NAME {
        return Err("it is part of the runtime".to_owned());
    }
    let section = package.section_of(file);
    if let Some(known) = package::dependency(&package.table, section, &package.workspace) {
        let lacking = features.iter().find(|feature| !known.features.contains(feature));
        return match lacking {
            Some(feature) if planner.planned((Language::Rust, &package.root)).is_none() => {
                Err(format!("its dependency `{NAME}` lacks the feature `{feature}`"))
            }
            Some(_) => add_features(planner, &package, section, &known.features, features),
            None => Ok(planner.planned((Language::Rust, &package.root))),
        };
    }
    let source = source(planner, &package, features)?;
    depend(planner, &package, section, &source, features)?;
    lock(planner, &package, features)?;
    Ok(planner.planned((Language::Rust, &package.root)))
}

/// Writes what is laid in into the lock file, where there is one; what Cargo would write there is not always known.
fn lock(planner: &mut Planner, package: &Package, features: &[String]) -> Result<(), String> {
    let path = package.root.join("Cargo.lock");
    let known = planner.text(&path)?.filter(|_| planner.dependency == Dependency::Vendor);
    let Some(text) = known else { return Ok(()) };
    let host = Host::of_lock(&text);
    let uses_tokio = host.tokio && (!features.is_empty() || package.takes_in_members());
    let needs = [("rustix", host.rustix), ("tokio", uses_tokio)].into_iter().filter(|(_, has)| *has);
    let needs: Vec<&str> = needs.map(|(name, _)| name).collect();
    match lock::with_runtime(&text, &package.name, &needs) {
        Some(text) => planner.put((Language::Rust, &package.root), path, text),
        None => Ok(()),
    }
}

/// Where the dependency comes from, as a manifest in a directory says it.
enum Source {
    Directory(PathBuf),
    Else(String),
}

impl Source {
    fn in_manifest(&self, folder: &Path) -> String {
        match self {
            Source::Directory(directory) => format!("path = \"{}\"", relative(folder, directory)),
            Source::Else(text) => text.clone(),
        }
    }
}

fn source(planner: &mut Planner, package: &Package, features: &[String]) -> Result<Source, String> {
    match planner.dependency.clone() {
        Dependency::Never => Err(format!("it may not depend on `{NAME}` (fix.dependency = \"never\")")),
        Dependency::Registry => Ok(Source::Else(format!("version = \"{}\"", env!("CARGO_PKG_VERSION")))),
        Dependency::Git { url, rev } => Ok(Source::Else(format!("git = \"{url}\", rev = \"{rev}\""))),
        Dependency::Path(directory) => {
            let directory = std::path::absolute(&directory).map_err(|error| error.to_string())?;
            Ok(Source::Directory(directory))
        }
        Dependency::Vendor => vendor(planner, &package.root, features).map(Source::Directory),
    }
}

/// Lays the source in below `root`, unless it is there.
fn vendor(planner: &mut Planner, root: &Path, features: &[String]) -> Result<PathBuf, String> {
    let home = vendor_folder(root).join(NAME);
    let manifest = planner.text(&home.join("Cargo.toml"))?;
    if manifest.is_none() && home.exists() {
        return Err(format!("there is something else in {}", name_of(&home)));
    }
    let lock = planner.text(&root.join("Cargo.lock"))?;
    let host = Host::of_lock(lock.as_deref().unwrap_or(""));
    if !features.is_empty() && !host.tokio {
        return Err("its project has no `tokio` with the feature `io-util` that the runtime could use".to_owned());
    }
    if manifest.is_none() || planner.planned((Language::Rust, root)).is_some() {
        for (name, text) in bundle::rust(host) {
            planner.put((Language::Rust, root), home.join(name), text)?;
        }
    }
    Ok(home)
}

/// `vendor`, but for where that is Cargo's own, in which every directory must have its check sums.
fn vendor_folder(root: &Path) -> PathBuf {
    let usual = root.join("vendor");
    let entries = std::fs::read_dir(&usual).into_iter().flatten().flatten();
    let is_cargos = entries.into_iter().any(|entry| entry.path().join(".cargo-checksum.json").exists());
    if is_cargos { root.join("third-party") } else { usual }
}

/// Writes the dependency into the manifest, and into that of the workspace where the package inherits.
fn depend(
    planner: &mut Planner,
    package: &Package,
    section: &str,
    source: &Source,
    features: &[String],
) -> Result<(), String> {
    let mut parts = Vec::new();
    if package.inherits(section) {
        let text = planner.text(&package.root.join("Cargo.toml"))?.unwrap_or_default();
        if package::shared(&text).is_none() {
            let wanted = Wanted { section: "workspace.dependencies", source: source.in_manifest(&package.root) };
            let text = entry::add(&text, &wanted).ok_or("its workspace's Cargo.toml cannot be changed safely")?;
            planner.put((Language::Rust, &package.root), package.root.join("Cargo.toml"), text)?;
        }
        parts.push("workspace = true".to_owned());
    } else {
        parts.push(source.in_manifest(&package.folder));
    }
    if !features.is_empty() {
        parts.push(format!("features = [{}]", quoted(features)));
    }
    let path = package.folder.join("Cargo.toml");
    let text = planner.text(&path)?.unwrap_or_default();
    let wanted = Wanted { section, source: parts.join(", ") };
    let text = entry::add(&text, &wanted).ok_or("its Cargo.toml cannot be changed safely")?;
    planner.put((Language::Rust, &package.root), path, text)
}

/// Adds to the dependency that is being planned.
fn add_features(
    planner: &mut Planner,
    package: &Package,
    section: &str,
    known: &[String],
    features: &[String],
) -> Result<Option<usize>, String> {
    let path = package.folder.join("Cargo.toml");
    let text = planner.text(&path)?.unwrap_or_default();
    let mut all: Vec<String> = known.iter().chain(features).cloned().collect();
    all.sort();
    all.dedup();
    vendor(planner, &package.root, &all)?;
    let list = quoted(&all);
    let text = entry::with_features(&text, section, &list).ok_or("its Cargo.toml cannot be changed safely")?;
    planner.put((Language::Rust, &package.root), path, text)?;
    lock(planner, package, features)?;
    Ok(planner.planned((Language::Rust, &package.root)))
}

fn quoted(features: &[String]) -> String {
    features.iter().map(|feature| format!("\"{feature}\"")).collect::<Vec<_>>().join(", ")
}

/// The way from `folder` to `directory`, both absolute, with `/`.
fn relative(folder: &Path, directory: &Path) -> String {
    let from: Vec<Component<'_>> = folder.components().collect();
    let to: Vec<Component<'_>> = directory.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_two_directories_goes_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/crates/x", "/a/vendor/crashsafe"), "../../vendor/crashsafe");
        assert_eq!(way("/a", "/a/vendor/crashsafe"), "vendor/crashsafe");
        assert_eq!(way("/a", "/a"), ".");
    }
}
