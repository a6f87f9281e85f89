//! Publishing a file that somebody else has staged.

use crate::error::{CommitError, Outcome, Stage};
use crate::options::Settings;
use crate::resolve::{self, Place};
use crate::sys::{Access, Kind, System};
use std::io;
use std::path::Path;

/// What is said where the two are on different file systems.
const ELSEWHERE: &str =
    "they are on different file systems, where nothing can be renamed in one step; `copy` it instead";

/// Syncs `from`, renames it to `to`, and syncs their directories.
///
/// As with `std::fs::rename`, a link at either end is itself what is renamed or replaced.
pub(crate) fn replace<S: System>(sys: S, from: &Path, to: &Path, settings: Settings) -> Result<Outcome, CommitError> {
    let source = resolve::place(&sys, from).map_err(|error| CommitError::new(Stage::Resolve, from, error))?;
    let target = resolve::place(&sys, to).map_err(|error| CommitError::new(Stage::Resolve, to, error))?;
    check(&source, &target)
        .map_err(|(side, error)| CommitError::new(Stage::Resolve, if side == Side::From { from } else { to }, error))?;
    let durability = settings.durability();
    if durability.syncs_file() {
        sync(&sys, &source).map_err(|error| CommitError::new(Stage::Sync, from, error))?;
    }
    sys.rename((&source.dir, &source.name), (&target.dir, &target.name)).map_err(|error| {
        let is_elsewhere = error.kind() == io::ErrorKind::CrossesDevices;
        let failure = CommitError::new(Stage::Publish, to, error);
        if is_elsewhere { failure.because(ELSEWHERE) } else { failure }
    })?;
    let mut outcome = Outcome { atomic: true, directory_synced: false };
    if durability.syncs_directory() {
        outcome.directory_synced = sync_directories(&sys, &source, &target)
            .map_err(|error| CommitError::new(Stage::SyncDirectory, to, error).after_commit())?;
    }
    Ok(outcome)
}

/// Which of the two paths an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    From,
    To,
}

/// Fails unless there is something to rename, and nothing in its place that is no file.
fn check<S: System>(source: &Place<S>, target: &Place<S>) -> Result<(), (Side, io::Error)> {
    if source.old.is_none() {
        return Err((Side::From, io::ErrorKind::NotFound.into()));
    }
    match target.old.as_ref().map(|node| node.kind) {
        Some(Kind::Other) => {
            let error =
                io::Error::new(io::ErrorKind::InvalidInput, "a device, pipe or socket is not replaced by a file");
            Err((Side::To, error))
        }
        _ => Ok(()),
    }
}

/// Syncs the content of a regular file; of other things there is none.
fn sync<S: System>(sys: &S, source: &Place<S>) -> io::Result<()> {
    if source.old.as_ref().is_none_or(|node| node.kind != Kind::Regular) {
        return Ok(());
    }
    let open = |access| sys.open(&source.dir, &source.name, access);
    sys.sync(&open(Access::Write).or_else(|_| open(Access::Read))?)
}

/// Syncs the directory of the target, and that of the source if it is another one.
fn sync_directories<S: System>(sys: &S, source: &Place<S>, target: &Place<S>) -> io::Result<bool> {
    let synced = resolve::sync_dir(sys, &target.dir)?;
    if sys.dir_node(&source.dir)?.is(&sys.dir_node(&target.dir)?) {
        return Ok(synced);
    }
    Ok(resolve::sync_dir(sys, &source.dir)? && synced)
}
