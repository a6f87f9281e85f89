//! Steps around the staging file that are wrong as they are: where it is made, what is removed, whose error is lost,
//! when the mode is set.

use super::call;
use super::chain::{Chain, Node};
use super::errors::{self, Failure};
use super::exits;
use super::source::{Source, insertion, replacement};
use super::{Draft, decline};
use atomic_lint_ir::{Applicability, Decline, FlowStep, Repair, Twin};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprCall, Pat, Stmt};

fn draft(title: &'static str, applicability: Applicability, edits: Vec<Edit>) -> Draft {
    Draft { title, applicability, edits, needs_runtime: false, features: Vec::new() }
}

fn step(repair: &Repair, wanted: FlowStep) -> Option<Span> {
    repair.steps.iter().rev().find(|(step, _)| *step == wanted).map(|(_, span)| *span)
}

/// The copy that stands in for a rename between file systems is staged like any other.
pub(super) fn whole_copy(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let is_copy = match chain.expr() {
        Expr::Call(call) => repair.api.ends_with("::copy") && call.args.len() == 2,
        _ => false,
    };
    match is_copy {
        true => call::through(source, chain, repair, Twin::Copy),
        false => decline("the file is moved by a function that has no twin"),
    }
}

/// `NamedTempFile::new()` → `NamedTempFile::new_in(dir)`
pub(super) fn beside(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let opened = step(repair, FlowStep::Open).and_then(|span| Chain::to(source, span));
    let Some(opened) = opened else { return decline("the staging file is made elsewhere") };
    let Some((target, exact)) = directory(source, chain, repair) else {
        return decline("the directory of the target is not known");
    };
    if !is_known_before(source, &opened, &target) {
        return decline("the target is not known where the staging file is made");
    }
    let edit = in_directory(source, opened.expr(), &target)?;
    let applicability = if exact { Applicability::Safe } else { Applicability::Unsafe };
    Ok(draft("stage beside the target", applicability, vec![edit]))
}

/// The directory that the target is in, and whether that is written in the code.
fn directory(source: &Source, chain: &Chain, repair: &Repair) -> Option<(String, bool)> {
    let target = repair.target.or_else(|| last_argument(source, chain.expr()))?;
    let expr = Chain::to(source, target)?;
    let mut at = expr.expr();
    while let Expr::Reference(inner) = at {
        at = &inner.expr;
    }
    match at {
        Expr::MethodCall(join) if join.method == "join" && !source.of(&join.args[0]).contains('/') => {
            Some((source.of(&join.receiver).to_string(), true))
        }
        Expr::Path(path) => {
            let name = path.path.get_ident()?.to_string();
            let text = format!("std::path::Path::new(&{name}).parent().unwrap_or(std::path::Path::new(\"\"))");
            Some((text, false))
        }
        _ => None,
    }
}

fn last_argument(source: &Source, call: &Expr) -> Option<Span> {
    let last = match call {
        Expr::Call(call) => call.args.last(),
        Expr::MethodCall(call) => call.args.last(),
        _ => None,
    };
    last.map(|argument| source.expr(argument))
}

/// Whether the variables in `text` are parameters or bound before the statement that `opened` is in.
fn is_known_before(source: &Source, opened: &Chain, text: &str) -> bool {
    let Ok(expr) = syn::parse_str::<Expr>(text) else { return false };
    let mut names = Names(Vec::new());
    syn::visit::Visit::visit_expr(&mut names, &expr);
    names.0.iter().all(|name| is_bound(source, opened, name))
}

struct Names(Vec<String>);

impl<'a> syn::visit::Visit<'a> for Names {
    fn visit_expr_path(&mut self, node: &'a syn::ExprPath) {
        self.0.extend(node.path.get_ident().map(ToString::to_string));
    }
}

fn is_bound(source: &Source, opened: &Chain, name: &str) -> bool {
    let end = opened.len() - 1;
    let parameter = match opened.body(end) {
        Some(super::chain::Body::Function(sig)) => source.mentions(source.node(&sig.inputs), name),
        _ => false,
    };
    parameter
        || opened.blocks(end).any(|(_, block, stmt)| {
            let before = block.stmts.iter().take_while(|other| !std::ptr::eq(*other, stmt));
            before.into_iter().any(|stmt| match stmt {
                Stmt::Local(local) => source.mentions(source.node(&local.pat), name),
                _ => false,
            })
        })
}

/// What makes a temporary file, made to make it in `directory`.
fn in_directory(source: &Source, made: &Expr, directory: &str) -> Result<Edit, Decline> {
    let (name, open, is_empty) = match made {
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return decline("the staging file is made elsewhere") };
            let Some(last) = function.path.segments.last() else {
                return decline("the staging file is made elsewhere");
            };
            (&last.ident, call.paren_token, call.args.is_empty())
        }
        Expr::MethodCall(call) => (&call.method, call.paren_token, call.args.is_empty()),
        _ => return decline("the staging file is made elsewhere"),
    };
    let twin = match name.to_string().as_str() {
        "new" => "new_in",
        "tempfile" => "tempfile_in",
        "tempdir" => "tempdir_in",
        _ => return decline("the staging file is not made by a temporary one of a library"),
    };
    let span = source.positions.between(name.span(), open.span.close());
    match is_empty {
        true => Ok(replacement(span, format!("{twin}({directory})"))),
        false => decline("the staging file is not made by a temporary one of a library"),
    }
}

