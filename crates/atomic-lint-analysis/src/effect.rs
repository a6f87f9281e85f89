//! Applying a model: what a library's call does to files, handles and paths.
//!
//! One arm for every effect; each calls the function that does it.

use crate::file::Origin;
use crate::finding::Moment;
use crate::handles::rewind;
use crate::machine::{KIND, Machine};
use crate::open::{flags_of, mode_of, options_of};
use crate::path::{PathExpr, PathRef};
use crate::protocol::Event;
use crate::site::{Argument, Site, result};
use crate::state::{Fields, State};
use crate::value::{Atom, FileKey, ObjectKey, Value};
use atomic_lint_catalog::{Api, ArgRef, Effect, KindId, OpenAs, Returns, Runs};
use atomic_lint_ir::{Callee, Name, Op, Step};
use atomic_lint_source::Place;
use std::sync::Arc;

/// What an effect leaves for the value that the call gives.
#[derive(Default)]
pub(crate) struct Made {
    /// The file it is about.
    pub(crate) file: Option<FileKey>,
    /// The value itself, where the effect decides it.
    pub(crate) value: Option<Value>,
    /// The path of what was made.
    pub(crate) path: Option<PathRef>,
}

impl Made {
    /// Nothing that matters.
    pub(crate) fn nothing() -> Self {
        Made::default()
    }

    pub(crate) fn value(value: Value) -> Self {
        Made { value: Some(value), ..Made::default() }
    }

    fn path(path: PathRef) -> Self {
        Made { value: Some(Value::path(path.clone())), path: Some(path), ..Made::default() }
    }
}

impl Machine<'_, '_> {
    /// Does what `api` says; gives what the call gives.
    pub(crate) fn apply(&mut self, state: &mut State, api: &Api, site: &Site) -> Value {
        if let Some(applied) = &mut self.log.applied {
            applied.insert(api.name.clone());
        }
        let around = std::mem::replace(&mut self.applying, api.name.clone());
        let made = self.effect(state, api, site);
        self.applying = around;
        self.assigned = if api.assigns { made.value.clone() } else { None };
        self.returned(state, api, site, made)
    }

