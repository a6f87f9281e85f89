//! The first and last token of syntax, found without printing it.
//!
//! `syn`'s own `Spanned` makes a token stream of the whole expression for every question.

use proc_macro2::{Span, TokenStream};
use syn::{Block, Expr, Item, MacroDelimiter, Member, PathArguments, RangeLimits, Stmt, UnOp, Visibility};

/// The first token of `expr`.
pub(crate) fn first(mut expr: &Expr) -> Span {
    loop {
        expr = match expr {
            Expr::Assign(e) => &e.left,
            Expr::Await(e) => &e.base,
            Expr::Binary(e) => &e.left,
            Expr::Call(e) => &e.func,
            Expr::Cast(e) => &e.expr,
            Expr::Field(e) => &e.base,
            Expr::Index(e) => &e.expr,
            Expr::MethodCall(e) => &e.receiver,
            Expr::Try(e) => &e.expr,
            Expr::Group(e) => &e.expr,
            Expr::Range(e) => match &e.start {
                Some(start) => start,
                None => return limits(&e.limits),
            },
            other => return first_of_own(other),
        }
    }
}

/// The first token of an expression that begins with a token of its own.
fn first_of_own(expr: &Expr) -> Span {
    match expr {
        Expr::Array(e) => e.bracket_token.span.open(),
        Expr::Async(e) => e.async_token.span,
        Expr::Block(e) => e.label.as_ref().map_or_else(|| e.block.brace_token.span.open(), |label| label.name.span()),
        Expr::Break(e) => e.break_token.span,
        Expr::Closure(e) => {
            let before = [e.constness.map(|t| t.span), e.asyncness.map(|t| t.span), e.capture.map(|t| t.span)];
            before.into_iter().flatten().next().unwrap_or(e.inputs_begin.spans[0])
        }
        Expr::Const(e) => e.const_token.span,
        Expr::Continue(e) => e.continue_token.span,
        Expr::ForLoop(e) => e.label.as_ref().map_or(e.for_token.span, |label| label.name.span()),
        Expr::If(e) => e.if_token.span,
        Expr::Infer(e) => e.underscore_token.spans[0],
        Expr::Let(e) => e.let_token.span,
        Expr::Lit(e) => e.lit.span(),
        Expr::Loop(e) => e.label.as_ref().map_or(e.loop_token.span, |label| label.name.span()),
        Expr::Macro(e) => first_of_path(&e.mac.path),
        Expr::Match(e) => e.match_token.span,
        Expr::Paren(e) => e.paren_token.span.open(),
        Expr::Path(e) => e.qself.as_ref().map_or_else(|| first_of_path(&e.path), |qself| qself.lt_token.spans[0]),
        Expr::RawAddr(e) => e.and_token.spans[0],
        Expr::Reference(e) => e.and_token.spans[0],
        Expr::Repeat(e) => e.bracket_token.span.open(),
        Expr::Return(e) => e.return_token.span,
        Expr::Struct(e) => e.qself.as_ref().map_or_else(|| first_of_path(&e.path), |qself| qself.lt_token.spans[0]),
        Expr::TryBlock(e) => e.try_token.span,
        Expr::Tuple(e) => e.paren_token.span.open(),
        Expr::Unary(e) => match e.op {
            UnOp::Deref(token) => token.spans[0],
            UnOp::Not(token) => token.spans[0],
            UnOp::Neg(token) => token.spans[0],
            _ => first(&e.expr),
        },
        Expr::Unsafe(e) => e.unsafe_token.span,
        Expr::While(e) => e.label.as_ref().map_or(e.while_token.span, |label| label.name.span()),
        Expr::Yield(e) => e.yield_token.span,
        Expr::Verbatim(tokens) => first_of_tokens(tokens),
        _ => Span::call_site(),
    }
}

