//! Calls: finding what is called, and running or applying it.

use crate::frame::{Exits, Start, Suspended};
use crate::link::{Def, TypeRef};
use crate::machine::Machine;
use crate::path::PathExpr;
use crate::program::{BodyRef, StepRef};
use crate::site::{Argument, Site, fits, rest_of, result};
use crate::state::{Fields, State};
use crate::value::{Atom, Value};
use atomic_lint_ir::{Arg, BlockId, BodyKind, Callee, Const, Local, Name, Op, Param, ParamKind, Path, Step};
use atomic_lint_source::FileId;

/// The field under which an object keeps the handle that a library's base class has.
pub(crate) const BASE: &str = "(base)";

/// Functions that reach no file are followed that deep, for the paths that they make.
const ASIDES: u32 = 3;

/// Calls are followed that deep.
pub(crate) const DEPTH: usize = 9;

impl Machine<'_, '_> {
    /// Runs a call step; gives its value.
    pub(crate) fn call(&mut self, at: StepRef, step: &Step, state: &mut State) -> Value {
        let Op::Call { dst, callee, args, span } = &step.op else { return Value::unknown() };
        let before = state.files_only();
        let args: Vec<Argument> = args.iter().map(|arg| self.argument(state, arg)).collect();
        let passes_on = args.iter().any(Argument::is_rest);
        let args = args.into_iter().flat_map(Argument::unpacked).collect();
        let site = Site { at, whole: step.span, span: *span, receiver: None, args };
        let value = match callee {
            Callee::Path(path) => self.call_path(step, state, path, &site),
            Callee::Method { receiver, name } => {
                let receiver = self.get(state, *receiver);
                self.call_method(step, state, &receiver, name, &site)
            }
            Callee::Value(local) => {
                let callee = self.get(state, *local);
                let passes_on = passes_on && callee.atoms().iter().all(is_of_library);
                let told = if passes_on { self.told_site(&site) } else { None };
                self.call_value(step, state, &callee, told.as_ref().unwrap_or(&site))
            }
        };
        if let (Callee::Method { receiver, .. }, Some(value)) = (callee, self.assigned.take()) {
            self.set(state, *receiver, value);
        }
        let failed = self.failed.take();
        if state.same_files(&before) {
            self.follow_outcomes(callee, step, *dst);
        } else {
            let failed = failed.unwrap_or_else(|| {
                let mut failed = before;
                failed.fail(state, self.place_of(&site));
                failed
            });
            self.attempted(*dst, failed);
        }
        value
    }

    /// A call that changes nothing passes the outcome on that it is given: `map_err`, `context`.
    fn follow_outcomes(&mut self, callee: &Callee, step: &Step, dst: Local) {
        let Op::Call { args, .. } = &step.op else { return };
        if let Callee::Method { receiver, .. } = callee {
            self.follow_outcome(&atomic_lint_ir::Operand::Local(*receiver), dst);
        }
        args.iter().for_each(|arg| self.follow_outcome(&arg.value, dst));
    }

    /// The call by which a function is told what to call with what: that is where its user looks.
    fn told_site(&self, site: &Site) -> Option<Site> {
        let at = self.frame().caller?;
        let whole = self.program.body(at.body).body.blocks[at.block as usize].steps[at.step as usize].span;
        let args = site.args.iter().map(|arg| Argument { span: whole, ..arg.clone() });
        Some(Site { at, whole, span: whole, receiver: None, args: args.collect() })
    }

    fn argument(&mut self, state: &State, arg: &Arg) -> Argument {
        Argument { name: arg.name.clone(), value: self.operand(state, &arg.value), span: arg.span, spread: arg.spread }
    }

    fn call_path(&mut self, step: &Step, state: &mut State, path: &Path, site: &Site) -> Value {
        let file = self.program.body(self.frame().body).file;
        match self.program.links.resolve(file, path) {
            Def::Function(of, body, on) => {
                let body = self.program.body_ref(of, body);
                let bound = on.filter(|_| self.is_class_method(body)).map(|ty| Value::of(Atom::Type(ty)));
                self.call_body(step, state, body, bound.as_ref(), site)
            }
            Def::Type(ty) => self.construct(step, state, ty, site),
            Def::Global(of, local) => {
                let callee = self.global(of, local);
                self.call_value(step, state, &callee, site)
            }
            Def::Member(ty, name) => {
                let callee = self.class_attribute(ty, &name);
                self.call_value(step, state, &callee, site)
            }
            Def::Module(_) => self.call_unknown(step, state, path.last(), site),
            Def::External(name) => self.call_external(step, state, &name, site),
        }
    }

