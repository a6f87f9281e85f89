//! Copying a file over another one.

use crate::error::{CommitError, Stage};
use crate::keep::{SET_GROUP, SET_USER};
use crate::options::Settings;
use crate::resolve::{self, Target};
use crate::stage::{Staged, Way};
use crate::sys::{Access, Kind, Mode, System};
use std::io;
use std::path::Path;

/// Replaces `to` by a copy of `from`, mode included, as `std::fs::copy` does; says how many bytes that were.
pub(crate) fn copy<S: System>(sys: S, from: &Path, to: &Path, settings: Settings) -> Result<u64, CommitError> {
    let (mut source, mode) = open(&sys, from).map_err(|error| CommitError::new(Stage::Resolve, from, error))?;
    // Until it has its mode nobody else reads it.
    let mut staged = Staged::stage(sys, to, Settings { mode: Some(0o600), ..settings })?;
    // The files themselves, because the standard library lets the kernel copy between those.
    let copied = io::copy(&mut source, staged.file_mut());
    let len = copied.map_err(|error| staged.failure(Stage::Write, error))?;
    staged.mode = Some(after_write(&staged, mode, len).map_err(|error| staged.failure(Stage::Metadata, error))?);
    staged.commit().map_err(CommitError::without_file)?;
    Ok(len)
}

/// What is left of `mode` when this process has written the file, which is `len` bytes long.
///
/// The bits by which a program runs as somebody are not given to a copy by one who could not write without losing them.
fn after_write<S: System>(staged: &Staged<S>, mode: Mode, len: u64) -> io::Result<Mode> {
    match (&mode, &staged.way) {
        (Mode::Bits(bits), Way::Beside { .. }) if bits & (SET_USER | SET_GROUP) != 0 => {
            staged.sys.set_mode(staged.file(), &mode)?;
            staged.sys.set_len(staged.file(), len)?;
            Ok(staged.sys.file_node(staged.file())?.mode)
        }
        _ => Ok(mode),
    }
}

/// Opens a regular file, whose mode is said too.
fn open<S: System>(sys: &S, from: &Path) -> io::Result<(S::File, Mode)> {
    let file = match resolve::resolve(sys, from)? {
        Target::Entry(place) => sys.open(&place.dir, &place.name, Access::Read)?,
        Target::Through => {
            is_regular(sys.follow(from)?.kind)?;
            sys.open_through(from, Access::Read)?
        }
    };
    let node = sys.file_node(&file)?;
    is_regular(node.kind)?;
    Ok((file, node.mode))
}

fn is_regular(kind: Kind) -> io::Result<()> {
    match kind {
        Kind::Regular => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "only a regular file can be copied")),
    }
}
