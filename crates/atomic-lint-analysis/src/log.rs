//! What one root has shown: faults, files with how they ended, and who called whom.

use crate::defect::Defect;
use crate::file::{File, Ways};
use crate::found::{Found, Left};
use crate::frame::Exits;
use crate::link::{Def, TypeRef};
use crate::objects::Asked;
use crate::path::{PathExpr, PathRef};
use crate::program::{BodyRef, StepRef};
use crate::protocol::Stages;
use crate::state::{Fields, State};
use crate::value::{Atom, FileKey, ObjectKey, Value};
use atomic_lint_ir::Name;
use atomic_lint_source::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A defect with the file it concerns.
#[derive(Clone, Debug)]
pub(crate) struct Flaw {
    pub(crate) defect: Defect,
    /// The step to be repaired.
    pub(crate) place: Place,
    /// What is called there.
    pub(crate) api: Name,
    /// The whole statement or call of that step.
    pub(crate) step: StepRef,
    /// On every way, not only on some.
    pub(crate) always: bool,
    /// The file, where it is known.
    pub(crate) file: Option<File>,
    /// What the file is published as, with the expression of it.
    pub(crate) target: Value,
    pub(crate) named: Option<Place>,
    /// Where the target was removed.
    pub(crate) removed: Option<Place>,
    /// The path that was taken, where no file was seen under it: it is a staging file only if another function writes it.
    pub(crate) source: Option<Value>,
    /// The calls that led to the step, outermost first.
    pub(crate) chain: Arc<Vec<StepRef>>,
    /// The call that has the file, where the step itself only does what its function is told.
    pub(crate) told_by: Option<StepRef>,
    pub(crate) root: BodyRef,
}

/// How a file ended in one root.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) file: File,
    /// The caller of the root gets hold of it, or of its path, and may go on with it.
    pub(crate) open_ended: bool,
    /// The handle itself outlives the root: it is returned, or kept in an object.
    pub(crate) escapes: bool,
    /// The stages where the root succeeds; nothing is said of one that reports an error.
    pub(crate) returned: Option<Stages>,
    /// Where the root succeeds it is open, and content waits in its buffer.
    pub(crate) waits: bool,
    /// A step has failed before that.
    pub(crate) failed: bool,
    /// Where the root fails it is still there, unpublished.
    pub(crate) abandoned: bool,
    pub(crate) root: BodyRef,
}

/// Everything that one root has shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) root: Option<BodyRef>,
    /// Rows of the models that were applied, where that is asked for.
    pub(crate) applied: Option<BTreeSet<Name>>,
    /// Nothing is written down: a run only for its values.
    pub(crate) muted: bool,
    pub(crate) flaws: BTreeMap<(Defect, Place, Option<StepRef>), Flaw>,
    pub(crate) endings: BTreeMap<FileKey, Ending>,
    /// Bodies that were run because another called them, with the caller.
    pub(crate) called: BTreeSet<(BodyRef, BodyRef)>,
    /// Paths that were renamed away, with the body that did it.
    pub(crate) renamed: BTreeSet<(PathRef, BodyRef)>,
    /// Targets beside which a file is copied that could not be renamed to them from where it lies.
    pub(crate) brought_over: BTreeSet<PathRef>,
    /// Paths that are made pipes.
    pub(crate) pipes: BTreeSet<PathRef>,
    /// A lock is taken.
    pub(crate) locks: bool,
    /// Paths that were opened for reading, with where.
    pub(crate) read: BTreeMap<PathRef, Place>,
    /// What the root found in the fields of its type.
    pub(crate) found: Option<Arc<Found>>,
    /// The files of which it has something to say by itself.
    pub(crate) touched: BTreeSet<FileKey>,
    /// How it was left.
    pub(crate) left: Vec<Left>,
    /// What the root asked of the fields of types.
    pub(crate) asked: BTreeSet<Asked>,
    /// What the root, a generator, has handed out.
    pub(crate) yielded: Value,
    /// Bodies that would have been run, had they not been left out.
    pub(crate) omitted: BTreeSet<BodyRef>,
    pub(crate) fields: BTreeMap<(TypeRef, Name), Value>,
    pub(crate) kept_files: BTreeMap<FileKey, File>,
    pub(crate) kept_objects: BTreeMap<ObjectKey, Fields>,
}

