//! What is done to open files: written, flushed, synced, cut, moved within, closed.

use crate::defect::Defect;
use crate::effect::Made;
use crate::file::{File, Mark, Origin};
use crate::finding::Moment;
use crate::machine::Machine;
use crate::protocol::{Event, Stage};
use crate::site::Site;
use crate::state::State;
use crate::value::{Atom, FileKey, Value};
use atomic_lint_catalog::{Api, KindId, OpenAs};
use atomic_lint_source::Place;

impl Machine<'_, '_> {
    /// The handles that a call is about: its receiver's or its `handle` argument's.
    pub(crate) fn handles_of(&self, api: &Api, site: &Site) -> Value {
        let value = match &api.handle {
            Some(handle) => self.argument_value(Some(handle), site),
            None => site.receiver.clone().unwrap_or_default(),
        };
        value.filter(|atom| matches!(atom, Atom::Handle(..) | Atom::Object(_)))
    }

    pub(crate) fn handle_of(&self, api: &Api, site: &Site) -> Made {
        let handles = self.handles_of(api, site);
        match handles.handles().next() {
            Some((file, _)) => Made { file: Some(file.clone()), value: Some(handles.clone()), path: None },
            None => Made::nothing(),
        }
    }

    /// Does `each` to every file that the call is about.
    pub(crate) fn on_handles(
        &mut self,
        state: &mut State,
        api: &Api,
        site: &Site,
        each: impl Fn(&mut File, Place, KindId),
    ) -> Made {
        let place = self.place_of(site);
        let mut handles = self.handles_of(api, site);
        // A struct around a file stands for that file.
        let mut reached = crate::log::Reached::default();
        reached.value(state, &handles.filter(|atom| matches!(atom, Atom::Object(_))));
        if handles.handles().next().is_none()
            && let Some(kind) = self.models().kind_named("file")
        {
            for key in reached.files {
                handles.join(&Value::of(Atom::Handle(key, kind)));
            }
        }
        for (key, kind) in handles.handles() {
            self.ensure_file(state, key, site);
            if let Some(file) = state.file_mut(key) {
                each(file, place, kind);
            }
        }
        let file = handles.handles().next().map(|(key, _)| key.clone());
        Made { file, value: Some(handles), path: None }
    }

    pub(crate) fn write(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let content = self.argument_value(api.content.as_ref(), site);
        if api.content.is_some() && content.truth() == Some(false) && site.args.len() <= 1 {
            return Made::nothing();
        }
        let buffered: Vec<bool> =
            self.handles_of(api, site).handles().map(|(_, kind)| self.models().kind(kind).buffered).collect();
        let buffered = buffered.iter().any(|buffered| *buffered);
        let serialises = api.serialises;
        let mut faults = Vec::new();
        // Whoever writes something else where a write has failed has made something of it.
        let reacted = state.failed;
        let made = self.on_handles(state, api, site, |file, place, _| {
            file.torn = file.torn.filter(|_| !reacted);
            file.piecewise |= serialises;
            file.advance(Event::Write { buffered }, place);
        });
        // A write to what was published is a fault of its own; it is found by asking again.
        for (key, _) in self.handles_of(api, site).handles() {
            if let Some(file) = state.file(key) {
                let (_, found) = file.stages.after(Event::Write { buffered });
                faults.push((file.clone(), found));
            }
        }
        for (file, found) in faults {
            self.log_order(site, Some(&file), &found, file.published.clone().unwrap_or_default(), None);
        }
        self.look_at_append(state, api, site, buffered);
        self.look_at_count(state, api, site);
        made
    }

    pub(crate) fn flush(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let dirty: Vec<_> =
            self.handles_of(api, site).handles().filter_map(|(key, _)| state.file(key)).cloned().collect();
        for file in dirty.iter().filter(|file| file.stages.has(Stage::Dirty)) {
            self.look_at_error(site, file, file.name_now());
        }
        self.on_handles(state, api, site, |file, place, _| {
            file.advance(Event::Flush, place);
        })
    }

