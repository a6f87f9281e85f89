//! Writes that have begun: to a descriptor that Python makes a file object of, or to a path for a library.

use crate::arguments::{self, Wishes};
use crate::failure;
use crashsafe::{Batch, CommitError, File, Outcome, StagedPath};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::ffi::OsString;
use std::mem;
use std::os::fd::AsRawFd;

/// A staging file, or what else takes the content until it is committed.
#[pyclass(module = "crashsafe._crashsafe")]
pub(crate) struct Staged {
    target: Py<PyAny>,
    state: State,
}

enum State {
    Open(File),
    Named(StagedPath),
    Ended,
}

/// Prepares a write to `path`: what is written to the `fd` of the result becomes its content by `commit`.
///
/// With `by_name` somebody else will write to the `path` of the result.
#[pyfunction]
#[pyo3(signature = (path, options, exclusive = false, read = false, by_name = false))]
pub(crate) fn stage(
    path: &Bound<'_, PyAny>,
    options: Wishes,
    exclusive: bool,
    read: bool,
    by_name: bool,
) -> PyResult<Staged> {
    // A staging file can always be read.
    let _ = read;
    let (target, mut options) = (arguments::path(path)?, arguments::options(options));
    options.create_new(exclusive);
    let staged = path.py().detach(|| match by_name {
        true => options.stage_path(&target).map(State::Named),
        false => options.try_open(&target).map(State::Open),
    });
    let state = staged.map_err(|error| failure::raise(path, &error))?;
    Ok(Staged { target: path.clone().unbind(), state })
}

/// Publishes all of `files`, none before the content of all is synced.
#[pyfunction]
pub(crate) fn commit(py: Python<'_>, files: Vec<Bound<'_, Staged>>) -> PyResult<()> {
    let mut batch = Batch::new();
    let mut targets = Vec::new();
    for file in &files {
        let mut file = file.try_borrow_mut()?;
        targets.push(file.target.bind(py).clone());
        match mem::replace(&mut file.state, State::Ended) {
            State::Open(open) => batch.add(open),
            State::Named(_) | State::Ended => return Err(ended()),
        }
    }
    py.detach(|| batch.commit()).map_err(|error| raise_of_batch(&targets, &error))
}

/// The exception for `error`, told by the targets as the caller calls them.
fn raise_of_batch(targets: &[Bound<'_, PyAny>], error: &CommitError) -> PyErr {
    // They are published in their order.
    let published = targets.iter().take(error.published().len()).collect();
    let is_it = |target: &&Bound<'_, PyAny>| arguments::path(target).is_ok_and(|path| path == error.path());
    match targets.iter().find(is_it).or(targets.first()) {
        Some(target) => failure::raise_of_batch(target, error, published),
        None => ended(),
    }
}

#[pymethods]
impl Staged {
    /// The descriptor to write to; -1 if there is none.
    #[getter]
    fn fd(&self) -> i32 {
        match &self.state {
            State::Open(file) => file.as_raw_fd(),
            State::Named(_) | State::Ended => -1,
        }
    }

    /// Where to write for those who want a path.
    #[getter]
    fn path(&self) -> PyResult<OsString> {
        match &self.state {
            // Absolute, as it is to be used even after a change of the working directory.
            State::Named(staged) => Ok(std::path::absolute(staged.path())?.into()),
            State::Open(_) | State::Ended => Err(ended()),
        }
    }

    /// Publishes it; tells whether that was in one step, and whether the directory was synced.
    fn commit(&mut self, py: Python<'_>) -> PyResult<(bool, bool)> {
        let state = mem::replace(&mut self.state, State::Ended);
        let outcome = py.detach(|| state.commit());
        match outcome {
            Ok(outcome) => Ok((outcome.is_atomic(), outcome.directory_synced())),
            Err(Some(error)) => Err(failure::raise(self.target.bind(py), &error)),
            Err(None) => Err(ended()),
        }
    }

    /// Removes the staging file, if it is not published.
    fn discard(&mut self, py: Python<'_>) {
        let state = mem::replace(&mut self.state, State::Ended);
        py.detach(|| drop(state));
    }

    /// Lets go of everything and changes nothing, as a forked child has to: the staging file is its parent's.
    fn abandon(&mut self) {
        mem::forget(mem::replace(&mut self.state, State::Ended));
    }
}

impl State {
    fn commit(self) -> Result<Outcome, Option<CommitError>> {
        match self {
            State::Open(file) => file.commit().map_err(|error| Some(error.without_file())),
            State::Named(staged) => staged.commit().map_err(|error| Some(error.without_file())),
            State::Ended => Err(None),
        }
    }
}

fn ended() -> PyErr {
    PyValueError::new_err("this write has ended")
}
