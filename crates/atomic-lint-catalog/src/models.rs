//! The models of one language, ready to be asked.

use crate::row::{ApiRow, ItemRow, KindRow, ModelFile, Names, Replaces};
use crate::{Api, Callback, CatalogError, Effect, Kind, KindId, Returns};
use atomic_lint_ir::{Language, Name};
use rustc_hash::{FxHashMap, FxHashSet};
use toml::Spanned;

/// What a modelled item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemValue {
    /// A value of that kind.
    Kind(KindId),
    /// A text.
    Text(Name),
}

/// The models of one language.
#[derive(Clone, Debug)]
pub struct Models {
    language: Language,
    kinds: Vec<Kind>,
    kind_names: FxHashMap<Name, KindId>,
    types: FxHashMap<Name, KindId>,
    aliases: Vec<(Name, Name)>,
    calls: FxHashMap<Name, Api>,
    methods: FxHashMap<(KindId, Name), Api>,
    any_receiver: FxHashMap<Name, Vec<Api>>,
    fields: FxHashMap<(KindId, Name), Api>,
    items: FxHashMap<Name, ItemValue>,
    assigning: FxHashSet<Name>,
}

impl Models {
    /// No models.
    pub fn new(language: Language) -> Self {
        Models {
            language,
            kinds: Vec::new(),
            kind_names: FxHashMap::default(),
            types: FxHashMap::default(),
            aliases: Vec::new(),
            calls: FxHashMap::default(),
            methods: FxHashMap::default(),
            any_receiver: FxHashMap::default(),
            fields: FxHashMap::default(),
            items: FxHashMap::default(),
            assigning: FxHashSet::default(),
        }
    }

    /// Adds the rows of model files; all kinds are known before any row is read, so order does not matter.
    pub fn add(&mut self, files: &[(&str, &str)]) -> Result<(), CatalogError> {
        let mut parsed = Vec::new();
        for (file, text) in files {
            parsed.push((file, text, ModelFile::parse(file, text)?));
        }
        for (file, text, model) in &parsed {
            self.add_kinds(Source::new(file, text, model), &model.kind)?;
        }
        for (file, text, model) in &parsed {
            let source = Source::new(file, text, model);
            self.resolve_bases(source, &model.kind)?;
            self.add_rows(source, model)?;
        }
        Ok(())
    }

    /// The language they are of.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A kind.
    pub fn kind(&self, id: KindId) -> &Kind {
        &self.kinds[id.0 as usize]
    }

    /// The kind of that name.
    pub fn kind_named(&self, name: &str) -> Option<KindId> {
        self.kind_names.get(name).copied()
    }

    /// Whether `kind` is `of` or extends it.
    pub fn is_a(&self, kind: KindId, of: KindId) -> bool {
        let mut at = Some(kind);
        while let Some(id) = at {
            if id == of {
                return true;
            }
            at = self.kind(id).extends;
        }
        false
    }

    /// The kind of values of the declared type `path` (segments joined by the language's separator).
    pub fn kind_of_type(&self, path: &str) -> Option<KindId> {
        self.types.get(self.canonical(path).as_str()).copied()
    }

    /// The model of the function or macro `path`.
    pub fn call(&self, path: &str) -> Option<&Api> {
        self.calls.get(self.canonical(path).as_str())
    }

    /// The model of the method `name` of a value of `kind`.
    pub fn method(&self, kind: KindId, name: &str) -> Option<&Api> {
        self.lookup(&self.methods, kind, name)
    }

    /// What the method `name` of a value of which nothing is known may be; a file may have to import something for it.
    pub fn method_of_any(&self, name: &str) -> &[Api] {
        self.any_receiver.get(name).map_or(&[], Vec::as_slice)
    }

    /// The model of the attribute `name` of a value of `kind`.
    pub fn field(&self, kind: KindId, name: &str) -> Option<&Api> {
        self.lookup(&self.fields, kind, name)
    }

