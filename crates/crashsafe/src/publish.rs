//! Publishing: everything from the last byte written to a name that stands for the new content after a power failure.

use crate::error::{CommitError, Outcome, Stage};
use crate::keep;
use crate::options::{Create, Fallback};
use crate::resolve::{self, Place};
use crate::stage::{Staged, Way};
use crate::sys::{self, Access, Kind, System};
use std::ffi::OsStr;
use std::io::{self, Seek};
use std::thread;
use std::time::Duration;

/// What is said where a rename met something mounted.
const MOUNTED: &str = "something is mounted on the file itself, as containers do with single files, so it cannot be \
                       replaced; `Fallback::InPlace` would write over it";

impl<S: System> Staged<S> {
    /// Runs the rest of the protocol.
    pub(crate) fn commit(mut self) -> Result<Outcome, CommitError<Self>> {
        if let Err(error) = self.prepare() {
            return Err(self.retryable(error));
        }
        if let Err(error) = self.sync() {
            return Err(error.with_file(None));
        }
        match self.publish() {
            Ok(outcome) => Ok(outcome),
            Err(error) if error.committed() => Err(error.with_file(None)),
            Err(error) => Err(self.retryable(error)),
        }
    }

    /// The failure `error`, after which the content is still staged.
    fn retryable(self, error: CommitError) -> CommitError<Self> {
        let is_lost = error.stage() == Stage::InPlace || !matches!(self.way, Way::Beside { .. } | Way::Apart { .. });
        error.with_file(if is_lost { None } else { Some(self) })
    }

    /// Gives the staging file everything that the target has beside its content.
    pub(crate) fn prepare(&mut self) -> Result<(), CommitError> {
        let Way::Beside { place, .. } = &self.way else { return Ok(()) };
        let now = resolve::look(&self.sys, place).map_err(|error| self.failure(Stage::Resolve, error))?;
        if now.as_ref().is_some_and(|node| node.kind != Kind::Regular) {
            let changed = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file any more");
            return Err(self.failure(Stage::Resolve, changed));
        }
        let attributes = now.as_ref().and_then(|_| self.sys.attributes(&place.dir, &place.name).ok());
        let kept = match now.as_ref().or(place.old.as_ref()) {
            Some(old) => keep::keep(&self.sys, self.file(), old, &attributes.unwrap_or_default()),
            None => Ok(()),
        };
        let wanted = self.mode.as_ref().map_or(Ok(()), |mode| self.sys.set_mode(self.file(), mode));
        kept.and(wanted).map_err(|error| self.failure(Stage::Metadata, error))
    }

    /// Syncs the staging file. After a failure it must not be published, nor synced again.
    pub(crate) fn sync(&mut self) -> Result<(), CommitError> {
        if !self.settings.durability().syncs_file() {
            return Ok(());
        }
        match (&self.way, self.sys.sync(self.file())) {
            (_, Ok(())) => Ok(()),
            // A pipe has nothing to sync.
            (Way::Through, Err(error)) if sys::is_unsupported(&error) => Ok(()),
            // What was written to a device is there.
            (Way::Through, Err(error)) => Err(self.failure(Stage::Sync, error).after_commit()),
            // What has no name is only copied from.
            (Way::Apart { .. }, Err(_)) => Ok(()),
            (_, Err(error)) => Err(self.failure(Stage::Sync, error)),
        }
    }

    /// Makes the synced content the target's, and that durable.
    pub(crate) fn publish(&mut self) -> Result<Outcome, CommitError> {
        let outcome = self.rename()?;
        let result = self.sync_directory(outcome);
        self.finish(outcome);
        result
    }

    /// Puts an end to a write that is published.
    pub(crate) fn finish(&mut self, outcome: Outcome) {
        if !outcome.atomic {
            // The content was copied, and the staging file is left. That it cannot be removed is no failure of the
            // write, and a sweep finds it.
            let _ = self.remove();
        }
        self.way = Way::Done;
    }

    /// Makes the content the target's, in one step if that is possible.
    pub(crate) fn rename(&mut self) -> Result<Outcome, CommitError> {
        let Way::Beside { place, name } = &self.way else { return self.copy_over() };
        let renamed = match self.settings.create {
            Create::New => rename_new(&self.sys, place, name),
            Create::Either | Create::Existing => rename(&self.sys, place, name),
        };
        let error = match renamed {
            Ok(()) => return Ok(Outcome { atomic: true, directory_synced: false }),
            // A server may have done it and lost its answer, and found nothing to do when asked again.
            Err(_) if self.is_published(place) => {
                // If it was a link, the staging file's name is left.
                let _ = self.sys.unlink(&place.dir, name);
                return Ok(Outcome { atomic: true, directory_synced: false });
            }
            Err(error) => error,
        };
        let is_mounted =
            error.kind() == io::ErrorKind::ResourceBusy && self.sys.is_mount_point(&place.dir, &place.name);
        match (is_mounted, self.settings.fallback) {
            (false, _) => Err(self.failure(Stage::Publish, error)),
            (true, Fallback::Error) => Err(self.failure(Stage::Publish, error).because(MOUNTED)),
            (true, Fallback::InPlace) => self.copy_over(),
        }
    }

