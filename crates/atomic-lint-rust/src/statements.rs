//! Blocks and the statements in them.

use crate::attributes;
use crate::body::{Dest, FrameKind, Lowerer};
use crate::drops::borrows;
use crate::edges;
use crate::scope::name;
use atomic_lint_ir::{Local, Name, Op, Operand};
use atomic_lint_source::Span;
use syn::{Attribute, Block, Expr, Item, LocalInit, Pat, Stmt};

impl Lowerer<'_> {
    /// A block, with its value to `dest`.
    pub(crate) fn block_to(&mut self, block: &Block, dest: Dest) {
        let end = self.at.span(edges::end_of_block(block));
        self.statements_to(&block.stmts, dest, end);
    }

    /// A labelled block, which `break` can leave with a value.
    pub(crate) fn labelled_block_to(&mut self, label: Name, block: &Block, dest: Dest) {
        let exit = self.block();
        self.push_frame(FrameKind::Block, Some(label), exit, dest);
        self.block_to(block, dest);
        self.fun.frames.pop();
        self.goto(exit);
        self.enter(exit);
    }

    /// Statements in a scope of their own, the value of the last to `dest`.
    pub(crate) fn statements_to(&mut self, stmts: &[Stmt], dest: Dest, end: Span) {
        self.open_scope();
        let has_items = stmts.iter().any(|stmt| matches!(stmt, Stmt::Item(_)));
        if has_items {
            self.enter_items(stmts);
        }
        let tail = tail_length(stmts);
        let (before, tail) = stmts.split_at(stmts.len() - tail);
        before.iter().for_each(|stmt| self.statement(stmt));
        let mark = self.fun.temps.len();
        self.tail_to(tail, dest, end);
        self.end_temps(mark, end);
        self.close_scope(end);
        if has_items {
            self.names.leave_block();
        }
    }

    /// What a block gives: its last expression, or one of several of which `cfg` leaves one.
    fn tail_to(&mut self, tail: &[Stmt], dest: Dest, end: Span) {
        match tail {
            [] => self.deliver_unit(dest, end),
            [only] => self.tail_statement(only, dest),
            alternatives => self.tail_alternatives(alternatives, dest),
        }
    }

    fn tail_alternatives(&mut self, alternatives: &[Stmt], dest: Dest) {
        let join = self.block();
        let entries: Vec<_> = alternatives.iter().map(|_| self.block()).collect();
        self.branch(&entries);
        for (stmt, entry) in alternatives.iter().zip(entries) {
            self.enter(entry);
            self.tail_statement(stmt, dest);
            self.goto(join);
        }
        self.enter(join);
    }

    fn tail_statement(&mut self, stmt: &Stmt, dest: Dest) {
        self.note(stmt);
        match stmt {
            Stmt::Expr(expr, _) => self.expr_to(expr, dest),
            Stmt::Macro(stmt) => self.macro_to(&stmt.mac, dest),
            Stmt::Local(_) | Stmt::Item(_) => {}
        }
    }

    /// Items of a block are known in all of it: names first, then what they are.
    fn enter_items(&mut self, stmts: &[Stmt]) {
        let items = || {
            stmts.iter().filter_map(|stmt| match stmt {
                Stmt::Item(item) => Some(item),
                _ => None,
            })
        };
        self.names.enter_block(items());
        let globs = self.names.block_globs();
        self.out.globs.extend(globs);
        let functions: Vec<Option<Announced>> = items().map(|item| self.announce(item)).collect();
        for (item, announced) in items().zip(functions) {
            match announced {
                Some(Announced { local, again: true }) => self.alternative_item(item, local),
                announced => self.block_item(item, announced.map(|announced| announced.local)),
            }
        }
    }

    /// Declares the variable that stands for a nested function or constant; those of one name under different `cfg`
    /// share one.
    fn announce(&mut self, item: &Item) -> Option<Announced> {
        let (ident, attributes) = match item {
            Item::Fn(item) => (&item.sig.ident, &item.attrs),
            Item::Const(item) => (&item.ident, &item.attrs),
            Item::Static(item) => (&item.ident, &item.attrs),
            _ => return None,
        };
        let conditional = attributes::is_conditional(attributes);
        let name = name(ident);
        if let Some(local) = self.fun.conditional(&name).filter(|_| conditional) {
            return Some(Announced { local, again: true });
        }
        let local = self.fun.builder.variable(name.clone(), None);
        self.fun.declare_as(name, local, true, conditional);
        Some(Announced { local, again: false })
    }

    /// One more item under a name: it may be that one which is compiled.
    fn alternative_item(&mut self, item: &Item, local: Local) {
        let (body, skip) = (self.block(), self.block());
        self.branch(&[body, skip]);
        self.enter(body);
        self.block_item(item, Some(local));
        self.goto(skip);
        self.enter(skip);
    }

    fn block_item(&mut self, item: &Item, local: Option<Local>) {
        let (first, last) = edges::item(item);
        let span = self.at.between(first, last);
        match (item, local) {
            (Item::Fn(item), Some(dst)) => {
                let body = self.nested_function(item, span);
                self.push(Op::Closure { dst, body }, span);
            }
            (Item::Const(item), Some(dst)) => self.expr_to(&item.expr, Dest::Into(dst)),
            (Item::Static(item), Some(dst)) => self.expr_to(&item.expr, Dest::Into(dst)),
            _ => self.item(item),
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        self.note(stmt);
        let (first, last) = edges::statement(stmt);
        if attributes::is_conditional(attributes_of(stmt)) {
            return self.conditional(stmt, self.at.between(first, last));
        }
        self.plain_statement(stmt, self.at.between(first, last));
    }

    /// A statement under `cfg` may run or not.
    fn conditional(&mut self, stmt: &Stmt, span: Span) {
        let (body, skip) = (self.block(), self.block());
        self.branch(&[body, skip]);
        self.enter(body);
        match stmt {
            Stmt::Local(local) => self.conditional_let(local, span),
            _ => self.plain_statement(stmt, span),
        }
        self.goto(skip);
        self.enter(skip);
    }

    fn plain_statement(&mut self, stmt: &Stmt, span: Span) {
        let mark = self.fun.temps.len();
        match stmt {
            Stmt::Local(local) => self.let_statement(local, span),
            Stmt::Expr(Expr::Verbatim(tokens), _) if tokens.is_empty() => {}
            Stmt::Expr(expr, _) => self.expr_to(expr, Dest::Discard),
            Stmt::Macro(stmt) => self.macro_to(&stmt.mac, Dest::Discard),
            // All items of a block come before its statements.
            Stmt::Item(_) => {}
        }
        self.end_temps(mark, span);
    }

    /// `let` under `cfg`: the alternatives declare one variable between them.
    fn conditional_let(&mut self, local: &syn::Local, span: Span) {
        let Some(ident) = simple_ident(&local.pat) else { return self.let_statement(local, span) };
        match (self.fun.conditional(&ident), &local.init) {
            (Some(dst), Some(init)) => self.expr_to(&init.expr, Dest::Into(dst)),
            _ => {
                self.let_statement(local, span);
                self.fun.mark_conditional(&ident);
            }
        }
    }

    fn let_statement(&mut self, local: &syn::Local, span: Span) {
        match (&local.init, &local.pat) {
            (None, pat) => self.declare_pattern(pat),
            (Some(init), Pat::Wild(_)) => self.let_nothing(&init.expr, span),
            (Some(LocalInit { expr, diverge: None, .. }), pat) => {
                let owned = self.may_own(expr);
                let value = self.value(expr);
                self.bind(pat, value, owned, span);
            }
            (Some(LocalInit { expr, diverge: Some((_, otherwise)), .. }), pat) => {
                self.let_else(pat, expr, otherwise, span);
            }
        }
    }

    /// `let _ = x` ends what `x` gives at once, and leaves a variable where it is.
    fn let_nothing(&mut self, expr: &Expr, span: Span) {
        let mark = self.fun.temps.len();
        let stays = matches!(expr, Expr::Path(_)) || borrows(expr);
        let value = self.place(expr);
        if let Operand::Local(local) = value
            && !stays
            && !self.fun.is_temp.contains(local)
        {
            self.fun.add_temp(local);
        }
        self.end_temps(mark, span);
    }

    fn let_else(&mut self, pat: &Pat, expr: &Expr, otherwise: &Expr, span: Span) {
        let owned = self.may_own(expr);
        let value = self.value(expr);
        let value = self.local(value, span);
        let (matched, failed) = (self.block(), self.block());
        self.test(value, pat, matched, failed);
        self.enter(failed);
        self.expr_to(otherwise, Dest::Discard);
        self.enter(matched);
        self.bind(pat, Operand::Local(value), owned, span);
    }

    /// Remembers where a statement is, for comments to be about, and what its attributes allow.
    fn note(&mut self, stmt: &Stmt) {
        let attributes = attributes_of(stmt);
        if self.statements.is_none() && attributes.is_empty() {
            return;
        }
        let (first, last) = edges::statement(stmt);
        let span = self.at.between(first, last);
        self.note_span(span, attributes);
    }
}

