//! What the methods of a type find in its fields, and which of it they leave as they found it.
//!
//! A type may have as many fields as methods, and most methods touch few of them.
//! What is untouched is brought in for all methods at once, and told of by one of those of which the same is to be said.

use crate::file::File;
use crate::link::Def;
use crate::log::Log;
use crate::objects::ObjectTable;
use crate::path::PathExpr;
use crate::path::PathRef;
use crate::program::BodyRef;
use crate::state::State;
use crate::value::FileKey;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The files and objects in the fields of a type and of those above it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) state: State,
    by_path: FxHashMap<PathRef, Vec<FileKey>>,
    /// Files whose path depends on a parameter of that body.
    by_body: FxHashMap<u32, Vec<FileKey>>,
    locked: Vec<FileKey>,
}

/// How a root was left: with success or with an error, and whether a step had failed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Left {
    pub(crate) succeeds: bool,
    pub(crate) failed: bool,
}

impl Found {
    /// What `objects` has in the fields of the types in `lineage`.
    pub(crate) fn new(objects: &ObjectTable, lineage: &[Def]) -> Self {
        let mut state = State::default();
        for def in lineage {
            let Def::Type(ty) = def else { continue };
            objects.fields(*ty).for_each(|value| objects.bring_in(&mut state, value));
        }
        let mut found = Found::default();
        state.files().for_each(|(key, file)| found.index(key, file));
        Found { state, ..found }
    }

    fn index(&mut self, key: &FileKey, file: &File) {
        for path in file.path.paths().chain(file.name_now().paths()) {
            self.by_path.entry(path.clone()).or_default().push(key.clone());
        }
        let mut bodies = BTreeSet::new();
        for path in file.path.paths() {
            path.any(&mut |part| {
                if let PathExpr::Param { body, .. } = part {
                    bodies.insert(*body);
                }
                false
            });
        }
        bodies.into_iter().for_each(|body| self.by_body.entry(body).or_default().push(key.clone()));
        if file.locked {
            self.locked.push(key.clone());
        }
    }

    /// The files of which `root` may have something else to say than other methods, whether it touches them or not.
    pub(crate) fn own_files<'f>(
        &'f self,
        root: BodyRef,
        paths: impl Iterator<Item = &'f PathRef>,
    ) -> impl Iterator<Item = &'f FileKey> {
        let by_path = paths.filter_map(|path| self.by_path.get(path)).flatten();
        by_path.chain(self.by_body.get(&root.0).into_iter().flatten()).chain(&self.locked)
    }
}

/// Methods of which the same is to be said as long as they do not touch a file.
#[derive(PartialEq, Eq, Hash)]
struct Alike {
    found: *const Found,
    package: u32,
    left: Vec<Left>,
}

/// Lets the first of the roots that leave a file as they found it say so for all of them.
pub(crate) fn tell_untouched(logs: &mut BTreeMap<BodyRef, Log>, package: impl Fn(BodyRef) -> u32) {
    let mut untold: FxHashMap<Alike, Vec<FileKey>> = FxHashMap::default();
    for (root, log) in logs {
        let Some(found) = log.found.clone() else { continue };
        let alike = Alike { found: Arc::as_ptr(&found), package: package(*root), left: log.left.clone() };
        let keys = untold.entry(alike).or_insert_with(|| found.state.files().map(|(key, _)| key.clone()).collect());
        keys.retain(|key| {
            let touched = log.touched.contains(key);
            if let Some(file) = found.state.file(key).filter(|_| !touched) {
                log.leave_untouched(*root, key, file);
            }
            touched
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Origin;
    use crate::program::StepRef;
    use crate::value::Value;
    use atomic_lint_catalog::OpenAs;
    use atomic_lint_source::{FileId, Place, Span};

    fn key(number: u32) -> FileKey {
        FileKey::Opened(StepRef { body: BodyRef(0), block: 0, step: number }, 0)
    }

    fn found(count: u32) -> Arc<Found> {
        let mut state = State::default();
        for number in 0..count {
            let place = Place { file: FileId(0), span: Span::new(number, number + 1) };
            let step = StepRef { body: BodyRef(0), block: 0, step: number };
            let origin = Origin::Opened(OpenAs::Truncate);
            state.put_file(key(number), File::new(origin, Value::unknown(), step, place, Arc::default()));
        }
        Arc::new(Found { state, ..Found::default() })
    }

    fn log(found: &Arc<Found>, touched: &[u32]) -> Log {
        let touched = touched.iter().map(|number| key(*number)).collect();
        let left = vec![Left { succeeds: true, failed: false }];
        Log { found: Some(found.clone()), touched, left, ..Log::default() }
    }

    fn told(logs: &BTreeMap<BodyRef, Log>) -> Vec<Vec<FileKey>> {
        logs.values().map(|log| log.endings.keys().cloned().collect()).collect()
    }

    #[test]
    fn the_first_method_that_leaves_a_file_alone_tells_of_it() {
        let found = found(3);
        let logs = [log(&found, &[0]), log(&found, &[1]), log(&found, &[2])];
        let mut logs: BTreeMap<BodyRef, Log> = (0..).map(BodyRef).zip(logs).collect();
        tell_untouched(&mut logs, |_| 0);
        assert_eq!(told(&logs), [vec![key(1), key(2)], vec![key(0)], vec![]]);
        tell_untouched(&mut logs, |_| 0);
        assert_eq!(told(&logs), [vec![key(1), key(2)], vec![key(0)], vec![]]);
    }

    #[test]
    fn what_is_left_in_another_way_or_package_is_told_again() {
        let found = found(1);
        let mut failing = log(&found, &[]);
        failing.left = vec![Left { succeeds: false, failed: true }];
        let logs = [log(&found, &[]), failing, log(&found, &[])];
        let mut logs: BTreeMap<BodyRef, Log> = (0..).map(BodyRef).zip(logs).collect();
        tell_untouched(&mut logs, |root| root.0 / 2);
        assert_eq!(told(&logs), [vec![key(0)], vec![key(0)], vec![key(0)]]);
    }
}
