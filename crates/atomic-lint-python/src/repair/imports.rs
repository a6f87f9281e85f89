//! What names are imported, and where a new import belongs.
//!
//! New ones go where isort puts them: among those of their section, `import` before `from`, by name.

use super::code::Code;
use super::stdlib;
use crate::kind::{Field, Kind};
use crate::tree::{Node, Tree};
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};
use rustc_hash::FxHashMap;

/// The imports of a file.
pub(super) struct Imports<'t> {
    meanings: FxHashMap<&'t str, String>,
    /// Those at the top of the file, in order.
    run: Vec<Imported<'t>>,
    /// All of them, wherever they stand.
    statements: Vec<Node<'t>>,
    root: Node<'t>,
}

/// A module that new code names.
pub(super) struct Module {
    /// What it is.
    pub(super) path: &'static str,
    /// What it is called here.
    pub(super) name: String,
    /// It has to be imported first.
    pub(super) is_missing: bool,
}

/// An import at the top of the file.
#[derive(Clone, Copy)]
struct Imported<'t> {
    node: Node<'t>,
    section: Section,
    is_from: bool,
    module: &'t str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Future,
    Standard,
    Other,
    Relative,
}

impl<'t> Imports<'t> {
    pub(super) fn new(tree: &'t Tree<'t>) -> Self {
        let mut meanings = FxHashMap::default();
        for node in tree.all() {
            match node.kind() {
                Kind::ImportStatement => plain_names(node, &mut meanings),
                Kind::ImportFromStatement => from_names(node, &mut meanings),
                _ => {}
            }
        }
        let is_import = |node: &Node<'t>| matches!(node.kind(), Kind::ImportStatement | Kind::ImportFromStatement);
        let statements = tree.all().filter(is_import).collect();
        Imports { meanings, run: run(tree.root()), statements, root: tree.root() }
    }

    /// What an imported name means, as a dotted path.
    pub(super) fn meaning(&self, name: &str) -> Option<&str> {
        self.meanings.get(name).map(String::as_str)
    }

    /// Whether anything of the module `path` is imported.
    pub(super) fn brings(&self, path: &str) -> bool {
        let is_of = |meaning: &String| meaning.split('.').next() == Some(path);
        self.meanings.values().any(is_of)
    }

    /// What module `path` is called here, whether it is imported already or has to be.
    pub(super) fn module(&self, code: &Code<'t>, path: &'static str) -> Result<Module, Decline> {
        if let Some(name) = self.name_of(path) {
            return Ok(Module { path, name: name.to_string(), is_missing: false });
        }
        if self.is_taken(code, path) {
            return Err(Decline(format!("`{path}` is the name of something else here")));
        }
        Ok(Module { path, name: path.to_string(), is_missing: true })
    }

