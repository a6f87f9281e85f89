//! Whether an expression is a `pathlib` path, as far as the file tells.

use super::Order;
use super::args::{Call, bare};
use crate::kind::{Field, Kind};
use crate::tree::Node;

/// How far through variables the question is followed.
const DEPTH: usize = 6;

const METHODS: [&str; 14] = [
    "with_suffix",
    "with_name",
    "with_stem",
    "joinpath",
    "resolve",
    "absolute",
    "expanduser",
    "relative_to",
    "rename",
    "replace",
    "home",
    "cwd",
    "readlink",
    "with_segments",
];

/// Whether `node` is surely a path object.
pub(super) fn is_path<'t>(order: &Order<'_, 't>, node: Node<'t>) -> bool {
    known(order, bare(node), DEPTH)
}

fn known<'t>(order: &Order<'_, 't>, node: Node<'t>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match node.kind() {
        Kind::ParenthesizedExpression => known(order, bare(node), depth),
        Kind::Call => made(order, node, depth),
        Kind::BinaryOperator => {
            let is_joined = node.get(Field::Operator).is_some_and(|operator| operator.text() == "/");
            let mut sides = [Field::Left, Field::Right].into_iter().filter_map(|field| node.get(field));
            is_joined && sides.any(|side| known(order, bare(side), depth))
        }
        Kind::Identifier => named(order, node, depth),
        Kind::Attribute => {
            let name = node.get(Field::Attribute).map_or("", Node::text);
            let object = node.get(Field::Object);
            let is_part = name == "parent" && object.is_some_and(|object| known(order, object, depth));
            is_part || object.is_some_and(|object| object.text() == "self") && stored(order, node, depth)
        }
        _ => false,
    }
}

/// `Path(…)`, and methods of paths that give paths.
fn made<'t>(order: &Order<'_, 't>, node: Node<'t>, depth: usize) -> bool {
    let Some(call) = Call::of(node) else { return false };
    if is_class(order.code.dotted(call.function).as_deref().unwrap_or("")) {
        return true;
    }
    if gives_path(order, call.function) {
        return true;
    }
    call.method().is_some_and(|(receiver, name)| {
        let is_class = || order.code.dotted(receiver).is_some_and(|name| is_class(&name));
        METHODS.contains(&name) && (is_class() || known(order, bare(receiver), depth))
    })
}

/// A function of this file that is declared to return a path, whichever class it may be of.
fn gives_path<'t>(order: &Order<'_, 't>, function: Node<'t>) -> bool {
    let name = function.get(Field::Attribute).unwrap_or(function).text();
    let is_it = |node: &Node<'t>| {
        node.kind() == Kind::FunctionDefinition && node.get(Field::Name).is_some_and(|own| own.text() == name)
    };
    let mut all = order.code.tree.all().filter(is_it).peekable();
    all.peek().is_some() && all.all(|node| node.get(Field::ReturnType).is_some_and(|ty| is_class_text(ty.text())))
}

fn named<'t>(order: &Order<'_, 't>, node: Node<'t>, depth: usize) -> bool {
    let code = order.code;
    let scope = order.site.scope();
    if let Some(parameter) = code.parameter(scope, node.text()) {
        return parameter.get(Field::Type).is_some_and(|ty| is_class_text(ty.text()));
    }
    let local = code.assigned(scope, node.text());
    let found = if local.values.is_empty() { code.assigned(code.tree.root(), node.text()) } else { local };
    !found.other && !found.values.is_empty() && found.values.iter().all(|value| known(order, bare(*value), depth))
}

/// `self.path`, from what the class assigns to it or declares.
fn stored<'t>(order: &Order<'_, 't>, node: Node<'t>, depth: usize) -> bool {
    let Some(class) = order.site.class() else { return false };
    let name = node.get(Field::Attribute).map_or("", Node::text);
    let of_it = |inner: &Node<'t>| {
        let target = inner.get(Field::Left).map_or("", Node::text);
        inner.kind() == Kind::Assignment && (target == node.text() || target == name)
    };
    let mut all = class.descendants().filter(of_it).peekable();
    all.peek().is_some()
        && all.all(|assignment| match (assignment.get(Field::Type), assignment.get(Field::Right)) {
            (Some(ty), _) => is_class_text(ty.text()),
            (None, Some(value)) => known(order, bare(value), depth) || is_path_parameter(order, class, value),
            (None, None) => false,
        })
}

/// A value that is a parameter of some method of the class, declared as a path wherever one is called so.
fn is_path_parameter<'t>(order: &Order<'_, 't>, class: Node<'t>, value: Node<'t>) -> bool {
    let functions = class.descendants().filter(|node| node.kind() == Kind::FunctionDefinition);
    let mut all = functions.filter_map(|function| order.code.parameter(function, value.text())).peekable();
    all.peek().is_some() && all.all(|parameter| parameter.get(Field::Type).is_some_and(|ty| is_class_text(ty.text())))
}

fn is_class(name: &str) -> bool {
    matches!(name, "pathlib.Path" | "pathlib.PosixPath" | "pathlib.WindowsPath" | "pathlib2.Path")
}

fn is_class_text(text: &str) -> bool {
    let bare = text.trim_matches(['"', '\'']).trim();
    let bare = bare.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(bare);
    let bare = bare.strip_suffix("| None").unwrap_or(bare).trim();
    matches!(bare, "Path" | "pathlib.Path")
}
