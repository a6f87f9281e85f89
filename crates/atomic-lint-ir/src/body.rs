//! The steps of one function.

use crate::{Name, Path, Type};
use atomic_lint_source::Span;
use serde::{Deserialize, Serialize};

/// Index of a [`Body`] in its [`crate::Unit`]; 0 is the top level of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BodyId(pub u32);

/// A variable or temporary of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Local(pub u32);

/// Index of a [`Block`] in its body; 0 is the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlockId(pub u32);

/// A function, method, closure, lambda, or the top level of a file, as a control-flow graph.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    /// Name within the file, `Type.method` for methods; `<module>`, `<closure>` and `<lambda>` for the nameless.
    pub name: Name,
    /// What it is.
    pub kind: BodyKind,
    /// The whole item.
    pub span: Span,
    /// What stands for it in a report: the name, or the `|args|` of a closure.
    pub name_span: Span,
    /// Parameters in order, the receiver first.
    pub params: Vec<Param>,
    /// Variables of the enclosing body that this one uses.
    pub captures: Vec<Capture>,
    /// Declared return type; for an `async` function what awaiting gives.
    pub returns: Option<Type>,
    /// Every local, by index.
    pub locals: Vec<LocalInfo>,
    /// Every block, by index.
    pub blocks: Vec<Block>,
    /// It has a `yield`: calling it runs nothing, entering or iterating it does.
    pub generator: bool,
    /// Declared `async`.
    pub is_async: bool,
    /// Code that runs only under test: `#[cfg(test)]`, `#[test]`, or nested in such.
    pub test: bool,
    /// Decorators (Python), outermost first, arguments dropped.
    pub decorators: Vec<Path>,
    /// The first line of its documentation.
    pub summary: Name,
    /// Attribute access runs it (`@property`, `@cached_property`).
    pub property: bool,
    /// It takes no receiver though it belongs to a type.
    pub is_static: bool,
    /// Its steps were not asked for, so what it does is not known.
    pub omitted: bool,
}

/// What a [`Body`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyKind {
    /// The top level of the file, with its constants and class attributes.
    TopLevel,
    /// A free function.
    Function,
    /// A function that belongs to a type.
    Method,
    /// A closure, lambda or nested function of that body.
    Closure(BodyId),
}

/// How arguments reach a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParamKind {
    /// `self`, and `cls` of a class method.
    Receiver,
    /// By position or, in Python, by name.
    Positional,
    /// By name only.
    Keyword,
    /// `*args`.
    Rest,
    /// `**kwargs`.
    KeywordRest,
}

/// A parameter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Param {
    /// Where its value is on entry; a destructuring pattern is taken apart by the first steps.
    pub local: Local,
    /// Its name as written; empty for a pattern.
    pub name: Name,
    /// Declared type.
    pub ty: Option<Type>,
    /// Default value, where it is a constant or the path of an item.
    pub default: Option<Const>,
    /// How it is passed.
    pub kind: ParamKind,
}

/// A variable of the enclosing body, seen from inside.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Capture {
    /// The local of this body that stands for it.
    pub inner: Local,
    /// The local of the enclosing body.
    pub outer: Local,
}

/// What is known of a local without running anything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LocalInfo {
    /// The variable's name; `None` for a temporary.
    pub name: Option<Name>,
    /// Declared type.
    pub ty: Option<Type>,
}

/// Steps without a branch between them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    /// In order.
    pub steps: Vec<Step>,
    /// Where it goes then.
    pub exit: Exit,
}

/// One step and the text it stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// What happens.
    pub op: Op,
    /// The expression or statement.
    pub span: Span,
}

