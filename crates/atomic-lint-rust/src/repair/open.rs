//! A handle that is written to and committed: `File::create` becomes the runtime's, and every way out that is no error
//! commits it.

use super::chain::Chain;
use super::errors::{self, End, Failure, Handling};
use super::exits::{self, Exit};
use super::handle::{self, Binding, Life, Opening};
use super::source::{Source, insertion, replacement};
use super::uses::{self, Use};
use super::wrapper::{self, Commit, Layer};
use super::{Draft, call, decline, inline, opener};
use atomic_lint_ir::{Applicability, Decline, Repair};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprMethodCall, Stmt, Type};

/// Writes through a handle of the runtime.
pub(super) fn through(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let asynchronous = call::is_awaited(chain);
    if asynchronous && !repair.api.starts_with("tokio") {
        return decline("the runtime has asynchronous twins for tokio only");
    }
    let opening = handle::opening(source, chain)?;
    if !asynchronous && let Some(draft) = inline::through(source, chain, &opening)? {
        return Ok(draft);
    }
    let binding = handle::binding(chain, &opening)?;
    let layers = opening.wraps.iter().map(|(layer, _)| *layer).collect();
    let life = handle::life(source, &binding, layers);
    let scene = Scene { source, chain, binding, opening, life, asynchronous };
    scene.check()?;
    let mut edits = scene.opened()?;
    edits.extend(scene.lent());
    edits.extend(scene.committed()?);
    Ok(Draft {
        title: "write through crashsafe, and commit",
        applicability: scene.applicability(repair),
        edits,
        needs_runtime: true,
        features: if asynchronous { vec!["tokio"] } else { Vec::new() },
    })
}

/// All that is known of one handle.
struct Scene<'s, 'a> {
    source: &'s Source<'a>,
    chain: &'s Chain<'a>,
    binding: Binding<'a>,
    opening: Opening<'a>,
    life: Life<'a>,
    asynchronous: bool,
}

