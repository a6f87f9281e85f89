//! What is renamed into place is synced before.
//!
//! Where the handle is at hand, the two lines go to the end of its life; otherwise the rename goes through the runtime.

use super::args::{Argument, Call, bare};
use super::call::Recall;
use super::draft::Draft;
use super::handle::is_close;
use super::hazard::While;
use super::open::Item;
use super::place::{Where, insertion};
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::{Node, Tree};
use atomic_lint_ir::{Decline, FlowStep, Runtime};

/// The publish at the reported place.
pub(super) fn before_publish(order: &Order<'_, '_>) -> Said {
    let in_place = opening(order).ok_or_else(|| decline("where its file is opened is not seen here"));
    match in_place.and_then(|opening| beside_handle(order, &opening)) {
        Ok(draft) => Ok(draft),
        Err(reason) => before_close(order).or_else(|| through_runtime(order)).ok_or(reason),
    }
}

/// A file that is opened elsewhere and closed here: the two lines go before the close.
fn before_close(order: &Order<'_, '_>) -> Option<Draft> {
    let code = order.code;
    // These write more while they are closed.
    if ["gzip", "bz2", "lzma", "zipfile", "tarfile"].iter().any(|module| code.imports.brings(module)) {
        return None;
    }
    let ends = order.repair.steps.iter().filter(|(step, _)| matches!(step, FlowStep::Close | FlowStep::Flush));
    let mut closes = ends.filter_map(|(_, span)| {
        let site = Site::of(code.tree, *span)?;
        let statement = site.statement()?.node();
        let (handle, _) = Call::of(site.node())?.method()?;
        let is_before = site.scope().id() == order.site.scope().id() && span.end <= order.site.node().span().start;
        (is_before && is_close(statement, handle.text())).then_some((statement, handle.text()))
    });
    let (statement, handle) = closes.next_back()?;
    inserted(order, statement, handle, Where::Before).ok()
}

/// Where the staged file is opened: a step of the flow, or a call of the same function on the same expression.
pub(super) fn opening<'t>(order: &Order<'_, 't>) -> Option<Site<'t>> {
    let mut opened = order.repair.steps.iter().filter(|(step, _)| *step == FlowStep::Open);
    let known = opened.next_back().and_then(|(_, span)| Site::of(order.code.tree, *span));
    known.or_else(|| {
        let source = source(order)?;
        let before = order.site.node().span().start;
        let calls = order.site.scope().descendants().filter(|node| node.kind() == Kind::Call);
        let opens = calls.filter(|node| node.span().end <= before).filter(|node| {
            Call::of(*node).is_some_and(|call| {
                let function = order.called(call.function);
                let function = function.as_deref().unwrap_or(call.function.text());
                let opens = function == "open" || function.ends_with(".open");
                opens && opened_path(order, &call).is_some_and(|path| path.text() == source.text())
            })
        });
        let opens = opens.last().or_else(|| temporary(order, source))?;
        Site::of_node(order.code.tree, opens)
    })
}

/// The call of `tempfile` that made what is called `source`, or what `source` is the name of.
fn temporary<'t>(order: &Order<'_, 't>, source: Node<'t>) -> Option<Node<'t>> {
    let file = source.get(Field::Object).filter(|_| source.text().ends_with(".name")).unwrap_or(source);
    let before = order.site.node().span().start;
    let makers = order.site.scope().descendants().filter(|node| {
        let name = Call::of(*node).and_then(|call| order.code.dotted(call.function));
        matches!(name.as_deref(), Some("tempfile.mkstemp" | "tempfile.NamedTemporaryFile")) && node.span().end <= before
    });
    let named = makers.filter(|node| {
        let site = Site::of_node(order.code.tree, *node);
        let around = site.and_then(|site| site.parent()).map(|parent| parent.node());
        let left = around.and_then(|node| node.get(Field::Left).or_else(|| node.get(Field::Alias)));
        left.is_some_and(|left| !order.code.uses(left, file.text()).is_empty())
    });
    named.last()
}

