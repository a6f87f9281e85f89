//! A record that is appended piece by piece is written by one call, which the system does not mix with another's.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_source::{Edit, Span};

/// `os.write(fd, a)`, `os.write(fd, b)` → `os.write(fd, a + b)`
pub(super) fn joined(order: &Order<'_, '_>) -> Said {
    let (code, layout) = (order.code, &order.code.layout);
    let statement = order.site.statement().ok_or_else(|| decline("it is not a statement"))?;
    let own = Piece::of(order, statement.node()).ok_or_else(|| decline("its pieces are not written by plain calls"))?;
    let (all, at) = statement.siblings();
    let is_next = |node: &&Node<'_>| Piece::of(order, **node).is_some_and(|piece| piece.goes_with(&own));
    let before = all[..at].iter().rev().take_while(is_next).count();
    let behind = all[at + 1..].iter().take_while(is_next).count();
    let run = &all[at - before..=at + behind];
    let pieces: Vec<Piece<'_>> = run.iter().filter_map(|node| Piece::of(order, *node)).collect();
    let (Some(first), [_, others @ ..]) = (pieces.first(), run) else { return Err(decline("it is not a statement")) };
    if others.is_empty() {
        return Err(decline("its pieces do not follow each other"));
    }
    let lines = layout.lines(run[0], run[run.len() - 1]);
    if lines.slice(code.text).contains('#') || !run.iter().all(|node| layout.is_alone(*node)) {
        return Err(decline("comments or other code stand on its lines"));
    }
    let asks = |piece: &Piece<'_>| !code.same_as(piece.content, first.file).is_empty();
    if pieces.iter().any(asks) || pieces[1..].iter().any(|piece| piece.given.is_some() && !piece.adds) {
        return Err(decline("what is written depends on what was written before"));
    }
    let content: Vec<String> = pieces.iter().map(|piece| summand(piece.content)).collect();
    let mut args: Vec<String> = first.call.args.iter().map(|arg| arg.node.text().to_string()).collect();
    let Some(last) = args.last_mut() else { return Err(decline("its pieces are not written by plain calls")) };
    *last = content.join(" + ");
    let written = Recall::new(code, &first.call, first.call.function.text().to_string()).with(args).edit()?;
    let gone = Span::new(layout.next_line(run[0].span().end), lines.end);
    Ok(Draft::new("write it in one piece").edit([written, Edit { span: gone, replacement: String::new() }]))
}

/// A statement that writes a piece and may count it.
struct Piece<'t> {
    call: Call<'t>,
    /// What it is written to.
    file: &'t str,
    content: Node<'t>,
    /// What gets the count, and whether that is added.
    given: Option<&'t str>,
    adds: bool,
}

impl<'t> Piece<'t> {
    fn of(order: &Order<'_, 't>, statement: Node<'t>) -> Option<Self> {
        let inner = statement.first().filter(|_| statement.kind() == Kind::ExpressionStatement)?;
        let (given, adds, value) = match inner.kind() {
            Kind::Assignment => (inner.get(Field::Left), false, inner.get(Field::Right)?),
            Kind::AugmentedAssignment => {
                let operator = inner.get(Field::Operator).filter(|operator| operator.text() == "+=");
                (operator.and(inner.get(Field::Left)), true, inner.get(Field::Right)?)
            }
            _ => (None, false, inner),
        };
        let call = Call::of(value).filter(|call| !call.has_spread())?;
        let is_function = order.called(call.function).is_some_and(|name| name == "os.write");
        let (file, content) = match (is_function, call.method(), call.args.as_slice()) {
            (true, _, [file, content]) => (file.value.text(), content.value),
            (false, Some((object, "write")), [content]) => (object.text(), content.value),
            _ => return None,
        };
        Some(Piece { call, file, content, given: given.map(Node::text), adds })
    }

    /// Whether both write to the same file in the same way.
    fn goes_with(&self, other: &Piece<'_>) -> bool {
        let same = |a: &Piece<'_>, b: &Piece<'_>| a.file == b.file && a.given == b.given;
        same(self, other) && self.call.function.text() == other.call.function.text()
    }
}

/// `content` as one of several that are added.
fn summand(content: Node<'_>) -> String {
    let is_plain = match content.kind() {
        Kind::Identifier | Kind::String | Kind::Call | Kind::Attribute | Kind::Subscript => true,
        Kind::ParenthesizedExpression => true,
        Kind::BinaryOperator => content.get(Field::Operator).is_some_and(|operator| operator.text() == "+"),
        _ => false,
    };
    if is_plain { content.text().to_string() } else { format!("({})", content.text()) }
}
