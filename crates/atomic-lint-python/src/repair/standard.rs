//! The protocol written out with the standard library, for code that takes no runtime.
//!
//! The staging file is in a temporary directory beside the target: its name cannot be guessed, its mode is that of any
//! new file, and whatever happens it does not stay. The mode of the target and links to it are not kept.

use super::args::Call;
use super::draft::Draft;
use super::hazard::While;
use super::open::Item;
use super::opening::Opening;
use super::{Order, Said, decline, paths};
use crate::kind::Kind;
use crate::tree::Node;
use atomic_lint_ir::{Decline, Twin};
use atomic_lint_source::{Edit, Span};

/// The reported call as a whole protocol.
pub(super) fn through(order: &Order<'_, '_>, twin: Twin) -> Said {
    let call = Call::of(order.site.node()).ok_or_else(|| decline("it is not a call"))?;
    match twin {
        Twin::Open => opened(order, &call),
        Twin::Write => written(order, &call),
        Twin::Copy | Twin::Path => Err(decline("what it writes cannot be synced without a runtime")),
    }
}

/// `with open(…) as file:`
fn opened<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let code = order.code;
    let layout = &code.layout;
    let opening = Opening::of(order, call)?;
    let item = Item::of(&order.site).filter(|item| !item.has_others && opening.wrapper.is_none());
    let item = item.ok_or_else(|| decline("the protocol is too long to be written out here"))?;
    let handle = item.handle.ok_or_else(|| decline("its file object has no name"))?;
    let statement = item.statement.node();
    let last = statement.descendants().filter(|node| node.kind().is_statement()).last().unwrap_or(statement);
    if !layout.is_alone(statement) || !layout.is_alone(last) || leaves(statement) {
        return Err(decline("the protocol is too long to be written out here"));
    }
    let file = While { code, opening: call.node, handle: Some(handle), path: opening.path.text() };
    file.is_doubtful(&[statement])?;
    let frame = Frame::new(order, statement, opening.path)?;
    let args = opening.args.iter().map(|arg| match arg.split_once('=') {
        _ if arg == opening.path.text() => frame.staging.clone(),
        Some(("path", _)) => format!("file={}", frame.staging),
        _ => arg.clone(),
    });
    let renewed = format!("open({})", args.collect::<Vec<_>>().join(", "));
    let lines = layout.lines(statement, statement);
    let mut edits = layout.indented(lines);
    if let Some(first) = edits.first_mut() {
        first.replacement = format!("{}{}", frame.head, first.replacement);
    }
    edits.push(Edit { span: call.node.span(), replacement: renewed });
    let inner = [frame.indent.as_str(), layout.unit, layout.unit].concat();
    let tail = format!("{}{}", frame.synced(&inner, handle), frame.tail);
    edits.push(Edit { span: Span::new(lines.end, lines.end), replacement: frame.ended(order, lines.end, tail) });
    Ok(frame.draft().edit(edits))
}

/// `path.write_text(text)`
fn written<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Said {
    let layout = &order.code.layout;
    let (path, name) = call.method().ok_or_else(|| decline("it writes in a way that has no twin"))?;
    let statement = order.site.statement().ok_or_else(|| decline("it is not in a statement"))?.node();
    let is_simple = statement.kind() == Kind::ExpressionStatement && statement.span() == call.node.span();
    if !is_simple || !layout.is_alone(statement) || call.has_spread() || statement.text().contains('\n') {
        return Err(decline("the protocol is too long to be written out here"));
    }
    let content = call.arg(0, "data").ok_or_else(|| decline("its arguments are not spelled out"))?;
    let mode = if name == "write_bytes" { "\"wb\"" } else { "\"w\"" };
    let named = ["data", "encoding", "errors", "newline"].into_iter().enumerate().skip(1);
    let texts = named.filter_map(|(at, name)| Some(format!(", {name}={}", call.arg(at, name)?.value.text())));
    let frame = Frame::new(order, statement, super::args::bare(path))?;
    let file = order.code.fresh(order.site.scope(), "file");
    let (eol, unit) = (layout.eol, layout.unit);
    let inner = [frame.indent.as_str(), unit].concat();
    let opened = format!("{inner}with open({}, {mode}{}) as {file}:{eol}", frame.staging, texts.collect::<String>());
    let write = format!("{inner}{unit}{file}.write({}){eol}", content.value.text());
    let synced = frame.synced(&[inner.as_str(), unit].concat(), &file);
    let lines = layout.lines(statement, statement);
    let comment = layout.tail(statement.span().end);
    let write = write.replacen(eol, &format!("{comment}{eol}"), 1);
    let text = [&frame.head, &opened, &write, &synced, &frame.tail].map(String::as_str).concat();
    Ok(frame.draft().edit([Edit { span: lines, replacement: text }]))
}