/// Takes out what removes the target before the rename, which replaces it anyway.
pub(super) fn keep_target(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let removal = step(repair, FlowStep::Remove).and_then(|span| Chain::to(source, span));
    let Some(removal) = removal else { return decline("the target is removed elsewhere") };
    let is_removal = match removal.expr() {
        Expr::Call(call) => {
            let function = super::wrapper::as_path(&call.func).and_then(|path| path.segments.last());
            let name = function.map(|last| last.ident.to_string()).unwrap_or_default();
            let original = super::imports::original(source, &name);
            original.as_deref().unwrap_or(&name) == "remove_file"
        }
        _ => false,
    };
    if !is_removal {
        return decline("the target is moved aside, which may be meant as a backup");
    }
    let Some((at, stmt, block)) = removal.statement(removal.len() - 1) else {
        return decline("the removal is part of a larger expression");
    };
    if !is_only_call(stmt, removal.expr()) {
        return decline("the removal is part of a larger expression");
    }
    if matches!(stmt, Stmt::Expr(_, None)) || !is_within_body(source, chain, &removal) {
        return decline("the target is removed by another function, or as a value");
    }
    let guarded = guard(&removal, at, block);
    if guarded.is_none() && block.stmts.len() == 1 {
        return decline("the removal is all that its block does");
    }
    let stmt = guarded.unwrap_or(stmt);
    if source.has_comment(source.stmt(stmt)) {
        return decline("a comment speaks of the removal");
    }
    let applicability = if guarded.is_some() { Applicability::Safe } else { Applicability::Unsafe };
    Ok(draft("let the rename replace the target", applicability, vec![source.without(stmt)]))
}

/// Whether the place of `other` is in a block that `chain` is in too, in the same function.
pub(super) fn is_within_body(source: &Source, chain: &Chain, other: &Chain) -> bool {
    let outermost = |chain: &Chain| chain.blocks(chain.len() - 1).last().map(|(_, block, _)| source.block(block));
    outermost(chain).is_some() && outermost(chain) == outermost(other)
}

/// `fs::remove_file(p)?;`, `let _ = fs::remove_file(p);`, `fs::remove_file(p).ok();`
fn is_only_call(stmt: &Stmt, call: &Expr) -> bool {
    let mut at = match stmt {
        Stmt::Expr(expr, _) => expr,
        Stmt::Local(local) if matches!(local.pat, syn::Pat::Wild(_)) => match &local.init {
            Some(init) => &*init.expr,
            None => return false,
        },
        _ => return false,
    };
    loop {
        if errors::is(at, call) {
            return true;
        }
        at = match at {
            Expr::Try(inner) => &inner.expr,
            Expr::Await(inner) => &inner.base,
            Expr::MethodCall(inner) if inner.method != "and_then" && inner.method != "is_ok" => &inner.receiver,
            _ => return false,
        };
    }
}

/// The `if p.exists() { … }` whose only statement is at `at` of `chain`.
fn guard<'a>(chain: &Chain<'a>, at: usize, block: &syn::Block) -> Option<&'a Stmt> {
    let Node::Expr(Expr::If(branch)) = chain.get(at.checked_sub(2)?)? else { return None };
    let asks = is_question(&branch.cond) && branch.else_branch.is_none() && block.stmts.len() == 1;
    match chain.get(at.checked_sub(3)?)? {
        Node::Stmt(stmt) if asks => Some(stmt),
        _ => None,
    }
}

/// Whether `condition` only asks if the target is there.
fn is_question(condition: &Expr) -> bool {
    match condition {
        Expr::MethodCall(call) => {
            let asks = ["exists", "is_file", "try_exists", "is_ok"].iter().any(|method| call.method == method);
            asks || ["unwrap_or", "unwrap_or_default", "unwrap"].iter().any(|method| call.method == method)
                && is_question(&call.receiver)
        }
        Expr::Try(inner) => is_question(&inner.expr),
        Expr::Await(inner) => is_question(&inner.base),
        Expr::Call(call) => is_existence_call(call),
        _ => false,
    }
}

fn is_existence_call(call: &ExprCall) -> bool {
    let last = super::wrapper::as_path(&call.func).and_then(|path| path.segments.last());
    last.is_some_and(|last| last.ident == "exists" || last.ident == "try_exists")
}

