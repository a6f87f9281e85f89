//! Arguments: paths and options, as `_options.py` hands them over.

use crashsafe::{Durability, Fallback, HardLinks, Options};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;

/// The path that `argument`, a text or bytes, stands for.
pub(crate) fn path(argument: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    let path: PathBuf = if argument.is_instance_of::<PyBytes>() {
        argument.py().import("os")?.call_method1("fsdecode", (argument,))?.extract()?
    } else {
        argument.extract()?
    };
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(PyValueError::new_err("embedded null byte"));
    }
    Ok(path)
}

/// The fields of `Options` in `_options.py`: durability, hard links, fallback, permissions, parents.
pub(crate) type Wishes = (String, String, String, Option<u32>, bool);

/// What `wishes` mean; they have been checked, so that a word that is unknown here is the default.
pub(crate) fn options(wishes: Wishes) -> Options {
    let (durability, hard_links, fallback, permissions, parents) = wishes;
    let mut options = Options::new();
    options.durability(self::durability(&durability)).parents(parents);
    options.hard_links(match &*hard_links {
        "error" => HardLinks::Error,
        "in_place" => HardLinks::InPlace,
        _ => HardLinks::Break,
    });
    options.fallback(match &*fallback {
        "in_place" => Fallback::InPlace,
        _ => Fallback::Error,
    });
    if let Some(mode) = permissions {
        options.mode(mode);
    }
    options
}

fn durability(word: &str) -> Durability {
    match word {
        "visible" => Durability::Visible,
        "atomic" => Durability::Atomic,
        _ => Durability::Durable,
    }
}
