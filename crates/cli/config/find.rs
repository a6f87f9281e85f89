//! Which file holds the configuration.

use super::ConfigError;
use std::path::{Path, PathBuf};

/// A file with the keys that lead to its configuration.
#[derive(Debug)]
pub(super) struct Found {
    /// As it is named in errors.
    pub(super) path: PathBuf,
    /// The whole file.
    pub(super) text: String,
    /// From the top of the file to the table, by the first of these ways that exists.
    pub(super) ways: &'static [&'static [&'static str]],
}

/// Files that may hold a configuration, the stronger first.
const CANDIDATES: [(&str, &[&[&str]]); 4] = [
    ("atomic-lint.toml", &[&[]]),
    (".atomic-lint.toml", &[&[]]),
    ("Cargo.toml", &[&["package", "metadata", "atomic-lint"], &["workspace", "metadata", "atomic-lint"]]),
    ("pyproject.toml", &[&["tool", "atomic-lint"]]),
];

/// The file that the user named.
pub(super) fn named(path: &Path) -> Result<Found, ConfigError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let own: &[&[&str]] = &[&[]];
    let ways = CANDIDATES.iter().find(|(known, _)| *known == name).map_or(own, |(_, ways)| ways);
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Found { path: path.to_owned(), text, ways }),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// The first file with a configuration in the directory of `start` or above it.
pub(super) fn nearest(start: &Path) -> Result<Option<Found>, ConfigError> {
    // What does not exist is reported by the walk; the working directory stands in for it here.
    let Ok(start) = start.canonicalize().or_else(|_| Path::new(".").canonicalize()) else { return Ok(None) };
    for directory in start.ancestors().filter(|path| path.is_dir()) {
        if let Some(found) = within(directory)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The file with a configuration that lies in `directory` itself.
pub(super) fn within(directory: &Path) -> Result<Option<Found>, ConfigError> {
    for (name, ways) in CANDIDATES {
        if let Some(found) = candidate(&directory.join(name), ways)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn candidate(path: &Path, ways: &'static [&'static [&'static str]]) -> Result<Option<Found>, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let own = ways.contains(&[].as_slice());
    // A manifest of another tool is none of our business unless it speaks of this one.
    let ours = own || (text.contains("atomic-lint") && has_table(&text, ways));
    Ok(ours.then(|| Found { path: relative(path), text, ways }))
}

/// Whether one of `ways` leads to a table; a text that does not parse might have meant to.
fn has_table(text: &str, ways: &[&[&str]]) -> bool {
    match toml::from_str::<toml::Table>(text) {
        Ok(table) => ways.iter().any(|way| leads(&table, way)),
        Err(_) => true,
    }
}

fn leads(table: &toml::Table, way: &[&str]) -> bool {
    match way {
        [] => true,
        [key, rest @ ..] => match table.get(*key) {
            Some(toml::Value::Table(inner)) => leads(inner, rest),
            _ => false,
        },
    }
}

/// `path` as seen from the working directory, where it is below it.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|path| path.canonicalize());
    here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).to_owned()
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError { file: path.display().to_string(), line: None, message: error.to_string() }
}
