//! Patterns: what they ask of a value, and what they take out of it.

use crate::body::Lowerer;
use crate::expr::{literal, member_name, prefixed, variant_prefix};
use crate::scope::name;
use crate::types::may_borrow;
use atomic_lint_ir::{BlockId, Const, Local, Name, Op, Operand, Path, Test, Type};
use atomic_lint_source::Span;
use std::rc::Rc;
use syn::punctuated::Punctuated;
use syn::{Pat, PatIdent, PatSlice, Token};

/// What a pattern asks of a value, as far as an edge can say it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Nothing.
    Always,
    /// To be that side of a `Result` or `Option`; more than that where not `exact`.
    Side { side: Side, exact: bool },
    /// To equal a constant.
    Equals(Const),
    /// Something else.
    Perhaps,
}

/// A side of a `Result` or `Option`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    Ok,
    Err,
    Some,
    None,
}

impl Side {
    /// Whether it is a side of a `Result`.
    pub(crate) fn of_result(self) -> bool {
        matches!(self, Side::Ok | Side::Err)
    }

    /// Whether it is the side of success or presence.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Side::Ok | Side::Some)
    }

    fn of_constructor(path: &syn::Path) -> Option<Side> {
        let mut segments = path.segments.iter().rev();
        let (last, owner) = (segments.next()?, segments.next());
        // A type of the project may have a variant of that name.
        if owner.is_some_and(|owner| owner.ident != "Option" && owner.ident != "Result") {
            return None;
        }
        match last.ident.to_string().as_str() {
            "Ok" => Some(Side::Ok),
            "Err" => Some(Side::Err),
            "Some" => Some(Side::Some),
            "None" => Some(Side::None),
            _ => None,
        }
    }
}

