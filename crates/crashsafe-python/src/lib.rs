//! The compiled implementation of the Python package `crashsafe`.
//!
//! It has the names of `_pure.py`, its twin in Python, and is called from `_files.py` and `__init__.py` alone. All that
//! it does is to translate: arguments, errors, and the interpreter's lock, which is released around every system call.
//! File objects of Python are made over Unix descriptors, so elsewhere the twin in Python is what runs.

mod arguments;
mod calls;
mod failure;
mod staged;

/// The compiled implementation of the package `crashsafe`.
#[pyo3::pymodule]
mod _crashsafe {
    #[pymodule_export]
    use super::calls::{copy, replace, sweep, write, write_if_changed};
    #[pymodule_export]
    use super::staged::{Staged, commit, stage};

    /// What `crashsafe.implementation` says.
    #[pymodule_export]
    const IMPLEMENTATION: &str = "compiled";
}
