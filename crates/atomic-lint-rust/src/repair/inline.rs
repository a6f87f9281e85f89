//! A handle that has no name: `File::create(p)?.write_all(d)?`, `serde_json::to_writer(File::create(p)?, &v)?`.

use super::chain::{Chain, Node};
use super::errors::{self, End, Failure};
use super::handle::Opening;
use super::open::Closing;
use super::source::{Source, replacement};
use super::wrapper::{self, Commit, Layer};
use super::{Draft, decline, opener};
use atomic_lint_ir::{Applicability, Decline};
use atomic_lint_source::{Edit, Span};
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprCall, ExprMethodCall, Signature, Stmt};

/// Names for a handle that had none.
const NAMES: [&str; 4] = ["file", "output", "staged", "new_file"];

/// The repair of a handle without a name, if that is what there is.
pub(super) fn through(source: &Source, chain: &Chain, opening: &Opening) -> Result<Option<Draft>, Decline> {
    let Some(value) = expr_at(chain, opening.index).filter(|_| opening.opened) else { return Ok(None) };
    match chain.parent(opening.index) {
        Some(Node::Expr(Expr::MethodCall(call))) if errors::is(&call.receiver, value) => {
            whole(source, chain, opening, call).map(Some)
        }
        Some(Node::Expr(Expr::Call(call))) if wrapper::as_path(&call.func).is_some_and(wrapper::takes_writer) => {
            named(source, chain, opening, call, value).map(Some)
        }
        _ => Ok(None),
    }
}

fn expr_at<'a>(chain: &Chain<'a>, index: usize) -> Option<&'a Expr> {
    match chain.get(index)? {
        Node::Expr(expr) => Some(expr),
        _ => None,
    }
}

/// `File::create(p)?.write_all(d)?` → `crashsafe::write(p, d)?`
fn whole(source: &Source, chain: &Chain, opening: &Opening, write: &ExprMethodCall) -> Result<Draft, Decline> {
    let Expr::Call(create) = chain.expr() else { return decline("the file is opened with options of its own") };
    let content = write.args.first().filter(|_| write.method == "write_all" && opening.wraps.is_empty());
    let Some(content) = content else { return decline("the handle is used in an expression that cannot be followed") };
    if !has_known_bytes(content) {
        return decline("the type of what is written follows from the call");
    }
    if create.args.len() != 1 {
        return decline("the file is opened by a function that is not known");
    }
    let path = source.expr(&create.args[0]);
    let between = Span::new(path.end, source.expr(content).start);
    if source.has_comment(between) {
        return decline("a comment stands where the code changes");
    }
    let mut edits = opener::of(source, chain.expr(), "crashsafe::File", false)?;
    edits[0].replacement = "crashsafe::write".to_string();
    edits.push(replacement(between, ", "));
    let plain = opening.handling.adapters.is_empty();
    Ok(Draft {
        title: "write through crashsafe",
        applicability: if plain { Applicability::Safe } else { Applicability::Unsafe },
        edits,
        needs_runtime: true,
        features: Vec::new(),
    })
}

/// Whether the type of `content` is its own, and not made to fit `&[u8]`.
fn has_known_bytes(content: &Expr) -> bool {
    match content {
        Expr::MethodCall(call) => {
            let fitting = ["as_ref", "into", "borrow", "deref", "try_into", "collect", "unwrap_or_default"];
            !fitting.iter().any(|method| call.method == method)
        }
        Expr::Reference(inner) => inner.mutability.is_none(),
        _ => true,
    }
}

/// `serde_json::to_writer(File::create(p)?, &v)?;` → a handle with a name, a reference to it, and its commit.
fn named(source: &Source, chain: &Chain, opening: &Opening, taking: &ExprCall, value: &Expr) -> Result<Draft, Decline> {
    let Some((at, stmt, block)) = chain.statement(opening.index) else {
        return decline("the handle is used in an expression that cannot be followed");
    };
    let Some(handling) = taken(source, stmt, taking) else {
        return decline("the handle is used in an expression that cannot be followed");
    };
    let span = source.block(block);
    let Some(name) = NAMES.into_iter().find(|name| !source.mentions(span, name)) else {
        return decline("there is no name left for the handle");
    };
    let created = created(source, chain, opening, value)?;
    let failure = errors::failure(source, chain.body(at));
    let layers: Vec<Layer> = opening.wraps.iter().map(|(layer, _)| *layer).collect();
    let commit =
        Commit { name, layers: &layers, asynchronous: false, closing: Closing::Commit, handling: &handling, failure };
    let mut edits = vec![source.before(stmt, &format!("let mut {name} = {created};"))];
    edits.push(replacement(source.expr(value), format!("&mut {name}")));
    let lines = commit.statements();
    match stmt {
        Stmt::Expr(_, Some(_)) => edits.push(source.after(stmt, &lines[0])),
        _ if chain.is_result(at) && handling.end == End::Kept && failure != Failure::Nowhere => {
            let span = source.stmt(stmt);
            let gap = format!("{}{}", source.newline(), source.indent(span.start));
            edits.push(super::source::insertion(span.end, format!("?;{gap}{}{gap}Ok(())", lines[0])));
        }
        _ => return decline("the last write is the value of a block"),
    }
    Ok(Draft {
        title: "write through crashsafe, and commit",
        applicability: Applicability::Safe,
        edits,
        needs_runtime: true,
        features: Vec::new(),
    })
}

/// What is done with the result of `taking`, where that is the whole of `stmt`.
fn taken(source: &Source, stmt: &Stmt, taking: &ExprCall) -> Option<errors::Handling> {
    match stmt {
        Stmt::Expr(expr, _) => errors::innermost(source, &super::uses::Use::Given(taking, 0), expr),
        _ => None,
    }
}

/// The text of `value` with the runtime's types.
fn created(source: &Source, chain: &Chain, opening: &Opening, value: &Expr) -> Result<String, Decline> {
    let (kind, whole) = match opening.wraps.first() {
        None => ("crashsafe::File", value),
        Some((Layer::Buffer, wrap)) if wrap.args.len() == 1 && opening.wraps.len() == 1 => {
            ("crashsafe::BufWriter", &wrap.args[0])
        }
        Some(_) => return decline("the handle is used in an expression that cannot be followed"),
    };
    if opener::is_built(chain.expr()) && kind != "crashsafe::File" {
        return decline("the file is opened with options of its own");
    }
    let span = source.expr(whole);
    let mut edits: Vec<Edit> = opener::of(source, chain.expr(), kind, false)?;
    for edit in &mut edits {
        edit.span = Span::new(edit.span.start - span.start, edit.span.end - span.start);
    }
    atomic_lint_source::apply(span.slice(source.text), &edits).or_else(|_| decline("the edits do not fit together"))
}

/// The text of the parameters of the functions called `name` in this file.
pub(super) fn signature(source: &Source, name: &str) -> Option<String> {
    let mut finder = Signatures { source, name, found: None };
    finder.visit_file(source.file);
    finder.found
}

struct Signatures<'s, 'a> {
    source: &'s Source<'a>,
    name: &'s str,
    found: Option<String>,
}

impl<'a> Visit<'a> for Signatures<'_, 'a> {
    fn visit_signature(&mut self, node: &'a Signature) {
        if node.ident == self.name {
            let text = self.source.node(&node.inputs).slice(self.source.text);
            self.found.get_or_insert_default().push_str(text);
        }
    }

    fn visit_block(&mut self, node: &'a Block) {
        visit::visit_block(self, node);
    }
}
