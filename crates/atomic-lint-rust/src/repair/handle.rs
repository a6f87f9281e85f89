//! The handle that an opening call gives: what is put around it at once, the variable it is bound to, and the life of
//! that variable to its last use.

use super::chain::{Chain, Node};
use super::decline;
use super::errors::{self, End, Handling, Link};
use super::source::Source;
use super::uses::{self, Found, Use};
use super::wrapper::{self, Layer};
use atomic_lint_ir::Decline;
use syn::{Block, Expr, ExprCall, Ident, Pat, Stmt, Type};

/// An opening call with what is around it, up to a value that is a writer.
pub(super) struct Opening<'a> {
    /// Where in the chain that value is.
    pub(super) index: usize,
    /// The calls that put writers around it, innermost first.
    pub(super) wraps: Vec<(Layer, &'a ExprCall)>,
    /// Whether its error is dealt with; if not, the value is a `Result`.
    pub(super) opened: bool,
    pub(super) handling: Handling,
}

/// What a handle is bound to, and where that is alive.
pub(super) struct Binding<'a> {
    pub(super) name: &'a Ident,
    pub(super) is_mutable: bool,
    /// The type, where it is written.
    pub(super) ty: Option<&'a Type>,
    /// The block that it lives in, where in the chain that is, and how many statements of it come before.
    pub(super) block: &'a Block,
    pub(super) block_index: usize,
    pub(super) from: usize,
}

/// A handle changes its name: a writer is put around it, or taken off.
pub(super) struct Rebound<'a> {
    /// The call that puts a writer around it.
    pub(super) wrap: Option<(Layer, &'a ExprCall)>,
    pub(super) ty: Option<&'a Type>,
}

/// The life of a handle.
pub(super) struct Life<'a> {
    /// The variable at its end, and whether it may be written to.
    pub(super) name: &'a Ident,
    pub(super) is_mutable: bool,
    pub(super) layers: Vec<Layer>,
    pub(super) rebound: Vec<Rebound<'a>>,
    /// The uses, each with the number of its statement in the block.
    pub(super) uses: Vec<(usize, Found<'a>)>,
    /// Where it ends at the latest: another variable takes its name.
    pub(super) end: usize,
}

/// What is around the call at the end of `chain`.
pub(super) fn opening<'a>(source: &Source, chain: &Chain<'a>) -> Result<Opening<'a>, Decline> {
    let call = chain.expr();
    let mut opening =
        Opening { index: chain.len() - 1, wraps: Vec::new(), opened: false, handling: Handling::passed() };
    let mut inner = call;
    while let Some(Node::Expr(outer)) = chain.parent(opening.index) {
        match errors::link(source, outer, inner) {
            Link::Await => {}
            Link::Adapter(_) if !opening.opened => {}
            Link::End(_) if !opening.opened => {
                opening.opened = true;
                let Some(handling) = errors::handling(source, call, outer) else {
                    return decline("its errors are dealt with in a way that is not known");
                };
                opening.handling = handling;
            }
            // The error of a constructor of an encoder.
            Link::End(_) if !opening.wraps.is_empty() => {}
            _ => match wrap(source, outer, inner) {
                Some(wrap) if opening.opened => opening.wraps.push(wrap),
                _ => break,
            },
        }
        opening.index -= 1;
        inner = outer;
    }
    Ok(opening)
}

/// The writer that `outer` puts around `inner`.
fn wrap<'a>(source: &Source, outer: &'a Expr, inner: &Expr) -> Option<(Layer, &'a ExprCall)> {
    let Expr::Call(call) = outer else { return None };
    let (layer, argument) = wrapper::made_by(source, wrapper::as_path(&call.func)?)?;
    let around = call.args.iter().nth(argument).is_some_and(|argument| errors::is(argument, inner));
    around.then_some((layer, call))
}

/// The variable that the value at `opening` is bound to.
pub(super) fn binding<'a>(chain: &Chain<'a>, opening: &Opening) -> Result<Binding<'a>, Decline> {
    let index = opening.index;
    match chain.parent(index) {
        Some(Node::Stmt(stmt)) => bound_by_let(chain, index - 1, stmt, opening.opened),
        Some(Node::Expr(Expr::Let(guard))) if !opening.opened => bound_by_condition(chain, index - 1, &guard.pat),
        Some(Node::Expr(Expr::Match(choice))) if !opening.opened => bound_by_match(chain, index - 1, choice),
        Some(Node::Expr(Expr::Struct(_) | Expr::Assign(_))) => decline("the handle is stored"),
        Some(Node::Expr(Expr::Return(_) | Expr::Closure(_))) => decline("the handle is returned"),
        Some(Node::Block(_)) => decline("the handle is returned"),
        Some(Node::Expr(Expr::Call(_))) => decline("the handle is passed on"),
        _ => decline("the handle is used in an expression that cannot be followed"),
    }
}

