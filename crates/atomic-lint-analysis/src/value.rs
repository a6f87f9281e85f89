//! What a variable may hold, as far as files are concerned.

use crate::link::TypeRef;
use crate::path::{PathExpr, PathRef};
use crate::program::{BodyRef, StepRef};
use atomic_lint_catalog::KindId;
use atomic_lint_ir::Name;
use std::sync::Arc;

/// A file that was opened, by where and on which way through the calls; or one that was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FileKey {
    /// Opened at that step, under the calls that the number stands for.
    Opened(StepRef, u32),
    /// Behind a handle of which only the identity is known.
    Given(PathRef),
}

/// An object with fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ObjectKey {
    /// Made at that step, under the calls that the number stands for.
    Made(StepRef, u32),
    /// Given, of a type of the project.
    Given(PathRef, TypeRef),
}

/// One thing that a variable may hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Atom {
    /// A path or text, or something of which only the identity is known.
    Path(PathRef),
    /// A writer or reader over a file.
    Handle(FileKey, KindId),
    /// A value of a modelled kind that is no open file, with its path where it has one.
    Kind(KindId, Option<PathRef>),
    /// An object.
    Object(ObjectKey),
    /// A type as a value.
    Type(TypeRef),
    /// A function or method of the project, with the receiver it is bound to.
    Function(BodyRef, Option<Arc<Value>>),
    /// A closure with what it captured.
    Closure(BodyRef, Arc<Vec<Value>>),
    /// A library's function.
    Library(Name),
    /// A callable with its first arguments already given.
    Partial(Arc<Value>, Arc<Vec<(Option<Name>, Value)>>),
    /// What a function is given beyond its parameters, by position and by name: `*args`, `**kwargs`.
    Rest(Arc<Vec<(Option<Name>, Value)>>),
    /// A generator that waits at a `yield`; indexes the machine's list.
    Suspended(u32),
    /// Open flags by their names.
    Flags(Vec<Name>),
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// `None`.
    None,
    /// Bytes in the code.
    Bytes { empty: bool },
    /// Whether there is anything at that path.
    Exists(PathRef),
    /// Something of which nothing is known, beside what is known of other ways.
    Anything,
}

/// Everything that a variable may hold; nothing known of it where there is nothing in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value(Vec<Atom>);

/// More possibilities than this are not told apart.
const LIMIT: usize = 6;

impl Value {
    /// Nothing is known.
    pub(crate) fn unknown() -> Self {
        Value(Vec::new())
    }

    /// Exactly `atom`.
    pub(crate) fn of(atom: Atom) -> Self {
        Value(vec![atom])
    }

    /// Exactly that path.
    pub(crate) fn path(path: PathRef) -> Self {
        Value::of(Atom::Path(path))
    }

    /// What a rest of arguments holds under `field`: by position, by name, or any of it under `[]`.
    pub(crate) fn of_rest(rest: &[(Option<Name>, Value)], field: &str) -> Self {
        let mut all = Value::unknown();
        let mut positional = 0;
        for (name, value) in rest {
            let own = name.clone().unwrap_or_else(|| Name::from(positional.to_string()));
            positional += usize::from(name.is_none());
            if own == field || (field == "[]" && name.is_none()) {
                all.join(value);
            }
        }
        all
    }

    /// Whether both may be the same path.
    pub(crate) fn shares_path(&self, other: &Value) -> bool {
        self.paths().any(|path| other.paths().any(|other| path == other))
    }

    /// All possibilities.
    pub(crate) fn atoms(&self) -> &[Atom] {
        &self.0
    }

    /// Whether nothing is known.
    pub(crate) fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the possibilities of `other`; whether that changed anything.
    pub(crate) fn join(&mut self, other: &Value) -> bool {
        let mut changed = false;
        for atom in &other.0 {
            if let Err(at) = self.0.binary_search(atom)
                && self.0.len() < LIMIT
            {
                self.0.insert(at, atom.clone());
                changed = true;
            }
        }
        changed
    }

