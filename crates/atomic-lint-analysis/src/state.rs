//! What is known at one point of the code: files with their stages, objects with their fields.

use crate::finding::Moment;
use crate::open::danger;
use crate::path::PathRef;
use crate::program::StepRef;
use crate::protocol::{Event, Found, Stage, Stages};
use crate::value::{FileKey, ObjectKey, Value};
use atomic_lint_catalog::OpenAs;
use atomic_lint_ir::{Local, Name, Twin};
use atomic_lint_source::Place;
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a file came to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// Opened; a handle writes it.
    Opened(OpenAs),
    /// Created, written and closed by one call.
    Whole,
    /// Copied from another file by one call.
    Copied,
    /// Staged and renamed by a library that does all of it.
    Replaced,
    /// A temporary file with a name that nobody can guess.
    Temporary,
    /// The handle was given.
    Given,
}

impl Origin {
    /// Of two ways to have opened a file at one step, the more dangerous.
    fn worse(self, other: Origin) -> Origin {
        match (self, other) {
            (Origin::Opened(mine), Origin::Opened(theirs)) if danger(theirs) > danger(mine) => other,
            _ => self,
        }
    }
}

/// Where something happened to a file first, and whether it did on every way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) place: Place,
    pub(crate) always: bool,
}

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct File {
    pub(crate) origin: Origin,
    pub(crate) stages: Stages,
    /// Its path.
    pub(crate) path: Value,
    /// The step that opened it.
    pub(crate) step: StepRef,
    /// The whole call that opened it.
    pub(crate) place: Place,
    /// What is called there.
    pub(crate) api: Name,
    /// What of the runtime does the same.
    pub(crate) twin: Option<Twin>,
    /// The expression of its path, where the opening call has one.
    pub(crate) named: Option<Place>,
    /// The calls that led to that step, outermost first.
    pub(crate) chain: Arc<Vec<StepRef>>,
    /// What happened to it, by moment.
    pub(crate) marks: BTreeMap<Moment, Mark>,
    /// That it is written at all is known by the name of a method only.
    pub(crate) guessed: bool,
    /// Content may have been written in more than one piece, or by something that can fail half-way.
    pub(crate) piecewise: bool,
    /// Its content is known to be empty.
    pub(crate) empty: bool,
    /// Moved to its start.
    pub(crate) rewound: bool,
    /// Cut to nothing, or to what was just written.
    pub(crate) truncated: bool,
    /// Moved to a computed offset.
    pub(crate) offset: bool,
    /// A lock was taken on it.
    pub(crate) locked: bool,
    /// Code that is not known got the handle.
    pub(crate) handed: bool,
    /// It is open, and content waits in its buffer.
    pub(crate) waits: bool,
    /// Deleted when its life ends, unless kept.
    pub(crate) deletes: bool,
    /// A field holds it, and what the other methods did to it comes in no certain order.
    pub(crate) tabled: bool,
    /// Unlinked again, on every way.
    pub(crate) removed: bool,
    /// An error has left a function with the file unpublished, and nobody has unlinked it since.
    pub(crate) left: bool,
    /// It is unlinked on some way.
    pub(crate) cleaned: bool,
    /// Content was written by a call that is known to write.
    pub(crate) wrote: bool,
    /// Where it was published.
    pub(crate) publishes: BTreeSet<Place>,
    /// Where it was published, and as what.
    pub(crate) published: Option<Value>,
    /// The calls that led to the function that published it.
    pub(crate) published_in: Option<Arc<Vec<StepRef>>>,
    /// The directory it lies in was renamed as a whole.
    pub(crate) moved_with_directory: bool,
    /// A write to it has failed here, and nothing has been made of that.
    pub(crate) torn: Option<Place>,
    /// A sync of it has failed.
    pub(crate) unsynced: bool,
    /// Its mode was set.
    pub(crate) has_mode: bool,
    /// Where it was first appended to.
    pub(crate) appended: Option<Place>,
}

