//! Which names a function or module binds, found before any of it is lowered.
//!
//! Python decides by the whole body whether a name is local, so this walks ahead of lowering.
//! It does not follow values.

use crate::imports;
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Local, Name, Path, Root};
use rustc_hash::FxHashMap;

/// What a name of a scope stands for.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// A variable, with its local once it was met.
    Variable(Option<Local>),
    /// Something defined or imported under that name.
    Item(Path),
    /// Declared `global`.
    Global,
    /// Declared `nonlocal`.
    Nonlocal,
}

/// The names that one function or module binds.
#[derive(Default)]
pub(crate) struct Scope<'t> {
    names: FxHashMap<&'t str, Slot>,
}

impl<'t> Scope<'t> {
    /// The names bound in the statements of `body`; items it defines are named below `prefix`.
    pub(crate) fn of(body: Node<'t>, prefix: &[Name], module: bool) -> Self {
        let mut collect = Collect { scope: Scope::default(), prefix, module };
        collect.statements(body);
        collect.scope
    }

    /// What `name` stands for here.
    pub(crate) fn get(&self, name: &str) -> Option<&Slot> {
        self.names.get(name)
    }

    /// Notes the local of the variable `name`.
    pub(crate) fn set(&mut self, name: &'t str, local: Local) {
        self.names.insert(name, Slot::Variable(Some(local)));
    }

    /// Makes `name` a variable, whatever else it may be.
    pub(crate) fn variable(&mut self, name: &'t str) {
        self.names.entry(name).or_insert(Slot::Variable(None));
    }

    /// Makes `name` an item: the first one stays, and any goes before a variable, because what is
    /// assigned to an imported name stands in for it where the import fails.
    fn item(&mut self, name: &'t str, path: Path) {
        let slot = self.names.entry(name).or_insert(Slot::Variable(None));
        if matches!(slot, Slot::Variable(_)) {
            *slot = Slot::Item(path);
        }
    }
}

/// The walk over one body, without the bodies inside it.
struct Collect<'t, 'p> {
    scope: Scope<'t>,
    prefix: &'p [Name],
    module: bool,
}

impl<'t> Collect<'t, '_> {
    fn statements(&mut self, body: Node<'t>) {
        let mut nodes = body.descendants();
        while let Some(node) = nodes.next() {
            match node.kind() {
                Kind::FunctionDefinition => {
                    self.function(node);
                    nodes.pass_over(node);
                }
                Kind::ClassDefinition => {
                    self.class(node);
                    nodes.pass_over(node);
                }
                Kind::Lambda | Kind::Type => nodes.pass_over(node),
                _ => self.node(node),
            }
        }
    }

    fn node(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement => self.part(node, Field::Left),
            Kind::NamedExpression => self.part(node, Field::Name),
            Kind::AsPatternTarget | Kind::DeleteStatement => node.children().for_each(|target| self.target(target)),
            Kind::ExceptClause => self.part(node, Field::Alias),
            Kind::ImportStatement | Kind::ImportFromStatement => {
                for (name, path) in imports::bound(node) {
                    self.scope.item(name, path);
                }
            }
            Kind::GlobalStatement if self.module => {}
            Kind::GlobalStatement => self.declare(node, &Slot::Global),
            Kind::NonlocalStatement => self.declare(node, &Slot::Nonlocal),
            Kind::CasePattern | Kind::KeywordPattern => self.pattern(node),
            Kind::SplatPattern => node.children().for_each(|name| self.target(name)),
            _ => {}
        }
    }

    fn part(&mut self, node: Node<'t>, field: Field) {
        if let Some(target) = node.get(field) {
            self.target(target);
        }
    }

    fn target(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::Identifier => self.scope.variable(node.text()),
            Kind::Tuple
            | Kind::List
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::PatternList
            | Kind::ExpressionList
            | Kind::ListSplatPattern
            | Kind::ListSplat
            | Kind::ParenthesizedExpression => node.children().for_each(|part| self.target(part)),
            _ => {}
        }
    }

    /// Names that a pattern of `match` binds by itself; those within it are met on their own.
    fn pattern(&mut self, node: Node<'t>) {
        for part in node.children() {
            match part.kind() {
                Kind::DottedName if !part.text().contains('.') => self.scope.variable(part.text()),
                Kind::AsPattern => part.children().for_each(|name| self.target(name)),
                _ => {}
            }
        }
    }

    fn declare(&mut self, node: Node<'t>, slot: &Slot) {
        for name in node.children().filter(|child| child.kind() == Kind::Identifier) {
            self.scope.names.insert(name.text(), slot.clone());
        }
    }

    fn function(&mut self, node: Node<'t>) {
        let Some(name) = node.get(Field::Name) else { return };
        if self.module { self.own(name) } else { self.scope.variable(name.text()) }
    }

    fn class(&mut self, node: Node<'t>) {
        if let Some(name) = node.get(Field::Name) {
            self.own(name);
        }
    }

    fn own(&mut self, name: Node<'t>) {
        let segments = self.prefix.iter().cloned().chain([Name::new(name.text())]);
        self.scope.item(name.text(), Path::new(Root::Module, segments));
    }
}