    fn effect(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        match api.effect {
            Effect::None => Made::value(Value::path(result(api.name.clone(), site))),
            Effect::Extract | Effect::Exit => Made::nothing(),
            Effect::Read => self.read_whole(api, site),
            Effect::Exists => self.exists(api, site),
            Effect::Chmod => self.chmod(state, api, site),

            Effect::WritePath => self.write_whole(state, api, site, Origin::Whole),
            Effect::ReplacePath => self.replace_whole(state, api, site),
            Effect::CopyPath if self.falls_back(state, api, site) => Made::nothing(),
            Effect::CopyPath => self.write_whole(state, api, site, Origin::Copied),
            Effect::Rename | Effect::Move | Effect::Link => {
                self.rename(state, api, site);
                Made::nothing()
            }
            Effect::Persist => self.persist(state, api, site),
            Effect::Remove => {
                self.remove(state, api, site);
                Made::nothing()
            }
            Effect::MakePipe => {
                self.target(api, site).paths().for_each(|path| self.log.pipe(path));
                Made::nothing()
            }
            Effect::MakeDirectory => {
                self.target(api, site).paths().for_each(|path| state.make_directory(path));
                Made::nothing()
            }
            Effect::SyncDirectory => {
                let target = self.target(api, site);
                self.sync_directory(state, &target, self.place_of(site));
                Made::nothing()
            }

            Effect::OpenRead => self.open(state, api, site, OpenAs::Read),
            Effect::OpenTruncate => self.open(state, api, site, OpenAs::Truncate),
            Effect::OpenWrite => self.open(state, api, site, OpenAs::Write),
            Effect::OpenUpdate => self.open(state, api, site, OpenAs::Update),
            Effect::OpenAppend => self.open(state, api, site, OpenAs::Append),
            Effect::OpenExclusive => self.open(state, api, site, OpenAs::Exclusive),
            Effect::OpenMode => {
                let mode = self.argument_value(api.mode.as_ref(), site);
                match mode_of(&mode) {
                    // An unknown receiver is a path only where the mode says so.
                    None if api.any_receiver => Made::nothing(),
                    mode => self.open(state, api, site, mode.unwrap_or(OpenAs::Unknown)),
                }
            }
            Effect::OpenFlags => {
                let flags = self.argument_value(api.flags.as_ref(), site);
                self.open(state, api, site, flags_of(&flags))
            }
            Effect::OpenOptions => {
                let options = match &api.flags {
                    Some(flags) => self.argument_value(Some(flags), site),
                    None => site.receiver.clone().unwrap_or_default(),
                };
                let options = builder_fields(state, &options);
                self.open(state, api, site, options_of(&options))
            }
            Effect::Option => {
                self.set_option(state, api, site);
                Made::nothing()
            }

            Effect::TempFile => self.temp_file(state, api, site),
            Effect::TempDir | Effect::TempName => {
                self.look_at_name(api, site);
                let directory = self.temp_directory(api, site);
                let path = PathRef::new(PathExpr::Temporary(directory, Some(site.at)));
                if api.effect == Effect::TempDir {
                    state.make_directory(&path);
                }
                Made::path(path)
            }
            Effect::SystemTemp => Made::path(PathRef::new(PathExpr::SystemTemp)),

            // What a write gives is a count or nothing, not the file.
            Effect::Write => Made { value: None, ..self.write(state, api, site) },
            Effect::Flush | Effect::Finish => self.flush(state, api, site),
            Effect::Close => self.close(state, api, site),
            Effect::Sync => self.sync(state, api, site),
            Effect::Truncate => self.truncate(state, api, site),
            Effect::Seek => self.seek(state, api, site),
            Effect::Rewind => self.on_handles(state, api, site, |file, _, _| rewind(file)),
            Effect::Lock => {
                self.log.locks = true;
                self.on_handles(state, api, site, |file, place, _| {
                    file.locked = true;
                    file.mark(Moment::Lock, place);
                })
            }
            Effect::Keep => self.on_handles(state, api, site, |file, _, _| file.deletes = false),
            Effect::Wrap | Effect::Inner => self.handle_of(api, site),
            Effect::IntoInner => self.on_handles(state, api, site, |file, place, _| {
                file.advance(Event::Flush, place);
            }),
            Effect::PathOf => self.path_of(state, site),

            Effect::Join => self.join_paths(site),
            Effect::Concat => self.derive(api, site, |path, part| PathExpr::concat(vec![path.clone(), part.clone()])),
            Effect::Contains => self.contains(api, site),
            Effect::Push => self.derive(api, site, PathExpr::push),
            Effect::Parent => self.derive(api, site, |path, none| match PathExpr::parent(path) {
                parent if parent == PathExpr::text("") => none.clone(),
                parent => parent,
            }),
            Effect::WithName => self.derive(api, site, PathExpr::with_name),
            Effect::WithExtension => self.derive(api, site, PathExpr::with_extension),
            Effect::FileName => self.derive(api, site, |path, _| PathExpr::file_name(path)),
            Effect::Sibling => self.derive(api, site, |path, _| PathRef::new(PathExpr::Sibling(path.clone()))),
            Effect::Absolute => self.absolute(api, site),
            Effect::Resolved => self.resolved(api, site),
            Effect::IsEmpty => self.is_empty(site),
            Effect::Environment => match self.argument_value(api.value.as_ref(), site).texts().next() {
                Some(name) => Made::path(PathRef::new(PathExpr::Environment(name.clone()))),
                None => Made::path(PathRef::new(PathExpr::Environment(Name::default()))),
            },
            Effect::Argument => Made::path(PathRef::new(PathExpr::Argument)),

            Effect::Same => Made::value(match &api.value {
                Some(value) => self.argument_value(Some(value), site),
                None => site.receiver.clone().unwrap_or_default(),
            }),
            Effect::AddElement => self.add_element(state, api, site),
            Effect::Invoke => self.invoke(state, api, site),
            Effect::Partial => self.partial(site),
            Effect::ContextManager => Made::value(site.args.first().map(|arg| arg.value.clone()).unwrap_or_default()),
        }
    }

    fn returned(&mut self, state: &mut State, api: &Api, site: &Site, made: Made) -> Value {
        match &api.returns {
            Returns::Nothing => match made.value {
                Some(value) => value,
                None => made.path.map_or_else(Value::unknown, Value::path),
            },
            Returns::Receiver => site.receiver.clone().unwrap_or_default(),
            Returns::Value => self.argument_value(api.value.as_ref(), site),
            Returns::Callback => made.value.unwrap_or_default(),
            Returns::Kind(kind) => self.of_kind(state, site, *kind, &made),
            Returns::Tuple(kinds) => {
                let mut fields = Fields::new();
                for (at, kind) in kinds.iter().enumerate() {
                    let value = self.of_kind(state, site, *kind, &made);
                    fields.insert(Name::from(at.to_string()), value);
                }
                self.make_object(site.at, state, None, fields)
            }
        }
    }

