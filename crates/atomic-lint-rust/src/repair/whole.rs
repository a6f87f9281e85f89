//! A protocol that is written by hand goes through the runtime: its target is opened, the publish becomes the commit,
//! and what was there for the sake of the staging file goes.
//!
//! A way out before the publish leaves the target as it was, with a commit as with a rename.

use super::chain::{Chain, Node};
use super::errors::{self, End, Failure, Handling};
use super::handle;
use super::layout;
use super::leftover::Leftovers;
use super::open::{Closing, Scene};
use super::source::{Source, replacement};
use super::uses::Use;
use super::wrapper::{self, Commit};
use super::{Draft, call, decline, inline, opener, staging};
use atomic_lint_ir::{Applicability, Decline, FlowStep, Repair};
use atomic_lint_source::Edit;
use syn::{Block, Expr, Stmt};

/// The protocol whose publish is at the end of `chain`.
pub(super) fn moved(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let publish = Publish::of(source, chain)?;
    let opened = repair.steps.iter().rev().find(|(step, _)| *step == FlowStep::Open);
    let Some(opened) = opened.and_then(|(_, span)| Chain::to(source, *span)) else {
        return decline("the staging file is opened elsewhere");
    };
    if !staging::is_within_body(source, chain, &opened) {
        return decline("it is opened and published by different functions");
    }
    if chain.is_within_closure(chain.len() - 1) || opened.is_within_closure(opened.len() - 1) {
        return decline("it is opened or published within a closure");
    }
    let asynchronous = call::is_awaited(&opened);
    let edits = match is_whole_write(opened.expr()) {
        true => written(source, &publish, &opened)?,
        false => Staged::of(source, publish, &opened)?.edits()?,
    };
    Ok(Draft {
        title: "stage and publish through crashsafe",
        applicability: Applicability::Unsafe,
        edits,
        needs_runtime: true,
        features: if asynchronous { vec!["tokio"] } else { Vec::new() },
    })
}

/// The call that publishes.
struct Publish<'s, 'a> {
    chain: &'s Chain<'a>,
    /// The call with what is done to its error.
    whole: &'a Expr,
    handling: Handling,
    stmt: &'a Stmt,
    block: &'a Block,
    /// The staging path; none where the handle knows it.
    staging: Option<&'a Expr>,
    target: &'a Expr,
}

impl<'s, 'a> Publish<'s, 'a> {
    fn of(source: &Source, chain: &'s Chain<'a>) -> Result<Self, Decline> {
        let (staging, target) = match chain.expr() {
            Expr::Call(call) if call.args.len() == 2 && is_named(&call.func, &["rename"]) => {
                (Some(&call.args[0]), &call.args[1])
            }
            Expr::MethodCall(call) if call.method == "persist" && call.args.len() == 1 => (None, &call.args[0]),
            _ => return decline("it is published in a way that has no twin"),
        };
        let whole = whole(source, chain);
        let Some((_, stmt, block)) = chain.statement(chain.len() - 1) else {
            return decline("it is not published by a statement");
        };
        let Some(mut handling) = errors::handling(source, chain.expr(), whole) else {
            return decline("it is not known what to do with an error");
        };
        // The error of a temporary file carries the file, which the runtime's does not.
        if staging.is_none() && handling.adapters.contains(".error") {
            handling.adapters.clear();
        }
        Ok(Publish { chain, whole, handling, stmt, block, staging, target })
    }

    /// Whether its statement is the call with what is done to its error, and nothing else.
    fn is_alone(&self) -> bool {
        matches!(self.stmt, Stmt::Expr(expr, _) if errors::is(expr, self.whole))
    }

    fn is_value(&self) -> bool {
        matches!(self.stmt, Stmt::Expr(_, None)) && self.is_alone()
    }

    /// Whether what it gives is only asked if it failed.
    fn is_asked(&self) -> bool {
        match self.stmt {
            Stmt::Expr(Expr::If(branch), _) => match &*branch.cond {
                Expr::Let(guard) => errors::is(&guard.expr, self.whole),
                _ => false,
            },
            Stmt::Expr(Expr::Match(choice), _) => errors::is(&choice.expr, self.whole),
            _ => false,
        }
    }

