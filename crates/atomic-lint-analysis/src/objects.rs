//! What the fields of a type hold, over all of its methods.
//!
//! A method that is run by itself finds in `self.file` what the other methods left there: the join
//! of their exits, the constructor among them. The table is made in one round and read in the next.

use crate::file::File;
use crate::link::TypeRef;
use crate::log::Log;
use crate::state::{Fields, State};
use crate::value::{Atom, FileKey, ObjectKey, Value};
use atomic_lint_ir::Name;
use std::collections::{BTreeMap, BTreeSet};

/// What can be asked of a table: what a field of a type holds, or which files and objects are in any field of it.
pub(crate) type Asked = (TypeRef, Option<Name>);

/// The fields of types, with the files and objects that they hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ObjectTable {
    fields: BTreeMap<TypeRef, Fields>,
    files: BTreeMap<FileKey, File>,
    heap: BTreeMap<ObjectKey, Fields>,
}

impl ObjectTable {
    /// Adds what a root left in the fields of objects.
    pub(crate) fn absorb(&mut self, log: &Log) {
        for ((ty, name), value) in &log.fields {
            let value = value.filter(|atom| !matches!(atom, Atom::Suspended(_)));
            self.fields.entry(*ty).or_default().entry(name.clone()).or_default().join(&value);
        }
        for (key, file) in &log.kept_files {
            // A published file is done with; its object is not used on, or that use is no longer about it.
            let Some(stages) = file.stages.unpublished() else { continue };
            let file = File { stages, ..file.clone() };
            match self.files.get_mut(key) {
                Some(known) => {
                    let stages = known.stages.union(file.stages);
                    // Who opened it knows it best; the others have it from an earlier round.
                    if known.tabled && !file.tabled {
                        *known = file;
                    }
                    known.stages = stages;
                }
                None => {
                    self.files.insert(key.clone(), file);
                }
            }
        }
        for (key, fields) in &log.kept_objects {
            let known = self.heap.entry(key.clone()).or_default();
            for (name, value) in fields {
                known.entry(name.clone()).or_default().join(value);
            }
        }
    }

    /// Of what `next` says something else.
    pub(crate) fn changed(&self, next: &ObjectTable) -> BTreeSet<Asked> {
        let all = [self, next].into_iter().flat_map(|table| &table.fields);
        let names: BTreeSet<(TypeRef, &Name)> =
            all.flat_map(|(ty, fields)| fields.keys().map(|name| (*ty, name))).collect();
        let mut changed = BTreeSet::new();
        for (ty, name) in names {
            let values = [self.field(ty, name), next.field(ty, name)];
            if values[0] == values[1] && values[0].is_none_or(|value| self.same_behind(next, value)) {
                continue;
            }
            changed.insert((ty, Some(name.clone())));
            if values.into_iter().flatten().any(|value| value.atoms().iter().any(is_found)) {
                changed.insert((ty, None));
            }
        }
        changed
    }

    /// Whether the files and objects behind a value are the same in both.
    fn same_behind(&self, next: &ObjectTable, value: &Value) -> bool {
        let mut waiting: Vec<&Atom> = value.atoms().iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(atom) = waiting.pop() {
            match atom {
                Atom::Handle(key, _) if self.files.get(key) != next.files.get(key) => return false,
                Atom::Object(key) if seen.insert(key) => {
                    if self.heap.get(key) != next.heap.get(key) {
                        return false;
                    }
                    let fields = self.heap.get(key).into_iter().flat_map(|fields| fields.values());
                    waiting.extend(fields.flat_map(|value| value.atoms()));
                }
                _ => {}
            }
        }
        true
    }

    /// The types that hold a file in a field.
    pub(crate) fn holders(&self) -> impl Iterator<Item = TypeRef> {
        let holds = |fields: &Fields| fields.values().any(|value| value.handles().next().is_some());
        self.fields.iter().filter(move |(_, fields)| holds(fields)).map(|(ty, _)| *ty)
    }

    /// What `field` of a `ty` may hold.
    pub(crate) fn field(&self, ty: TypeRef, field: &str) -> Option<&Value> {
        self.fields.get(&ty)?.get(field)
    }

    /// What the fields of a `ty` may hold.
    pub(crate) fn fields(&self, ty: TypeRef) -> impl Iterator<Item = &Value> {
        self.fields.get(&ty).into_iter().flat_map(|fields| fields.values())
    }

    /// The files and objects behind what a field holds are there before a method touches them.
    pub(crate) fn bring_in(&self, state: &mut State, value: &Value) {
        for atom in value.atoms() {
            match atom {
                Atom::Handle(key, _) if state.file(key).is_none() => {
                    if let Some(file) = self.files.get(key) {
                        state.put_file(key.clone(), file.as_found_in_field());
                    }
                }
                Atom::Object(key) if state.fields(key).is_none() => {
                    if let Some(fields) = self.heap.get(key) {
                        state.put_object(key.clone(), fields.clone());
                        fields.values().for_each(|value| self.bring_in(state, value));
                    }
                }
                _ => {}
            }
        }
    }

    /// An object that a field holds.
    pub(crate) fn object(&self, key: &ObjectKey) -> Option<&Fields> {
        self.heap.get(key)
    }
}

/// Whether it is there before a method touches it; see [`ObjectTable::bring_in`].
fn is_found(atom: &Atom) -> bool {
    matches!(atom, Atom::Handle(..) | Atom::Object(_))
}
