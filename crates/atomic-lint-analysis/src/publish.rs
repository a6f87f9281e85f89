//! Renames, moves, removals and directory syncs: what makes a staging file the target.

use crate::classify::last_name;
use crate::defect::Defect;
use crate::effect::Made;
use crate::file::{File, Origin};
use crate::log::Flaw;
use crate::machine::Machine;
use crate::path::{PathExpr, PathRef};
use crate::program::StepRef;
use crate::protocol::{Event, Fault, Found};
use crate::site::Site;
use crate::state::{Removal, State};
use crate::value::{Atom, FileKey, Value};
use atomic_lint_catalog::{Api, ArgRef, Effect, Naming, OpenAs};
use atomic_lint_ir::{Name, Op, Operand};
use atomic_lint_source::Place;

impl Machine<'_, '_> {
    /// Renames, moves or links `source` to `target`.
    pub(crate) fn rename(&mut self, state: &mut State, api: &Api, site: &Site) {
        let source = self.source(api, site);
        self.source = Some((site.at, source.clone()));
        let target = self.target(api, site);
        let named = self.target_place(api.target.as_ref(), site);
        if self.moves_into_staging(state, api, site, &target) {
            return;
        }
        let staged = self.files_at(state, &source);
        // What was moved aside is put back, as when its successor could not be renamed in.
        let removed = self.removed_before(state, &target).filter(|removed| !removed.aside.shares_path(&source));
        let removed = removed.filter(|_| api.effect != Effect::Link || !staged.is_empty());
        let told = removed.as_ref().is_some_and(|removed| removed.always);
        // What is moved back to where it was is what had been removed.
        let undone = source.paths().any(|source| target.paths().any(|target| state.was_tried(target, source)));
        if let Some(removed) = removed.filter(|_| !undone) {
            let file = staged.first().and_then(|key| state.file(key)).cloned();
            self.log_removed(site, file.as_ref(), &target, named, &removed);
        }
        for key in &staged {
            self.publish(state, api, site, key, &target, named, told);
        }
        let moved = api.effect == Effect::Move;
        let made_there = moved && source.paths().any(|source| state.is_directory(source));
        if staged.is_empty() && api.effect != Effect::Link && outside_temporary(&source, &target) && !made_there {
            self.log_flaw(site, Defect::CrossDevice { moved }, true, None, target.clone(), named, None);
        } else if staged.is_empty() && api.effect == Effect::Move && !self.moves_directory(state, api, site, &source) {
            self.log_flaw(site, Defect::NonAtomicMove, true, None, target.clone(), named, None);
        }
        for path in source.paths() {
            target.paths().for_each(|target| state.try_rename(path, target));
            self.log.rename(path, site.at.body);
            self.move_directory(state, path);
            if api.effect != Effect::Link {
                state.removed.insert(path.clone(), Removal { aside: target.clone(), ..self.removal(site) });
            }
        }
        for path in target.paths() {
            state.removed.remove(path);
        }
    }

    /// Whether what is moved is a directory, which is no file that is published: it was made one, or is named so.
    fn moves_directory(&self, state: &State, api: &Api, site: &Site, source: &Value) -> bool {
        let words = &self.program.catalog.naming().directory;
        let named = |path: &PathRef| last_name(path).is_some_and(|name| Naming::has_word(&name, words));
        api.tree
            || source.paths().any(|path| state.is_directory(path) || named(path))
            || self.argument_name(api.source.as_ref(), site).is_some_and(|name| Naming::has_word(name, words))
    }

    /// The variable that an argument is, by its name.
    fn argument_name(&self, arg: Option<&ArgRef>, site: &Site) -> Option<&Name> {
        let body = self.program.body(site.at.body).body;
        let Op::Call { args, .. } = &body.blocks[site.at.block as usize].steps[site.at.step as usize].op else {
            return None;
        };
        let arg = arg?;
        let by_name = args.iter().find(|known| known.name.is_some() && known.name.as_ref() == arg.keyword());
        let found = by_name.or_else(|| args.iter().filter(|known| known.name.is_none()).nth(arg.position()?))?;
        match &found.value {
            Operand::Local(local) => body.locals[local.0 as usize].name.as_ref(),
            Operand::Const(_) => None,
        }
    }