    /// The modelled constant or object `path`.
    pub fn item(&self, path: &str) -> Option<&ItemValue> {
        self.items.get(self.canonical(path).as_str())
    }

    /// Every row with the name of the thing it models, for the prefilter and for coverage.
    pub fn apis(&self) -> impl Iterator<Item = (&Name, &Api)> {
        let calls = self.calls.iter();
        let methods = self.methods.iter().map(|((_, name), api)| (name, api));
        let fields = self.fields.iter().map(|((_, name), api)| (name, api));
        calls.chain(methods).chain(fields)
    }

    /// What code calls the row `name`: its path, or that of the type whose method it is, with the method.
    pub fn spoken(&self, name: &Name) -> Name {
        let method = name.rsplit_once('.').and_then(|(on, method)| Some((self.kind_named(on)?, method)));
        match method.and_then(|(kind, method)| Some((self.kind(kind).ty.as_ref()?, method))) {
            Some((ty, method)) => Name::from(format!("{ty}{}{method}", self.language.separator())),
            None => name.clone(),
        }
    }

    /// Whether a method of that name changes a receiver that is not an object.
    pub fn assigns(&self, method: &str) -> bool {
        self.assigning.contains(method)
    }

    /// Every row with the kind it is a member of and the name or path of the thing it models.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Option<KindId>, &Name, &Api)> {
        let calls = self.calls.iter().map(|(name, api)| (None, name, api));
        let members = self.methods.iter().chain(&self.fields);
        calls.chain(members.map(|((kind, name), api)| (Some(*kind), name, api)))
    }

    /// Declared types with the kind of their values.
    pub(crate) fn types(&self) -> impl Iterator<Item = (&Name, KindId)> {
        self.types.iter().map(|(path, kind)| (path, *kind))
    }

    /// First segments of the paths that rows are for: the packages known.
    pub fn libraries(&self) -> FxHashSet<Name> {
        let separator = self.language.separator();
        self.calls.keys().filter_map(|path| path.split_once(separator)).map(|(first, _)| Name::new(first)).collect()
    }

    /// Modules that are twins of others, as `(twin, original)`.
    pub fn aliases(&self) -> &[(Name, Name)] {
        &self.aliases
    }

    /// `path` with the longest twin prefix replaced by what it is a twin of.
    pub fn canonical(&self, path: &str) -> Name {
        let separator = self.language.separator();
        let twin = self.aliases.iter().filter(|(twin, _)| {
            path.strip_prefix(twin.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
        });
        match twin.max_by_key(|(twin, _)| twin.len()) {
            Some((twin, original)) => Name::from(format!("{original}{}", &path[twin.len()..])),
            None => Name::new(path),
        }
    }

    fn lookup<'a>(&'a self, rows: &'a FxHashMap<(KindId, Name), Api>, kind: KindId, name: &str) -> Option<&'a Api> {
        let name = Name::new(name);
        let mut at = Some(kind);
        while let Some(id) = at {
            if let Some(api) = rows.get(&(id, name.clone())) {
                return Some(api);
            }
            at = self.kind(id).extends;
        }
        None
    }

    fn add_kinds(&mut self, source: Source<'_>, rows: &[Spanned<KindRow>]) -> Result<(), CatalogError> {
        for row in rows {
            let kind = row.get_ref();
            if self.kind_names.contains_key(&kind.name) {
                return Err(source.error(row.span().start, format!("kind `{}` is defined twice", kind.name)));
            }
            let id = KindId(self.kinds.len() as u16);
            self.kinds.push(Kind {
                name: kind.name.clone(),
                ty: kind.types.iter().flat_map(Names::all).next().cloned(),
                extends: None,
                handle: kind.handle,
                buffered: kind.buffered,
                flushes_at_end: kind.flushes_at_end,
                deletes_at_end: kind.deletes_at_end,
                asynchronous: kind.asynchronous,
                harmless: kind.harmless,
                temporary: kind.temporary,
                transparent: kind.transparent,
                builder: kind.builder,
            });
            self.kind_names.insert(kind.name.clone(), id);
            for ty in kind.types.iter().flat_map(Names::all) {
                self.types.insert(ty.clone(), id);
            }
        }
        Ok(())
    }

    fn resolve_bases(&mut self, source: Source<'_>, rows: &[Spanned<KindRow>]) -> Result<(), CatalogError> {
        for row in rows {
            let Some(base) = &row.get_ref().extends else { continue };
            let base = self.known_kind(source, row.span().start, base)?;
            let id = self.kind_names[&row.get_ref().name];
            if self.is_a(base, id) {
                return Err(source.error(row.span().start, "a kind cannot extend itself".into()));
            }
            self.kinds[id.0 as usize].extends = Some(base);
            self.kinds[id.0 as usize].handle |= self.kind(base).handle;
            self.kinds[id.0 as usize].asynchronous |= self.kind(base).asynchronous;
        }
        Ok(())
    }

    fn add_rows(&mut self, source: Source<'_>, model: &ModelFile) -> Result<(), CatalogError> {
        for row in &model.alias {
            for path in row.get_ref().path.all() {
                self.aliases.push((path.clone(), row.get_ref().to.clone()));
            }
        }
        for row in &model.call {
            for path in source.required(row, "path", row.get_ref().path.as_ref())? {
                let api = self.api(source, row, path.clone())?;
                self.calls.insert(path.clone(), api);
            }
        }
        for row in &model.macros {
            for name in source.required(row, "name", row.get_ref().name.as_ref())? {
                let name = Name::from(format!("{name}!"));
                let api = self.api(source, row, name.clone())?;
                self.calls.insert(name, api);
            }
        }
        for row in &model.method {
            self.add_member(source, row, true)?;
        }
        for row in &model.field {
            self.add_member(source, row, false)?;
        }
        model.item.iter().try_for_each(|row| self.add_item(source, row))
    }

    fn add_member(&mut self, source: Source<'_>, row: &Spanned<ApiRow>, method: bool) -> Result<(), CatalogError> {
        for name in source.required(row, "name", row.get_ref().name.as_ref())? {
            for on in source.required(row, "on", row.get_ref().on.as_ref())? {
                let kind = self.known_kind(source, row.span().start, on)?;
                let api = self.api(source, row, Name::from(format!("{on}.{name}")))?;
                if api.assigns {
                    self.assigning.insert(name.clone());
                }
                if api.any_receiver {
                    self.any_receiver.entry(name.clone()).or_default().push(api.clone());
                }
                let rows = if method { &mut self.methods } else { &mut self.fields };
                rows.insert((kind, name.clone()), api);
            }
        }
        Ok(())
    }

    fn add_item(&mut self, source: Source<'_>, row: &Spanned<ItemRow>) -> Result<(), CatalogError> {
        let item = row.get_ref();
        let value = match (&item.kind, &item.text) {
            (Some(kind), None) => ItemValue::Kind(self.known_kind(source, row.span().start, kind)?),
            (None, Some(text)) => ItemValue::Text(text.clone()),
            _ => return Err(source.error(row.span().start, "an item has either a `kind` or a `text`".into())),
        };
        for path in item.path.all() {
            self.items.insert(path.clone(), value.clone());
        }
        Ok(())
    }

    fn api(&self, source: Source<'_>, row: &Spanned<ApiRow>, name: Name) -> Result<Api, CatalogError> {
        let at = row.span().start;
        let row = row.get_ref();
        if let Some(missing) = missing_key(row) {
            let message = format!("`{name}`: this effect needs the key `{missing}`");
            return Err(source.error(at, message));
        }
        if row.twin.is_some() && !row.effect.has_twin() {
            let message = format!("`{name}`: only what writes a target has the key `twin`");
            return Err(source.error(at, message));
        }
        Ok(Api {
            name,
            effect: row.effect,
            target: row.target.clone(),
            source: row.source.clone(),
            content: row.content.clone(),
            mode: row.mode.clone(),
            flags: row.flags.clone(),
            handle: row.handle.clone(),
            dir: row.dir.clone(),
            value: row.value.clone(),
            returns: self.returns(source, at, row.returns.as_ref())?,
            callback: row.callback.clone().map(|callable| Callback {
                callable,
                gets: row.callback_gets.clone(),
                rest: row.callback_rest,
                runs: row.callback_runs,
            }),
            flushes: row.flushes,
            syncs: row.syncs,
            replaces_on_unix_only: row.replaces == Some(Replaces::Unix),
            arity: row.arity,
            assigns: row.assigns,
            any_receiver: row.any_receiver,
            libraries: source.imports.to_vec(),
            or_handle: row.or_handle,
            or_remote: row.or_remote,
            tree: row.tree,
            writes: row.writes,
            serialises: row.serialises,
            twin: row.stand_in(),
            counts: row.counts,
            piecemeal: row.piecemeal,
        })
    }

    fn returns(&self, source: Source<'_>, at: usize, row: Option<&Names>) -> Result<Returns, CatalogError> {
        Ok(match row {
            None => Returns::Nothing,
            Some(Names::One(name)) => match name.as_str() {
                "nothing" => Returns::Nothing,
                "receiver" => Returns::Receiver,
                "value" => Returns::Value,
                "callback" => Returns::Callback,
                kind => Returns::Kind(self.known_kind(source, at, kind)?),
            },
            Some(Names::Many(names)) => {
                let kinds: Result<_, _> = names.iter().map(|name| self.known_kind(source, at, name)).collect();
                Returns::Tuple(kinds?)
            }
        })
    }

    fn known_kind(&self, source: Source<'_>, at: usize, name: &str) -> Result<KindId, CatalogError> {
        self.kind_named(name).ok_or_else(|| source.error(at, format!("unknown kind `{name}`")))
    }
}

