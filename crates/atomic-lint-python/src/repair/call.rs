//! A call written anew: another function, other arguments, broken over lines as black breaks them.

use super::args::Call;
use super::code::Code;
use super::decline;
use crate::tree::Node;
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};

/// A call with what becomes of it.
pub(super) struct Recall<'r, 't> {
    code: &'r Code<'t>,
    call: &'r Call<'t>,
    function: String,
    args: Vec<String>,
    /// What stands before it on its line, if not what stands there now.
    lead: Option<usize>,
    /// What follows it on its line, if not what follows now.
    tail: Option<usize>,
    /// How many levels deeper it goes.
    depth: usize,
}

impl<'r, 't> Recall<'r, 't> {
    /// `call` as a call of `function` with the same arguments.
    pub(super) fn new(code: &'r Code<'t>, call: &'r Call<'t>, function: String) -> Self {
        let args = call.args.iter().map(|arg| arg.node.text().to_string()).collect();
        Recall { code, call, function, args, lead: None, tail: None, depth: 0 }
    }

    /// With other arguments.
    pub(super) fn with(mut self, args: Vec<String>) -> Self {
        self.args = args;
        self
    }

    /// At another column of its line.
    pub(super) fn at_column(mut self, column: usize) -> Self {
        self.lead = Some(column);
        self
    }

    /// With so many characters behind it.
    pub(super) fn before(mut self, tail: usize) -> Self {
        self.tail = Some(tail);
        self
    }

    /// So many levels deeper than it stands.
    pub(super) fn deeper(mut self, levels: usize) -> Self {
        self.depth = levels;
        self
    }

    /// The edit that puts it in the place of the old call.
    pub(super) fn edit(&self) -> Result<Edit, Decline> {
        Ok(Edit { span: self.call.node.span(), replacement: self.text()? })
    }

    /// Its text.
    pub(super) fn text(&self) -> Result<String, Decline> {
        if holds_comment(self.call.list, self.call) {
            return self.patched().ok_or_else(|| decline("comments stand between its arguments"));
        }
        let one = self.on_one_line();
        if self.may_stay_on_one_line() && self.fits(&one) {
            return Ok(one);
        }
        if self.args.iter().any(|arg| arg.contains('\n')) && !self.is_broken() {
            return Ok(one);
        }
        Ok(self.code.layout.ended(&self.broken()))
    }

    /// Arguments with comments between them keep their lines; only one in front may be new.
    fn patched(&self) -> Option<String> {
        let old: Vec<_> = self.call.args.iter().map(|arg| arg.node.text().to_string()).collect();
        let list = self.call.list.text();
        if self.args == old {
            return Some(format!("{}{list}", self.function));
        }
        let (first, rest) = self.args.split_first()?;
        let inside = list.strip_prefix('(')?;
        let space = inside.get(..inside.len() - inside.trim_start().len())?;
        let gap = if space.contains('\n') { space } else { " " };
        (rest == old).then(|| format!("{}({space}{first},{gap}{}", self.function, inside.trim_start()))
    }

    fn on_one_line(&self) -> String {
        format!("{}({})", self.function, self.args.join(", "))
    }

    /// A comma behind the last argument asks for a line for each.
    fn may_stay_on_one_line(&self) -> bool {
        !(self.has_magic_comma() || self.is_broken() && self.args.iter().any(|arg| arg.contains('\n')))
    }

    fn has_magic_comma(&self) -> bool {
        let inside = self.call.list.text().trim_end_matches(')').trim_end();
        inside.ends_with(',') && self.is_broken()
    }

    fn is_broken(&self) -> bool {
        let Some(first) = self.call.args.first() else { return false };
        let gap = Span::new(self.call.list.span().start, first.node.span().start);
        gap.slice(self.code.text).contains('\n')
    }

    /// Whether it is no longer than lines may be, or than its line is now.
    fn fits(&self, text: &str) -> bool {
        let layout = &self.code.layout;
        let span = self.call.node.span();
        let mut lines = text.split('\n');
        let first = self.column() + lines.next().map_or(0, |line| line.chars().count());
        let tail = self.tail.unwrap_or_else(|| layout.tail(span.end).chars().count());
        match lines.next_back() {
            None => first + tail <= layout.width,
            Some(last) => first <= layout.width && last.chars().count() + tail <= layout.width,
        }
    }

    fn column(&self) -> usize {
        self.lead.unwrap_or_else(|| self.code.layout.column(self.call.node.span().start))
    }

    fn broken(&self) -> String {
        let layout = &self.code.layout;
        let base = layout.indent(self.call.node.span().start).to_string() + &layout.unit.repeat(self.depth);
        let inner = format!("{base}{}", layout.unit);
        let joined = self.args.join(", ");
        let is_short = inner.chars().count() + joined.chars().count() <= layout.width;
        if is_short && !self.has_magic_comma() && !joined.contains('\n') {
            return format!("{}(\n{inner}{joined}\n{base})", self.function);
        }
        let lines: String = self.args.iter().map(|arg| format!("{inner}{arg},\n")).collect();
        format!("{}(\n{lines}{base})", self.function)
    }
}

/// Whether a comment stands between the arguments.
fn holds_comment(list: Node<'_>, call: &Call<'_>) -> bool {
    let text = list.text();
    let start = list.span().start;
    let mut at = 0;
    for arg in &call.args {
        let (from, to) = (arg.node.span().start - start, arg.node.span().end - start);
        if text.get(at..from as usize).is_none_or(|gap| gap.contains('#')) {
            return true;
        }
        at = to as usize;
    }
    text.get(at..).is_none_or(|gap| gap.contains('#'))
}
