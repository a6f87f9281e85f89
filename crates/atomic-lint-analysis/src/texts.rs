//! Paths as texts: what is in them, whether they are empty, and what they are from the root on.
//!
//! How paths are put together is in `path.rs`.

use crate::effect::Made;
use crate::machine::Machine;
use crate::path::{PathExpr, PathRef};
use crate::site::Site;
use crate::value::{Atom, Value};
use atomic_lint_catalog::Api;

impl Machine<'_, '_> {
    /// Whether the receiver has the text of an argument in it.
    pub(crate) fn contains(&self, api: &Api, site: &Site) -> Made {
        let whole = site.receiver.clone().unwrap_or_default();
        let part = self.argument_value(api.value.as_ref(), site);
        let (Some(part), true) = (part.texts().next(), whole.texts().count() == whole.atoms().len()) else {
            return Made::value(Value::unknown());
        };
        let mut found = Value::unknown();
        for text in whole.texts() {
            found.join(&Value::of(Atom::Bool(text.contains(part.as_str()))));
        }
        Made::value(found)
    }

    /// Whether the receiver is the empty text.
    pub(crate) fn is_empty(&self, site: &Site) -> Made {
        let whole = site.receiver.clone().unwrap_or_default();
        Made::value(whole.map(|atom| match atom {
            Atom::Path(path) => match &**path {
                PathExpr::Text(text) => Value::of(Atom::Bool(text.is_empty())),
                _ => Value::of(Atom::Anything),
            },
            _ => Value::of(Atom::Anything),
        }))
    }

    /// A path from the root on.
    pub(crate) fn absolute(&self, api: &Api, site: &Site) -> Made {
        Made::value(self.argument_value(api.value.as_ref(), site).map(from_root))
    }

    /// The same path with its links followed.
    pub(crate) fn resolved(&self, api: &Api, site: &Site) -> Made {
        let value = match &api.value {
            Some(value) => self.argument_value(Some(value), site),
            None => site.receiver.clone().unwrap_or_default(),
        };
        Made::value(value.map(from_root).map_paths(PathRef::resolved))
    }
}

/// A bare name lies in the working directory, which has a name then.
fn from_root(atom: &Atom) -> Value {
    match atom {
        Atom::Path(path) if matches!(&**path, PathExpr::Text(text) if !text.contains('/')) => {
            Value::path(PathExpr::join(&PathRef::new(PathExpr::Item(".".into())), path))
        }
        _ => Value::of(atom.clone()),
    }
}
