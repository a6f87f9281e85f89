//! A protocol that is written by hand goes through the runtime: its target is opened, and what was there for the sake of
//! the staging file goes.
//!
//! Only what stands in one block is moved, and only where nothing else asks for the staging file.

use super::args::{Call, bare, constant};
use super::call::Recall;
use super::cleanup::Cleanup;
use super::draft::Draft;
use super::hazard::{While, is_sync};
use super::open::Item;
use super::opening::Opening;
use super::site::Site;
use super::{Order, Said, decline, sync};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};

/// The protocol whose publish is reported.
pub(super) fn moved(order: &Order<'_, '_>) -> Said {
    order.needs_crashsafe()?;
    let publish = Publish::of(order)?;
    let opened = sync::opening(order).ok_or_else(|| decline("where its file is opened is not seen here"))?;
    if opened.scope().id() != order.site.scope().id() {
        return Err(decline("it is opened and published by different functions"));
    }
    let module = order.code.imports.module(order.code, "crashsafe")?;
    let staged = Staged::of(order, &publish, &opened, &module.name)?;
    publish.is_known_at(order, staged.statement.node())?;
    let file = While { code: order.code, opening: staged.call, handle: staged.handle, path: publish.source.text() };
    file.is_doubtful(&[staged.statement.node()])?;
    let gone = staged.gone(order, &publish)?;
    let edits = gone.edits(order, staged.edits.iter().cloned())?;
    let draft = Draft::new("stage and publish through crashsafe").edit(edits).naming(module).doubtful(true);
    let spans: Vec<Span> = gone.spans(order).chain([staged.call_function]).collect();
    Ok(draft.without_unused(order.code, &spans, publish.target.text()))
}

/// The call that publishes, as a statement.
struct Publish<'t> {
    statement: Site<'t>,
    /// The staging path.
    source: Node<'t>,
    target: Node<'t>,
}

impl<'t> Publish<'t> {
    fn of(order: &Order<'_, 't>) -> Result<Publish<'t>, Decline> {
        let unknown = || decline("it is published in a way that has no twin");
        let call = Call::of(order.site.node()).filter(|call| !call.has_spread()).ok_or_else(unknown)?;
        let name = order.called(call.function);
        let (source, target) = match (name.as_deref(), call.method(), call.args.as_slice()) {
            (Some("os.replace" | "os.rename" | "shutil.move"), _, [source, target]) => (source.value, target.value),
            (None, Some((receiver, "replace" | "rename")), [target]) => (bare(receiver), target.value),
            _ => return Err(unknown()),
        };
        let statement = order.site.statement().ok_or_else(unknown)?;
        if statement.node().span() != order.site.node().span() {
            return Err(decline("what the publish gives is used"));
        }
        Ok(Publish { statement, source: as_path(order, source), target })
    }

    /// The target can be named where the file is opened, and is the same there.
    fn is_known_at(&self, order: &Order<'_, 't>, opened: Node<'t>) -> Result<(), Decline> {
        let scope = order.site.scope();
        let code = order.code;
        let mut names = self.target.descendants().chain([self.target]).filter(|node| node.kind() == Kind::Identifier);
        let is_known = |name: Node<'t>| {
            let first = code.uses(scope, name.text()).first().map_or(u32::MAX, |usage| usage.span().start);
            let between = Span::new(opened.span().start, self.target.span().start);
            let rebound = code.assigned(scope, name.text()).values.iter().any(|value| between.contains(value.span()));
            let is_of_scope = code.assigned(scope, name.text()).values.is_empty() || first < between.start;
            is_of_scope && !rebound
        };
        let waits = self.target.descendants().any(|node| matches!(node.kind(), Kind::Await | Kind::NamedExpression));
        match names.all(|name| name.field() == Field::Attribute || is_known(name)) && !waits {
            true => Ok(()),
            false => Err(decline("its target is not known yet where its file is opened")),
        }
    }
}