impl<'a> Scene<'_, 'a> {
    /// Declines where a use is not possible with the runtime's handle.
    fn check(&self) -> Result<(), Decline> {
        for (number, (found, in_closure)) in &self.life.uses {
            match found {
                Use::Escape(why) => return decline(why),
                Use::Method(call) => self.check_method(call, *number)?,
                Use::Given(call, _) => {
                    let known = wrapper::as_path(&call.func).is_some_and(wrapper::takes_writer);
                    if !known || *in_closure || self.asynchronous {
                        return decline("the handle is passed on");
                    }
                }
                Use::Lent(call) => self.check_loan(call)?,
                Use::Dropped if self.statement_of(*number).is_some() => {}
                Use::Dropped => return decline("the handle is dropped on some way only"),
                Use::LentToMethod(_) | Use::Written => {}
            }
        }
        Ok(())
    }

    fn check_method(&self, call: &ExprMethodCall, number: usize) -> Result<(), Decline> {
        let method = call.method.to_string();
        let last = self.life.layers.last().copied();
        let fits = match last {
            None if self.asynchronous => is_asynchronous(&method) || self.ends_with(call, number),
            None => is_of_file(&method),
            Some(layer) if handle::takes_off(layer, &method) => self.ends_with(call, number),
            Some(Layer::Buffer) => is_of_buffer(&method) || (self.asynchronous && method == "shutdown"),
            Some(_) => true,
        };
        match fits {
            true => Ok(()),
            false => decline(&format!("`{method}` is called on the handle")),
        }
    }

    /// A function that wants a `File` gets one by deref, what is wrapped around one does not fit.
    fn check_loan(&self, call: &syn::ExprCall) -> Result<(), Decline> {
        if self.life.layers.is_empty() && !self.asynchronous {
            return Ok(());
        }
        let Some(path) = wrapper::as_path(&call.func) else { return decline("the handle is lent to a value") };
        let Some(last) = path.segments.last() else { return Ok(()) };
        let first = path.segments.first().map(|first| first.ident.to_string()).unwrap_or_default();
        let own = path.segments.len() == 1 || matches!(first.as_str(), "crate" | "self" | "super" | "Self");
        match inline::signature(self.source, &last.ident.to_string()) {
            Some(inputs) if inputs.contains("File") => decline("the handle is lent to a function that wants its type"),
            Some(_) => Ok(()),
            None if !own || wrapper::takes_writer(path) || last.ident == "copy" => Ok(()),
            None => decline("the handle is lent to a function that is not seen here"),
        }
    }

    /// The statement at `number` if it is a call on the handle and nothing else.
    fn statement_of(&self, number: usize) -> Option<&'a Expr> {
        match self.binding.block.stmts.get(number)? {
            Stmt::Expr(expr, Some(_)) => {
                let uses = self.life.uses.iter().filter(|(at, _)| *at == number).count();
                let direct = !matches!(
                    expr,
                    Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_)
                );
                (uses == 1 && direct).then_some(expr)
            }
            _ => None,
        }
    }

    /// Whether `call` is the last use and a statement, so that a commit can stand in its place.
    fn ends_with(&self, call: &ExprMethodCall, number: usize) -> bool {
        let last = self.final_write() == Some(number);
        last && self.statement_of(number).is_some_and(|expr| handle::method_expr(expr, call).is_some())
    }

    /// The last statement that uses the handle, a `drop` of it left out.
    fn final_write(&self) -> Option<usize> {
        let writes = self.life.uses.iter().filter(|(_, (found, _))| !matches!(found, Use::Dropped));
        writes.map(|(number, _)| *number).max()
    }

    /// The opening call, the types and the writers around it, in the runtime's words.
    fn opened(&self) -> Result<Vec<Edit>, Decline> {
        let mut edits = match (self.opening.wraps.first(), self.asynchronous) {
            (Some((Layer::Buffer, wrap)), false) => self.buffer_created(wrap)?,
            _ => opener::of(self.source, self.chain.expr(), opener::kind(self.asynchronous))?,
        };
        edits.extend(self.annotated(self.binding.ty)?);
        for (depth, rebound) in self.life.rebound.iter().enumerate() {
            let innermost = depth == 0 && self.opening.wraps.is_empty();
            if let Some((Layer::Buffer, wrap)) = rebound.wrap
                && innermost
                && !self.asynchronous
            {
                edits.push(self.function_of(wrap, "crashsafe::BufWriter::"));
            }
            edits.extend(self.annotated(rebound.ty)?);
        }
        Ok(edits)
    }

    /// `BufWriter::new(File::create(p)?)` → `crashsafe::BufWriter::create(p)?`
    fn buffer_created(&self, wrap: &syn::ExprCall) -> Result<Vec<Edit>, Decline> {
        let call = self.chain.expr();
        let edits = opener::of(self.source, call, "crashsafe::BufWriter")?;
        if wrap.args.len() != 1 || edits.is_empty() || opener::is_built(call) {
            let mut edits = opener::of(self.source, call, "crashsafe::File")?;
            edits.push(self.function_of(wrap, "crashsafe::BufWriter::"));
            return Ok(edits);
        }
        let whole = self.source.token(wrap.paren_token.span.close());
        let inner = self.source.expr(&wrap.args[0]);
        let head = Span::new(self.source.expr(&wrap.func).start, inner.start);
        let tail = Span::new(inner.end, whole.end);
        if self.source.has_comment(head) || self.source.has_comment(tail) {
            return decline("a comment stands where the code changes");
        }
        Ok(edits.into_iter().chain([replacement(head, ""), replacement(tail, "")]).collect())
    }

    /// The type in front of the called function becomes `prefix`.
    fn function_of(&self, call: &syn::ExprCall, prefix: &str) -> Edit {
        let span = self.source.expr(&call.func);
        let name = wrapper::as_path(&call.func).and_then(|path| path.segments.last());
        let name = name.map(|segment| segment.ident.to_string()).unwrap_or_default();
        replacement(span, format!("{prefix}{name}"))
    }

    fn annotated(&self, ty: Option<&Type>) -> Result<Option<Edit>, Decline> {
        let Some(ty) = ty else { return Ok(None) };
        let span = self.source.node(ty);
        let text: String = span.slice(self.source.text).split_whitespace().collect();
        match text.rsplit("::").next() {
            Some("_") => Ok(None),
            Some("File") if !self.asynchronous => Ok(Some(replacement(span, "crashsafe::File"))),
            Some("File") => Ok(Some(replacement(span, "crashsafe::tokio::File"))),
            _ if text.ends_with("BufWriter<File>") && !self.asynchronous => {
                Ok(Some(replacement(span, "crashsafe::BufWriter")))
            }
            _ => decline("the type of the handle is written out"),
        }
    }

    /// What took the handle gets a reference to it, so that it can be committed.
    fn lent(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (_, (found, _)) in &self.life.uses {
            if let Use::Given(call, number) = found {
                let start = self.source.expr(&call.args[*number]).start;
                edits.push(insertion(start, "&mut "));
            }
        }
        if !edits.is_empty() && !self.life.is_mutable {
            edits.push(insertion(self.source.token(self.life.name.span()).start, "mut "));
        }
        edits
    }

    /// The commits, on each way out that is no error.
    fn committed(&self) -> Result<Vec<Edit>, Decline> {
        let Some(last) = self.life.last() else { return decline("nothing is written to the handle here") };
        let failure = errors::failure(self.source, self.chain.body(self.binding.block_index));
        let handling = self.handling(failure)?;
        let name = self.life.name.to_string();
        let commit = Commit {
            name: &name,
            layers: &self.life.layers,
            asynchronous: self.asynchronous,
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
        commit.statements().join(&gap)
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

    /// Safe where every use is one that is known, in one piece of code that nothing else happens in.
    fn applicability(&self, repair: &Repair) -> Applicability {
        let last = self.life.last().unwrap_or(self.binding.from);
        let stmts = &self.binding.block.stmts[self.binding.from..=last];
        let plain = self.life.uses.iter().all(|(_, (found, _))| match found {
            Use::Lent(call) => wrapper::as_path(&call.func).is_some_and(is_known_reader),
            Use::LentToMethod(_) => false,
            _ => true,
        });
        let quiet = stmts.iter().all(|stmt| !self.does_more(stmt, repair));
        let straight = exits::of(&stmts.iter().collect::<Vec<_>>()).is_empty();
        match plain && quiet && straight && self.opening.opened && !self.asynchronous {
            true => Applicability::Safe,
            false => Applicability::Unsafe,
        }
    }

    /// Whether `stmt` ends the process, waits, or passes on or reads the path before the commit.
    fn does_more(&self, stmt: &Stmt, repair: &Repair) -> bool {
        let span = self.source.stmt(stmt);
        let words = ["exit", "abort", "Command", "spawn", "await", "read_to_string", "yield"];
        let target = repair.target.map(|target| target.slice(self.source.text).trim_start_matches('&'));
        let path = target.filter(|path| path.chars().all(|c| c.is_alphanumeric() || c == '_'));
        words.into_iter().chain(path).any(|word| self.source.mentions(span, word))
    }
}

/// Methods that give `Result<(), _>`.
const GIVE_UNIT: [&str; 8] =
    ["write_all", "write_fmt", "flush", "sync_all", "sync_data", "shutdown", "set_len", "set_permissions"];

fn is_of_file(method: &str) -> bool {
    let known = [
        "write",
        "flush",
        "seek",
        "rewind",
        "stream_position",
        "set_len",
        "metadata",
        "set_permissions",
        "set_times",
        "set_modified",
        "sync_all",
        "sync_data",
    ];
    known.contains(&method) || method.starts_with("write_") || method.starts_with("read")
}

fn is_of_buffer(method: &str) -> bool {
    matches!(method, "write" | "flush" | "seek" | "rewind" | "stream_position" | "get_ref")
        || method.starts_with("write_")
}

fn is_asynchronous(method: &str) -> bool {
    matches!(method, "write" | "flush" | "shutdown" | "seek" | "rewind") || method.starts_with("write_")
}

fn is_known_reader(path: &syn::Path) -> bool {
    wrapper::takes_writer(path) || path.segments.last().is_some_and(|last| last.ident == "copy")
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
