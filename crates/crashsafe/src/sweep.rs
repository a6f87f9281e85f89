//! Removing the staging files that killed processes have left.

use crate::name;
use crate::stage;
use crate::sys::{Kind, Life, Native, System};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Removes from `folder` the staging files whose makers are dead, and says which those were.
///
/// Everything else is left alone: files of running processes, of other hosts and containers, and whatever only looks
/// similar.
/// Subfolders are not entered.
/// A file that cannot be removed is an error, after all others have been.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let removed = crashsafe::sweep(folder.path())?;
/// # assert!(removed.is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Limitations
/// Whether a process is dead can be told on Linux alone, and of the same host and process namespace only; for the
/// others there is [`sweep_older`].
pub fn sweep(folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
    sweep_on(&Native, folder.as_ref(), None)
}

/// Removes from `folder` what [`sweep`] does, and also those staging files of which nobody can tell whether the maker
/// still runs and that have not been written to for `age`.
pub fn sweep_older(folder: impl AsRef<Path>, age: Duration) -> io::Result<Vec<PathBuf>> {
    sweep_on(&Native, folder.as_ref(), Some(age))
}

pub(crate) fn sweep_on<S: System>(sys: &S, folder: &Path, age: Option<Duration>) -> io::Result<Vec<PathBuf>> {
    let dir = sys.open_dir(None, folder)?;
    let mut removed = Vec::new();
    let mut failed = None;
    for name in sys.list(&dir)? {
        if !is_abandoned(sys, &dir, &name, age) {
            continue;
        }
        match stage::unlink(sys, &dir, &name) {
            Ok(()) => removed.push(folder.join(name)),
            // Somebody else was sweeping too.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // One that is not ours to remove is no reason to leave the others.
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(removed), Err)
}

/// Whether `name` is a staging file that nobody will publish.
fn is_abandoned<S: System>(sys: &S, dir: &S::Dir, name: &OsStr, age: Option<Duration>) -> bool {
    let Some(maker) = name::maker_of(name) else { return false };
    let Ok(node) = sys.node(dir, name) else { return false };
    if node.kind != Kind::Regular {
        return false;
    }
    match sys.life(maker) {
        Life::Gone => true,
        Life::Alive => false,
        Life::Unknown => age.is_some_and(|age| is_older(node.modified, age)),
    }
}

/// Whether `modified` is at least `age` ago.
fn is_older(modified: Option<SystemTime>, age: Duration) -> bool {
    modified.and_then(|then| then.elapsed().ok()).is_some_and(|elapsed| elapsed >= age)
}