/// The last token of `expr`.
pub(crate) fn last(mut expr: &Expr) -> Span {
    loop {
        expr = match expr {
            Expr::Assign(e) => &e.right,
            Expr::Binary(e) => &e.right,
            Expr::Break(e) => match &e.expr {
                Some(value) => value,
                None => return e.label.as_ref().map_or(e.break_token.span, |label| label.span()),
            },
            Expr::Closure(e) => &e.body,
            Expr::Group(e) => &e.expr,
            Expr::If(e) => match &e.else_branch {
                Some((_, otherwise)) => otherwise,
                None => return e.then_branch.brace_token.span.close(),
            },
            Expr::Let(e) => &e.expr,
            Expr::RawAddr(e) => &e.expr,
            Expr::Reference(e) => &e.expr,
            Expr::Range(e) => match &e.end {
                Some(end) => end,
                None => return end_of_limits(&e.limits),
            },
            Expr::Return(e) => match &e.expr {
                Some(value) => value,
                None => return e.return_token.span,
            },
            Expr::Unary(e) => &e.expr,
            Expr::Yield(e) => match &e.expr {
                Some(value) => value,
                None => return e.yield_token.span,
            },
            other => return last_of_own(other),
        }
    }
}

/// The last token of an expression that ends with a token of its own.
fn last_of_own(expr: &Expr) -> Span {
    match expr {
        Expr::Array(e) => e.bracket_token.span.close(),
        Expr::Async(e) => end_of_block(&e.block),
        Expr::Await(e) => e.await_token.span,
        Expr::Block(e) => end_of_block(&e.block),
        Expr::Call(e) => e.paren_token.span.close(),
        Expr::Cast(e) => last_of_type(&e.ty),
        Expr::Const(e) => end_of_block(&e.block),
        Expr::Continue(e) => e.label.as_ref().map_or(e.continue_token.span, |label| label.span()),
        Expr::Field(e) => member(&e.member),
        Expr::ForLoop(e) => end_of_block(&e.body),
        Expr::Index(e) => e.bracket_token.span.close(),
        Expr::Infer(e) => e.underscore_token.spans[0],
        Expr::Lit(e) => e.lit.span(),
        Expr::Loop(e) => end_of_block(&e.body),
        Expr::Macro(e) => end_of_macro(&e.mac.delimiter),
        Expr::Match(e) => e.brace_token.span.close(),
        Expr::MethodCall(e) => e.paren_token.span.close(),
        Expr::Paren(e) => e.paren_token.span.close(),
        Expr::Path(e) => last_of_path(&e.path),
        Expr::Repeat(e) => e.bracket_token.span.close(),
        Expr::Struct(e) => e.brace_token.span.close(),
        Expr::Try(e) => e.question_token.spans[0],
        Expr::TryBlock(e) => end_of_block(&e.block),
        Expr::Tuple(e) => e.paren_token.span.close(),
        Expr::Unsafe(e) => end_of_block(&e.block),
        Expr::While(e) => end_of_block(&e.body),
        Expr::Verbatim(tokens) => last_of_tokens(tokens),
        _ => Span::call_site(),
    }
}

/// The first and last token of `stmt`, its attributes left out.
pub(crate) fn statement(stmt: &Stmt) -> (Span, Span) {
    match stmt {
        Stmt::Local(local) => (local.let_token.span, local.semi_token.spans[0]),
        Stmt::Item(inner) => item(inner),
        Stmt::Expr(expr, semi) => (first(expr), semi.map_or_else(|| last(expr), |semi| semi.spans[0])),
        Stmt::Macro(stmt) => {
            let end = end_of_macro(&stmt.mac.delimiter);
            (first_of_path(&stmt.mac.path), stmt.semi_token.map_or(end, |semi| semi.spans[0]))
        }
    }
}

/// The first and last token of `item`, its attributes left out.
pub(crate) fn item(item: &Item) -> (Span, Span) {
    match item {
        Item::Const(item) => (visible(&item.vis, item.const_token.span), item.semi_token.spans[0]),
        Item::Enum(item) => (visible(&item.vis, item.enum_token.span), item.brace_token.span.close()),
        Item::ExternCrate(item) => (visible(&item.vis, item.extern_token.span), item.semi_token.spans[0]),
        Item::Fn(item) => (visible(&item.vis, signature(&item.sig)), end_of_block(&item.block)),
        Item::Impl(item) => {
            (item.unsafety.map_or(item.impl_token.span, |token| token.span), item.brace_token.span.close())
        }
        Item::Macro(item) => {
            let end = end_of_macro(&item.mac.delimiter);
            (first_of_path(&item.mac.path), item.semi_token.map_or(end, |semi| semi.spans[0]))
        }
        Item::Mod(item) => {
            let end = item.content.as_ref().map(|(brace, _)| brace.span.close());
            let end = end.or(item.semi.map(|semi| semi.spans[0])).unwrap_or_else(|| item.ident.span());
            (visible(&item.vis, item.mod_token.span), end)
        }
        Item::Static(item) => (visible(&item.vis, item.static_token.span), item.semi_token.spans[0]),
        Item::Trait(item) => (visible(&item.vis, item.trait_token.span), item.brace_token.span.close()),
        Item::Type(item) => (visible(&item.vis, item.type_token.span), item.semi_token.spans[0]),
        Item::Use(item) => (visible(&item.vis, item.use_token.span), item.semi_token.spans[0]),
        Item::Struct(item) => {
            let end = item.semi_token.map(|semi| semi.spans[0]);
            (visible(&item.vis, item.struct_token.span), end.unwrap_or_else(|| end_of_fields(item)))
        }
        _ => (Span::call_site(), Span::call_site()),
    }
}