fn opened_path<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Option<Node<'t>> {
    match call.method() {
        Some((receiver, "open")) if order.code.dotted(call.function).is_none() => Some(bare(receiver)),
        _ => call.args.first().map(|arg| arg.value),
    }
}

/// What is renamed.
fn source<'t>(order: &Order<'_, 't>) -> Option<Node<'t>> {
    let call = Call::of(order.site.node())?;
    let by_function = order.code.dotted(call.function).is_some();
    // `asyncio.to_thread(os.replace, source, target)`
    let is_rename = |arg: &Argument<'t>| {
        matches!(order.called(arg.value).as_deref(), Some("os.replace" | "os.rename" | "shutil.move"))
    };
    if let Some(at) = call.args.iter().position(is_rename) {
        return call.args.get(at + 1).map(|arg| arg.value);
    }
    match call.method() {
        Some((receiver, _)) if !by_function && call.args.len() == 1 => Some(bare(receiver)),
        _ => call.args.first().map(|arg| arg.value),
    }
}

fn beside_handle<'t>(order: &Order<'_, 't>, opened: &Site<'t>) -> Said {
    let call = Call::of(opened.node()).ok_or_else(|| decline("what opens its file is not a call"))?;
    let function = order.called(call.function).unwrap_or_default();
    if ["gzip.", "bz2.", "lzma.", "zipfile.", "tarfile."].iter().any(|module| function.starts_with(module)) {
        return Err(decline("it is synced only after its compression has ended"));
    }
    if opened.parent_kind() == Some(Kind::Assignment) {
        return assigned(order, opened, &function);
    }
    match Item::of(opened) {
        Some(item) => in_with(order, &item),
        None => Err(decline("its file object has no name")),
    }
}

/// `with open(…) as file:`, whose last lines flush and sync.
fn in_with<'t>(order: &Order<'_, 't>, item: &Item<'t>) -> Said {
    let handle = item.handle.ok_or_else(|| decline("its file object has no name"))?;
    if item.statement.node().begins_with("async") {
        return Err(decline("an asynchronous file is synced in another way"));
    }
    let statement = item.statement.node();
    if statement.span().contains(order.site.node().span()) {
        let publish = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?;
        return inserted(order, publish.node(), handle, Where::Before);
    }
    let body = statement.get(Field::Body).ok_or_else(|| decline("it has no body"))?;
    let last = body.children().filter(|node| node.kind().is_statement()).last();
    let last = last.ok_or_else(|| decline("it has no body"))?;
    let is_elsewhere = item.statement.scope().id() != order.site.scope().id();
    let at_end = While { code: order.code, opening: item.manager, handle: Some(handle), path: "" };
    if is_elsewhere && at_end.is_passed(&[last]) {
        return Err(decline("its file object is handed to what may publish it"));
    }
    let mut closes = body.descendants().filter(|node| is_close(*node, handle));
    if let Some(close) = closes.next() {
        let is_only = closes.next().is_none();
        return if is_only {
            inserted(order, close, handle, Where::Before)
        } else {
            Err(decline("it is closed in several places"))
        };
    }
    match last.kind() {
        Kind::ReturnStatement | Kind::RaiseStatement | Kind::BreakStatement | Kind::ContinueStatement => {
            inserted(order, last, handle, Where::Before)
        }
        _ => inserted(order, last, handle, Where::Behind),
    }
}