/// `path` of `str(path)` and `os.fspath(path)`.
fn as_path<'t>(order: &Order<'_, 't>, node: Node<'t>) -> Node<'t> {
    let Some(call) = Call::of(node) else { return bare(node) };
    match (order.called(call.function).as_deref(), call.args.as_slice()) {
        (Some("str" | "os.fspath"), [path]) => path.value,
        _ => node,
    }
}

/// The staging file, where it is opened and written.
struct Staged<'t> {
    /// The `with`, or the call that writes all of it.
    statement: Site<'t>,
    handle: Option<&'t str>,
    /// The call that opens it.
    call: Node<'t>,
    call_function: Span,
    /// What opens the target instead.
    edits: Vec<Edit>,
    /// Statements that made the staging file or its name.
    made: Vec<Node<'t>>,
}

impl<'t> Staged<'t> {
    fn of(order: &Order<'_, 't>, publish: &Publish<'t>, opened: &Site<'t>, module: &str) -> Result<Self, Decline> {
        let call = Call::of(opened.node()).ok_or_else(|| decline("what opens its file is not a call"))?;
        match (order.called(call.function).as_deref(), call.method()) {
            (Some("tempfile.mkstemp"), _) => by_descriptor(order, publish, opened, module),
            (Some("tempfile.NamedTemporaryFile"), _) => temporary(order, publish, opened, &call, module),
            (None, Some((receiver, name @ ("write_text" | "write_bytes")))) => {
                written(order, publish, opened, (&call, bare(receiver), name), module)
            }
            _ => opened_by_path(order, publish, opened, &call, module),
        }
    }

    fn within(item: Item<'t>, call: &Call<'t>, edit: Edit, made: Vec<Node<'t>>) -> Result<Self, Decline> {
        if item.has_others || item.statement.node().begins_with("async") {
            return Err(decline("its `with` enters other things too"));
        }
        let (statement, handle) = (item.statement, item.handle);
        let call_function = call.function.span();
        Ok(Staged { statement, handle, call: call.node, call_function, edits: vec![edit], made })
    }

    /// All that is of no use any more.
    fn gone(&self, order: &Order<'_, 't>, publish: &Publish<'t>) -> Result<Cleanup<'t>, Decline> {
        let mut cleanup = Cleanup::around(order, &self.statement, publish.source);
        cleanup.remove(publish.statement.node());
        self.made.iter().for_each(|node| cleanup.remove(*node));
        self.barriers(order).into_iter().for_each(|node| cleanup.remove(node));
        self.follow(publish)?;
        let source = publish.source;
        if source.kind() == Kind::Identifier {
            let scope = order.site.scope();
            if order.code.parameter(scope, source.text()).is_some() {
                return Err(decline("the caller says where it is staged"));
            }
            let named = names(order, source.text());
            if named.iter().chain([&source]).any(|node| node.text().to_lowercase().contains("lock")) {
                return Err(decline("its staging file may keep others out"));
            }
            named.into_iter().for_each(|node| cleanup.remove(node));
        }
        let rest = order.code.same_as(order.site.scope(), source.text());
        let is_left = |node: &Node<'t>| !cleanup.holds(node.span()) && !self.call.span().contains(node.span());
        match rest.iter().any(is_left) {
            true => Err(decline("something else asks for its staging file")),
            false => Ok(cleanup),
        }
    }

    /// The publish is what comes next, or last within.
    fn follow(&self, publish: &Publish<'t>) -> Result<(), Decline> {
        let (all, at) = self.statement.siblings();
        let next = all.get(at + 1).is_some_and(|next| next.id() == publish.statement.node().id());
        let body = self.statement.node().get(Field::Body).filter(|_| self.handle.is_some());
        let last = body.and_then(|body| body.children().filter(|node| node.kind().is_statement()).last());
        match next || last.is_some_and(|last| last.id() == publish.statement.node().id()) {
            true => Ok(()),
            false => Err(decline("something is done between the end of its file and its publish")),
        }
    }

    /// The lines of the `with` that flush and sync, which leaving it does.
    fn barriers(&self, order: &Order<'_, 't>) -> Vec<Node<'t>> {
        let Some(handle) = self.handle else { return Vec::new() };
        let body = self.statement.node().get(Field::Body);
        let all: Vec<_> = body.into_iter().flat_map(Node::children).filter(|node| node.kind().is_statement()).collect();
        let call =
            |node: Node<'t>| node.first().filter(|_| node.kind() == Kind::ExpressionStatement).and_then(Call::of);
        let syncs = |node: Node<'t>| {
            let synced = call(node).filter(|call| is_sync(order.code, call.node));
            synced.is_some_and(|call| !order.code.uses(call.list, handle).is_empty())
        };
        let flushes = |node: Node<'t>| node.text() == format!("{handle}.flush()");
        let is_barrier = |at: usize| {
            let next = all.get(at + 1);
            syncs(all[at]) || flushes(all[at]) && next.is_none_or(|next| syncs(*next))
        };
        let barriers: Vec<_> = (0..all.len()).filter(|at| is_barrier(*at)).map(|at| all[at]).collect();
        if barriers.len() < all.len() { barriers } else { Vec::new() }
    }
}

