//! What is known at one point of the code: files with their stages, objects with their fields.

use crate::file::{File, Origin, Ways};
use crate::finding::Moment;
use crate::maps::{join_fields, join_maps, meet_maps, same_map};
use crate::path::{PathExpr, PathRef};
use crate::program::StepRef;
use crate::protocol::{Event, Stage};
use crate::takers::Takers;
use crate::value::{FileKey, ObjectKey, Value};
use atomic_lint_ir::{Local, Name};
use atomic_lint_source::Place;
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where a path was unlinked or moved aside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Removal {
    pub(crate) place: Place,
    /// The calls that led there, outermost first.
    pub(crate) chain: Arc<Vec<StepRef>>,
    /// On every way there is nothing: it was removed, or was not there.
    pub(crate) always: bool,
    /// What it was moved to, where it was moved aside.
    pub(crate) aside: Value,
}

/// The fields of an object.
pub(crate) type Fields = BTreeMap<Name, Value>;

/// Everything known at one point.
///
/// Every block and every call keeps one, and most differ in little, so the maps share what is equal.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    files: OrdMap<FileKey, File>,
    heap: OrdMap<ObjectKey, Arc<Fields>>,
    /// Variables of the body at hand whose value depends on the way.
    pub(crate) vars: OrdMap<Local, Value>,
    /// Targets that were unlinked or moved aside, with where.
    pub(crate) removed: OrdMap<PathRef, Removal>,
    /// Paths at which nothing was found on the way here.
    absent: OrdMap<PathRef, ()>,
    /// What renames were tried: from where to where, whether they succeeded or not.
    tried: OrdMap<(PathRef, PathRef), ()>,
    /// Paths that are directories, here or on another way.
    directories: OrdMap<PathRef, ()>,
    /// Elements that the body at hand has taken of something, with the step that took them last.
    elements: OrdMap<PathRef, Takers>,
    /// The files that were made as temporary ones, here or on another way.
    temporary: OrdMap<FileKey, ()>,
    /// A step has failed on every way that leads here.
    pub(crate) failed: bool,
}

