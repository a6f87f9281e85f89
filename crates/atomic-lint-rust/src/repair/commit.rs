//! The commits of a handle: behind its last use, and on each way out before that is no error.

use super::decline;
use super::errors::{self, End, Failure, Handling};
use super::exits::{self, Exit};
use super::handle;
use super::layout;
use super::open::Scene;
use super::source::{Source, insertion, replacement};
use super::uses::{self, Use};
use super::wrapper::{self, Commit};
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};
use syn::{Expr, Stmt};

/// Methods that give `Result<(), _>`.
const GIVE_UNIT: [&str; 8] =
    ["write_all", "write_fmt", "flush", "sync_all", "sync_data", "shutdown", "set_len", "set_permissions"];

impl Scene<'_, '_> {
    /// The commits, on each way out that is no error.
    pub(super) fn committed(&self) -> Result<Vec<Edit>, Decline> {
        let Some(last) = self.life.last() else { return decline("nothing is written to the handle here") };
        let failure = errors::failure(self.source, self.chain.body(self.binding.block_index));
        let handling = self.handling(failure)?;
        let name = self.life.name.to_string();
        let commit = Commit {
            name: &name,
            layers: &self.life.layers,
            asynchronous: self.asynchronous,
            closing: self.closing,
            handling: &handling,
            failure,
        };
        let mut edits = self.early(last, &commit)?;
        edits.extend(self.at_end(last, &commit)?);
        Ok(edits)
    }

    /// What is done with the errors of writing, or where that is not seen with those of opening.
    fn handling(&self, failure: Failure) -> Result<Handling, Decline> {
        let stmts = &self.binding.block.stmts;
        let written =
            self.life.uses.iter().rev().filter_map(|(number, (found, in_closure))| match (found, in_closure) {
                (Use::Dropped, _) | (_, true) => None,
                (found, false) => handled(self.source, found, stmts.get(*number)?),
            });
        let opened = self.opening.opened.then(|| self.opening.handling.clone());
        match written.chain(opened).find(|handling| handling.end != End::Kept) {
            Some(handling) if handling.end == End::Passed && failure == Failure::Nowhere => {
                decline("the function gives no error")
            }
            Some(handling) => Ok(handling),
            None if matches!(failure, Failure::Io | Failure::Any) => Ok(Handling::passed()),
            None => decline("it is not known what to do with an error"),
        }
    }

    /// Commits before what leaves the block between opening and the last use.
    fn early(&self, last: usize, commit: &Commit) -> Result<Vec<Edit>, Decline> {
        let stmts: Vec<&Stmt> = self.binding.block.stmts[self.binding.from..=last].iter().collect();
        let mut edits = Vec::new();
        for exit in exits::of(&stmts) {
            if let Some(value) = exits::value(&exit)
                && self.source.mentions(self.source.expr(value), commit.name)
            {
                edits.extend(self.leaving_with(&exit, value, commit)?);
                continue;
            }
            let statements = self.lines(commit, self.exit_start(&exit));
            match exits::before(self.source, &exit, &statements) {
                Some(before) => edits.extend(before),
                None => return decline("the block is left from within an expression"),
            }
        }
        Ok(edits)
    }

    fn exit_start(&self, exit: &Exit) -> u32 {
        match exit {
            Exit::Stmt(stmt, _) => self.source.stmt(stmt).start,
            Exit::Arm(expr) => self.source.expr(expr).start,
            Exit::Within => 0,
        }
    }

    /// The statements of a commit, on lines indented as that of `at`.
    fn lines(&self, commit: &Commit, at: u32) -> String {
        let gap = format!("{}{}", self.source.newline(), self.source.indent(at));
        let statements =
            commit.statements().into_iter().map(|statement| layout::statement(self.source, &statement, at));
        statements.collect::<Vec<_>>().join(&gap)
    }

