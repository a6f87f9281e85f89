//! Positions in source text, and edits to it.
//!
//! Everything above speaks of places in files with the types of this crate.
//! It does not read files, and it does not know any language.

mod edit;
mod index;
mod nesting;
mod span;

pub use edit::{Edit, EditError, apply};
pub use index::{LineColumn, LineIndex};
pub use nesting::Nesting;
pub use span::{FileId, Place, Span};