impl File {
    /// A file that `step`, at `place`, brings into play.
    pub(crate) fn new(origin: Origin, path: Value, step: StepRef, place: Place, chain: Arc<Vec<StepRef>>) -> Self {
        File {
            origin,
            stages: first_stage(origin),
            path,
            step,
            place,
            api: Name::default(),
            twin: None,
            named: None,
            chain,
            guessed: false,
            marks: BTreeMap::new(),
            piecewise: false,
            empty: false,
            rewound: false,
            truncated: false,
            offset: false,
            locked: false,
            handed: false,
            waits: false,
            deletes: false,
            tabled: false,
            removed: false,
            left: false,
            cleaned: false,
            wrote: false,
            publishes: BTreeSet::new(),
            published: None,
            published_in: None,
            moved_with_directory: false,
            torn: None,
            unsynced: false,
            has_mode: false,
            appended: None,
        }
    }

    /// Whether it stays behind, unpublished, where nothing more is done.
    pub(crate) fn is_left(&self) -> bool {
        let made = match self.origin {
            Origin::Opened(how) => !matches!(how, OpenAs::Read | OpenAs::Append | OpenAs::Unknown),
            Origin::Whole | Origin::Copied | Origin::Temporary => true,
            Origin::Replaced | Origin::Given => false,
        };
        made && !self.stages.may_be_published() && !self.removed && !self.deletes
    }

    /// Applies `event` at `place`; what is wrong with that.
    pub(crate) fn advance(&mut self, event: Event, place: Place) -> Vec<Found> {
        let (stages, found) = self.stages.after(event);
        self.stages = stages;
        self.wrote |= matches!(event, Event::Write { .. });
        self.waits |= matches!(event, Event::Write { buffered: true });
        // What is written then is new: that it is synced too is no second try.
        self.unsynced &= !matches!(event, Event::Write { .. } | Event::Handed { .. });
        self.waits &= !matches!(event, Event::Flush | Event::Sync { flushes: true } | Event::Finished);
        match event {
            Event::Write { .. } | Event::Handed { .. } => self.mark(Moment::Write, place),
            Event::Flush => self.mark(Moment::Flush, place),
            Event::Sync { .. } => self.mark(Moment::Sync, place),
            Event::Publish { .. } => {
                self.publishes.insert(place);
                self.mark(Moment::Publish, place);
            }
            Event::SyncDirectory => {}
            Event::Finished => self.mark(Moment::Sync, place),
        }
        found
    }

    /// The file as a method finds it in a field: where another method moved to, or wrote over what was there,
    /// comes in no certain order with what this one does.
    pub(crate) fn as_found_in_field(&self) -> File {
        let mut file = File { tabled: true, torn: None, unsynced: false, ..self.clone() };
        if matches!(file.origin, Origin::Opened(OpenAs::Write | OpenAs::Update) | Origin::Given) {
            (file.rewound, file.truncated, file.offset) = (false, false, false);
            file.marks.retain(|moment, _| *moment == Moment::Open);
        }
        file
    }

    /// Notes that `moment` came at `place`.
    pub(crate) fn mark(&mut self, moment: Moment, place: Place) {
        let earlier = self.marks.get(&moment).map(|mark| mark.place);
        // The place itself was here before where the write stands in a loop.
        if moment == Moment::Write && earlier.is_some() {
            self.piecewise = true;
        }
        // The last publish and sync are the ones that count; of writes the first is shown.
        let place = match (moment, earlier) {
            (Moment::Write | Moment::Open, Some(earlier)) => earlier,
            _ => place,
        };
        self.marks.insert(moment, Mark { place, always: true });
    }

    /// What it is called: the target once it is published.
    pub(crate) fn name_now(&self) -> &Value {
        self.published.as_ref().unwrap_or(&self.path)
    }

    /// Whether any content went into it, or may have.
    pub(crate) fn written(&self) -> bool {
        self.marks.contains_key(&Moment::Write)
    }

    /// Adds what may hold on another way, whether that changed anything does not matter.
    pub(crate) fn merge(&mut self, other: &File, ways: Ways) {
        self.join(other, ways);
    }