    /// `return file.write_all(d);`
    fn leaving_with(&self, exit: &Exit, value: &Expr, commit: &Commit) -> Result<Vec<Edit>, Decline> {
        let Exit::Stmt(stmt, expr) = exit else { return decline("the block is left from within an expression") };
        self.unit_result(value)?;
        let (head, tail) = (self.source.expr(expr), self.source.expr(value));
        let at = self.source.stmt(stmt).start;
        let gap = format!("{}{}", self.source.newline(), self.source.indent(at));
        let rest = format!("?;{gap}{}{gap}return Ok(())", self.lines(commit, at));
        Ok(vec![replacement(Span::new(head.start, tail.start), ""), insertion(tail.end, rest)])
    }

    /// Declines unless `value` is a `Result<(), _>` of a call on the handle.
    fn unit_result(&self, value: &Expr) -> Result<(), Decline> {
        let name = self.life.name.to_string();
        let found = uses::in_expr(self.source, &name, value);
        let [(found, false)] = found.as_slice() else { return decline("the last write is part of a larger value") };
        let gives_unit = match found {
            Use::Written => matches!(value, Expr::Macro(_)) || is_links(value),
            Use::Method(call) => {
                let method = call.method.to_string();
                handle::method_expr(value, call).is_some() && is_links(value) && GIVE_UNIT.contains(&method.as_str())
            }
            Use::Given(..) | Use::Lent(_) => is_links(value) && self.returns_unit(),
            _ => false,
        };
        match gives_unit {
            true => Ok(()),
            false => decline("the last write is part of a larger value"),
        }
    }

    fn returns_unit(&self) -> bool {
        let Some(super::chain::Body::Function(sig)) = self.chain.body(self.binding.block_index) else { return false };
        let output: String = self.source.node(&sig.output).slice(self.source.text).split_whitespace().collect();
        output.contains("Result<()>") || output.contains("Result<(),")
    }

    /// The commit behind, or in the place of, the last use.
    fn at_end(&self, last: usize, commit: &Commit) -> Result<Vec<Edit>, Decline> {
        let stmts = &self.binding.block.stmts;
        let stmt = &stmts[last];
        if matches!(stmt, Stmt::Expr(Expr::Return(_), _)) {
            return Ok(Vec::new());
        }
        if let Stmt::Expr(value, None) = stmt
            && last + 1 == stmts.len()
            && !is_unit(value)
        {
            return self.as_value(stmt, value, commit);
        }
        if matches!(stmt, Stmt::Macro(mac) if mac.semi_token.is_none()) {
            return self.macro_value(stmt, commit);
        }
        let lines = self.lines(commit, self.source.stmt(stmt).start);
        let write = self.final_write().unwrap_or(last);
        let dropped = (write < last).then_some(stmt);
        if write + 1 >= last && self.is_settled(write) {
            let mut edits = vec![replacement(self.source.bare_stmt(&stmts[write]), lines)];
            edits.extend(dropped.map(|dropped| self.source.without(dropped)));
            return Ok(edits);
        }
        if dropped.is_some() {
            return Ok(vec![replacement(self.source.bare_stmt(stmt), lines)]);
        }
        Ok(vec![self.source.after(stmt, &lines)])
    }

    /// Whether the statement at `number` flushes, syncs or closes and so is part of a commit.
    fn is_settled(&self, number: usize) -> bool {
        let Some(expr) = self.statement_of(number) else { return false };
        let uses = self.life.uses.iter().filter(|(at, _)| *at == number);
        let mut calls = uses.filter_map(|(_, (found, _))| match found {
            Use::Method(call) => Some(*call),
            _ => None,
        });
        let Some(call) = calls.next() else { return false };
        let method = call.method.to_string();
        let settles = matches!(method.as_str(), "flush" | "sync_all" | "sync_data" | "shutdown")
            || self.life.layers.last().is_some_and(|layer| handle::takes_off(*layer, &method));
        let own = handle::method_expr(expr, call);
        let handled = own.and_then(|own| errors::handling(self.source, own, expr));
        settles && handled.is_some_and(|handling| handling.end != End::Kept)
    }