fn end_of_fields(item: &syn::ItemStruct) -> Span {
    match &item.fields {
        syn::Fields::Named(fields) => fields.brace_token.span.close(),
        syn::Fields::Unnamed(fields) => fields.paren_token.span.close(),
        syn::Fields::Unit => item.ident.span(),
    }
}

/// The first token of a signature.
pub(crate) fn signature(sig: &syn::Signature) -> Span {
    let before = [sig.constness.map(|token| token.span), sig.asyncness.map(|token| token.span)];
    before.into_iter().flatten().next().unwrap_or(sig.fn_token.span)
}

/// The visibility's token, or what comes without one.
pub(crate) fn visible(vis: &Visibility, otherwise: Span) -> Span {
    match vis {
        Visibility::Public(token) => token.span,
        Visibility::Restricted(vis) => vis.pub_token.span,
        Visibility::Inherited => otherwise,
    }
}

/// The closing brace of `block`.
pub(crate) fn end_of_block(block: &Block) -> Span {
    block.brace_token.span.close()
}

/// The closing delimiter of a macro.
pub(crate) fn end_of_macro(delimiter: &MacroDelimiter) -> Span {
    delimiter.span().close()
}

/// The first token of `path`.
pub(crate) fn first_of_path(path: &syn::Path) -> Span {
    match (path.leading_colon, path.segments.first()) {
        (Some(colon), _) => colon.spans[0],
        (None, Some(segment)) => segment.ident.span(),
        (None, None) => Span::call_site(),
    }
}

fn last_of_path(path: &syn::Path) -> Span {
    path.segments.last().map_or_else(Span::call_site, |segment| match &segment.arguments {
        PathArguments::None => segment.ident.span(),
        PathArguments::AngleBracketed(arguments) => arguments.gt_token.spans[0],
        PathArguments::Parenthesized(arguments) => arguments.paren_token.span.close(),
    })
}

fn last_of_type(ty: &syn::Type) -> Span {
    match ty {
        syn::Type::Path(ty) => last_of_path(&ty.path),
        syn::Type::Reference(ty) => last_of_type(&ty.elem),
        syn::Type::Ptr(ty) => last_of_type(&ty.elem),
        syn::Type::Paren(ty) => ty.paren_token.span.close(),
        syn::Type::Tuple(ty) => ty.paren_token.span.close(),
        syn::Type::Array(ty) => ty.bracket_token.span.close(),
        syn::Type::Slice(ty) => ty.bracket_token.span.close(),
        syn::Type::Infer(ty) => ty.underscore_token.spans[0],
        other => last_of_tokens(&quote::ToTokens::to_token_stream(other)),
    }
}

/// The token of a field's name.
pub(crate) fn member(member: &Member) -> Span {
    match member {
        Member::Named(ident) => ident.span(),
        Member::Unnamed(index) => index.span,
    }
}

fn limits(limits: &RangeLimits) -> Span {
    match limits {
        RangeLimits::HalfOpen(token) => token.spans[0],
        RangeLimits::Closed(token) => token.spans[0],
    }
}

fn end_of_limits(limits: &RangeLimits) -> Span {
    match limits {
        RangeLimits::HalfOpen(token) => token.spans[1],
        RangeLimits::Closed(token) => token.spans[2],
    }
}

fn first_of_tokens(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

fn last_of_tokens(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span())
}
