//! What is wrong with a text of the catalog, and where.

use std::fmt;

/// An error in a rule page or a model file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// The file as the caller named it.
    pub file: String,
    /// 1-based line, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl CatalogError {
    /// An error at byte `offset` of `text`.
    pub(crate) fn at(file: &str, text: &str, offset: usize, message: impl Into<String>) -> Self {
        let line = text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
        CatalogError { file: file.into(), line: Some(line), message: message.into() }
    }

    /// What the TOML parser found.
    pub(crate) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        match error.span() {
            Some(span) => CatalogError::at(file, text, span.start, error.message()),
            None => CatalogError { file: file.into(), line: None, message: error.message().into() },
        }
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for CatalogError {}
