//! How a file is opened: modes, flags, options, temporary files.

use crate::effect::Made;
use crate::file::{File, Mark, Origin};
use crate::finding::Moment;
use crate::machine::Machine;
use crate::path::{PathExpr, PathRef};
use crate::protocol::Event;
use crate::site::Site;
use crate::state::{Fields, State};
use crate::value::{Atom, FileKey, Value};
use atomic_lint_catalog::{Api, Effect, OpenAs, Returns};
use atomic_lint_ir::Name;
use std::collections::BTreeMap;

impl Machine<'_, '_> {
    /// Opens the target of a call.
    pub(crate) fn open(&mut self, state: &mut State, api: &Api, site: &Site, how: OpenAs) -> Made {
        let given = self.given_instead(api, site);
        let path = given.clone().unwrap_or_else(|| self.target(api, site));
        if (given.is_none() && (api.or_handle || api.or_remote) && self.is_no_file(api, site, &path))
            || self.is_harmless(&path)
            || (given.is_some() && path.handles().next().is_none())
        {
            return Made::nothing();
        }
        // A descriptor that is opened again is the file it was.
        if let Some((file, _)) = path.handles().next() {
            return Made { file: Some(file.clone()), value: Some(path.clone()), path: None };
        }
        if how == OpenAs::Read {
            self.look_at_directory(state, site, &path);
            for path in path.paths() {
                self.log.read(path, self.place_of(site));
            }
        }
        if how != OpenAs::Read
            && let Some(key) = self.staged_at(state, &path)
        {
            return Made { file: Some(key), ..Made::default() };
        }
        // What stood there was removed to make room, so it is at stake all the same.
        let how = match self.removed_before(state, &path).filter(|_| how == OpenAs::Exclusive) {
            Some(_) => OpenAs::Truncate,
            None => how,
        };
        let mut file = self.new_file(api, site, Origin::Opened(how), path);
        file.truncated = how == OpenAs::Truncate;
        file.has_mode = gives_mode(state, api, site);
        file.retried = state.failed;
        self.look_at_check(state, site, &file);
        if api.writes && !matches!(how, OpenAs::Read | OpenAs::Update) {
            file.advance(Event::Write { buffered: false }, self.place_of(site));
        }
        Made { file: Some(self.put(state, site, file)), ..Made::default() }
    }

    /// The open file that a call is given in place of a path: `GzipFile(fileobj=…)`.
    fn given_instead(&self, api: &Api, site: &Site) -> Option<Value> {
        let given = &site.arg(api.handle.as_ref()?)?.value;
        (given.atoms() != [Atom::None]).then(|| given.clone())
    }

    /// Whether it is memory, or a descriptor by its number: those of the standard streams.
    pub(crate) fn is_harmless(&self, target: &Value) -> bool {
        let harmless = |atom: &Atom| match atom {
            Atom::Kind(kind, _) => self.models().kind(*kind).harmless,
            Atom::Int(_) => true,
            _ => false,
        };
        !target.is_unknown() && target.atoms().iter().all(harmless)
    }

    /// The temporary file that was made under that path before and is now written by it.
    pub(crate) fn staged_at(&self, state: &State, path: &Value) -> Option<FileKey> {
        let (key, _) = state.temporary_files().find(|(_, file)| {
            !file.stages.may_be_published() && path.paths().any(|path| file.path.paths().any(|known| known == path))
        })?;
        Some(key.clone())
    }

    /// Makes a temporary file.
    pub(crate) fn temp_file(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let directory = self.temp_directory(api, site);
        let path = Value::path(PathRef::new(PathExpr::Temporary(directory, Some(site.at))));
        let mut file = self.new_file(api, site, Origin::Temporary, path);
        let kept = self.argument_value(api.value.as_ref(), site).truth() == Some(false);
        file.deletes = !kept && self.deletes_at_end(api);
        file.has_mode = gives_mode(state, api, site);
        Made { file: Some(self.put(state, site, file)), ..Made::default() }
    }

    fn deletes_at_end(&self, api: &Api) -> bool {
        match &api.returns {
            Returns::Kind(kind) => self.models().kind(*kind).deletes_at_end,
            _ => false,
        }
    }

    /// The directory that a temporary file goes to.
    pub(crate) fn temp_directory(&self, api: &Api, site: &Site) -> PathRef {
        let given = match &api.dir {
            Some(dir) if dir.is_receiver() => None,
            Some(dir) => site.arg(dir).map(|arg| arg.value.clone()),
            None => None,
        };
        match given {
            Some(value) if value.atoms() == [Atom::None] => PathRef::new(PathExpr::SystemTemp),
            Some(value) => value.paths().next().cloned().unwrap_or_else(|| PathRef::new(PathExpr::Made(site.at))),
            None if site.has_spread() => PathRef::new(PathExpr::Made(site.at)),
            None => PathRef::new(PathExpr::SystemTemp),
        }
    }

    pub(crate) fn new_file(&self, api: &Api, site: &Site, origin: Origin, path: Value) -> File {
        let place = self.place_of(site);
        let target = if matches!(api.effect, Effect::TempFile) { None } else { api.target.as_ref() };
        File {
            api: self.applying.clone(),
            twin: api.twin,
            named: self.target_place(target, site),
            guessed: api.any_receiver
                && !api.libraries.is_empty()
                && site.receiver.as_ref().is_some_and(|receiver| !is_told(receiver)),
            marks: BTreeMap::from([(Moment::Open, Mark { place, always: true })]),
            ..File::new(origin, path, site.at, place, self.chain(site.at))
        }
    }

