//! A file is published by a rename that replaces, and never copies.

use super::args::{Call, bare};
use super::call::Recall;
use super::draft::Draft;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_source::Edit;

/// The publish at the reported place.
pub(super) fn replacing(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let name = order.called(call.function);
    match (name.as_deref(), call.method()) {
        (Some("os.rename" | "os.renames"), _) => by_function(order, &call, false),
        (Some("shutil.move"), _) => moved(order, &call),
        (None, Some((_, "rename"))) if call.args.len() == 1 => Ok(by_method(&call)),
        _ => Err(decline("it is renamed in a way that has no twin")),
    }
}

/// `path.rename(target)`, where the two methods differ in nothing else.
fn by_method(call: &Call<'_>) -> Draft {
    let name = call.function.get(Field::Attribute).unwrap_or(call.function);
    Draft::new("replace the target").edit([Edit { span: name.span(), replacement: "replace".to_string() }])
}

/// `os.rename(source, target)`
fn by_function<'t>(order: &Order<'_, 't>, call: &Call<'t>, doubtful: bool) -> Said {
    let code = order.code;
    let module = code.imports.module(code, "os")?;
    let edit = Recall::new(code, call, format!("{}.replace", module.name)).edit()?;
    Ok(Draft::new("replace the target").edit([edit]).naming(module).without(code, call.function).doubtful(doubtful))
}

/// `shutil.move(source, target)`, which copies where a rename cannot reach.
fn moved<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    if call.args.len() != 2 || call.has_spread() || call.args.iter().any(|arg| arg.name.is_some()) {
        return Err(decline("its arguments are not spelled out"));
    }
    let is_used = match order.site.parent_kind() {
        Some(Kind::ExpressionStatement) => false,
        Some(Kind::Lambda | Kind::ReturnStatement) => true,
        _ => return Err(decline("what it returns is used")),
    };
    let is_beside = is_beside(order, call.args[0].value, call.args[1].value, 3);
    by_function(order, call, is_used || !is_beside)
}

/// Whether `source` is made of `target` in a way that keeps the directory.
fn is_beside<'t>(order: &Order<'_, 't>, source: Node<'t>, target: Node<'t>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let source = bare(source);
    if is_joined_alike(order, source, target) {
        return true;
    }
    let value = value_of(order, source);
    match source.kind() {
        Kind::Identifier => value.is_some_and(|value| is_beside(order, value, target, depth)),
        Kind::BinaryOperator => {
            let begins = source.get(Field::Left).is_some_and(|left| left.text() == target.text());
            begins && source.get(Field::Operator).is_some_and(|operator| operator.text() == "+")
        }
        Kind::String => {
            let first = source.children().find(|part| part.kind() != Kind::StringStart);
            let value =
                first.filter(|part| part.kind() == Kind::Interpolation).and_then(|part| part.get(Field::Expression));
            value.is_some_and(|value| value.text() == target.text()) && !source.text().contains('/')
        }
        Kind::Call => Call::of(source).is_some_and(|call| match call.method() {
            Some((receiver, "with_suffix" | "with_name" | "with_stem")) => receiver.text() == target.text(),
            _ => false,
        }),
        _ => false,
    }
}

/// `os.path.join(a, b)` and `os.path.join(a, c)`
fn is_joined_alike<'t>(order: &Order<'_, 't>, source: Node<'t>, target: Node<'t>) -> bool {
    let joined = |node: Node<'t>| {
        let node = value_of(order, node).unwrap_or(node);
        let call = Call::of(node)?;
        let is_join = order.code.dotted(call.function).as_deref() == Some("os.path.join");
        (is_join && call.args.len() == 2 && !call.args[1].value.text().contains('/')).then(|| call.args[0].value.text())
    };
    joined(source).is_some() && joined(source) == joined(target)
}

/// The one value of a variable.
fn value_of<'t>(order: &Order<'_, 't>, node: Node<'t>) -> Option<Node<'t>> {
    let assigned = order.code.assigned(order.site.scope(), node.text());
    let is_one = node.kind() == Kind::Identifier && !assigned.other && assigned.values.len() == 1;
    assigned.values.first().copied().filter(|_| is_one)
}
