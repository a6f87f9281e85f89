//! Around the protocol: the name and the mode of a staging file, errors that nobody sees, and what was asked before.

use crate::defect::Defect;
use crate::effect::Made;
use crate::file::{File, Origin};
use crate::link::Def;
use crate::machine::Machine;
use crate::outcome::Outcomes;
use crate::path::{PathExpr, PathRef};
use crate::program::StepRef;
use crate::site::Site;
use crate::state::State;
use crate::value::{Atom, FileKey, Value};
use atomic_lint_catalog::{Api, Effect, Kind, OpenAs};
use atomic_lint_ir::{Callee, Language, Op};
use atomic_lint_source::Place;

impl Machine<'_, '_> {
    /// What is to be said of a staging file where it is published, besides whether it was synced.
    pub(crate) fn look_at_publish(&mut self, state: &State, api: &Api, site: &Site, file: &File, target: &Value) {
        if let Some(torn) = file.torn {
            self.log_failure(site, Defect::PublishOnError, state.failed, file, target, torn);
        }
        self.look_at_error(site, file, target);
        if api.replaces_on_unix_only {
            self.advise(site, Defect::NonReplacing, file, target);
        }
        if self.is_foreseeable(file, target) {
            self.advise(site, Defect::SharedName, file, target);
        }
        // One that was given away may have got its mode there.
        if file.origin == Origin::Temporary && !file.has_mode && !file.handed {
            self.advise(site, Defect::LostMode, file, target);
        }
    }

    /// Says so where nobody learns that the step at hand has failed.
    pub(crate) fn look_at_error(&mut self, site: &Site, file: &File, target: &Value) {
        let kept = match file.origin {
            Origin::Opened(how) => !matches!(how, OpenAs::Read | OpenAs::Append | OpenAs::Unknown),
            Origin::Whole | Origin::Copied | Origin::Temporary => true,
            Origin::Replaced | Origin::Given => false,
        };
        if kept && self.drops_error(site) {
            self.advise(site, Defect::IgnoredError, file, target);
        }
    }

    /// Whether nobody learns that the call at hand has failed.
    pub(crate) fn drops_error(&self, site: &Site) -> bool {
        let raises = self.program.language(site.at.body) == Language::Python;
        Outcomes::around(self.program, site.at).drops_error(site.at, raises)
    }

    /// Whether the name of a staging file follows from that of its target and from what anybody can know.
    fn is_foreseeable(&self, file: &File, target: &Value) -> bool {
        let made = match file.origin {
            Origin::Opened(how) => how == OpenAs::Truncate || how == OpenAs::Write,
            Origin::Whole | Origin::Copied => true,
            Origin::Temporary | Origin::Replaced | Origin::Given => false,
        };
        let naming = self.program.catalog.naming();
        let follows = |path: &PathRef| {
            !path.any(&mut |part| match part {
                PathExpr::Item(name) => !naming.foreseeable.contains(name) && !shares(target, part),
                PathExpr::Made(step) => !self.gives_foreseeable(*step) && !shares(target, part),
                // What it is made of is looked at next.
                PathExpr::Result(name, parts) if !parts.is_empty() && naming.derived.contains(name) => false,
                PathExpr::Field(of, _) if matches!(**of, PathExpr::Result(..) | PathExpr::Made(_)) => false,
                PathExpr::Param { .. } | PathExpr::Field(..) | PathExpr::Result(..) => !shares(target, part),
                PathExpr::Sibling(_) | PathExpr::Temporary(..) => true,
                PathExpr::SystemTemp | PathExpr::Environment(_) | PathExpr::Argument => false,
                PathExpr::Text(_)
                | PathExpr::Concat(_)
                | PathExpr::Join(..)
                | PathExpr::Parent(_)
                | PathExpr::WithExtension(..)
                | PathExpr::FileName(_) => false,
            })
        };
        let mut paths = file.path.paths().peekable();
        made && paths.peek().is_some() && target.paths().next().is_some() && paths.all(follows)
    }

    /// Whether the call at `step` gives what anybody can know.
    fn gives_foreseeable(&self, step: StepRef) -> bool {
        let info = self.program.body(step.body);
        match &info.body.blocks[step.block as usize].steps[step.step as usize].op {
            Op::Call { callee: Callee::Path(path), .. } => match self.program.links.resolve(info.file, path) {
                Def::External(name) => self.program.catalog.naming().foreseeable.contains(&name),
                _ => false,
            },
            _ => false,
        }
    }

    /// Changes mode or owner of a file.
    pub(crate) fn chmod(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let mode = self.argument_value(api.value.as_ref(), site);
        let target = self.target(api, site);
        let keys = match &api.target {
            Some(_) => self.files_at(state, &target),
            None => self.handles_of(api, site).handles().map(|(key, _)| key.clone()).collect(),
        };
        // An earlier file of that name is not the one that was made just now.
        let has_content = |key: &FileKey| state.file(key).is_some_and(File::written);
        let written = keys.iter().all(has_content);
        for key in &keys {
            let Some(file) = state.file(key).cloned() else { continue };
            let open_to_others = !file.has_mode && !matches!(file.origin, Origin::Temporary | Origin::Given);
            if open_to_others && written && file.published.is_none() && shuts_out(&mode) {
                self.advise(site, Defect::ExposedSecret, &file, &file.path);
            }
            if let Some(file) = state.file_mut(key) {
                file.has_mode = true;
            }
        }
        if keys.is_empty() {
            self.look_at_late_mode(state, site, &target);
        }
        Made::nothing()
    }