    /// Whether the target's name already stands for the staged file.
    fn is_published(&self, place: &Place<S>) -> bool {
        let target = self.sys.node(&place.dir, &place.name);
        let open = self.file.as_ref().and_then(|file| self.sys.file_node(file).ok());
        matches!((target, open.as_ref().or(self.closed.as_ref())), (Ok(target), Some(staged)) if target.is(staged))
    }

    /// Syncs the directory of a target that was published with `outcome`.
    fn sync_directory(&self, outcome: Outcome) -> Result<Outcome, CommitError> {
        let Way::Beside { place, .. } = &self.way else { return Ok(outcome) };
        if !outcome.atomic || !self.settings.durability().syncs_directory() {
            return Ok(outcome);
        }
        match resolve::sync_dir(&self.sys, &place.dir) {
            Ok(directory_synced) => Ok(Outcome { directory_synced, ..outcome }),
            Err(error) => Err(self.failure(Stage::SyncDirectory, error).after_commit()),
        }
    }

    /// Writes the staged content over the target itself.
    fn copy_over(&mut self) -> Result<Outcome, CommitError> {
        let outcome = Outcome { atomic: false, directory_synced: false };
        let (Way::Apart { place } | Way::Beside { place, .. }) = &self.way else { return Ok(outcome) };
        let syncs = self.settings.durability().syncs_file();
        let staged = match (self.file.take(), &self.way) {
            (None, Way::Beside { place, name }) => self.sys.open(&place.dir, name, Access::Read),
            (file, _) => file.ok_or_else(|| io::ErrorKind::NotFound.into()),
        };
        let copied = staged.and_then(|file| copy_over(&self.sys, file, place, syncs));
        copied.map(|()| outcome).map_err(|error| CommitError::new(Stage::InPlace, &self.target, error))
    }
}

/// Copies all of `file` over the file at `place`.
fn copy_over<S: System>(sys: &S, mut file: S::File, place: &Place<S>, syncs: bool) -> io::Result<()> {
    let mut target = sys.open(&place.dir, &place.name, Access::Write)?;
    if sys.file_node(&target)?.kind != Kind::Regular {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file any more"));
    }
    file.seek(io::SeekFrom::Start(0))?;
    // Truncated last, so that it is never empty.
    let len = io::copy(&mut file, &mut target)?;
    sys.set_len(&target, len)?;
    if syncs { sys.sync(&target) } else { Ok(()) }
}

/// How long a denied rename is tried again, on systems that deny it for a while.
const PATIENCE: Duration = Duration::from_secs(1);

fn rename<S: System>(sys: &S, place: &Place<S>, name: &OsStr) -> io::Result<()> {
    let rename = || sys.rename((&place.dir, name), (&place.dir, &place.name));
    if !sys.denies_for_a_while() {
        return rename();
    }
    patiently(rename, || sys.random())
}

/// Repeats `call` while it is denied, with growing pauses that no two processes share.
pub(crate) fn patiently(mut call: impl FnMut() -> io::Result<()>, random: impl Fn() -> u64) -> io::Result<()> {
    let mut waited = Duration::ZERO;
    let mut pause = Duration::from_millis(1);
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && waited < PATIENCE => {}
            result => return result,
        }
        let jittered = pause + pause.mul_f64((random() % 1000) as f64 / 1000.0);
        thread::sleep(jittered);
        waited += jittered;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// Renames the staging file to a name that must not exist.
fn rename_new<S: System>(sys: &S, place: &Place<S>, name: &OsStr) -> io::Result<()> {
    match sys.rename_new(&place.dir, name, &place.name) {
        Err(error) if sys::is_unsupported(&error) => {}
        result => return result,
    }
    sys.link(&place.dir, name, &place.name)?;
    // The content is in place. A second name that cannot be removed is no failure of that, and a sweep finds it.
    let _ = crate::stage::unlink(sys, &place.dir, name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_rename_is_tried_again_for_a_while() {
        let mut calls = 0;
        let result = patiently(
            || {
                calls += 1;
                if calls < 4 { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
            },
            || 500,
        );
        assert!(result.is_ok() && calls == 4);
    }

    #[test]
    fn a_rename_that_is_always_denied_fails_after_a_second() {
        let mut calls = 0;
        let denied = || {
            calls += 1;
            Err(io::ErrorKind::PermissionDenied.into())
        };
        assert_eq!(patiently(denied, || 999).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert!((5..50).contains(&calls), "{calls}");
    }

    #[test]
    fn no_other_error_is_tried_again() {
        let mut calls = 0;
        let full = || {
            calls += 1;
            Err(io::ErrorKind::StorageFull.into())
        };
        assert!(patiently(full, || 0).is_err() && calls == 1);
    }
}