    /// Copies over a target what a rename to it was tried with just before: a fallback that is no atomic publish.
    /// Gives whether that is what this copy is.
    pub(crate) fn falls_back(&mut self, state: &State, api: &Api, site: &Site) -> bool {
        let source = self.source(api, site);
        let target = self.target(api, site);
        self.log.bring_over(brought_over(state, &source, &target));
        let tried = source.paths().any(|source| target.paths().any(|target| state.was_tried(source, target)));
        // Where the rename has succeeded there is nothing to fall back from.
        let gone = source.paths().any(|source| state.removed.get(source).is_some_and(|removal| removal.always));
        if !tried || gone || self.staging_at(state, &target).is_some() {
            return false;
        }
        if api.tree {
            return true;
        }
        let named = self.target_place(api.target.as_ref(), site);
        let staged = self.files_at(state, &source);
        let file = staged.first().and_then(|key| state.file(key)).cloned();
        // Where the staging file lies elsewhere, the rename has been told of already.
        if !file.as_ref().is_some_and(|file| crosses(file, &target)) {
            self.log_flaw(site, Defect::NonAtomicMove, true, file.as_ref(), target, named, None);
        }
        true
    }

    /// What goes over a staging file is content of it, and is published only when that is.
    fn moves_into_staging(&mut self, state: &mut State, api: &Api, site: &Site, target: &Value) -> bool {
        let Some(key) = self.staging_at(state, target).filter(|_| api.effect == Effect::Move) else { return false };
        let place = self.place_of(site);
        if let Some(file) = state.file_mut(&key) {
            file.advance(Event::Write { buffered: false }, place);
        }
        true
    }

    /// The temporary file that was made under one of those paths and is still to be published.
    fn staging_at(&self, state: &State, target: &Value) -> Option<FileKey> {
        let temporary = |key: &FileKey| state.file(key).is_some_and(|file| file.origin == Origin::Temporary);
        self.files_at(state, target).into_iter().find(temporary)
    }

    /// Publishes a temporary file through its own method.
    pub(crate) fn persist(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let target = self.target(api, site);
        let named = self.target_place(api.target.as_ref(), site);
        let handles = self.handles_of(api, site);
        let removed = self.removed_before(state, &target);
        let told = removed.as_ref().is_some_and(|removed| removed.always);
        for (key, _) in handles.handles() {
            self.ensure_file(state, key, site);
            if let Some(removed) = &removed {
                let file = state.file(key).cloned();
                self.log_removed(site, file.as_ref(), &target, named, removed);
            }
            self.publish(state, api, site, key, &target, named, told);
        }
        let file = handles.handles().next().map(|(key, _)| key.clone());
        Made { file, value: Some(handles), path: None }
    }

    fn log_removed(
        &mut self,
        site: &Site,
        file: Option<&File>,
        target: &Value,
        named: Option<Place>,
        removal: &Removal,
    ) {
        self.log_flaw(site, Defect::RemovedBefore, removal.always, file, target.clone(), named, Some(removal.place));
    }

    #[allow(clippy::too_many_arguments)]
    fn publish(
        &mut self,
        state: &mut State,
        api: &Api,
        site: &Site,
        key: &FileKey,
        target: &Value,
        named: Option<Place>,
        told: bool,
    ) {
        let place = self.place_of(site);
        let Some(file) = state.file(key).cloned() else { return };
        let event = Event::Publish { syncs: api.syncs };
        let (_, found) = file.stages.after(event);
        let moved = api.effect == Effect::Move;
        let known = file.origin != Origin::Given;
        self.look_at_publish(state, api, site, &file, target);
        if known && crosses(&file, target) {
            self.log_flaw(site, Defect::CrossDevice { moved }, true, Some(&file), target.clone(), named, None);
        } else if known && moved {
            self.log_flaw(site, Defect::NonAtomicMove, true, Some(&file), target.clone(), named, None);
        } else if !told {
            self.log_order(site, Some(&file), &found, target.clone(), named);
        }
        let chain = self.function_chain();
        let Some(file) = state.file_mut(key) else { return };
        file.advance(event, place);
        file.published = Some(target.clone());
        file.left = false;
        file.published_in = Some(chain);
    }

    /// The source of the rename that `site` is.
    fn source_at(&self, site: &Site) -> Option<&Value> {
        self.source.as_ref().filter(|(at, _)| *at == site.at).map(|(_, source)| source)
    }

    /// The call in the body that has the source of a rename from elsewhere than from its caller.
    ///
    /// A function that renames what it is given cannot know that it is a staging file; whoever
    /// wrote that file can.
    fn told_by(&self, site: &Site, defect: Defect) -> Option<StepRef> {
        if !defect.is_of_publish() {
            return None;
        }
        let source = self.source_at(site)?;
        let mut told = None;
        for frame in self.frames.iter().rev() {
            let given = frame.args.iter().any(|arg| gives_path(arg, source));
            let (Some(caller), true) = (frame.caller, given) else { break };
            told = Some(caller);
        }
        told
    }

