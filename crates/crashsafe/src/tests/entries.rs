//! Every way into this crate, over the simulated file system and with one signature.

use super::simulated::Sim;
use crate::batch::Files;
use crate::error::CommitError;
use crate::file::Buffered;
use crate::options::{Create, Settings};
use crate::stage::Staged;
use crashcheck::sim::OpenFlags;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where `copy` and `replace` find what to put at the target.
pub(super) const SOURCE: &str = "/elsewhere/source";
/// What a batch writes beside the target.
pub(super) const OTHERS: [&str; 3] = ["/data/other-1", "/data/other-2", "/elsewhere/other-3"];

/// What a failed entry says.
pub(super) struct Failure {
    pub(super) committed: bool,
    /// What a batch says it has published.
    pub(super) published: Option<Vec<PathBuf>>,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let failure = CommitError::of(&error);
        Failure { committed: failure.is_some_and(CommitError::committed), published: None }
    }
}

impl<T> From<CommitError<T>> for Failure {
    fn from(error: CommitError<T>) -> Self {
        Failure { committed: error.committed(), published: None }
    }
}

type Enter = fn(&Sim, &Path, &[u8], Settings) -> Result<(), Failure>;

/// A way in.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// Whether the target must not exist.
    pub(super) is_new: bool,
    pub(super) enter: Enter,
}

pub(super) const ENTRIES: [Entry; 13] = [
    Entry { name: "write", is_new: false, enter: write },
    Entry { name: "create_new", is_new: true, enter: create_new },
    Entry { name: "create_new by a link", is_new: true, enter: create_new_by_link },
    Entry { name: "write_if_changed", is_new: false, enter: write_if_changed },
    Entry { name: "copy", is_new: false, enter: copy },
    Entry { name: "with_path", is_new: false, enter: with_path },
    Entry { name: "File", is_new: false, enter: file },
    Entry { name: "BufWriter", is_new: false, enter: buffered },
    Entry { name: "Batch by file", is_new: false, enter: batch },
    Entry { name: "Batch by file system", is_new: false, enter: batch_at_once },
    Entry { name: "Batch of many", is_new: false, enter: batch_of_many },
    Entry { name: "replace", is_new: false, enter: replace },
    Entry { name: "retried File", is_new: false, enter: retried },
];

fn write(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    crate::write::write(sim.clone(), path, content, settings)?;
    Ok(())
}

fn create_new(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    write(sim, path, content, Settings { create: Create::New, ..settings })
}

fn create_new_by_link(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    create_new(&Sim { lacks_rename_new: true, ..sim.clone() }, path, content, settings)
}

fn write_if_changed(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    crate::write::write_if_changed(sim.clone(), path, content, settings)?;
    Ok(())
}

fn copy(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    let len = crate::copy::copy(sim.clone(), Path::new(SOURCE), path, settings)?;
    assert_eq!(len, content.len() as u64);
    Ok(())
}

fn with_path(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    let fill = |staging: &Path| -> Result<(), Failure> {
        assert_eq!(staging.extension(), path.extension());
        let mut file = sim.fs.open(None, staging, OpenFlags::write()).map_err(io::Error::from)?;
        Ok(file.write_all(content)?)
    };
    crate::write::with_path(sim.clone(), path, settings, fill)
}

fn file(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    let mut file = Staged::stage(sim.clone(), path, settings)?;
    file.write_all(content)?;
    file.commit()?;
    Ok(())
}

fn retried(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    let mut file = Staged::stage(sim.clone(), path, settings)?;
    file.write_all(content)?;
    let Err(error) = file.commit() else { return Ok(()) };
    let failure = Failure { committed: error.committed(), published: None };
    let Some(again) = error.into_file() else { return Err(failure) };
    again.commit()?;
    Ok(())
}

fn buffered(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    let mut file = Buffered::new(Staged::stage(sim.clone(), path, settings)?);
    content.chunks(1000).try_for_each(|piece| file.writer().write_all(piece))?;
    file.commit()?;
    Ok(())
}

fn batch(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    commit_batch(Files::default(), sim, path, content, settings)
}

fn batch_of_many(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    commit_batch(Files::with_most_open(2), sim, path, content, settings)
}

fn commit_batch(
    mut files: Files<Sim>,
    sim: &Sim,
    path: &Path,
    content: &[u8],
    settings: Settings,
) -> Result<(), Failure> {
    for path in [path].into_iter().chain(OTHERS.map(Path::new)) {
        files.write(sim.clone(), path, content, settings)?;
    }
    files.commit().map_err(|error| {
        let published = error.published().to_vec();
        Failure { committed: published.contains(&path.to_owned()), published: Some(published) }
    })
}

fn batch_at_once(sim: &Sim, path: &Path, content: &[u8], settings: Settings) -> Result<(), Failure> {
    batch(&Sim { syncs_everything: true, ..sim.clone() }, path, content, settings)
}

fn replace(sim: &Sim, path: &Path, _: &[u8], settings: Settings) -> Result<(), Failure> {
    crate::replace::replace(sim.clone(), Path::new(SOURCE), path, settings)?;
    Ok(())
}