/// `file = open(…)` … `file.close()`, and `fd, path = mkstemp()` … `os.close(fd)`.
fn assigned<'t>(order: &Order<'_, 't>, opened: &Site<'t>, function: &str) -> Said {
    let assignment = opened.parent().ok_or_else(|| decline("it is not assigned"))?;
    let left = assignment.node().get(Field::Left).ok_or_else(|| decline("it is not assigned"))?;
    let scope = if left.kind() == Kind::Attribute { opened.class() } else { Some(opened.scope()) };
    let scope = scope.ok_or_else(|| decline("its file object has no name"))?;
    if left.kind() == Kind::PatternList || function == "os.open" {
        let name = left.first().filter(|_| left.kind() == Kind::PatternList).unwrap_or(left);
        return of_descriptor(order, scope, name.text());
    }
    let name = left.text();
    if let Some(with) = with_of(order.code.tree, scope, name, None) {
        return in_with(order, &with);
    }
    let end = if scope.id() == order.site.scope().id() { order.site.node().span().start } else { u32::MAX };
    let closes = scope.descendants().filter(|node| is_close(*node, name) && node.span().end <= end);
    let close = last_of(order, closes.collect())?;
    inserted(order, close, name, Where::Before)
}

/// A descriptor: it may be wrapped, or be closed as it is.
fn of_descriptor<'t>(order: &Order<'_, 't>, scope: Node<'t>, fd: &str) -> Said {
    if let Some(with) = with_of(order.code.tree, scope, fd, Some("os.fdopen")) {
        return in_with(order, &with);
    }
    if let Some(wrapped) = wrapped(order, scope, fd) {
        return assigned(order, &wrapped, "os.fdopen");
    }
    let end = order.site.node().span().start;
    let is_plain_close = |node: &Node<'t>| {
        let call = node.first().filter(|_| node.kind() == Kind::ExpressionStatement).and_then(Call::of);
        call.is_some_and(|call| call.function.text().ends_with("close") && is_only(&call, fd))
    };
    let closes = scope.descendants().filter(|node| is_plain_close(node) && node.span().end <= end);
    let close = last_of(order, closes.collect())?;
    let close_site = Site::of_node(order.code.tree, close).ok_or_else(|| decline("where it is closed is not seen"))?;
    let clause = close_site.parent().and_then(|block| block.parent());
    let place = match clause {
        Some(clause) if clause.node().kind() == Kind::FinallyClause => {
            let tried = clause.parent().and_then(|tried| tried.node().get(Field::Body));
            let last = tried.and_then(|body| body.children().filter(|node| node.kind().is_statement()).last());
            (last.ok_or_else(|| decline("it has no body"))?, Where::Behind)
        }
        _ => (close, Where::Before),
    };
    lines(order, place.0, place.1, |os| vec![format!("{os}.fsync({fd})")])
}

/// `file = os.fdopen(fd)`
fn wrapped<'t>(order: &Order<'_, 't>, scope: Node<'t>, fd: &str) -> Option<Site<'t>> {
    let calls = scope.descendants().filter(|node| {
        let call = Call::of(*node).filter(|call| call.args.first().is_some_and(|arg| arg.value.text() == fd));
        call.is_some_and(|call| {
            matches!(order.code.dotted(call.function).as_deref(), Some("os.fdopen" | "open" | "io.open"))
        })
    });
    let sites = calls.filter_map(|node| Site::of_node(order.code.tree, node));
    sites.filter(|site| site.parent_kind() == Some(Kind::Assignment)).last()
}

fn is_only(call: &Call<'_>, name: &str) -> bool {
    matches!(call.args.as_slice(), [one] if one.value.text() == name)
}

/// The `with` that enters `name`, or wraps it by `function`.
pub(super) fn with_of<'t>(tree: &'t Tree<'t>, scope: Node<'t>, name: &str, function: Option<&str>) -> Option<Item<'t>> {
    let clauses = scope.descendants().filter(|node| node.kind() == Kind::WithClause);
    let managers = clauses.flat_map(Node::descendants).filter(|node| node.field() != Field::Alias);
    let mut items = managers.filter_map(|node| Item::of(&Site::of_node(tree, node)?));
    items.find(|item| match (function, item.manager) {
        (None, manager) => manager.text() == name,
        (Some(_), manager) => Call::of(manager).is_some_and(|call| {
            let is_wrap = call.function.text().ends_with("open");
            is_wrap && call.args.first().is_some_and(|arg| arg.value.text() == name)
        }),
    })
}

