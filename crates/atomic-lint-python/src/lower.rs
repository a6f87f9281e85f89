//! The state of lowering one file, its frames and the resolution of names.
//!
//! What each construct becomes stands in the files named after them.

use crate::frame::{Binding, ClassBody, Frame, Overlay};
use crate::kind::Kind;
use crate::scope::{Scope, Slot};
use crate::tree::{Node, Tree};
use crate::{directive, prune};
use atomic_lint_ir::{
    BlockId, Body, BodyBuilder, BodyId, BodyKind, Capture, Const, Exit, Global, Language, Local, Name, Op, Operand,
    Path, Root, Unit,
};
use atomic_lint_source::Span;
use rustc_hash::FxHashMap;

/// Lowering of one file.
pub(crate) struct Lower<'t> {
    tree: &'t Tree<'t>,
    /// What others will see.
    pub(crate) unit: Unit,
    /// Bodies by number, as they are completed.
    bodies: Vec<Option<Body>>,
    /// Bodies of definitions that were lowered; a copy of a `finally` clause meets them again.
    pub(crate) done: FxHashMap<u32, BodyId>,
    frames: Vec<Frame<'t>>,
}

/// What a name stands for at some place.
pub(crate) enum Found {
    /// A variable of this body.
    Local(Local),
    /// A variable of the module, seen from inside a function.
    Module(Path),
    /// An import, function or class.
    Item(Path),
    /// Nothing that the file knows.
    Bare(Path),
}

impl<'t> Lower<'t> {
    /// Lowering of `tree`, not begun.
    pub(crate) fn new(tree: &'t Tree<'t>) -> Self {
        let unit = Unit {
            language: Language::Python,
            imports: Vec::new(),
            globs: Vec::new(),
            modules: Vec::new(),
            functions: Vec::new(),
            types: Vec::new(),
            impls: Vec::new(),
            globals: Vec::new(),
            bodies: Vec::new(),
            directives: Vec::new(),
        };
        Lower { tree, unit, bodies: Vec::new(), done: FxHashMap::default(), frames: Vec::new() }
    }

    /// Lowers the whole file.
    pub(crate) fn unit(mut self) -> Unit {
        let root = self.tree.root();
        let id = self.reserve();
        let mut scope = Scope::of(root, &[], true);
        self.declare_globals(&mut scope);
        self.frames.push(Frame::new(id, scope, Vec::new()));
        self.block(root);
        let mut body = empty_body(Name::new_static("<module>"), BodyKind::TopLevel, root.span());
        body.name_span = Span::new(root.span().start, root.span().start);
        self.leave(body);
        self.unit.directives = directive::all(self.tree);
        self.unit.bodies = self.bodies.into_iter().flatten().collect();
        self.unit
    }

    /// A name that any function declares `global` is the module's, assigned there or not.
    fn declare_globals(&self, scope: &mut Scope<'t>) {
        for node in self.tree.all().filter(|node| node.kind() == Kind::GlobalStatement) {
            for name in node.children().filter(|child| child.kind() == Kind::Identifier) {
                scope.variable(name.text());
            }
        }
    }

    /// A number for a body that is about to be lowered.
    pub(crate) fn reserve(&mut self) -> BodyId {
        self.bodies.push(None);
        BodyId(self.bodies.len() as u32 - 1)
    }

    /// Begins a body inside the current one.
    pub(crate) fn enter(&mut self, frame: Frame<'t>) {
        self.frames.push(frame);
    }

    /// Completes the current body, which goes back to its caller at its end.
    pub(crate) fn leave(&mut self, mut body: Body) {
        let mut frame = self.frames.pop().expect("every enter is left once");
        frame.builder.exit(Exit::Return(None));
        frame.builder.finish_into(&mut body);
        prune::prune(&mut body.blocks);
        body.generator = frame.generator;
        body.test = frame.test;
        body.captures = frame.captures;
        self.bodies[frame.id.0 as usize] = Some(body);
    }

    /// The body that is being lowered.
    pub(crate) fn frame(&mut self) -> &mut Frame<'t> {
        self.frames.last_mut().expect("lowering is inside a body")
    }

    /// The body around the current one.
    pub(crate) fn outer_frame(&mut self) -> Option<&mut Frame<'t>> {
        let outer = self.frames.len().checked_sub(2)?;
        self.frames.get_mut(outer)
    }

    /// Whether the current code runs at the top level of the file, class bodies included.
    pub(crate) fn at_module(&self) -> bool {
        self.frames.len() == 1
    }

    /// The class whose body the current code stands in directly.
    pub(crate) fn class_body(&mut self) -> Option<&mut ClassBody> {
        self.frame().overlays.last_mut()?.class.as_mut()
    }

    /// What an item defined here is named below.
    pub(crate) fn prefix(&mut self) -> Vec<Name> {
        match self.class_body() {
            Some(class) => class.name.clone(),
            None => self.frame().prefix.clone(),
        }
    }
}

/// Names.
impl<'t> Lower<'t> {
    /// What `name` stands for here.
    pub(crate) fn lookup(&mut self, name: &'t str) -> Found {
        self.lookup_in(self.frames.len() - 1, name, false)
    }

