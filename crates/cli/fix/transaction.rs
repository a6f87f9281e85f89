//! Putting changed files on disk: all are staged before the first is published, and what must not be replaced is left.

use crashsafe::{Batch, CommitError, HardLinks, Options};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// A file to be changed or made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// As it is reported.
    pub(crate) name: String,
    /// As it is opened.
    pub(crate) path: PathBuf,
    /// What it held when the change was made; nothing where there was no file.
    pub(crate) before: Option<String>,
    /// What it is to hold.
    pub(crate) after: String,
}

/// A change, and the number of the group of changes without which it makes no sense.
#[derive(Clone, Debug)]
pub(crate) struct Dependent {
    /// The change.
    pub(crate) change: Change,
    /// The group that it needs.
    pub(crate) needs: Option<usize>,
}

/// What has come of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Names of the files that were replaced or made.
    pub(crate) written: Vec<String>,
    /// Names of the files that were left as they are, and why.
    pub(crate) refused: Vec<(String, String)>,
}

/// Writes `dependents` and those of `groups` that they need; a group is written whole or not at all.
pub(crate) fn write(groups: &[Vec<Change>], dependents: &[Dependent]) -> Result<Outcome, String> {
    attempt(|refused| choose(groups, dependents, refused))
}

/// Writes `groups`, each whole or not at all.
pub(crate) fn write_groups(groups: &[Vec<Change>]) -> Result<Outcome, String> {
    attempt(|refused| {
        let refusals = groups.iter().map(|group| (group, blocked(group)));
        let whole = refusals.filter_map(|(group, blocked)| match blocked {
            None => Some(group),
            Some(refusal) => {
                refused.push(refusal);
                None
            }
        });
        whole.flatten().collect()
    })
}

/// Writes what `choose` says, which is asked again where something has changed meanwhile.
fn attempt<'c>(choose: impl Fn(&mut Vec<(String, String)>) -> Vec<&'c Change>) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    loop {
        let chosen = choose(&mut outcome.refused);
        let mut batch = Batch::with_options(Options::new().parents(true).hard_links(HardLinks::Error));
        for change in &chosen {
            batch.write(&change.path, &change.after).map_err(|error| failure(change, &error))?;
        }
        // Staging took its time; whoever has written meanwhile has not written for nothing.
        if !chosen.iter().all(|change| refusal(change).is_none()) {
            outcome.refused.clear();
            continue;
        }
        return publish(batch, &chosen, outcome);
    }
}

fn publish(batch: Batch, chosen: &[&Change], mut outcome: Outcome) -> Result<Outcome, String> {
    let names = chosen.iter().map(|change| change.name.clone());
    match batch.commit() {
        Ok(()) => outcome.written.extend(names),
        Err(error) => {
            let done = error.published().len();
            return Err(format!("{error}; {done} of {} files were written", chosen.len()));
        }
    }
    Ok(outcome)
}

fn failure(change: &Change, error: &CommitError) -> String {
    format!("{}: {error}; nothing was written", change.name)
}

/// What can be written, what is needed first.
fn choose<'c>(
    groups: &'c [Vec<Change>],
    dependents: &'c [Dependent],
    refused: &mut Vec<(String, String)>,
) -> Vec<&'c Change> {
    let blocked: Vec<Option<(String, String)>> = groups.iter().map(|group| blocked(group)).collect();
    let mut sources = Vec::new();
    let mut needed = vec![false; groups.len()];
    for dependent in dependents {
        let change = &dependent.change;
        let lacks = dependent.needs.and_then(|group| blocked.get(group)?.as_ref());
        match (refusal(change), lacks) {
            (Some(why), _) => refused.push((change.name.clone(), why)),
            (None, Some((name, why))) => {
                refused.push((change.name.clone(), format!("{name} cannot be changed: {why}")))
            }
            (None, None) => {
                sources.push(change);
                dependent.needs.into_iter().for_each(|group| needed[group] = true);
            }
        }
    }
    let needed = groups.iter().zip(needed).filter(|(_, needed)| *needed);
    needed.flat_map(|(group, _)| group).chain(sources).collect()
}

