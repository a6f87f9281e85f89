//! Whole writes in one call.

use crate::error::{CommitError, Outcome, Stage};
use crate::options::{Create, Settings};
use crate::resolve::{self, Target};
use crate::stage::Staged;
use crate::staged_path::Staging;
use crate::sys::{Access, System};
use std::io::{self, Read, Write};
use std::path::Path;

/// Replaces the content of `path`.
pub(crate) fn write<S: System>(
    sys: S,
    path: &Path,
    contents: &[u8],
    settings: Settings,
) -> Result<Outcome, CommitError> {
    let mut staged = Staged::stage(sys, path, settings)?;
    staged.write_all(contents).map_err(|error| staged.failure(Stage::Write, error))?;
    staged.commit().map_err(CommitError::without_file)
}

/// Replaces the content of `path` unless it is already that; says whether it did.
pub(crate) fn write_if_changed<S: System>(
    sys: S,
    path: &Path,
    contents: &[u8],
    settings: Settings,
) -> Result<bool, CommitError> {
    // What cannot be read is written; if that cannot be done either, the write says so, as it does of what must be new.
    if settings.create != Create::New && holds(&sys, path, contents).unwrap_or(false) {
        return Ok(false);
    }
    write(sys, path, contents, settings).map(|_| true)
}

/// Whether `path` holds exactly `contents`.
fn holds<S: System>(sys: &S, path: &Path, contents: &[u8]) -> io::Result<bool> {
    let Target::Entry(place) = resolve::resolve(sys, path)? else { return Ok(false) };
    if place.old.as_ref().is_none_or(|old| old.len != contents.len() as u64) {
        return Ok(false);
    }
    let mut file = sys.open(&place.dir, &place.name, Access::Read)?;
    equals(&mut file, contents)
}

/// Whether all that `file` holds is `contents`.
fn equals(file: &mut impl Read, mut contents: &[u8]) -> io::Result<bool> {
    let mut buffer = vec![0; (contents.len() + 1).min(64 * 1024)];
    loop {
        let len = match file.read(&mut buffer) {
            Ok(0) => return Ok(contents.is_empty()),
            Ok(len) => len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        match contents.strip_prefix(&buffer[..len]) {
            Some(rest) => contents = rest,
            None => return Ok(false),
        }
    }
}

/// Replaces `path` by the file that `fill` writes at the path it is given.
pub(crate) fn with_path<S: System, T, E: From<io::Error>>(
    sys: S,
    path: &Path,
    settings: Settings,
    fill: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T, E> {
    let staging = Staging::new(sys, path, settings).map_err(io::Error::from)?;
    let value = fill(&staging.path)?;
    staging.commit().map_err(io::Error::from)?;
    Ok(value)
}