    fn join(&mut self, other: &File, ways: Ways) -> bool {
        let before = self.clone();
        self.origin = self.origin.worse(other.origin);
        self.stages = self.stages.union(other.stages);
        self.path.join(&other.path);
        for (moment, mark) in &mut self.marks {
            match other.marks.get(moment) {
                Some(theirs) => {
                    mark.always &= theirs.always;
                    mark.place = mark.place.min(theirs.place);
                }
                None => mark.always = false,
            }
        }
        for (moment, mark) in &other.marks {
            self.marks.entry(*moment).or_insert(Mark { place: mark.place, always: false });
        }
        self.piecewise |= other.piecewise;
        self.guessed |= other.guessed;
        self.empty &= other.empty;
        self.rewound |= other.rewound;
        self.truncated |= other.truncated;
        self.offset |= other.offset;
        self.locked |= other.locked;
        self.handed |= other.handed;
        self.wrote |= other.wrote;
        self.publishes.extend(&other.publishes);
        self.waits |= other.waits;
        self.deletes |= other.deletes;
        self.tabled |= other.tabled;
        self.removed = ways.removed(self.removed, other.removed);
        self.left |= other.left;
        self.cleaned |= other.cleaned;
        self.moved_with_directory |= other.moved_with_directory;
        self.torn = self.torn.or(other.torn);
        self.unsynced |= other.unsynced;
        self.has_mode |= other.has_mode;
        self.appended = self.appended.or(other.appended);
        if self.published_in.is_none() {
            self.published_in.clone_from(&other.published_in);
        }
        match (&mut self.published, &other.published) {
            (Some(mine), Some(theirs)) => {
                mine.join(theirs);
            }
            (None, Some(theirs)) => self.published = Some(theirs.clone()),
            (_, None) => {}
        }
        *self != before
    }
}

/// On which of two ways that meet a step has failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ways {
    pub(crate) mine_failed: bool,
    pub(crate) theirs_failed: bool,
}

impl Ways {
    /// What becomes of a file where a step failed says nothing of where all went well.
    fn removed(self, mine: bool, theirs: bool) -> bool {
        match (self.mine_failed, self.theirs_failed) {
            (true, false) => theirs,
            (false, true) => mine,
            (false, false) | (true, true) => mine && theirs,
        }
    }
}

/// Where a path was unlinked or moved aside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Removal {
    pub(crate) place: Place,
    /// The calls that led there, outermost first.
    pub(crate) chain: Arc<Vec<StepRef>>,
    /// On every way there is nothing: it was removed, or was not there.
    pub(crate) always: bool,
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

    /// This state without the variables of the body at hand.
    pub(crate) fn without_vars(&self) -> State {
        State { vars: OrdMap::new(), ..self.clone() }
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
        let ways = Ways { mine_failed: self.failed, theirs_failed: other.failed };
        let mut changed = self.failed && !other.failed;
        self.failed &= other.failed;
        changed |= join_maps(&mut self.files, &other.files, |mine, theirs| mine.join(theirs, ways));
        join_maps(&mut self.temporary, &other.temporary, |(), ()| false);
        changed |= join_maps(&mut self.heap, &other.heap, join_fields);
        changed |= join_maps(&mut self.vars, &other.vars, Value::join_way);
        changed |= self.join_removals(other);
        changed |= meet_maps(&mut self.absent, &other.absent);
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
    }
}

fn same_map<K: Ord + Clone, V: Clone + PartialEq>(a: &OrdMap<K, V>, b: &OrdMap<K, V>) -> bool {
    a.ptr_eq(b) || (a.len() == b.len() && a.diff(b).next().is_none())
}

fn join_fields(mine: &mut Arc<Fields>, theirs: &Arc<Fields>) -> bool {
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
fn meet_maps(mine: &mut OrdMap<PathRef, ()>, theirs: &OrdMap<PathRef, ()>) -> bool {
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
fn join_maps<K: Ord + Clone, V: Clone + PartialEq>(
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

/// The stages of a file that was just opened that way.
pub(crate) fn first_stage(origin: Origin) -> Stages {
    Stages::only(match origin {
        Origin::Opened(_) | Origin::Temporary => Stage::Fresh,
        Origin::Whole | Origin::Copied => Stage::Written,
        Origin::Replaced => Stage::Durable,
        Origin::Given => Stage::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::PathExpr;

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
