//! The writes that are one call.

use crate::arguments::{self, Wishes};
use crate::failure;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::ffi::OsString;
use std::time::Duration;

/// Makes `data` the content of `path`.
#[pyfunction]
pub(crate) fn write(path: &Bound<'_, PyAny>, data: &Bound<'_, PyBytes>, options: Wishes) -> PyResult<()> {
    let (target, bytes, options) = (arguments::path(path)?, data.as_bytes(), arguments::options(options));
    let written = path.py().detach(|| options.write(&target, bytes));
    written.map(drop).map_err(|error| failure::raise(path, &error))
}

/// Writes unless `path` is a file with just this content; tells whether it wrote.
#[pyfunction]
pub(crate) fn write_if_changed(path: &Bound<'_, PyAny>, data: &Bound<'_, PyBytes>, options: Wishes) -> PyResult<bool> {
    let (target, bytes, options) = (arguments::path(path)?, data.as_bytes(), arguments::options(options));
    let written = path.py().detach(|| options.write_if_changed(&target, bytes));
    written.map_err(|error| failure::raise(path, &error))
}

/// Makes the content and the mode of `source` those of `path`; returns the number of bytes.
#[pyfunction]
pub(crate) fn copy(source: &Bound<'_, PyAny>, path: &Bound<'_, PyAny>, options: Wishes) -> PyResult<u64> {
    let (from, to, options) = (arguments::path(source)?, arguments::path(path)?, arguments::options(options));
    let copied = path.py().detach(|| options.copy(&from, &to));
    copied.map_err(|error| failure::raise(if error.path() == from { source } else { path }, &error))
}

/// Renames `source` to `path`, after syncing its content.
#[pyfunction]
pub(crate) fn replace(source: &Bound<'_, PyAny>, path: &Bound<'_, PyAny>, options: Wishes) -> PyResult<()> {
    let (from, to, options) = (arguments::path(source)?, arguments::path(path)?, arguments::options(options));
    let replaced = path.py().detach(|| options.replace(&from, &to));
    replaced.map(drop).map_err(|error| failure::raise(if error.path() == from { source } else { path }, &error))
}

/// Removes staging files whose makers are dead, or unknown and the files older than `age`; returns their names.
#[pyfunction]
pub(crate) fn sweep(directory: &Bound<'_, PyAny>, age: Option<f64>) -> PyResult<Vec<OsString>> {
    let folder = arguments::path(directory)?;
    let age = age.map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX));
    let swept = directory.py().detach(|| match age {
        None => crashsafe::sweep(&folder),
        Some(age) => crashsafe::sweep_older(&folder, age),
    });
    let removed = swept.map_err(|error| failure::raise_io(directory, &error))?;
    Ok(removed.iter().filter_map(|path| path.file_name().map(OsString::from)).collect())
}
