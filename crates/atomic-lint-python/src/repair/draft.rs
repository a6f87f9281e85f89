//! A change as a form says it, and how it becomes a spelling: with imports, or as one hunk.

use super::code::Code;
use super::copy::head;
use super::imports::Module;
use super::site::Site;
use crate::tree::Node;
use atomic_lint_ir::{Applicability, Decline, Spelling};
use atomic_lint_source::{Edit, Span};
use std::collections::BTreeSet;

/// The change of a form.
pub(super) struct Draft {
    title: String,
    applicability: Applicability,
    edits: Vec<Edit>,
    modules: Vec<Module>,
    unneeded: Vec<String>,
}

impl Draft {
    /// A change that does what the code did.
    pub(super) fn new(title: &str) -> Self {
        let (edits, modules, unneeded) = (Vec::new(), Vec::new(), Vec::new());
        Draft { title: title.to_string(), applicability: Applicability::Safe, edits, modules, unneeded }
    }

    /// With these edits too.
    pub(super) fn edit(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.edits.extend(edits);
        self
    }

    /// With a module that its edits name.
    pub(super) fn naming(mut self, module: Module) -> Self {
        self.modules.push(module);
        self
    }

    /// With those too.
    pub(super) fn naming_all(mut self, modules: impl IntoIterator<Item = Module>) -> Self {
        self.modules.extend(modules);
        self
    }

    /// Under another title.
    pub(super) fn titled(mut self, title: &str) -> Self {
        self.title = title.to_string();
        self
    }

    /// Without the import of `function`, if that was its last use.
    pub(super) fn without<'t>(mut self, code: &Code<'t>, function: Node<'t>) -> Self {
        let name = head(function).text();
        if code.uses(code.tree.root(), name).iter().filter(|usage| !code.imports.holds(usage.span())).count() == 1 {
            self.unneeded.push(name.to_string());
        }
        self
    }

    /// Without the imports of which all uses are within `gone`, unless `kept`, which is put in again, names them.
    pub(super) fn without_unused(mut self, code: &Code<'_>, gone: &[Span], kept: &str) -> Self {
        let words = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_string).collect();
        let kept: Vec<String> = words(kept);
        let named: BTreeSet<String> =
            gone.iter().flat_map(|span| -> Vec<String> { words(span.slice(code.text)) }).collect();
        for name in named.into_iter().filter(|name| code.imports.meaning(name).is_some() && !kept.contains(name)) {
            let uses = code.uses(code.tree.root(), &name);
            let mut uses = uses.iter().map(|usage| usage.span()).filter(|usage| !code.imports.holds(*usage)).peekable();
            if uses.peek().is_some() && uses.all(|usage| gone.iter().any(|span| span.contains(usage))) {
                self.unneeded.push(name);
            }
        }
        self
    }

    /// Not to be trusted as far as a safe one, if `doubtful`.
    pub(super) fn doubtful(mut self, doubtful: bool) -> Self {
        if doubtful {
            self.applicability = self.applicability.min(Applicability::Unsafe);
        }
        self
    }

    /// The whole change of `code`, for the call at `site`.
    pub(super) fn finished(mut self, code: &Code<'_>, site: &Site<'_>) -> Result<Spelling, Decline> {
        self.modules.sort_by(|a, b| a.path.cmp(b.path));
        self.modules.dedup_by(|a, b| a.path == b.path);
        let modules = &self.modules;
        self.unneeded.retain(|name| !modules.iter().any(|module| module.name == *name));
        let single_hunk = self.single_hunk(code, site);
        let mut edits = self.edits;
        edits.extend(code.imports.changed(code, &self.modules, &self.unneeded));
        edits.sort();
        let needs_runtime = self.modules.iter().any(|module| module.path == "crashsafe");
        let (title, applicability) = (self.title, self.applicability);
        Ok(Spelling { title, applicability, edits, single_hunk, needs_runtime, features: Vec::new() })
    }

    /// With the imports right above the statement, where all edits are near to it.
    fn single_hunk(&self, code: &Code<'_>, site: &Site<'_>) -> Option<Vec<Edit>> {
        let missing: Vec<_> = self.modules.iter().filter(|module| module.is_missing).collect();
        let mut edits = self.edits.clone();
        edits.sort();
        if !missing.is_empty() {
            let statement = site.statement()?.node();
            let start = edits.first()?.span.start.min(statement.span().start);
            let at = code.layout.line_start(start);
            let indent = code.layout.indent(start);
            let lines = missing.iter().map(|module| format!("{indent}import {}{}", module.path, code.layout.eol));
            let replacement = lines.collect::<String>() + code.layout.eol;
            edits.insert(0, Edit { span: Span::new(at, at), replacement });
        }
        is_one_hunk(code, &edits).then_some(edits)
    }
}

/// Whether no unchanged line lies between the edits.
fn is_one_hunk(code: &Code<'_>, edits: &[Edit]) -> bool {
    edits.windows(2).all(|pair| {
        let between = Span::new(pair[0].span.end, pair[1].span.start);
        between.slice(code.text).matches('\n').count() <= 1
    })
}