    pub(crate) fn close(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let deletes = |kind: KindId| self.program.models(site.at.body).kind(kind).deletes_at_end;
        let closed: Vec<(FileKey, KindId)> =
            self.handles_of(api, site).handles().map(|(key, kind)| (key.clone(), kind)).collect();
        let deletes = closed.iter().any(|(_, kind)| deletes(*kind));
        let mut failed = state.files_only();
        let made = self.on_handles(state, api, site, |file, place, _| {
            file.advance(Event::Flush, place);
            file.mark(Moment::Close, place);
            file.waits = false;
            file.removed |= deletes && file.deletes && !file.stages.may_be_published();
        });
        // What could not be flushed is lost, but the file is closed all the same.
        failed.fail(state, self.place_of(site));
        for (key, _) in &closed {
            if let Some(file) = failed.file_mut(key) {
                file.waits = false;
            }
        }
        self.failed = Some(failed);
        made
    }

    pub(crate) fn sync(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let place = self.place_of(site);
        let handles = self.handles_of(api, site);
        for (key, _) in handles.handles() {
            self.ensure_file(state, key, site);
            let Some(file) = state.file(key).cloned() else { continue };
            self.sync_others(state, key, &file, site);
            if matches!(file.origin, Origin::Opened(OpenAs::Read)) {
                continue;
            }
            let (_, found) = file.stages.after(Event::Sync { flushes: api.flushes });
            self.log_order(site, Some(&file), &found, file.name_now().clone(), None);
            self.look_at_error(site, &file, file.name_now());
            self.look_at_blocking(api, site, &file);
            if file.unsynced {
                self.advise(site, Defect::RetriedSync, &file, file.name_now());
            }
            if let Some(file) = state.file_mut(key) {
                file.advance(Event::Sync { flushes: api.flushes }, place);
            }
        }
        if handles.is_unknown() {
            // A descriptor of which nothing is known may be that of a directory, or of a file that was opened again.
            self.sync_directory(state, &Value::unknown(), place);
            let staged = state.files().filter(|(_, file)| !file.stages.may_be_published());
            let staged: Vec<FileKey> = staged.map(|(key, _)| key.clone()).collect();
            for key in &staged {
                if let Some(file) = state.file_mut(key) {
                    file.advance(Event::Sync { flushes: false }, place);
                }
            }
        }
        Made::nothing()
    }

    pub(crate) fn truncate(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let length = self.argument_value(api.content.as_ref(), site);
        let absent = api.content.as_ref().and_then(|content| site.arg(content)).is_none();
        let zero = absent || length.atoms() == [Atom::Int(0)];
        self.on_handles(state, api, site, |file, place, _| {
            if zero || file.rewound || is_written_from_start(file) {
                file.truncated = true;
                file.marks.entry(Moment::Remove).or_insert(Mark { place, always: true });
            }
        })
    }

    pub(crate) fn seek(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let offset = self.argument_value(api.content.as_ref(), site);
        let start = offset.atoms() == [Atom::Int(0)] && site.args.len() <= 1;
        self.on_handles(state, api, site, |file, place, _| {
            if start {
                rewind(file);
                file.marks.entry(Moment::Open).or_insert(Mark { place, always: true });
            } else {
                (file.rewound, file.offset) = (false, true);
            }
        })
    }
}

/// Moves to the start; who does so after having written from there has written the file over, to read it or to go on.
pub(crate) fn rewind(file: &mut File) {
    file.rewritten |= is_written_from_start(file);
    file.rewound = true;
}

/// Whether what was written begins where the file begins, so that a cut leaves nothing else.
fn is_written_from_start(file: &File) -> bool {
    matches!(file.origin, Origin::Opened(OpenAs::Write | OpenAs::Update)) && file.wrote && !file.offset && !file.tabled
}
