//! All that is known of one file by itself.

use crate::{Body, BodyId, BodyKind, Language, Local, Name, Path, Type};
use atomic_lint_source::Span;
use serde::{Deserialize, Serialize};

/// The lowering of one file: a pure function of its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unit {
    /// In which language it was written.
    pub language: Language,
    /// Names it brings into scope, of every scope that others can see (module level, inline modules, classes).
    pub imports: Vec<Import>,
    /// `use x::*`, `from x import *`.
    pub globs: Vec<Glob>,
    /// Submodules it declares (`mod x;` and inline `mod x { }`); Python finds its own by path.
    pub modules: Vec<Module>,
    /// Free functions of the file and of its inline modules.
    pub functions: Vec<Function>,
    /// Structs, enums, traits, classes and type aliases.
    pub types: Vec<TypeDef>,
    /// Methods by type; a Python class has one, a Rust type any number.
    pub impls: Vec<Impl>,
    /// Constants, statics and module variables: locals of body 0.
    pub globals: Vec<Global>,
    /// Every body; the first is the top level.
    pub bodies: Vec<Body>,
    /// Comments that speak to this tool.
    pub directives: Vec<Directive>,
}

impl Unit {
    /// Says of the functions whose bodies stood at `omitted`, in order, that they were left out.
    pub fn omitting(mut self, omitted: &[Span]) -> Unit {
        for body in self.bodies.iter_mut().filter(|body| body.kind != BodyKind::TopLevel) {
            let next = omitted.partition_point(|span| span.start < body.span.start);
            // What stands in its place may be shorter.
            body.omitted = omitted.get(next).is_some_and(|span| span.start < body.span.end);
        }
        self
    }
}

/// A name brought into scope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Import {
    /// Inline modules around it, outermost first; empty at the top of the file.
    pub scope: Vec<Name>,
    /// The name it has here.
    pub name: Name,
    /// What it is.
    pub target: Path,
    /// Others may name it through this module (`pub use`; every Python import).
    pub public: bool,
}

/// All names of a module brought into scope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Glob {
    /// Inline modules around it.
    pub scope: Vec<Name>,
    /// The module whose names come.
    pub target: Path,
    /// As with [`Import::public`].
    pub public: bool,
}

/// A submodule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Module {
    /// Its name with the inline modules around it.
    pub name: Vec<Name>,
    /// Its text is in this file.
    pub inline: bool,
    /// `#[path = "…"]`.
    pub path: Option<Name>,
    /// Compiled only under test.
    pub test: bool,
}

/// A free function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    /// Its name with the inline modules around it.
    pub name: Vec<Name>,
    /// Its body.
    pub body: BodyId,
}

/// What kind of type a [`TypeDef`] defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeKind {
    /// A struct or union.
    Struct,
    /// An enum.
    Enum,
    /// A trait; its default methods are an [`Impl`] of the trait itself.
    Trait,
    /// A Python class.
    Class,
    /// `type X = Y` ; the aliased type is the only base.
    Alias,
}

/// A type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TypeDef {
    /// Its name with the inline modules and classes around it.
    pub name: Vec<Name>,
    /// What it is.
    pub kind: TypeKind,
    /// Base classes, supertraits, or the aliased type.
    pub bases: Vec<Type>,
    /// Its fields: declared ones, class attributes. Tuple fields are `0`, `1`, …
    /// Fields of enum variants are `Variant.field` and `Variant.0`.
    pub fields: Vec<Field>,
    /// The name in its definition.
    pub span: Span,
}

/// A field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Declared type.
    pub ty: Option<Type>,
    /// Where the top level leaves its initial value: a class attribute.
    pub value: Option<Local>,
}

/// Methods of a type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Impl {
    /// The type.
    pub ty: Path,
    /// The trait they implement.
    pub of: Option<Path>,
    /// Name and body.
    pub methods: Vec<(Name, BodyId)>,
}

/// A variable of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Global {
    /// Its name with the inline modules around it.
    pub name: Vec<Name>,
    /// The local of body 0 that holds it.
    pub local: Local,
}

/// A comment that begins with the tool's name, from a real comment and not from a string.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// Its text after `atomic-lint:`, trimmed.
    pub text: Name,
    /// The statement it is about: the one on its line, or the one after it where it stands alone.
    pub applies: Option<Span>,
}