    /// Says so where the mode of what was just published is set.
    fn look_at_late_mode(&mut self, state: &mut State, site: &Site, target: &Value) {
        let place = self.place_of(site);
        let late = |(_, file): &(&FileKey, &File)| {
            let is_target = file.published.as_ref().is_some_and(|published| published.shares_path(target));
            // Mode, owner and group are often set one after the other; the first tells of all of them.
            let is_first = file.late_mode.is_none_or(|first| first == place);
            is_target && is_first && file.published_in.as_ref().is_some_and(|chain| self.is_near(chain))
        };
        let keys: Vec<FileKey> = state.files().filter(late).map(|(key, _)| key.clone()).collect();
        for key in &keys {
            let Some(file) = state.file_mut(key) else { continue };
            file.late_mode = Some(place);
            let file = file.clone();
            self.advise(site, Defect::LateMode, &file, target);
        }
    }

    /// Whether the target exists.
    pub(crate) fn exists(&self, api: &Api, site: &Site) -> Made {
        let Some(path) = self.target(api, site).paths().next().cloned() else { return Made::nothing() };
        Made { value: Some(Value::of(Atom::Exists(path))), ..Made::default() }
    }

    /// Says so where a file is made that was just found not to exist.
    pub(crate) fn look_at_check(&mut self, state: &mut State, site: &Site, file: &File) {
        let creates = match file.origin {
            Origin::Opened(how) => how == OpenAs::Truncate,
            Origin::Whole | Origin::Copied | Origin::Replaced => true,
            Origin::Temporary | Origin::Given => false,
        };
        let mut missed = false;
        for path in file.path.paths() {
            missed |= state.was_missed(path);
        }
        if creates && missed {
            self.advise(site, Defect::CheckThenWrite, file, &file.path);
        }
    }

    /// Says so where a record is appended in pieces.
    pub(crate) fn look_at_append(&mut self, state: &mut State, api: &Api, site: &Site, buffered: bool) {
        if buffered {
            return;
        }
        let place = self.place_of(site);
        let pieces = api.piecemeal && site.args.len() > 2;
        for (key, _) in self.handles_of(api, site).handles() {
            let Some(file) = state.file_mut(key) else { continue };
            if file.origin != Origin::Opened(OpenAs::Append) || file.locked || file.truncated {
                continue;
            }
            let torn = pieces || file.appended.is_some_and(|first| first != place);
            file.appended.get_or_insert(place);
            let file = file.clone();
            if torn {
                self.advise(site, Defect::TornAppend, &file, &file.path);
            }
        }
    }

    /// Says so where how much was written, or that nothing was, is not looked at.
    pub(crate) fn look_at_count(&mut self, state: &mut State, api: &Api, site: &Site) {
        let place = self.place_of(site);
        let short = api.counts && Outcomes::around(self.program, site.at).drops_value(site.at);
        let dropped = self.drops_error(site);
        for (key, _) in self.handles_of(api, site).handles() {
            let Some(file) = state.file_mut(key) else { continue };
            if dropped {
                file.torn = Some(place);
            }
            let file = file.clone();
            if short && file.origin != Origin::Given {
                self.advise(site, Defect::ShortWrite, &file, &file.path);
            }
        }
    }

    /// Says so where an asynchronous function waits for the device.
    pub(crate) fn look_at_blocking(&mut self, api: &Api, site: &Site, file: &File) {
        let waits = self.handles_of(api, site).handles().all(|(_, kind)| !self.models().kind(kind).asynchronous);
        if !waits || !self.calls(site.at, &api.name) || self.calls_twin(api, site) {
            return;
        }
        if self.program.body(site.at.body).body.is_async {
            self.advise(site, Defect::BlockingSync, file, file.name_now());
        } else if let Some(caller) = self.waiting_caller() {
            self.advise(&self.site_of(caller), Defect::BlockingSync, file, file.name_now());
        }
    }

    /// Whether the step calls a twin of the function of that row, which may well be an asynchronous one.
    fn calls_twin(&self, api: &Api, site: &Site) -> bool {
        let info = self.program.body(site.at.body);
        match &info.body.blocks[site.at.block as usize].steps[site.at.step as usize].op {
            Op::Call { callee: Callee::Path(path), .. } => match self.program.links.resolve(info.file, path) {
                Def::External(name) => name != api.name,
                _ => false,
            },
            _ => false,
        }
    }

    /// The call in an asynchronous function that led to the function at hand, by nothing but plain calls.
    fn waiting_caller(&self) -> Option<StepRef> {
        for frame in self.frames.iter().rev() {
            let caller = frame.caller?;
            if !self.calls(caller, &self.program.body(frame.body).body.name) {
                return None;
            }
            if self.program.body(caller.body).body.is_async {
                return Some(caller);
            }
        }
        None
    }

