//! Errors: a `CommitError` of the crate becomes the `CommitError` of the package.
//!
//! The crate's own is looked at, because the `io::Error` that it turns into has no number of the system.

use crashsafe::{CommitError, Stage};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::io;

/// The exception for `error`, about the file that the caller calls `target`.
pub(crate) fn raise<T>(target: &Bound<'_, PyAny>, error: &CommitError<T>) -> PyErr {
    raise_of_batch(target, error, Vec::new())
}

/// The exception for `error` of a batch that had published the targets `published`.
pub(crate) fn raise_of_batch<T>(
    target: &Bound<'_, PyAny>,
    error: &CommitError<T>,
    published: Vec<&Bound<'_, PyAny>>,
) -> PyErr {
    let cause = error.io_error();
    let reason = reason(error);
    build(target, cause, &reason, stage(error.stage()), error.committed(), published).unwrap_or_else(|error| error)
}

/// The exception for an error of the system about `target`, before anything is written.
pub(crate) fn raise_io(target: &Bound<'_, PyAny>, error: &io::Error) -> PyErr {
    build(target, error, "", stage(Stage::Resolve), false, Vec::new()).unwrap_or_else(|error| error)
}

/// Asks `_errors.py` for the exception.
fn build(
    target: &Bound<'_, PyAny>,
    cause: &io::Error,
    reason: &str,
    stage: &str,
    committed: bool,
    published: Vec<&Bound<'_, PyAny>>,
) -> PyResult<PyErr> {
    static TELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = target.py();
    let tell = TELL.get_or_try_init(py, || py.import("crashsafe._errors")?.getattr("tell").map(Bound::unbind))?;
    // What the system has a number for is told in Python's words, and what the crate has found out in its own.
    let words = if cause.raw_os_error().is_some() { String::new() } else { cause.to_string() };
    let exception = tell.bind(py).call1((number(cause), words, target, stage, committed, reason, published))?;
    Ok(PyErr::from_value(exception))
}

/// The word for `stage` that `_errors.py` and `_pure.py` have too.
fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Resolve => "resolve",
        Stage::Create => "create",
        Stage::Write => "write",
        Stage::Flush => "flush",
        Stage::Metadata => "metadata",
        Stage::Sync => "sync",
        Stage::Publish => "publish",
        Stage::SyncDirectory => "sync-directory",
        Stage::InPlace => "in-place",
        _ => "",
    }
}

/// What `error` says beyond the words of the system, and how what it advises is spelled in Python.
fn reason<T>(error: &CommitError<T>) -> String {
    let (text, words) = (error.to_string(), error.io_error().to_string());
    let beyond = text.rsplit_once(&words).map_or("", |(_, beyond)| beyond.trim());
    let beyond = beyond.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(beyond);
    beyond.replace("`Fallback::InPlace`", "fallback='in_place'").replace('`', "")
}

/// The `errno` of an error. The numbers here are the same on all systems that Python runs on.
fn number(error: &io::Error) -> i32 {
    match (error.raw_os_error(), error.kind()) {
        // On Windows the system's numbers are none of errno.
        (Some(number), _) if !cfg!(windows) => number,
        (_, io::ErrorKind::NotFound) => 2,
        (_, io::ErrorKind::PermissionDenied) => 13,
        (_, io::ErrorKind::AlreadyExists) => 17,
        (_, io::ErrorKind::IsADirectory) => 21,
        (_, io::ErrorKind::InvalidInput) => 22,
        (_, io::ErrorKind::StorageFull) => 28,
        _ => 5,
    }
}