    fn of_kind(&self, state: &mut State, site: &Site, kind: KindId, made: &Made) -> Value {
        let models = self.models();
        let known = models.kind(kind);
        if known.builder {
            let key = ObjectKey::Made(site.at, self.context());
            let fields = Fields::from([(KIND.into(), Value::of(Atom::Kind(kind, None)))]);
            state.put_object(key.clone(), fields);
            return Value::of(Atom::Object(key));
        }
        if Some(kind) == models.kind_named("path") {
            return match (&made.path, &made.value) {
                (Some(path), _) => Value::path(path.clone()),
                (None, Some(value)) => value.clone(),
                (None, None) => match made.file.as_ref().and_then(|key| state.file(key)) {
                    Some(file) => file.path.clone(),
                    None => Value::path(PathRef::new(PathExpr::Made(site.at))),
                },
            };
        }
        match (&made.file, &made.value) {
            (_, Some(value)) if value.handles().next().is_some() && known.handle => value.map(|atom| match atom {
                Atom::Handle(file, _) => Value::of(Atom::Handle(file.clone(), kind)),
                _ => Value::unknown(),
            }),
            (Some(file), _) if known.handle => Value::of(Atom::Handle(file.clone(), kind)),
            (_, value) => {
                let told = value.as_ref().and_then(|value| value.paths().next());
                Value::of(Atom::Kind(kind, made.path.as_ref().or(told).cloned()))
            }
        }
    }

    /// The value of a modelled argument, its default where it is absent.
    pub(crate) fn argument_value(&self, arg: Option<&ArgRef>, site: &Site) -> Value {
        let Some(arg) = arg else { return Value::unknown() };
        if arg.is_receiver() {
            return site.receiver.clone().unwrap_or_default();
        }
        match (site.arg(arg), arg.default()) {
            (Some(found), _) => found.value.clone(),
            (None, Some(default)) if !site.has_spread() => Value::path(PathExpr::text(default.clone())),
            (None, _) => Value::unknown(),
        }
    }

    /// The target that a call names.
    pub(crate) fn target(&self, api: &Api, site: &Site) -> Value {
        self.argument_value(api.target.as_ref(), site).naming_a_file()
    }

    /// What a call renames or copies.
    pub(crate) fn source(&self, api: &Api, site: &Site) -> Value {
        self.argument_value(api.source.as_ref(), site).naming_a_file()
    }

    /// Where the target's expression stands.
    pub(crate) fn target_place(&self, arg: Option<&ArgRef>, site: &Site) -> Option<Place> {
        let arg = arg?;
        if arg.is_receiver() {
            // The receiver is what stands in front of the method's name.
            let end = site.span.start.saturating_sub(1);
            let span = atomic_lint_source::Span::new(site.whole.start.min(end), end);
            return (span.start < span.end).then(|| self.program.place(site.at.body, span));
        }
        site.arg(arg).map(|found| self.program.place(site.at.body, found.span))
    }

    /// Where a finding at this call stands.
    pub(crate) fn place_of(&self, site: &Site) -> Place {
        self.program.place(site.at.body, site.whole)
    }

    fn path_of(&self, state: &State, site: &Site) -> Made {
        let receiver = site.receiver.clone().unwrap_or_default();
        let value = receiver.map(|atom| match atom {
            Atom::Handle(key, _) => state.file(key).map(|file| file.path.clone()).unwrap_or_default(),
            Atom::Kind(_, Some(path)) => Value::path(path.clone()),
            _ => Value::unknown(),
        });
        Made::value(value)
    }

    fn join_paths(&self, site: &Site) -> Made {
        let parts = site.receiver.iter().chain(site.args.iter().map(|arg| &arg.value));
        let mut joined: Vec<PathRef> = Vec::new();
        for (at, part) in parts.enumerate() {
            let choices = crate::machine::as_texts(part, site.at);
            joined = match at {
                0 => choices,
                _ => joined
                    .iter()
                    .flat_map(|base| choices.iter().map(|part| PathExpr::join(base, part)))
                    .take(4)
                    .collect(),
            };
        }
        let mut value = Value::unknown();
        joined.into_iter().for_each(|path| {
            value.join(&Value::path(path));
        });
        Made { path: None, ..Made::value(value) }
    }