    /// The files under one of those paths that are still to be published.
    pub(crate) fn files_at(&self, state: &State, source: &Value) -> Vec<FileKey> {
        if source.handles().next().is_some() {
            return source.handles().map(|(key, _)| key.clone()).collect();
        }
        let matching = state.files().filter(|(_, file)| {
            file.stages.may_be_unpublished()
                && !matches!(file.origin, Origin::Opened(OpenAs::Read))
                && file.path.paths().any(|path| source.paths().any(|source| source == path))
        });
        matching.map(|(key, _)| key.clone()).collect()
    }

    fn move_directory(&self, state: &mut State, directory: &PathRef) {
        let inside: Vec<FileKey> = state
            .files()
            .filter(|(_, file)| {
                file.path.paths().any(|path| PathExpr::ancestors(path).iter().skip(1).any(|above| above == directory))
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in inside {
            if let Some(file) = state.file_mut(&key) {
                file.moved_with_directory = true;
            }
        }
    }

    fn removal(&self, site: &Site) -> Removal {
        Removal { place: self.place_of(site), chain: self.function_chain(), always: true, aside: Value::unknown() }
    }

    /// Where the target was removed by the function at hand, or by a helper that it called.
    pub(crate) fn removed_before(&self, state: &State, target: &Value) -> Option<Removal> {
        let chain = self.function_chain();
        let removals = target.paths().filter_map(|path| state.removed.get(path));
        let mut ours =
            removals.filter(|removal| removal.chain.starts_with(&chain) && removal.chain.len() <= chain.len() + 1);
        ours.next().cloned()
    }

    /// Unlinks the target.
    pub(crate) fn remove(&mut self, state: &mut State, api: &Api, site: &Site) {
        let target = self.target(api, site);
        let files = self.files_at(state, &target);
        let mut failed = state.files_only();
        for state in [&mut *state, &mut failed] {
            files.iter().for_each(|key| state.remove_file(key));
        }
        if files.is_empty() {
            for path in target.paths() {
                state.removed.insert(path.clone(), self.removal(site));
                failed.removed.insert(path.clone(), self.removal(site));
            }
        }
        // Whoever has tried has not left it behind; most often there was nothing to remove.
        self.failed = Some(failed);
    }

    /// Syncs a directory; one that is not known may be that of any target.
    pub(crate) fn sync_directory(&mut self, state: &mut State, directory: &Value, place: Place) {
        let published: Vec<FileKey> = state
            .files()
            .filter(|(_, file)| file.stages.may_be_published() && may_hold(directory, file))
            .map(|(key, _)| key.clone())
            .collect();
        for key in published {
            if let Some(file) = state.file_mut(&key) {
                file.advance(Event::SyncDirectory, place);
            }
        }
    }

    /// A sync puts the whole file on the device, whatever handle wrote it: also what was written under the
    /// same path before `opened` was, and a directory where `opened` is one.
    pub(crate) fn sync_others(&mut self, state: &mut State, own: &FileKey, opened: &File, site: &Site) {
        let place = self.place_of(site);
        if opened.origin == Origin::Given && !opened.written() {
            // A handle of which nothing is known may be that of a directory.
            self.sync_directory(state, &Value::unknown(), place);
        }
        let mut staged = self.files_at(state, &opened.path);
        staged.retain(|key| key != own);
        for key in &staged {
            let Some(file) = state.file(key).cloned() else { continue };
            let (_, found) = file.stages.after(Event::Sync { flushes: false });
            self.log_order(site, Some(&file), &found, file.path.clone(), None);
            if let Some(file) = state.file_mut(key) {
                file.advance(Event::Sync { flushes: false }, place);
            }
        }
        if !staged.is_empty() || !keeps_content(opened.origin) || opened.written() {
            return;
        }
        let late: Vec<File> = state
            .files()
            .filter(|(_, file)| file.published.as_ref().is_some_and(|target| shares_path(target, &opened.path)))
            .map(|(_, file)| file.clone())
            .collect();
        for file in &late {
            let (_, found) = file.stages.after(Event::Sync { flushes: false });
            self.log_order(site, Some(file), &found, file.published.clone().unwrap_or_default(), None);
        }
        if late.is_empty() {
            self.sync_directory(state, &opened.path, place);
        }
    }

    /// Whether what was done under those calls was done by the function at hand, or by one next to it.
    pub(crate) fn is_near(&self, chain: &[StepRef]) -> bool {
        are_near(chain, &self.function_chain())
    }

    /// Writes down that `site` publishes without a sync all by itself.
    pub(crate) fn log_unsynced(&mut self, site: &Site, file: &File, target: Value, named: Option<Place>) {
        let defect = Defect::Order(Fault::PublishBeforeSync);
        self.log_flaw(site, defect, true, Some(file), target, named, None);
    }

    /// Writes down what is wrong with the order of steps.
    pub(crate) fn log_order(
        &mut self,
        site: &Site,
        file: Option<&File>,
        found: &[Found],
        target: Value,
        named: Option<Place>,
    ) {
        for found in found {
            // In what order the methods around a field are called is not known.
            if (found.right_somewhere || !found.written) && file.is_some_and(|file| file.tabled) {
                continue;
            }
            // Whether what another function did to it came before or after is a matter of its callers.
            let published_in = file.and_then(|file| file.published_in.as_ref());
            let elsewhere = published_in.is_none_or(|chain| !self.is_near(chain));
            if found.fault == Fault::Late && (elsewhere || !found.always) {
                continue;
            }
            self.log_flaw(site, Defect::Order(found.fault), found.always, file, target.clone(), named, None);
        }
    }

    #[allow(clippy::too_many_arguments)]
    pub(crate) fn log_flaw(
        &mut self,
        site: &Site,
        defect: Defect,
        always: bool,
        file: Option<&File>,
        target: Value,
        named: Option<Place>,
        removed: Option<Place>,
    ) {
        let Some(root) = self.log.root else { return };
        self.log.flaw(Flaw {
            defect,
            place: self.place_of(site),
            api: self.applying.clone(),
            step: site.at,
            always,
            file: file.cloned(),
            target,
            named,
            removed,
            source: self.source_at(site).filter(|_| file.is_none()).cloned(),
            told_by: self.told_by(site, defect),
            chain: self.chain(site.at),
            root,
        });
    }
}

/// Whether of two functions one is the other, or was called by it.
fn are_near(a: &[StepRef], b: &[StepRef]) -> bool {
    let (outer, inner) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    inner.starts_with(outer) && inner.len() <= outer.len() + 1
}

/// Whether opening it left what was there.
fn keeps_content(origin: Origin) -> bool {
    matches!(origin, Origin::Opened(OpenAs::Read | OpenAs::Write | OpenAs::Update | OpenAs::Unknown))
}

/// Whether a file in the system's temporary directory goes to somewhere else.
fn crosses(file: &File, target: &Value) -> bool {
    outside_temporary(&file.path, target)
}

/// The targets to which a rename of `source` was tried, and beside which it is now copied.
fn brought_over(state: &State, source: &Value, copy: &Value) -> Vec<PathRef> {
    let beside = |target: &&PathRef| {
        copy.paths().any(|copy| copy != *target && PathExpr::parent(copy) == PathExpr::parent(target))
    };
    source.paths().flat_map(|source| state.targets_tried(source)).filter(beside).cloned().collect()
}

/// Whether `source` lies in the system's temporary directory and `target` is known to lie elsewhere.
fn outside_temporary(source: &Value, target: &Value) -> bool {
    let temporary = |path: &PathRef| path.any(&mut |part| matches!(part, PathExpr::SystemTemp));
    let mut sources = source.paths().peekable();
    let mut targets = target.paths().peekable();
    let known = sources.peek().is_some() && targets.peek().is_some();
    known && sources.all(temporary) && !targets.any(temporary)
}

fn may_hold(directory: &Value, file: &File) -> bool {
    let directories: Vec<&PathRef> = directory.paths().collect();
    let targets: Vec<PathRef> = file.published.iter().flat_map(|target| target.paths()).map(PathExpr::parent).collect();
    directories.is_empty()
        || targets.is_empty()
        || directories.iter().any(|directory| {
            // A directory that cannot be compared may be the right one.
            targets.iter().any(|target| target == *directory) || !matches!(***directory, PathExpr::Text(_))
        })
}

/// Whether an argument, or one of those that were taken together, is the path.
fn gives_path(arg: &Value, path: &Value) -> bool {
    let in_rest = |atom: &Atom| matches!(atom, Atom::Rest(args) if args.iter().any(|(_, arg)| arg.shares_path(path)));
    arg.shares_path(path) || arg.atoms().iter().any(in_rest)
}

fn shares_path(a: &Value, b: &Value) -> bool {
    a.shares_path(b)
}