/// The statements that give the staging path its name.
fn names<'t>(order: &Order<'_, 't>, name: &str) -> Vec<Node<'t>> {
    let statements = order.site.scope().descendants().filter(|node| node.kind() == Kind::ExpressionStatement);
    let assigns = |node: &Node<'t>| {
        let assignment = node.first().filter(|inner| inner.kind() == Kind::Assignment);
        assignment.and_then(|inner| inner.get(Field::Left)).is_some_and(|left| left.text() == name)
    };
    statements.filter(assigns).collect()
}

/// `with open(staging, "w") as file:` and `with staging.open("w") as file:`
fn opened_by_path<'t>(
    order: &Order<'_, 't>,
    publish: &Publish<'t>,
    opened: &Site<'t>,
    call: &Call<'t>,
    module: &str,
) -> Result<Staged<'t>, Decline> {
    let opening = Opening::of(order, call)?;
    let item = Item::of(opened).filter(|item| item.handle.is_some() && opening.wrapper.is_none());
    let item = item.ok_or_else(|| decline("its file object is not entered by a `with`"))?;
    if opening.path.text() != publish.source.text() {
        return Err(decline("what is opened goes by another name than what is published"));
    }
    let args = opening.args.iter().map(|arg| match arg.split_once('=') {
        _ if arg == opening.path.text() => publish.target.text().to_string(),
        Some(("path", _)) => format!("path={}", publish.target.text()),
        _ => replacing(arg),
    });
    let recall = Recall::new(order.code, call, format!("{module}.open")).with(args.collect());
    Staged::within(item, call, recall.edit()?, Vec::new())
}

/// A mode that creates and never replaces is one for the staging file alone.
fn replacing(arg: &str) -> String {
    let mode = arg.strip_prefix("mode=").unwrap_or(arg).trim_matches(['"', '\'']);
    let creates = mode.contains('x') && mode.chars().all(|letter| "xbt+".contains(letter));
    if creates { arg.replace('x', "w") } else { arg.to_string() }
}

