//! Why a write failed, at which step, and whether the new content is in place all the same.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// A step of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Finding out what the path names.
    Resolve,
    /// Creating the staging file.
    Create,
    /// Writing the content.
    Write,
    /// Emptying the buffer in user space.
    Flush,
    /// Giving the staging file the mode of the file that it replaces.
    Metadata,
    /// Syncing the staging file to the device.
    Sync,
    /// Renaming the staging file over the target.
    Publish,
    /// Syncing the directory after the rename.
    SyncDirectory,
    /// Writing over the target itself, because that was [allowed](crate::Fallback::InPlace): if this fails, the target
    /// may be torn.
    InPlace,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Resolve => "cannot be written to",
            Stage::Create => "cannot create a staging file beside it",
            Stage::Write => "cannot write the staging file",
            Stage::Flush => "cannot flush to the staging file",
            Stage::Metadata => "cannot give the staging file its mode",
            Stage::Sync => "cannot sync the staging file",
            Stage::Publish => "cannot rename the staging file over it",
            Stage::SyncDirectory => "cannot sync its directory",
            Stage::InPlace => "cannot write it in place",
        })
    }
}

/// A write that failed.
///
/// Unless [`committed`](Self::committed) says otherwise the target is exactly what it was, but for
/// [`Stage::InPlace`].
///
/// It becomes an [`io::Error`] of the same kind by `?`; from that, [`CommitError::of`] finds it again.
///
/// Where another attempt makes sense, [`into_file`](Self::into_file) gives back what was to be committed, its content
/// still staged; the staging file goes away when that is dropped.
/// After a failed sync there is nothing to try again with: the kernel may have dropped the pages that it could not
/// write, and a second sync would report success.
#[must_use = "the target may not hold the new content"]
pub struct CommitError<T = ()> {
    cause: Box<Cause>,
    /// In a box, because it is much larger than what succeeds.
    file: Option<Box<T>>,
}

struct Cause {
    committed: bool,
    stage: Stage,
    path: PathBuf,
    published: Vec<PathBuf>,
    source: io::Error,
    /// What it means, where that is not plain.
    because: Option<&'static str>,
}

impl CommitError {
    /// The failed write that `error` speaks of, if it comes from this crate.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let error = crashsafe::write(folder.path().join("no/such/folder"), "text").unwrap_err();
    /// let failure = crashsafe::CommitError::of(&error).expect("it is an error of crashsafe");
    /// assert!(!failure.committed());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn of(error: &io::Error) -> Option<&CommitError> {
        error.get_ref()?.downcast_ref()
    }
}

impl<T> CommitError<T> {
    pub(crate) fn new(stage: Stage, path: &Path, source: io::Error) -> Self {
        let cause =
            Cause { committed: false, stage, path: path.to_owned(), published: Vec::new(), source, because: None };
        CommitError { cause: Box::new(cause), file: None }
    }

    /// The same failure, explained.
    pub(crate) fn because(mut self, reason: &'static str) -> Self {
        self.cause.because = Some(reason);
        self
    }

    /// The same failure, after the new content has been published.
    pub(crate) fn after_commit(mut self) -> Self {
        self.cause.committed = true;
        self
    }

    /// The same failure, of a batch that had published `targets`.
    pub(crate) fn after_publishing(mut self, targets: Vec<PathBuf>) -> Self {
        self.cause.published = targets;
        self
    }

    /// The same failure, with what may be tried again.
    pub(crate) fn with_file<U>(self, file: Option<U>) -> CommitError<U> {
        CommitError { cause: self.cause, file: file.map(Box::new) }
    }

    /// The same failure, with what may be tried again turned into something else.
    pub(crate) fn map<U>(self, wrap: impl FnOnce(T) -> U) -> CommitError<U> {
        CommitError { cause: self.cause, file: self.file.map(|file| Box::new(wrap(*file))) }
    }

    /// The same failure with nothing to try again; a staging file that was kept for that is removed.
    pub fn without_file(self) -> CommitError {
        CommitError { cause: self.cause, file: None }
    }

    /// Whether the target holds the new content in spite of the failure.
    ///
    /// It is then at most not durable: the rename is done, and what failed is the sync of the directory.
    pub fn committed(&self) -> bool {
        self.cause.committed
    }

    /// The step that failed.
    pub fn stage(&self) -> Stage {
        self.cause.stage
    }

    /// The target, as it was named by the caller.
    pub fn path(&self) -> &Path {
        &self.cause.path
    }

    /// The targets of a [`Batch`](crate::Batch) that hold their new content; empty for a single file.
    pub fn published(&self) -> &[PathBuf] {
        &self.cause.published
    }

    /// What the system said.
    pub fn io_error(&self) -> &io::Error {
        &self.cause.source
    }

    /// What was to be committed, if another attempt makes sense.
    pub fn into_file(self) -> Option<T> {
        self.file.map(|file| *file)
    }
}

impl<T> fmt::Debug for CommitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitError")
            .field("committed", &self.cause.committed)
            .field("stage", &self.cause.stage)
            .field("path", &self.cause.path)
            .field("published", &self.cause.published)
            .field("source", &self.cause.source)
            .field("retryable", &self.file.is_some())
            .finish()
    }
}

impl<T> fmt::Display for CommitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.cause.committed { "written, but not durable" } else { "not written" };
        let Cause { stage, path, source, because, .. } = &*self.cause;
        write!(f, "`{}` {state}: {stage}: {source}", path.display())?;
        because.map_or(Ok(()), |reason| write!(f, " ({reason})"))
    }
}

impl<T> Error for CommitError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause.source)
    }
}

impl<T> From<CommitError<T>> for io::Error {
    fn from(error: CommitError<T>) -> io::Error {
        io::Error::new(error.cause.source.kind(), error.without_file())
    }
}

/// What a finished write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub(crate) atomic: bool,
    pub(crate) directory_synced: bool,
}

impl Outcome {
    /// Whether the target was replaced in one step; false for a device or a pipe, which can only be written to, and
    /// where [`Fallback::InPlace`](crate::Fallback::InPlace) or [`HardLinks::InPlace`](crate::HardLinks::InPlace) was
    /// made use of.
    pub fn is_atomic(self) -> bool {
        self.atomic
    }

    /// Whether the directory was synced after the rename; false where that was not asked for, and where the process may
    /// not read the directory or its file system cannot sync one.
    pub fn directory_synced(self) -> bool {
        self.directory_synced
    }
}