impl Log {
    /// Writes down a defect.
    pub(crate) fn flaw(&mut self, flaw: Flaw) {
        if self.muted {
            return;
        }
        let key = (flaw.defect, flaw.place, flaw.chain.first().copied());
        match self.flaws.get_mut(&key) {
            // A later visit has seen more ways, so it knows better whether all have the defect.
            Some(known) => {
                let file = flaw.file.clone().or_else(|| known.file.clone());
                *known = Flaw { file, ..flaw };
            }
            None => {
                self.flaws.insert(key, flaw);
            }
        }
    }

    /// Writes down what a field of a type was given.
    pub(crate) fn field(&mut self, ty: TypeRef, name: &Name, value: &Value) {
        if self.muted {
            return;
        }
        let known = self.fields.entry((ty, name.clone())).or_default();
        if value.is_unknown() {
            known.join(&Value::of(Atom::Anything));
        } else {
            known.join(value);
        }
    }

    /// Writes down that the root asked what a field of a type holds, or which files and objects all of them do.
    pub(crate) fn ask(&mut self, lineage: &[Def], field: Option<&str>) {
        let asked = lineage.iter().filter_map(|def| match def {
            Def::Type(ty) => Some((*ty, field.map(Name::from))),
            _ => None,
        });
        self.asked.extend(asked);
    }

    /// Writes down that a body was called.
    pub(crate) fn call(&mut self, caller: BodyRef, body: BodyRef) {
        if !self.muted {
            self.called.insert((body, caller));
        }
    }

    /// Writes down that a path was renamed away.
    pub(crate) fn rename(&mut self, path: &PathRef, body: BodyRef) {
        if !self.muted {
            self.renamed.insert((path.clone(), body));
        }
    }

    /// Writes down beside which targets a file was copied to be renamed from there.
    pub(crate) fn bring_over(&mut self, targets: Vec<PathRef>) {
        if !self.muted {
            self.brought_over.extend(targets);
        }
    }

    /// Writes down that a path is a pipe.
    pub(crate) fn pipe(&mut self, path: &PathRef) {
        if !self.muted {
            self.pipes.insert(path.clone());
        }
    }

    /// Writes down that a path was opened for reading.
    pub(crate) fn read(&mut self, path: &PathRef, place: Place) {
        if !self.muted {
            self.read.entry(path.clone()).or_insert(place);
        }
    }

    /// Writes down a file that is no longer followed because the step that opened it opens the next one.
    pub(crate) fn replaced(&mut self, key: FileKey, file: File) {
        if let Some(root) = self.root {
            self.ending(
                key,
                Ending {
                    file,
                    open_ended: false,
                    escapes: false,
                    returned: None,
                    waits: false,
                    failed: false,
                    abandoned: false,
                    root,
                },
            );
        }
    }

    fn ending(&mut self, key: FileKey, ending: Ending) {
        if self.muted {
            return;
        }
        let path = ending.file.path.map_paths(PathExpr::at_hand);
        let ending = Ending { file: File { path, ..ending.file }, ..ending };
        match self.endings.get_mut(&key) {
            Some(known) => known.merge(&ending),
            None => {
                self.endings.insert(key, ending);
            }
        }
    }

    /// Writes down everything that is left at the exits of the root.
    pub(crate) fn leave_root(&mut self, root: BodyRef, exits: &Exits) {
        let yielded = self.yielded.clone();
        let way = |state, value| Way::new(state, value, &yielded);
        let ok = exits.ok.as_ref().map(|(state, value)| way(state, Some(value)));
        let ways: Vec<Way<'_>> = ok.into_iter().chain(exits.err.as_ref().map(|state| way(state, None))).collect();
        let found = self.found.clone().unwrap_or_default();
        self.touched = ways.iter().flat_map(|way| way.files(&found, root, self.read.keys())).cloned().collect();
        self.left = ways.iter().map(Way::left).collect();
        let touched = std::mem::take(&mut self.touched);
        for way in ways {
            touched.iter().for_each(|key| self.leave_file(root, &way, key));
            for key in way.kept.objects {
                if let Some(fields) = way.state.fields(&key) {
                    self.kept_objects.insert(key, fields.clone());
                }
            }
        }
        self.touched = touched;
    }

    fn leave_file(&mut self, root: BodyRef, way: &Way<'_>, key: &FileKey) {
        let Some(file) = way.state.file(key) else { return };
        let escapes = way.reached.files.contains(key) || way.kept.files.contains(key);
        let named = |path| way.reached.paths.contains(path) || path.depends_on(root.0);
        let open_ended = way.reached.files.contains(key) || file.path.paths().any(named);
        let ending = ending_of(file, root, way.left());
        self.ending(key.clone(), Ending { open_ended, escapes, abandoned: ending.abandoned && !escapes, ..ending });
        // After an error the object is not used on.
        if way.succeeds && (way.kept.files.contains(key) || file.tabled) {
            self.keep_file(key.clone(), file);
        }
    }

