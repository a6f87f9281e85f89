//! What is of no use once nobody stages by hand: the name of the staging path, and what took the file away after an error.

use super::chain::Chain;
use super::source::Source;
use super::whole::bare;
use super::{decline, wrapper};
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};
use syn::visit::{self, Visit};
use syn::{Expr, Pat, Stmt};

/// The search for leftovers in the function around a publish.
pub(super) struct Leftovers<'s, 'a> {
    pub(super) source: &'s Source<'a>,
    pub(super) chain: &'s Chain<'a>,
    /// Where the staging path is changed or taken out anyway.
    pub(super) kept: &'s [Span],
}

impl<'a> Leftovers<'_, 'a> {
    /// The edits that take out what only the staging path was for; declines where something else asks for it.
    pub(super) fn of(&self, staging: Option<&Expr>) -> Result<Vec<Edit>, Decline> {
        let Some(Expr::Path(path)) = staging else { return Ok(Vec::new()) };
        let Some(name) = path.path.get_ident().map(|ident| ident.to_string()) else { return Ok(Vec::new()) };
        let Some((_, block, _)) = self.chain.blocks(self.chain.len() - 1).last() else {
            return decline("it is not published by a statement");
        };
        let mut finder = Finder { name: &name, found: Vec::new(), named: false };
        finder.visit_block(block);
        if !finder.named {
            return decline("the caller says where it is staged");
        }
        let says_lock = |stmt: &&Stmt| self.source.stmt(stmt).slice(self.source.text).to_lowercase().contains("lock");
        if finder.found.iter().any(says_lock) {
            return decline("its staging file may keep others out");
        }
        let gone: Vec<Span> = finder.found.iter().map(|stmt| self.source.stmt(stmt)).collect();
        let whole = self.source.block(block);
        let known: usize = self.kept.iter().chain(&gone).map(|span| self.source.count(*span, &name)).sum();
        match self.source.count(whole, &name) == known && !gone.iter().any(|span| self.source.has_comment(*span)) {
            true => Ok(finder.found.into_iter().map(|stmt| self.source.without(stmt)).collect()),
            false => decline("something else asks for its staging file"),
        }
    }
}

struct Finder<'n, 'a> {
    name: &'n str,
    found: Vec<&'a Stmt>,
    /// The name is given by a statement here.
    named: bool,
}

impl<'a> Visit<'a> for Finder<'_, 'a> {
    fn visit_stmt(&mut self, node: &'a Stmt) {
        if gives(node, self.name) {
            self.named = true;
            self.found.push(node);
        } else if removes(node, self.name) {
            self.found.push(node);
        } else {
            visit::visit_stmt(self, node);
        }
    }
}

/// `let staging = …;`
fn gives(stmt: &Stmt, name: &str) -> bool {
    let Stmt::Local(local) = stmt else { return false };
    let pattern = match &local.pat {
        Pat::Type(typed) => &*typed.pat,
        other => other,
    };
    matches!(pattern, Pat::Ident(ident) if ident.ident == name)
}

/// `fs::remove_file(&staging)?;`, `let _ = fs::remove_file(&staging);`, `fs::remove_file(&staging).ok();`
fn removes(stmt: &Stmt, name: &str) -> bool {
    let mut at = match stmt {
        Stmt::Expr(expr, Some(_)) => expr,
        Stmt::Local(local) if matches!(local.pat, Pat::Wild(_)) => match &local.init {
            Some(init) => &*init.expr,
            None => return false,
        },
        _ => return false,
    };
    loop {
        at = match at {
            Expr::Try(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            Expr::MethodCall(inner) => &inner.receiver,
            Expr::Call(call) => {
                let last = wrapper::as_path(&call.func).and_then(|path| path.segments.last());
                let removes = last.is_some_and(|last| last.ident == "remove_file") && call.args.len() == 1;
                return removes && super::uses::is_name(bare(&call.args[0]), name);
            }
            _ => return false,
        };
    }
}
