//! The missing step before a rename: the content is synced, the buffer is flushed.

use super::chain::{Chain, Node};
use super::errors::{self, End, Failure, Handling};
use super::handle;
use super::layout;
use super::source::Source;
use super::uses::{self, Use};
use super::wrapper::Layer;
use super::{Draft, call, decline};
use atomic_lint_ir::{Applicability, Decline, FlowStep, Repair, Runtime};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprMethodCall, Stmt};

/// Syncs what is published at the end of `chain`.
pub(super) fn sync(source: &Source, chain: &Chain, repair: &Repair, runtime: Runtime) -> Result<Draft, Decline> {
    if let Expr::MethodCall(persist) = chain.expr() {
        return persisted(source, chain, persist, repair);
    }
    let here = in_place(source, chain, repair);
    match here {
        Ok(draft) => Ok(draft),
        Err(_) if runtime == Runtime::Crashsafe && !call::is_awaited(chain) => call::replace(source, chain, repair),
        Err(_) => reopened(source, chain),
    }
}

fn draft(title: &'static str, edits: Vec<Edit>) -> Draft {
    Draft { title, applicability: Applicability::Safe, edits, needs_runtime: false, features: Vec::new() }
}

/// `staging.persist(target)` → `staging.as_file().sync_all()?` before it.
fn persisted(source: &Source, chain: &Chain, persist: &ExprMethodCall, repair: &Repair) -> Result<Draft, Decline> {
    if !persist.method.to_string().starts_with("persist") {
        return decline("the file is published by a method that is not known");
    }
    if repair.api.contains("TempPath") || repair.api.contains("temp-path") {
        return decline("the handle of the staging file is gone");
    }
    if !is_place(&persist.receiver) {
        return decline("the staging file has no name");
    }
    let (stmt, handling) = before_statement(source, chain, repair)?;
    let receiver = source.of(&persist.receiver);
    let new = format!("{receiver}.as_file().sync_all(){};", handling.text());
    let new = layout::statement(source, &new, source.stmt(stmt).start);
    Ok(draft("sync before the rename", vec![source.before(stmt, &new)]))
}

/// A variable or a field of one.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.get_ident().is_some(),
        Expr::Field(field) => is_place(&field.base),
        _ => false,
    }
}

/// The statement that publishes, if something can be put before it, and what is done there with an error.
fn before_statement<'a>(source: &Source, chain: &Chain<'a>, repair: &Repair) -> Result<(&'a Stmt, Handling), Decline> {
    let end = chain.len() - 1;
    let Some((at, stmt, _)) = chain.statement(end) else { return decline("it is not published by a statement") };
    if within_branch(chain, at, end) {
        return decline("the file is published within an expression");
    }
    Ok((stmt, handling(source, chain, stmt, repair)?))
}

/// Whether something between the statement and the call decides if or when the call happens.
fn within_branch(chain: &Chain, stmt: usize, call: usize) -> bool {
    (stmt + 1..call).any(|at| {
        matches!(chain.get(at), Some(Node::Expr(Expr::Closure(_) | Expr::Binary(_) | Expr::Async(_)) | Node::Arm))
            || is_branch_of(chain, at)
    })
}

/// Whether what is below `at` is a branch and not the condition of an `if`, or something of a loop.
fn is_branch_of(chain: &Chain, at: usize) -> bool {
    match (chain.get(at), chain.get(at + 1)) {
        (Some(Node::Expr(Expr::If(e))), Some(Node::Expr(below))) => !errors::is(&e.cond, below),
        (Some(Node::Expr(Expr::While(_) | Expr::ForLoop(_) | Expr::Loop(_))), _) => true,
        _ => false,
    }
}

/// What is done with the error of a step that is put before `stmt`: what was done with that of the last write, or `?`
/// where it is sure to work.
fn handling(source: &Source, chain: &Chain, stmt: &Stmt, repair: &Repair) -> Result<Handling, Decline> {
    let failure = errors::failure(source, chain.body(chain.len() - 1));
    if matches!(failure, Failure::Io | Failure::Any) {
        return Ok(Handling::passed());
    }
    let steps = repair.steps.iter().rev().filter(|(step, _)| *step != FlowStep::Publish && *step != FlowStep::Remove);
    let seen = steps.filter_map(|(_, span)| of_step(source, *span));
    let own = of_step_in(source, chain, stmt);
    let usable = |handling: &Handling| match handling.end {
        End::Passed => failure == Failure::Other,
        End::Panics(_) => true,
        End::Kept => false,
    };
    let found = seen.chain(own.filter(|_| failure != Failure::Nowhere)).find(usable);
    found.map_or_else(|| decline("it is not known what to do with an error"), Ok)
}