    /// Writes down a file that is at every exit of the root as it was found.
    pub(crate) fn leave_untouched(&mut self, root: BodyRef, key: &FileKey, file: &File) {
        for left in self.left.clone() {
            self.ending(key.clone(), ending_of(file, root, left));
            if left.succeeds {
                self.keep_file(key.clone(), file);
            }
        }
    }

    fn keep_file(&mut self, key: FileKey, file: &File) {
        match self.kept_files.get_mut(&key) {
            Some(known) => known.stages = known.stages.union(file.stages),
            None => {
                self.kept_files.insert(key, file.clone());
            }
        }
    }
}

/// How a file ends that nobody else gets hold of.
fn ending_of(file: &File, root: BodyRef, left: Left) -> Ending {
    Ending {
        file: file.clone(),
        open_ended: false,
        escapes: false,
        returned: left.succeeds.then_some(file.stages),
        failed: left.failed,
        waits: left.succeeds && file.waits,
        abandoned: file.left,
        root,
    }
}

/// One exit of a root.
struct Way<'s> {
    state: &'s State,
    succeeds: bool,
    /// What its value gives access to.
    reached: Reached,
    /// What objects give access to that outlive it.
    kept: Reached,
}

impl<'s> Way<'s> {
    fn new(state: &'s State, value: Option<&Value>, yielded: &Value) -> Self {
        let mut reached = Reached::default();
        reached.value(state, yielded);
        if let Some(value) = value {
            reached.value(state, value);
        }
        let mut kept = Reached::default();
        for (key, fields) in state.objects() {
            if matches!(key, ObjectKey::Given(..)) || fields.contains_key(crate::machine::TYPE) {
                kept.value(state, &Value::of(Atom::Object(key.clone())));
            }
        }
        Way { state, succeeds: value.is_some(), reached, kept }
    }

    fn left(&self) -> Left {
        Left { succeeds: self.succeeds, failed: self.state.failed }
    }

    /// Files that are not as they were found, or of which this root has to say what others have not.
    fn files<'f>(
        &'f self,
        found: &'f Found,
        root: BodyRef,
        read: impl Iterator<Item = &'f PathRef>,
    ) -> impl Iterator<Item = &'f FileKey> {
        let own = found.own_files(root, self.reached.paths.iter().chain(read));
        self.state.files_unlike(&found.state).chain(&self.reached.files).chain(&self.kept.files).chain(own)
    }
}

impl Ending {
    fn merge(&mut self, other: &Ending) {
        self.open_ended |= other.open_ended;
        self.escapes |= other.escapes;
        self.waits |= other.waits;
        self.abandoned |= other.abandoned;
        self.file.join(&other.file, Ways { mine_failed: self.failed, theirs_failed: other.failed });
        self.failed &= other.failed;
        self.returned = match (self.returned, other.returned) {
            (Some(mine), Some(theirs)) => Some(mine.union(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
    }
}

/// What a value gives access to.
#[derive(Default)]
pub(crate) struct Reached {
    pub(crate) files: BTreeSet<FileKey>,
    pub(crate) objects: BTreeSet<ObjectKey>,
    pub(crate) paths: BTreeSet<PathRef>,
}

impl Reached {
    /// Follows `value` through the fields of objects.
    pub(crate) fn value(&mut self, state: &State, value: &Value) {
        for atom in value.atoms() {
            match atom {
                Atom::Handle(file, _) => {
                    self.files.insert(file.clone());
                }
                Atom::Path(path) | Atom::Kind(_, Some(path)) => {
                    self.paths.insert(path.clone());
                }
                Atom::Object(key) => {
                    if self.objects.insert(key.clone())
                        && let Some(fields) = state.fields(key)
                    {
                        fields.values().for_each(|value| self.value(state, value));
                    }
                }
                Atom::Closure(_, captured) => captured.iter().for_each(|value| self.value(state, value)),
                Atom::Function(_, Some(bound)) => self.value(state, bound),
                Atom::Partial(callee, args) => {
                    self.value(state, callee);
                    args.iter().for_each(|(_, value)| self.value(state, value));
                }
                Atom::Rest(args) => args.iter().for_each(|(_, value)| self.value(state, value)),
                _ => {}
            }
        }
    }
}
