//! Rules and API models as parsed, validated values.
//!
//! What the tool knows of libraries stands in TOML rows ([`Models`]), what it says of findings in
//! rule pages ([`Rule`]). This crate turns their texts into values and says precisely what is wrong
//! with a text that is not one; it decides nothing about any program, and it reads no file.

mod api;
mod catalog;
mod error;
mod models;
mod naming;
mod prefilter;
mod row;
mod rule;

pub use api::{Api, ArgAt, ArgRef, Callback, Effect, Kind, KindId, OpenAs, Returns, Runs};
pub use catalog::Catalog;
pub use error::CatalogError;
pub use models::{ItemValue, Models};
pub use naming::Naming;
pub use prefilter::{Beginnings, Prefilter, may_begin};
pub use rule::{Example, FixSafety, Group, Level, Rule};