/// What stands around the write.
struct Frame {
    indent: String,
    staging: String,
    head: String,
    tail: String,
    os: String,
    eol: &'static str,
    modules: Vec<super::imports::Module>,
}

impl Frame {
    fn new<'t>(order: &Order<'_, 't>, statement: Node<'t>, path: Node<'t>) -> Result<Frame, Decline> {
        let code = order.code;
        if !is_repeatable(path) {
            return Err(decline("its path would be computed twice"));
        }
        let (os, tempfile) = (code.imports.module(code, "os")?, code.imports.module(code, "tempfile")?);
        let (staging, folder) = (code.fresh(order.site.scope(), "staging"), code.fresh(order.site.scope(), "folder"));
        let layout = &code.layout;
        let indent = layout.indent(statement.span().start).to_string();
        let (eol, unit) = (layout.eol, layout.unit);
        let parent = match paths::is_path(order, path) && path.kind() != Kind::BinaryOperator {
            true => format!("{}.parent", path.text()),
            false => format!("{0}.path.dirname({0}.path.abspath({1}))", os.name, path.text()),
        };
        let entered = format!("with {}.TemporaryDirectory(dir={parent}) as {folder}:", tempfile.name);
        let entered = if indent.len() + entered.chars().count() <= layout.width {
            entered
        } else {
            let name = &tempfile.name;
            format!("with {name}.TemporaryDirectory({eol}{indent}{unit}dir={parent}{eol}{indent}) as {folder}:")
        };
        let inner = [indent.as_str(), unit].concat();
        let joined = format!("{inner}{staging} = {}.path.join({folder}, \"staging\"){eol}", os.name);
        let head = format!("{indent}{entered}{eol}{joined}");
        let tail = format!("{inner}{}.replace({staging}, {}){eol}", os.name, path.text());
        let name = os.name.clone();
        Ok(Frame { indent, staging, head, tail, os: name, eol, modules: vec![os, tempfile] })
    }

    fn synced(&self, indent: &str, handle: &str) -> String {
        let (os, eol) = (&self.os, self.eol);
        format!("{indent}{handle}.flush(){eol}{indent}{os}.fsync({handle}.fileno()){eol}")
    }

    /// Lines behind the last one of a file need an end of it first.
    fn ended(&self, order: &Order<'_, '_>, at: u32, lines: String) -> String {
        let is_ended = order.code.text.get(..at as usize).is_some_and(|text| text.ends_with('\n'));
        if is_ended { lines } else { format!("{}{lines}", self.eol) }
    }

    fn draft(self) -> Draft {
        let draft = Draft::new("write a staging file, sync it and rename it over the target").doubtful(true);
        self.modules.into_iter().fold(draft, Draft::naming)
    }
}

/// Whether an expression may be written twice: it is short, and does nothing.
fn is_repeatable(path: Node<'_>) -> bool {
    match path.kind() {
        Kind::Identifier | Kind::Attribute => !path.text().contains('('),
        Kind::String => !path.text().contains(['{', '\n']),
        _ => false,
    }
}

/// Whether it is left in other ways than by its end, behind which the file is not synced yet.
fn leaves(statement: Node<'_>) -> bool {
    let ends = [Kind::ReturnStatement, Kind::BreakStatement, Kind::ContinueStatement, Kind::Yield];
    statement.descendants().any(|node| ends.contains(&node.kind()))
}
