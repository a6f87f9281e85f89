//! Functions, methods and lambdas: their parameters, and the bodies they become.

use crate::frame::{Frame, MethodOf};
use crate::kind::{Field, Kind};
use crate::lower::{Found, Lower, empty_body};
use crate::scope::Scope;
use crate::tree::Node;
use atomic_lint_ir::{BodyId, BodyKind, Const, Exit, Function, Name, Op, Operand, Param, ParamKind, Path, Type};
use std::rc::Rc;

/// A parameter as the code around its function sees it.
struct Declared<'t> {
    /// Its name or pattern.
    target: Node<'t>,
    kind: ParamKind,
    ty: Option<Type>,
    default: Option<Const>,
}

/// What the decorators of a function make of it.
struct Decorated {
    paths: Vec<Path>,
    property: bool,
    is_static: bool,
    by_class: bool,
    fixture: bool,
    overload: bool,
    /// `setter` or `deleter`, for a function that shares the name of a property.
    accessor: Option<Name>,
}

impl<'t> Lower<'t> {
    /// A definition under `decorators`.
    pub(crate) fn decorated(&mut self, node: Node<'t>) {
        let decorators: Vec<Node<'t>> = node.children().filter(|part| part.kind() == Kind::Decorator).collect();
        match node.get(Field::Definition) {
            Some(definition) if definition.kind() == Kind::ClassDefinition => self.class(definition, &decorators),
            Some(definition) => self.function(definition, &decorators),
            None => {}
        }
    }

    /// A function or method; a nested one is a value bound to its name.
    pub(crate) fn function(&mut self, node: Node<'t>, decorators: &[Node<'t>]) {
        let Some(name) = node.get(Field::Name) else { return };
        let decorated = self.decorations(decorators);
        // An overload only declares; the definition follows.
        if decorated.overload {
            return;
        }
        let method = self.class_body().is_some();
        let kind = match (method, self.at_module()) {
            (true, _) => BodyKind::Method,
            (false, true) => BodyKind::Function,
            (false, false) => BodyKind::Closure(self.frame().id),
        };
        let accessor = decorated.accessor.clone();
        let known = self.done.get(&node.id()).copied();
        let body = known.unwrap_or_else(|| self.define(node, name, kind, decorated));
        match kind {
            BodyKind::Method => self.add_method(name.text(), accessor, body),
            BodyKind::Function if known.is_none() => {
                self.unit.functions.push(Function { name: vec![Name::new(name.text())], body });
            }
            BodyKind::Closure(_) => {
                if let Some(dst) = self.assigned(name.text()) {
                    self.push(Op::Closure { dst, body }, name.span());
                }
            }
            _ => {}
        }
    }

    fn define(&mut self, node: Node<'t>, name: Node<'t>, kind: BodyKind, decorated: Decorated) -> BodyId {
        let id = self.reserve();
        self.done.insert(node.id(), id);
        let mut prefix = self.prefix();
        prefix.push(Name::new(name.text()));
        let mut body = empty_body(Name::from(prefix.join(".")), kind, node.span());
        body.name_span = name.span();
        body.returns = node.get(Field::ReturnType).and_then(|annotation| self.type_of(annotation));
        body.is_async = node.begins_with("async");
        body.property = decorated.property;
        body.is_static = decorated.is_static && kind == BodyKind::Method;
        let block = node.get(Field::Body).unwrap_or(node);
        body.summary = summary(block);
        let mut params = self.parameters(node.get(Field::Parameters));
        let by_class = decorated.by_class || matches!(name.text(), "__new__" | "__init_subclass__");
        if kind == BodyKind::Method && !decorated.is_static {
            mark_receiver(&mut params);
        }
        let mut frame = Frame::new(id, Scope::of(block, &prefix, false), prefix);
        frame.test = self.is_test() || decorated.fixture;
        frame.method = self.method_of(kind, &params, by_class);
        body.decorators = decorated.paths;
        self.enter(frame);
        body.params = self.bind(params);
        self.block_of(node, Field::Body);
        self.leave(body);
        id
    }

    fn is_test(&mut self) -> bool {
        self.frame().test || self.class_body().is_some_and(|class| class.test)
    }

    fn method_of(&mut self, kind: BodyKind, params: &[Declared<'t>], by_class: bool) -> Option<Rc<MethodOf<'t>>> {
        match kind {
            BodyKind::Method => {
                let receiver = params.first().filter(|first| first.kind == ParamKind::Receiver);
                let receiver = receiver.map(|first| first.target.text());
                let class = self.class_body()?;
                let (name, base) = (class.name.clone(), class.base.clone());
                let class = Path::new(atomic_lint_ir::Root::Module, name);
                Some(Rc::new(MethodOf { class, base, receiver, by_class }))
            }
            BodyKind::Closure(_) => self.frame().method.clone(),
            _ => None,
        }
    }

    /// A lambda.
    pub(crate) fn lambda(&mut self, node: Node<'t>) -> Operand {
        let known = self.done.get(&node.id()).copied();
        let body = known.unwrap_or_else(|| self.define_lambda(node));
        let dst = self.temp();
        self.push(Op::Closure { dst, body }, node.span());
        Operand::Local(dst)
    }

    fn define_lambda(&mut self, node: Node<'t>) -> BodyId {
        let id = self.reserve();
        self.done.insert(node.id(), id);
        let kind = BodyKind::Closure(self.frame().id);
        let mut body = empty_body(Name::new_static("<lambda>"), kind, node.span());
        let params = self.parameters(node.get(Field::Parameters));
        let Some(value) = node.get(Field::Body) else { return id };
        let mut frame = Frame::new(id, Scope::of(value, &[], false), self.prefix());
        frame.test = self.is_test();
        frame.method = self.frame().method.clone();
        self.enter(frame);
        body.params = self.bind(params);
        let value = self.expr(value);
        self.builder().exit(Exit::Return(Some(value)));
        self.leave(body);
        id
    }
}

/// The first line of the docstring that a block begins with.
fn summary(block: Node<'_>) -> Name {
    let first = block.children().find(|part| part.kind() != Kind::Comment);
    let text = first.filter(|first| first.kind() == Kind::ExpressionStatement).and_then(Node::first);
    let content = text.filter(|text| text.kind() == Kind::String).and_then(|text| text.child_of(Kind::StringContent));
    let lines = content.map_or("", Node::text).lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).map(Name::new).next().unwrap_or_default()
}

