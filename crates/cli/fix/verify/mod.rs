//! `--verify`: what fixing makes of a project is compiled before it is written, and what no longer compiles is left.
//!
//! It is done on a copy, so that a run that is killed, or one that only shows the changes, leaves nothing behind.

mod cargo;
mod mirror;
mod python;

use super::transaction::{Change, Dependent};
use crate::inspect::language_of;
use atomic_lint_ir::Language;
use std::collections::BTreeSet;

/// A file that does not compile once it is fixed, or of which that cannot be known, by its number, and why.
type Broken = (usize, String);

/// Which of `dependents`, with the groups of changes that they need, would not compile.
///
/// # Errors
/// What is needed to compile is not there.
fn broken(groups: &[Vec<Change>], dependents: &[Dependent]) -> Result<Vec<Broken>, String> {
    let of = |language| {
        let is_it = move |(_, dependent): &(usize, &Dependent)| language_of(&dependent.change.path) == Some(language);
        dependents.iter().enumerate().filter(is_it).collect::<Vec<_>>()
    };
    let mut broken = python::broken(&of(Language::Python))?;
    broken.extend(cargo::broken(groups, &of(Language::Rust))?);
    broken.sort();
    Ok(broken)
}

/// Takes those that would not compile out of `dependents`; gives their names, and why.
pub(crate) fn take_broken(
    groups: &[Vec<Change>],
    dependents: &mut Vec<Dependent>,
) -> Result<Vec<(String, String)>, String> {
    let broken = broken(groups, dependents)?;
    let told = broken.iter().map(|(number, why)| (dependents[*number].change.name.clone(), why.clone())).collect();
    let numbers: BTreeSet<usize> = broken.into_iter().map(|(number, _)| number).collect();
    let mut number = 0..;
    dependents.retain(|_| number.next().is_some_and(|number| !numbers.contains(&number)));
    Ok(told)
}

/// The first line of a message, as it follows "because".
fn first_line(message: &str) -> &str {
    message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason is given")
}
