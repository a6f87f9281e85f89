//! What can be asked for beyond the defaults.

use crate::durability::{Durability, default_durability};
use crate::error::{CommitError, Outcome};
use crate::file::{BufWriter, File};
use crate::stage::Staged;
use crate::staged_path::StagedPath;
use crate::sys::Native;
use std::io;
use std::path::Path;

/// What to do where a file cannot be replaced, only overwritten: it is mounted by itself, or its directory takes no
/// new file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fallback {
    /// Fail, and say why.
    #[default]
    Error,
    /// Write over the file itself when committing: *not atomic*, a crash meanwhile leaves a torn file.
    /// Until then the content is in memory.
    /// Never done because a disk is full or broken.
    InPlace,
}

/// What to do with a file that has several names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HardLinks {
    /// Give the new content to this name; the others keep the old file.
    #[default]
    Break,
    /// Fail with [`io::ErrorKind::InvalidInput`].
    Error,
    /// Write over the file itself when committing, for all of its names: *not atomic*.
    /// Until then the content is in memory.
    InPlace,
}

/// Whether the target must, may or must not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Create {
    #[default]
    Either,
    New,
    Existing,
}

/// What a write was asked to be like.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) durability: Option<Durability>,
    pub(crate) create: Create,
    pub(crate) mode: Option<u32>,
    pub(crate) hard_links: HardLinks,
    pub(crate) fallback: Fallback,
    pub(crate) parents: bool,
}

impl Settings {
    pub(crate) fn durability(&self) -> Durability {
        self.durability.unwrap_or_else(default_durability)
    }
}

/// How to write a file, for what [`write`](crate::write()) and [`File::create`] do not do.
///
/// Used as [`std::fs::OpenOptions`] is; there is no `append`, because what is appended to is not replaced, and no
/// `truncate`, because a new file begins empty.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("key.pem");
/// use std::io::Write;
///
/// let mut file = crashsafe::Options::new().create_new(true).mode(0o600).open(path)?;
/// file.write_all(b"-----BEGIN")?;
/// file.commit()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    settings: Settings,
}

impl Options {
    /// The defaults: create or replace, durable, follow links, keep mode and owner.
    pub fn new() -> Self {
        Options::default()
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings
    }

    /// How much of the protocol to run; [`default_durability`] if it is not said.
    pub fn durability(&mut self, durability: Durability) -> &mut Self {
        self.settings.durability = Some(durability);
        self
    }

    /// Whether the file may be created; true unless said otherwise. If not, it must exist.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.settings.create = if create { Create::Either } else { Create::Existing };
        self
    }

    /// Whether the file must not exist yet.
    ///
    /// This is decided by the commit, in one step with the publishing: of two writers one succeeds.
    pub fn create_new(&mut self, create_new: bool) -> &mut Self {
        self.settings.create = if create_new { Create::New } else { Create::Either };
        self
    }

    /// The mode that a new file is created with, before the umask; 0o666 unless said otherwise.
    ///
    /// A file that is replaced keeps its mode. Without effect where files have no mode.
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        self.settings.mode = Some(mode);
        self
    }

    /// What to do with a file that has several names.
    pub fn hard_links(&mut self, hard_links: HardLinks) -> &mut Self {
        self.settings.hard_links = hard_links;
        self
    }

    /// What to do where a file can only be overwritten.
    pub fn fallback(&mut self, fallback: Fallback) -> &mut Self {
        self.settings.fallback = fallback;
        self
    }

    /// Whether to create missing parent directories.
    pub fn parents(&mut self, parents: bool) -> &mut Self {
        self.settings.parents = parents;
        self
    }

    /// Begins a write to `path`.
    pub fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        Ok(self.try_open(path)?)
    }

    /// Begins a write to `path`; the error says more than that of [`open`](Self::open).
    pub fn try_open(&self, path: impl AsRef<Path>) -> Result<File, CommitError> {
        Staged::stage(Native, path.as_ref(), self.settings).map(File::new)
    }

    /// Begins a write to `path` through a buffer.
    pub fn open_buffered(&self, path: impl AsRef<Path>) -> io::Result<BufWriter> {
        self.open(path).map(BufWriter::new)
    }

    /// Begins a write to `path` by somebody who wants a path to write to.
    pub fn stage_path(&self, path: impl AsRef<Path>) -> Result<StagedPath, CommitError> {
        StagedPath::new(path.as_ref(), self.settings)
    }

    /// Replaces the content of `path` by `contents`.
    pub fn write(&self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> Result<Outcome, CommitError> {
        crate::write::write(Native, path.as_ref(), contents.as_ref(), self.settings)
    }

    /// Replaces the content of `path` by `contents` unless they are equal, and says whether it did.
    pub fn write_if_changed(&self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> Result<bool, CommitError> {
        crate::write::write_if_changed(Native, path.as_ref(), contents.as_ref(), self.settings)
    }

    /// Replaces `to` by a copy of `from`, and says how many bytes that were.
    pub fn copy(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<u64, CommitError> {
        crate::copy::copy(Native, from.as_ref(), to.as_ref(), self.settings)
    }

    /// Renames `from` to `to` after syncing it, and syncs the directories.
    pub fn replace(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<Outcome, CommitError> {
        crate::replace::replace(Native, from.as_ref(), to.as_ref(), self.settings)
    }
}
