//! From a case to what is reported in it, by the crates below the program.

use super::case::{Case, Source};
use super::marks::Mark;
use atomic_lint_analysis::{Demand, Dependency, Finding, Outcome, Package, Project, Settings, Tree};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::{Frontend, Language, Lowered, Name};
use atomic_lint_python::PythonFrontend;
use atomic_lint_rust::RustFrontend;
use atomic_lint_source::{FileId, LineIndex, Place};
use std::collections::BTreeSet;

/// What is reported in `case`; an error where a part of it was not understood.
pub fn lint(catalog: &Catalog, case: &Case) -> Result<Vec<Mark>, String> {
    let outcome = analyse(catalog, case, &Settings::default())?;
    Ok(outcome.findings.iter().flat_map(|finding| told(case, finding)).collect())
}

/// The rows of the models that are applied in `case`.
pub fn applied(catalog: &Catalog, case: &Case) -> Result<BTreeSet<Name>, String> {
    let settings = Settings { tell_rows: true, ..Settings::default() };
    Ok(analyse(catalog, case, &settings)?.applied)
}

fn analyse(catalog: &Catalog, case: &Case, settings: &Settings) -> Result<Outcome, String> {
    let tree = Tree { paths: case.files.iter().map(|file| file.path.clone()).collect(), packages: packages(case) };
    let mut project = Project::new(catalog, tree);
    for (at, file) in case.files.iter().enumerate() {
        if let Some(unit) = understood(case.language, file)?.unit {
            project.add(FileId(at as u32), unit);
        }
    }
    // A case is small enough for every file to be a possible caller.
    while project.demand() != Demand::default() {
        (0..case.files.len() as u32).for_each(|file| project.answer(FileId(file)));
    }
    project.analyse(settings).map_err(|missing| format!("left out though nothing was to be: {missing:?}"))
}

/// The finding itself, and what it says of the rule that the case is about by the way.
fn told(case: &Case, finding: &Finding) -> Vec<Mark> {
    let own = finding.notes.iter().filter(|(rule, _)| case.rule.as_deref() == Some(rule.as_str()));
    let notes = own.map(|(rule, place)| mark(case, *place, rule));
    std::iter::once(mark(case, finding.place, &finding.rule)).chain(notes).collect()
}

fn mark(case: &Case, place: Place, rule: &Name) -> Mark {
    let file = place.file.0 as usize;
    let line = LineIndex::new(&case.files[file].text).line(place.span.start);
    Mark { file, line, rule: rule.to_string() }
}

/// The lowering of `file`; an error where a part of it was not understood.
pub fn understood(language: Language, file: &Source) -> Result<Lowered, String> {
    let lowered = match language {
        Language::Rust => RustFrontend.lower(&file.text, &[]),
        Language::Python => PythonFrontend.lower(&file.text, &[]),
    };
    match lowered.gaps.first() {
        Some(gap) => {
            let line = LineIndex::new(&file.text).line(gap.span.start) + file.lines_above;
            Err(format!("{}:{line}: not understood: {}", file.shown, gap.message))
        }
        None => Ok(lowered),
    }
}

fn packages(case: &Case) -> Vec<Package> {
    match (case.language, case.manifests.is_empty()) {
        (Language::Python, _) => Vec::new(),
        (Language::Rust, true) => vec![Package {
            language: Language::Rust,
            name: "program".into(),
            version: None,
            root: String::new(),
            crates: Vec::new(),
            dependencies: Vec::new(),
        }],
        (Language::Rust, false) => case.manifests.iter().map(package).collect(),
    }
}

/// The package of a manifest in the plain form that fixtures use.
fn package(manifest: &Source) -> Package {
    let table: toml::Table = manifest.text.parse().unwrap_or_else(|error| panic!("{}: {error}", manifest.shown));
    let text = |section: &str, key: &str| table.get(section)?.get(key)?.as_str().map(str::to_owned);
    let name = text("lib", "name").or_else(|| text("package", "name"));
    let name = name.unwrap_or_else(|| panic!("{}: a package has a name", manifest.shown));
    let uses = table.get("dependencies").and_then(toml::Value::as_table);
    Package {
        language: Language::Rust,
        name: in_code(&name),
        version: text("package", "version").map(Name::from),
        root: manifest.path.trim_end_matches("Cargo.toml").trim_end_matches('/').to_owned(),
        crates: Vec::new(),
        dependencies: uses.into_iter().flatten().map(|(alias, value)| dependency(alias, value)).collect(),
    }
}

fn dependency(alias: &str, value: &toml::Value) -> Dependency {
    let key = |key: &str| value.get(key).and_then(toml::Value::as_str);
    Dependency {
        alias: in_code(alias),
        package: in_code(key("package").unwrap_or(alias)),
        requirement: value.as_str().or_else(|| key("version")).map(Name::from),
    }
}

fn in_code(name: &str) -> Name {
    Name::from(name.replace('-', "_"))
}