impl Lowerer<'_> {
    /// What `pat` asks.
    pub(crate) fn shape(&self, pat: &Pat) -> Shape {
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => Shape::Always,
            Pat::Ident(pat) => self.ident_shape(pat),
            Pat::Reference(pat) => self.shape(&pat.pat),
            Pat::Paren(pat) => self.shape(&pat.pat),
            Pat::Type(pat) => self.shape(&pat.pat),
            Pat::Guard(pat) => self.shape(&pat.pat),
            Pat::Lit(pat) => Shape::Equals(literal(&pat.lit)),
            Pat::Path(pat) => match Side::of_constructor(&pat.path) {
                Some(side) => Shape::Side { side, exact: true },
                None => Shape::Equals(Const::Item(self.names.path(pat.qself.as_ref(), &pat.path))),
            },
            Pat::Tuple(pat) => self.all(&pat.elems),
            Pat::TupleStruct(pat) => match Side::of_constructor(&pat.path) {
                Some(side) => Shape::Side { side, exact: self.all(&pat.elems) == Shape::Always },
                None => self.constructor_shape(&pat.path, self.all(&pat.elems)),
            },
            Pat::Struct(pat) => {
                let plain = pat.fields.iter().all(|field| self.shape(&field.pat) == Shape::Always);
                self.constructor_shape(&pat.path, if plain { Shape::Always } else { Shape::Perhaps })
            }
            Pat::Or(pat) => self.any(&pat.cases),
            _ => Shape::Perhaps,
        }
    }

    /// A name in a pattern binds, unless it is that of a constant or variant, which the convention of case tells.
    fn ident_shape(&self, pat: &PatIdent) -> Shape {
        match &pat.subpat {
            Some((_, inner)) => self.shape(inner),
            None if !is_constant(pat) => Shape::Always,
            None if pat.ident == "None" => Shape::Side { side: Side::None, exact: true },
            None => Shape::Equals(Const::Item(self.names.resolve(vec![name(&pat.ident)], false))),
        }
    }

    fn constructor_shape(&self, path: &syn::Path, inner: Shape) -> Shape {
        let is_variant = variant_prefix(&self.names.path(None, path).segments).is_some();
        if is_variant { Shape::Perhaps } else { inner }
    }

    fn all(&self, parts: &Punctuated<Pat, Token![,]>) -> Shape {
        if parts.iter().all(|part| self.shape(part) == Shape::Always) { Shape::Always } else { Shape::Perhaps }
    }

    fn any(&self, cases: &Punctuated<Pat, Token![|]>) -> Shape {
        let shapes: Vec<Shape> = cases.iter().map(|case| self.shape(case)).collect();
        let exact = |shape: &Shape| match shape {
            Shape::Side { side, exact: true } => Some(*side),
            _ => None,
        };
        let side = |shape: &Shape| match shape {
            Shape::Side { side, .. } => Some(*side),
            _ => None,
        };
        let first = shapes.first().and_then(side);
        if shapes.contains(&Shape::Always) {
            return Shape::Always;
        }
        match first {
            Some(first) if shapes.iter().all(|shape| side(shape) == Some(first)) => {
                Shape::Side { side: first, exact: shapes.iter().any(|shape| exact(shape).is_some()) }
            }
            Some(first) if exact(&shapes[0]).is_some() => {
                let opposite = |shape: &Shape| {
                    exact(shape).is_some_and(|other| other.of_result() == first.of_result() && other != first)
                };
                if shapes.iter().any(opposite) { Shape::Always } else { Shape::Perhaps }
            }
            _ => Shape::Perhaps,
        }
    }

    /// On in `yes` where `value` is what `pat` asks for.
    pub(crate) fn test(&mut self, value: Local, pat: &Pat, yes: BlockId, no: BlockId) {
        match self.shape(pat) {
            Shape::Always => self.goto(yes),
            Shape::Perhaps => self.branch(&[yes, no]),
            Shape::Equals(constant) => self.fork_if(Test::Equals(value, constant), yes, no),
            Shape::Side { side, exact } => {
                let inner = if exact { yes } else { self.block() };
                let (good, bad) = if side.is_good() { (inner, no) } else { (no, inner) };
                self.fork_on(value, side.of_result(), good, bad);
                if !exact {
                    self.enter(inner);
                    self.test_inner(value, pat, side, yes, no);
                }
            }
        }
    }

    /// What is within `Ok` or `Some` is the value itself, so it can be asked again.
    fn test_inner(&mut self, value: Local, pat: &Pat, side: Side, yes: BlockId, no: BlockId) {
        match inner_pattern(pat) {
            Some(inner) if side.is_good() => self.test(value, inner, yes, no),
            _ => self.branch(&[yes, no]),
        }
    }

    /// Declares the variables of `pat` with what they get of `value`; `owned` where they may own it.
    pub(crate) fn bind(&mut self, pat: &Pat, value: Operand, owned: bool, span: Span) {
        match pat {
            Pat::Ident(pat) => self.bind_ident(pat, value, owned, span),
            Pat::Type(pat) => self.bind_typed(pat, value, owned, span),
            Pat::Reference(pat) => self.bind(&pat.pat, value, false, span),
            Pat::Paren(pat) => self.bind(&pat.pat, value, owned, span),
            Pat::Guard(pat) => self.bind(&pat.pat, value, owned, span),
            Pat::Or(pat) => pat.cases.iter().take(1).for_each(|case| self.bind(case, value.clone(), owned, span)),
            Pat::Tuple(pat) => self.bind_parts(&pat.elems, None, value, owned, span),
            Pat::TupleStruct(pat) => self.bind_tuple_struct(pat, value, owned, span),
            Pat::Struct(pat) => {
                let prefix = variant_prefix(&self.names.path(pat.qself.as_ref(), &pat.path).segments);
                for field in &pat.fields {
                    let name = prefixed(prefix.as_ref(), &member_name(&field.member));
                    self.bind_part(&field.pat, name, &value, owned, span);
                }
            }
            Pat::Slice(pat) => self.bind_slice(pat, value, owned, span),
            _ => {}
        }
    }

    fn bind_ident(&mut self, pat: &PatIdent, value: Operand, owned: bool, span: Span) {
        if let Some((_, inner)) = &pat.subpat {
            self.bind(inner, value.clone(), false, span);
        }
        if pat.subpat.is_some() || !is_constant(pat) {
            self.bind_variable(name(&pat.ident), value, owned && pat.by_ref.is_none(), span);
        }
    }

    fn bind_typed(&mut self, pat: &syn::PatType, value: Operand, owned: bool, span: Span) {
        let owned = owned && !may_borrow(&pat.ty, &self.names);
        self.bind(&pat.pat, value, owned, span);
        if let Pat::Ident(ident) = &*pat.pat
            && let Some(local) = self.fun.lookup(&name(&ident.ident), false)
        {
            let ty = self.names.ty(&pat.ty);
            self.set_type(local, ty);
        }
    }

    fn set_type(&mut self, local: Local, ty: Option<Type>) {
        let info = self.fun.builder.info(local);
        if info.ty.is_none() {
            info.ty = ty;
        }
    }

    /// Declares a variable; a nameless temporary becomes it, anything else is copied into it.
    fn bind_variable(&mut self, name: Name, value: Operand, owned: bool, span: Span) {
        let temporary = match value {
            Operand::Local(local) if self.fun.builder.info(local).name.is_none() => Some(local),
            _ => None,
        };
        let local = match temporary {
            Some(local) => {
                self.fun.builder.info(local).name = Some(name.clone());
                self.fun.is_temp.remove(local);
                Rc::make_mut(&mut self.fun.moved).remove(local);
                self.fun.take_sources(local);
                local
            }
            None => {
                let local = self.fun.builder.variable(name.clone(), None);
                self.copy_into(local, value, owned, span);
                local
            }
        };
        self.fun.declare(name, local);
        if owned {
            self.fun.scope().drops.push(local);
            self.fun.owners.insert(local);
        }
    }

    fn copy_into(&mut self, local: Local, value: Operand, owned: bool, span: Span) {
        if let Operand::Local(from) = value {
            if owned {
                self.fun.take(from);
            }
            if self.fun.texts.contains(from) {
                self.fun.texts.insert(local);
            }
        }
        self.push(Op::Copy { dst: local, src: value }, span);
    }

    fn bind_tuple_struct(&mut self, pat: &syn::PatTupleStruct, value: Operand, owned: bool, span: Span) {
        match (Side::of_constructor(&pat.path), pat.elems.first()) {
            (Some(Side::Ok | Side::Some), Some(inner)) => self.bind(inner, value, owned, span),
            (Some(_), Some(inner)) => self.bind_part(inner, Name::new("Err.0"), &value, owned, span),
            _ => {
                let path: Path = self.names.path(pat.qself.as_ref(), &pat.path);
                self.bind_parts(&pat.elems, variant_prefix(&path.segments), value, owned, span);
            }
        }
    }

    fn bind_parts(
        &mut self,
        parts: &Punctuated<Pat, Token![,]>,
        prefix: Option<Name>,
        value: Operand,
        owned: bool,
        span: Span,
    ) {
        let rest = parts.iter().position(|part| matches!(part, Pat::Rest(_)));
        for (at, part) in parts.iter().enumerate() {
            // Behind `..` nobody knows the position.
            let field = if rest.is_some_and(|rest| at > rest) { "[]".to_string() } else { at.to_string() };
            self.bind_part(part, prefixed(prefix.as_ref(), &field), &value, owned, span);
        }
    }

    fn bind_part(&mut self, part: &Pat, field: Name, value: &Operand, owned: bool, span: Span) {
        if !binds(part) {
            return;
        }
        let object = self.local(value.clone(), span);
        if owned {
            self.fun.take(object);
        }
        let value = self.load(object, field, span);
        self.bind(part, value, owned, span);
    }

    fn bind_slice(&mut self, pat: &PatSlice, value: Operand, owned: bool, span: Span) {
        let mut after_rest = false;
        for (at, part) in pat.elems.iter().enumerate() {
            if is_rest(part) {
                after_rest = true;
                self.bind(part, value.clone(), false, span);
                continue;
            }
            let field = if after_rest { Name::new("[]") } else { Name::from(at.to_string()) };
            self.bind_part(part, field, &value, owned, span);
        }
    }

    /// Declares the variables of a `let` without a value.
    pub(crate) fn declare_pattern(&mut self, pat: &Pat) {
        match pat {
            Pat::Ident(ident) => self.declare_later(name(&ident.ident), None, true),
            Pat::Type(typed) => {
                let ty = self.names.ty(&typed.ty);
                let owned = !may_borrow(&typed.ty, &self.names);
                match &*typed.pat {
                    Pat::Ident(ident) => self.declare_later(name(&ident.ident), ty, owned),
                    inner => self.declare_pattern(inner),
                }
            }
            Pat::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.declare_pattern(part)),
            _ => {}
        }
    }

    fn declare_later(&mut self, name: Name, ty: Option<Type>, owned: bool) {
        let local = self.fun.builder.variable(name.clone(), ty);
        self.fun.declare(name, local);
        if owned {
            self.fun.scope().drops.push(local);
            self.fun.owners.insert(local);
            // It holds nothing until it is assigned.
            Rc::make_mut(&mut self.fun.moved).insert(local);
        }
    }
}