fn last_of<'t>(order: &Order<'_, 't>, mut closes: Vec<Node<'t>>) -> Result<Node<'t>, Decline> {
    let close = closes.pop().ok_or_else(|| decline("where its file is closed is not seen"))?;
    if order.code.layout.is_alone(close) { Ok(close) } else { Err(decline("other code stands on its line")) }
}

/// The two lines at `anchor`; a flush that is there already serves.
fn inserted<'t>(order: &Order<'_, 't>, anchor: Node<'t>, handle: &str, place: Where) -> Said {
    let site = Site::of_node(order.code.tree, anchor).ok_or_else(|| decline("where it ends is not seen"))?;
    let (all, at) = site.siblings();
    let before = if place == Where::Behind { all.get(..=at) } else { all.get(..at) }.unwrap_or_default();
    let is_written =
        |node: &&Node<'t>| order.code.uses(**node, handle).into_iter().any(|usage| !is_asked(order, usage));
    let is_flushed = before.iter().rfind(is_written).is_some_and(|node| node.text() == format!("{handle}.flush()"));
    lines(order, anchor, place, |os| {
        let flush = (!is_flushed).then(|| format!("{handle}.flush()"));
        flush.into_iter().chain([format!("{os}.fsync({handle}.fileno())")]).collect()
    })
}

/// Whether a file is only asked for its name where it stands.
fn is_asked<'t>(order: &Order<'_, 't>, usage: Node<'t>) -> bool {
    let parent = Site::of_node(order.code.tree, usage).and_then(|site| site.parent());
    parent.is_some_and(|parent| parent.node().get(Field::Attribute).is_some_and(|name| name.text() == "name"))
}

fn lines(order: &Order<'_, '_>, anchor: Node<'_>, place: Where, said: impl Fn(&str) -> Vec<String>) -> Said {
    let code = order.code;
    if !code.layout.is_alone(anchor) {
        return Err(decline("other code stands on its line"));
    }
    let module = code.imports.module(code, "os")?;
    let edit = insertion(order, anchor, place, &said(&module.name));
    let scope = order.site.scope();
    let waits = scope.descendants().any(|node| node.kind() == Kind::Yield) || order.site.is_async();
    Ok(Draft::new("sync before the rename").edit([edit]).naming(module).doubtful(waits))
}

/// `crashsafe.replace` syncs what it renames.
fn through_runtime(order: &Order<'_, '_>) -> Option<Draft> {
    let code = order.code;
    let call = Call::of(order.site.node()).filter(|_| order.runtime == Runtime::Crashsafe)?;
    let module = code.imports.module(code, "crashsafe").ok()?;
    let function = format!("{}.replace", module.name);
    let name = order.called(call.function);
    let recall = match (name.as_deref(), call.method()) {
        (Some("os.replace" | "os.rename" | "shutil.move"), _) if call.args.len() == 2 && !call.has_spread() => {
            let args = call.args.iter().map(|arg| arg.value.text().to_string());
            Recall::new(code, &call, function).with(args.collect())
        }
        (None, Some((receiver, "replace" | "rename"))) if call.args.len() == 1 && !call.has_spread() => {
            let args = vec![bare(receiver).text().to_string(), call.args[0].value.text().to_string()];
            Recall::new(code, &call, function).with(args)
        }
        _ => return None,
    };
    let is_statement = order.site.parent_kind() == Some(Kind::ExpressionStatement);
    let edit = recall.edit().ok()?;
    let draft = Draft::new("rename through crashsafe").edit([edit]).naming(module).without(code, call.function);
    // A move goes to other file systems too.
    let copies = name.as_deref() == Some("shutil.move");
    Some(draft.doubtful(copies || !is_statement || order.site.is_async()))
}