    /// What the top of the file calls module `path`.
    fn name_of(&self, path: &str) -> Option<&'t str> {
        let top = self.root.children().filter(|node| node.kind() == Kind::ImportStatement);
        top.flat_map(|node| node.all(Field::Name)).find_map(|name| match name.kind() {
            Kind::AliasedImport if name.get(Field::Name)?.text() == path => Some(name.get(Field::Alias)?.text()),
            Kind::DottedName => {
                let head = name.first()?.text();
                (head == path).then_some(head)
            }
            _ => None,
        })
    }

    /// Whether `name` is anything but the module of that name.
    fn is_taken(&self, code: &Code<'t>, name: &str) -> bool {
        if self.meanings.get(name).is_some_and(|path| path != name) {
            return true;
        }
        let assigned = code.assigned(self.root, name);
        let is_bound = !assigned.values.is_empty() || assigned.other;
        is_bound || code.tree.all().any(|node| node.field() == Field::Parameters && binds(node, name))
    }

    /// Whether `span` is part of an import.
    pub(super) fn holds(&self, span: Span) -> bool {
        self.statements.iter().any(|statement| statement.span().contains(span))
    }

    /// The edits that import what is missing, and take out what no code names any more.
    pub(super) fn changed(&self, code: &Code<'t>, modules: &[Module], unneeded: &[String]) -> Vec<Edit> {
        let gone = self.gone(unneeded);
        let missing: Vec<_> = modules.iter().filter(|module| module.is_missing).collect();
        if let ([only], [gone], [module]) = (self.run.as_slice(), gone.as_slice(), missing.as_slice())
            && only.node.id() == gone.id()
        {
            let replacement = format!("import {}", module.path);
            return vec![Edit { span: gone.span(), replacement }];
        }
        let ids: Vec<_> = gone.iter().map(|node| node.id()).collect();
        let stays = |import: &&Imported<'t>| !ids.contains(&import.node.id());
        let run = self.run.iter().filter(stays).copied().collect();
        let rest = Imports { meanings: FxHashMap::default(), run, statements: Vec::new(), root: self.root };
        let mut edits = rest.added(code, missing.into_iter());
        let touch = |first: &Node<'t>, second: &Node<'t>| line_behind(code, *first) == line_before(code, *second);
        edits.extend(gone.chunk_by(touch).map(|run| removal(code, run)));
        edits
    }

    /// Imports of the run that bind one name only, an unneeded one.
    fn gone(&self, unneeded: &[String]) -> Vec<Node<'t>> {
        let is_unneeded = |import: &&Imported<'t>| {
            let mut names = import.node.all(Field::Name);
            let only = names.next().filter(|_| names.next().is_none());
            let bound = only.map(|name| name.get(Field::Alias).or_else(|| name.first()).unwrap_or(name).text());
            bound.is_some_and(|bound| unneeded.iter().any(|name| name == bound))
        };
        self.run.iter().filter(is_unneeded).map(|import| import.node).collect()
    }

    fn added<'m>(&self, code: &Code<'t>, missing: impl Iterator<Item = &'m Module>) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        for edit in missing.map(|module| self.addition(code, module.path)) {
            match edits.iter_mut().find(|other| other.span == edit.span) {
                Some(other) => other.replacement = merged(&other.replacement, &edit.replacement, code.layout.eol),
                None => edits.push(edit),
            }
        }
        edits
    }

    fn addition(&self, code: &Code<'t>, path: &str) -> Edit {
        let section = section_of(path);
        let line = format!("import {path}{}", code.layout.eol);
        let run = self.sectioned(code);
        if run.is_empty() && !self.run.is_empty() {
            return self.unsectioned(code, line);
        }
        let peers: Vec<_> = run.iter().filter(|import| import.section == section).collect();
        // Some projects count one package or another among the standard library's.
        let unmixed = blocks(code, run).filter(|block| block.iter().all(|import| import.section == section));
        let apart: Vec<_> = unmixed.flatten().collect();
        let peers = if apart.is_empty() { peers } else { apart };
        if let Some(edit) = among(code, &peers, path, &line) {
            return edit;
        }
        let eol = code.layout.eol;
        let before = run.iter().rfind(|import| import.section < section);
        let behind = run.iter().find(|import| import.section > section);
        match (before, behind) {
            (Some(before), Some(behind)) if line_behind(code, before.node) == line_before(code, behind.node) => {
                insert(line_behind(code, before.node), line, code)
            }
            (Some(before), _) => insert(line_behind(code, before.node), format!("{eol}{line}"), code),
            (None, Some(behind)) => insert(line_before(code, behind.node), format!("{line}{eol}"), code),
            (None, None) => self.alone(code, line),
        }
    }

    /// The imports that are in sections: what stands behind a blank line may be out of order, as some projects want it.
    fn sectioned(&self, code: &Code<'t>) -> &[Imported<'t>] {
        let Some(at) = self.run.windows(2).position(|pair| pair[0].section > pair[1].section) else { return &self.run };
        let (last, next) = (self.run[at].node, self.run[at + 1].node);
        let is_apart = line_behind(code, last) != line_before(code, next);
        if is_apart { &self.run[..=at] } else { &[] }
    }

    /// Behind the first plain imports, where no sections are kept.
    fn unsectioned(&self, code: &Code<'t>, line: String) -> Edit {
        let past = self.run.iter().skip_while(|import| import.section == Section::Future);
        let plain = past.clone().take_while(|import| !import.is_from).last();
        match (plain, past.clone().next()) {
            (Some(plain), _) => insert(line_behind(code, plain.node), line, code),
            (None, Some(first)) => insert(line_before(code, first.node), line, code),
            (None, None) => self.alone(code, line),
        }
    }

    /// The first import of a file: behind its docstring.
    fn alone(&self, code: &Code<'t>, line: String) -> Edit {
        let eol = code.layout.eol;
        let mut statements = self.root.children().filter(|node| node.kind().is_statement());
        let first = statements.next();
        let docstring = first.filter(|node| node.first().is_some_and(|inner| inner.kind() == Kind::String));
        let next = if docstring.is_some() { statements.next() } else { first };
        let gap = match next.map(Node::kind) {
            Some(Kind::FunctionDefinition | Kind::ClassDefinition | Kind::DecoratedDefinition) => [eol, eol].concat(),
            _ => eol.to_string(),
        };
        match (docstring, next) {
            // The blank lines behind the docstring are those that the import wants behind it.
            (Some(docstring), _) => insert(line_behind(code, docstring), format!("{eol}{line}"), code),
            (None, Some(next)) => insert(line_before(code, next), format!("{line}{gap}"), code),
            (None, None) => insert(code.text.len() as u32, line, code),
        }
    }
}

