//! Model files as they are written: one struct for every row, checked key by key.

use crate::{ArgRef, CatalogError, Effect, Runs};
use atomic_lint_ir::{Name, Twin};
use serde::Deserialize;
use toml::Spanned;

/// One text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a text or a list of texts")]
pub(crate) enum Names {
    /// One.
    One(Name),
    /// Several.
    Many(Vec<Name>),
}

impl Names {
    /// All of them.
    pub(crate) fn all(&self) -> &[Name] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Many(names) => names,
        }
    }
}

/// A model file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ModelFile {
    /// Packages of which a file that uses the rows names one.
    pub(crate) imports: Option<Names>,
    #[serde(default)]
    pub(crate) alias: Vec<Spanned<AliasRow>>,
    #[serde(default)]
    pub(crate) kind: Vec<Spanned<KindRow>>,
    #[serde(default)]
    pub(crate) call: Vec<Spanned<ApiRow>>,
    #[serde(default)]
    pub(crate) method: Vec<Spanned<ApiRow>>,
    #[serde(default, rename = "macro")]
    pub(crate) macros: Vec<Spanned<ApiRow>>,
    #[serde(default)]
    pub(crate) field: Vec<Spanned<ApiRow>>,
    #[serde(default)]
    pub(crate) item: Vec<Spanned<ItemRow>>,
}

impl ModelFile {
    /// Parses `text`, the file `file`.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, CatalogError> {
        toml::from_str(text).map_err(|error| CatalogError::toml(file, text, &error))
    }
}

/// `[[alias]]`: a module that is a twin of another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AliasRow {
    pub(crate) path: Names,
    pub(crate) to: Name,
}

/// `[[kind]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct KindRow {
    pub(crate) name: Name,
    pub(crate) extends: Option<Name>,
    /// Declared types that are of this kind.
    pub(crate) types: Option<Names>,
    #[serde(default)]
    pub(crate) handle: bool,
    #[serde(default)]
    pub(crate) buffered: bool,
    #[serde(default)]
    pub(crate) flushes_at_end: bool,
    #[serde(default)]
    pub(crate) deletes_at_end: bool,
    #[serde(default)]
    pub(crate) asynchronous: bool,
    #[serde(default)]
    pub(crate) harmless: bool,
    #[serde(default)]
    pub(crate) temporary: bool,
    #[serde(default)]
    pub(crate) transparent: bool,
    #[serde(default)]
    pub(crate) builder: bool,
}

/// `[[call]]`, `[[method]]`, `[[macro]]` and `[[field]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ApiRow {
    pub(crate) path: Option<Names>,
    pub(crate) on: Option<Names>,
    pub(crate) name: Option<Names>,
    #[serde(default = "no_effect")]
    pub(crate) effect: Effect,
    pub(crate) target: Option<ArgRef>,
    pub(crate) source: Option<ArgRef>,
    pub(crate) content: Option<ArgRef>,
    pub(crate) mode: Option<ArgRef>,
    pub(crate) flags: Option<ArgRef>,
    pub(crate) handle: Option<ArgRef>,
    pub(crate) dir: Option<ArgRef>,
    pub(crate) value: Option<ArgRef>,
    pub(crate) returns: Option<Names>,
    pub(crate) callback: Option<ArgRef>,
    pub(crate) callback_gets: Option<ArgRef>,
    #[serde(default)]
    pub(crate) callback_rest: bool,
    #[serde(default)]
    pub(crate) callback_runs: Runs,
    #[serde(default)]
    pub(crate) flushes: bool,
    #[serde(default)]
    pub(crate) syncs: bool,
    pub(crate) replaces: Option<Replaces>,
    pub(crate) arity: Option<usize>,
    #[serde(default)]
    pub(crate) assigns: bool,
    #[serde(default)]
    pub(crate) any_receiver: bool,
    #[serde(default)]
    pub(crate) or_handle: bool,
    #[serde(default)]
    pub(crate) or_remote: bool,
    #[serde(default)]
    pub(crate) tree: bool,
    #[serde(default)]
    pub(crate) writes: bool,
    #[serde(default)]
    pub(crate) serialises: bool,
    pub(crate) twin: Option<TwinKey>,
    #[serde(default)]
    pub(crate) counts: bool,
    #[serde(default)]
    pub(crate) piecemeal: bool,
}

/// What stands for an API in the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TwinKey {
    /// Nothing does.
    None,
    /// [`Twin::Write`].
    Write,
    /// [`Twin::Open`].
    Open,
    /// [`Twin::Copy`].
    Copy,
    /// [`Twin::Path`].
    Path,
}

impl ApiRow {
    /// What stands for it in the runtime: what the row says, or what is usual for its effect.
    pub(crate) fn stand_in(&self) -> Option<Twin> {
        match self.twin {
            Some(TwinKey::None) => None,
            Some(TwinKey::Write) => Some(Twin::Write),
            Some(TwinKey::Open) => Some(Twin::Open),
            Some(TwinKey::Copy) => Some(Twin::Copy),
            Some(TwinKey::Path) => Some(Twin::Path),
            None => self.effect.usual_twin(),
        }
    }
}

/// Where a rename replaces an existing target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Replaces {
    /// On every system.
    Everywhere,
    /// On Unix only.
    Unix,
}

fn no_effect() -> Effect {
    Effect::None
}

/// `[[item]]`: a constant or object that stands in a module.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemRow {
    pub(crate) path: Names,
    /// The kind of its value.
    pub(crate) kind: Option<Name>,
    /// The text that it is.
    pub(crate) text: Option<Name>,
}
