//! A temporary file is made in the directory of its target.

use super::args::{Call, constant};
use super::call::Recall;
use super::draft::Draft;
use super::site::Site;
use super::{Order, Said, decline, paths};
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::{Decline, FlowStep};

/// What makes a temporary file, and where it takes the directory.
const MAKERS: [(&str, usize); 4] = [
    ("tempfile.mkstemp", 2),
    ("tempfile.NamedTemporaryFile", 6),
    ("tempfile.mkdtemp", 2),
    ("tempfile.TemporaryDirectory", 2),
];

/// The call that makes the file gets a directory.
pub(super) fn made(order: &Order<'_, '_>) -> Said {
    let code = order.code;
    let maker = maker(order).ok_or_else(|| decline("where the temporary file is made is not seen here"))?;
    let call = Call::of(maker.node()).ok_or_else(|| decline("the temporary file is made in an unknown way"))?;
    let name = code.dotted(call.function).unwrap_or_default();
    let row = MAKERS.iter().find(|(own, _)| *own == name);
    let (_, at) = row.ok_or_else(|| decline("the temporary file is made in an unknown way"))?;
    if call.has_spread() || call.arg(*at, "dir").is_some() {
        return Err(decline("its directory is given already"));
    }
    let target = target(order).ok_or_else(|| decline("what it replaces is not seen here"))?;
    is_known_there(order, &maker, target)?;
    let mut draft = Draft::new("make the temporary file beside its target");
    let directory = match directory(order, target) {
        Some(directory) => directory,
        None => {
            let module = code.imports.module(code, "os")?;
            let os = module.name.clone();
            draft = draft.naming(module);
            format!("{os}.path.dirname({os}.path.abspath({}))", target.text())
        }
    };
    let mut args: Vec<_> = call.args.iter().map(|arg| arg.node.text().to_string()).collect();
    args.push(format!("dir={directory}"));
    let edit = Recall::new(code, &call, call.function.text().to_string()).with(args).edit()?;
    Ok(draft.edit([edit]))
}

fn maker<'t>(order: &Order<'_, 't>) -> Option<Site<'t>> {
    let mut known = order.repair.steps.iter().filter(|(step, _)| *step == FlowStep::Open);
    let known = known.next_back().and_then(|(_, span)| Site::of(order.code.tree, *span));
    let is_maker = |node: &Node<'t>| {
        let name = Call::of(*node).and_then(|call| order.code.dotted(call.function));
        name.is_some_and(|name| MAKERS.iter().any(|(own, _)| *own == name))
    };
    known.filter(|site| is_maker(&site.node())).or_else(|| {
        let before = order.site.node().span().start;
        let functions = order.site.around().map(|site| site.node());
        let mut scopes =
            functions.filter(|node| matches!(node.kind(), Kind::FunctionDefinition | Kind::ClassDefinition));
        scopes.find_map(|scope| {
            let all = scope.descendants().filter(|node| node.span().end <= before);
            let mut makers = all.filter(is_maker);
            let only = makers.next().filter(|_| makers.next().is_none())?;
            Site::of_node(order.code.tree, only)
        })
    })
}

fn target<'t>(order: &Order<'_, 't>) -> Option<Node<'t>> {
    let publish = Call::of(order.site.node())?;
    match order.repair.target {
        Some(span) => Some(Site::of(order.code.tree, span)?.node()),
        None => publish.args.last().map(|arg| arg.value),
    }
}

/// Whether all that the target is made of is there when the file is made.
fn is_known_there<'t>(order: &Order<'_, 't>, maker: &Site<'t>, target: Node<'t>) -> Result<(), Decline> {
    let code = order.code;
    let (scope, at) = (maker.scope(), maker.node().span().start);
    let is_around = scope.span().contains(order.site.node().span());
    if !(is_around || target.kind() == Kind::Attribute && is_stored_before(target, scope, at)) {
        return Err(decline("it is made in another function"));
    }
    let own = order.site.scope();
    let is_own = |name: &Node<'t>| own.id() != scope.id() && code.parameter(own, name.text()).is_some();
    if is_around && target.descendants().any(|node| node.kind() == Kind::Identifier && is_own(&node)) {
        return Err(decline("its target is not known yet where it is made"));
    }
    let names = target.descendants().filter(|node| node.kind() == Kind::Identifier && node.field() != Field::Attribute);
    for name in names {
        let assigned = code.assigned(scope, name.text());
        if assigned.other || assigned.values.iter().any(|value| value.span().start > at) {
            return Err(decline("its target is not known yet where it is made"));
        }
    }
    Ok(())
}

/// Whether the function that makes the file has stored the target, `self.target`, before.
fn is_stored_before(target: Node<'_>, scope: Node<'_>, at: u32) -> bool {
    let mut assignments = scope.descendants().filter(|node| node.kind() == Kind::Assignment && node.span().end <= at);
    assignments.any(|node| node.get(Field::Left).is_some_and(|left| left.text() == target.text()))
}

/// The directory, where the target is spelled as something in it.
fn directory<'t>(order: &Order<'_, 't>, target: Node<'t>) -> Option<String> {
    let code = order.code;
    if let Some(call) = Call::of(target)
        && code.dotted(call.function).as_deref() == Some("os.path.join")
        && let [folder, name] = call.args.as_slice()
    {
        let is_name = constant(name.value).is_some_and(|text| !text.contains('/'));
        return is_name.then(|| folder.value.text().to_string());
    }
    let is_name = matches!(target.kind(), Kind::Identifier | Kind::Attribute);
    (is_name && paths::is_path(order, target)).then(|| format!("{}.parent", target.text()))
}
