//! What the tokens of a macro call may be: arguments, statements, items, arms. Trying, no lowering.

use proc_macro2::TokenStream;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser, Result};
use syn::{Block, Expr, Ident, Item, ItemStatic, Pat, Stmt, Token, braced, token};

/// One argument of a macro: `name = value`, `name: value` or just a value.
pub(crate) struct Argument {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

/// The arguments that `tokens` are; a trailing comma is allowed.
pub(crate) fn arguments(tokens: &TokenStream) -> Option<Vec<Argument>> {
    parse_arguments.parse2(tokens.clone()).ok()
}

fn parse_arguments(input: ParseStream) -> Result<Vec<Argument>> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        arguments.push(argument(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(arguments)
}

fn argument(input: ParseStream) -> Result<Argument> {
    let equals = input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]);
    let colon = input.peek2(Token![:]) && !input.peek2(Token![::]);
    let name = if input.peek(Ident) && (equals || colon) {
        let name = input.parse()?;
        input.parse::<Option<Token![=]>>()?;
        input.parse::<Option<Token![:]>>()?;
        Some(name)
    } else {
        None
    };
    // The sigils by which `tracing` says how a field is shown.
    if input.peek(Token![%]) {
        input.parse::<Token![%]>()?;
    } else if input.peek(Token![?]) {
        input.parse::<Token![?]>()?;
    }
    Ok(Argument { name, value: input.parse()? })
}

/// `value; length`.
pub(crate) fn repetition(tokens: &TokenStream) -> Option<(Expr, Expr)> {
    let parse = |input: ParseStream| {
        let value = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok((value, input.parse()?))
    };
    parse.parse2(tokens.clone()).ok()
}

/// `value, pattern if guard`.
pub(crate) fn matched(tokens: &TokenStream) -> Option<(Expr, Pat, Option<Expr>)> {
    let parse = |input: ParseStream| {
        let value = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = if input.peek(Token![if]) {
            input.parse::<Token![if]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        input.parse::<Option<Token![,]>>()?;
        Ok((value, pattern, guard))
    };
    parse.parse2(tokens.clone()).ok()
}

/// The statements that `tokens` are, where there is at least one.
pub(crate) fn statements(tokens: &TokenStream) -> Option<Vec<Stmt>> {
    Block::parse_within.parse2(tokens.clone()).ok().filter(|stmts| !stmts.is_empty())
}

/// An arm of `select!`: what is awaited, what its value is bound to, what is done then.
pub(crate) struct SelectArm {
    pub(crate) bound: Option<(Pat, Expr)>,
    pub(crate) handler: Expr,
}

/// The arms of a `select!`.
pub(crate) fn select_arms(tokens: &TokenStream) -> Option<Vec<SelectArm>> {
    let parse = |input: ParseStream| {
        if input.peek(Ident) && input.peek2(Token![;]) {
            input.parse::<Ident>()?;
            input.parse::<Token![;]>()?;
        }
        let mut arms = Vec::new();
        while !input.is_empty() {
            arms.push(select_arm(input)?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(arms)
    };
    parse.parse2(tokens.clone()).ok()
}

fn select_arm(input: ParseStream) -> Result<SelectArm> {
    let last = input.peek(Token![else]) || (input.peek(Ident) && input.peek2(Token![=>]));
    let bound = if last {
        input.parse::<Option<Token![else]>>()?;
        input.parse::<Option<Ident>>()?;
        None
    } else {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let awaited = input.parse()?;
        if input.peek(Token![,]) && input.peek2(Token![if]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            input.parse::<Expr>()?;
        }
        Some((pattern, awaited))
    };
    input.parse::<Token![=>]>()?;
    Ok(SelectArm { bound, handler: Expr::parse_with_earlier_boundary_rule(input)? })
}

/// The alternatives of a `cfg_if!`, each as `T`s.
pub(crate) fn alternatives<T>(tokens: &TokenStream, inner: fn(ParseStream) -> Result<Vec<T>>) -> Option<Vec<Vec<T>>> {
    let parse = |input: ParseStream| {
        let mut alternatives = Vec::new();
        while !input.is_empty() {
            input.parse::<Option<Token![else]>>()?;
            if input.parse::<Option<Token![if]>>()?.is_some() {
                input.call(syn::Attribute::parse_outer)?;
            }
            let content;
            braced!(content in input);
            alternatives.push(inner(&content)?);
        }
        Ok(alternatives)
    };
    parse.parse2(tokens.clone()).ok().filter(|found| !found.is_empty())
}

/// Statements up to the end, for [`alternatives`].
pub(crate) fn all_statements(input: ParseStream) -> Result<Vec<Stmt>> {
    Block::parse_within(input)
}

/// Replaces every item macro that consists of items by those items, macros within macros up to a depth of `depth`.
pub(crate) fn expand_items(items: &mut Vec<Item>, depth: u32) {
    let mut expanded = Vec::with_capacity(items.len());
    for mut item in items.drain(..) {
        match &mut item {
            Item::Macro(call) if call.ident.is_none() && depth > 0 => match items_of(&call.mac.tokens) {
                Some(mut inner) => {
                    expand_items(&mut inner, depth - 1);
                    expanded.extend(inner);
                }
                None => expanded.push(item),
            },
            Item::Mod(module) => {
                if let Some((_, inner)) = &mut module.content {
                    expand_items(inner, depth);
                }
                expanded.push(item);
            }
            _ => expanded.push(item),
        }
    }
    *items = expanded;
}

/// The items in the call of a macro: those of `cfg_if!`, `lazy_static!`, `thread_local!`, or plain ones.
fn items_of(tokens: &TokenStream) -> Option<Vec<Item>> {
    if tokens.is_empty() {
        return None;
    }
    let plain = all_items.parse2(tokens.clone()).ok();
    plain
        .or_else(|| statics.parse2(tokens.clone()).ok())
        .or_else(|| alternatives(tokens, all_items).map(|found| found.into_iter().flatten().collect()))
        .filter(|items: &Vec<Item>| !items.iter().any(|item| matches!(item, Item::Verbatim(_))))
}

fn all_items(input: ParseStream) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

/// `static ref NAME: T = value;` and statics whose last semicolon is left out.
fn statics(input: ParseStream) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(Item::Static(one_static(input)?));
    }
    Ok(items)
}

fn one_static(input: ParseStream) -> Result<ItemStatic> {
    let attrs = input.call(syn::Attribute::parse_outer)?;
    let vis = input.parse()?;
    let static_token = input.parse()?;
    let ahead = input.fork();
    if ahead.parse::<Token![ref]>().is_ok() && ahead.peek(Ident) {
        input.advance_to(&ahead);
    }
    let (ident, colon_token, ty, eq_token) = (input.parse()?, input.parse()?, input.parse()?, input.parse()?);
    let expr = if input.peek(Token![const]) && input.peek2(token::Brace) {
        Box::new(Expr::Const(input.parse()?))
    } else {
        input.parse()?
    };
    let semi_token = if input.is_empty() { <Token![;]>::default() } else { input.parse()? };
    Ok(ItemStatic {
        attrs,
        vis,
        static_token,
        mutability: syn::StaticMutability::None,
        ident,
        colon_token,
        ty,
        eq_token,
        expr,
        semi_token,
    })
}