    /// The target where the file is opened, between which and here are `between`.
    fn target(&self, source: &Source, between: &[Stmt]) -> Result<String, Decline> {
        let span = source.expr(self.target);
        let text = span.slice(source.text);
        let names = |stmt: &Stmt| match stmt {
            Stmt::Local(local) => source.words(source.node(&local.pat)),
            _ => Vec::new(),
        };
        if between.iter().flat_map(names).any(|name| source.mentions(span, name)) {
            return decline("its target is not known yet where its file is opened");
        }
        // What is given away there must not be asked for here.
        let is_used =
            matches!(self.target, Expr::Path(_)) && between.iter().any(|stmt| source.mentions(source.stmt(stmt), text));
        Ok(if is_used { format!("&{text}") } else { text.to_string() })
    }
}

/// The call at the end of `chain` with what is done to its error.
fn whole<'a>(source: &Source, chain: &Chain<'a>) -> &'a Expr {
    let (mut at, mut whole) = (chain.len() - 1, chain.expr());
    while let Some(Node::Expr(outer)) = chain.parent(at) {
        if matches!(errors::link(source, outer, whole), errors::Link::Other) {
            break;
        }
        (at, whole) = (at - 1, outer);
    }
    whole
}

fn is_named(function: &Expr, names: &[&str]) -> bool {
    let last = wrapper::as_path(function).and_then(|path| path.segments.last());
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}

fn is_whole_write(call: &Expr) -> bool {
    matches!(call, Expr::Call(call) if call.args.len() == 2 && is_named(&call.func, &["write"]))
}

/// An expression without what only borrows it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(reference) => bare(&reference.expr),
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::MethodCall(call) if call.args.is_empty() => match call.method.to_string().as_str() {
            "as_path" | "as_ref" | "clone" | "as_str" => bare(&call.receiver),
            _ => expr,
        },
        _ => expr,
    }
}

/// A staging file with a handle.
struct Staged<'s, 'a> {
    scene: Scene<'s, 'a>,
    publish: Publish<'s, 'a>,
    /// The argument that says where it is staged.
    path: Option<&'a Expr>,
}

impl<'s, 'a> Staged<'s, 'a> {
    fn of(source: &'s Source<'a>, publish: Publish<'s, 'a>, opened: &'s Chain<'a>) -> Result<Self, Decline> {
        let asynchronous = call::is_awaited(opened);
        let opening = handle::opening(source, opened)?;
        let binding = handle::binding(opened, &opening)?;
        let layers = opening.wraps.iter().map(|(layer, _)| *layer).collect();
        let life = handle::life(source, &binding, layers);
        let path = match (opened.expr(), publish.staging) {
            (_, None) => None,
            (Expr::Call(call), Some(_)) if call.args.len() == 1 => Some(&call.args[0]),
            (Expr::MethodCall(call), Some(_)) if call.args.len() == 1 => Some(&call.args[0]),
            _ => return decline("the file is opened by a function that is not known"),
        };
        if let (Some(path), Some(staging)) = (path, publish.staging)
            && source.of(bare(path)) != source.of(bare(staging))
        {
            return decline("what is opened goes by another name than what is published");
        }
        let staged = publish.staging.is_some();
        let closing = Closing::Commit;
        let scene = Scene { source, chain: opened, binding, opening, life, asynchronous, staged, closing };
        Ok(Staged { scene, publish, path })
    }

    fn edits(&self) -> Result<Vec<Edit>, Decline> {
        let source = self.scene.source;
        let block = self.scene.binding.block;
        let own = block.stmts.iter().position(|stmt| std::ptr::eq(stmt, self.publish.stmt));
        let Some(own) = own.filter(|own| *own >= self.scene.binding.from) else {
            return decline("the handle is gone where its file is published");
        };
        self.check(own)?;
        let between = &block.stmts[self.scene.binding.from..own];
        let target = self.publish.target(source, between)?;
        let mut edits = match self.path {
            Some(path) => {
                let mut edits = self.scene.opened()?;
                edits.push(replacement(source.expr(path), target));
                edits
            }
            None => self.created(&target)?,
        };
        edits.extend(self.scene.lent());
        edits.extend(self.barriers(own).map(|stmt| source.without(stmt)));
        edits.extend(self.committed()?);
        let staging = self.publish.staging.map(bare);
        let kept = [self.scene.chain.expr(), self.publish.chain.expr()].map(|expr| source.expr(expr));
        edits.extend(Leftovers { source, chain: self.publish.chain, kept: &kept }.of(staging)?);
        Ok(edits)
    }