/// A model file with its name, for errors, and what holds for all of its rows.
#[derive(Clone, Copy)]
struct Source<'a> {
    file: &'a str,
    text: &'a str,
    imports: &'a [Name],
}

impl<'a> Source<'a> {
    fn new(file: &'a str, text: &'a str, model: &'a ModelFile) -> Self {
        Source { file, text, imports: model.imports.as_ref().map_or(&[], Names::all) }
    }

    fn error(self, offset: usize, message: String) -> CatalogError {
        CatalogError::at(self.file, self.text, offset, message)
    }

    fn required<'r>(
        self,
        row: &Spanned<ApiRow>,
        key: &str,
        names: Option<&'r Names>,
    ) -> Result<&'r [Name], CatalogError> {
        match names {
            Some(names) => Ok(names.all()),
            None => Err(self.error(row.span().start, format!("this row needs the key `{key}`"))),
        }
    }
}

/// The key that the row's effect cannot do without.
fn missing_key(row: &ApiRow) -> Option<&'static str> {
    let function = row.on.is_none();
    match row.effect {
        Effect::Rename | Effect::Move | Effect::CopyPath | Effect::Link if row.source.is_none() => Some("source"),
        Effect::WritePath
        | Effect::ReplacePath
        | Effect::CopyPath
        | Effect::Rename
        | Effect::Move
        | Effect::Link
        | Effect::Persist
        | Effect::OpenRead
        | Effect::OpenTruncate
        | Effect::OpenWrite
        | Effect::OpenUpdate
        | Effect::OpenAppend
        | Effect::OpenExclusive
        | Effect::OpenMode
        | Effect::OpenFlags
        | Effect::OpenOptions
            if row.target.is_none() =>
        {
            Some("target")
        }
        Effect::OpenMode if row.mode.is_none() => Some("mode"),
        Effect::OpenFlags if row.flags.is_none() => Some("flags"),
        Effect::Write | Effect::Flush | Effect::Sync | Effect::Close | Effect::Wrap
            if function && row.handle.is_none() =>
        {
            Some("handle")
        }
        Effect::Invoke if row.callback.is_none() => Some("callback"),
        Effect::Same if function && row.value.is_none() => Some("value"),
        _ => None,
    }
}