    pub(crate) fn is_class_method(&self, body: BodyRef) -> bool {
        let body = self.program.body(body).body;
        body.decorators.iter().any(|decorator| decorator.last() == "classmethod")
    }

    /// A library's function: by its own row, or by the row of the method that it names in full.
    pub(crate) fn call_external(&mut self, step: &Step, state: &mut State, name: &Name, site: &Site) -> Value {
        let models = self.program.models(self.frame().body);
        let separator = models.language().separator();
        let last = name.rsplit(separator).next().unwrap_or(name);
        if let Some(api) = models.call(name) {
            // What the row is not about is another use of the function, and that does nothing to files.
            return match fits(api.arity, site) {
                true => self.apply(state, api, site),
                false => Value::path(result(last.into(), site)),
            };
        }
        if let Some((_, method)) = name.rsplit_once(separator)
            && let Some((first, rest)) = site.args.split_first()
        {
            let inner = Site { args: rest.to_vec(), ..site.on(first.value.clone()) };
            for atom in first.value.atoms().to_vec() {
                let called = match &atom {
                    // `super().close()` of a class that derives from a library's file.
                    Atom::Object(key) if self.object_kind(state, key).is_none() => {
                        self.call_base(step, state, key, &Name::new(method), &inner)
                    }
                    _ => self.call_modelled_method(state, &atom, method, &inner),
                };
                if let Some(value) = called {
                    return value;
                }
            }
        }
        if self.program.catalog.naming().spares(name)
            && site.args.iter().any(|arg| arg.value.handles().next().is_some())
        {
            return Value::path(result(last.into(), site));
        }
        self.call_unknown(step, state, last, site)
    }

    /// A method of a base class that is a library's: its constructor keeps the handle that it is given.
    fn call_base(
        &mut self,
        step: &Step,
        state: &mut State,
        key: &crate::value::ObjectKey,
        name: &Name,
        site: &Site,
    ) -> Option<Value> {
        if name != "__init__" {
            return self.call_delegated(step, state, key, name, site);
        }
        let mut handles = Value::unknown();
        for arg in &site.args {
            handles.join(&arg.value.filter(|atom| matches!(atom, Atom::Handle(..))));
        }
        if handles.is_unknown() {
            return None;
        }
        if let Some(ty) = self.object_type(state, key) {
            self.log.field(ty, &BASE.into(), &handles);
        }
        state.set_field(key, &BASE.into(), handles);
        Some(Value::of(Atom::None))
    }

    /// Calls whatever `callee` may be.
    pub(crate) fn call_value(&mut self, step: &Step, state: &mut State, callee: &Value, site: &Site) -> Value {
        let known = callee.filter(|atom| !matches!(atom, Atom::None | Atom::Anything | Atom::Bool(_) | Atom::Int(_)));
        if let [only] = known.atoms() {
            return self.call_atom(step, state, only, site);
        }
        let mut ways = Ways::default();
        for atom in known.atoms() {
            let mut state = state.clone();
            let value = self.call_atom(step, &mut state, atom, site);
            ways.add(state, value);
        }
        match ways.joined() {
            Some((joined, value)) => {
                *state = joined;
                value
            }
            None => self.call_unknown(step, state, "", site),
        }
    }

    fn call_atom(&mut self, step: &Step, state: &mut State, atom: &Atom, site: &Site) -> Value {
        match atom {
            Atom::Function(body, bound) => self.call_body(step, state, *body, bound.as_deref(), site),
            Atom::Closure(body, captured) => self.call_closure(step, state, *body, captured, site),
            Atom::Library(name) => self.call_external(step, state, name, site),
            Atom::Type(ty) => self.construct(step, state, *ty, site),
            Atom::Partial(callee, given) => self.call_partial(step, state, callee, given, site),
            Atom::Object(key) => {
                let call = self.object_type(state, key).and_then(|ty| self.program.links.method(ty, "__call__"));
                match call {
                    Some((file, body)) => {
                        let body = self.program.body_ref(file, body);
                        self.call_body(step, state, body, Some(&Value::of(atom.clone())), site)
                    }
                    None => self.call_unknown(step, state, "", site),
                }
            }
            Atom::Path(path) => {
                let name = called_name(path);
                self.call_unknown(step, state, &name, site)
            }
            _ => self.call_unknown(step, state, "", site),
        }
    }

    fn call_partial(
        &mut self,
        step: &Step,
        state: &mut State,
        callee: &Value,
        given: &[(Option<Name>, Value)],
        site: &Site,
    ) -> Value {
        let mut args: Vec<Argument> = given
            .iter()
            .map(|(name, value)| Argument { name: name.clone(), value: value.clone(), span: site.span, spread: false })
            .collect();
        args.extend(site.args.iter().cloned());
        let site = Site { args, ..site.clone() };
        self.call_value(step, state, callee, &site)
    }