/// What one step does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Op {
    /// The only step that can touch the disk.
    Call {
        /// Gets the result.
        dst: Local,
        /// What is called.
        callee: Callee,
        /// In order as written; the receiver of a method is not among them.
        args: Vec<Arg>,
        /// The name of what is called with its arguments, without the receiver: `open(path)` of
        /// `options.write(true).open(path)`; the whole call where it is not a method's.
        span: Span,
    },
    /// `dst = src`; also what a transparent wrapper is: `Ok(x)`, `Some(x)`, `&x`, `*x`, `x.await`, `await x`.
    Copy {
        /// Gets the value.
        dst: Local,
        /// The value.
        src: Operand,
    },
    /// Text built of parts: an f-string, `format!`, `+`, `%` and `.format` on a literal.
    Concat {
        /// Gets the text.
        dst: Local,
        /// Literal and computed parts in order.
        parts: Vec<Operand>,
    },
    /// Bits joined by `|`: open flags.
    Flags {
        /// Gets the flags.
        dst: Local,
        /// The parts.
        parts: Vec<Operand>,
    },
    /// A tuple (fields `0`, `1`, …), list or set (every element under `[]`, and under its position
    /// where that is known), dictionary (constant keys by text, others under `[]`) or struct literal.
    Aggregate {
        /// Gets the value.
        dst: Local,
        /// The struct or enum variant, where it is one.
        ty: Option<Path>,
        /// Fields with their values.
        fields: Vec<(Name, Operand)>,
    },
    /// `dst = object.field`; an index with a constant is the field of that text, any other, and
    /// the element of an iteration, is the field `[]`.
    Load {
        /// Gets the value.
        dst: Local,
        /// What is read.
        object: Local,
        /// Which part of it.
        field: Name,
    },
    /// `object.field = src`.
    Store {
        /// What is changed.
        object: Local,
        /// Which part of it.
        field: Name,
        /// The new value.
        src: Operand,
    },
    /// Makes a callable of a closure, lambda or nested function; its captures are read here.
    Closure {
        /// Gets the callable.
        dst: Local,
        /// Its body.
        body: BodyId,
    },
    /// The value's life ends here: Rust drop at scope end or `drop(x)`, Python `del`.
    /// A Rust local gets one only where no use of it may have moved it away.
    End(Local),
    /// Something the front end cannot say; `dst` is unknown afterwards, `mentions` may have been changed or kept.
    Opaque {
        /// Gets an unknown value.
        dst: Option<Local>,
        /// Every local it names.
        mentions: Vec<Local>,
    },
}

/// An argument.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arg {
    /// Keyword.
    pub name: Option<Name>,
    /// Value.
    pub value: Operand,
    /// `*value` or `**value`.
    pub spread: bool,
    /// The expression of the value.
    pub span: Span,
}

impl Arg {
    /// An argument by position.
    pub fn positional(value: Operand, span: Span) -> Self {
        Arg { name: None, value, spread: false, span }
    }
}

/// What a call calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Callee {
    /// A name: a function, a constructor, an associated function, a macro.
    Path(Path),
    /// A method of a value. Python operators are methods by their special name (`__truediv__`), entering and
    /// leaving a `with` are `__enter__` and `__exit__` (`__aenter__`, `__aexit__`); the `__exit__` of the
    /// way without an exception has one argument, `None`; that of the way with one has an unknown value.
    Method {
        /// The value.
        receiver: Local,
        /// The method.
        name: Name,
    },
    /// A value that is called: a closure, a parameter, an alias.
    Value(Local),
}

/// A value that a step reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Operand {
    /// A local.
    Local(Local),
    /// A constant.
    Const(Const),
}

/// A value that stands in the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Const {
    /// A string literal, escapes resolved.
    Text(Name),
    /// A bytes literal; only its emptiness matters.
    Bytes {
        /// Whether it has no bytes.
        empty: bool,
    },
    /// An integer.
    Int(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Python's `None`; Rust's `None` and `()` too.
    None,
    /// A function, type, module, constant or static by its name, used as a value.
    Item(Path),
    /// Any other literal.
    Other,
}

/// How a block ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Exit {
    /// On to that block.
    Goto(BlockId),
    /// To any of these; nothing is known of when.
    Branch(Vec<BlockId>),
    /// By a condition.
    If {
        /// What decides.
        test: Test,
        /// Where it holds.
        then: BlockId,
        /// Where it does not.
        otherwise: BlockId,
    },
    /// By whether the operation that made `value` succeeded: `?`, `match` and `if let` over a `Result`,
    /// and the exception edge of a Python call inside `try` or `with`.
    Fallible {
        /// The result, or what became of it through `map_err`, `context` and the like.
        value: Local,
        /// It succeeded.
        ok: BlockId,
        /// It failed: the operation did not take place, or only in part.
        err: BlockId,
    },
    /// Leaves the body with a success.
    Return(Option<Operand>),
    /// Leaves the body with an error: an uncaught exception, `return Err(…)`, a panic.
    Raise,
    /// Hands `value` out and waits: a generator's `yield`.
    Yield {
        /// What is handed out.
        value: Option<Operand>,
        /// Gets what is sent in.
        dst: Local,
        /// Where it goes on.
        resume: BlockId,
        /// Where it goes on when an exception is thrown in.
        unwind: BlockId,
    },
    /// Never reached: after `exit()`, an endless loop.
    Unreachable,
}

/// A condition, as far as it can be decided by a value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Test {
    /// Nothing is known.
    Unknown,
    /// The value is true, or not empty, or present.
    Truthy(Local),
    /// The value equals the constant; `is None` is `Equals(x, None)`.
    Equals(Local, Const),
}
