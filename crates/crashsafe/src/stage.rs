//! Staging: an exclusive file beside the target that takes the content until it is published or discarded.

use crate::error::{CommitError, Stage};
use crate::name::{LONGEST, SHORTEST_LIMIT};
use crate::options::{Create, Fallback, HardLinks, Settings};
use crate::resolve::{self, Place, Target};
use crate::sys::{Access, Kind, Mode, Node, System};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// A write that has begun and can still be taken back.
#[derive(Debug)]
pub(crate) struct Staged<S: System> {
    pub(crate) sys: S,
    /// Always there but in a batch, which closes it once it is synced.
    pub(crate) file: Option<S::File>,
    /// What the file was when it was closed.
    pub(crate) closed: Option<Node>,
    pub(crate) way: Way<S>,
    /// The target as the caller has named it.
    pub(crate) target: PathBuf,
    pub(crate) settings: Settings,
    /// The mode to end with, whatever the target had.
    pub(crate) mode: Option<Mode>,
}

/// How content gets from the staged file to the target.
#[derive(Debug)]
pub(crate) enum Way<S: System> {
    /// The staged file is called `name` beside the target, and is renamed over it.
    Beside { place: Place<S>, name: OsString },
    /// The staged file has no name, and is copied over the target.
    Apart { place: Place<S> },
    /// The staged file *is* the target: a device, a pipe.
    Through,
    /// Published, or discarded.
    Done,
}

/// Why the file is open.
const OPEN: &str = "a batch closes what it has synced and only renames it from then on";

/// What is said where a directory takes no staging file.
const NO_ROOM: &str = "the directory takes no new file, so the file cannot be replaced; \
                       `Fallback::InPlace` would write over it";

impl<S: System> Staged<S> {
    /// Begins a write to `target`.
    pub(crate) fn stage(sys: S, target: &Path, settings: Settings) -> Result<Self, CommitError> {
        let at = |stage| move |error| CommitError::new(stage, target, error);
        if settings.parents {
            let durable = settings.durability().syncs_directory();
            resolve::make_parents(&sys, target, durable).map_err(at(Stage::Resolve))?;
        }
        match find(&sys, target, settings).map_err(at(Stage::Resolve))? {
            Target::Entry(place) => Self::stage_at(sys, place, target, settings),
            Target::Through => {
                let file = open_through(&sys, target, settings).map_err(at(Stage::Resolve))?;
                Ok(Staged::new(sys, file, Way::Through, target, settings))
            }
        }
    }

    /// Begins a write to what is, or is to be, at `place`.
    fn stage_at(sys: S, place: Place<S>, target: &Path, settings: Settings) -> Result<Self, CommitError> {
        let at = |stage| move |error| CommitError::new(stage, target, error);
        permit(&sys, &place, settings).map_err(at(Stage::Resolve))?;
        if is_linked(place.old.as_ref()) && settings.hard_links == HardLinks::InPlace {
            return Self::stage_apart(sys, place, target, settings);
        }
        match create(&sys, &place, settings) {
            Ok((file, name)) => {
                let way = Way::Beside { place, name };
                Ok(Staged::new(sys, file, way, target, settings))
            }
            Err(error) if place.old.is_some() && takes_no_file(&error) => match settings.fallback {
                Fallback::InPlace => Self::stage_apart(sys, place, target, settings),
                Fallback::Error => Err(at(Stage::Create)(error).because(NO_ROOM)),
            },
            Err(error) => Err(at(Stage::Create)(error)),
        }
    }

    /// Begins a write whose content can only be copied over the target in the end.
    fn stage_apart(sys: S, place: Place<S>, target: &Path, settings: Settings) -> Result<Self, CommitError> {
        let file = sys.create_nameless().map_err(|error| CommitError::new(Stage::Create, target, error))?;
        Ok(Staged::new(sys, file, Way::Apart { place }, target, settings))
    }

    fn new(sys: S, file: S::File, way: Way<S>, target: &Path, settings: Settings) -> Self {
        Staged { sys, file: Some(file), closed: None, way, target: target.to_owned(), settings, mode: None }
    }

    pub(crate) fn file(&self) -> &S::File {
        self.file.as_ref().expect(OPEN)
    }

    pub(crate) fn file_mut(&mut self) -> &mut S::File {
        self.file.as_mut().expect(OPEN)
    }

    /// Lets go of a descriptor that is no longer needed, because the content is synced.
    pub(crate) fn close(&mut self) {
        if matches!(self.way, Way::Beside { .. }) {
            self.closed = self.file.take().and_then(|file| self.sys.file_node(&file).ok());
        }
    }

