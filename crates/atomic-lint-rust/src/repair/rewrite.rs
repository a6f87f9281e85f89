//! A file that is read and written back through one handle: it is read through that, and written through the runtime.

use super::chain::{Chain, Node};
use super::handle::{self, Binding, Opening};
use super::open::{Closing, Scene};
use super::source::{Source, replacement};
use super::{Draft, call, decline, imports, layout, opener, path};
use atomic_lint_ir::{Applicability, Decline, FlowStep, Repair};
use atomic_lint_source::{Edit, Span};
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprMethodCall, Lit, Stmt};

/// ```ignore
/// let mut file = OpenOptions::new().read(true).write(true).open(path)?;   // let mut file = File::open(path)?;
/// file.read_to_string(&mut text)?;                                        // file.read_to_string(&mut text)?;
/// file.set_len(0)?;                                                       // let mut file = crashsafe::File::create(path)?;
/// file.rewind()?;
/// file.write_all(new)?;                                                   // file.write_all(new)?;
///                                                                         // file.commit()?;
/// ```
pub(super) fn through(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    if call::is_awaited(chain) {
        return decline("asynchronous code opens it");
    }
    let opening = handle::opening(source, chain)?;
    let binding = handle::binding(chain, &opening)?;
    if !opening.opened || !opening.wraps.is_empty() || !matches!(chain.parent(opening.index), Some(Node::Stmt(_))) {
        return decline("it is opened in a way that cannot be said twice");
    }
    let cut = Cut::of(source, &binding, repair)?;
    let start = binding.block.stmts.get(binding.from - 1).map_or(0, |stmt| source.stmt(stmt).end);
    let name = binding.name.to_string();
    let edits = match source.mentions(Span::new(start, source.stmt(cut.first()).start), &name) {
        true => apart(source, chain, opening, &binding, &cut)?,
        false => anew(source, chain, opening, binding, &cut)?,
    };
    Ok(Draft {
        title: "write through crashsafe, and commit",
        // Whoever has the file open keeps the old one.
        applicability: Applicability::Unsafe,
        edits,
        needs_runtime: true,
        features: Vec::new(),
    })
}

/// The statements of one block, right behind each other, with which the content is given up before it is written.
struct Cut<'a> {
    block: &'a Block,
    from: usize,
    to: usize,
}

impl<'a> Cut<'a> {
    fn of(source: &Source<'a>, binding: &Binding<'a>, repair: &Repair) -> Result<Self, Decline> {
        let around = source.block(binding.block);
        let mut writes = repair.steps.iter().filter(|(step, _)| *step == FlowStep::Write).map(|(_, span)| *span);
        let Some(write) = writes.find(|span| around.contains(*span)) else { return decline("it is written elsewhere") };
        let name = binding.name.to_string();
        let mut finder = Finder { source, name: &name, write, found: None };
        finder.visit_block(binding.block);
        let Some((block, to)) = finder.found else { return decline("it is not seen where its content is given up") };
        let before = block.stmts[..to].iter().rev().take_while(|stmt| is_cut(stmt, &name)).count();
        Ok(Cut { block, from: to - before, to })
    }

    fn first(&self) -> &'a Stmt {
        &self.block.stmts[self.from]
    }

    /// The statements but the first.
    fn others(&self) -> &'a [Stmt] {
        &self.block.stmts[self.from + 1..=self.to]
    }
}

/// Finds the last statement before the first write that gives the content up.
struct Finder<'s, 'a> {
    source: &'s Source<'a>,
    name: &'s str,
    write: Span,
    found: Option<(&'a Block, usize)>,
}

impl<'a> Visit<'a> for Finder<'_, 'a> {
    fn visit_block(&mut self, node: &'a Block) {
        let span = self.source.block(node);
        for (number, stmt) in node.stmts.iter().enumerate() {
            let is_before = self.source.stmt(stmt).end <= self.write.start;
            if is_before && span.contains(self.write) && is_cut(stmt, self.name) {
                self.found = Some((node, number));
            }
        }
        visit::visit_block(self, node);
    }

    fn visit_expr_closure(&mut self, _: &'a syn::ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'a syn::ExprAsync) {}

