//! Many files at once: all are staged and synced before the first is published.
//!
//! What makes a write slow is waiting for the device, and a batch waits once for all of its files.

use crate::error::{CommitError, Outcome, Stage};
use crate::file::File;
use crate::options::{Options, Settings};
use crate::resolve;
use crate::stage::{Staged, Way};
use crate::sys::{Native, Node, System};
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

/// Many writes that are committed together.
///
/// Every file is replaced atomically, and none before all are safely on the device; an error before that leaves all
/// targets as they were.
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let (a, b) = (folder.path().join("a"), folder.path().join("b"));
/// let mut batch = crashsafe::Batch::new();
/// batch.write(&a, "one")?;
/// batch.write(&b, "two")?;
/// batch.commit()?;
/// # assert_eq!(std::fs::read(&b)?, b"two");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Limitations
/// The files are *not* replaced together: a crash in the middle of the publishing leaves some old and some new, and so
/// does a rename that fails; the error then [says which](CommitError::published).
#[derive(Debug, Default)]
#[must_use = "nothing of a batch is published unless it is committed"]
pub struct Batch {
    settings: Settings,
    files: Files<Native>,
}

impl Batch {
    /// An empty batch, for writes as [`write`](crate::write()) does them.
    pub fn new() -> Self {
        Batch::default()
    }

    /// An empty batch for writes as `options` say.
    pub fn with_options(options: &Options) -> Self {
        Batch { settings: options.settings(), files: Files::default() }
    }

    /// Stages the replacement of the content of `path`.
    pub fn write(&mut self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> Result<(), CommitError> {
        self.files.write(Native, path.as_ref(), contents.as_ref(), self.settings)
    }

    /// Takes over a file that has been written.
    pub fn add(&mut self, file: File) {
        self.files.add(file.into_staged());
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.staged.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.staged.is_empty()
    }

    /// Syncs all files, then publishes them in the order in which they were added, then syncs each directory once.
    ///
    /// If it fails, what was not published is discarded.
    pub fn commit(self) -> Result<(), CommitError> {
        self.files.commit()
    }
}

/// The files of a batch, on any system.
#[derive(Debug)]
pub(crate) struct Files<S: System> {
    staged: Vec<Staged<S>>,
    /// How many of them, from the first on, are synced and closed.
    settled: usize,
    /// How many may be open before they are settled.
    most_open: usize,
    /// Whether something could not be settled, after which there is nothing to commit.
    is_broken: bool,
    /// The directories that settled files are in.
    dirs: HashMap<(u64, u64), Arc<S::Dir>>,
}

/// A process has 256 descriptors where it has fewest (macOS), and a file that is being staged takes two.
const MOST_OPEN: usize = 64;

impl<S: System> Default for Files<S> {
    fn default() -> Self {
        Files::with_most_open(MOST_OPEN)
    }
}

impl<S: System> Files<S> {
    pub(crate) fn with_most_open(most_open: usize) -> Self {
        Files { staged: Vec::new(), settled: 0, most_open, is_broken: false, dirs: HashMap::new() }
    }

    pub(crate) fn add(&mut self, staged: Staged<S>) {
        self.staged.push(staged);
    }

    pub(crate) fn write(
        &mut self,
        sys: S,
        path: &Path,
        contents: &[u8],
        settings: Settings,
    ) -> Result<(), CommitError> {
        if self.staged.len() - self.settled >= self.most_open {
            self.settle()?;
        }
        let mut staged = Staged::stage(sys, path, settings)?;
        staged.write_all(contents).map_err(|error| staged.failure(Stage::Write, error))?;
        self.add(staged);
        Ok(())
    }

    pub(crate) fn commit(mut self) -> Result<(), CommitError> {
        if self.is_broken {
            let lost = io::Error::other("the batch has lost what could not be synced before");
            return Err(CommitError::new(Stage::Sync, Path::new(""), lost));
        }
        self.make_durable()?;
        self.publish()
    }

    /// Prepares and syncs the files that are open.
    fn make_durable(&mut self) -> Result<(), CommitError> {
        for staged in &mut self.staged[self.settled..] {
            staged.prepare()?;
        }
        self.sync()
    }

    /// Syncs the files that are open and closes them, so that a batch may have more files than a process descriptors.
    fn settle(&mut self) -> Result<(), CommitError> {
        if let Err(error) = self.make_durable() {
            // What could not be synced must not be published, and half a batch is not what was asked for.
            self.staged.clear();
            self.settled = 0;
            self.is_broken = true;
            return Err(error);
        }
        for staged in &mut self.staged[self.settled..] {
            staged.close();
            share_directory(staged, &mut self.dirs);
        }
        self.settled = self.staged.len();
        Ok(())
    }