    /// Takes the write back. What went through to a device or a pipe is gone.
    pub(crate) fn discard(mut self) -> io::Result<()> {
        self.remove()
    }

    /// Removes the staging file, if there still is one.
    pub(crate) fn remove(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.way, Way::Done) {
            Way::Beside { place, name } => unlink(&self.sys, &place.dir, &name),
            Way::Apart { .. } | Way::Through | Way::Done => Ok(()),
        }
    }

    /// A failure of this write.
    pub(crate) fn failure(&self, stage: Stage, error: io::Error) -> CommitError {
        CommitError::new(stage, &self.target, error)
    }
}

impl<S: System> Drop for Staged<S> {
    fn drop(&mut self) {
        // Nobody is there to be told; a sweep finds what is left.
        let _ = self.remove();
    }
}

/// Finds out what `target` is, and whether it may be written in the way that is asked for.
fn find<S: System>(sys: &S, target: &Path, settings: Settings) -> io::Result<Target<S>> {
    if settings.create != Create::New {
        return resolve::resolve(sys, target);
    }
    // As with O_EXCL, a link is something, wherever it leads.
    let place = resolve::place(sys, target)?;
    match place.old {
        None => Ok(Target::Entry(place)),
        Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

/// Fails where a write in place would.
fn permit<S: System>(sys: &S, place: &Place<S>, settings: Settings) -> io::Result<()> {
    match &place.old {
        None if settings.create == Create::Existing => Err(io::ErrorKind::NotFound.into()),
        None => Ok(()),
        Some(_) if is_linked(place.old.as_ref()) && settings.hard_links == HardLinks::Error => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the file has other names, which would keep the old content",
        )),
        Some(_) => match sys.permit_write(&place.dir, &place.name) {
            // Somebody has removed it since, and a write in place would create it.
            Err(error) if error.kind() == io::ErrorKind::NotFound && settings.create == Create::Either => Ok(()),
            result => result,
        },
    }
}

fn is_linked(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.links > 1)
}

/// Whether a directory refused a new file for what it is, and not for the state of the disk.
fn takes_no_file(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Creates the staging file, under a name that nobody else has.
fn create<S: System>(sys: &S, place: &Place<S>, settings: Settings) -> io::Result<(S::File, OsString)> {
    // Nobody may read what will be restricted to the old file's readers; a new file's mode is what was asked for, and
    // the kernel applies the umask and the directory's default access list.
    let mode = if place.old.is_some() { 0o600 } else { settings.mode.unwrap_or(0o666) };
    let result = create_within(sys, &place.dir, &place.name, mode, LONGEST);
    if result.is_err() && place.name.len() > SURELY_SHORT {
        // Perhaps it is too long for this file system; to ask which error says so would be to list systems.
        return create_within(sys, &place.dir, &place.name, mode, SHORTEST_LIMIT).or(result);
    }
    result
}

/// A target's name that makes no staging file's name too long for any file system.
const SURELY_SHORT: usize = 64;

/// How many names are tried; that of another process is never met, that of somebody who guesses could be.
const ATTEMPTS: usize = 16;

fn create_within<S: System>(
    sys: &S,
    dir: &S::Dir,
    target: &OsStr,
    mode: u32,
    limit: usize,
) -> io::Result<(S::File, OsString)> {
    let mut result = Err(io::ErrorKind::AlreadyExists.into());
    for _ in 0..ATTEMPTS {
        let name = crate::name::staging(sys.maker(), sys.random(), target, limit);
        result = sys.create(dir, &name, mode).map(|file| (file, name));
        if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::AlreadyExists) {
            break;
        }
    }
    result
}

/// Opens what can only be written to, as `fs::write` does.
fn open_through<S: System>(sys: &S, target: &Path, settings: Settings) -> io::Result<S::File> {
    if settings.create == Create::New {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let file = sys.open_through(target, Access::Write)?;
    if sys.file_node(&file)?.kind == Kind::Regular {
        sys.set_len(&file, 0)?;
    }
    Ok(file)
}

/// Removes a staging file, and tries once more if that fails: nobody else will.
pub(crate) fn unlink<S: System>(sys: &S, dir: &S::Dir, name: &OsStr) -> io::Result<()> {
    sys.unlink(dir, name).or_else(|_| sys.unlink(dir, name))
}

impl<S: System> io::Write for Staged<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file_mut().write(bytes)
    }

    fn write_vectored(&mut self, bytes: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.file_mut().write_vectored(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file_mut().flush()
    }
}

impl<S: System> io::Read for Staged<S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.file_mut().read(bytes)
    }
}

impl<S: System> io::Seek for Staged<S> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file_mut().seek(to)
    }
}