    pub(crate) fn call_closure(
        &mut self,
        step: &Step,
        state: &mut State,
        body: BodyRef,
        captured: &[Value],
        site: &Site,
    ) -> Value {
        let info = self.program.body(body);
        let around = match info.body.kind {
            BodyKind::Closure(outer) => Some(self.program.body_ref(info.file, outer)),
            _ => None,
        };
        // While the body around it still runs, its variables are as they are now, not as they were.
        let captured =
            if around == Some(self.frame().body) { self.captured_now(state, body) } else { captured.to_vec() };
        let mut args = self.bind(&info.body.params, None, site, info.file);
        args.extend(info.body.captures.iter().map(|capture| capture.inner).zip(captured));
        self.run_body(step, state, body, args, site)
    }

    /// Calls one body.
    pub(crate) fn call_one(
        &mut self,
        step: &Step,
        state: &mut State,
        body: BodyRef,
        bound: Option<&Value>,
        site: &Site,
    ) -> Value {
        let info = self.program.body(body);
        let args = self.bind(&info.body.params, bound.or(site.receiver.as_ref()), site, info.file);
        self.run_body(step, state, body, args, site)
    }

    /// Reads an attribute that is a function, or ends a value by its own function.
    pub(crate) fn run_property(
        &mut self,
        at: StepRef,
        step: &Step,
        state: &mut State,
        body: BodyRef,
        receiver: Value,
    ) -> Value {
        let site = Site { at, whole: step.span, span: step.span, receiver: Some(receiver), args: Vec::new() };
        self.call_body(step, state, body, None, &site)
    }

    /// Gives each parameter its argument.
    fn bind(&mut self, params: &[Param], receiver: Option<&Value>, site: &Site, file: FileId) -> Vec<(Local, Value)> {
        let mut positional = site.args.iter().filter(|arg| arg.name.is_none()).peekable();
        let mut bound = Vec::new();
        let mut scattered = false;
        for param in params {
            let by_name = site.args.iter().find(|arg| arg.name.as_ref() == Some(&param.name));
            let value = match param.kind {
                ParamKind::Receiver if receiver.is_some() => receiver.cloned(),
                ParamKind::Receiver | ParamKind::Positional => match by_name {
                    Some(arg) => Some(arg.value.clone()),
                    None if scattered => Some(Value::unknown()),
                    None => {
                        scattered |= positional.peek().is_some_and(|arg| arg.spread);
                        positional.next().map(|arg| if arg.spread { Value::unknown() } else { arg.value.clone() })
                    }
                },
                ParamKind::Keyword => by_name.map(|arg| arg.value.clone()),
                ParamKind::Rest if scattered => Some(Value::unknown()),
                ParamKind::Rest => Some(rest_of(positional.by_ref())),
                ParamKind::KeywordRest => {
                    let is_own = |name: &Name| params.iter().any(|param| param.name == *name);
                    let named = |arg: &&Argument| arg.spread || arg.name.as_ref().is_some_and(|name| !is_own(name));
                    Some(rest_of(site.args.iter().filter(named)))
                }
            };
            let value = value.unwrap_or_else(|| match &param.default {
                Some(Const::Item(path)) => self.item_in(file, path),
                Some(constant) if !site.has_spread() => self.constant(constant),
                _ => Value::unknown(),
            });
            bound.push((param.local, value));
        }
        bound
    }

    fn run_body(
        &mut self,
        step: &Step,
        state: &mut State,
        body: BodyRef,
        args: Vec<(Local, Value)>,
        site: &Site,
    ) -> Value {
        let info = self.program.body(body);
        let runs = self.frames.iter().any(|frame| frame.body == body);
        let matters = self.program.relevance.is_root(body) || holds_file(state, &args);
        let small = self.program.relevance.is_small(body) && self.frame().asides < ASIDES;
        let followed = matters || small;
        let spent = if self.program.relevance.writes(body) { self.spent() } else { self.exhausted() };
        if !followed || runs || self.frames.len() > DEPTH || spent || self.is_trusted(body) {
            let value = self.call_unfollowed(step, state, body, site);
            // What it gives where it calls itself is among what it gives on its other ways.
            return if runs { value.filter(|atom| !matches!(atom, Atom::Path(_))) } else { value };
        }
        if info.body.omitted {
            self.log.omitted.insert(body);
            return self.call_unfollowed(step, state, body, site);
        }
        self.log.call(self.frame().body, body);
        if info.body.generator {
            let step = site.at;
            self.suspended.push(Suspended { body, step, args, waiting: Vec::new() });
            return Value::of(Atom::Suspended(self.suspended.len() as u32 - 1));
        }
        let start = Start {
            body,
            caller: Some(site.at),
            args,
            state: state.without_vars(),
            block: BlockId(0),
            temps: None,
            stops_at_yield: false,
        };
        self.asides = if matters { 0 } else { self.frame().asides + 1 };
        let exits = self.run_once(start);
        let value = self.land(state, exits);
        if value.is_unknown() { self.returned_by(state, site, body) } else { value }
    }

