//! Compressed and archive files: they write over a file that is opened through the runtime.

use super::Order;
use super::args::{Argument, Call};
use super::call::Recall;
use super::decline;
use super::open::Item;
use crate::tree::Node;
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};

/// The name of a function, its argument of the path, and that of a file object beside it.
type Row = (&'static str, &'static str, Option<(usize, &'static str)>);

/// Functions that open a path or write over a file object, and how they are given the object.
const WRAPPERS: [Row; 9] = [
    ("gzip.open", "filename", None),
    ("gzip.GzipFile", "filename", Some((3, "fileobj"))),
    ("bz2.open", "filename", None),
    ("bz2.BZ2File", "filename", None),
    ("lzma.open", "filename", None),
    ("lzma.LZMAFile", "filename", None),
    ("zipfile.ZipFile", "file", None),
    ("tarfile.open", "name", Some((2, "fileobj"))),
    ("tarfile.TarFile", "name", Some((2, "fileobj"))),
];

/// What writes over an opened file.
pub(super) struct Wrapper<'t> {
    /// The argument of the path.
    pub(super) path: Argument<'t>,
    /// The keyword of a file object beside the path; without one it takes the place of the path.
    beside: Option<&'static str>,
}

impl<'t> Wrapper<'t> {
    /// Whether a function of that name is one.
    pub(super) fn is_of(name: &str) -> bool {
        WRAPPERS.iter().any(|(own, ..)| *own == name)
    }

    /// What `call` of `name` writes over.
    pub(super) fn of(call: &Call<'t>, name: &str) -> Result<Self, Decline> {
        let row = WRAPPERS.iter().find(|(own, ..)| *own == name);
        let (_, keyword, object) = row.ok_or_else(|| decline("it is opened in a way that has no twin"))?;
        let path = call.arg(0, keyword).ok_or_else(|| decline("its path is not among its arguments"))?;
        if object.is_some_and(|(at, name)| call.arg(at, name).is_some()) {
            return Err(decline("it is given a file object beside the path"));
        }
        Ok(Wrapper { path, beside: object.map(|(_, name)| name) })
    }

    /// The arguments of the wrapper over `raw`.
    pub(super) fn over(&self, call: &Call<'t>, raw: &str) -> Vec<String> {
        let replaced = |arg: &Argument<'t>| match (arg.node.id() == self.path.node.id(), self.beside, arg.name) {
            (true, None, Some(name)) => format!("{name}={raw}"),
            (true, None, None) => raw.to_string(),
            _ => arg.node.text().to_string(),
        };
        let mut args: Vec<_> = call.args.iter().map(replaced).collect();
        args.extend(self.beside.map(|name| format!("{name}={raw}")));
        args
    }

    /// The edits that put it over a file of its own within a `with`.
    pub(super) fn within(
        &self,
        order: &Order<'_, 't>,
        call: &Call<'t>,
        module: &str,
        item: &Item<'t>,
    ) -> Result<Vec<Edit>, Decline> {
        let code = order.code;
        let raw = code.fresh(order.site.scope(), "raw");
        let path = self.path.value.text();
        let quote = quote_of(call);
        let opened = format!("{module}.open({path}, {quote}wb{quote}) as {raw}");
        let args = self.over(call, &raw);
        let layout = &code.layout;
        let one = format!("{opened}, {}({})", call.function.text(), args.join(", "));
        let column = layout.column(item.node.span().start);
        let tail = layout.tail(call.node.span().end).chars().count();
        if item.has_others || column + one.chars().count() + tail <= layout.width {
            let start = item.node.span().start;
            let inner = Recall::new(code, call, call.function.text().to_string()).with(args);
            let outer = Edit { span: Span::new(start, start), replacement: format!("{opened}, ") };
            return Ok(vec![outer, inner.at_column(column + opened.chars().count() + 2).edit()?]);
        }
        nested(order, call, item, &opened, args)
    }
}

/// The whole `with` within another one.
fn nested<'t>(
    order: &Order<'_, 't>,
    call: &Call<'t>,
    item: &Item<'t>,
    opened: &str,
    args: Vec<String>,
) -> Result<Vec<Edit>, Decline> {
    let layout = &order.code.layout;
    let statement = item.statement.node();
    if !layout.is_alone(statement) {
        return Err(decline("other code stands on its lines"));
    }
    let lines = layout.lines(statement, statement);
    let mut edits = layout.indented(lines);
    let indent = layout.indent(statement.span().start);
    if let Some(first) = edits.first_mut() {
        first.replacement = format!("{indent}with {opened}:{}{}", layout.eol, layout.unit);
    }
    let column = layout.column(call.node.span().start) + layout.unit.len();
    edits.push(Recall::new(order.code, call, call.function.text().to_string()).with(args).at_column(column).edit()?);
    Ok(edits)
}

fn quote_of(call: &Call<'_>) -> char {
    let mode = call.arg(1, "mode").map(|mode| mode.value);
    let quote = mode.map(Node::text).and_then(|text| text.chars().last());
    quote.filter(|quote| matches!(quote, '"' | '\'')).unwrap_or('"')
}
