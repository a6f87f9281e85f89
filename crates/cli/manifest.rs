//! What Cargo.toml files say of packages and of how they name each other; read tolerantly, never checked.

use atomic_lint_analysis::{Dependency, Package};
use atomic_lint_ir::{Language, Name};
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// A Cargo.toml.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// The directory it stands in, as files below it are named; empty for the working directory.
    pub(crate) folder: String,
    table: Table,
}

impl Manifest {
    /// Reads the manifest `path` of `folder`; what cannot be read or understood is none.
    pub(crate) fn read(folder: String, path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        Some(Manifest { folder, table: text.parse().ok()? })
    }
}

/// The packages of `manifests`, in order of their folders.
pub(crate) fn packages(manifests: &[Manifest]) -> Vec<Package> {
    let workspaces: Vec<&Manifest> = manifests.iter().filter(|one| one.table.contains_key("workspace")).collect();
    manifests.iter().filter_map(|manifest| package(manifest, workspace_of(manifest, &workspaces))).collect()
}

/// The innermost workspace around `manifest`.
fn workspace_of<'m>(manifest: &Manifest, workspaces: &[&'m Manifest]) -> Option<&'m Table> {
    let around = workspaces.iter().filter(|workspace| {
        let rest = manifest.folder.strip_prefix(workspace.folder.as_str());
        rest.is_some_and(|rest| rest.is_empty() || workspace.folder.is_empty() || rest.starts_with('/'))
    });
    around.max_by_key(|workspace| workspace.folder.len())?.table.get("workspace")?.as_table()
}

fn package(manifest: &Manifest, workspace: Option<&Table>) -> Option<Package> {
    let package = manifest.table.get("package")?.as_table()?;
    let library = manifest.table.get("lib").and_then(|lib| lib.get("name"));
    let name = library.or_else(|| package.get("name"))?.as_str()?;
    let inherited = || workspace?.get("package")?.get("version")?.as_str();
    let version = match package.get("version") {
        Some(Value::String(version)) => Some(version.as_str()),
        Some(_) => inherited(),
        None => None,
    };
    Some(Package {
        language: Language::Rust,
        name: in_code(name),
        version: version.map(Name::new),
        root: manifest.folder.clone(),
        crates: crates(&manifest.table),
        dependencies: dependencies(&manifest.table, workspace),
    })
}

/// Where the library and the programs begin, as far as the manifest says.
fn crates(manifest: &Table) -> Vec<String> {
    let programs = manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let targets = manifest.get("lib").into_iter().chain(programs);
    targets
        .filter_map(|target| target.get("path")?.as_str())
        .map(|path| path.trim_start_matches("./").to_owned())
        .collect()
}

/// The name as code writes it.
fn in_code(name: &str) -> Name {
    Name::from(name.replace('-', "_"))
}

/// Of all sections, those of targets too; one for each name.
fn dependencies(manifest: &Table, workspace: Option<&Table>) -> Vec<Dependency> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut found = BTreeMap::new();
    for table in std::iter::once(manifest).chain(tables) {
        for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for (key, value) in table.get(section).and_then(Value::as_table).into_iter().flatten() {
                found.entry(key.clone()).or_insert_with(|| dependency(key, value, workspace));
            }
        }
    }
    found.into_values().collect()
}

fn dependency(key: &str, value: &Value, workspace: Option<&Table>) -> Dependency {
    let inherits = value.get("workspace").and_then(Value::as_bool) == Some(true);
    let shared = || workspace?.get("dependencies")?.get(key);
    let value = if inherits { shared().unwrap_or(value) } else { value };
    let package = value.get("package").and_then(Value::as_str).unwrap_or(key);
    let requirement = value.as_str().or_else(|| value.get("version").and_then(Value::as_str));
    Dependency { alias: in_code(key), package: in_code(package), requirement: requirement.map(Name::new) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(folder: &str, text: &str) -> Manifest {
        Manifest { folder: folder.into(), table: text.parse().unwrap() }
    }

    #[test]
    fn a_member_inherits_version_and_dependencies_of_its_workspace() {
        let top = "[workspace.package]\nversion = '1.2.3'\n[workspace.dependencies]\n\
                   store = { package = 'data-store', version = '0.4' }\nserde = '1'\n";
        let member = "[package]\nname = 'my-app'\nversion.workspace = true\n\
                      [dependencies]\nstore.workspace = true\n[target.'cfg(unix)'.dependencies]\nnix = '0.30'\n";
        let packages = packages(&[manifest("", top), manifest("crates/app", member)]);
        let [app] = packages.as_slice() else { panic!("one package") };
        assert_eq!((app.name.as_str(), app.root.as_str()), ("my_app", "crates/app"));
        assert_eq!(app.version.as_deref(), Some("1.2.3"));
        let found: Vec<_> = app.dependencies.iter().map(|one| (one.alias.as_str(), one.package.as_str())).collect();
        assert_eq!(found, [("nix", "nix"), ("store", "data_store")]);
        assert_eq!(app.dependencies[1].requirement.as_deref(), Some("0.4"));
    }

    #[test]
    fn a_crate_may_begin_elsewhere_than_in_src() {
        let text = "[package]\nname = 'x'\n[lib]\npath = 'src/x/lib.rs'\n[[bin]]\nname = 'y'\npath = './y/main.rs'\n";
        assert_eq!(packages(&[manifest("", text)])[0].crates, ["src/x/lib.rs", "y/main.rs"]);
    }

    #[test]
    fn the_library_name_is_the_one_that_counts() {
        let packages = packages(&[manifest("a", "[package]\nname = 'x'\nversion = '1'\n[lib]\nname = 'y'\n")]);
        assert_eq!(packages[0].name, "y");
    }
}
