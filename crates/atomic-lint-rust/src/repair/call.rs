//! One call for another: `fs::write` and its like become the runtime's twin, which has the same shape.

use super::chain::{Chain, Node};
use super::source::{Source, insertion, replacement};
use super::{Draft, decline, imports, layout};
use atomic_lint_ir::{Applicability, Decline, Repair, Twin};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprCall};

/// The only asynchronous library that the runtime has twins for.
const ASYNC: &str = "tokio";

/// `fs::write(p, d)` → `crashsafe::write(p, d)`, `fs::copy(a, b)` → `crashsafe::copy(a, b)`.
pub(super) fn through(source: &Source, chain: &Chain, repair: &Repair, twin: Twin) -> Result<Draft, Decline> {
    let call = function_call(source, chain)?;
    if call.args.len() != 2 {
        return decline("the call takes more than a path and its content");
    }
    if is_awaited(chain) {
        return asynchronous(source, call, repair, twin);
    }
    let name = if twin == Twin::Copy { "crashsafe::copy" } else { "crashsafe::write" };
    Ok(draft(renamed(source, chain, call, name)))
}

/// `fs::rename(staging, target)` → `crashsafe::replace(staging, target)`, which syncs the one before and the directory
/// behind.
pub(super) fn replace(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let call = function_call(source, chain)?;
    // Of a link what was staged stays under its name, and calls of the system fail with errors of their own.
    if !matches!(repair.api.as_str(), "std::fs::rename" | "fs_err::rename") {
        return decline("it is not published by the rename of the standard library");
    }
    if call.args.len() != 2 {
        return decline("the file is not published by a call of a staging path and a target");
    }
    if is_awaited(chain) {
        return decline("the runtime has no asynchronous rename");
    }
    Ok(Draft {
        title: "sync before the rename, by crashsafe",
        ..draft(renamed(source, chain, call, "crashsafe::replace"))
    })
}

/// A call of a library that writes to a path: `img.save(p)?` →
/// `crashsafe::with_path(p, |staging| img.save(staging))?`.
pub(super) fn with_path(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let Some(target) = repair.target else { return decline("it is not known which argument names the file") };
    if is_awaited(chain) {
        return decline("the runtime stages no path for asynchronous code");
    }
    let known = ["image", "safetensors"].iter().any(|krate| repair.api.starts_with(krate));
    if !known {
        return decline("its error may not be made from that of the runtime");
    }
    let call = source.expr(chain.expr());
    let path = target.slice(source.text);
    if !call.contains(target) || path.is_empty() {
        return decline("the path is not an argument of the call");
    }
    let before = insertion(call.start, format!("crashsafe::with_path({path}, |staging| "));
    let edits = vec![before, replacement(target, "staging"), insertion(call.end, ")")];
    Ok(Draft { applicability: Applicability::Unsafe, ..draft(edits) })
}

fn draft(edits: Vec<Edit>) -> Draft {
    Draft {
        title: "write through crashsafe",
        applicability: Applicability::Safe,
        edits,
        needs_runtime: true,
        features: Vec::new(),
    }
}

/// The call at the end of `chain`, which calls a function by a path.
pub(super) fn function_call<'a>(source: &Source, chain: &Chain<'a>) -> Result<&'a ExprCall, Decline> {
    let Expr::Call(call) = chain.expr() else { return decline("it is not the call of a function") };
    let Expr::Path(function) = &*call.func else { return decline("what is called is a value") };
    let alone = function.path.get_ident().map(|ident| ident.to_string());
    if alone.is_some_and(|name| !imports::binds(source, &name)) {
        return decline("what is called is no function of a library");
    }
    Ok(call)
}

pub(super) fn is_awaited(chain: &Chain) -> bool {
    matches!(chain.parent(chain.len() - 1), Some(Node::Expr(Expr::Await(_))))
}

fn asynchronous(source: &Source, call: &ExprCall, repair: &Repair, twin: Twin) -> Result<Draft, Decline> {
    if !repair.api.starts_with(ASYNC) {
        return decline("the runtime has asynchronous twins for tokio only");
    }
    if twin == Twin::Copy {
        return decline("the runtime has no asynchronous copy");
    }
    let edits = vec![replacement(source.expr(&call.func), "crashsafe::tokio::write")];
    Ok(Draft { features: vec![ASYNC], ..draft(edits) })
}

/// `call` of the function `name`, broken as rustfmt does where its line becomes too long.
pub(super) fn renamed(source: &Source, chain: &Chain, call: &ExprCall, name: &str) -> Vec<Edit> {
    let function = source.expr(&call.func);
    let mut edits = vec![replacement(function, name)];
    let span = source.expr(chain.expr());
    let line = Span::new(source.line_start(span.start), source.line_end(span.end)).slice(source.text);
    let grown = line.chars().count() + name.len() - function.slice(source.text).chars().count();
    let whole = whole(chain).filter(|whole| !source.of(whole).contains('\n'));
    let dots = whole.map(|_| dots_behind(source, chain)).unwrap_or_default();
    let is_flat = !span.slice(source.text).contains('\n');
    let is_long = match whole {
        Some(whole) if !dots.is_empty() => {
            let chained = source.of(whole).replacen(function.slice(source.text), name, 1);
            let before = Span::new(source.line_start(span.start), span.start).slice(source.text).chars().count();
            !layout::fits(source, &chained, dots.len(), before)
        }
        _ => grown > source.width(),
    };
    if is_flat && is_long && line.chars().count() <= source.width() {
        match dots.is_empty() {
            true => edits.extend(broken(source, call)),
            false => edits.extend(dots),
        }
    }
    edits
}

/// The call with all that is done with its result.
fn whole<'a>(chain: &Chain<'a>) -> Option<&'a Expr> {
    let around = (0..chain.len() - 1).rev().map_while(|at| match chain.get(at) {
        Some(Node::Expr(outer @ (Expr::MethodCall(_) | Expr::Try(_) | Expr::Await(_)))) => Some(outer),
        _ => None,
    });
    around.last()
}

/// A line break before each method that is called on the result.
fn dots_behind(source: &Source, chain: &Chain) -> Vec<Edit> {
    let start = source.expr(chain.expr()).start;
    let gap = format!("{}{}    ", source.newline(), source.indent(start));
    let around = (0..chain.len() - 1).rev().map_while(|at| match chain.get(at) {
        Some(Node::Expr(outer @ (Expr::MethodCall(_) | Expr::Try(_) | Expr::Await(_)))) => Some(outer),
        _ => None,
    });
    let methods = around.filter_map(|outer| match outer {
        Expr::MethodCall(call) if source.expr(&call.receiver).start == start => Some(call),
        _ => None,
    });
    methods.map(|call| insertion(source.token(call.dot_token.spans[0]).start, gap.clone())).collect()
}

/// The arguments of `call`, each on a line of its own.
fn broken(source: &Source, call: &ExprCall) -> Vec<Edit> {
    let start = source.expr(&call.func).start;
    let (newline, indent) = (source.newline(), source.indent(start));
    let mut edits = Vec::new();
    let mut end = source.token(call.paren_token.span.open()).end;
    for argument in &call.args {
        let span = source.expr(argument);
        let comma = if edits.is_empty() { "" } else { "," };
        edits.push(replacement(Span::new(end, span.start), format!("{comma}{newline}{indent}    ")));
        end = span.end;
    }
    let close = source.token(call.paren_token.span.close()).start;
    edits.push(replacement(Span::new(end, close), format!(",{newline}{indent}")));
    edits
}