    fn site_of(&self, step: StepRef) -> Site {
        let body = self.program.body(step.body).body;
        let step_of = &body.blocks[step.block as usize].steps[step.step as usize];
        Site::of_values(step, step_of, std::iter::empty())
    }

    /// Whether the step calls the function of that name, and does not hand it to another that does.
    fn calls(&self, step: StepRef, name: &str) -> bool {
        let body = self.program.body(step.body).body;
        let Op::Call { callee, .. } = &body.blocks[step.block as usize].steps[step.step as usize].op else {
            return false;
        };
        let own = name.rsplit(['.', ':']).next();
        match callee {
            Callee::Path(path) => path.segments.last().map(|name| name.as_str()) == own,
            Callee::Method { name, .. } => Some(name.as_str()) == own,
            Callee::Value(_) => false,
        }
    }

    /// Says so where a buffer ends that nobody has asked whether it could be written.
    pub(crate) fn look_at_end(&mut self, state: &State, site: &Site, kind: &Kind, file: &File) {
        let is_device = crate::classify::is_device(self.program.catalog.naming(), file);
        if state.failed || file.origin == Origin::Given || !file.wrote || is_device {
            return;
        }
        if kind.flushes_at_end {
            self.advise(site, Defect::DroppedBuffer, file, file.name_now());
        } else if kind.asynchronous {
            self.advise(site, Defect::UnflushedAsync, file, file.name_now());
        }
    }

    /// Says so where a directory is opened that has no name, that of a bare file name, or that is the directory of a
    /// link where the target is what the link leads to.
    pub(crate) fn look_at_directory(&mut self, state: &State, site: &Site, path: &Value) {
        // Where it may have a name as well, it was asked whether it has one.
        let empty = |atom: &Atom| matches!(atom, Atom::Path(path) if is_empty(path));
        let nameless = !path.is_unknown() && path.atoms().iter().all(empty);
        let linked = |file: &&File| file.published.as_ref().is_some_and(|target| is_of_link(path, target));
        let mut published = state.files().map(|(_, file)| file).filter(|file| file.published.is_some());
        let (defect, file) = match nameless {
            true => (Defect::WrongSync, published.next()),
            false => (Defect::LinkSync, published.find(linked)),
        };
        if let Some(file) = file.cloned() {
            self.advise(site, defect, &file, file.name_now());
        }
    }

    /// Says so where a temporary name is made and the file is not.
    pub(crate) fn look_at_name(&mut self, api: &Api, site: &Site) {
        if api.effect == Effect::TempName {
            self.advise_without_file(site, Defect::SharedName);
        }
    }
}

fn is_empty(path: &PathRef) -> bool {
    matches!(&**path, PathExpr::Text(text) if text.is_empty())
}

/// Whether `directory` holds the link that was followed to `target`.
fn is_of_link(directory: &Value, target: &Value) -> bool {
    let holds = |directory: &PathRef| {
        let mut targets = target.paths().filter(|target| PathExpr::parent(target) == *directory).peekable();
        targets.peek().is_some() && targets.all(PathRef::is_resolved)
    };
    let mut directories = directory.paths().peekable();
    directories.peek().is_some() && directories.all(|directory| !directory.is_resolved() && holds(directory))
}

/// Whether the target is made of `part` too.
fn shares(target: &Value, part: &PathExpr) -> bool {
    target.paths().any(|path| path.any(&mut |other| other == part))
}

/// Whether a mode lets nobody in but the owner.
fn shuts_out(mode: &Value) -> bool {
    let owner =
        |name: &str| ["S_IRUSR", "S_IWUSR", "S_IRWXU", "S_IREAD", "S_IWRITE"].iter().any(|own| name.ends_with(own));
    let atoms = mode.atoms();
    let narrow = |atom: &Atom| match atom {
        Atom::Int(bits) => *bits & 0o077 == 0 && *bits & 0o700 != 0,
        // A single bit is one that is added to what is there.
        Atom::Flags(names) => names.len() > 1 && names.iter().all(|name| owner(name)),
        Atom::Path(path) => matches!(&**path, PathExpr::Item(name) if owner(name)),
        _ => false,
    };
    !atoms.is_empty() && atoms.iter().all(narrow)
}

impl Machine<'_, '_> {
    /// Writes down `defect` at the step at hand, as it is of `file`.
    pub(crate) fn advise(&mut self, site: &Site, defect: Defect, file: &File, target: &Value) {
        self.log_flaw(site, defect, true, Some(file), target.clone(), None, None);
    }

    fn advise_without_file(&mut self, site: &Site, defect: Defect) {
        self.log_flaw(site, defect, true, None, Value::unknown(), None, None);
    }

    fn log_failure(&mut self, site: &Site, defect: Defect, always: bool, file: &File, target: &Value, torn: Place) {
        let mut file = file.clone();
        // What failed is what the flow shows.
        if let Some(mark) = file.marks.get_mut(&crate::finding::Moment::Write) {
            mark.place = torn;
        }
        self.log_flaw(site, defect, always, Some(&file), target.clone(), None, None);
    }
}