    fn visit_item(&mut self, _: &'a syn::Item) {}
}

/// Whether `stmt` goes back to the start or cuts the content off, and passes its error on.
fn is_cut(stmt: &Stmt, name: &str) -> bool {
    cutting(stmt).is_some_and(|call| {
        let receiver = super::uses::is_name(&call.receiver, name);
        let zero = |value: &Expr| matches!(value, Expr::Lit(literal) if matches!(&literal.lit, Lit::Int(int) if int.base10_digits() == "0"));
        receiver
            && match (call.method.to_string().as_str(), call.args.first()) {
                ("rewind", None) => true,
                ("set_len", Some(length)) => zero(length),
                ("seek", Some(Expr::Call(from))) => {
                    let is_start = super::wrapper::as_path(&from.func)
                        .and_then(|path| path.segments.last())
                        .is_some_and(|last| last.ident == "Start");
                    is_start && from.args.first().is_some_and(zero)
                }
                _ => false,
            }
    })
}

fn cutting(stmt: &Stmt) -> Option<&ExprMethodCall> {
    let Stmt::Expr(whole, Some(_)) = stmt else { return None };
    let mut at = whole;
    loop {
        at = match at {
            Expr::Try(inner) => &inner.expr,
            Expr::MethodCall(outer) if matches!(&*outer.receiver, Expr::Path(_)) => return Some(outer),
            Expr::MethodCall(outer) => &outer.receiver,
            _ => return None,
        };
    }
}

/// Nothing is read: it is opened through the runtime from the start.
fn anew<'a>(
    source: &Source<'a>,
    chain: &Chain<'a>,
    opening: Opening<'a>,
    binding: Binding<'a>,
    cut: &Cut<'a>,
) -> Result<Vec<Edit>, Decline> {
    if !std::ptr::eq(cut.block, binding.block) {
        return decline("its content is given up on some way only");
    }
    let mut life = handle::life(source, &binding, Vec::new());
    life.uses.retain(|(number, _)| !(cut.from..=cut.to).contains(number));
    let (staged, closing) = (false, Closing::Commit);
    let scene = Scene { source, chain, binding, opening, life, asynchronous: false, staged, closing };
    scene.check()?;
    let mut edits = scene.opened()?;
    edits.extend(scene.lent());
    edits.extend(scene.committed()?);
    edits.extend(cut.block.stmts[cut.from..=cut.to].iter().map(|stmt| source.without(stmt)));
    Ok(edits)
}

/// It is read through the handle that there is, and written through another one of that name.
fn apart<'a>(
    source: &Source<'a>,
    chain: &Chain<'a>,
    opening: Opening<'a>,
    binding: &Binding<'a>,
    cut: &Cut<'a>,
) -> Result<Vec<Edit>, Decline> {
    let Expr::MethodCall(open) = chain.expr() else { return decline("it is opened by a function that is not known") };
    if source.of(&open.receiver).contains("create") {
        return decline("it is created where it is not there, and then there is nothing to read");
    }
    // Options of which something else is made have no twin either.
    opener::of(source, chain.expr(), "crashsafe::File", false)?;
    let call = cutting(cut.first()).map(|call| source.node(call));
    let Some(inner) = call.and_then(|span| Chain::to(source, span)) else {
        return decline("the call is written by a macro");
    };
    let Some((block_index, ..)) = inner.blocks(inner.len() - 1).next() else { return decline("it is not a statement") };
    is_last(source, binding, &inner, cut)?;
    let (first, second) = path::twice(source, &open.args[0])?;
    let mut edits = vec![reading(source, open, &first)?];
    edits.push(written(source, chain, &opening, binding, cut.first(), &second));
    edits.extend(cut.others().iter().map(|stmt| source.without(stmt)));
    let from = cut.to + 1;
    let own = Binding { name: binding.name, is_mutable: true, ty: None, block: cut.block, block_index, from };
    let life = handle::life(source, &own, Vec::new());
    let (staged, closing) = (false, Closing::Commit);
    let chain = &inner;
    let scene = Scene { source, chain, binding: own, opening, life, asynchronous: false, staged, closing };
    scene.check()?;
    edits.extend(scene.lent());
    edits.extend(scene.committed()?);
    Ok(edits)
}

/// Behind the block in which it is written nobody asks for the handle again.
fn is_last(source: &Source, binding: &Binding, inner: &Chain, cut: &Cut) -> Result<(), Decline> {
    let (outer, own) = (source.block(binding.block), source.block(cut.block));
    let is_loop = |node: Node| matches!(node, Node::Expr(Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_)));
    let loops = (0..inner.len()).filter_map(|at| inner.get(at)).filter(|node| is_loop(*node));
    let within = loops.filter(|node| match node {
        Node::Expr(expr) => outer.contains(source.expr(expr)),
        _ => false,
    });
    let behind = Span::new(own.end.min(outer.end), outer.end);
    let is_used = own != outer && source.mentions(behind, &binding.name.to_string());
    if within.count() > 0 || is_used {
        return decline("it is used again behind the place where it is written");
    }
    Ok(())
}

/// `OpenOptions::new().read(true).write(true).open(path)` → `File::open(path)`
fn reading(source: &Source, open: &ExprMethodCall, path: &str) -> Result<Edit, Decline> {
    let span = source.positions.between(crate::edges::first(&open.receiver), open.paren_token.span.close());
    if source.has_comment(span) {
        return decline("a comment stands where the code changes");
    }
    let is_own = imports::original(source, "File").is_some_and(|name| name.as_str() == "File");
    let file = if is_own && !source.of(&open.receiver).contains("::OpenOptions") { "File" } else { "std::fs::File" };
    Ok(replacement(span, format!("{file}::open({path})")))
}

/// The first statement of the cut creates what takes the new content.
fn written(source: &Source, chain: &Chain, opening: &Opening, binding: &Binding, first: &Stmt, path: &str) -> Edit {
    let whole = match chain.get(opening.index) {
        Some(Node::Expr(whole)) => source.expr(whole),
        _ => source.expr(chain.expr()),
    };
    let tail = Span::new(source.expr(chain.expr()).end, whole.end).slice(source.text);
    let tail: String = tail.lines().map(str::trim).collect();
    let new = format!("let mut {} = crashsafe::File::create({path}){tail};", binding.name);
    let span = source.bare_stmt(first);
    replacement(span, layout::statement(source, &new, span.start))
}