    /// Goes on in the caller after `exits`.
    pub(crate) fn land(&mut self, state: &mut State, exits: Exits) -> Value {
        let (mut next, value) = match (exits.ok, &exits.err) {
            (Some((next, value)), _) => (next, value),
            (None, Some(failed)) => (failed.clone(), Value::unknown()),
            (None, None) => (state.clone(), Value::unknown()),
        };
        next.return_to(state);
        *state = next;
        self.failed = exits.err.map(|failed| failed.files_only());
        value
    }

    pub(crate) fn call_unfollowed(&mut self, step: &Step, state: &mut State, body: BodyRef, site: &Site) -> Value {
        let name = self.program.body(body).body.name.clone();
        if !self.is_trusted(body) {
            let last = name.rsplit('.').next().unwrap_or("").to_owned();
            self.call_unknown(step, state, &last, site);
        }
        self.returned_by(state, site, body)
    }

    fn is_trusted(&self, body: BodyRef) -> bool {
        !self.trusted.is_empty() && {
            let name = self.program.full_name(body);
            self.trusted.contains(&name)
        }
    }

    /// What a body gives by its declared type alone.
    fn returned_by(&mut self, state: &mut State, site: &Site, body: BodyRef) -> Value {
        let info = self.program.body(body);
        let symbol = result(info.body.name.clone(), site);
        match &info.body.returns {
            Some(ty) => self.typed_symbol(site.at, state, info.file, symbol, ty),
            None => Value::path(symbol),
        }
    }

    /// Makes an object of a type of the project.
    fn construct(&mut self, step: &Step, state: &mut State, ty: TypeRef, site: &Site) -> Value {
        let init = self.program.links.method(ty, "__init__");
        let fields = if init.is_some() { Fields::new() } else { self.declared_arguments(ty, site) };
        let object = self.make_object(site.at, state, Some(ty), fields);
        if let Some((file, body)) = init {
            let body = self.program.body_ref(file, body);
            self.call_body(step, state, body, Some(&object), site);
        }
        object
    }

    /// The arguments of a data class, by the order in which its fields are declared.
    fn declared_arguments(&self, ty: TypeRef, site: &Site) -> Fields {
        let declared = &self.program.links.ty(ty).def.fields;
        let positional = site.args.iter().filter(|arg| arg.name.is_none());
        let mut fields: Fields =
            declared.iter().zip(positional).map(|(field, arg)| (field.name.clone(), arg.value.clone())).collect();
        for arg in &site.args {
            if let Some(name) = &arg.name {
                fields.insert(name.clone(), arg.value.clone());
            }
        }
        fields
    }
}

/// Ways that a step may have gone.
#[derive(Default)]
pub(crate) struct Ways(Option<(State, Value)>);

impl Ways {
    /// One more way.
    pub(crate) fn add(&mut self, state: State, value: Value) {
        match &mut self.0 {
            Some((known, returned)) => {
                known.join(&state);
                returned.join(&value);
            }
            None => self.0 = Some((state, value)),
        }
    }

    /// All of them as one; none where there is no way.
    pub(crate) fn joined(self) -> Option<(State, Value)> {
        self.0
    }
}

/// Whether any of `args` gives access to a file: then what is done with it matters.
fn holds_file(state: &State, args: &[(Local, Value)]) -> bool {
    let mut reached = crate::log::Reached::default();
    args.iter().for_each(|(_, value)| reached.value(state, value));
    !reached.files.is_empty()
}

/// Whether it is a library's function, whatever it is given already.
fn is_of_library(atom: &Atom) -> bool {
    match atom {
        Atom::Library(_) => true,
        Atom::Partial(callee, _) => callee.atoms().iter().all(is_of_library),
        _ => false,
    }
}

pub(crate) fn callable(atom: &Atom) -> bool {
    matches!(atom, Atom::Function(..) | Atom::Closure(..) | Atom::Library(_) | Atom::Partial(..) | Atom::Type(_))
}

/// What a symbol that is called is named.
fn called_name(path: &PathExpr) -> Name {
    match path {
        PathExpr::Field(_, name) | PathExpr::Param { name, .. } | PathExpr::Result(name, _) => name.clone(),
        PathExpr::Item(name) => name.rsplit(['.', ':', '#']).next().unwrap_or("").into(),
        _ => Name::default(),
    }
}
