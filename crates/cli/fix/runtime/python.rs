//! The runtime for a Python file: the pure package, laid beside what the file can import.

use super::package;
use super::{Dependency, NAME, Planner, bundle};
use atomic_lint_ir::Language;
use std::path::{Path, PathBuf};

/// Plans what `file` needs.
pub(super) fn plan(planner: &mut Planner, file: &Path) -> Result<Option<usize>, String> {
    let root = import_root(file).ok_or("it lies in no directory")?;
    let home = root.join(NAME);
    if file.starts_with(&home) {
        return Err("it is part of the runtime".to_owned());
    }
    let there = planner.text(&home.join("__init__.py"))?.is_some();
    if there && planner.planned((Language::Python, &root)).is_none() || is_required(planner, &root)? {
        return Ok(None);
    }
    if home.exists() && !there || planner.text(&root.join(format!("{NAME}.py")))?.is_some() {
        return Err(format!("there is another `{NAME}` in {}", super::name_of(&root)));
    }
    match planner.dependency {
        Dependency::Never => Err(format!("it may not depend on `{NAME}` (fix.dependency = \"never\")")),
        Dependency::Registry => Err("the registry of Python is not asked by this build".to_owned()),
        // A directory or repository of the Rust package has no package that an interpreter can load as it is.
        Dependency::Vendor | Dependency::Path(_) | Dependency::Git { .. } => {
            for (name, text) in bundle::python() {
                planner.put((Language::Python, &root), home.join(name), text)?;
            }
            Ok(planner.planned((Language::Python, &root)))
        }
    }
}

/// The directory from which `file` is imported: the nearest above it that is no package.
fn import_root(file: &Path) -> Option<PathBuf> {
    let mut root = file.parent()?;
    while root.join("__init__.py").is_file() || root.join("__init__.pyi").is_file() {
        root = root.parent()?;
    }
    Some(root.to_owned())
}

/// Whether the project around `root` says that it needs the runtime.
fn is_required(planner: &Planner, root: &Path) -> Result<bool, String> {
    for folder in root.ancestors() {
        let project = planner.text(&folder.join("pyproject.toml"))?;
        let list = planner.text(&folder.join("requirements.txt"))?;
        if project.is_none() && list.is_none() {
            continue;
        }
        let listed = list.is_some_and(|text| text.lines().any(package::is_requirement));
        return Ok(listed || project.is_some_and(|text| package::is_python_dependency(&text)));
    }
    Ok(false)
}