/// `fd, staging = tempfile.mkstemp(…)` and `with os.fdopen(fd, "w") as file:`
fn by_descriptor<'t>(
    order: &Order<'_, 't>,
    publish: &Publish<'t>,
    opened: &Site<'t>,
    module: &str,
) -> Result<Staged<'t>, Decline> {
    let code = order.code;
    let unknown = || decline("what is done with its descriptor is not known");
    let made = opened.parent().filter(|parent| parent.node().kind() == Kind::Assignment).ok_or_else(unknown)?;
    let left: Vec<_> = made.node().get(Field::Left).into_iter().flat_map(Node::children).collect();
    let [fd, name] = left.as_slice() else { return Err(unknown()) };
    let item = sync::with_of(code.tree, order.site.scope(), fd.text(), Some("os.fdopen")).ok_or_else(unknown)?;
    let call = Call::of(item.manager).ok_or_else(unknown)?;
    let uses = code.uses(order.site.scope(), fd.text()).len();
    let mode = call.arg(1, "mode").and_then(|mode| constant(mode.value)).is_some_and(|mode| mode.starts_with('w'));
    let statement = made.statement().ok_or_else(unknown)?.node();
    if uses != 2 || !mode || call.has_spread() || call.arg(6, "closefd").is_some() || item.handle.is_none() {
        return Err(unknown());
    }
    if name.text() != publish.source.text() || statement.span() != made.node().span() {
        return Err(decline("what is opened goes by another name than what is published"));
    }
    let rest = call.args.iter().skip(1).map(|arg| arg.node.text().to_string());
    let args = std::iter::once(publish.target.text().to_string()).chain(rest).collect();
    let edit = Recall::new(code, &call, format!("{module}.open")).with(args).edit()?;
    let mut staged = Staged::within(item, &call, edit, vec![statement])?;
    // What made the file goes with its line; what names it there is no use.
    staged.call = call.node;
    Ok(staged)
}

/// `with tempfile.NamedTemporaryFile("w", dir=…, delete=False) as file:`
fn temporary<'t>(
    order: &Order<'_, 't>,
    publish: &Publish<'t>,
    opened: &Site<'t>,
    call: &Call<'t>,
    module: &str,
) -> Result<Staged<'t>, Decline> {
    let item = Item::of(opened).ok_or_else(|| decline("its file object is not entered by a `with`"))?;
    let handle = item.handle.ok_or_else(|| decline("its file object has no name"))?;
    let positions = call.args.iter().filter(|arg| arg.name.is_none()).count();
    let stays = call.arg(8, "delete").is_some_and(|arg| arg.value.text() == "False");
    if call.has_spread() || positions > 1 || !stays {
        return Err(decline("its arguments are not spelled out"));
    }
    let name = format!("{handle}.name");
    let assigned = order.code.assigned(order.site.scope(), publish.source.text());
    let is_name = |value: &Node<'t>| value.text() == name;
    if publish.source.text() != name && !(assigned.values.iter().all(is_name) && assigned.values.len() == 1) {
        return Err(decline("what is opened goes by another name than what is published"));
    }
    let mode = call.arg(0, "mode").map_or("\"wb\"", |mode| mode.value.text());
    let texts = ["encoding", "errors", "newline"].into_iter();
    let texts = texts.filter_map(|name| Some(format!("{name}={}", call.arg(usize::MAX, name)?.value.text())));
    let args = [publish.target.text().to_string(), mode.to_string()].into_iter().chain(texts).collect();
    let edit = Recall::new(order.code, call, format!("{module}.open")).with(args).edit()?;
    Staged::within(item, call, edit, Vec::new())
}

/// `staging.write_text(text)`
fn written<'t>(
    order: &Order<'_, 't>,
    publish: &Publish<'t>,
    opened: &Site<'t>,
    (call, path, name): (&Call<'t>, Node<'t>, &str),
    module: &str,
) -> Result<Staged<'t>, Decline> {
    let statement = opened.statement().filter(|statement| statement.node().span() == call.node.span());
    let statement = statement.ok_or_else(|| decline("what the write gives is used"))?;
    if call.has_spread() || path.text() != publish.source.text() {
        return Err(decline("what is opened goes by another name than what is published"));
    }
    let args = call.args.iter().map(|arg| match (arg.name, name) {
        (Some("data"), "write_text") => format!("text={}", arg.value.text()),
        _ => arg.node.text().to_string(),
    });
    let args = std::iter::once(publish.target.text().to_string()).chain(args).collect();
    let edit = Recall::new(order.code, call, format!("{module}.{name}")).with(args).edit()?;
    // The receiver is the staging path, and goes.
    let call_function = call.function.span();
    Ok(Staged { statement, handle: None, call: call.node, call_function, edits: vec![edit], made: Vec::new() })
}
