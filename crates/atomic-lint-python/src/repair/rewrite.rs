//! A file that is read and written back through one handle: it is read through that, and written through the runtime.

use super::args::{Call, constant};
use super::call::Recall;
use super::draft::Draft;
use super::hazard::{While, is_textual};
use super::open::Item;
use super::opening::Opening;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Decline, FlowStep};
use atomic_lint_source::{Edit, Span};

/// ```python
/// with open(path, "r+") as file:              # with open(path) as file:
///     state = json.load(file)                 #     state = json.load(file)
///     file.seek(0)                            # with crashsafe.open(path, "w") as file:
///     file.truncate()
///     json.dump(state, file)                  #     json.dump(state, file)
/// ```
pub(super) fn through(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let opening = Opening::updating(order, &call)?;
    let rewrite = Rewrite::of(order, &call, &opening)?;
    let draft = if rewrite.is_read() { rewrite.apart()? } else { rewrite.anew()? };
    Ok(draft.doubtful(true))
}

/// A `with` whose file is given up at some statement and written from there on.
struct Rewrite<'o, 't> {
    order: &'o Order<'o, 't>,
    call: &'o Call<'t>,
    opening: &'o Opening<'t>,
    item: Item<'t>,
    handle: &'t str,
    /// The statements of the `with`.
    body: Vec<Node<'t>>,
    /// The statements that go back to the start or cut the content off, in the order of the code.
    cuts: Vec<Node<'t>>,
    /// The first of them that stand before the first write with nothing between; none where it is written at once.
    given_up: Option<Site<'t>>,
}

impl<'o, 't> Rewrite<'o, 't> {
    fn of(order: &'o Order<'_, 't>, call: &'o Call<'t>, opening: &'o Opening<'t>) -> Result<Self, Decline> {
        let item = Item::of(&order.site).filter(|item| !item.has_others && !item.statement.node().begins_with("async"));
        let item = item.ok_or_else(|| decline("it is not opened by a `with` of its own"))?;
        let handle = item.handle.ok_or_else(|| decline("its file object has no name"))?;
        let block = item.statement.node().get(Field::Body).ok_or_else(|| decline("it has no body"))?;
        let body: Vec<_> = block.children().filter(|node| node.kind().is_statement()).collect();
        let mut writes = order.repair.steps.iter().filter(|(step, _)| *step == FlowStep::Write).map(|(_, span)| *span);
        let write =
            writes.find(|span| block.span().contains(*span)).ok_or_else(|| decline("it is written elsewhere"))?;
        let cuts: Vec<_> = block.descendants().filter(|node| is_cut(*node, handle)).collect();
        if cuts.iter().any(|cut| !order.code.layout.is_alone(*cut)) {
            return Err(decline("other code stands on its lines"));
        }
        let given_up = last_run(order, &cuts, write)?;
        if reads(block, handle, write.start) {
            return Err(decline("what is written is read back through the same handle"));
        }
        Ok(Rewrite { order, call, opening, item, handle, body, cuts, given_up })
    }

    /// Whether the old content is asked for.
    fn is_read(&self) -> bool {
        let Some(given_up) = &self.given_up else { return false };
        let end = given_up.node().span().start;
        let uses = self.body.iter().flat_map(|node| self.order.code.uses(*node, self.handle));
        uses.into_iter().any(|usage| usage.span().start < end && !self.cuts.iter().any(|cut| holds(*cut, usage)))
    }

    /// It is opened through the runtime from the start.
    fn anew(&self) -> Said {
        let code = self.order.code;
        let file = self.while_open();
        file.is_doubtful(&[self.item.statement.node()])?;
        let module = code.imports.module(code, "crashsafe")?;
        let opened = Recall::new(code, self.call, format!("{}.open", module.name)).with(self.opening.args.clone());
        if self.body.iter().all(|node| self.cuts.iter().any(|cut| cut.id() == node.id())) {
            return Err(decline("nothing is written"));
        }
        let gone = self.cuts.iter().map(|cut| self.gone(*cut));
        let draft = Draft::new("write through crashsafe").edit(gone).edit([opened.edit()?]);
        Ok(draft.naming(module).without(code, self.call.function))
    }

