//! A file that nobody closes is closed by a `with`, which says so if its last content cannot be written.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::handle::{Life, name_of};
use super::hazard::While;
use super::{Order, Said, decline};
use crate::kind::{Field, Kind};
use atomic_lint_source::Edit;

/// `file = open(…)` and `open(…).write(…)`, whatever the mode.
pub(super) fn by_with(order: &Order<'_, '_>) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    match order.site.parent_kind() {
        Some(Kind::Assignment) => assigned(order, &call),
        Some(Kind::Attribute) => at_once(order, &call),
        _ => Err(decline("its file object is kept in a way that has no `with`")),
    }
}

fn assigned<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let code = order.code;
    let assignment = order.site.parent().ok_or_else(|| decline("it is not assigned"))?;
    let name = name_of(assignment.node())?;
    let statement = assignment.statement().ok_or_else(|| decline("it is not a statement"))?;
    if !code.layout.is_alone(statement.node()) || statement.node().span() != assignment.node().span() {
        return Err(decline("other code stands on its line"));
    }
    let life = Life::of(order, &statement, name)?;
    let file = While { code, opening: call.node, handle: Some(name), path: "" };
    file.is_doubtful(&life.body)?;
    let column = code.layout.column(statement.node().span().start) + "with ".len();
    let behind = format!(" as {name}:");
    let manager = Recall::new(code, call, call.function.text().to_string());
    let manager = manager.at_column(column).before(behind.len()).text()?;
    let edit = Edit { span: assignment.node().span(), replacement: format!("with {manager}{behind}") };
    Ok(Draft::new("close it by a `with`").edit(life.edits).edit([edit]))
}

/// `open(path, "a").write(text)`
fn at_once<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let code = order.code;
    let statement = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?.node();
    let used = order.site.parent().and_then(|attribute| attribute.parent()).and_then(|outer| Call::of(outer.node()));
    let used = used.ok_or_else(|| decline("what is done with the file object is not known"))?;
    let is_simple = statement.kind() == Kind::ExpressionStatement && statement.span() == used.node.span();
    let method = used.function.get(Field::Attribute).map_or("", |name| name.text());
    if !is_simple || !code.layout.is_alone(statement) || statement.text().contains('\n') {
        return Err(decline("the file object is kept in a way that has no `with`"));
    }
    let layout = &code.layout;
    let indent = layout.indent(statement.span().start);
    let name = code.fresh(order.site.scope(), "file");
    let (opened, args, eol, unit) = (call.node.text(), used.list.text(), layout.eol, layout.unit);
    let replacement = format!("with {opened} as {name}:{eol}{indent}{unit}{name}.{method}{args}");
    Ok(Draft::new("close it by a `with`").edit([Edit { span: statement.span(), replacement }]))
}
