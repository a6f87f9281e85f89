//! What every language must provide.

use crate::{Outline, Unit};
use atomic_lint_source::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A language that a front end reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust.
    Rust,
    /// Python.
    Python,
}

impl Language {
    /// Every language, in report order.
    pub const ALL: [Language; 2] = [Language::Rust, Language::Python];

    /// What stands between the segments of a path.
    pub fn separator(self) -> &'static str {
        match self {
            Language::Rust => "::",
            Language::Python => ".",
        }
    }

    /// The name as models and rule pages spell it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Python => "python",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Turns the text of one file into a [`Unit`].
///
/// Lowering never fails and never panics, whatever the text: what it cannot say is
/// [`crate::Op::Opaque`], and what it cannot parse is a [`Gap`].
pub trait Frontend: Sync {
    /// Which language it reads.
    fn language(&self) -> Language;

    /// Scans `text` for its parts, without parsing it.
    fn outline(&self, text: &str) -> Outline;

    /// Lowers `text` without the bodies at `omitted`, which are of its outline; a pure function of both.
    ///
    /// A function whose body is left out keeps its signature, and says that it is [`crate::Body::omitted`].
    fn lower(&self, text: &str, omitted: &[Span]) -> Lowered;
}

/// What lowering gives.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// What was understood; `None` where the whole file could not be parsed.
    pub unit: Option<Unit>,
    /// What was not.
    pub gaps: Vec<Gap>,
}

/// A part of a file that was not analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub span: Span,
    /// Why.
    pub kind: GapKind,
    /// What the parser said, in a few words.
    pub message: String,
}

/// Why something was not analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// It does not parse.
    Syntax,
    /// It is nested too deeply for a recursive parser.
    Nesting,
}