    /// Syncs the content of the files that are open, with as little waiting as is safe.
    fn sync(&mut self) -> Result<(), CommitError> {
        let mut rest: Vec<&mut Staged<S>> = self.staged[self.settled..].iter_mut().collect();
        while let Some(device) = rest.iter().find_map(|staged| device(staged)) {
            let (group, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|staged| self::device(staged) == Some(device));
            sync_group(group)?;
            rest = others;
        }
        rest.into_iter().try_for_each(Staged::sync)
    }

    /// Renames all files into place and syncs their directories.
    fn publish(mut self) -> Result<(), CommitError> {
        let mut published = Vec::new();
        let mut failed = None;
        for (at, staged) in self.staged.iter_mut().enumerate() {
            match staged.rename() {
                Ok(outcome) => published.push((at, outcome)),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        // Also of those that were published before a failure: what is in place should stay there.
        let synced = self.sync_directories(&published);
        let targets = published.iter().map(|(at, _)| self.staged[*at].target.clone()).collect::<Vec<PathBuf>>();
        for (at, outcome) in published {
            self.staged[at].finish(outcome);
        }
        match (failed, synced) {
            (Some(error), _) | (None, Err(error)) => Err(error.after_publishing(targets)),
            (None, Ok(())) => Ok(()),
        }
    }

    /// Syncs every directory in which something was renamed, once; a failure is no reason to leave out the others.
    fn sync_directories(&self, published: &[(usize, Outcome)]) -> Result<(), CommitError> {
        let mut done: Vec<Node> = Vec::new();
        let mut result = Ok(());
        let renamed = published.iter().filter(|(_, outcome)| outcome.is_atomic()).map(|(at, _)| &self.staged[*at]);
        for staged in renamed.filter(|staged| staged.settings.durability().syncs_directory()) {
            let Way::Beside { place, .. } = &staged.way else { continue };
            let node = staged.sys.dir_node(&place.dir);
            if node.as_ref().is_ok_and(|node| done.iter().any(|other| other.is(node))) {
                continue;
            }
            let synced = resolve::sync_dir(&staged.sys, &place.dir).map(drop);
            let synced = synced.map_err(|error| unsynced(staged, error));
            // Done also if it failed: a sync that is tried again says nothing.
            done.extend(node);
            result = result.and(synced);
        }
        result
    }
}

/// Lets a file keep a directory open that another one has open already.
fn share_directory<S: System>(staged: &mut Staged<S>, dirs: &mut HashMap<(u64, u64), Arc<S::Dir>>) {
    let Way::Beside { place, .. } = &mut staged.way else { return };
    let Some(identity) = staged.sys.dir_node(&place.dir).ok().and_then(|node| node.identity) else { return };
    place.dir = dirs.entry(identity).or_insert_with(|| Arc::clone(&place.dir)).clone();
}

fn unsynced<S: System>(staged: &Staged<S>, error: io::Error) -> CommitError {
    staged.failure(Stage::SyncDirectory, error).after_commit()
}

/// The device that holds a staging file whose content must be synced.
fn device<S: System>(staged: &Staged<S>) -> Option<u64> {
    let Way::Beside { .. } = &staged.way else { return None };
    let node = staged.settings.durability().syncs_file().then(|| staged.sys.file_node(staged.file()))?;
    node.ok()?.identity.map(|(device, _)| device)
}

/// With fewer files the rest of the file system is more than they are.
const MANY: usize = 3;
/// More waiting at a time brings nothing: the file system joins those who wait into one commit of its journal.
const MOST_THREADS: usize = 16;

/// Syncs files that lie on one device.
fn sync_group<S: System>(mut group: Vec<&mut Staged<S>>) -> Result<(), CommitError> {
    if let [first, _, _, ..] = &group[..] {
        let Way::Beside { place, .. } = &first.way else { return Ok(()) };
        if group.len() >= MANY && first.sys.can_sync_everything(&place.dir) {
            // Through the file that was opened first: errors are reported that came after that (syncfs(2)).
            let synced = first.sys.sync_everything(first.file());
            return synced.map_err(|error| first.failure(Stage::Sync, error));
        }
    }
    let share = group.len().div_ceil(MOST_THREADS);
    thread::scope(|scope| {
        let threads: Vec<_> = group
            .chunks_mut(share.max(1))
            .map(|files| scope.spawn(|| files.iter_mut().try_for_each(|staged| staged.sync())))
            .collect();
        let results: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        results.into_iter().try_for_each(|result| result.expect("syncing a file does not panic"))
    })
}