    fn derive(&self, api: &Api, site: &Site, make: impl Fn(&PathRef, &PathRef) -> PathRef) -> Made {
        let base = match &api.target {
            Some(target) => self.argument_value(Some(target), site),
            None => site.receiver.clone().unwrap_or_default(),
        };
        let parts = match &api.value {
            Some(value) => crate::machine::as_texts(&self.argument_value(Some(value), site), site.at),
            None => vec![PathExpr::text("")],
        };
        let mut value = Value::unknown();
        for base in crate::machine::as_texts(&base, site.at) {
            for part in &parts {
                value.join(&Value::path(make(&base, part)));
            }
        }
        Made::value(value)
    }

    fn set_option(&mut self, state: &mut State, api: &Api, site: &Site) {
        let name: Name = api.name.rsplit(['.', ':']).next().unwrap_or("").into();
        let value = site.args.first().map_or(Value::of(Atom::Bool(true)), |arg| arg.value.clone());
        for atom in site.receiver.iter().flat_map(|receiver| receiver.atoms()) {
            if let Atom::Object(key) = atom {
                state.set_field(key, &name, value.clone());
            }
        }
    }

    /// Calls the function that `api` is given, with the name of a staging file beside `target`.
    pub(crate) fn invoke_staged(&mut self, state: &mut State, api: &Api, site: &Site, target: &Value) -> Option<Value> {
        let callee = site.arg(&api.callback.as_ref()?.callable)?.value.clone();
        let target = target.paths().next().cloned().unwrap_or_else(|| PathRef::new(PathExpr::Made(site.at)));
        let staging = PathRef::new(PathExpr::Temporary(PathExpr::parent(&target), Some(site.at)));
        let args = vec![Argument { name: None, value: Value::path(staging), span: site.span, spread: false }];
        let inner = Site { args, receiver: None, ..site.clone() };
        let info = self.program.body(site.at.body);
        let step = &info.body.blocks[site.at.block as usize].steps[site.at.step as usize];
        Some(self.call_value(step, state, &callee, &inner))
    }

    fn invoke(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let Some(callback) = &api.callback else { return Made::nothing() };
        let Some(callee) = site.arg(&callback.callable).map(|arg| arg.value.clone()) else { return Made::nothing() };
        let mut args = if callback.rest { site.after(&callback.callable) } else { Vec::new() };
        if let Some(gets) = &callback.gets {
            let value = self.argument_value(Some(gets), site);
            args.push(Argument { name: None, value, span: site.span, spread: false });
        }
        let info = self.program.body(site.at.body);
        let step = &info.body.blocks[site.at.block as usize].steps[site.at.step as usize];
        if callback.runs == Runs::OnError {
            return self.invoke_on_error(state, api, step, &callee, &Site { args, ..site.clone() });
        }
        let inner = Site { args, receiver: None, ..site.clone() };
        let before = state.clone();
        let mut value = self.call_value(step, state, &callee, &inner);
        if callback.runs == Runs::Perhaps {
            state.join(&before);
            value.join(&site.receiver.clone().unwrap_or_default());
        }
        Made::value(value)
    }

    /// Calls what stands by for an error, as things are where the call has failed whose outcome the receiver is.
    fn invoke_on_error(&mut self, state: &mut State, api: &Api, step: &Step, callee: &Value, site: &Site) -> Made {
        let receiver = match &step.op {
            Op::Call { callee: Callee::Method { receiver, .. }, .. } => Some(*receiver),
            _ => None,
        };
        let tried = receiver.and_then(|receiver| self.failure_of(receiver)).cloned();
        let stays = api.returns == Returns::Receiver;
        let mut ran = state.clone();
        if let Some(failed) = &tried {
            ran.restore_files(failed);
        }
        ran.failed |= stays || tried.is_some();
        let inner = Site { receiver: None, ..site.clone() };
        let mut value = self.call_value(step, &mut ran, callee, &inner);
        match receiver {
            Some(receiver) if stays => {
                self.failed = None;
                self.failed_as(receiver, ran.files_only());
                Made::nothing()
            }
            _ => {
                state.join(&ran);
                value.join(&site.receiver.clone().unwrap_or_default());
                Made::value(value)
            }
        }
    }

    fn partial(&mut self, site: &Site) -> Made {
        let Some((callee, given)) = site.args.split_first() else { return Made::nothing() };
        let given = given.iter().map(|arg| (arg.name.clone(), arg.value.clone())).collect();
        Made::value(Value::of(Atom::Partial(Arc::new(callee.value.clone()), Arc::new(given))))
    }
}

/// What a builder of options was told.
pub(crate) fn builder_fields(state: &State, builder: &Value) -> Option<Fields> {
    builder.atoms().iter().find_map(|atom| match atom {
        Atom::Object(key) => state.fields(key).cloned(),
        _ => None,
    })
}
