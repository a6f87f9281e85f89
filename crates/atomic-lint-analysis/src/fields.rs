//! Objects and attributes: reading, writing and ending them, and what a name stands for as a value.

use crate::constructors::stored_texts;
use crate::finding::Moment;
use crate::link::{Def, Member, TypeRef};
use crate::machine::{KIND, Machine, TYPE};
use crate::path::{PathExpr, PathRef};
use crate::program::StepRef;
use crate::protocol::{Event, Stage};
use crate::site::Site;
use crate::state::{Fields, State};
use crate::value::{Atom, FileKey, ObjectKey, Value};
use atomic_lint_catalog::{ItemValue, KindId, Models};
use atomic_lint_ir::{Language, Local, Name, Path, Step, Type};
use atomic_lint_source::{FileId, Place};
use std::sync::Arc;

/// Wrappers in wrappers are not followed further.
const WRAPPERS: usize = 6;

/// A plain value that a field is given by its class or constructor is what it has to begin with: methods that have
/// nothing to do with files are not run, and may give it another.
fn to_begin_with(mut value: Value) -> Value {
    if value.atoms().iter().all(|atom| matches!(atom, Atom::None | Atom::Bool(_) | Atom::Int(_))) {
        value.join(&Value::of(Atom::Anything));
    }
    value
}

impl Machine<'_, '_> {
    /// Something of which only the identity and the declared type are known.
    pub(crate) fn symbol(&self, file: FileId, path: PathRef, ty: Option<&Type>) -> Value {
        let mut value = self.present_symbol(file, path, ty);
        // Of a path it makes no difference; what is done to a file is only done where there is one.
        if value.paths().next().is_none() && ty.is_some_and(|ty| self.may_be_absent(file, ty)) {
            value.join(&Value::of(Atom::None));
        }
        value
    }

    fn present_symbol(&self, file: FileId, path: PathRef, ty: Option<&Type>) -> Value {
        match ty.map(|ty| self.declared(file, ty)) {
            Some(Declared::Type(ty)) => Value::of(Atom::Object(ObjectKey::Given(path, ty))),
            Some(Declared::Kind(kind)) => {
                let models = self.models_of(file);
                if models.kind(kind).handle {
                    Value::of(Atom::Handle(FileKey::Given(path), kind))
                } else if Some(kind) == models.kind_named("path") {
                    Value::path(path)
                } else if models.kind(kind).temporary {
                    Value::of(Atom::Kind(kind, Some(PathRef::new(PathExpr::Temporary(path, None)))))
                } else {
                    Value::of(Atom::Kind(kind, Some(path)))
                }
            }
            Some(Declared::Unknown) | None => Value::path(path),
        }
    }

    /// What a declared type says, wrappers like `Option<T>` taken off.
    pub(crate) fn declared(&self, file: FileId, ty: &Type) -> Declared {
        let Some(ty) = self.unwrapped(file, ty) else { return Declared::Unknown };
        match self.program.links.resolve_type(file, ty) {
            Def::Type(ty) => Declared::Type(ty),
            Def::External(name) => match self.models_of(file).kind_of_type(&name) {
                Some(kind) => Declared::Kind(kind),
                None => Declared::Unknown,
            },
            _ => Declared::Unknown,
        }
    }

