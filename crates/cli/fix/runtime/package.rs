//! What manifests say of the package that a file is of, and of whether it has the runtime already.

use super::{NAME, Planner, name_of};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The Rust package that a file is of.
#[derive(Debug)]
pub(super) struct Package {
    /// Its name.
    pub(super) name: String,
    /// Where its manifest is.
    pub(super) folder: PathBuf,
    /// Where the manifest of its workspace is; its own folder where it has none.
    pub(super) root: PathBuf,
    /// Its manifest.
    pub(super) table: Table,
    /// That of its workspace.
    pub(super) workspace: Table,
}

impl Package {
    /// The package of `file`, by the manifests as they are planned.
    pub(super) fn around(planner: &Planner, file: &Path) -> Result<Self, String> {
        let (folder, table) = above(planner, file, "package")?.ok_or("no Cargo.toml above it has a package")?;
        let named = table["package"].get("workspace").and_then(Value::as_str).map(|path| folder.join(path));
        let around = match named {
            Some(root) => read(planner, &root)?.map(|table| (root, table)),
            None => above(planner, &folder.join("Cargo.toml"), "workspace")?,
        };
        let name = table["package"].get("name").and_then(Value::as_str).unwrap_or("").to_owned();
        let (root, workspace) = around.unwrap_or_else(|| (folder.clone(), table.clone()));
        Ok(Package { name, folder, root, table, workspace })
    }

    /// The dependencies that `file` can use.
    pub(super) fn section_of(&self, file: &Path) -> &'static str {
        let inside = file.strip_prefix(&self.folder).unwrap_or(file);
        let first = inside.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let build = self.table["package"].get("build").and_then(Value::as_str).unwrap_or("build.rs");
        match first.as_deref() {
            _ if inside == Path::new(build) => "build-dependencies",
            Some("tests" | "benches" | "examples") => "dev-dependencies",
            _ => "dependencies",
        }
    }

    /// Whether packages below its root that it depends on become members of its workspace, all features with them.
    pub(super) fn takes_in_members(&self) -> bool {
        self.workspace.get("workspace").is_some()
    }

    /// Whether most of its dependencies are those of its workspace.
    pub(super) fn inherits(&self, section: &str) -> bool {
        let Some(entries) = self.table.get(section).and_then(Value::as_table) else { return false };
        let inherited = entries.values().filter(|entry| entry.get("workspace").and_then(Value::as_bool) == Some(true));
        inherited.count() * 2 > entries.len() && self.workspace.get("workspace").is_some()
    }
}

/// A dependency on the runtime.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The features that are asked for.
    pub(super) features: Vec<String>,
}

/// The dependency on the runtime that `section` of the manifest `table` has.
pub(super) fn dependency(table: &Table, section: &str, workspace: &Table) -> Option<Known> {
    // What the library may use, build scripts may not; but tests may.
    let sections: &[&str] = match section {
        "dev-dependencies" => &["dependencies", "dev-dependencies"],
        "build-dependencies" => &["build-dependencies"],
        _ => &["dependencies"],
    };
    let entry = sections.iter().find_map(|section| table.get(*section)?.get(NAME))?;
    let shared = workspace.get("workspace").and_then(|shared| shared.get("dependencies")?.get(NAME));
    let lists = [Some(entry), shared].into_iter().flatten().filter_map(|entry| entry.get("features")?.as_array());
    let features = lists.flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Some(Known { features })
}

/// The dependency on the runtime that the workspace manifest `text` has for its members.
pub(super) fn shared(text: &str) -> Option<Value> {
    text.parse::<Table>().ok()?.get("workspace")?.get("dependencies")?.get(NAME).cloned()
}

/// Whether the pyproject.toml `text` has the runtime among its dependencies.
pub(super) fn is_python_dependency(text: &str) -> bool {
    let Ok(table) = text.parse::<Table>() else { return false };
    let listed = table.get("project").and_then(|project| project.get("dependencies")?.as_array());
    let poetry = table.get("tool").and_then(|tool| tool.get("poetry")?.get("dependencies")?.as_table());
    listed.is_some_and(|list| list.iter().filter_map(Value::as_str).any(is_requirement))
        || poetry.is_some_and(|list| list.contains_key(NAME))
}

/// Whether a requirement as pip takes it is one on the runtime.
pub(super) fn is_requirement(line: &str) -> bool {
    let name = line.trim_start().split(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).next();
    name.is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}

/// The nearest manifest above `file` that has the table `key`.
fn above(planner: &Planner, file: &Path, key: &str) -> Result<Option<(PathBuf, Table)>, String> {
    for folder in file.ancestors().skip(1) {
        match read(planner, folder)? {
            Some(table) if table.get(key).is_some_and(Value::is_table) => return Ok(Some((folder.to_owned(), table))),
            _ => {}
        }
    }
    Ok(None)
}

fn read(planner: &Planner, folder: &Path) -> Result<Option<Table>, String> {
    let path = folder.join("Cargo.toml");
    let Some(text) = planner.text(&path)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| format!("{} cannot be read", name_of(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_known_by_its_whole_name() {
        for line in ["crashsafe", " crashsafe>=0.1", "Crashsafe @ git+https://x", "crashsafe[x]==1"] {
            assert!(is_requirement(line), "{line}");
        }
        for line in ["crashsafely", "# crashsafe", "", "x crashsafe"] {
            assert!(!is_requirement(line), "{line}");
        }
        assert!(is_python_dependency("[project]\ndependencies = ['crashsafe']"));
        assert!(is_python_dependency("[tool.poetry.dependencies]\ncrashsafe = '0.1'"));
        assert!(!is_python_dependency("[project]\ndependencies = ['x']"));
    }
}