/// Decorators.
impl<'t> Lower<'t> {
    fn decorations(&mut self, decorators: &[Node<'t>]) -> Decorated {
        let paths: Vec<Path> = decorators.iter().filter_map(|decorator| self.decorator(*decorator)).collect();
        let any = |names: &[&str]| paths.iter().any(|path| names.contains(&path.last()));
        let accessor = paths.iter().map(Path::last).find(|name| matches!(*name, "setter" | "deleter"));
        Decorated {
            property: any(&["property", "cached_property", "abstractproperty"]),
            is_static: any(&["staticmethod", "abstractstaticmethod"]),
            by_class: any(&["classmethod", "abstractclassmethod"]),
            fixture: any(&["fixture"]),
            overload: any(&["overload"]) && decorators.iter().all(|decorator| decorator.child_of(Kind::Call).is_none()),
            accessor: accessor.map(Name::new),
            paths,
        }
    }

    /// The path of a decorator without its arguments.
    fn decorator(&mut self, node: Node<'t>) -> Option<Path> {
        let mut named = node.first()?;
        while named.kind() == Kind::Call {
            named = named.get(Field::Function)?;
        }
        match named.kind() {
            Kind::Identifier | Kind::Attribute => self.dotted(named.text()),
            _ => None,
        }
    }
}

/// Parameters.
impl<'t> Lower<'t> {
    fn parameters(&mut self, list: Option<Node<'t>>) -> Vec<Declared<'t>> {
        let mut params = Vec::new();
        let mut kind = ParamKind::Positional;
        for node in list.into_iter().flat_map(Node::children) {
            match node.kind() {
                Kind::KeywordSeparator => kind = ParamKind::Keyword,
                _ => {
                    params.extend(self.parameter(node, kind));
                    if params.last().is_some_and(|last: &Declared<'t>| last.kind == ParamKind::Rest) {
                        kind = ParamKind::Keyword;
                    }
                }
            }
        }
        params
    }

    fn parameter(&mut self, node: Node<'t>, kind: ParamKind) -> Option<Declared<'t>> {
        let target = match node.kind() {
            Kind::Identifier | Kind::TuplePattern => node,
            Kind::DefaultParameter | Kind::TypedDefaultParameter => node.get(Field::Name)?,
            Kind::TypedParameter => node.first()?,
            Kind::ListSplatPattern | Kind::DictionarySplatPattern => node,
            _ => return None,
        };
        let (target, kind) = match target.kind() {
            Kind::ListSplatPattern => (target.first()?, ParamKind::Rest),
            Kind::DictionarySplatPattern => (target.first()?, ParamKind::KeywordRest),
            _ => (target, kind),
        };
        let ty = node.get(Field::Type).and_then(|annotation| self.type_of(annotation));
        let default = node.get(Field::Value).and_then(|value| self.constant(value));
        Some(Declared { target, kind, ty, default })
    }

    /// The parameters as locals of the body that has just begun.
    fn bind(&mut self, params: Vec<Declared<'t>>) -> Vec<Param> {
        params.into_iter().map(|param| self.bind_one(param)).collect()
    }

    fn bind_one(&mut self, param: Declared<'t>) -> Param {
        let named = param.target.kind() == Kind::Identifier;
        let name = if named { param.target.text() } else { "" };
        let local = match named {
            true => self.builder().variable(name, param.ty.clone()),
            false => self.temp(),
        };
        if named {
            self.frame().scope.set(name, local);
        } else {
            self.assign(param.target, Operand::Local(local));
        }
        Param { local, name: Name::new(name), ty: param.ty, default: param.default, kind: param.kind }
    }

    /// The value of a default, where it can be said without running anything.
    fn constant(&mut self, node: Node<'t>) -> Option<Const> {
        match node.kind() {
            Kind::Integer | Kind::Float | Kind::Ellipsis | Kind::True | Kind::False | Kind::None => self.said(node),
            Kind::UnaryOperator if node.child_of(Kind::Integer).is_some() => self.said(node),
            Kind::String | Kind::ConcatenatedString => {
                let plain = node.descendants().all(|part| part.kind() != Kind::Interpolation);
                if plain { self.said(node) } else { None }
            }
            Kind::Identifier => match self.lookup(node.text()) {
                Found::Local(_) if !self.at_module() => None,
                Found::Local(_) => self.dotted(node.text()).map(Const::Item),
                Found::Item(path) | Found::Module(path) | Found::Bare(path) => Some(Const::Item(path)),
            },
            Kind::Attribute => self.item(node).map(Const::Item),
            Kind::ParenthesizedExpression => self.constant(node.first()?),
            _ => None,
        }
    }

    fn said(&mut self, node: Node<'t>) -> Option<Const> {
        match self.expr(node) {
            Operand::Const(constant) => Some(constant),
            Operand::Local(_) => None,
        }
    }
}

fn mark_receiver(params: &mut [Declared<'_>]) {
    if let Some(first) = params.first_mut().filter(|first| first.kind == ParamKind::Positional) {
        first.kind = ParamKind::Receiver;
    }
}
