//! Maps that many states share, joined so that they go on being shared.

use crate::path::PathRef;
use crate::state::Fields;
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use std::sync::Arc;

/// Whether both hold the same.
pub(crate) fn same_map<K: Ord + Clone, V: Clone + PartialEq>(a: &OrdMap<K, V>, b: &OrdMap<K, V>) -> bool {
    a.ptr_eq(b) || (a.len() == b.len() && a.diff(b).next().is_none())
}

/// Adds the fields of an object as they are on another way; whether that changed anything.
pub(crate) fn join_fields(mine: &mut Arc<Fields>, theirs: &Arc<Fields>) -> bool {
    let mine = Arc::make_mut(mine);
    let mut changed = false;
    for (name, value) in &**theirs {
        changed |= match mine.get_mut(name) {
            Some(mine) => mine.join_way(value),
            None => {
                mine.insert(name.clone(), value.clone());
                true
            }
        };
    }
    changed
}

/// What holds on one way only holds no more; whether anything did.
pub(crate) fn meet_maps(mine: &mut OrdMap<PathRef, ()>, theirs: &OrdMap<PathRef, ()>) -> bool {
    if mine.ptr_eq(theirs) || mine.is_empty() {
        return false;
    }
    let gone: Vec<PathRef> = mine.keys().filter(|path| !theirs.contains_key(*path)).cloned().collect();
    for path in &gone {
        mine.remove(path);
    }
    !gone.is_empty()
}

/// Only what differs is looked at.
///
/// Where nothing but `theirs` comes out, that very map is taken, so that the next join with what comes of it finds the
/// two equal by their sharing and not by looking at everything again.
pub(crate) fn join_maps<K: Ord + Clone, V: Clone + PartialEq>(
    mine: &mut OrdMap<K, V>,
    theirs: &OrdMap<K, V>,
    join: impl Fn(&mut V, &V) -> bool,
) -> bool {
    if mine.ptr_eq(theirs) {
        return false;
    }
    let before = mine.clone();
    let (mut changed, mut only_theirs) = (false, true);
    for item in before.diff(theirs) {
        match item {
            DiffItem::Add(key, value) => {
                mine.insert(key.clone(), value.clone());
                changed = true;
            }
            DiffItem::Update { old: (key, old), new: (_, new) } => {
                let mut joined = old.clone();
                let grown = join(&mut joined, new);
                only_theirs = only_theirs && joined == *new;
                if grown {
                    mine.insert(key.clone(), joined);
                    changed = true;
                }
            }
            DiffItem::Remove(..) => only_theirs = false,
        }
    }
    if only_theirs {
        mine.clone_from(theirs);
    }
    changed
}