fn bound_by_let<'a>(chain: &Chain<'a>, at: usize, stmt: &'a Stmt, opened: bool) -> Result<Binding<'a>, Decline> {
    let (Stmt::Local(local), Some(Node::Block(block))) = (stmt, chain.parent(at)) else {
        return match stmt {
            Stmt::Expr(_, None) => decline("the handle is returned"),
            _ => decline("nothing is written to the handle here"),
        };
    };
    if !local.attrs.is_empty() {
        return decline("it is compiled under a condition");
    }
    let diverges = local.init.as_ref().is_some_and(|init| init.diverge.is_some());
    let pattern = match (&local.pat, opened) {
        (pat, true) if !diverges => Some(pat),
        (pat, false) if diverges => inside_ok(pat),
        _ => None,
    };
    let Some(pattern) = pattern else { return decline("the result of opening is kept") };
    let from = position(block, stmt) + 1;
    bound(pattern, block, at - 1, from)
}

/// `if let Ok(mut f) = …`
fn bound_by_condition<'a>(chain: &Chain<'a>, at: usize, pat: &'a Pat) -> Result<Binding<'a>, Decline> {
    let Some(Node::Expr(Expr::If(branch))) = chain.parent(at) else {
        return decline("the handle is bound by a condition");
    };
    match inside_ok(pat) {
        Some(pat) => bound(pat, &branch.then_branch, at, 0),
        None => decline("the handle is bound by a pattern"),
    }
}

/// `match … { Ok(f) => f, Err(e) => return … }`, or an arm that is a block.
fn bound_by_match<'a>(chain: &Chain<'a>, at: usize, choice: &'a syn::ExprMatch) -> Result<Binding<'a>, Decline> {
    let arm = choice.arms.iter().find_map(|arm| Some((arm, inside_ok(&arm.pat)?)));
    let Some((arm, pat)) = arm else { return decline("the handle is bound by a pattern") };
    let Pat::Ident(ident) = pat else { return decline("the handle is bound by a pattern") };
    match (&*arm.body, chain.parent(at)) {
        (body, Some(Node::Stmt(stmt))) if uses::is_name(body, &ident.ident.to_string()) => {
            bound_by_let(chain, at - 1, stmt, true)
        }
        (Expr::Block(body), _) => bound(pat, &body.block, at, 0),
        _ => decline("the handle is bound by a pattern"),
    }
}

fn bound<'a>(pat: &'a Pat, block: &'a Block, block_index: usize, from: usize) -> Result<Binding<'a>, Decline> {
    match variable(pat) {
        Some((ident, ty)) => {
            let is_mutable = ident.mutability.is_some();
            Ok(Binding { name: &ident.ident, is_mutable, ty, block, block_index, from })
        }
        None if matches!(pat, Pat::Wild(_)) => decline("the file is created and never written"),
        None => decline("the handle is bound by a pattern"),
    }
}

/// The variable that `pat` is, and the type that is written behind it.
fn variable(pat: &Pat) -> Option<(&syn::PatIdent, Option<&Type>)> {
    let (pat, ty) = match pat {
        Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
        other => (other, None),
    };
    match pat {
        Pat::Ident(ident) if ident.subpat.is_none() && ident.by_ref.is_none() => Some((ident, ty)),
        _ => None,
    }
}

fn inside_ok(pat: &Pat) -> Option<&Pat> {
    match pat {
        Pat::TupleStruct(pat) if pat.path.is_ident("Ok") && pat.elems.len() == 1 => pat.elems.first(),
        _ => None,
    }
}

/// The number of `stmt` in `block`.
pub(super) fn position(block: &Block, stmt: &Stmt) -> usize {
    block.stmts.iter().position(|other| std::ptr::eq(other, stmt)).unwrap_or(0)
}

