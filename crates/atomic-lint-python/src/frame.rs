//! A body being lowered: its names, and what surrounds the code that is lowered at the moment.

use crate::scope::Scope;
use crate::tree::Node;
use atomic_lint_ir::{BlockId, BodyBuilder, BodyId, Capture, Field, Local, Name, Path};
use atomic_lint_source::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A function, lambda or module whose steps are being built.
pub(crate) struct Frame<'t> {
    /// Its number.
    pub(crate) id: BodyId,
    /// Its steps.
    pub(crate) builder: BodyBuilder,
    /// The names it binds.
    pub(crate) scope: Scope<'t>,
    /// Names of enclosing functions that it uses.
    pub(crate) captured: FxHashMap<&'t str, Local>,
    /// The same, for the analysis.
    pub(crate) captures: Vec<Capture>,
    /// Comprehensions and class bodies around the current code, innermost last.
    pub(crate) overlays: Vec<Overlay<'t>>,
    /// Loops, `try` and `with` around the current code, innermost last.
    pub(crate) regions: Vec<Region<'t>>,
    /// What items defined in it are named below.
    pub(crate) prefix: Vec<Name>,
    /// The class whose method it is, or is inside of.
    pub(crate) method: Option<Rc<MethodOf<'t>>>,
    /// A `yield` was met.
    pub(crate) generator: bool,
    /// It runs only under test.
    pub(crate) test: bool,
    /// How many nodes of `finally` clauses were lowered more than once.
    pub(crate) copied: usize,
}

impl<'t> Frame<'t> {
    /// A body without steps.
    pub(crate) fn new(id: BodyId, scope: Scope<'t>, prefix: Vec<Name>) -> Self {
        Frame {
            id,
            builder: BodyBuilder::default(),
            scope,
            captured: FxHashMap::default(),
            captures: Vec::new(),
            overlays: Vec::new(),
            regions: Vec::new(),
            prefix,
            method: None,
            generator: false,
            test: false,
            copied: 0,
        }
    }
}

/// The class of a method, as its body sees it.
pub(crate) struct MethodOf<'t> {
    /// The class.
    pub(crate) class: Path,
    /// Its first base.
    pub(crate) base: Option<Path>,
    /// The name of the receiver.
    pub(crate) receiver: Option<&'t str>,
    /// The receiver is the class.
    pub(crate) by_class: bool,
}

/// Names that hold in a part of a body only.
#[derive(Default)]
pub(crate) struct Overlay<'t> {
    /// The names.
    pub(crate) names: FxHashMap<&'t str, Binding>,
    /// The class whose body it is.
    pub(crate) class: Option<ClassBody>,
}

/// What a name stands for in an [`Overlay`].
#[derive(Clone)]
pub(crate) enum Binding {
    /// A variable.
    Local(Local),
    /// An item.
    Item(Path),
}

/// A class being lowered.
pub(crate) struct ClassBody {
    /// Its name with all around it.
    pub(crate) name: Vec<Name>,
    /// Its first base.
    pub(crate) base: Option<Path>,
    /// Its fields so far.
    pub(crate) fields: Vec<Field>,
    /// Its methods so far.
    pub(crate) methods: Vec<(Name, BodyId)>,
    /// It is a test case.
    pub(crate) test: bool,
}

/// Something that decides where code goes on that leaves it.
pub(crate) enum Region<'t> {
    /// A loop.
    Loop {
        /// Where `break` goes.
        on_break: BlockId,
        /// Where `continue` goes.
        on_continue: BlockId,
    },
    /// The body of a `try` with `except` clauses.
    Handlers {
        /// Where an exception goes.
        landing: Landing,
    },
    /// Everything of a `try` before its `finally`.
    Finally {
        /// The clause.
        clause: Node<'t>,
        /// Where an exception goes.
        landing: Landing,
        /// The copy that is shared when there would be too many.
        shared: Option<Shared>,
    },
    /// The body of a `with`.
    With {
        /// The context manager.
        manager: Local,
        /// The method that leaves it.
        exit: &'static str,
        /// The item of the `with`.
        span: Span,
        /// Where an exception goes.
        landing: Landing,
    },
}

impl Region<'_> {
    /// Where an exception goes, if it stays.
    pub(crate) fn landing(&mut self) -> Option<&mut Landing> {
        match self {
            Region::Loop { .. } => None,
            Region::Handlers { landing } | Region::Finally { landing, .. } | Region::With { landing, .. } => {
                Some(landing)
            }
        }
    }
}

/// A block that exceptions go to.
pub(crate) struct Landing {
    /// The block.
    pub(crate) block: BlockId,
    /// Some exception does.
    pub(crate) used: bool,
}

/// A `finally` clause that several ways share.
pub(crate) struct Shared {
    /// Where it begins.
    pub(crate) entry: BlockId,
    /// Where those that came in go on.
    pub(crate) exits: Vec<BlockId>,
}