/// The imports in groups with no blank line within.
fn blocks<'i, 't>(code: &Code<'t>, run: &'i [Imported<'t>]) -> impl Iterator<Item = &'i [Imported<'t>]> {
    run.chunk_by(|import, next| line_behind(code, import.node) == line_before(code, next.node))
}

/// An import between those of its own section.
fn among(code: &Code<'_>, peers: &[&Imported<'_>], path: &str, line: &str) -> Option<Edit> {
    let first = peers.first()?;
    let is_mixed = peers.windows(2).any(|pair| pair[0].is_from && !pair[1].is_from);
    let rank = |import: &Imported<'_>| (import.is_from && !is_mixed, import.module.to_lowercase());
    let before = peers.iter().rfind(|import| rank(import) < (false, path.to_lowercase()));
    Some(match before {
        Some(before) => insert(line_behind(code, before.node), line.to_string(), code),
        None => insert(line_before(code, first.node), line.to_string(), code),
    })
}

fn insert(at: u32, text: String, code: &Code<'_>) -> Edit {
    let is_behind_unended_line = at as usize == code.text.len() && !code.text.is_empty() && !code.text.ends_with('\n');
    let replacement = if is_behind_unended_line { format!("{}{text}", code.layout.eol) } else { text };
    Edit { span: Span::new(at, at), replacement }
}

/// The lines of imports; where they were alone between blank lines, one of these goes too.
fn removal(code: &Code<'_>, run: &[Node<'_>]) -> Edit {
    let layout = &code.layout;
    let mut span = layout.lines(run[0], run[run.len() - 1]);
    let before = Span::new(0, span.start).slice(code.text);
    let is_first = before.is_empty() || before.replace('\r', "").ends_with("\n\n");
    if is_first && layout.tail(span.end).is_empty() {
        span.end = layout.next_line(span.end);
    }
    Edit { span, replacement: String::new() }
}

/// Two new imports at one place, of which one may bring blank lines.
fn merged(first: &str, second: &str, eol: &str) -> String {
    let gap = [eol, eol].concat();
    match (first.starts_with(eol), second.starts_with(eol)) {
        (true, true) => format!("{first}{}", second.trim_start_matches(eol)),
        (false, true) => format!("{first}{second}"),
        (true, false) => format!("{second}{first}"),
        (false, false) if first.ends_with(&gap) => format!("{}{eol}{second}", first.trim_end_matches(eol)),
        (false, false) => format!("{first}{second}"),
    }
}

fn line_behind(code: &Code<'_>, node: Node<'_>) -> u32 {
    code.layout.next_line(node.span().end)
}

fn line_before(code: &Code<'_>, node: Node<'_>) -> u32 {
    code.layout.line_start(node.span().start)
}

/// The imports that the file begins with, docstring aside; what describes the file may stand behind those of the future.
fn run(root: Node<'_>) -> Vec<Imported<'_>> {
    let is_import = |node: &Node<'_>| {
        matches!(node.kind(), Kind::ImportStatement | Kind::ImportFromStatement | Kind::FutureImportStatement)
    };
    let all: Vec<_> = root.children().filter(|node| node.kind().is_statement()).collect();
    let mut runs = all.chunk_by(|first, second| is_import(first) == is_import(second)).filter(|run| is_import(&run[0]));
    let mut run: Vec<_> = runs.next().into_iter().flatten().copied().filter_map(imported).collect();
    if run.iter().all(|import| import.section == Section::Future) {
        run.extend(runs.next().into_iter().flatten().copied().filter_map(imported));
    }
    run
}

fn imported(node: Node<'_>) -> Option<Imported<'_>> {
    let (section, is_from, module) = match node.kind() {
        Kind::FutureImportStatement => (Section::Future, true, "__future__"),
        Kind::ImportFromStatement => {
            let module = node.get(Field::ModuleName)?;
            let is_relative = module.kind() == Kind::RelativeImport;
            let section = if is_relative { Section::Relative } else { section_of(module.text()) };
            (section, true, module.text())
        }
        _ => {
            let name = node.get(Field::Name)?;
            let module = name.get(Field::Name).unwrap_or(name).text();
            (section_of(module), false, module)
        }
    };
    Some(Imported { node, section, is_from, module })
}

fn section_of(path: &str) -> Section {
    let head = path.split('.').next().unwrap_or(path);
    if stdlib::has(head) { Section::Standard } else { Section::Other }
}

fn plain_names<'t>(node: Node<'t>, meanings: &mut FxHashMap<&'t str, String>) {
    for name in node.all(Field::Name) {
        match (name.kind(), name.get(Field::Name), name.get(Field::Alias)) {
            (Kind::AliasedImport, Some(path), Some(alias)) => {
                meanings.insert(alias.text(), path.text().to_string());
            }
            _ => {
                let head = name.first().unwrap_or(name).text();
                meanings.insert(head, head.to_string());
            }
        }
    }
}

fn from_names<'t>(node: Node<'t>, meanings: &mut FxHashMap<&'t str, String>) {
    let Some(module) = node.get(Field::ModuleName) else { return };
    for name in node.all(Field::Name) {
        let (path, alias) = match (name.get(Field::Name), name.get(Field::Alias)) {
            (Some(path), Some(alias)) => (path.text(), alias.text()),
            _ => (name.text(), name.text()),
        };
        meanings.insert(alias, format!("{}.{path}", module.text()));
    }
}

fn binds(parameters: Node<'_>, name: &str) -> bool {
    parameters.children().any(|parameter| {
        let own = parameter.get(Field::Name).or_else(|| parameter.first()).unwrap_or(parameter);
        own.text() == name
    })
}
