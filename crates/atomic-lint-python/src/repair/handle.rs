//! `file = open(…)`, some lines, `file.close()`: the lines go into a `with`.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::hazard::While;
use super::opening::Opening;
use super::site::Site;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};

/// An assignment of an opened file to a variable.
pub(super) fn through<'t>(order: &Order<'_, 't>, call: &Call<'t>, opening: &Opening<'t>) -> Said {
    let code = order.code;
    let (assignment, statement, name) = assigned(order)?;
    let life = Life::of(order, &statement, name)?;
    let file = While { code, opening: call.node, handle: Some(name), path: opening.path.text() };
    let doubtful = file.is_doubtful(&life.body)? || !life.is_closed;
    if !life.is_closed && file.is_passed(&life.body) {
        return Err(decline("the file object is passed on and never closed"));
    }
    let module = code.imports.module(code, "crashsafe")?;
    let column = code.layout.column(statement.node().span().start) + "with ".len();
    let behind = format!(" as {name}:");
    let manager = manager(order, call, opening, &module.name, column, behind.len())?;
    let draft = Draft::new("write through crashsafe").edit(life.edits);
    let draft = match life.entered {
        Some(item) => {
            let gone = Edit { span: code.layout.lines(statement.node(), statement.node()), replacement: String::new() };
            draft.edit([gone, Edit { span: item, replacement: format!("{manager} as {name}") }])
        }
        None => draft.edit([Edit { span: assignment.node().span(), replacement: format!("with {manager}{behind}") }]),
    };
    let draft = if opening.wrapper.is_none() { draft.without(code, call.function) } else { draft };
    Ok(draft.naming(module).doubtful(doubtful || opening.is_doubtful || order.site.is_async()))
}

/// The assignment that gives the opened file its name, and the statement that it is.
fn assigned<'t>(order: &Order<'_, 't>) -> Result<(Site<'t>, Site<'t>, &'t str), Decline> {
    let assignment = order.site.parent().ok_or_else(|| decline("it is not assigned"))?;
    let name = name_of(assignment.node())?;
    let statement = assignment.statement().ok_or_else(|| decline("it is not a statement"))?;
    if !order.code.layout.is_alone(statement.node()) || statement.node().span() != assignment.node().span() {
        return Err(decline("other code stands on its line"));
    }
    Ok((assignment, statement, name))
}

/// The lines of a file that is opened by the reported call: from there to where it is closed, in one block.
pub(super) struct Held<'t> {
    /// What the file is called.
    pub(super) name: &'t str,
    /// The statements while it is open.
    pub(super) body: Vec<Node<'t>>,
    /// All of the lines.
    pub(super) lines: Span,
}

impl<'t> Held<'t> {
    /// The lines of the file that is assigned to a variable.
    pub(super) fn of(order: &Order<'_, 't>) -> Result<Held<'t>, Decline> {
        let (_, statement, name) = assigned(order)?;
        let life = Life::of(order, &statement, name)?;
        if !life.is_closed {
            return Err(decline("it stays open behind its block"));
        }
        let layout = &order.code.layout;
        let lines = Span::new(layout.line_start(statement.node().span().start), layout.next_line(life.end));
        Ok(Held { name, body: life.body, lines })
    }
}

/// The items of the new `with` up to the `as`.
fn manager<'t>(
    order: &Order<'_, 't>,
    call: &Call<'t>,
    opening: &Opening<'t>,
    module: &str,
    column: usize,
    behind: usize,
) -> Result<String, Decline> {
    let code = order.code;
    let Some(wrapper) = &opening.wrapper else {
        let recall = Recall::new(code, call, format!("{module}.open")).with(opening.args.clone());
        return recall.at_column(column).before(behind).text();
    };
    let raw = code.fresh(order.site.scope(), "raw");
    let outer = format!("{module}.open({}) as {raw}, ", opening.args.join(", "));
    let column = column + outer.chars().count();
    let inner = Recall::new(code, call, call.function.text().to_string()).with(wrapper.over(call, &raw));
    Ok(outer + &inner.at_column(column).before(behind).text()?)
}