    /// What comes behind the reading goes into a `with` of its own.
    fn apart(&self) -> Said {
        let given_up = self.given_up.as_ref().ok_or_else(|| decline("it is not seen where its content is given up"))?;
        let code = self.order.code;
        let moved = self.moved(given_up)?;
        let at = self.body.iter().position(|node| node.id() == moved.id()).unwrap_or(0);
        let (read, written) = self.body.split_at(at);
        if read.is_empty() {
            return Err(decline("it is read only where it is written"));
        }
        self.is_closed_between(read, written)?;
        let module = code.imports.module(code, "crashsafe")?;
        let mut edits = vec![self.reading()?];
        edits.extend(self.outdented(moved, given_up.node())?);
        edits.push(self.entered(given_up.node(), &module.name)?);
        let others =
            self.cuts.iter().filter(|cut| cut.id() != given_up.node().id() && cut.span().start >= moved.span().start);
        edits.extend(others.map(|cut| self.gone(*cut)));
        Ok(Draft::new("read it, then write through crashsafe").edit(edits).naming(module))
    }

    /// The statement of the `with` from which on all goes out of it: the one that gives the content up, or the `if` at
    /// the end that it is in.
    fn moved(&self, given_up: &Site<'t>) -> Result<Node<'t>, Decline> {
        let nested = || decline("the file is still being read where it is written");
        let body = self.item.statement.node().get(Field::Body).map(Node::id);
        let mut site = given_up.clone();
        loop {
            let (all, at) = site.siblings();
            let block = site.parent().ok_or_else(nested)?;
            if Some(block.node().id()) == body {
                return Ok(site.node());
            }
            let around = block.parent().ok_or_else(nested)?;
            let is_plain = around.node().kind() == Kind::IfStatement && around.node().get(Field::Alternative).is_none();
            let (outer, outer_at) = around.siblings();
            let is_read = all.iter().take(at).any(|node| !self.order.code.uses(*node, self.handle).is_empty());
            if !is_plain || is_read || outer_at + 1 != outer.len() {
                return Err(nested());
            }
            let condition = around.node().get(Field::Condition);
            if condition.is_some_and(|condition| !self.order.code.uses(condition, self.handle).is_empty()) {
                return Err(nested());
            }
            site = around;
        }
    }

    /// Nothing that reads lazily, or looks at the path, is left for when the handle is closed.
    fn is_closed_between(&self, read: &[Node<'t>], written: &[Node<'t>]) -> Result<(), Decline> {
        let code = self.order.code;
        let file = self.while_open();
        file.is_doubtful(read)?;
        file.is_doubtful(written)?;
        let path = self.opening.path;
        let changes = |name: Node<'t>| {
            name.kind() == Kind::Identifier && {
                let assigned = read.iter().chain(written).map(|node| code.assigned(*node, name.text()));
                assigned.into_iter().any(|assigned| assigned.other || !assigned.values.is_empty())
            }
        };
        let calls = |node: Node<'t>| node.kind() == Kind::Call && !is_textual(code, node);
        if path.descendants().any(|node| changes(node) || calls(node) || node.kind() == Kind::NamedExpression) {
            return Err(decline("its path may be another one when it is written"));
        }
        Ok(())
    }

    fn while_open(&self) -> While<'_, 't> {
        let (handle, path) = (Some(self.handle), self.opening.path.text());
        While { code: self.order.code, opening: self.call.node, handle, path }
    }

    /// The file is opened for reading alone.
    fn reading(&self) -> Result<Edit, Decline> {
        let is_function = self.order.code.dotted(self.call.function).is_some() || self.call.method().is_none();
        let position = usize::from(is_function);
        let mode = self.call.arg(position, "mode").ok_or_else(|| decline("its mode is not spelled out"))?;
        let letters = constant(mode.value).filter(|letters| letters.starts_with('r'));
        let letters = letters.ok_or_else(|| decline("it is opened for other than reading and writing"))?;
        let at = self.call.args.iter().position(|arg| arg.node.id() == mode.node.id()).unwrap_or(0);
        let (before, behind) = (self.call.args[..at].last(), self.call.args.get(at + 1));
        let is_needed = letters.contains('b') || behind.is_some_and(|next| next.name.is_none());
        if is_needed {
            let plain = if letters.contains('b') { "rb" } else { "r" };
            let replacement = mode.value.text().replacen(letters, plain, 1);
            return Ok(Edit { span: mode.value.span(), replacement });
        }
        let own = mode.node.span();
        let span = match (before, behind) {
            (Some(before), _) => Span::new(before.node.span().end, own.end),
            (None, Some(behind)) => Span::new(own.start, behind.node.span().start),
            (None, None) => own,
        };
        Ok(Edit { span, replacement: String::new() })
    }

    /// The lines from `moved` up to where the content is given up go one level out, with the comments above them.
    fn outdented(&self, moved: Node<'t>, given_up: Node<'t>) -> Result<Vec<Edit>, Decline> {
        let layout = &self.order.code.layout;
        let before = self.body.iter().take_while(|node| node.id() != moved.id()).last();
        let start = before.map_or(moved.span().start, |before| layout.next_line(before.span().end));
        let lines = Span::new(layout.line_start(start), layout.line_start(given_up.span().start));
        layout.dedented(lines, self.level()?).ok_or_else(|| decline("its lines are not indented alike"))
    }

