//! A lock that is asked for only after the target was emptied: it is taken on a file beside the target, which nothing
//! is written to, and the target is written through the runtime while it is held.

use super::chain::{Chain, Node};
use super::handle::{self, Binding};
use super::open::{Closing, Scene};
use super::source::{Source, replacement};
use super::uses::Use;
use super::{Draft, call, decline, path};
use atomic_lint_ir::{Applicability, Decline};
use atomic_lint_source::Span;
use syn::{Expr, ExprMethodCall, Stmt};

/// ```ignore
/// let mut file = File::create("state.txt")?;      // let lock = File::create("state.txt.lock")?;
/// file.lock_exclusive()?;                         // lock.lock_exclusive()?;
///                                                 // let mut file = crashsafe::File::create("state.txt")?;
/// file.write_all(text)?;                          // file.write_all(text)?;
///                                                 // file.commit()?;
/// ```
pub(super) fn through(source: &Source, chain: &Chain) -> Result<Draft, Decline> {
    if call::is_awaited(chain) {
        return decline("asynchronous code opens it");
    }
    let opening = handle::opening(source, chain)?;
    let binding = handle::binding(chain, &opening)?;
    let stmt = match chain.parent(opening.index) {
        Some(Node::Stmt(stmt)) if opening.opened && opening.wraps.is_empty() => stmt,
        _ => return decline("it is opened in a way that cannot be said twice"),
    };
    let mut life = handle::life(source, &binding, Vec::new());
    let locking: Vec<&ExprMethodCall> = life.uses.iter().filter_map(|(_, (found, _))| lock(found)).collect();
    if locking.is_empty() {
        return decline("its lock is taken in another function");
    }
    life.uses.retain(|(_, (found, _))| lock(found).is_none());
    let name = ["lock", "lock_file"].into_iter().find(|name| !source.mentions(source.block(binding.block), name));
    let Some(name) = name else { return decline("there is no name left for the lock") };
    let (locks, moved) = first_lock(source, &binding, &locking, name);
    let own = opened(source, chain, opening.index, name)?;
    let gap = format!("{}{}", source.newline(), source.indent(source.stmt(stmt).start));
    let mut edits = vec![source.before(stmt, &[vec![own], locks].concat().join(&gap))];
    edits.extend(moved.map(|stmt| source.without(stmt)));
    let is_moved =
        |call: &&&ExprMethodCall| moved.is_some_and(|stmt| source.stmt(stmt).contains(source.expr(&call.receiver)));
    let left = locking.iter().filter(|call| !is_moved(call));
    edits.extend(left.map(|call| replacement(source.expr(&call.receiver), name)));
    let (staged, closing) = (false, Closing::Commit);
    let scene = Scene { source, chain, binding, opening, life, asynchronous: false, staged, closing };
    scene.check()?;
    edits.extend(scene.opened()?);
    edits.extend(scene.lent());
    edits.extend(scene.committed()?);
    Ok(Draft {
        title: "lock a file beside it, and write through crashsafe",
        // Others lock the target itself, until they are changed too.
        applicability: Applicability::Unsafe,
        edits,
        needs_runtime: true,
        features: Vec::new(),
    })
}

/// The call that locks or unlocks the handle.
fn lock<'a>(found: &Use<'a>) -> Option<&'a ExprMethodCall> {
    match found {
        Use::Method(call) if call.method.to_string().split('_').any(|word| word == "lock" || word == "unlock") => {
            Some(call)
        }
        _ => None,
    }
}

/// The lock that is taken right behind the opening, which goes before it.
fn first_lock<'a>(
    source: &Source,
    binding: &Binding<'a>,
    locking: &[&ExprMethodCall],
    name: &str,
) -> (Vec<String>, Option<&'a Stmt>) {
    let first = binding.block.stmts.get(binding.from);
    let Some(Stmt::Expr(expr, Some(_))) = first else { return (Vec::new(), None) };
    let Some(call) = locking.iter().find(|call| handle::method_expr(expr, call).is_some()) else {
        return (Vec::new(), None);
    };
    let (whole, receiver) = (first.map_or(Span::default(), |stmt| source.bare_stmt(stmt)), source.expr(&call.receiver));
    let (head, tail) = (Span::new(whole.start, receiver.start), Span::new(receiver.end, whole.end));
    (vec![format!("{}{name}{}", head.slice(source.text), tail.slice(source.text))], first)
}

/// The statement that opens the lock's own file, as the target was.
fn opened(source: &Source, chain: &Chain, index: usize, name: &str) -> Result<String, Decline> {
    let argument = match chain.expr() {
        Expr::Call(call) if call.args.len() == 1 => &call.args[0],
        Expr::MethodCall(call) if call.args.len() == 1 => &call.args[0],
        _ => return decline("it is opened by a function that is not known"),
    };
    let Some(Node::Expr(whole)) = chain.get(index) else { return decline("it is not opened by a statement") };
    let (whole, given) = (source.expr(whole), source.expr(argument));
    let (head, tail) = (Span::new(whole.start, given.start), Span::new(given.end, whole.end));
    let beside = path::beside(source, argument, "lock")?;
    Ok(format!("let {name} = {}{beside}{};", head.slice(source.text), tail.slice(source.text)))
}
