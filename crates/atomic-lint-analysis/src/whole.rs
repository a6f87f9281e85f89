//! Whole files by one call: written, copied, or staged and renamed by a library.
//!
//! Many such calls take an open file, memory or nothing as well as a path; what they then do is told here too.

use crate::classify::leading_text;
use crate::effect::Made;
use crate::file::{Mark, Origin};
use crate::finding::Moment;
use crate::machine::Machine;
use crate::open::mode_of;
use crate::path::PathExpr;
use crate::protocol::Event;
use crate::site::{Site, result};
use crate::state::State;
use crate::value::{Atom, Value};
use atomic_lint_catalog::{Api, ArgRef, OpenAs};

impl Machine<'_, '_> {
    /// Writes or copies a whole file by one call.
    pub(crate) fn write_whole(&mut self, state: &mut State, api: &Api, site: &Site, origin: Origin) -> Made {
        let path = self.target(api, site);
        if self.is_no_file(api, site, &path) {
            return Made::nothing();
        }
        let place = self.place_of(site);
        if path.handles().next().is_some() {
            return self.write_handles(state, site, &path);
        }
        if let Some(key) = self.staged_at(state, &path) {
            if let Some(file) = state.file_mut(&key) {
                file.advance(Event::Write { buffered: false }, place);
            }
            return Made::default();
        }
        let how = api.mode.as_ref().and_then(|mode| mode_of(&self.argument_value(Some(mode), site)));
        let origin = match how {
            None | Some(OpenAs::Truncate) => origin,
            Some(other) => Origin::Opened(other),
        };
        let mut file = self.new_file(api, site, origin, path);
        let content = self.argument_value(api.content.as_ref(), site);
        file.empty = api.content.is_some() && content.truth() == Some(false);
        file.piecewise = api.serialises || origin == Origin::Copied;
        if !file.empty {
            file.marks.insert(Moment::Write, Mark { place, always: true });
            file.marks.insert(Moment::Flush, Mark { place, always: true });
        }
        self.look_at_check(state, site, &file);
        self.put(state, site, file);
        Made::default()
    }

    /// Reads a whole file by one call, where it is given the path of one.
    pub(crate) fn read_whole(&mut self, api: &Api, site: &Site) -> Made {
        if api.target.is_none() {
            return Made::nothing();
        }
        for path in self.target(api, site).paths() {
            self.log.read(path, self.place_of(site));
        }
        let own = api.name.rsplit(['.', ':']).next().unwrap_or("");
        Made { value: Some(Value::path(result(own.into(), site))), ..Made::default() }
    }

    /// Writes a whole file through an open one that is given in place of a path.
    fn write_handles(&mut self, state: &mut State, site: &Site, target: &Value) -> Made {
        let place = self.place_of(site);
        for (key, kind) in target.handles() {
            let buffered = self.models().kind(kind).buffered;
            self.ensure_file(state, key, site);
            if let Some(file) = state.file_mut(key) {
                file.piecewise = true;
                file.advance(Event::Write { buffered }, place);
            }
        }
        Made::default()
    }

    /// Whether a call that could write a file writes none: its target is left out, memory, or an open file of
    /// which nothing more is known.
    pub(crate) fn is_no_file(&self, api: &Api, site: &Site, target: &Value) -> bool {
        let absent = |arg: &ArgRef| !arg.is_receiver() && arg.default().is_none() && site.arg(arg).is_none();
        let given = target.filter(|atom| *atom != Atom::None);
        api.target.as_ref().is_some_and(absent)
            || (given.is_unknown() && !target.is_unknown())
            || ((api.or_handle || api.any_receiver) && self.is_harmless(&given))
            || (api.or_remote && !given.paths().any(|path| leading_text(path).is_some()))
            || (api.or_handle && given.handles().next().is_none() && !self.may_be_path(&given))
    }

    /// Whether anything says that a value, which could as well be an open file, is a path.
    fn may_be_path(&self, value: &Value) -> bool {
        let naming = self.program.catalog.naming();
        value.paths().any(|path| match &**path {
            PathExpr::Made(_) => false,
            PathExpr::Result(name, _) if name.starts_with(|first: char| first.is_uppercase()) => false,
            PathExpr::Result(name, _) | PathExpr::Field(_, name) | PathExpr::Param { name, .. } => {
                !naming.is_handle(name)
            }
            PathExpr::Item(name) => !naming.is_handle(name),
            _ => true,
        })
    }

    /// Stages a whole file and renames it over the target, by one call or through a writer that the call gives.
    pub(crate) fn replace_whole(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let path = self.target(api, site);
        let mode = api.mode.as_ref().and_then(|mode| mode_of(&self.argument_value(Some(mode), site)));
        if mode == Some(OpenAs::Read) || self.is_no_file(api, site, &path) || path.handles().next().is_some() {
            return Made::nothing();
        }
        let place = self.place_of(site);
        let mut file = self.new_file(api, site, Origin::Replaced, path.clone());
        file.marks.insert(Moment::Write, Mark { place, always: true });
        file.marks.insert(Moment::Flush, Mark { place, always: true });
        if api.syncs {
            self.look_at_blocking(api, site, &file);
        } else {
            let named = file.named;
            self.log_unsynced(site, &file, path.clone(), named);
        }
        self.put(state, site, file);
        Made { value: self.invoke_staged(state, api, site, &path), ..Made::default() }
    }
}