impl State {
    /// The files.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&FileKey, &File)> {
        self.files.iter()
    }

    /// The files that are not as they are in `earlier`.
    pub(crate) fn files_unlike<'s>(&'s self, earlier: &'s State) -> impl Iterator<Item = &'s FileKey> {
        earlier.files.diff(&self.files).map(|item| match item {
            DiffItem::Add(key, _) | DiffItem::Remove(key, _) | DiffItem::Update { new: (key, _), .. } => key,
        })
    }

    /// Those of the files that were made as temporary ones.
    pub(crate) fn temporary_files(&self) -> impl Iterator<Item = (&FileKey, &File)> {
        let all = self.temporary.keys().filter_map(|key| self.files.get_key_value(key));
        all.filter(|(_, file)| file.origin == Origin::Temporary)
    }

    /// A file.
    pub(crate) fn file(&self, key: &FileKey) -> Option<&File> {
        self.files.get(key)
    }

    /// A file, to be changed.
    pub(crate) fn file_mut(&mut self, key: &FileKey) -> Option<&mut File> {
        self.files.get_mut(key)
    }

    /// Says of a file that it was unlinked.
    pub(crate) fn remove_file(&mut self, key: &FileKey) {
        if let Some(file) = self.files.get_mut(key) {
            file.removed = true;
            // What has failed goes with it.
            file.torn = None;
            file.unsynced = false;
            file.left = false;
            file.cleaned = true;
        }
    }

    /// An error leaves the function at hand, and with it the files that it did not publish.
    pub(crate) fn leave_files(&mut self) {
        let left: Vec<FileKey> = self.files().filter(|(_, file)| file.is_left()).map(|(key, _)| key.clone()).collect();
        for key in left {
            if let Some(file) = self.files.get_mut(&key) {
                file.left = true;
            }
        }
    }

    /// Puts a file in; what stood under the same key.
    pub(crate) fn put_file(&mut self, key: FileKey, file: File) -> Option<File> {
        if file.origin == Origin::Temporary {
            self.temporary.insert(key.clone(), ());
        }
        self.files.insert(key, file)
    }

    /// Leaves out the files that are not there on the way to be gone.
    pub(crate) fn forget_files(&mut self, is_elsewhere: impl Fn(&FileKey) -> bool) {
        let elsewhere: Vec<FileKey> = self.files.keys().filter(|key| is_elsewhere(key)).cloned().collect();
        for key in &elsewhere {
            self.files.remove(key);
        }
    }

    /// Puts back the files of an earlier point, as when a call turns out to have failed.
    pub(crate) fn restore_files(&mut self, earlier: &State) {
        self.files = earlier.files.clone();
        self.removed = earlier.removed.clone();
        join_maps(&mut self.temporary, &earlier.temporary, |(), ()| false);
    }

    /// Remembers that nothing was found at `path`.
    pub(crate) fn miss(&mut self, path: &PathRef) {
        self.absent.insert(path.clone(), ());
    }

    /// The step `at` takes `element`; where it has taken one before, what is known is of that earlier one.
    ///
    /// Two loops over the same things go through the same elements, so another step changes nothing.
    pub(crate) fn take_element(&mut self, element: &PathRef, at: StepRef) {
        if self.elements.get(element).is_some_and(|takers| takers.has(at)) {
            self.pass_element(element);
        }
        self.elements.insert(element.clone(), Takers::one(at));
    }

    fn pass_element(&mut self, element: &PathRef) {
        let earlier = PathExpr::earlier(element);
        let pass = |path: &PathRef| PathExpr::replaced(path, element, &earlier);
        let changed = |value: &Value| Some(value.map_paths(pass)).filter(|passed| passed != value);
        let files = self.files.iter().filter_map(|(key, file)| Some((key.clone(), changed(&file.path)?)));
        for (key, path) in files.collect::<Vec<_>>() {
            if let Some(file) = self.files.get_mut(&key) {
                file.path = path;
            }
        }
        let vars = self.vars.iter().filter_map(|(local, value)| Some((*local, changed(value)?)));
        for (local, value) in vars.collect::<Vec<_>>() {
            self.vars.insert(local, value);
        }
        let is_of = |path: &PathRef| pass(path) != *path;
        for path in self.removed.keys().filter(|path| is_of(path)).cloned().collect::<Vec<_>>() {
            self.removed.remove(&path);
        }
        for path in self.absent.keys().filter(|path| is_of(path)).cloned().collect::<Vec<_>>() {
            self.absent.remove(&path);
        }
        let tried = self.tried.keys().filter(|(from, to)| is_of(from) || is_of(to));
        for renamed in tried.cloned().collect::<Vec<_>>() {
            self.tried.remove(&renamed);
        }
    }

    /// Whether nothing was found at `path`; asking forgets it, since now something is made there.
    pub(crate) fn was_missed(&mut self, path: &PathRef) -> bool {
        self.absent.remove(path).is_some()
    }

    /// Says of the files that the call at `place` has changed how they are where it has failed; `self` is that point,
    /// `after` is the one where it has not.
    pub(crate) fn fail(&mut self, after: &State, place: Place) {
        let mut changed = Vec::new();
        for item in self.files.diff(&after.files) {
            if let DiffItem::Update { old: (key, old), new: (_, new) } = item {
                let written = new.stages != old.stages && new.marks.get(&Moment::Write).is_some_and(|mark| mark.always);
                let torn = written && new.stages.unpublished().is_some() && !new.stages.has(Stage::Synced);
                let unsynced = old.marks.get(&Moment::Sync) != new.marks.get(&Moment::Sync);
                changed.push((key.clone(), torn && !unsynced, unsynced));
            }
        }
        for (key, torn, unsynced) in changed {
            let Some(file) = self.files.get_mut(&key) else { continue };
            if torn {
                file.torn = Some(place);
            }
            file.unsynced |= unsynced;
        }
    }

    /// What has failed has been looked at.
    pub(crate) fn look_at_failures(&mut self) {
        let torn: Vec<FileKey> =
            self.files.iter().filter(|(_, file)| file.torn.is_some()).map(|(key, _)| key.clone()).collect();
        for key in torn {
            if let Some(file) = self.files.get_mut(&key) {
                file.torn = None;
            }
        }
    }

    /// Where a sync has failed and it is asked why, whoever goes on has decided that it can be done without.
    pub(crate) fn accept_unsynced(&mut self) {
        let unsynced: Vec<FileKey> =
            self.files.iter().filter(|(_, file)| file.unsynced).map(|(key, _)| key.clone()).collect();
        for key in unsynced {
            if let Some(file) = self.files.get_mut(&key) {
                file.stages = file.stages.after(Event::Sync { flushes: false }).0;
            }
        }
    }

    /// Remembers that `source` was to be renamed to `target`.
    pub(crate) fn try_rename(&mut self, source: &PathRef, target: &PathRef) {
        self.tried.insert((source.clone(), target.clone()), ());
    }

    /// Whether a rename of `source` to `target` was tried before.
    pub(crate) fn was_tried(&self, source: &PathRef, target: &PathRef) -> bool {
        self.tried.contains_key(&(source.clone(), target.clone()))
    }

    /// Remembers that `path` is a directory.
    pub(crate) fn make_directory(&mut self, path: &PathRef) {
        self.directories.insert(path.clone(), ());
    }

    /// Whether `path` is a directory.
    pub(crate) fn is_directory(&self, path: &PathRef) -> bool {
        self.directories.contains_key(path)
    }

    /// To where renames of `source` were tried before.
    pub(crate) fn targets_tried<'s>(&'s self, source: &'s PathRef) -> impl Iterator<Item = &'s PathRef> {
        self.tried.keys().filter(move |(from, _)| from == source).map(|(_, to)| to)
    }

    /// This state without the variables of the body at hand, and without the elements that it has taken.
    pub(crate) fn without_vars(&self) -> State {
        State { vars: OrdMap::new(), elements: OrdMap::new(), ..self.clone() }
    }

    /// Takes over from `body` what is only of the body at hand.
    pub(crate) fn return_to(&mut self, body: &State) {
        self.vars = body.vars.clone();
        self.elements = body.elements.clone();
    }

    /// Only what is known of files.
    pub(crate) fn files_only(&self) -> State {
        let (files, removed, temporary) = (self.files.clone(), self.removed.clone(), self.temporary.clone());
        State { files, removed, temporary, ..State::default() }
    }

    /// Whether the files are the very same ones, unchanged.
    pub(crate) fn same_files(&self, other: &State) -> bool {
        self.files.ptr_eq(&other.files) && self.removed.ptr_eq(&other.removed)
    }

    /// The fields of an object.
    pub(crate) fn fields(&self, key: &ObjectKey) -> Option<&Fields> {
        self.heap.get(key).map(|fields| &**fields)
    }

    /// Every object.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&ObjectKey, &Fields)> {
        self.heap.iter().map(|(key, fields)| (key, &**fields))
    }

    /// Sets a field.
    pub(crate) fn set_field(&mut self, key: &ObjectKey, field: &Name, value: Value) {
        if self.heap.get(key).and_then(|fields| fields.get(field)) == Some(&value) {
            return;
        }
        let fields = self.heap.entry(key.clone()).or_default();
        Arc::make_mut(fields).insert(field.clone(), value);
    }

    /// How many objects are kept.
    pub(crate) fn object_count(&self) -> usize {
        self.heap.len()
    }

    /// Puts an object in, fields and all.
    pub(crate) fn put_object(&mut self, key: ObjectKey, fields: Fields) {
        self.heap.insert(key, Arc::new(fields));
    }

    /// Adds what may hold on another way; whether that changed anything.
    pub(crate) fn join(&mut self, other: &State) -> bool {
        let mut changed = join_maps(&mut self.heap, &other.heap, join_fields);
        changed |= join_maps(&mut self.vars, &other.vars, Value::join_way);
        changed |= join_maps(&mut self.elements, &other.elements, Takers::join);
        changed | self.join_files(other)
    }

    /// Adds what may hold of files on another way; what variables and objects hold stays as it is.
    pub(crate) fn join_files(&mut self, other: &State) -> bool {
        let ways = Ways { mine_failed: self.failed, theirs_failed: other.failed };
        let mut changed = self.failed && !other.failed;
        self.failed &= other.failed;
        changed |= join_maps(&mut self.files, &other.files, |mine, theirs| mine.join(theirs, ways));
        join_maps(&mut self.temporary, &other.temporary, |(), ()| false);
        changed |= self.join_removals(other);
        changed |= meet_maps(&mut self.absent, &other.absent);
        changed |= join_maps(&mut self.directories, &other.directories, |(), ()| false);
        changed | join_maps(&mut self.tried, &other.tried, |(), ()| false)
    }

    fn join_removals(&mut self, other: &State) -> bool {
        if self.removed.ptr_eq(&other.removed) {
            return false;
        }
        let gone = |state: &State, path: &PathRef| {
            state.absent.contains_key(path) || state.removed.get(path).is_some_and(|removal| removal.always)
        };
        let mut changed = false;
        let paths: BTreeSet<PathRef> = self.removed.keys().chain(other.removed.keys()).cloned().collect();
        for path in paths {
            let always = gone(self, &path) && gone(other, &path);
            let known = self.removed.get(&path);
            if known.is_some_and(|known| known.always == always) {
                continue;
            }
            let Some(removal) = known.or_else(|| other.removed.get(&path)).cloned() else { continue };
            self.removed.insert(path, Removal { always, ..removal });
            changed = true;
        }
        changed
    }

    /// Whether both say the same.
    pub(crate) fn same(&self, other: &State) -> bool {
        self.failed == other.failed
            && same_map(&self.files, &other.files)
            && same_map(&self.heap, &other.heap)
            && same_map(&self.vars, &other.vars)
            && same_map(&self.removed, &other.removed)
            && same_map(&self.absent, &other.absent)
            && same_map(&self.tried, &other.tried)
            && same_map(&self.directories, &other.directories)
            && same_map(&self.elements, &other.elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(state: &State, names: &[&str]) -> State {
        let mut state = state.clone();
        names.iter().for_each(|name| state.try_rename(&PathExpr::text(*name), &PathExpr::text("to")));
        state
    }

    #[test]
    fn what_joins_to_one_of_two_is_shared_with_it() {
        let start = tried(&State::default(), &["a"]);
        let (mut mine, theirs) = (tried(&start, &["b"]), tried(&start, &["c", "b"]));
        assert!(mine.join(&theirs));
        assert!(mine.tried.ptr_eq(&theirs.tried));
        let (mut mine, theirs) = (tried(&start, &["b"]), tried(&start, &["c"]));
        assert!(mine.join(&theirs));
        assert!(mine.same(&tried(&start, &["b", "c"])));
    }
}
