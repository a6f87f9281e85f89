//! Methods of receivers of which nothing is known: the row that their name alone stands for.
//!
//! Some names are unmistakable by themselves (`write_text`); others are so only in a file that imports the
//! library that they are of (`to_csv` beside `pandas`), and what they show is less sure.

use crate::machine::Machine;
use crate::site::{Site, fits};
use crate::value::{Atom, Value};
use atomic_lint_catalog::{Api, ArgRef};
use atomic_lint_ir::{Name, Path, Root, Unit};

impl<'u> Machine<'_, 'u> {
    /// The row that holds for the method `name` of `receiver`, which no kind or type explains.
    pub(crate) fn unknown_method(&self, receiver: &Value, name: &str, site: &Site) -> Option<&'u Api> {
        let body = self.frame().body;
        let rows = self.program.models(body).method_of_any(name);
        let unit = self.program.unit(self.program.body(body).file);
        rows.iter().find(|api| {
            let fits_receiver = !api.target.as_ref().is_some_and(ArgRef::is_receiver) || !is_of_a_kind(receiver);
            fits(api.arity, site)
                && fits_receiver
                && (api.libraries.is_empty() || (!is_other(receiver) && imports(unit, &api.libraries)))
        })
    }
}

/// Whether a receiver is known to be something of a library, and so no path.
fn is_of_a_kind(receiver: &Value) -> bool {
    let known = receiver.filter(|atom| !matches!(atom, Atom::None | Atom::Anything));
    !known.is_unknown() && known.atoms().iter().all(|atom| matches!(atom, Atom::Handle(..) | Atom::Kind(..)))
}

/// Whether a receiver is known to be something, and so nothing that a name would have to explain.
fn is_other(receiver: &Value) -> bool {
    let known = |atom: &Atom| !matches!(atom, Atom::Path(_) | Atom::None | Atom::Anything);
    receiver.atoms().iter().any(known)
}

/// Whether the file that `unit` is of imports one of `packages`, or something of it.
fn imports(unit: &Unit, packages: &[Name]) -> bool {
    let of = |path: &Path| {
        path.root == Root::Absolute && path.segments.first().is_some_and(|first| packages.contains(first))
    };
    unit.imports.iter().any(|import| of(&import.target)) || unit.globs.iter().any(|glob| of(&glob.target))
}
