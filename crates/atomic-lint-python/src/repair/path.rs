//! A library that is given a path is given that of a staging file.

use super::args::{Call, constant};
use super::call::Recall;
use super::draft::Draft;
use super::handle::Held;
use super::hazard::While;
use super::one_shot::substituted;
use super::open::Item;
use super::opening::mode_texts;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Decline, FlowStep};
use atomic_lint_source::{Edit, Span};

/// Functions that put a suffix behind a path that has none, and would then write elsewhere.
const SUFFIXED: [(&str, &str); 4] =
    [("numpy.save", ".npy"), ("numpy.savez", ".npz"), ("numpy.savez_compressed", ".npz"), ("shutil.make_archive", "/")];

/// Those whose second argument says whether they begin a new file or add to one.
const MODED: [&str; 4] = ["zipfile.ZipFile", "zipfile.PyZipFile", "tarfile.open", "tarfile.TarFile"];

/// The call at the reported place.
pub(super) fn through(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let target = target(order, &call)?;
    keeps_suffix(order, &call, target)?;
    begins_anew(order, &call)?;
    Ok(within(order, target, "save through crashsafe")?.doubtful(may_be_file(order, target)))
}

/// Whether callers may give the library a file object, which it takes for a path as well.
fn may_be_file<'t>(order: &Order<'_, 't>, target: Node<'t>) -> bool {
    let parameter = order.code.parameter(order.site.scope(), target.text());
    parameter.is_some_and(|parameter| parameter.get(Field::Type).is_none())
}

/// The argument that is the path.
fn target<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Result<Node<'t>, Decline> {
    let unknown = || decline("its path is not among its arguments");
    let Some(span) = order.repair.target else {
        let first = call.args.first().filter(|first| !first.is_spread && first.name.is_none());
        return first.map(|first| first.value).ok_or_else(unknown);
    };
    call.args.iter().map(|arg| arg.value).find(|value| value.span() == span).ok_or_else(unknown)
}

fn keeps_suffix<'t>(order: &Order<'_, 't>, call: &Call<'t>, target: Node<'t>) -> Result<(), Decline> {
    let api = order.repair.api.as_str();
    let dotted = order.code.dotted(call.function);
    let is_it = |name: &str| dotted.as_deref() == Some(name) || api == name;
    let Some((_, suffix)) = SUFFIXED.iter().find(|(name, _)| is_it(name)) else { return Ok(()) };
    let bare = target.text().trim_end_matches([')', '"', '\'']);
    if bare.ends_with(suffix) { Ok(()) } else { Err(decline("it may put a suffix behind the path")) }
}

/// What is added to a file that is there is not to be written to an empty one.
fn begins_anew<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Result<(), Decline> {
    let dotted = order.code.dotted(call.function);
    let is_it = |name: &&str| dotted.as_deref() == Some(*name) || order.repair.api == *name;
    let named = call.args.iter().copied().find(|arg| arg.name == Some("mode"));
    let Some(mode) = named.or_else(|| call.arg(1, "mode").filter(|_| MODED.iter().any(is_it))) else {
        return Ok(());
    };
    let is_written = |mode: &str| mode.starts_with(['w', 'x']);
    let begins = mode.value.text().trim_start_matches(['f', 'F']).trim_start_matches(['"', '\'']);
    let is_text = mode.value.kind() == Kind::String && is_written(begins);
    let all = mode_texts(order, mode.value, 0).filter(|all| !all.is_empty());
    match is_text || all.is_some_and(|all| all.into_iter().all(is_written)) {
        true => Ok(()),
        false => Err(decline("its mode is not spelled out")),
    }
}

/// The statement of the call within `with crashsafe.path(target) as staging:`.
pub(super) fn within<'t>(order: &Order<'_, 't>, target: Node<'t>, title: &str) -> Said {
    let code = order.code;
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    let module = code.imports.module(code, "crashsafe")?;
    let staging = code.fresh(order.site.scope(), "staging");
    let manager = format!("{}.path({}) as {staging}", module.name, target.text());
    let is_reused =
        code.same_as(call.node, target.text()).len() > 1 || target.kind() == Kind::Call && constant(target).is_some();
    let draft = Draft::new(title).naming(module).doubtful(order.site.is_async() || is_reused);
    if let Some(item) = Item::of(&order.site) {
        let asks = asks(order, target, item.handle, &[item.statement.node()])?;
        return Ok(draft.edit(beside_item(order, &item, target, &manager, &staging)?).doubtful(asks));
    }
    if order.repair.steps.contains(&(FlowStep::Open, order.site.node().span())) {
        let held = Held::of(order)?;
        let asks = asks(order, target, Some(held.name), &held.body)?;
        return Ok(draft.edit(around_lines(order, held.lines, target, &manager, &staging)?).doubtful(asks));
    }
    Ok(draft.edit(around_statement(order, &call, target, &manager, &staging)?))
}

