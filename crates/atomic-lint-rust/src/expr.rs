//! Expressions: one arm for each kind, its work in a named function.

use crate::assign::is_assignment;
use crate::body::{Dest, FrameKind, Lowerer, UNIT};
use crate::calls::is_error;
use crate::drops::borrows;
use crate::edges;
use crate::scope::name;
use atomic_lint_ir::{Const, Local, Name, Op, Operand};
use atomic_lint_source::Span;
use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{
    BinOp, Expr, ExprBinary, ExprField, ExprIndex, ExprPath, ExprRange, ExprStruct, ExprUnary, Lit, Member, Token, UnOp,
};

/// Beyond so many elements a list is no longer looked into.
const ELEMENTS: usize = 64;

impl Lowerer<'_> {
    /// The value of `expr`, taken as the language takes it: out of a variable that owns it.
    pub(crate) fn value(&mut self, expr: &Expr) -> Operand {
        let operand = self.place(expr);
        if let Operand::Local(local) = operand
            && !borrows(expr)
        {
            self.fun.take(local);
        }
        operand
    }

    /// What `expr` stands for, left where it is: a receiver, the operand of `&`, the base of a field.
    pub(crate) fn place(&mut self, expr: &Expr) -> Operand {
        match expr {
            Expr::Path(e) => self.path_value(e),
            Expr::Lit(e) => Operand::Const(literal(&e.lit)),
            Expr::Paren(e) => self.place(&e.expr),
            Expr::Group(e) => self.place(&e.expr),
            Expr::Reference(e) => self.place(&e.expr),
            Expr::RawAddr(e) => self.place(&e.expr),
            Expr::Cast(e) => self.place(&e.expr),
            Expr::Await(e) => self.place(&e.base),
            Expr::Unary(e) => self.unary(e),
            Expr::Try(e) => self.question(&e.expr, self.span_of(expr)),
            Expr::Call(e) => self.call(e, self.span_of(expr)),
            Expr::MethodCall(e) => self.method_call(e, self.span_of(expr)),
            Expr::Macro(e) => self.macro_value(&e.mac),
            Expr::Field(e) => self.field(e, self.span_of(expr)),
            Expr::Index(e) => self.index(e, self.span_of(expr)),
            Expr::Binary(e) => self.binary(e, self.span_of(expr)),
            Expr::Assign(e) => self.assign(e, self.span_of(expr)),
            Expr::Tuple(e) => self.tuple(&e.elems, self.span_of(expr)),
            Expr::Array(e) => self.list(&e.elems, self.span_of(expr)),
            Expr::Repeat(e) => self.repeat(&e.expr, &e.len, self.span_of(expr)),
            Expr::Struct(e) => self.struct_literal(e, self.span_of(expr)),
            Expr::Range(e) => self.range(e, self.span_of(expr)),
            Expr::Closure(e) => self.closure(e, self.span_of(expr)),
            Expr::Async(e) => self.async_block(e, self.span_of(expr)),
            Expr::TryBlock(e) => self.try_block(&e.block),
            Expr::Let(_) => self.joined_condition(expr),
            Expr::Yield(e) => self.mentioning(e.expr.iter().map(|value| &**value), self.span_of(expr)),
            Expr::Verbatim(tokens) => self.tokens(tokens, self.span_of(expr)),
            Expr::Infer(_) => Operand::Const(Const::Other),
            Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) | Expr::Const(_) => self.joined(expr),
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => self.joined(expr),
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => self.joined(expr),
            _ => self.opaque(Vec::new(), self.span_of(expr)),
        }
    }

    /// `expr` with its value to `dest`; what branches does so on the way there.
    pub(crate) fn expr_to(&mut self, expr: &Expr, dest: Dest) {
        match expr {
            Expr::Paren(e) => self.expr_to(&e.expr, dest),
            Expr::Group(e) => self.expr_to(&e.expr, dest),
            Expr::If(e) => self.if_to(e, dest, self.span_of(expr)),
            Expr::Match(e) => self.match_to(e, dest, self.span_of(expr)),
            Expr::Block(e) => match &e.label {
                Some(label) => self.labelled_block_to(name(&label.name.ident), &e.block, dest),
                None => self.block_to(&e.block, dest),
            },
            Expr::Unsafe(e) => self.block_to(&e.block, dest),
            Expr::Const(e) => self.block_to(&e.block, dest),
            Expr::Loop(e) => self.loop_to(e, dest),
            Expr::While(e) => self.while_to(e, dest, self.span_of(expr)),
            Expr::ForLoop(e) => self.for_to(e, dest, self.span_of(expr)),
            Expr::Return(e) => self.return_expr(e.expr.as_deref(), self.span_of(expr)),
            Expr::Break(e) => {
                let label = e.label.as_ref().map(|label| name(&label.ident));
                self.break_to(label.as_ref(), e.expr.as_deref(), self.span_of(expr));
            }
            Expr::Continue(e) => {
                let label = e.label.as_ref().map(|label| name(&label.ident));
                self.continue_to(label.as_ref(), self.span_of(expr));
            }
            Expr::Macro(e) => self.macro_to(&e.mac, dest),
            Expr::Call(_) | Expr::MethodCall(_) if dest == Dest::Return && is_error(expr) => {
                self.value(expr);
                self.raise(self.span_of(expr), None);
            }
            _ => self.plain_to(expr, dest),
        }
    }

    fn plain_to(&mut self, expr: &Expr, dest: Dest) {
        let value = if dest == Dest::Discard { self.place(expr) } else { self.value(expr) };
        if self.fun.live {
            self.deliver(value, dest, self.span_of(expr));
        }
    }

    fn path_value(&mut self, expr: &ExprPath) -> Operand {
        if let Some(local) = self.path_variable(expr) {
            return Operand::Local(local);
        }
        let path = self.names.path(expr.qself.as_ref(), &expr.path);
        match path.segments.as_slice() {
            [] => Operand::Const(Const::Other),
            [last] if last == "None" => UNIT,
            [owner, last] if owner == "Option" && last == "None" => UNIT,
            _ => Operand::Const(Const::Item(path)),
        }
    }

    /// The variable that `expr` names.
    pub(crate) fn path_variable(&mut self, expr: &ExprPath) -> Option<Local> {
        let ident = expr.qself.is_none().then(|| expr.path.get_ident()).flatten()?;
        self.variable(&name(ident))
    }

    fn unary(&mut self, expr: &ExprUnary) -> Operand {
        let span = self.at.between(first_of_unary(expr), edges::last(&expr.expr));
        let value = self.place(&expr.expr);
        match (&expr.op, value) {
            (UnOp::Deref(_), value) => value,
            (UnOp::Neg(_), Operand::Const(Const::Int(value))) => Operand::Const(Const::Int(value.wrapping_neg())),
            (UnOp::Not(_), Operand::Const(Const::Bool(value))) => Operand::Const(Const::Bool(!value)),
            (_, value) => self.opaque(locals([&value]), span),
        }
    }

    /// `value?`
    pub(crate) fn question(&mut self, inner: &Expr, span: Span) -> Operand {
        if is_error(inner) {
            self.value(inner);
            self.raise(span, None);
            return UNIT;
        }
        let value = self.place(inner);
        let value = self.local(value, span);
        self.propagate(value, span);
        Operand::Local(value)
    }

    fn field(&mut self, expr: &ExprField, span: Span) -> Operand {
        let object = self.place(&expr.base);
        let object = self.local(object, span);
        self.load(object, member_name(&expr.member), span)
    }

    pub(crate) fn load(&mut self, object: Local, field: Name, span: Span) -> Operand {
        let dst = self.temp();
        self.push(Op::Load { dst, object, field }, span);
        Operand::Local(dst)
    }

    fn index(&mut self, expr: &ExprIndex, span: Span) -> Operand {
        let object = self.place(&expr.expr);
        // A slice of a value is that value as far as anybody can tell.
        if matches!(&*expr.index, Expr::Range(_)) {
            self.place(&expr.index);
            return object;
        }
        let object = self.local(object, span);
        let field = self.index_name(&expr.index);
        self.load(object, field, span)
    }

    pub(crate) fn index_name(&mut self, index: &Expr) -> Name {
        match self.place(index) {
            Operand::Const(Const::Int(at)) => Name::from(at.to_string()),
            Operand::Const(Const::Text(key)) => key,
            _ => Name::new("[]"),
        }
    }

    fn binary(&mut self, expr: &ExprBinary, span: Span) -> Operand {
        match expr.op {
            BinOp::And(_) | BinOp::Or(_) => self.joined_binary_condition(expr, span),
            BinOp::Add(_) => self.sum(expr, span),
            BinOp::BitOr(_) => self.flags(expr, span),
            BinOp::AddAssign(_) => self.append(expr, span),
            BinOp::BitOrAssign(_) => self.compound(expr, span, |dst, parts| Op::Flags { dst, parts }),
            BinOp::Eq(_) | BinOp::Ne(_) | BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => {
                self.place(&expr.left);
                self.place(&expr.right);
                self.opaque(Vec::new(), span)
            }
            _ if is_assignment(&expr.op) => {
                self.compound(expr, span, |dst, parts| Op::Opaque { dst: Some(dst), mentions: locals(&parts) })
            }
            _ => self.mentioning([&*expr.left, &*expr.right], span),
        }
    }

    /// `a + b` joins text where either side is known to be text.
    fn sum(&mut self, expr: &ExprBinary, span: Span) -> Operand {
        let parts = vec![self.value(&expr.left), self.value(&expr.right)];
        if parts.iter().any(|part| self.is_text(part)) {
            return self.concat(parts, span);
        }
        self.opaque(locals(&parts), span)
    }

    pub(crate) fn concat(&mut self, parts: Vec<Operand>, span: Span) -> Operand {
        let dst = self.temp();
        self.push(Op::Concat { dst, parts }, span);
        self.fun.texts.insert(dst);
        Operand::Local(dst)
    }

    fn is_text(&self, operand: &Operand) -> bool {
        match operand {
            Operand::Const(Const::Text(_)) => true,
            Operand::Local(local) => self.fun.texts.contains(*local),
            Operand::Const(_) => false,
        }
    }

    fn flags(&mut self, expr: &ExprBinary, span: Span) -> Operand {
        let mut sides = vec![&expr.right];
        let mut left = &expr.left;
        while let Expr::Binary(ExprBinary { left: next, op: BinOp::BitOr(_), right, .. }) = &**left {
            sides.push(right);
            left = next;
        }
        sides.push(left);
        let parts = sides.into_iter().rev().map(|side| self.value(side)).collect();
        let dst = self.temp();
        self.push(Op::Flags { dst, parts }, span);
        Operand::Local(dst)
    }

    fn tuple(&mut self, elements: &Punctuated<Expr, Token![,]>, span: Span) -> Operand {
        if elements.is_empty() {
            return UNIT;
        }
        let fields = elements.iter().enumerate().map(|(at, e)| (Name::from(at.to_string()), self.value(e))).collect();
        self.aggregate(None, fields, span)
    }

    pub(crate) fn aggregate(
        &mut self,
        ty: Option<atomic_lint_ir::Path>,
        fields: Vec<(Name, Operand)>,
        span: Span,
    ) -> Operand {
        let dst = self.temp();
        self.push(Op::Aggregate { dst, ty, fields }, span);
        Operand::Local(dst)
    }

    /// `[a, b]` and `vec![a, b]`.
    pub(crate) fn list<'e>(&mut self, elements: impl IntoIterator<Item = &'e Expr>, span: Span) -> Operand {
        let values: Vec<Operand> = elements.into_iter().map(|element| self.value(element)).collect();
        let is_table = values.len() > ELEMENTS && values.iter().all(|value| matches!(value, Operand::Const(_)));
        if is_table {
            return Operand::Const(Const::Other);
        }
        let mut fields = Vec::new();
        for (at, value) in values.into_iter().enumerate().take(ELEMENTS) {
            fields.push((Name::from(at.to_string()), value.clone()));
            fields.push((Name::new("[]"), value));
        }
        self.aggregate(None, fields, span)
    }

    /// `[x; n]` and `vec![x; n]`.
    pub(crate) fn repeat(&mut self, element: &Expr, length: &Expr, span: Span) -> Operand {
        let value = self.value(element);
        self.place(length);
        self.aggregate(None, vec![(Name::new("[]"), value)], span)
    }

    fn struct_literal(&mut self, expr: &ExprStruct, span: Span) -> Operand {
        let path = self.names.path(expr.qself.as_ref(), &expr.path);
        let prefix = variant_prefix(&path.segments);
        let mut fields = Vec::new();
        for field in &expr.fields {
            let value = self.value(&field.expr);
            fields.push((prefixed(prefix.as_ref(), &member_name(&field.member)), value));
        }
        if let Some(rest) = &expr.rest {
            fields.push((Name::new(".."), self.value(rest)));
        }
        self.aggregate(Some(path), fields, span)
    }

    fn range(&mut self, expr: &ExprRange, span: Span) -> Operand {
        let ends = [&expr.start, &expr.end];
        self.mentioning(ends.into_iter().flatten().map(|end| &**end), span)
    }

    fn try_block(&mut self, block: &syn::Block) -> Operand {
        let (dst, exit) = (self.temp(), self.block());
        self.push_frame(FrameKind::Try, None, exit, Dest::Into(dst));
        self.block_to(block, Dest::Into(dst));
        self.fun.frames.pop();
        self.goto(exit);
        self.enter(exit);
        Operand::Local(dst)
    }

    /// An unknown value of the values of `parts`.
    pub(crate) fn mentioning<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>, span: Span) -> Operand {
        let values: Vec<Operand> = parts.into_iter().map(|part| self.value(part)).collect();
        self.opaque(locals(&values), span)
    }

    /// Tokens that nobody understands may do anything to every variable they name.
    pub(crate) fn tokens(&mut self, tokens: &TokenStream, span: Span) -> Operand {
        let mut mentions = Vec::new();
        let mut pending = vec![tokens.clone()];
        while let Some(tokens) = pending.pop() {
            for token in tokens {
                match token {
                    TokenTree::Group(group) => pending.push(group.stream()),
                    TokenTree::Ident(ident) => mentions.extend(self.variable(&name(&ident))),
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
            }
        }
        mentions.sort_unstable();
        mentions.dedup();
        mentions.iter().for_each(|local| self.fun.take(*local));
        self.opaque(mentions, span)
    }
}