/// `let _ = f.sync_all();` and `f.sync_all().ok();` → `f.sync_all()?;`
pub(super) fn pass_error(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let end = chain.len() - 1;
    let failure = errors::failure(source, chain.body(end));
    if !matches!(failure, Failure::Io | Failure::Any) {
        return decline("it is not known what to do with an error");
    }
    let Some((_, stmt, _)) = chain.statement(end) else { return decline("it is not a statement") };
    if !is_only_call(stmt, chain.expr()) {
        return told(source, chain, failure);
    }
    let (whole, call) = (source.stmt(stmt), source.expr(chain.expr()));
    let awaited = if call::is_awaited(chain) { ".await" } else { "" };
    if source.has_comment(whole) {
        return decline("a comment stands where the code changes");
    }
    let edits = vec![
        replacement(Span::new(whole.start, call.start), ""),
        replacement(Span::new(call.end, whole.end), format!("{awaited}?;")),
    ];
    Ok(draft("pass the error on", Applicability::Unsafe, edits))
}

/// `if let Err(error) = file.write_all(d) { warn!("{error}"); }` → the error leaves the function behind that.
fn told(source: &Source, chain: &Chain, failure: Failure) -> Result<Draft, Decline> {
    let end = chain.len() - 1;
    let parents = [chain.parent(end), end.checked_sub(1).and_then(|at| chain.parent(at))];
    let [Some(Node::Expr(Expr::Let(guard))), Some(Node::Expr(Expr::If(branch)))] = parents else {
        return decline("it is part of a larger expression");
    };
    let error = match &*guard.pat {
        Pat::TupleStruct(pat) if pat.path.is_ident("Err") && pat.elems.len() == 1 => pat.elems.first(),
        _ => None,
    };
    let (Some(Pat::Ident(error)), None, Some(last)) = (error, &branch.else_branch, branch.then_branch.stmts.last())
    else {
        return decline("it is part of a larger expression");
    };
    if !exits::of(&branch.then_branch.stmts.iter().collect::<Vec<_>>()).is_empty() || leaves(last) {
        return decline("what handles its error goes elsewhere");
    }
    let same = failure == Failure::Io && is_of_io(chain.expr());
    let value = format!("{}{}", error.ident, if same { "" } else { ".into()" });
    let ended = if matches!(last, Stmt::Expr(expr, None) if !ends_itself(expr)) { ";" } else { "" };
    let at = source.stmt(last);
    let gap = format!("{}{}", source.newline(), source.indent(at.start));
    let edits = vec![insertion(at.end, format!("{ended}{gap}return Err({value});"))];
    Ok(draft("pass the error on", Applicability::Unsafe, edits))
}

/// Whether the function is left with `stmt`.
fn leaves(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(Expr::Return(_) | Expr::Break(_) | Expr::Continue(_), _))
}

/// Whether an expression stands as a statement without a semicolon.
fn ends_itself(expr: &Expr) -> bool {
    matches!(expr, Expr::If(_) | Expr::Match(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) | Expr::Block(_))
}

/// Whether `call` is one of `std::io::Write`, by its name.
fn is_of_io(call: &Expr) -> bool {
    match call {
        Expr::MethodCall(call) => call.method == "flush" || call.method.to_string().starts_with("write"),
        Expr::Macro(call) => {
            call.mac.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("write"))
        }
        _ => false,
    }
}

/// `rename(staging, target)?; set_permissions(target, mode)?;` → the mode is set at the staging path, and first.
pub(super) fn mode_first(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let publish = step(repair, FlowStep::Publish).and_then(|span| Chain::to(source, span));
    let Some(publish) = publish else { return decline("the file is published elsewhere") };
    let (Expr::Call(mode), Expr::Call(rename)) = (chain.expr(), publish.expr()) else {
        return decline("the mode is set by a method");
    };
    let own = chain.statement(chain.len() - 1);
    let other = publish.statement(publish.len() - 1);
    let (Some((_, own, block)), Some((_, other, other_block))) = (own, other) else {
        return decline("the steps are no statements");
    };
    let places =
        block.stmts.iter().position(|stmt| std::ptr::eq(stmt, other)).filter(|_| std::ptr::eq(block, other_block));
    let adjacent = places.and_then(|at| block.stmts.get(at + 1)).is_some_and(|next| std::ptr::eq(next, own));
    if !adjacent || mode.args.len() != 2 || rename.args.len() != 2 || source.has_comment(source.stmt(own)) {
        return decline("the steps do not follow each other");
    }
    let whole = source.stmt(own);
    let path = source.expr(&mode.args[0]);
    let staging = source.of(&rename.args[0]);
    let staging =
        if matches!(rename.args[0], Expr::Reference(_)) { staging.to_string() } else { format!("&{staging}") };
    let (head, tail) = (Span::new(whole.start, path.start), Span::new(path.end, whole.end));
    let moved = format!("{}{staging}{}", head.slice(source.text), tail.slice(source.text));
    let start = source.stmt(other).start;
    let gap = format!("{}{}", source.newline(), source.indent(start));
    let edits = vec![insertion(start, format!("{moved}{gap}")), source.without(own)];
    Ok(draft("set the mode before the rename", Applicability::Safe, edits))
}
