//! A file that is opened and written to in one expression.

use super::args::Call;
use super::call::Recall;
use super::draft::Draft;
use super::hazard::While;
use super::opening::Opening;
use super::{Order, Said, decline, thread};
use crate::kind::Kind;
use crate::tree::Node;
use atomic_lint_source::{Edit, Span};

/// `open(path, "w").write(text)`
pub(super) fn written<'t>(order: &Order<'_, 't>, call: &Call<'t>, opening: &Opening<'t>) -> Said {
    let code = order.code;
    let outer = order.site.parent().and_then(|attribute| attribute.parent());
    let write = outer.and_then(|outer| Some((Call::of(outer.node())?, outer)));
    let write = write.filter(|(write, _)| write.method().is_some_and(|(object, _)| object.id() == call.node.id()));
    let (write, outer) = write.ok_or_else(|| decline("what is done with the file object is not known"))?;
    let (_, name) = write.method().ok_or_else(|| decline("what is done with the file object is not known"))?;
    if name != "write" || write.args.len() != 1 || write.has_spread() || opening.wrapper.is_some() {
        return Err(decline("the file object is not only written to"));
    }
    let function = match opening.is_binary {
        Some(true) => "write_bytes",
        Some(false) => "write_text",
        None => return Err(decline("whether text or bytes are written is not known")),
    };
    let module = code.imports.module(code, "crashsafe")?;
    let mut args = vec![opening.path.text().to_string(), write.args[0].value.text().to_string()];
    args.extend(opening.texts.iter().cloned());
    let (edit, asyncio) = thread::called(order, &write, &outer, format!("{}.{function}", module.name), args)?;
    let exclusive = opening.args.iter().any(|arg| arg.trim_matches(['"', '\'']).starts_with('x'));
    if exclusive {
        return Err(decline("it creates and never replaces"));
    }
    let doubtful = opening.is_doubtful || order.site.is_async();
    let draft = Draft::new("write through crashsafe").edit([edit]).naming(module);
    Ok(draft.naming_all(asyncio).doubtful(doubtful))
}

/// `json.dump(value, open(path, "w"))`: the statement goes into a `with`.
pub(super) fn passed<'t>(order: &Order<'_, 't>, call: &Call<'t>, opening: &Opening<'t>) -> Said {
    let code = order.code;
    let statement = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?.node();
    let user = user(order).ok_or_else(|| decline("the file object is kept in a way that has no `with`"))?;
    if user.function.text().ends_with("enter_context") {
        return entered(order, call, opening);
    }
    if opening.wrapper.is_some() || user.function.text().contains("Popen") {
        return Err(decline("the file object is used after the call"));
    }
    let is_simple = statement.kind() == Kind::ExpressionStatement && statement.span() == user.node.span();
    if !is_simple || !code.layout.is_alone(statement) {
        return Err(decline("the file object is kept in a way that has no `with`"));
    }
    let name = code.fresh(order.site.scope(), "file");
    let module = code.imports.module(code, "crashsafe")?;
    let file = While { code, opening: call.node, handle: None, path: opening.path.text() };
    let doubtful = file.is_doubtful(&[statement])? || opening.is_doubtful || order.site.is_async();
    let args: Vec<_> = user.args.iter().map(|arg| substituted(code.text, arg.node, call.node, &name)).collect();
    let layout = &code.layout;
    let indent = layout.indent(statement.span().start);
    let column = indent.chars().count() + "with ".len();
    let behind = format!(" as {name}:");
    let opened = Recall::new(code, call, format!("{}.open", module.name)).with(opening.args.clone());
    let opened = opened.at_column(column).before(behind.len()).text()?;
    let inner = Recall::new(code, &user, user.function.text().to_string()).with(args);
    let inner = inner.at_column(column - "with ".len() + layout.unit.len()).before(0).text()?;
    let inner = inner.replace('\n', &format!("\n{}", layout.unit));
    let replacement = format!("with {opened}{behind}{}{indent}{}{inner}", layout.eol, layout.unit);
    let edit = Edit { span: statement.span(), replacement };
    Ok(Draft::new("write through crashsafe").edit([edit]).naming(module).doubtful(doubtful))
}

/// `stack.enter_context(open(path, "w"))`, which leaves it when the stack is left.
fn entered<'t>(order: &Order<'_, 't>, call: &Call<'t>, opening: &Opening<'t>) -> Said {
    let code = order.code;
    if opening.wrapper.is_some() {
        return Err(decline("it is opened in a way that has no twin"));
    }
    let module = code.imports.module(code, "crashsafe")?;
    let edit = Recall::new(code, call, format!("{}.open", module.name)).with(opening.args.clone()).edit()?;
    Ok(Draft::new("write through crashsafe").edit([edit]).naming(module).doubtful(true))
}

/// The call that is given the file object as an argument.
fn user<'t>(order: &Order<'_, 't>) -> Option<Call<'t>> {
    let mut around = order.site.around();
    let mut next = around.next()?;
    if next.node().kind() == Kind::KeywordArgument {
        next = around.next()?;
    }
    let call = Call::of(around.next()?.node())?;
    (call.list.id() == next.node().id()).then_some(call)
}

/// The text of `node` with another expression in the place of a part of it.
pub(super) fn substituted(text: &str, node: Node<'_>, part: Node<'_>, replacement: &str) -> String {
    if !node.span().contains(part.span()) {
        return node.text().to_string();
    }
    let before = Span::new(node.span().start, part.span().start).slice(text);
    let behind = Span::new(part.span().end, node.span().end).slice(text);
    format!("{before}{replacement}{behind}")
}