/// The locals among `operands`.
pub(crate) fn locals<'o>(operands: impl IntoIterator<Item = &'o Operand>) -> Vec<Local> {
    let locals = operands.into_iter().filter_map(|operand| match operand {
        Operand::Local(local) => Some(*local),
        Operand::Const(_) => None,
    });
    locals.collect()
}

/// The constant that a literal is.
pub(crate) fn literal(lit: &Lit) -> Const {
    match lit {
        Lit::Str(text) => Const::Text(Name::from(text.value())),
        Lit::CStr(text) => Const::Text(Name::from(text.value().to_string_lossy().into_owned())),
        Lit::ByteStr(bytes) => Const::Bytes { empty: bytes.value().is_empty() },
        Lit::Byte(byte) => Const::Int(byte.value().into()),
        Lit::Char(char) => Const::Text(Name::from(char.value().to_string())),
        Lit::Int(value) => value.base10_parse().map_or(Const::Other, Const::Int),
        Lit::Bool(value) => Const::Bool(value.value),
        _ => Const::Other,
    }
}

pub(crate) fn member_name(member: &Member) -> Name {
    match member {
        Member::Named(ident) => name(ident),
        Member::Unnamed(index) => Name::from(index.index.to_string()),
    }
}

/// The variant that the path of an enum's constructor or pattern ends in; a struct's has none.
///
/// Both look alike; the convention that types and variants are in camel case and modules are not tells them apart.
pub(crate) fn variant_prefix(segments: &[Name]) -> Option<Name> {
    let [.., owner, variant] = segments else { return None };
    let camel = |name: &Name| name.starts_with(char::is_uppercase);
    (camel(owner) && camel(variant)).then(|| variant.clone())
}

/// The name of a field of that variant.
pub(crate) fn prefixed(variant: Option<&Name>, field: &str) -> Name {
    variant.map_or_else(|| Name::new(field), |variant| Name::from(format!("{variant}.{field}")))
}

fn first_of_unary(expr: &ExprUnary) -> proc_macro2::Span {
    match expr.op {
        UnOp::Deref(token) => token.spans[0],
        UnOp::Not(token) => token.spans[0],
        UnOp::Neg(token) => token.spans[0],
        _ => edges::first(&expr.expr),
    }
}
