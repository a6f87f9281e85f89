//! That every row of the models is reached by a fixture or an example of a rule page.
//!
//! A function, macro, member or attribute is reached where the analysis has applied its row; a constant or a twin where
//! its name is written, as the imports of the file make it.
//! Whether the row then says the right thing is for the cases themselves to show.

use super::case::{self, Case, file_name, folders, root};
use super::{knowledge, lint};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::{Arg, Callee, Const, Exit, Language, Name, Op, Operand, Path, Test, Unit};
use libtest_mimic::Failed;
use std::collections::BTreeSet;

/// Every row is applied in a case of its language, or its name is written there.
pub fn every_row_is_reached() -> Result<(), Failed> {
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    let mut unreached = Vec::new();
    for language in Language::ALL {
        let used = used(language, catalog)?;
        let missed = rows(language).into_iter().filter(|row| !row.is_in(&used));
        unreached.extend(missed.map(|row| format!("{}: {}", row.file, row.name)));
    }
    if unreached.is_empty() {
        return Ok(());
    }
    let count = unreached.len();
    Err(format!("{count} rows are applied in no case of their language:\n  {}", unreached.join("\n  ")).into())
}

/// Every library of the models has a folder of cases of its own, and the other way round.
pub fn every_library_has_its_cases() -> Result<(), Failed> {
    for language in Language::ALL.map(Language::name) {
        let cases = folders(&root().join("fixtures/models").join(language));
        let cases: BTreeSet<String> = cases.iter().map(|folder| file_name(folder)).collect();
        let models = case::entries(&root().join("rules/models").join(language));
        let models = models.iter().map(|path| file_name(path).trim_end_matches(".toml").to_owned());
        if cases != models.collect() {
            return Err(format!("fixtures/models/{language} and rules/models/{language} differ: {cases:?}").into());
        }
    }
    Ok(())
}

/// A name that a row is for.
struct Row {
    file: String,
    name: String,
    sort: Sort,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A function, macro, method or attribute.
    Applied,
    /// A module that is a twin of another, or a constant or object of a module, and what is reached through it.
    Written,
}

impl Row {
    fn is_in(&self, used: &Used) -> bool {
        match self.sort {
            Sort::Applied => used.applied.contains(self.name.as_str()),
            Sort::Written => used.written.iter().any(|path| rest(path, &self.name).is_some()),
        }
    }
}

/// What follows `start` in `path`, where `start` is the first segments of it.
fn rest<'p>(path: &'p str, start: &str) -> Option<&'p str> {
    path.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with([':', '.']))
}

fn rows(language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    for (file, text) in knowledge::model_texts(language) {
        let table: toml::Table = text.parse().expect("the models parse, as another test shows");
        for (section, key, sort) in [
            ("call", "path", Sort::Applied),
            ("macro", "name", Sort::Applied),
            ("method", "name", Sort::Applied),
            ("field", "name", Sort::Applied),
            ("item", "path", Sort::Written),
            ("alias", "path", Sort::Written),
        ] {
            let section =
                table.get(section).and_then(toml::Value::as_array).into_iter().flatten().map(|row| (section, row));
            for (section, row) in section {
                let names = row.get(key).map(texts).unwrap_or_default();
                let full = names.into_iter().flat_map(|name| full_names(section, row, name));
                rows.extend(full.map(|name| Row { file: file.clone(), name, sort }));
            }
        }
    }
    rows
}

/// What the analysis calls the rows of one name: `fn`, `macro!`, `kind.method`.
fn full_names(section: &str, row: &toml::Value, name: &str) -> Vec<String> {
    match section {
        "macro" => vec![format!("{name}!")],
        "method" | "field" => {
            row.get("on").map(texts).unwrap_or_default().iter().map(|on| format!("{on}.{name}")).collect()
        }
        _ => vec![name.to_owned()],
    }
}

/// One text or several.
fn texts(value: &toml::Value) -> Vec<&str> {
    match value {
        toml::Value::String(text) => vec![text],
        toml::Value::Array(list) => list.iter().filter_map(toml::Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What the cases of one language use.
#[derive(Default)]
struct Used {
    applied: BTreeSet<Name>,
    /// Full paths as they are written.
    written: BTreeSet<String>,
}

fn used(language: Language, catalog: &Catalog) -> Result<Used, String> {
    let mut used = Used::default();
    for case in cases().iter().filter(|case| case.language == language) {
        used.applied.extend(lint::applied(catalog, case)?);
        for file in &case.files {
            let unit = lint::understood(language, file)?.unit;
            unit.iter().for_each(|unit| used.add(unit));
        }
    }
    Ok(used)
}

fn cases() -> Vec<Case> {
    case::fixtures().into_iter().chain(case::page_examples()).collect()
}

impl Used {
    fn add(&mut self, unit: &Unit) {
        let declared = unit.bodies.iter().flat_map(|body| body.params.iter().filter_map(|param| param.ty.as_ref()));
        declared.for_each(|ty| self.add_path(unit, &ty.path));
        for block in unit.bodies.iter().flat_map(|body| &body.blocks) {
            block.steps.iter().for_each(|step| self.add_step(unit, &step.op));
            self.add_exit(unit, &block.exit);
        }
    }

    fn add_step(&mut self, unit: &Unit, op: &Op) {
        match op {
            Op::Call { callee, args, .. } => self.add_call(unit, callee, args),
            Op::Copy { src, .. } => self.add_operand(unit, src),
            Op::Concat { parts, .. } | Op::Flags { parts, .. } => {
                parts.iter().for_each(|part| self.add_operand(unit, part));
            }
            Op::Aggregate { ty, fields, .. } => {
                ty.iter().for_each(|ty| self.add_path(unit, ty));
                fields.iter().for_each(|(_, value)| self.add_operand(unit, value));
            }
            Op::Store { src, .. } => self.add_operand(unit, src),
            Op::Load { .. } | Op::Closure { .. } | Op::End(_) | Op::Opaque { .. } => {}
        }
    }

    fn add_call(&mut self, unit: &Unit, callee: &Callee, args: &[Arg]) {
        if let Callee::Path(path) = callee {
            self.add_path(unit, path);
        }
        args.iter().for_each(|arg| self.add_operand(unit, &arg.value));
    }

    fn add_exit(&mut self, unit: &Unit, exit: &Exit) {
        match exit {
            Exit::Return(Some(value)) | Exit::Yield { value: Some(value), .. } => self.add_operand(unit, value),
            Exit::If { test: Test::Equals(_, Const::Item(path)), .. } => self.add_path(unit, path),
            _ => {}
        }
    }

    fn add_operand(&mut self, unit: &Unit, operand: &Operand) {
        if let Operand::Const(Const::Item(path)) = operand {
            self.add_path(unit, path);
        }
    }

    fn add_path(&mut self, unit: &Unit, path: &Path) {
        self.written.insert(path.join(unit.language.separator()));
    }
}
