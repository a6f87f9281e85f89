//! Which fixes are wanted.

use super::mend::Mend;
use super::runtime::Dependency;
use crate::diagnostic::Diagnostic;
use crate::selection::Selector;
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Applicability;

/// Which fixes are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Those too that may change more than they are for.
    pub(crate) unsafe_too: bool,
    /// Of these rules only; of all where this is empty.
    pub(crate) fixable: Vec<Selector>,
    /// Not of these rules.
    pub(crate) unfixable: Vec<Selector>,
    /// With these identifiers only; with any where this is empty.
    pub(crate) ids: Vec<String>,
    /// Where fixed code gets the runtime from.
    pub(crate) dependency: Dependency,
}

impl Choice {
    /// Whether the fix `mend` of `diagnostic` is wanted.
    pub(crate) fn takes(&self, catalog: &Catalog, diagnostic: &Diagnostic, mend: &Mend) -> bool {
        self.trusts(mend.spelling.applicability)
            && self.names(&diagnostic.fingerprint)
            && self.is_of(catalog, diagnostic)
    }

    fn trusts(&self, applicability: Applicability) -> bool {
        match applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => self.unsafe_too,
            Applicability::Display => false,
        }
    }

    fn names(&self, id: &str) -> bool {
        self.ids.is_empty() || self.ids.iter().any(|wanted| !wanted.is_empty() && id.starts_with(wanted.as_str()))
    }

    /// The more exact selector wins, and of two equal ones the one that refuses.
    fn is_of(&self, catalog: &Catalog, diagnostic: &Diagnostic) -> bool {
        let Some(rule) = catalog.rule(&diagnostic.rule) else { return false };
        let best = |selectors: &[Selector]| selectors.iter().map(|one| one.precision(rule)).max().unwrap_or(0);
        let asked = if self.fixable.is_empty() { 1 } else { best(&self.fixable) };
        asked > best(&self.unfixable)
    }
}
