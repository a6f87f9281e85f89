//! Atomic and durable file writes: the old file or the new one, never a torn one.

#![doc = include_str!("../README.md")]

mod batch;
mod copy;
mod durability;
mod error;
mod file;
mod keep;
mod name;
mod options;
mod publish;
mod replace;
mod resolve;
mod stage;
mod staged_path;
mod sweep;
mod sys;
#[cfg(test)]
mod tests;
#[cfg(feature = "tokio")]
pub mod tokio;
mod write;

pub use batch::Batch;
pub use durability::{Durability, default_durability, set_default_durability};
pub use error::{CommitError, Outcome, Stage};
pub use file::{BufWriter, File};
pub use name::PREFIX;
pub use options::{Fallback, HardLinks, Options};
pub use staged_path::StagedPath;
pub use sweep::{sweep, sweep_older};

use std::io;
use std::path::Path;
use sys::Native;

/// Replaces the content of `path` by `contents`, as [`std::fs::write`] does but for never leaving it torn.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("settings.toml");
/// crashsafe::write(&path, "volume = 11\n")?;
/// # assert_eq!(std::fs::read(&path)?, b"volume = 11\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    Options::new().write(path, contents)?;
    Ok(())
}

/// Writes `contents` to the file `path`, which must not exist.
///
/// Of two processes that try, one succeeds, and the other gets [`io::ErrorKind::AlreadyExists`].
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("id");
/// crashsafe::create_new(&path, "4f1c")?;
/// assert!(crashsafe::create_new(&path, "77aa").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn create_new(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    Options::new().create_new(true).write(path, contents)?;
    Ok(())
}

/// Replaces the content of `path` by `contents` unless they are equal, and says whether it did.
///
/// A file that is left alone keeps its time of modification, which build tools and watchers look at, and costs no sync.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("bindings.rs");
/// assert!(crashsafe::write_if_changed(&path, "fn f() {}")?);
/// assert!(!crashsafe::write_if_changed(&path, "fn f() {}")?);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_if_changed(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<bool> {
    Ok(Options::new().write_if_changed(path, contents)?)
}

/// Replaces `to` by a copy of `from`, mode included, as [`std::fs::copy`] does; says how many bytes that were.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let (from, to) = (folder.path().join("a"), folder.path().join("b"));
/// # std::fs::write(&from, "text")?;
/// assert_eq!(crashsafe::copy(&from, &to)?, 4);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    Ok(Options::new().copy(from, to)?)
}

/// Syncs `from`, renames it to `to` as [`std::fs::rename`] does, and syncs the directory.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let (staged, path) = (folder.path().join("new"), folder.path().join("index"));
/// std::fs::write(&staged, "by whatever program")?;
/// crashsafe::replace(&staged, &path)?;
/// # assert!(path.exists() && !staged.exists());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn replace(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    Options::new().replace(from, to)?;
    Ok(())
}

/// Replaces the content of `path` by what `fill` writes.
///
/// If `fill` fails, or panics, the file stays as it is.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("report");
/// use std::io::Write;
///
/// crashsafe::write_with(&path, |out| {
///     writeln!(out, "head")?;
///     writeln!(out, "tail")
/// })?;
/// # assert_eq!(std::fs::read(&path)?, b"head\ntail\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_with<T, E: From<io::Error>>(
    path: impl AsRef<Path>,
    fill: impl FnOnce(&mut BufWriter) -> Result<T, E>,
) -> Result<T, E> {
    let mut writer = BufWriter::create(path)?;
    let value = fill(&mut writer)?;
    writer.commit().map_err(io::Error::from)?;
    Ok(value)
}

/// Replaces `path` by the file that `fill` writes at the path it is given, which is in the same directory and has the
/// same suffix: for libraries that want a path.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("image.png");
/// # let save = |path: &std::path::Path| std::fs::write(path, "png");
/// crashsafe::with_path(&path, |staging| save(staging))?;
/// # assert_eq!(std::fs::read(&path)?, b"png");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn with_path<T, E: From<io::Error>>(
    path: impl AsRef<Path>,
    fill: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T, E> {
    write::with_path(Native, path.as_ref(), options::Settings::default(), fill)
}