    /// Puts a new file into the state; one that the same step opened before has come to its end.
    pub(crate) fn put(&mut self, state: &mut State, site: &Site, file: File) -> FileKey {
        let key = FileKey::Opened(site.at, self.context());
        if let Some(earlier) = state.put_file(key.clone(), file)
            && !earlier.tabled
        {
            self.log.replaced(key.clone(), earlier);
        }
        key
    }

    /// A file behind a handle that was only given comes into the state when it is first used.
    pub(crate) fn ensure_file(&mut self, state: &mut State, key: &FileKey, site: &Site) {
        if state.file(key).is_some() {
            return;
        }
        let place = self.place_of(site);
        let path = match key {
            FileKey::Given(path) => Value::path(PathRef::new(PathExpr::Result("path".into(), vec![path.clone()]))),
            FileKey::Opened(..) => Value::unknown(),
        };
        let file = File::new(Origin::Given, path, site.at, place, self.chain(site.at));
        state.put_file(key.clone(), file);
    }
}

/// Whether the call that opens a file also says which mode it gets.
fn gives_mode(state: &State, api: &Api, site: &Site) -> bool {
    let option = |fields: &Fields| fields.contains_key("mode") || fields.contains_key("permissions");
    let receiver = site.receiver.clone().unwrap_or_default();
    let by_options = crate::effect::builder_fields(state, &receiver).as_ref().is_some_and(option);
    by_options || api.value.as_ref().is_some_and(|mode| api.effect == Effect::OpenFlags && site.arg(mode).is_some())
}

/// Whether a receiver is known to be what the model speaks of.
fn is_told(receiver: &Value) -> bool {
    receiver.atoms().iter().any(|atom| matches!(atom, Atom::Kind(..) | Atom::Handle(..)))
}

/// What a mode text says; of several possible ones the most dangerous. `None` where it is not known.
pub(crate) fn mode_of(mode: &Value) -> Option<OpenAs> {
    let known = mode.paths().filter_map(|path| match &**path {
        PathExpr::Text(text) => Some(mode_text(text)),
        // `"w" + suffix` truncates whatever the suffix is.
        PathExpr::Concat(parts) => parts.iter().find_map(|part| match &**part {
            PathExpr::Text(text) if text.starts_with(['w', 'a', 'x']) => Some(mode_text(text)),
            _ => None,
        }),
        _ => None,
    });
    known.max_by_key(|how| danger(*how))
}

fn mode_text(text: &str) -> OpenAs {
    // `r:xz` and `w|gz` name a compression behind the mode.
    let text = text.split([':', '|']).next().unwrap_or(text);
    let update = text.contains('+');
    // `w-` is how HDF5 and its kin say `x`.
    if text.contains('w') && !text.contains("w-") {
        OpenAs::Truncate
    } else if text.contains(['x', '-']) {
        OpenAs::Exclusive
    } else if text.contains('a') {
        OpenAs::Append
    } else if update {
        OpenAs::Update
    } else {
        OpenAs::Read
    }
}

/// How much of a file's content is at stake, to compare.
pub(crate) fn danger(how: OpenAs) -> u8 {
    match how {
        OpenAs::Truncate => 6,
        OpenAs::Write => 5,
        OpenAs::Update => 4,
        OpenAs::Exclusive => 3,
        OpenAs::Append => 2,
        OpenAs::Unknown => 1,
        OpenAs::Read => 0,
    }
}

/// What open flags say.
pub(crate) fn flags_of(flags: &Value) -> OpenAs {
    let mut names: Vec<&Name> = Vec::new();
    for atom in flags.atoms() {
        match atom {
            Atom::Flags(more) => names.extend(more),
            Atom::Path(path) => match &**path {
                PathExpr::Item(name) | PathExpr::Text(name) => names.push(name),
                _ => {}
            },
            _ => {}
        }
    }
    let has = |flag: &str| names.iter().any(|name| name.ends_with(flag));
    if names.is_empty() {
        OpenAs::Unknown
    } else if has("O_EXCL") || has("EXCL") {
        OpenAs::Exclusive
    } else if has("APPEND") {
        OpenAs::Append
    } else if has("TRUNC") {
        OpenAs::Truncate
    } else if has("WRONLY") {
        OpenAs::Write
    } else if has("RDWR") {
        OpenAs::Update
    } else {
        OpenAs::Read
    }
}

/// What a builder of options says; an option that may be set counts as set.
pub(crate) fn options_of(fields: &Option<Fields>) -> OpenAs {
    let Some(fields) = fields else { return OpenAs::Unknown };
    let set = |name: &str| fields.get(name).is_some_and(|value| value.truth() != Some(false));
    // Of one that is new there is nothing to cut off, so where both are set each is set on a way of its own.
    if set("truncate") {
        OpenAs::Truncate
    } else if set("create_new") {
        OpenAs::Exclusive
    } else if set("append") {
        OpenAs::Append
    } else if set("write") && set("read") {
        OpenAs::Update
    } else if set("write") {
        OpenAs::Write
    } else {
        OpenAs::Read
    }
}