    fn lookup_in(&mut self, depth: usize, name: &'t str, from_inside: bool) -> Found {
        let frame = &self.frames[depth];
        let visible = |overlay: &&Overlay<'t>| overlay.class.is_none() || !from_inside;
        let nearby = frame.overlays.iter().rev().filter(visible).find_map(|overlay| overlay.names.get(name));
        match nearby {
            Some(Binding::Local(local)) => return Found::Local(*local),
            Some(Binding::Item(path)) => return Found::Item(path.clone()),
            None => {}
        }
        match frame.scope.get(name) {
            Some(Slot::Item(path)) => Found::Item(path.clone()),
            Some(Slot::Variable(_)) if depth == 0 && from_inside => Found::Module(Path::new(Root::Module, [name])),
            Some(Slot::Variable(local)) => Found::Local(local.unwrap_or_else(|| self.variable_in(depth, name))),
            Some(Slot::Global) => self.lookup_in(0, name, true),
            Some(Slot::Nonlocal) | None if depth > 0 => self.capture(depth, name),
            Some(Slot::Nonlocal) | None => Found::Bare(Path::bare(name)),
        }
    }

    fn variable_in(&mut self, depth: usize, name: &'t str) -> Local {
        let frame = &mut self.frames[depth];
        let local = frame.builder.variable(name, None);
        frame.scope.set(name, local);
        if depth == 0 {
            self.unit.globals.push(Global { name: vec![Name::new(name)], local });
        }
        local
    }

    fn capture(&mut self, depth: usize, name: &'t str) -> Found {
        if let Some(local) = self.frames[depth].captured.get(name) {
            return Found::Local(*local);
        }
        match self.lookup_in(depth - 1, name, true) {
            Found::Local(outer) => {
                let frame = &mut self.frames[depth];
                let inner = frame.builder.variable(name, None);
                frame.captured.insert(name, inner);
                frame.captures.push(Capture { inner, outer });
                Found::Local(inner)
            }
            found => found,
        }
    }

    /// The local that an assignment to `name` changes; none where that is in another body.
    pub(crate) fn assigned(&mut self, name: &'t str) -> Option<Local> {
        for overlay in self.frame().overlays.iter().rev() {
            match overlay.names.get(name) {
                Some(Binding::Local(local)) => return Some(*local),
                _ if overlay.class.is_some() => return Some(self.class_attribute(name)),
                _ => {}
            }
        }
        let depth = self.frames.len() - 1;
        match self.frame().scope.get(name) {
            Some(Slot::Global) => None,
            // What stands in for an import that failed has no name of its own.
            Some(Slot::Item(_)) => Some(self.temp()),
            _ => match self.lookup_in(depth, name, false) {
                Found::Local(local) => Some(local),
                _ => None,
            },
        }
    }

    /// The item that a dotted name of the text leads to, where its first part is no variable of a function.
    pub(crate) fn dotted(&mut self, dotted: &'t str) -> Option<Path> {
        let mut parts = dotted.split('.').map(str::trim);
        let first = parts.next().filter(|first| !first.is_empty())?;
        let start = match self.lookup(first) {
            Found::Item(path) | Found::Bare(path) | Found::Module(path) => path,
            Found::Local(_) if self.at_module() => Path::new(Root::Module, [first]),
            Found::Local(_) => Path::bare(first),
        };
        Some(parts.fold(start, |path, part| path.child(part)))
    }

    /// The name of a variable or item as a value.
    pub(crate) fn name(&mut self, name: &'t str) -> Operand {
        match self.lookup(name) {
            Found::Local(local) => Operand::Local(local),
            Found::Item(path) | Found::Bare(path) | Found::Module(path) => Operand::Const(Const::Item(path)),
        }
    }
}

/// Steps.
impl<'t> Lower<'t> {
    /// Steps of the current body.
    pub(crate) fn builder(&mut self) -> &mut BodyBuilder {
        &mut self.frame().builder
    }

    /// A temporary.
    pub(crate) fn temp(&mut self) -> Local {
        self.builder().temp()
    }

    /// A block.
    pub(crate) fn new_block(&mut self) -> BlockId {
        self.builder().block()
    }

    /// Appends a step.
    pub(crate) fn push(&mut self, op: Op, span: Span) {
        self.builder().push(op, span);
    }

    /// The local that holds `value`.
    pub(crate) fn local(&mut self, value: Operand, span: Span) -> Local {
        match value {
            Operand::Local(local) => local,
            constant => {
                let dst = self.temp();
                self.push(Op::Copy { dst, src: constant }, span);
                dst
            }
        }
    }

    /// A value that cannot be said.
    pub(crate) fn opaque(&mut self, mentions: Vec<Local>, node: Node<'t>) -> Operand {
        let dst = self.temp();
        self.push(Op::Opaque { dst: Some(dst), mentions }, node.span());
        Operand::Local(dst)
    }
}

/// A body of which only the outside is known.
pub(crate) fn empty_body(name: Name, kind: BodyKind, span: Span) -> Body {
    Body {
        name,
        kind,
        span,
        name_span: span,
        params: Vec::new(),
        captures: Vec::new(),
        returns: None,
        locals: Vec::new(),
        blocks: Vec::new(),
        generator: false,
        is_async: false,
        test: false,
        decorators: Vec::new(),
        summary: Name::default(),
        property: false,
        is_static: false,
        omitted: false,
    }
}