/// The variable of an item in a block.
struct Announced {
    local: Local,
    /// It was declared before, under another `cfg`.
    again: bool,
}

fn attributes_of(stmt: &Stmt) -> &[Attribute] {
    match stmt {
        Stmt::Local(local) => &local.attrs,
        Stmt::Macro(stmt) => &stmt.attrs,
        Stmt::Expr(expr, _) => attributes_of_expr(expr),
        // An item's own attributes are read where the item is.
        Stmt::Item(_) => &[],
    }
}

/// The attributes of the kinds of expression that stand as statements.
fn attributes_of_expr(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Assign(e) => &e.attrs,
        Expr::Await(e) => &e.attrs,
        Expr::Binary(e) => &e.attrs,
        Expr::Block(e) => &e.attrs,
        Expr::Call(e) => &e.attrs,
        Expr::ForLoop(e) => &e.attrs,
        Expr::If(e) => &e.attrs,
        Expr::Loop(e) => &e.attrs,
        Expr::Macro(e) => &e.attrs,
        Expr::Match(e) => &e.attrs,
        Expr::MethodCall(e) => &e.attrs,
        Expr::Return(e) => &e.attrs,
        Expr::Try(e) => &e.attrs,
        Expr::Unsafe(e) => &e.attrs,
        Expr::While(e) => &e.attrs,
        _ => &[],
    }
}

/// How many statements at the end may give the block its value.
fn tail_length(stmts: &[Stmt]) -> usize {
    let gives_value = |stmt: &Stmt| match stmt {
        Stmt::Expr(_, semi) => semi.is_none(),
        Stmt::Macro(stmt) => stmt.semi_token.is_none(),
        Stmt::Local(_) | Stmt::Item(_) => false,
    };
    let mut from_end = stmts.iter().rev();
    match from_end.next() {
        Some(last) if gives_value(last) => {
            let conditional = |stmt: &Stmt| gives_value(stmt) && attributes::is_conditional(attributes_of(stmt));
            1 + if conditional(last) { from_end.take_while(|stmt| conditional(stmt)).count() } else { 0 }
        }
        _ => 0,
    }
}

fn simple_ident(pat: &Pat) -> Option<Name> {
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some(name(&pat.ident)),
        Pat::Type(pat) => simple_ident(&pat.pat),
        _ => None,
    }
}