/// Whether a name in a pattern is that of a constant or variant.
fn is_constant(pat: &PatIdent) -> bool {
    pat.by_ref.is_none() && pat.mutability.is_none() && pat.ident.to_string().starts_with(char::is_uppercase)
}

/// Whether `pat` declares any variable.
fn binds(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(pat) => !is_constant(pat) || pat.subpat.is_some(),
        Pat::Type(pat) => binds(&pat.pat),
        Pat::Reference(pat) => binds(&pat.pat),
        Pat::Paren(pat) => binds(&pat.pat),
        Pat::Guard(pat) => binds(&pat.pat),
        Pat::Or(pat) => pat.cases.iter().any(binds),
        Pat::Tuple(pat) => pat.elems.iter().any(binds),
        Pat::TupleStruct(pat) => pat.elems.iter().any(binds),
        Pat::Struct(pat) => pat.fields.iter().any(|field| binds(&field.pat)),
        Pat::Slice(pat) => pat.elems.iter().any(binds),
        _ => false,
    }
}

/// `..` or `rest @ ..`.
fn is_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Rest(_) => true,
        Pat::Ident(pat) => pat.subpat.as_ref().is_some_and(|(_, inner)| is_rest(inner)),
        _ => false,
    }
}

/// What stands within the constructor that `pat` consists of.
fn inner_pattern(pat: &Pat) -> Option<&Pat> {
    match pat {
        Pat::TupleStruct(pat) => pat.elems.first(),
        Pat::Reference(pat) => inner_pattern(&pat.pat),
        Pat::Paren(pat) => inner_pattern(&pat.pat),
        Pat::Guard(pat) => inner_pattern(&pat.pat),
        _ => None,
    }
}