    /// Declines where the handle is used in a way that one of the runtime's cannot be.
    fn check(&self, own: usize) -> Result<(), Decline> {
        let barriers: Vec<&Stmt> = self.barriers(own).collect();
        let stmts = &self.scene.binding.block.stmts;
        for (number, (found, in_closure)) in &self.scene.life.uses {
            let stmt = stmts.get(*number);
            let is_barrier = stmt.is_some_and(|stmt| barriers.iter().any(|barrier| std::ptr::eq(*barrier, stmt)));
            if *number == own && self.publish.staging.is_none() {
                match found {
                    Use::Method(call) if call.method == "persist" && !in_closure => continue,
                    _ => return decline("the handle is used where it is published"),
                }
            }
            if *number >= own {
                return decline("the handle is used behind its publish");
            }
            if !is_barrier {
                self.scene.check_use(*number, found, *in_closure)?;
            }
            if let (Use::Lent(call), None) = (found, self.path)
                && let Some(last) = wrapper::as_path(&call.func).and_then(|path| path.segments.last())
                && inline::signature(self.scene.source, &last.ident.to_string())
                    .is_some_and(|it| it.contains("TempFile"))
            {
                return decline("the handle is lent to a function that wants its type");
            }
        }
        match self.path.is_none() && !self.scene.life.layers.is_empty() {
            true => decline("a writer is put around the temporary file"),
            false => Ok(()),
        }
    }

    /// Statements that flush, sync or drop the handle, which a commit does.
    fn barriers(&self, own: usize) -> impl Iterator<Item = &'a Stmt> {
        let name = self.scene.life.name.to_string();
        let before = self.scene.binding.block.stmts[self.scene.binding.from..own].iter();
        let source = self.scene.source;
        before.filter(move |stmt| is_barrier(source, stmt, &name))
    }

    /// `NamedTempFile::new_in(dir)` → `crashsafe::File::create(target)`
    fn created(&self, target: &str) -> Result<Vec<Edit>, Decline> {
        let made = self.scene.chain.expr();
        let span = self.scene.source.expr(made);
        if self.scene.binding.ty.is_some() {
            return decline("the type of the handle is written out");
        }
        if self.scene.source.has_comment(span) {
            return decline("a comment stands where the code changes");
        }
        Ok(vec![replacement(span, format!("{}::create({target})", opener::kind(self.scene.asynchronous)))])
    }

    /// The commit in the place of the publish.
    fn committed(&self) -> Result<Vec<Edit>, Decline> {
        let (source, publish) = (self.scene.source, &self.publish);
        let failure = errors::failure(source, publish.chain.body(publish.chain.len() - 1));
        let name = self.scene.life.name.to_string();
        let start = source.stmt(publish.stmt).start;
        let gap = format!("{}{}", source.newline(), source.indent(start));
        let commit = |handling: &Handling| {
            let (layers, asynchronous) = (self.scene.life.layers.as_slice(), self.scene.asynchronous);
            let closing = Closing::Commit;
            let commit = Commit { name: &name, layers, asynchronous, closing, handling, failure };
            let lines = commit.statements().into_iter().map(|line| layout::statement(source, &line, start));
            lines.collect::<Vec<_>>().join(&gap)
        };
        match publish.handling.end {
            End::Kept if publish.is_value() && matches!(failure, Failure::Io | Failure::Any | Failure::Other) => {
                let handling = Handling { end: End::Passed, ..publish.handling.clone() };
                let text = commit(&handling);
                Ok(vec![replacement(source.expr(publish.whole), format!("{text}{gap}Ok(())"))])
            }
            End::Kept if publish.is_asked() && self.scene.life.layers.is_empty() => {
                let awaited = if self.scene.asynchronous { ".await" } else { "" };
                let text =
                    format!("{name}.commit(){awaited}.map_err(std::io::Error::from){}", publish.handling.adapters);
                Ok(vec![replacement(source.expr(publish.whole), text)])
            }
            End::Passed | End::Panics(_) if publish.is_alone() => {
                let text = commit(&publish.handling);
                Ok(vec![replacement(source.bare_stmt(publish.stmt), self.as_statement(text))])
            }
            _ => decline("what the publish gives is used"),
        }
    }

    /// The value of a block stays one.
    fn as_statement(&self, text: String) -> String {
        match self.publish.stmt {
            Stmt::Expr(_, None) => text.trim_end_matches(';').to_string(),
            _ => text,
        }
    }
}