    /// The type inside of wrappers like `Option<T>`.
    fn unwrapped<'t>(&self, file: FileId, ty: &'t Type) -> Option<&'t Type> {
        let mut at = ty;
        for _ in 0..WRAPPERS {
            match self.wrapper(file, at) {
                Some(_) => at = at.args.first()?,
                None => break,
            }
        }
        Some(at)
    }

    /// The kind of a type that stands for its first argument.
    fn wrapper(&self, file: FileId, ty: &Type) -> Option<KindId> {
        let Def::External(name) = self.program.links.resolve_type(file, ty) else { return None };
        let models = self.models_of(file);
        models.kind_of_type(&name).filter(|kind| models.kind(*kind).transparent)
    }

    /// Whether a declared type says that what it wraps may not be there.
    fn may_be_absent(&self, file: FileId, ty: &Type) -> bool {
        let option = self.models_of(file).kind_named("option");
        let mut at = Some(ty);
        for _ in 0..WRAPPERS {
            let Some((kind, ty)) = at.and_then(|ty| Some((self.wrapper(file, ty)?, ty))) else { return false };
            if Some(kind) == option {
                return true;
            }
            at = ty.args.first();
        }
        false
    }

    /// As [`Machine::symbol`], a tuple with each of its parts.
    pub(crate) fn typed_symbol(
        &mut self,
        at: StepRef,
        state: &mut State,
        file: FileId,
        path: PathRef,
        ty: &Type,
    ) -> Value {
        match self.unwrapped(file, ty) {
            Some(tuple) if tuple.path.last() == "(tuple)" && !tuple.args.is_empty() => {
                let parts = tuple.args.iter().enumerate().map(|(number, part)| {
                    let name = Name::from(number.to_string());
                    let symbol = PathRef::new(PathExpr::Field(path.clone(), name.clone()));
                    (name, self.symbol(file, symbol, Some(part)))
                });
                let fields: Fields = parts.collect();
                self.make_object(at, state, None, fields)
            }
            _ => self.symbol(file, path, Some(ty)),
        }
    }

    /// The models of a file's language.
    pub(crate) fn models_of(&self, file: FileId) -> &Models {
        self.program.catalog.models(self.program.unit(file).language)
    }

    /// The models of the body being run.
    pub(crate) fn models(&self) -> &'_ Models {
        self.program.models(self.frame().body)
    }

    /// What a name stands for.
    pub(crate) fn item(&mut self, path: &Path) -> Value {
        let file = self.program.body(self.frame().body).file;
        self.item_in(file, path)
    }

    /// What a name stands for in `file`.
    pub(crate) fn item_in(&mut self, file: FileId, path: &Path) -> Value {
        match self.program.links.resolve(file, path) {
            Def::Function(of, body, _) => Value::of(Atom::Function(self.program.body_ref(of, body), None)),
            Def::Type(ty) => Value::of(Atom::Type(ty)),
            Def::Global(of, local) => self.global_or_symbol(of, local),
            Def::Member(ty, name) => self.class_attribute(ty, &name),
            Def::Module(_) => Value::unknown(),
            Def::External(name) => self.external_item(file, &name),
        }
    }

    fn global_or_symbol(&mut self, of: FileId, local: Local) -> Value {
        let value = self.global(of, local);
        if !value.is_unknown() {
            return value;
        }
        let info = &self.program.unit(of).bodies[0].locals[local.0 as usize];
        let name = info.name.clone().unwrap_or_default();
        let path = PathRef::new(PathExpr::Item(Name::from(format!("{}#{name}", of.0))));
        self.symbol(of, path, info.ty.as_ref())
    }

    fn external_item(&self, file: FileId, name: &Name) -> Value {
        let models = self.models_of(file);
        match models.item(name) {
            Some(ItemValue::Kind(kind)) => Value::of(Atom::Kind(*kind, None)),
            Some(ItemValue::Text(text)) => Value::path(PathExpr::text(text.clone())),
            None if models.call(name).is_some() => Value::of(Atom::Library(name.clone())),
            None => Value::path(PathRef::new(PathExpr::Item(name.clone()))),
        }
    }

    /// The type of an object, where it has one of the project's.
    pub(crate) fn object_type(&self, state: &State, key: &ObjectKey) -> Option<TypeRef> {
        match key {
            ObjectKey::Given(_, ty) => Some(*ty),
            ObjectKey::Made(..) => {
                let fields = state.fields(key).or_else(|| self.objects.object(key))?;
                fields.get(TYPE)?.atoms().iter().find_map(|atom| match atom {
                    Atom::Type(ty) => Some(*ty),
                    _ => None,
                })
            }
        }
    }

    /// The kind of a modelled value that keeps what its methods set: open options.
    pub(crate) fn object_kind(&self, state: &State, key: &ObjectKey) -> Option<KindId> {
        let fields = state.fields(key)?;
        fields.get(KIND)?.atoms().iter().find_map(|atom| match atom {
            Atom::Kind(kind, _) => Some(*kind),
            _ => None,
        })
    }

    /// `object.field`.
    pub(crate) fn load(&mut self, at: StepRef, step: &Step, state: &mut State, object: &Value, field: &Name) -> Value {
        let mut all = Value::unknown();
        for atom in object.atoms().to_vec() {
            let value = match &atom {
                Atom::Object(key) => self.object_field(at, step, state, key, field),
                Atom::Type(ty) => self.class_attribute(*ty, field),
                Atom::Path(path) => self
                    .modelled_field(at, step, state, &atom, "path", field)
                    .unwrap_or_else(|| Value::path(PathRef::new(PathExpr::Field(path.clone(), field.clone())))),
                Atom::Kind(kind, _) | Atom::Handle(_, kind) => {
                    let name = self.models().kind(*kind).name.clone();
                    match self.modelled_field(at, step, state, &atom, &name, field) {
                        Some(value) => value,
                        None => self.bound_method(&atom, *kind, field),
                    }
                }
                Atom::Rest(args) => Value::of_rest(args, field),
                Atom::Suspended(generator) if field == "[]" => self.iterate(state, *generator),
                _ => Value::unknown(),
            };
            all.join(&value);
        }
        all
    }

    /// A library's method as a value: its function, with the receiver as the first argument.
    fn bound_method(&self, receiver: &Atom, kind: KindId, name: &Name) -> Value {
        let models = self.models();
        if models.method(kind, name).is_none() {
            return Value::unknown();
        }
        let of = &models.kind(kind).name;
        let function = Name::from(format!("{of}{}{name}", models.language().separator()));
        let given = vec![(None, Value::of(receiver.clone()))];
        Value::of(Atom::Partial(Arc::new(Value::of(Atom::Library(function))), Arc::new(given)))
    }

    fn modelled_field(
        &mut self,
        at: StepRef,
        step: &Step,
        state: &mut State,
        atom: &Atom,
        kind: &str,
        field: &Name,
    ) -> Option<Value> {
        let models = self.program.models(self.frame().body);
        let api = models.field(models.kind_named(kind)?, field)?;
        let site =
            Site { at, whole: step.span, span: step.span, receiver: Some(Value::of(atom.clone())), args: Vec::new() };
        Some(self.apply(state, api, &site))
    }

    fn object_field(&mut self, at: StepRef, step: &Step, state: &mut State, key: &ObjectKey, field: &Name) -> Value {
        if let Some(value) = state.fields(key).and_then(|fields| fields.get(field)) {
            return value.clone();
        }
        let Some(ty) = self.object_type(state, key) else {
            // An element at a place that is not known is any of the elements.
            return self.any_element(state, key, field);
        };
        let python = self.program.language(self.frame().body) == Language::Python;
        if let Some(value) = self.tabled_field(state, ty, field) {
            return value;
        }
        // In Rust a field may have the name of a method; the two never stand for each other.
        if let Some(Member::Method(file, body)) = self.program.links.member(ty, field).filter(|_| python) {
            let body = self.program.body_ref(file, body);
            let receiver = Value::of(Atom::Object(key.clone()));
            if self.program.body(body).body.property {
                return self.run_property(at, step, state, body, receiver);
            }
            return Value::of(Atom::Function(body, Some(Arc::new(receiver))));
        }
        let attribute = if python { self.class_attribute(ty, field) } else { Value::unknown() };
        if !attribute.is_unknown() {
            return to_begin_with(attribute);
        }
        match self.constructor_texts(ty, field).filter(|_| python) {
            Some(texts) => texts,
            None => self.declared_field(key, ty, field),
        }
    }

    /// The texts that the constructor of `ty` gives a field, where it gives it nothing else.
    fn constructor_texts(&mut self, ty: TypeRef, field: &Name) -> Option<Value> {
        let (file, body) = self.program.links.method(ty, "__init__")?;
        let constructor = self.program.body_ref(file, body);
        if let Some(known) = self.constructed.get(&(constructor, field.clone())) {
            return known.clone();
        }
        let info = self.program.body(constructor);
        if info.body.omitted {
            self.log.omitted.insert(constructor);
        }
        let texts = stored_texts(info.body, field);
        let value = texts.map(|texts| {
            let mut all = Value::unknown();
            texts.into_iter().for_each(|text| _ = all.join(&Value::path(PathExpr::text(text))));
            all
        });
        self.constructed.insert((constructor, field.clone()), value.clone());
        value
    }

    fn any_element(&self, state: &State, key: &ObjectKey, field: &Name) -> Value {
        let mut all = Value::unknown();
        if field == "[]"
            && let Some(fields) = state.fields(key)
        {
            fields.values().for_each(|value| {
                all.join(value);
            });
        }
        all
    }

    /// What the table of objects holds, with the files and objects behind it brought into the state.
    fn tabled_field(&mut self, state: &mut State, ty: TypeRef, field: &str) -> Option<Value> {
        let lineage = self.program.links.lineage(ty);
        self.log.ask(&lineage, Some(field));
        let mut value = lineage
            .iter()
            .find_map(|def| match def {
                Def::Type(ty) => self.objects.field(*ty, field),
                _ => None,
            })?
            .clone();
        // Beside a known file, what the constructor was given is the same file before it was opened.
        if value.handles().next().is_some() {
            value = value.filter(|atom| !matches!(atom, Atom::None));
        }
        self.objects.bring_in(state, &value);
        Some(to_begin_with(value))
    }

    fn declared_field(&self, key: &ObjectKey, ty: TypeRef, field: &Name) -> Value {
        let symbol = match key {
            ObjectKey::Given(path, _) => path.clone(),
            ObjectKey::Made(..) => crate::machine::own_symbol(ty),
        };
        let path = PathRef::new(PathExpr::Field(symbol, field.clone()));
        for def in self.program.links.lineage(ty) {
            let Def::Type(ty) = def else { continue };
            let info = self.program.links.ty(ty);
            if let Some(declared) = info.def.fields.iter().find(|known| known.name == *field) {
                return self.symbol(info.file, path, declared.ty.as_ref());
            }
        }
        Value::path(path)
    }

    /// An attribute of a class itself, or a method unbound.
    pub(crate) fn class_attribute(&mut self, ty: TypeRef, name: &str) -> Value {
        match self.program.links.member(ty, name) {
            Some(Member::Attribute(file, local)) => self.global(file, local),
            Some(Member::Method(file, body)) => Value::of(Atom::Function(self.program.body_ref(file, body), None)),
            None => Value::unknown(),
        }
    }

    /// `object.field = value`.
    pub(crate) fn store_field(&mut self, state: &mut State, object: Local, field: &Name, value: Value) {
        let objects = self.get(state, object);
        let certain = objects.atoms().len() == 1 && field != "[]";
        for atom in objects.atoms() {
            let Atom::Object(key) = atom else { continue };
            let mut next = value.clone();
            if !certain && let Some(known) = state.fields(key).and_then(|fields| fields.get(field)) {
                next.join(known);
            }
            if let Some(ty) = self.object_type(state, key) {
                self.log.field(ty, field, &value);
            }
            state.set_field(key, field, next);
        }
    }

    /// A struct literal or a tuple-struct call whose fields are at hand.
    pub(crate) fn construct_plain(
        &mut self,
        at: StepRef,
        step: &Step,
        state: &mut State,
        path: &Path,
        fields: &Fields,
    ) -> Option<Value> {
        let file = self.program.body(self.frame().body).file;
        match self.program.links.resolve(file, path) {
            Def::Type(ty) => Some(self.make_object(at, state, Some(ty), fields.clone())),
            Def::Member(ty, variant) => {
                let mut all = fields.clone();
                all.extend(fields.iter().map(|(name, value)| (Name::from(format!("{variant}.{name}")), value.clone())));
                Some(self.make_object(at, state, Some(ty), all))
            }
            Def::External(name) => {
                let models = self.program.models(self.frame().body);
                if let Some(api) = models.call(&name) {
                    let site = Site::of_values(at, step, fields.values().cloned());
                    return Some(self.apply(state, api, &site));
                }
                // A newtype from elsewhere is what it wraps.
                let only = fields.len() == 1;
                fields.get("0").filter(|_| only).cloned()
            }
            _ => None,
        }
    }

    /// The life of a value ends.
    pub(crate) fn end(&mut self, at: StepRef, step: &Step, state: &mut State, value: &Value) {
        let place = self.program.place(at.body, step.span);
        for atom in value.atoms().to_vec() {
            match atom {
                Atom::Handle(key, kind) => self.end_handle(at, state, &key, kind, place),
                Atom::Object(key) => self.end_object(at, step, state, &key),
                _ => {}
            }
        }
    }

    fn end_handle(&mut self, at: StepRef, state: &mut State, key: &FileKey, kind: KindId, place: Place) {
        let kind = self.models().kind(kind).clone();
        if let Some(file) = state.file(key).filter(|file| file.stages.has(Stage::Dirty)).cloned() {
            // What has to be mended is the writing, which the file knows, and not the end of a scope.
            let written = file.marks.get(&Moment::Write).map_or(file.place, |mark| mark.place);
            let site = Site { at, whole: written.span, span: written.span, receiver: None, args: Vec::new() };
            if written.file == place.file {
                self.look_at_end(state, &site, &kind, &file);
            }
        }
        let Some(file) = state.file_mut(key) else { return };
        if kind.flushes_at_end && file.stages.has(Stage::Dirty) {
            file.advance(Event::Flush, place);
        }
        if kind.deletes_at_end && file.deletes && !file.stages.may_be_published() {
            file.removed = true;
        }
        file.waits = false;
    }

    fn end_object(&mut self, at: StepRef, step: &Step, state: &mut State, key: &ObjectKey) {
        // What was only given is somebody else's to end.
        if let ObjectKey::Given(..) = key {
            return;
        }
        let drop = self.object_type(state, key).and_then(|ty| self.program.links.method(ty, "drop"));
        if let Some((file, body)) = drop {
            let body = self.program.body_ref(file, body);
            self.run_property(at, step, state, body, Value::of(Atom::Object(key.clone())));
        }
        let place = self.program.place(at.body, step.span);
        let fields: Vec<Value> = state.fields(key).into_iter().flat_map(|fields| fields.values().cloned()).collect();
        for value in fields {
            for (file, kind) in value.handles() {
                self.end_handle(at, state, file, kind, place);
            }
        }
    }

    /// Code that is not known gets `value`; `callee` is its name, where it has one.
    pub(crate) fn hand_over(&mut self, state: &mut State, value: &Value, callee: &str, place: Place) {
        let mut reached = crate::log::Reached::default();
        reached.value(state, value);
        let kinds: Vec<(FileKey, bool)> = reached
            .files
            .into_iter()
            .map(|key| {
                let kind = value.handles().find(|(file, _)| **file == key).map(|(_, kind)| kind);
                // Of a file somewhere inside of what was given nothing is known that would make it wait in a buffer.
                let buffered = kind.is_some_and(|kind| self.models().kind(kind).buffered);
                (key, buffered)
            })
            .collect();
        let finishes = self.program.catalog.naming().finishes(callee);
        for (key, buffered) in kinds {
            let Some(file) = state.file_mut(&key) else { continue };
            file.handed = true;
            let event = if finishes { Event::Finished } else { Event::Handed { buffered } };
            file.advance(event, place);
        }
    }
}

/// What a declared type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    /// A type of the project.
    Type(TypeRef),
    /// A modelled kind.
    Kind(KindId),
    /// Nothing.
    Unknown,
}
