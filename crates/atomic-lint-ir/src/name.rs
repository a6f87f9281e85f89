//! Names of things, as far as one file can tell them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One identifier, or a short text; cheap to clone.
pub type Name = smol_str::SmolStr;

/// From where the segments of a [`Path`] are to be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Root {
    /// From the top of all packages: the first segment is a crate or a top-level Python package.
    Absolute,
    /// From the top of this file's own package (`crate::` in Rust; Python has none).
    Package,
    /// From the module that this file is.
    Module,
    /// From the module that many levels above this file's (`super::`; the dots of `from ..x import`,
    /// where one dot in `pkg/mod.py` is level 1 and means `pkg`).
    Above(u8),
    /// A bare name that the file neither defines nor imports: a builtin, a prelude name,
    /// or a name that a glob import brings.
    Bare,
}

/// A dotted or double-colon path to a function, type, module, constant or macro.
///
/// Aliases and imports of the file are already applied: after `use std::fs::File as F`,
/// `F::create` is `Absolute std::fs::File::create`; after `import os.path as p`, `p.join` is
/// `Absolute os.path.join`. The last segment of a macro ends in `!`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Path {
    /// Where to start.
    pub root: Root,
    /// The identifiers, outermost first; never empty.
    pub segments: Vec<Name>,
}

impl Path {
    /// A path of `root` and `segments`.
    pub fn new<S: Into<Name>>(root: Root, segments: impl IntoIterator<Item = S>) -> Self {
        Path { root, segments: segments.into_iter().map(Into::into).collect() }
    }

    /// A bare, unresolved name.
    pub fn bare(name: impl Into<Name>) -> Self {
        Path { root: Root::Bare, segments: vec![name.into()] }
    }

    /// This path with one more segment.
    pub fn child(&self, segment: impl Into<Name>) -> Self {
        let mut path = self.clone();
        path.segments.push(segment.into());
        path
    }

    /// The last identifier.
    pub fn last(&self) -> &str {
        self.segments.last().map_or("", |name| name.as_str())
    }

    /// The segments joined by `separator`, without the root.
    pub fn join(&self, separator: &str) -> String {
        let mut text = String::new();
        for (at, segment) in self.segments.iter().enumerate() {
            if at > 0 {
                text.push_str(separator);
            }
            text.push_str(segment);
        }
        text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.root {
            Root::Absolute => {}
            Root::Package => f.write_str("crate.")?,
            Root::Module => f.write_str("self.")?,
            Root::Above(levels) => write!(f, "super{levels}.")?,
            Root::Bare => f.write_str("?")?,
        }
        f.write_str(&self.join("."))
    }
}

/// A declared type as far as it matters: references, lifetimes, `mut` and `dyn`/`impl` are gone.
///
/// `&mut BufWriter<File>` is `BufWriter` with one argument `File`; `impl AsRef<Path>` is `AsRef`
/// with one argument `Path`; a tuple is the bare path `(tuple)` with its parts as arguments;
/// Python's `Optional[X]`, `X | None` and `"X"` are `X`; a union of several is its first member
/// that is not `None`; a function or callable type is the bare path `(fn)` with its return type
/// as the only argument, where it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Type {
    /// The constructor.
    pub path: Path,
    /// Its type arguments.
    pub args: Vec<Type>,
}

impl Type {
    /// A type without arguments.
    pub fn plain(path: Path) -> Self {
        Type { path, args: Vec::new() }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if !self.args.is_empty() {
            f.write_str("<")?;
            for (at, arg) in self.args.iter().enumerate() {
                write!(f, "{}{arg}", if at > 0 { ", " } else { "" })?;
            }
            f.write_str(">")?;
        }
        Ok(())
    }
}