/// Whether what runs within the `with` may tell the staging file from the target.
fn asks<'t>(
    order: &Order<'_, 't>,
    target: Node<'t>,
    handle: Option<&str>,
    region: &[Node<'t>],
) -> Result<bool, Decline> {
    While { code: order.code, opening: order.site.node(), handle, path: target.text() }.is_doubtful(region)
}

/// `file = library.File(target)` and what follows up to `file.close()`.
fn around_lines(
    order: &Order<'_, '_>,
    lines: Span,
    target: Node<'_>,
    manager: &str,
    staging: &str,
) -> Result<Vec<Edit>, Decline> {
    let mut edits = nested(order, lines, manager)?;
    edits.push(Edit { span: target.span(), replacement: staging.to_string() });
    Ok(edits)
}

/// `with library.File(target) as file:` gets an item in front.
fn beside_item<'t>(
    order: &Order<'_, 't>,
    item: &Item<'t>,
    target: Node<'t>,
    manager: &str,
    staging: &str,
) -> Result<Vec<Edit>, Decline> {
    let layout = &order.code.layout;
    let start = item.node.span().start;
    let own = item.node.text().chars().count() + staging.chars().count() - target.text().chars().count();
    let length = layout.column(start) + manager.chars().count() + ", ".len() + own + ":".len();
    let replaced = Edit { span: target.span(), replacement: staging.to_string() };
    if item.has_others || length <= layout.width {
        return Ok(vec![Edit { span: Span::new(start, start), replacement: format!("{manager}, ") }, replaced]);
    }
    let statement = item.statement.node();
    if item.statement.node().begins_with("async") || !layout.is_alone(statement) {
        return Err(decline("other code stands on its lines"));
    }
    let mut edits = nested(order, layout.lines(statement, statement), manager)?;
    edits.push(replaced);
    Ok(edits)
}

/// `library.save(target)`, whole statement.
fn around_statement<'t>(
    order: &Order<'_, 't>,
    call: &Call<'t>,
    target: Node<'t>,
    manager: &str,
    staging: &str,
) -> Result<Vec<Edit>, Decline> {
    let code = order.code;
    let layout = &code.layout;
    let statement = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?;
    let is_simple = matches!(statement.node().kind(), Kind::ExpressionStatement | Kind::ReturnStatement);
    if !is_simple || !layout.is_alone(statement.node()) {
        return Err(decline("it is part of a statement that has no `with`"));
    }
    let mut edits = nested(order, layout.lines(statement.node(), statement.node()), manager)?;
    let is_one_line = !statement.node().text().contains('\n');
    let args = call.args.iter().map(|arg| substituted(code.text, arg.node, target, staging));
    let recall = Recall::new(code, call, call.function.text().to_string()).with(args.collect());
    let column = layout.column(call.node.span().start) + layout.unit.len();
    match is_one_line {
        true => edits.push(recall.at_column(column).deeper(1).edit()?),
        false => edits.push(Edit { span: target.span(), replacement: staging.to_string() }),
    }
    Ok(edits)
}

/// Puts whole lines into a `with`.
fn nested(order: &Order<'_, '_>, lines: Span, manager: &str) -> Result<Vec<Edit>, Decline> {
    let layout = &order.code.layout;
    let mut edits = layout.indented(lines);
    let indent = layout.indent(lines.start);
    let first = edits.first_mut().ok_or_else(|| decline("it is not in a statement"))?;
    first.replacement = format!("{indent}with {}:{}{}", fitted(order, indent, manager), layout.eol, layout.unit);
    Ok(edits)
}

/// The manager, broken over lines where it is too long for one.
fn fitted(order: &Order<'_, '_>, indent: &str, manager: &str) -> String {
    let layout = &order.code.layout;
    let length = indent.chars().count() + "with :".len() + manager.chars().count();
    let parts = manager.split_once('(').zip(manager.rsplit_once(')'));
    match parts {
        Some(((function, _), (_, name))) if length > layout.width && !manager.contains('\n') => {
            let inside = manager.get(function.len() + 1..manager.len() - name.len() - 1).unwrap_or("");
            layout.ended(&format!("{function}(\n{indent}{}{inside}\n{indent}){name}", layout.unit))
        }
        _ => manager.to_string(),
    }
}