    /// By how much the statements of the `with` are further in than it is.
    fn level(&self) -> Result<&'t str, Decline> {
        let layout = &self.order.code.layout;
        let outer = layout.indent(self.item.statement.node().span().start);
        let inner = self.body.first().map_or("", |first| layout.indent(first.span().start));
        let level = inner.strip_prefix(outer).filter(|level| !level.is_empty());
        level.ok_or_else(|| decline("its lines are not indented alike"))
    }

    /// The statement that gives the content up becomes the head of the new `with`.
    fn entered(&self, given_up: Node<'t>, module: &str) -> Result<Edit, Decline> {
        let code = self.order.code;
        let layout = &code.layout;
        let start = layout.line_start(given_up.span().start);
        let indent = layout.indent(given_up.span().start);
        let outer = indent.strip_suffix(self.level()?).ok_or_else(|| decline("its lines are not indented alike"))?;
        let behind = format!(" as {}:", self.handle);
        let column = outer.chars().count() + "with ".len();
        let recall = Recall::new(code, self.call, format!("{module}.open")).with(self.opening.args.clone());
        // It stands as deep as the old one does, or deeper by what it is nested in.
        let with = layout.indent(self.item.statement.node().span().start);
        let levels = outer.len().saturating_sub(with.len()) / layout.unit.len().max(1);
        let opened = recall.at_column(column).before(behind.len()).deeper(levels).text()?;
        Ok(Edit { span: Span::new(start, given_up.span().end), replacement: format!("{outer}with {opened}{behind}") })
    }

    fn gone(&self, cut: Node<'t>) -> Edit {
        Edit { span: self.order.code.layout.lines(cut, cut), replacement: String::new() }
    }
}

fn holds(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.span().contains(inner.span())
}

/// The first of the statements that give the content up, all right before what is written at `write`.
fn last_run<'t>(order: &Order<'_, 't>, cuts: &[Node<'t>], write: Span) -> Result<Option<Site<'t>>, Decline> {
    let Some(last) = cuts.iter().rev().find(|cut| cut.span().end <= write.start) else { return Ok(None) };
    let site = Site::of_node(order.code.tree, *last).ok_or_else(|| decline("it is not in a block"))?;
    let (all, at) = site.siblings();
    let before = all.iter().take(at).rev().take_while(|node| cuts.iter().any(|cut| cut.id() == node.id()));
    let first = before.last().copied().unwrap_or(*last);
    let rest = all.get(at + 1..).unwrap_or_default();
    if !rest.iter().any(|node| node.span().contains(write)) {
        return Err(decline("its content is given up in another block than it is written in"));
    }
    Ok(Site::of_node(order.code.tree, first))
}

/// Whether the file is read behind byte `from`, which the handle for the new content cannot do.
fn reads(block: Node<'_>, handle: &str, from: u32) -> bool {
    let is_handle = |node: Option<Node<'_>>| node.is_some_and(|node| node.text() == handle);
    let reads = |name: &str| name.starts_with("read") || name.starts_with("load") || name.ends_with("reader");
    block.descendants().filter(|node| node.span().end > from).any(|node| match node.kind() {
        Kind::ForStatement | Kind::ForInClause => node.span().start >= from && is_handle(node.get(Field::Right)),
        Kind::Call => Call::of(node).is_some_and(|call| {
            let function = call.function.text();
            let given = call.args.iter().any(|arg| is_handle(Some(arg.value)));
            let asked = call.method().is_some_and(|(object, _)| is_handle(Some(object)));
            call.node.span().start >= from && (given || asked) && reads(function.rsplit('.').next().unwrap_or(function))
        }),
        _ => false,
    })
}

/// Whether `statement` goes back to the start of the file or cuts its content off.
fn is_cut(statement: Node<'_>, handle: &str) -> bool {
    let call = statement.first().filter(|_| statement.kind() == Kind::ExpressionStatement).and_then(Call::of);
    let Some(call) = call else { return false };
    let Some((object, method)) = call.method() else { return false };
    let args: Vec<&str> = call.args.iter().map(|arg| arg.value.text()).collect();
    let is_zero = match args.as_slice() {
        ["0"] => true,
        ["0", whence] => *whence == "0" || whence.ends_with("SEEK_SET"),
        _ => false,
    };
    object.text() == handle && (method == "seek" && is_zero || method == "truncate" && (args.is_empty() || is_zero))
}
