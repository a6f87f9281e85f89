//! The rule pages and models that the program carries, as texts.

use atomic_lint_catalog::{Catalog, CatalogError};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The catalog as it is before any configuration.
pub(crate) fn catalog() -> Result<Catalog, CatalogError> {
    let naming = NAMING.first().copied().unwrap_or(("rules/models/naming.toml", ""));
    Catalog::parse(RULES, naming, MODELS)
}