    /// The last use is the value of the block.
    fn as_value(&self, stmt: &Stmt, value: &Expr, commit: &Commit) -> Result<Vec<Edit>, Decline> {
        let start = self.source.stmt(stmt).start;
        let gap = format!("{}{}", self.source.newline(), self.source.indent(start));
        let lines = self.lines(commit, start);
        if let Some(inner) = inside_ok(value) {
            // `Ok(file.write_all(d)?)`
            let (whole, inner) = (self.source.expr(value), self.source.expr(inner));
            let (head, tail) = (Span::new(whole.start, inner.start), Span::new(inner.end, whole.end));
            return Ok(vec![replacement(head, ""), replacement(tail, format!(";{gap}{lines}{gap}Ok(())"))]);
        }
        let end = self.source.expr(value).end;
        if ends(value) {
            return Ok(vec![insertion(end, format!(";{gap}{lines}"))]);
        }
        self.unit_result(value)?;
        if !self.chain.is_result(self.binding.block_index) {
            return decline("the last write is the value of a block");
        }
        if self.is_sync(value) {
            return Ok(vec![replacement(self.source.expr(value), format!("{lines}{gap}Ok(())"))]);
        }
        Ok(vec![insertion(end, format!("?;{gap}{lines}{gap}Ok(())"))])
    }

    /// Whether `value` is `file.sync_all()` or `file.flush()` and so is part of a commit.
    fn is_sync(&self, value: &Expr) -> bool {
        let mut at = value;
        if let Expr::Await(inner) = at {
            at = &inner.base;
        }
        let Expr::MethodCall(call) = at else { return false };
        let settles = ["flush", "sync_all", "sync_data", "shutdown"].iter().any(|method| call.method == method);
        settles && uses::is_name(&call.receiver, &self.life.name.to_string())
    }

    /// `writeln!(file, …)` as the value of the block.
    fn macro_value(&self, stmt: &Stmt, commit: &Commit) -> Result<Vec<Edit>, Decline> {
        if !self.chain.is_result(self.binding.block_index) || commit.failure == Failure::Nowhere {
            return decline("the last write is the value of a block");
        }
        let span = self.source.stmt(stmt);
        let gap = format!("{}{}", self.source.newline(), self.source.indent(span.start));
        let lines = self.lines(commit, span.start);
        Ok(vec![insertion(span.end, format!("?;{gap}{lines}{gap}Ok(())"))])
    }
}

/// What is done with the result of the use `found` in `stmt`, where it is the whole of the statement.
fn handled(source: &Source, found: &Use, stmt: &Stmt) -> Option<Handling> {
    let (whole, is_value) = match stmt {
        Stmt::Expr(Expr::Return(value), _) => (value.expr.as_deref()?, true),
        Stmt::Expr(expr, semi) => (expr, semi.is_none()),
        Stmt::Local(local) => (&*local.init.as_ref()?.expr, false),
        _ => return None,
    };
    let mut handling = errors::innermost(source, found, whole)?;
    if is_value && handling.end == End::Kept {
        handling.end = End::Passed;
    }
    Some(handling)
}

/// Whether `value` is a call with nothing but links around it, which leave a `Result` of the same value.
fn is_links(value: &Expr) -> bool {
    match value {
        Expr::Macro(_) | Expr::Call(_) => true,
        Expr::Await(inner) => is_links(&inner.base),
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "context" | "with_context" | "wrap_err" | "wrap_err_with" | "map_err" => is_links(&call.receiver),
            _ => matches!(&*call.receiver, Expr::Path(_)),
        },
        _ => false,
    }
}

/// Whether `value` is something whose errors are dealt with: `….unwrap()`, `…?`.
fn ends(value: &Expr) -> bool {
    match value {
        Expr::Try(_) => true,
        Expr::MethodCall(call) => call.method == "unwrap" || call.method == "expect",
        _ => false,
    }
}

/// `Ok(file.write_all(d)?)`: what is in it.
fn inside_ok(value: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = value else { return None };
    let is_ok = wrapper::as_path(&call.func).is_some_and(|path| path.is_ident("Ok"));
    let inner = call.args.first().filter(|_| is_ok)?;
    matches!(inner, Expr::Try(_)).then_some(inner)
}

/// Whether `value` stands at the end of a block and is no value: a loop, an `if` without `else`.
fn is_unit(value: &Expr) -> bool {
    match value {
        Expr::ForLoop(_) | Expr::While(_) => true,
        Expr::If(branch) => branch.else_branch.is_none(),
        _ => false,
    }
}