/// The first file of `group` that must be left as it is, and why.
fn blocked(group: &[Change]) -> Option<(String, String)> {
    group.iter().find_map(|change| Some((change.name.clone(), refusal(change)?)))
}

/// Why a file must be left as it is.
fn refusal(change: &Change) -> Option<String> {
    let meta = match (change.path.metadata(), &change.before) {
        (Ok(meta), Some(_)) => meta,
        (Ok(_), None) => return Some("somebody has made it meanwhile".to_owned()),
        (Err(error), None) if error.kind() == io::ErrorKind::NotFound => return None,
        (Err(error), _) => return Some(error.to_string()),
    };
    if meta.permissions().readonly() {
        return Some("it is read-only".to_owned());
    }
    match links(&meta) {
        0 | 1 => {}
        many => return Some(format!("it has {many} hard links, and the other names would keep the old content")),
    }
    match std::fs::read(&change.path) {
        Ok(bytes) if change.before.as_ref().is_some_and(|before| before.as_bytes() == bytes) => None,
        Ok(_) => Some("it has changed since it was read".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(unix)]
fn links(meta: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(meta)
}

/// Elsewhere the number of names is not told.
#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

/// The name of `path` in reports: below the working directory, where it is, and with `/`.
pub(crate) fn name_of(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(&here).unwrap_or(path);
    let shown = shown.strip_prefix(".").unwrap_or(shown);
    shown.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn change(folder: &Path, name: &str, before: Option<&str>, after: &str) -> Change {
        let path = folder.join(name);
        Change { name: name.into(), path, before: before.map(str::to_owned), after: after.into() }
    }

    fn alone(change: Change) -> Dependent {
        Dependent { change, needs: None }
    }

    #[test]
    fn a_changed_a_linked_and_a_read_only_file_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["changed", "linked", "locked", "good"] {
            fs::write(at(name), "old").unwrap();
        }
        fs::hard_link(at("linked"), at("other")).unwrap();
        let mut mode = fs::metadata(at("locked")).unwrap().permissions();
        mode.set_readonly(true);
        fs::set_permissions(at("locked"), mode).unwrap();
        let before = |name| if name == "changed" { Some("older") } else { Some("old") };
        let names = ["changed", "linked", "locked", "good"];
        let all: Vec<Dependent> =
            names.map(|name| alone(change(folder.path(), name, before(name), "new"))).into_iter().collect();
        let outcome = write(&[], &all).unwrap();
        assert_eq!(outcome.written, ["good"]);
        let refused: Vec<&str> = outcome.refused.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(refused, ["changed", "linked", "locked"]);
        assert_eq!(fs::read_to_string(at("good")).unwrap(), "new");
        assert!(names[..3].iter().all(|name| fs::read_to_string(at(name)).unwrap() == "old"));
    }

    #[test]
    fn what_leans_on_a_file_that_must_stay_stays_too() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        fs::write(folder.path().join("manifest"), "somebody's").unwrap();
        let group = vec![
            change(folder.path(), "manifest", Some("old"), "new"),
            change(folder.path(), "vendor/x/lib", None, "lib"),
        ];
        let source = Dependent { change: change(folder.path(), "a", Some("old"), "new"), needs: Some(0) };
        let outcome = write(&[group], &[source]).unwrap();
        assert!(outcome.written.is_empty());
        assert_eq!(outcome.refused[0].1, "manifest cannot be changed: it has changed since it was read");
        assert!(!folder.path().join("vendor").exists());
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "old");
    }

    #[test]
    fn new_folders_are_made_for_new_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        let group = vec![change(folder.path(), "vendor/x/lib", None, "lib")];
        let source = Dependent { change: change(folder.path(), "a", Some("old"), "new"), needs: Some(0) };
        assert_eq!(write(&[group], &[source]).unwrap().written, ["vendor/x/lib", "a"]);
        assert_eq!(fs::read_to_string(folder.path().join("vendor/x/lib")).unwrap(), "lib");
    }
}