pub(super) fn name_of<'t>(assignment: Node<'t>) -> Result<&'t str, Decline> {
    let left = assignment.get(Field::Left).filter(|_| assignment.get(Field::Type).is_none());
    match left {
        Some(left) if left.kind() == Kind::Identifier => Ok(left.text()),
        Some(left) if left.kind() == Kind::Attribute => Err(decline("the file object is stored")),
        _ => Err(decline("the file object is assigned in a way that has no `with`")),
    }
}

/// The statements while a handle is open, and the edits that move them into a `with`.
pub(super) struct Life<'t> {
    pub(super) body: Vec<Node<'t>>,
    pub(super) edits: Vec<Edit>,
    is_closed: bool,
    /// Where the last of them ends, the close included.
    end: u32,
    /// The item of a `with` that enters the variable, right behind.
    entered: Option<Span>,
}

impl<'t> Life<'t> {
    pub(super) fn of(order: &Order<'_, 't>, opened: &Site<'t>, name: &str) -> Result<Life<'t>, Decline> {
        let code = order.code;
        let (all, at) = opened.siblings();
        let behind = all.get(at + 1..).unwrap_or_default();
        let scope = order.site.scope();
        let used = |node: &Node<'t>| !code.uses(*node, name).is_empty();
        let next = behind.iter().position(|node| binds(*node, name)).unwrap_or(behind.len());
        let behind = behind.get(..next).unwrap_or_default();
        let last = behind.iter().rposition(used).ok_or_else(|| decline("the file object is not used in its block"))?;
        let end = behind[last].span().end;
        let after = code.uses(scope, name).into_iter().find(|usage| usage.span().start > end);
        if after.is_some_and(|usage| !is_bound(order, usage)) {
            return Err(decline("the file object is used outside of its block"));
        }
        let life = behind.get(..=last).unwrap_or_default();
        if life.iter().flat_map(|node| code.uses(*node, name)).any(|usage| is_bound(order, usage)) {
            return Err(decline("its variable holds other things too"));
        }
        if let [tried] = life
            && tried.kind() == Kind::TryStatement
        {
            return tried_and_closed(order, *tried, name);
        }
        match life {
            [with] if with.kind() == Kind::WithStatement && entered(*with, name).is_some() => {
                let body = with.get(Field::Body).into_iter().collect();
                Ok(Life { body, edits: Vec::new(), is_closed: true, end, entered: entered(*with, name) })
            }
            _ => in_one_block(order, life, name),
        }
    }
}

/// The only item of `with name:`.
fn entered(with: Node<'_>, name: &str) -> Option<Span> {
    let clause = with.child_of(Kind::WithClause).filter(|_| !with.begins_with("async"))?;
    let is_it = clause.text() == name;
    is_it.then(|| clause.span())
}

/// Whether `statement` gives `name` another value, whatever it had.
fn binds(statement: Node<'_>, name: &str) -> bool {
    let assignment = statement.first().filter(|inner| inner.kind() == Kind::Assignment);
    assignment.and_then(|inner| inner.get(Field::Left)).is_some_and(|left| left.text() == name)
}

/// Whether a variable is given a value where it stands.
fn is_bound<'t>(order: &Order<'_, 't>, usage: Node<'t>) -> bool {
    let site = Site::of_node(order.code.tree, usage);
    let parent = site.and_then(|site| site.parent());
    parent.is_some_and(|parent| match parent.node().kind() {
        Kind::Assignment => usage.field() == Field::Left,
        Kind::AsPatternTarget => true,
        _ => false,
    })
}

