//! Writes that may write less than they are given, and records that are written piece by piece.

use super::chain::Chain;
use super::source::{Source, insertion, replacement};
use super::{Draft, decline, handle, imports};
use atomic_lint_ir::{Applicability, Decline};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprMethodCall, Lit, Pat, Stmt};

fn draft(title: &'static str, edits: Vec<Edit>) -> Draft {
    Draft { title, applicability: Applicability::Safe, edits, needs_runtime: false, features: Vec::new() }
}

/// `file.write(data)?;` → `file.write_all(data)?;`
pub(super) fn whole(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let Expr::MethodCall(call) = chain.expr() else { return decline("it is not the call of a method") };
    if call.method != "write" || call.args.len() != 1 {
        return decline("what it calls has no twin that writes all");
    }
    let Some((_, stmt, _)) = chain.statement(chain.len() - 1) else { return decline("it is not a statement") };
    let mut edits = vec![insertion(source.token(call.method.span()).end, "_all")];
    let value = match stmt {
        Stmt::Expr(value, Some(_)) => value,
        Stmt::Local(local) => match (&local.pat, &local.init) {
            (Pat::Wild(_), Some(init)) if init.diverge.is_none() => {
                // What is left is of the type that says nothing.
                if matches!(*init.expr, Expr::Try(_)) {
                    let head = Span::new(source.bare_stmt(stmt).start, source.expr(&init.expr).start);
                    edits.push(replacement(head, ""));
                }
                &init.expr
            }
            _ => return decline("how much was written is used"),
        },
        _ => return decline("how much was written is used"),
    };
    match is_call_with_links(value, call) {
        true => Ok(draft("write all of it", edits)),
        false => decline("how much was written is used"),
    }
}

fn is_call_with_links(value: &Expr, call: &ExprMethodCall) -> bool {
    handle::method_expr(value, call).is_some()
}

/// `file.write_all(a)?; file.write_all(b)` → `file.write_all(&[a, b].concat())`
pub(super) fn joined(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let Some((_, stmt, block)) = chain.statement(chain.len() - 1) else { return decline("it is not a statement") };
    let Some(own) = piece(source, stmt) else { return decline("its pieces are not written by plain calls") };
    let at = handle::position(block, stmt);
    let is_next = |stmt: &&Stmt| piece(source, stmt).is_some_and(|piece| piece.file == own.file);
    let before = block.stmts[..at].iter().rev().take_while(is_next).count();
    let behind = block.stmts[at + 1..].iter().take_while(is_next).count();
    let run = &block.stmts[at - before..=at + behind];
    let pieces: Vec<Piece<'_>> = run.iter().filter_map(|stmt| piece(source, stmt)).collect();
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return decline("it is not a statement") };
    if run.len() < 2 {
        return decline("its pieces do not follow each other");
    }
    let whole = Span::new(source.stmt(first).start, source.stmt(last).end);
    if source.has_comment(whole) {
        return decline("a comment stands where the code changes");
    }
    let contents: Vec<String> = pieces.iter().map(|piece| sliced(source, piece.content)).collect();
    let content = source.expr(pieces[pieces.len() - 1].content);
    let gone = replacement(Span::new(whole.start, source.stmt(last).start), "");
    let edits = vec![gone, replacement(content, format!("&[{}].concat()", contents.join(", ")))];
    Ok(draft("write it in one piece", edits))
}

/// `file.write_all(content)?;`
struct Piece<'a> {
    file: &'a str,
    content: &'a Expr,
}

fn piece<'a>(source: &Source<'a>, stmt: &'a Stmt) -> Option<Piece<'a>> {
    let Stmt::Expr(value, _) = stmt else { return None };
    let call = match value {
        Expr::Try(inner) => &*inner.expr,
        other => other,
    };
    let Expr::MethodCall(call) = call else { return None };
    let is_piece = call.method == "write_all" && call.args.len() == 1;
    is_piece.then(|| Piece { file: source.of(&call.receiver), content: &call.args[0] })
}

/// An array is none of slices of other lengths.
fn sliced(source: &Source, content: &Expr) -> String {
    let text = source.of(content);
    match content {
        Expr::Lit(literal) if matches!(literal.lit, Lit::ByteStr(_)) => format!("&{text}[..]"),
        Expr::Reference(reference) if matches!(*reference.expr, Expr::Array(_) | Expr::Path(_)) => {
            format!("{text}[..]")
        }
        _ => text.to_string(),
    }
}

/// The directory of a name without one is the working directory: `File::open(dir)?` with an empty `dir`.
pub(super) fn named_directory(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    let Some(directory) = opened(chain.expr()) else { return decline("the directory is opened elsewhere") };
    let span = source.expr(directory);
    let text = span.slice(source.text);
    if matches!(directory, Expr::Reference(_)) {
        return decline("the directory is a path of its own");
    }
    let Some((_, stmt, block)) = chain.statement(chain.len() - 1) else { return decline("it is not a statement") };
    let start = source.stmt(stmt).start;
    if source.mentions(source.block(block), "directory") {
        return decline("there is no name left for the directory");
    }
    if !source.begins_line(start) {
        return decline("other code stands on its line");
    }
    let gap = format!("{}{}", source.newline(), source.indent(start));
    let path = if imports::binds(source, "Path") { "Path" } else { "std::path::Path" };
    let given = [
        format!("let directory = Some({text})"),
        "    .filter(|dir| !dir.as_os_str().is_empty())".to_string(),
        format!("    .unwrap_or({path}::new(\".\"));"),
        String::new(),
    ];
    let edits = vec![insertion(start, given.join(&gap)), replacement(span, "directory")];
    Ok(draft("sync the working directory where the name has none", edits))
}

/// The path that is opened at the beginning of a chain of calls.
fn opened(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Try(inner) => opened(&inner.expr),
        Expr::Await(inner) => opened(&inner.base),
        Expr::MethodCall(call) => opened(&call.receiver),
        Expr::Call(call) if call.args.len() == 1 => call.args.first(),
        _ => None,
    }
}