/// Follows a handle through its block.
pub(super) fn life<'a>(source: &Source<'a>, binding: &Binding<'a>, layers: Vec<Layer>) -> Life<'a> {
    let end = binding.block.stmts.len();
    let (name, is_mutable) = (binding.name, binding.is_mutable);
    let mut life = Life { name, is_mutable, layers, rebound: Vec::new(), uses: Vec::new(), end };
    for (number, stmt) in binding.block.stmts.iter().enumerate().skip(binding.from) {
        let Stmt::Local(local) = stmt else {
            life.add(number, uses::in_stmt(source, &life.name.to_string(), stmt));
            continue;
        };
        let before = life.name;
        if let Some(init) = &local.init {
            life.initialises(source, number, local, &init.expr);
            if let Some((_, otherwise)) = &init.diverge {
                life.add(number, uses::in_expr(source, &life.name.to_string(), otherwise));
            }
        }
        if std::ptr::eq(before, life.name) && binds(&local.pat, &before.to_string()) {
            life.end = number;
            break;
        }
    }
    life
}

impl<'a> Life<'a> {
    fn add(&mut self, number: usize, found: Vec<Found<'a>>) {
        self.uses.extend(found.into_iter().map(|found| (number, found)));
    }

    /// The value of a `let` uses the handle, perhaps by giving it another name.
    fn initialises(&mut self, source: &Source<'a>, number: usize, local: &'a syn::Local, init: &'a Expr) {
        let found = uses::in_expr(source, &self.name.to_string(), init);
        let Some((ident, ty)) = variable(&local.pat) else { return self.add(number, found) };
        let rebound = match found.as_slice() {
            [(Use::Given(call, _), false)] => self.wrapped(source, init, call),
            [(Use::Method(call), false)] => self.unwrapped(source, init, call),
            _ => None,
        };
        match rebound {
            Some(wrap) => {
                self.rebound.push(Rebound { wrap, ty });
                (self.name, self.is_mutable) = (&ident.ident, ident.mutability.is_some());
            }
            None => self.add(number, found),
        }
    }

    fn wrapped(&mut self, source: &Source, init: &Expr, call: &'a ExprCall) -> Option<Option<(Layer, &'a ExprCall)>> {
        let (layer, argument) = wrapper::made_by(source, wrapper::as_path(&call.func)?)?;
        let given = call.args.iter().nth(argument)?;
        if !is_call_with_links(init, call) || !uses::is_name(given, &self.name.to_string()) {
            return None;
        }
        self.layers.push(layer);
        Some(Some((layer, call)))
    }

    /// `encoder.finish()?`, `writer.into_inner()?`
    fn unwrapped(
        &mut self,
        source: &Source,
        init: &'a Expr,
        call: &'a syn::ExprMethodCall,
    ) -> Option<Option<(Layer, &'a ExprCall)>> {
        let taken = takes_off(*self.layers.last()?, &call.method.to_string());
        let own = method_expr(init, call)?;
        let ends = errors::handling(source, own, init).is_some_and(|handling| handling.end != End::Kept);
        if !taken || !ends {
            return None;
        }
        self.layers.pop();
        Some(None)
    }

    /// The number of the statement with the last use.
    pub(super) fn last(&self) -> Option<usize> {
        self.uses.iter().map(|(number, _)| *number).max()
    }
}

/// Whether `method` gives back what is below `layer`.
pub(super) fn takes_off(layer: Layer, method: &str) -> bool {
    match layer {
        Layer::Buffer | Layer::IntoInner | Layer::Csv => method == "into_inner",
        Layer::Finish => method == "finish",
    }
}

/// The expression within the links of `whole` that is `call`.
pub(super) fn method_expr<'a>(whole: &'a Expr, call: &syn::ExprMethodCall) -> Option<&'a Expr> {
    let mut at = whole;
    loop {
        at = match at {
            Expr::MethodCall(own) if std::ptr::eq(own, call) => return Some(at),
            Expr::MethodCall(outer) => &outer.receiver,
            Expr::Try(outer) => &outer.expr,
            Expr::Await(outer) => &outer.base,
            _ => return None,
        };
    }
}

/// Whether `init` is `call`, its error dealt with or not.
fn is_call_with_links(init: &Expr, call: &ExprCall) -> bool {
    let mut at = init;
    loop {
        at = match at {
            Expr::Call(own) => return std::ptr::eq(own, call),
            Expr::MethodCall(outer) => &outer.receiver,
            Expr::Try(outer) => &outer.expr,
            _ => return false,
        };
    }
}

fn binds(pat: &Pat, name: &str) -> bool {
    struct Finder<'n>(&'n str, bool);
    impl<'a> syn::visit::Visit<'a> for Finder<'_> {
        fn visit_pat_ident(&mut self, node: &'a syn::PatIdent) {
            self.1 |= node.ident == self.0;
        }
    }
    let mut finder = Finder(name, false);
    syn::visit::Visit::visit_pat(&mut finder, pat);
    finder.1
}
