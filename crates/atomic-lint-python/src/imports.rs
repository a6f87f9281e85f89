//! `import` and `from … import`: which names come and what they are.
//!
//! Where a relative import leads is for the analysis to find out; here it is a number of levels.

use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Glob, Import, Name, Path, Root};

/// The names that an import statement binds, and what they are.
pub(crate) fn bound(node: Node<'_>) -> Vec<(&str, Path)> {
    let from = node.get(Field::ModuleName).map(module);
    node.all(Field::Name).filter_map(|name| one(name, from.as_ref())).collect()
}

/// The module whose names all come, for `from x import *`.
fn star(node: Node<'_>) -> Option<Path> {
    node.child_of(Kind::WildcardImport)?;
    let mut path = module(node.get(Field::ModuleName)?);
    if path.segments.is_empty() {
        path.segments.push(Name::new_static("__init__"));
    }
    Some(path)
}

fn one<'t>(node: Node<'t>, from: Option<&Path>) -> Option<(&'t str, Path)> {
    let (name, alias) = match node.kind() {
        Kind::AliasedImport => (node.get(Field::Name)?, node.get(Field::Alias)),
        _ => (node, None),
    };
    let segments = segments(name);
    if segments.is_empty() {
        return None;
    }
    match (from, alias) {
        (Some(from), alias) => {
            let bound = alias.map_or(name.text(), Node::text);
            Some((bound, Path::new(from.root, from.segments.iter().cloned().chain(segments))))
        }
        (None, Some(alias)) => Some((alias.text(), Path::new(Root::Absolute, segments))),
        (None, None) => {
            let top = name.child_of(Kind::Identifier)?.text();
            Some((top, Path::new(Root::Absolute, [top])))
        }
    }
}

/// The module of `from module import`; without segments where it is only dots.
fn module(node: Node<'_>) -> Path {
    if node.kind() != Kind::RelativeImport {
        return Path::new(Root::Absolute, segments(node));
    }
    let dots = node.child_of(Kind::ImportPrefix).map_or(1, |dots| dots.text().matches('.').count());
    let root = Root::Above(u8::try_from(dots).unwrap_or(u8::MAX));
    Path::new(root, node.child_of(Kind::DottedName).map(segments).unwrap_or_default())
}

fn segments(dotted: Node<'_>) -> Vec<Name> {
    let names = dotted.children().filter(|part| part.kind() == Kind::Identifier);
    names.map(|part| Name::new(part.text())).collect()
}

impl<'t> Lower<'t> {
    /// Records an import that others can see; one inside a function or class is only a name there.
    pub(crate) fn import(&mut self, node: Node<'t>) {
        if let Some(target) = star(node) {
            self.unit.globs.push(Glob { scope: Vec::new(), target, public: true });
        }
        for (name, target) in bound(node) {
            if self.class_body().is_some() {
                self.define_in_class(name, target);
            } else if self.at_module() {
                self.unit.imports.push(Import { scope: Vec::new(), name: Name::new(name), target, public: true });
            }
        }
    }
}