/// `fs::write(&staging, data)?; fs::rename(&staging, target)?` → `crashsafe::write(target, data)?`
fn written(source: &Source, publish: &Publish, opened: &Chain) -> Result<Vec<Edit>, Decline> {
    let Expr::Call(write) = opened.expr() else { return decline("it is not the call of a function") };
    let Some(staging) = publish.staging.map(bare) else { return decline("it is published in a way that has no twin") };
    if source.of(bare(&write.args[0])) != source.of(staging) {
        return decline("what is opened goes by another name than what is published");
    }
    let Some((_, stmt, block)) = opened.statement(opened.len() - 1) else { return decline("it is not a statement") };
    let whole = whole(source, opened);
    let handled = errors::handling(source, opened.expr(), whole).is_some_and(|handling| handling.end != End::Kept);
    let alone = matches!(stmt, Stmt::Expr(expr, Some(_)) if errors::is(expr, whole));
    if !handled || !alone || !std::ptr::eq(block, publish.block) {
        return decline("what the write gives is used");
    }
    let (from, own) = (handle::position(block, stmt), handle::position(block, publish.stmt));
    let between = block.stmts.get(from + 1..own).unwrap_or_default();
    let syncs = |stmt: &&Stmt| is_sync_of_path(source, stmt, staging);
    if !between.iter().all(|stmt| syncs(&stmt)) {
        return decline("something is done between the write and the publish");
    }
    let (asynchronous, awaited) = (call::is_awaited(opened), call::is_awaited(publish.chain));
    if asynchronous != awaited {
        return decline("it is opened and published in different ways of waiting");
    }
    let function = if asynchronous { "crashsafe::tokio::write" } else { "crashsafe::write" };
    let (target, content) = (source.of(publish.target), source.of(&write.args[1]));
    let published = replacement(source.expr(publish.chain.expr()), format!("{function}({target}, {content})"));
    let mut edits = vec![published, source.without(stmt)];
    edits.extend(between.iter().map(|stmt| source.without(stmt)));
    let mut kept = vec![source.expr(publish.chain.expr()), source.stmt(stmt)];
    kept.extend(between.iter().map(|stmt| source.stmt(stmt)));
    edits.extend(Leftovers { source, chain: publish.chain, kept: &kept }.of(Some(staging))?);
    Ok(edits)
}

/// `File::open(&staging)?.sync_all()?;`
fn is_sync_of_path(source: &Source, stmt: &Stmt, staging: &Expr) -> bool {
    let text = source.stmt(stmt).slice(source.text);
    let is_open = text.contains("open(") && text.contains(".sync_");
    is_open && matches!(stmt, Stmt::Expr(_, Some(_))) && text.contains(source.of(staging))
}

/// Whether `stmt` does nothing but to flush, sync or drop the handle `name`, its error passed on.
fn is_barrier(source: &Source, stmt: &Stmt, name: &str) -> bool {
    let Stmt::Expr(expr, Some(_)) = stmt else { return false };
    let mut at = expr;
    loop {
        at = match at {
            Expr::Try(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            Expr::MethodCall(call) => match call.method.to_string().as_str() {
                "sync_all" | "sync_data" | "flush" => return is_handle(&call.receiver, name),
                "context" | "with_context" | "map_err" | "unwrap" | "expect" => &call.receiver,
                _ => return false,
            },
            Expr::Call(call) => {
                let drops = is_named(&call.func, &["drop"]) && call.args.len() == 1;
                return drops && source.of(&call.args[0]) == name;
            }
            _ => return false,
        };
    }
}

/// The handle, or the file within it.
fn is_handle(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::MethodCall(call) => {
            let inner = ["as_file", "as_file_mut", "get_ref", "get_mut"].iter().any(|method| call.method == method);
            inner && is_handle(&call.receiver, name)
        }
        other => super::uses::is_name(other, name),
    }
}