/// What is done with the result of the call at `span`.
fn of_step(source: &Source, span: Span) -> Option<Handling> {
    let chain = Chain::to(source, span)?;
    of_call(source, &chain)
}

fn of_step_in(source: &Source, chain: &Chain, stmt: &Stmt) -> Option<Handling> {
    let is_rename = matches!(chain.expr(), Expr::Call(_)) && matches!(stmt, Stmt::Expr(..));
    of_call(source, chain).filter(|_| is_rename)
}

fn of_call(source: &Source, chain: &Chain) -> Option<Handling> {
    let (mut at, call) = (chain.len() - 1, chain.expr());
    let mut whole = call;
    while let Some(Node::Expr(outer)) = chain.parent(at) {
        if matches!(errors::link(source, outer, whole), errors::Link::Other) {
            break;
        }
        whole = outer;
        at -= 1;
    }
    errors::handling(source, call, whole)
}

/// A handle that is still there where its file is published, or ends before that in the same function.
struct Held<'a> {
    life: handle::Life<'a>,
    block: &'a syn::Block,
    asynchronous: bool,
}

/// The handle of the staging file, from the step that opened it.
fn held<'a>(source: &Source<'a>, repair: &Repair) -> Result<Held<'a>, Decline> {
    let opened = repair.steps.iter().rev().find(|(step, _)| *step == FlowStep::Open);
    let Some(chain) = opened.and_then(|(_, span)| Chain::to(source, *span)) else {
        return decline("the staging file is opened elsewhere");
    };
    let opening = handle::opening(source, &chain)?;
    let binding = handle::binding(&chain, &opening)?;
    let layers = opening.wraps.iter().map(|(layer, _)| *layer).collect();
    let life = handle::life(source, &binding, layers);
    Ok(Held { life, block: binding.block, asynchronous: call::is_awaited(&chain) })
}

/// `file.sync_all()?` before the rename, or before the handle is dropped.
fn in_place(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let held = held(source, repair)?;
    let (publish, handling) = before_statement(source, chain, repair)?;
    let Some(place) = place(source, &held, repair.at, publish) else {
        return decline("the handle is gone where its file is published");
    };
    let name = held.life.name.to_string();
    let end = handling.text();
    let new = match (held.life.layers.as_slice(), held.asynchronous) {
        ([], false) => format!("{name}.sync_all(){end};"),
        ([], true) => format!("{name}.sync_all().await{end};"),
        ([Layer::Buffer], false) => format!("{name}.get_ref().sync_all(){end};"),
        ([Layer::Buffer], true) => format!("{name}.get_ref().sync_all().await{end};"),
        _ => return decline("the file is within another writer"),
    };
    let edit = match place {
        Place::Before(stmt) => source.before(stmt, &layout::statement(source, &new, source.stmt(stmt).start)),
        Place::Behind(stmt) => source.after(stmt, &layout::statement(source, &new, source.stmt(stmt).start)),
    };
    Ok(draft("sync before the rename", vec![edit]))
}

