//! Staging for libraries that want a path and write to it themselves.

use crate::error::{CommitError, Outcome, Stage};
use crate::options::Settings;
use crate::stage::{Staged, Way};
use crate::sys::{Access, Kind, Native, System};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// A path beside a target, with the same suffix, at which somebody else may write a file.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("table.csv");
/// let staged = crashsafe::Options::new().stage_path(&path)?;
/// std::fs::write(staged.path(), "a;b")?;
/// staged.commit()?;
/// # assert_eq!(std::fs::read(&path)?, b"a;b");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "what is written to the path is discarded unless it is committed"]
pub struct StagedPath {
    staging: Staging<Native>,
}

impl StagedPath {
    pub(crate) fn new(target: &Path, settings: Settings) -> Result<Self, CommitError> {
        Ok(StagedPath { staging: Staging::new(Native, target, settings)? })
    }

    /// Where to write. An empty file is there already, so that nobody else takes the name.
    ///
    /// For a device or a pipe this is the target itself.
    pub fn path(&self) -> &Path {
        &self.staging.path
    }

    /// The target, as it was named when this was opened.
    pub fn target(&self) -> &Path {
        &self.staging.staged.target
    }

    /// Makes what is at [`path`](Self::path) the target, as [`File::commit`](crate::File::commit) does.
    pub fn commit(self) -> Result<Outcome, CommitError<StagedPath>> {
        self.staging.commit().map_err(|error| error.map(|staging| StagedPath { staging }))
    }

    /// Takes the write back, and says if the staging file could not be removed.
    pub fn discard(self) -> io::Result<()> {
        self.staging.staged.discard()
    }
}

/// A staged path, on any system.
#[derive(Debug)]
pub(crate) struct Staging<S: System> {
    pub(crate) staged: Staged<S>,
    pub(crate) path: PathBuf,
}

impl<S: System> Staging<S> {
    pub(crate) fn new(sys: S, target: &Path, settings: Settings) -> Result<Self, CommitError> {
        let staged = Staged::stage(sys, target, settings)?;
        let path = match &staged.way {
            Way::Beside { place, name } => place.folder.join(name),
            // In place means in place: there is no other path to the same file.
            Way::Apart { .. } | Way::Through | Way::Done => staged.target.clone(),
        };
        Ok(Staging { staged, path })
    }

    pub(crate) fn commit(mut self) -> Result<Outcome, CommitError<Self>> {
        if let Err(error) = self.reopen() {
            return Err(self.staged.failure(Stage::Write, error).with_file(Some(self)));
        }
        let path = self.path;
        self.staged.commit().map_err(|error| error.map(|staged| Staging { staged, path }))
    }

    /// Takes hold of the file that is at the path now: whoever wrote it may have replaced ours.
    fn reopen(&mut self) -> io::Result<()> {
        let sys = &self.staged.sys;
        match &self.staged.way {
            Way::Beside { place, name } => {
                let file = self.staged.file.insert(open_any(sys, &place.dir, name)?);
                match sys.file_node(file)?.kind {
                    Kind::Regular => Ok(()),
                    _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "what was staged is no regular file")),
                }
            }
            Way::Apart { place } => {
                // It was written in place, so that all that is left to do is to sync it.
                self.staged.file = Some(open_any(sys, &place.dir, &place.name)?);
                self.staged.way = Way::Through;
                Ok(())
            }
            Way::Through | Way::Done => Ok(()),
        }
    }
}

/// Opens a file for whatever this process may do with it; a sync needs neither reading nor writing.
fn open_any<S: System>(sys: &S, dir: &S::Dir, name: &OsString) -> io::Result<S::File> {
    sys.open(dir, name, Access::Write).or_else(|_| sys.open(dir, name, Access::Read))
}