    /// As [`Value::join`], where both are what some way leaves: one of which nothing is known stays in mind.
    pub(crate) fn join_way(&mut self, other: &Value) -> bool {
        if self.is_unknown() == other.is_unknown() {
            return self.join(other);
        }
        let changed = self.join(other);
        changed | self.join(&Value::of(Atom::Anything))
    }

    /// The value that `each` makes of every possibility, joined.
    pub(crate) fn map(&self, mut each: impl FnMut(&Atom) -> Value) -> Value {
        let mut all = Value::unknown();
        for atom in &self.0 {
            all.join(&each(atom));
        }
        all
    }

    /// What `each` makes of every path in it; the rest as it is.
    pub(crate) fn map_paths(&self, each: impl Fn(&PathRef) -> PathRef) -> Value {
        self.map(|atom| match atom {
            Atom::Path(path) => Value::path(each(path)),
            Atom::Kind(kind, Some(path)) => Value::of(Atom::Kind(*kind, Some(each(path)))),
            other => Value::of(other.clone()),
        })
    }

    /// Only the possibilities that satisfy `test`.
    pub(crate) fn filter(&self, test: impl Fn(&Atom) -> bool) -> Value {
        Value(self.0.iter().filter(|atom| test(atom)).cloned().collect())
    }

    /// Without the empty text, which names no file, where it may be anything else: two values that a function gives
    /// when it gives up are no file that both name.
    pub(crate) fn naming_a_file(self) -> Value {
        let is_empty = |atom: &Atom| matches!(atom, Atom::Path(path) if matches!(&**path, PathExpr::Text(text) if text.is_empty()));
        if self.0.len() > 1 && self.0.iter().any(is_empty) { self.filter(|atom| !is_empty(atom)) } else { self }
    }

    /// The paths it may be.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathRef> {
        self.0.iter().filter_map(|atom| match atom {
            Atom::Path(path) | Atom::Kind(_, Some(path)) => Some(path),
            _ => None,
        })
    }

    /// The open files it may be, with their kinds.
    pub(crate) fn handles(&self) -> impl Iterator<Item = (&FileKey, KindId)> {
        self.0.iter().filter_map(|atom| match atom {
            Atom::Handle(file, kind) => Some((file, *kind)),
            _ => None,
        })
    }

    /// The texts it may be.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(|atom| match atom {
            Atom::Path(path) => match &**path {
                PathExpr::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        })
    }

    /// True or false, where every possibility agrees.
    pub(crate) fn truth(&self) -> Option<bool> {
        let mut all = self.0.iter().map(truth);
        let first = all.next()??;
        all.all(|next| next == Some(first)).then_some(first)
    }
}

/// Whether an atom is true or present, where that is certain: to Rust an empty text is there like any other.
pub(crate) fn presence(atom: &Atom) -> Option<bool> {
    match atom {
        Atom::Path(_) | Atom::Int(_) | Atom::Bytes { .. } => None,
        _ => truth(atom),
    }
}

/// Whether an atom counts as true, where that is certain.
pub(crate) fn truth(atom: &Atom) -> Option<bool> {
    match atom {
        Atom::Bool(value) => Some(*value),
        Atom::Int(value) => Some(*value != 0),
        Atom::None => Some(false),
        Atom::Bytes { empty } => Some(!empty),
        Atom::Path(path) => match &**path {
            PathExpr::Text(text) => Some(!text.is_empty()),
            _ => None,
        },
        Atom::Handle(..) | Atom::Object(_) | Atom::Function(..) | Atom::Closure(..) | Atom::Type(_) => Some(true),
        Atom::Kind(..)
        | Atom::Library(_)
        | Atom::Partial(..)
        | Atom::Rest(_)
        | Atom::Suspended(_)
        | Atom::Flags(_)
        | Atom::Exists(_)
        | Atom::Anything => None,
    }
}
