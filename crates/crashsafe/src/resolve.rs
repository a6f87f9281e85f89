//! From a path to the directory and the name that a rename must use.
//!
//! A rename replaces a symbolic link instead of following it, so the links at the end of a path are followed here, each
//! relative to the directory that holds it, as the kernel does (path_resolution(7)). Everything before the last
//! component is left to the kernel.

use crate::sys::{Kind, Node, System};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a file is, or will be.
#[derive(Debug)]
pub(crate) struct Place<S: System> {
    /// Shared by the files of a batch, which would need too many descriptors otherwise.
    pub(crate) dir: Arc<S::Dir>,
    /// The path of `dir`, for those who want a path.
    pub(crate) folder: PathBuf,
    pub(crate) name: OsString,
    /// The regular file that was there; `None` if there was nothing.
    pub(crate) old: Option<Node>,
}

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Target<S: System> {
    /// A regular file, or nothing yet: it can be replaced.
    Entry(Place<S>),
    /// Something that can only be written to: a device, a pipe, a file of the kernel's, what a descriptor stands for.
    /// Directories are here too, and the system refuses to write to them in its own words.
    Through,
}

/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;

/// Finds out what `path` leads to.
pub(crate) fn resolve<S: System>(sys: &S, path: &Path) -> io::Result<Target<S>> {
    let Some(mut place) = enter(sys, None, Path::new(""), path)? else { return Ok(Target::Through) };
    for link in 0..=MOST_LINKS {
        place.old = look(sys, &place)?;
        match place.old.as_ref().map(|node| node.kind) {
            None => return Ok(Target::Entry(place)),
            Some(Kind::Regular) if !sys.is_kernels(&place.dir) => return Ok(Target::Entry(place)),
            Some(Kind::Regular | Kind::Directory | Kind::Other) => return Ok(Target::Through),
            // Links of /proc are not what they read as: `/proc/self/fd/1` may have no path at all.
            Some(Kind::Symlink) if sys.is_kernels(&place.dir) => return Ok(Target::Through),
            Some(Kind::Symlink) => {}
        }
        if link == 0 && !may_follow(sys, path)? {
            return Ok(Target::Through);
        }
        let text = match sys.read_link(&place.dir, &place.name) {
            // Somebody has removed or replaced the link since: what is there now?
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) => continue,
            text => text?,
        };
        match enter(sys, Some(&place.dir), &place.folder, &text)? {
            Some(next) => place = next,
            None => return Ok(Target::Through),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// The place `path` itself, whatever is there and whether or not it is a link.
pub(crate) fn place<S: System>(sys: &S, path: &Path) -> io::Result<Place<S>> {
    let place = enter(sys, None, Path::new(""), path)?;
    let mut place = place.ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
    place.old = look(sys, &place)?;
    Ok(place)
}

/// What is at `place` now.
pub(crate) fn look<S: System>(sys: &S, place: &Place<S>) -> io::Result<Option<Node>> {
    match sys.node(&place.dir, &place.name) {
        Ok(node) => Ok(Some(node)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens the directory that `path` names something in; `None` if it can only name a directory.
fn enter<S: System>(sys: &S, base: Option<&S::Dir>, folder: &Path, path: &Path) -> io::Result<Option<Place<S>>> {
    let Some((parent, name)) = split(path) else { return Ok(None) };
    let dir = Arc::new(sys.open_dir(base, parent)?);
    Ok(Some(Place { dir, folder: folder.join(parent), name: name.to_owned(), old: None }))
}

/// The directory and the name in it that `path` consists of; `None` if it can only name a directory.
pub(crate) fn split(path: &Path) -> Option<(&Path, &OsStr)> {
    // `Path` sees no difference between `a`, `a/` and `a/.`, but the kernel does.
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.ends_with(b"/") || bytes.ends_with(b"/.") || cfg!(windows) && bytes.ends_with(b"\\") {
        return None;
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Some((parent.unwrap_or(Path::new(".")), path.file_name()?))
}

/// Whether the kernel itself, which knows more rules than are repeated here, follows `path` to a regular file or to
/// nothing.
fn may_follow<S: System>(sys: &S, path: &Path) -> io::Result<bool> {
    match sys.follow(path) {
        Ok(node) => Ok(node.kind == Kind::Regular),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Creates the directory that `path` names something in, and those above it.
///
/// With `durable` each is synced into the one above it, or a power failure could take all of it away again.
pub(crate) fn make_parents<S: System>(sys: &S, path: &Path, durable: bool) -> io::Result<()> {
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return Ok(()) };
    match sys.open_dir(None, parent) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found.map(drop),
    }
    make_parents(sys, parent, durable)?;
    match sys.make_dir(parent) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if durable {
        let above = parent.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_dir(sys, &sys.open_dir(None, above)?)?;
    }
    Ok(())
}

/// Syncs `dir`; `false` if that is not possible there.
pub(crate) fn sync_dir<S: System>(sys: &S, dir: &S::Dir) -> io::Result<bool> {
    match sys.sync_dir(dir) {
        Err(error) if crate::sys::is_unsupported(&error) => Ok(false),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_can_only_be_a_directory_has_no_name() {
        for path in ["", ".", "..", "/", "a/", "a/.", "a/..", "./"] {
            assert_eq!(split(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn a_bare_name_is_in_the_working_directory() {
        assert_eq!(split(Path::new("a")), Some((Path::new("."), OsStr::new("a"))));
        assert_eq!(split(Path::new("./a")), Some((Path::new("."), OsStr::new("a"))));
        assert_eq!(split(Path::new("/a")), Some((Path::new("/"), OsStr::new("a"))));
    }
}