/// Where a step on a handle can be put.
enum Place<'a> {
    Before(&'a Stmt),
    Behind(&'a Stmt),
}

/// Where in its block the handle is as done as it is when `publish` comes.
fn place<'a>(source: &Source, held: &Held<'a>, at: Span, publish: &'a Stmt) -> Option<Place<'a>> {
    let mut behind = None;
    for (number, (found, in_closure)) in &held.life.uses {
        let stmt = &held.block.stmts[*number];
        let span = source.stmt(stmt);
        if span.start >= at.end || span.contains(at) {
            break;
        }
        match found {
            Use::Dropped => return Some(Place::Before(stmt)),
            Use::Given(..) | Use::Escape(_) => return None,
            Use::Method(call) if takes_it(call) => return None,
            _ if *in_closure => return None,
            _ => behind = Some(stmt),
        }
    }
    let block = source.block(held.block);
    match block.contains(at) {
        true => Some(Place::Before(publish)),
        false => behind.filter(|stmt| !matches!(stmt, Stmt::Expr(_, None))).map(Place::Behind),
    }
}

fn takes_it(call: &ExprMethodCall) -> bool {
    ["into_inner", "finish", "into_std", "into_parts"].iter().any(|method| call.method == method)
}

/// `File::open(staging)?.sync_all()?` before the rename: a sync is of the file, whoever opened it.
fn reopened(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let Expr::Call(rename) = chain.expr() else { return decline("the file is published by a method") };
    let [staging, _] = rename.args.iter().collect::<Vec<_>>()[..] else {
        return decline("the file is not published by a call of a staging path and a target");
    };
    let end = chain.len() - 1;
    let Some((at, stmt, _)) = chain.statement(end) else { return decline("it is not published by a statement") };
    let failure = errors::failure(source, chain.body(end));
    let works = failure != Failure::Nowhere && of_call(source, chain).is_some_and(|how| how.adapters.is_empty());
    if within_branch(chain, at, end) || !works {
        return decline("it is not known what to do with an error");
    }
    let text = source.of(staging);
    let path = if matches!(staging, Expr::Reference(_)) { text.to_string() } else { format!("&{text}") };
    let new = match call::is_awaited(chain) {
        true => format!("tokio::fs::File::open({path}).await?.sync_all().await?;"),
        false => format!("std::fs::File::open({path})?.sync_all()?;"),
    };
    Ok(draft("sync before the rename", vec![source.before(stmt, &new)]))
}

/// Flushes the buffer before the call at the end of `chain`, which publishes or syncs.
pub(super) fn flush(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let (stmt, handling) = before_statement(source, chain, repair)?;
    let (name, how) = match own_receiver(chain.expr()) {
        Some(receiver) => (source.of(receiver).to_string(), handling.text()),
        None => {
            let held = held(source, repair)?;
            let name = flushed(source, &held, repair.at)?;
            if is_through_other(chain.expr(), &name) {
                return decline("the file is synced through another variable, which borrows the buffer");
            }
            if held.asynchronous {
                let text = format!("{name}.flush().await{};", handling.text());
                return Ok(draft("flush before the rename", vec![source.before(stmt, &text)]));
            }
            (name, handling.text())
        }
    };
    Ok(draft("flush first", vec![source.before(stmt, &format!("{name}.flush(){how};"))]))
}

/// The buffer that is synced past: `out` in `out.get_ref().sync_all()`.
fn own_receiver(call: &Expr) -> Option<&Expr> {
    let Expr::MethodCall(sync) = call else { return None };
    match &*sync.receiver {
        Expr::MethodCall(inner) if inner.method == "get_ref" || inner.method == "get_mut" => {
            is_place(&inner.receiver).then_some(&*inner.receiver)
        }
        _ => None,
    }
}

/// Whether `call` is a method of a variable that is not `name`.
fn is_through_other(call: &Expr, name: &str) -> bool {
    match call {
        Expr::MethodCall(sync) => is_place(&sync.receiver) && !uses::is_name(&sync.receiver, name),
        _ => false,
    }
}

/// The variable that is to be flushed, if it is still there at `at`.
fn flushed(source: &Source, held: &Held, at: Span) -> Result<String, Decline> {
    let block = source.block(held.block);
    let gone = held.life.uses.iter().any(|(number, (found, _))| {
        let before = source.stmt(&held.block.stmts[*number]).end <= at.start;
        let taken = match found {
            Use::Dropped | Use::Given(..) | Use::Escape(_) => true,
            Use::Method(call) => takes_it(call),
            _ => false,
        };
        before && taken
    });
    if gone || !block.contains(at) {
        return decline("the buffer is gone where its file is published");
    }
    match held.life.layers.last() {
        Some(Layer::Finish | Layer::IntoInner | Layer::Csv) => decline("what is around the file has to be finished"),
        _ => Ok(held.life.name.to_string()),
    }
}
