//! What changes of a manifest go with a fix, in the terms of reports.
//!
//! Of the runtime only the folder is told that it is laid into: its sources are the same for every fix.

use super::mend::Mend;
use super::runtime::{Dependency, Planner, home_of};
use super::transaction::{Change, name_of};
use crate::diagnostic::{Diagnostic, FileEdit};
use crate::inspect::SourceFile;
use crate::sources::Source;
use atomic_lint_ir::Language;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Adds to the fixes of `diagnostics`, which `mends` say in the same order, what they change beside the code.
pub(crate) fn add_manifests(
    diagnostics: &mut [Diagnostic],
    mends: &[Result<Mend, String>],
    files: &[SourceFile],
    dependency: &Dependency,
) {
    let mut known: BTreeMap<(PathBuf, Language, Vec<String>), Beside> = BTreeMap::new();
    for (diagnostic, mend) in diagnostics.iter_mut().zip(mends) {
        let (Some(fix), Ok(mend)) = (&mut diagnostic.fix, mend) else { continue };
        let Some(file) = files.get(mend.file.0 as usize).filter(|_| mend.spelling.needs_runtime) else { continue };
        let features: Vec<String> = mend.spelling.features.iter().map(|feature| (*feature).to_owned()).collect();
        let folder = file.path.parent().map(PathBuf::from).unwrap_or_default();
        let key = (folder, file.language, features);
        let beside = known.entry(key).or_insert_with_key(|(_, _, features)| beside(file, features, dependency));
        fix.edits.extend(beside.edits.iter().cloned());
        fix.lays_in.clone_from(&beside.lays_in);
    }
}

/// What is changed beside the code.
#[derive(Default)]
struct Beside {
    edits: Vec<FileEdit>,
    lays_in: Vec<String>,
}

/// What `file` needs to call the runtime; nothing where it cannot be had, which `--fix` says.
fn beside(file: &SourceFile, features: &[String], dependency: &Dependency) -> Beside {
    let mut planner = Planner::new(dependency.clone());
    match planner.plan(file.language, &file.path, features) {
        Ok(_) => of_changes(&planner.groups().concat()),
        Err(_) => Beside::default(),
    }
}

fn of_changes(changes: &[Change]) -> Beside {
    let homes: BTreeSet<String> = changes.iter().filter_map(|change| home_of(&change.path)).map(name_of).collect();
    let others = changes.iter().filter(|change| home_of(&change.path).is_none());
    Beside { edits: others.flat_map(edits).collect(), lays_in: homes.into_iter().collect() }
}

/// The lines that `change` takes out, puts in or replaces.
fn edits(change: &Change) -> Vec<FileEdit> {
    let before = change.before.as_deref().unwrap_or("");
    let source = Source::new(change.name.clone(), before.to_owned(), false);
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = change.after.split_inclusive('\n').collect();
    let offset = |line: usize| source.position(old[..line].iter().map(|line| line.len() as u32).sum());
    let changed = capture_diff_slices(Algorithm::Patience, &old, &new);
    let changed = changed.into_iter().filter(|part| part.tag() != DiffTag::Equal);
    let edit = |part: similar::DiffOp| FileEdit {
        path: change.name.clone(),
        start: offset(part.old_range().start),
        end: offset(part.old_range().end),
        replacement: new[part.new_range()].concat(),
    };
    changed.map(edit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, before: Option<&str>, after: &str) -> Change {
        let before = before.map(str::to_owned);
        Change { name: path.into(), path: path.into(), before, after: after.into() }
    }

    #[test]
    fn a_line_that_is_put_in_is_an_edit_of_no_length_and_the_runtime_is_a_folder() {
        let manifest = change("Cargo.toml", Some("[é]\na = 1\n"), "[é]\na = 1\nb = 2\n");
        let beside = of_changes(&[manifest, change("vendor/crashsafe/src/lib.rs", None, "//! x\n")]);
        assert_eq!(beside.lays_in, ["vendor/crashsafe"]);
        let [edit] = beside.edits.as_slice() else { panic!("{:?}", beside.edits) };
        assert_eq!((edit.path.as_str(), edit.replacement.as_str()), ("Cargo.toml", "b = 2\n"));
        assert_eq!((edit.start, edit.start.line, edit.start.offset), (edit.end, 3, 11));
    }
}
