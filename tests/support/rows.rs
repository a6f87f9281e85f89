//! That every row of the models is reached by a fixture or an example of a rule page.
//!
//! Reached means by name: a function by its full path as the imports of the file make it, a member by its own name.
//! Whether the row then says the right thing is for the cases themselves to show.

use super::case::{self, Case, file_name, folders, root};
use super::{knowledge, lint};
use atomic_lint_catalog::Models;
use atomic_lint_ir::{Arg, Callee, Const, Exit, Language, Op, Operand, Path, Test, Unit};
use libtest_mimic::Failed;
use std::collections::BTreeSet;

/// Every name of every row occurs in a case of its language.
pub fn every_row_is_reached() -> Result<(), Failed> {
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    let mut unreached = Vec::new();
    for language in Language::ALL {
        let rows = rows(language);
        let used = used(language, catalog.models(language), &rows)?;
        unreached.extend(rows.iter().filter(|row| !row.is_in(&used)).map(|row| format!("{}: {}", row.file, row.name)));
    }
    if unreached.is_empty() {
        return Ok(());
    }
    let count = unreached.len();
    Err(format!("{count} names of models occur in no case of their language:\n  {}", unreached.join("\n  ")).into())
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
    /// A function or macro.
    Path,
    /// A constant or object of a module, and what is reached through it.
    Item,
    /// A method or attribute.
    Member,
    /// A module that is a twin of another.
    Twin,
}

impl Row {
    fn is_in(&self, used: &Used) -> bool {
        match self.sort {
            Sort::Path => used.paths.contains(&self.name),
            Sort::Member => used.members.contains(&self.name),
            Sort::Item => used.paths.iter().any(|path| rest(path, &self.name).is_some()),
            Sort::Twin => used.written.iter().any(|path| rest(path, &self.name).is_some()),
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
        for (section, key, sort, ending) in [
            ("call", "path", Sort::Path, ""),
            ("macro", "name", Sort::Path, "!"),
            ("item", "path", Sort::Item, ""),
            ("method", "name", Sort::Member, ""),
            ("field", "name", Sort::Member, ""),
            ("alias", "path", Sort::Twin, ""),
        ] {
            let section = table.get(section).and_then(toml::Value::as_array).into_iter().flatten();
            for name in section.filter_map(|row| row.get(key)).flat_map(texts) {
                rows.push(Row { file: file.clone(), name: format!("{name}{ending}"), sort });
            }
        }
    }
    rows
}

/// One text or several.
fn texts(value: &toml::Value) -> Vec<&str> {
    match value {
        toml::Value::String(text) => vec![text],
        toml::Value::Array(list) => list.iter().filter_map(toml::Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What the cases of one language name.
#[derive(Default)]
struct Used {
    /// Full paths, twins replaced by what they are twins of.
    paths: BTreeSet<String>,
    /// Full paths as they are written.
    written: BTreeSet<String>,
    members: BTreeSet<String>,
}

fn used(language: Language, models: &Models, rows: &[Row]) -> Result<Used, String> {
    let mut used = Used::default();
    for case in cases().iter().filter(|case| case.language == language) {
        for file in &case.files {
            let unit = lint::understood(language, file)?.unit;
            unit.iter().for_each(|unit| used.add(unit));
        }
    }
    used.paths = used.written.iter().map(|path| models.canonical(path).to_string()).collect();
    // `sys.stdout.buffer.write` is one path, but `buffer` and `write` are members of what `sys.stdout` is.
    for item in rows.iter().filter(|row| row.sort == Sort::Item) {
        let members = used.paths.iter().filter_map(|path| rest(path, &item.name)).flat_map(|rest| rest.split('.'));
        used.members.extend(members.map(str::to_owned));
    }
    Ok(used)
}

fn cases() -> Vec<Case> {
    case::fixtures().into_iter().chain(case::page_examples()).collect()
}

impl Used {
    fn add(&mut self, unit: &Unit) {
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
            Op::Load { field, .. } => {
                self.members.insert(field.to_string());
            }
            Op::Store { src, .. } => self.add_operand(unit, src),
            Op::Closure { .. } | Op::End(_) | Op::Opaque { .. } => {}
        }
    }

    fn add_call(&mut self, unit: &Unit, callee: &Callee, args: &[Arg]) {
        match callee {
            Callee::Path(path) => self.add_path(unit, path),
            Callee::Method { name, .. } => {
                self.members.insert(name.to_string());
            }
            Callee::Value(_) => {}
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