/// Lines that end with the close, or without one.
fn in_one_block<'t>(order: &Order<'_, 't>, life: &[Node<'t>], name: &str) -> Result<Life<'t>, Decline> {
    let layout = &order.code.layout;
    let closes: Vec<_> = life.iter().filter(|node| is_close(**node, name)).collect();
    let closed = life.last().filter(|last| is_close(**last, name));
    if closes.len() > 1 || closes.len() != closed.iter().count() {
        return Err(decline("the file is closed before its last use"));
    }
    let body = if closed.is_some() { &life[..life.len() - 1] } else { life };
    let (Some(first), Some(last)) = (body.first(), body.last()) else {
        return Err(decline("nothing is written"));
    };
    if body.iter().chain(closed).any(|node| !layout.is_alone(*node)) {
        return Err(decline("other code stands on its lines"));
    }
    if closed.is_some() && body.iter().any(|node| closes_within(*node, name)) {
        return Err(decline("the file is closed in several places"));
    }
    let opened = order.site.statement().map_or(first.span().start, |statement| statement.node().span().end);
    let lines = Span::new(layout.next_line(opened), layout.next_line(last.span().end));
    let mut edits = layout.indented(lines);
    edits.extend(closed.map(|closed| removal(order, *closed)));
    let end = closed.unwrap_or(last).span().end;
    Ok(Life { body: body.to_vec(), edits, is_closed: closed.is_some(), end, entered: None })
}

/// Takes out the lines of `node`; comments above them stay.
fn removal(order: &Order<'_, '_>, node: Node<'_>) -> Edit {
    Edit { span: order.code.layout.lines(node, node), replacement: String::new() }
}

/// `try: … finally: file.close()`, whose lines keep their place.
fn tried_and_closed<'t>(order: &Order<'_, 't>, tried: Node<'t>, name: &str) -> Result<Life<'t>, Decline> {
    let layout = &order.code.layout;
    let body = tried.get(Field::Body).ok_or_else(|| decline("it has no body"))?;
    let clauses: Vec<_> = tried.children().filter(|child| child.id() != body.id()).collect();
    let [clause] = clauses.as_slice() else { return Err(decline("its `try` does more than to close it")) };
    let closing: Vec<_> = clause.child_of(Kind::Block).into_iter().flat_map(Node::children).collect();
    let is_plain = clause.kind() == Kind::FinallyClause && matches!(closing.as_slice(), [one] if is_close(*one, name));
    let first = body.first().filter(|first| layout.is_alone(*first));
    let (Some(first), true) = (first, is_plain && layout.is_alone(tried)) else {
        return Err(decline("its `try` does more than to close it"));
    };
    if closes_within(body, name) {
        return Err(decline("the file is closed in several places"));
    }
    let opened = order.site.statement().map_or(tried.span().start, |statement| statement.node().span().end);
    let gap = Span::new(layout.line_end(opened), layout.line_end(tried.span().start));
    let head = Span::new(gap.start, layout.line_end(gap.end));
    let between = Span::new(layout.next_line(opened), layout.line_start(tried.span().start));
    let ahead = Span::new(layout.next_line(tried.span().start), layout.line_start(first.span().start));
    if !between.slice(order.code.text).trim().is_empty() || ahead.slice(order.code.text).contains('#') {
        return Err(decline("comments stand where its `try` begins"));
    }
    let last = body.children().filter(|node| node.kind().is_statement()).last().unwrap_or(first);
    let tail = Span::new(layout.next_line(last.span().end), layout.next_line(clause.span().end));
    if tail.slice(order.code.text).contains('#') {
        return Err(decline("comments stand where the file is closed"));
    }
    let gone = |span| Edit { span, replacement: String::new() };
    let end = tried.span().end;
    Ok(Life { body: vec![body], edits: vec![gone(head), gone(tail)], is_closed: true, end, entered: None })
}

fn closes_within(node: Node<'_>, name: &str) -> bool {
    node.descendants().any(|inner| inner.kind() == Kind::ExpressionStatement && is_close(inner, name))
}

/// Whether `statement` is `name.close()`.
pub(super) fn is_close(statement: Node<'_>, name: &str) -> bool {
    let call = statement.first().filter(|_| statement.kind() == Kind::ExpressionStatement).and_then(Call::of);
    call.is_some_and(|call| {
        call.args.is_empty() && call.method().is_some_and(|(object, own)| own == "close" && object.text() == name)
    })
}
