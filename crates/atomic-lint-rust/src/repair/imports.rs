//! Imports that an edit leaves without use: they are taken out, because the compiler would warn of them.
//!
//! Only what is plainly of no use goes: an import that is public, has attributes or shares its name with anything that
//! is left stays.

use super::source::{Source, replacement};
use crate::scope::name;
use crate::tokens::{Kind, Tokens};
use atomic_lint_ir::Name;
use atomic_lint_source::{Edit, Span};
use syn::visit::{self, Visit};
use syn::{Block, Item, ItemMod, ItemUse, Stmt, UseTree, Visibility};

/// Methods that `std::io::Write` and its asynchronous twins are imported for.
const WRITE_METHODS: [&str; 10] = [
    "write",
    "write_all",
    "write_fmt",
    "flush",
    "by_ref",
    "write_vectored",
    "write_all_buf",
    "write_buf",
    "shutdown",
    "writeln",
];

/// What `std::io::Seek` and its asynchronous twins are imported for.
const SEEK_METHODS: [&str; 5] = ["seek", "rewind", "stream_position", "stream_len", "seek_relative"];

/// What `std::os::unix::fs::PermissionsExt` is imported for.
const MODE_METHODS: [&str; 3] = ["from_mode", "mode", "set_mode"];

/// The methods that a trait is imported for, of those traits that edits leave without use.
fn methods(name: &str) -> &'static [&'static str] {
    match name {
        "Write" | "AsyncWriteExt" => &WRITE_METHODS,
        "Seek" | "AsyncSeekExt" => &SEEK_METHODS,
        "PermissionsExt" => &MODE_METHODS,
        _ => &[],
    }
}

/// The imports and items of a module or block, and where it is.
struct Scope<'a> {
    items: Vec<&'a Item>,
    span: Span,
}

/// `edits` and with them those that take out the imports that are of no use behind them.
pub(super) fn with_trimmed(source: &Source, mut edits: Vec<Edit>) -> Vec<Edit> {
    let at = edits.first().map_or(Span::default(), |edit| edit.span);
    let gone = gone_words(source, &edits);
    let mut removed = Vec::new();
    for scope in scopes_around(source, at) {
        for item in &scope.items {
            let Item::Use(item) = item else { continue };
            // An import that is changed is one that is wanted as it is then.
            let own = source.node(item);
            if edits.iter().any(|edit| own.contains(edit.span)) {
                continue;
            }
            let unused = unused_leaves(source, &scope, item, &gone, &edits);
            if !unused.is_empty() {
                removed.push(without(source, item, &unused));
            }
        }
    }
    edits.extend(removed);
    edits
}

/// What `alias` is called where it is imported from: `BufWriter` for `use std::io::BufWriter as Buffered`.
pub(super) fn original(source: &Source, alias: &str) -> Option<Name> {
    let mut found = None;
    each_use(&source.file.items, &mut |item| {
        leaves(&item.tree, &mut Vec::new(), &mut |path, bound| {
            if bound == alias {
                found = path.last().cloned();
            }
        });
    });
    found
}

/// Whether an import, in whatever module or block, binds `word`.
pub(super) fn binds(source: &Source, word: &str) -> bool {
    let text = source.text;
    let mut within_use = false;
    let mut words = Tokens::new(text, 0).map(|token| &text[token.range]);
    words.any(|next| {
        within_use = (within_use || next == "use") && next != ";";
        within_use && next == word
    })
}

/// The words that `edits` take out.
fn gone_words<'t>(source: &Source<'t>, edits: &[Edit]) -> Vec<&'t str> {
    let mut words = Vec::new();
    for edit in edits {
        let text = edit.span.slice(source.text);
        words.extend(Tokens::new(text, 0).filter(|token| token.kind == Kind::Word).map(|token| &text[token.range]));
    }
    words
}

/// The file and the inline modules and blocks that hold `at`.
fn scopes_around<'a>(source: &Source<'a>, at: Span) -> Vec<Scope<'a>> {
    let whole = Span::new(0, source.text.len() as u32);
    let mut scopes = Scopes { source, at, found: Vec::new() };
    scopes.found.push(Scope { items: source.file.items.iter().collect(), span: whole });
    scopes.visit_file(source.file);
    scopes.found
}

struct Scopes<'s, 'a> {
    source: &'s Source<'a>,
    at: Span,
    found: Vec<Scope<'a>>,
}

impl<'a> Visit<'a> for Scopes<'_, 'a> {
    fn visit_item_mod(&mut self, node: &'a ItemMod) {
        if let Some(scope) = module(self.source, node).filter(|scope| scope.span.contains(self.at)) {
            self.found.push(scope);
            visit::visit_item_mod(self, node);
        }
    }

    fn visit_block(&mut self, node: &'a Block) {
        let span = self.source.block(node);
        if span.contains(self.at) {
            let items = node.stmts.iter().filter_map(|stmt| match stmt {
                Stmt::Item(item) => Some(item),
                _ => None,
            });
            self.found.push(Scope { items: items.collect(), span });
            visit::visit_block(self, node);
        }
    }
}

fn module<'a>(source: &Source<'a>, module: &'a ItemMod) -> Option<Scope<'a>> {
    let (brace, items) = module.content.as_ref()?;
    let span = source.positions.between(brace.span.open(), brace.span.close());
    Some(Scope { items: items.iter().collect(), span })
}

/// The names that `item` binds and that nothing in `scope` uses once `edits` are made.
fn unused_leaves(source: &Source, scope: &Scope, item: &ItemUse, gone: &[&str], edits: &[Edit]) -> Vec<Name> {
    if !matches!(item.vis, Visibility::Inherited) || !item.attrs.is_empty() {
        return Vec::new();
    }
    let mut unused = Vec::new();
    leaves(&item.tree, &mut Vec::new(), &mut |path, bound| {
        let methods = path.last().map_or(&[][..], |last| methods(last));
        let touched = match methods {
            [] => gone.contains(&bound.as_str()),
            _ => gone.iter().any(|word| methods.contains(word)),
        };
        let known = path.last().map_or_else(|| bound.clone(), |own| known_as(own, bound));
        if touched && !is_used(source, scope, &known, methods, edits) {
            unused.push(known);
        }
    });
    unused
}

/// What tells a leaf from the others: the name that it binds, where it binds one.
fn known_as(own: &Name, bound: &Name) -> Name {
    if bound == "_" { Name::from(format!("{own} as _")) } else { bound.clone() }
}

/// Whether `word`, or if it is a trait a method of it, is left in `scope` outside of imports.
fn is_used(source: &Source, scope: &Scope, word: &str, methods: &[&str], edits: &[Edit]) -> bool {
    let hidden: Vec<Span> = hidden(source, scope, word).chain(edits.iter().map(|edit| edit.span)).collect();
    let text = scope.span.slice(source.text);
    let mut before = [b' '; 2];
    let new = edits.iter().any(|edit| uses_word(&edit.replacement, word, methods));
    new || Tokens::new(text, 0).any(|token| {
        let at = scope.span.start + token.range.start as u32;
        let found = &text[token.range.clone()];
        let behind = before;
        before = [before[1], text.as_bytes()[token.range.end - 1]];
        let names = found == word && behind[1] != b'.' && behind != [b':', b':'];
        let calls = methods.contains(&found);
        (names || calls) && !hidden.iter().any(|span| span.start <= at && at < span.end)
    })
}

fn uses_word(text: &str, word: &str, methods: &[&str]) -> bool {
    let mut before = [b' '; 2];
    Tokens::new(text, 0).any(|token| {
        let found = &text[token.range.clone()];
        let behind = before;
        before = [before[1], text.as_bytes()[token.range.end - 1]];
        let names = found == word && behind[1] != b'.' && behind != [b':', b':'];
        names || matches!(behind[1], b'.' | b':') && methods.contains(&found)
    })
}

/// The imports of `scope`, and the modules in it that do not see its names.
fn hidden(source: &Source, scope: &Scope, word: &str) -> impl Iterator<Item = Span> {
    scope.items.iter().filter_map(move |item| match item {
        Item::Use(item) => Some(use_span(source, item)),
        Item::Mod(item) => {
            let inner = module(source, item)?;
            let own = inner.items.iter().any(|item| matches!(item, Item::Use(item) if binds_leaf(item, word)));
            (own || !source.mentions(inner.span, "super")).then_some(inner.span)
        }
        _ => None,
    })
}

fn binds_leaf(item: &ItemUse, word: &str) -> bool {
    let mut found = false;
    leaves(&item.tree, &mut Vec::new(), &mut |_, bound| found |= bound == word);
    found
}

fn use_span(source: &Source, item: &ItemUse) -> Span {
    source.positions.between(item.use_token.span, item.semi_token.spans[0])
}

fn each_use<'a>(items: &'a [Item], each: &mut impl FnMut(&'a ItemUse)) {
    for item in items {
        match item {
            Item::Use(item) => each(item),
            Item::Mod(module) => {
                let inner = module.content.as_ref().map_or(&[][..], |(_, items)| items);
                inner.iter().filter_map(as_use).for_each(&mut *each);
            }
            _ => {}
        }
    }
}

fn as_use(item: &Item) -> Option<&ItemUse> {
    match item {
        Item::Use(item) => Some(item),
        _ => None,
    }
}

/// Calls `each` with the path and the bound name of each leaf; globs and `_` bind none.
fn leaves(tree: &UseTree, path: &mut Vec<Name>, each: &mut impl FnMut(&[Name], &Name)) {
    let depth = path.len();
    match tree {
        UseTree::Path(inner) => {
            path.push(name(&inner.ident));
            leaves(&inner.tree, path, each);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, path, each)),
        UseTree::Name(leaf) => leaf_of(path, &name(&leaf.ident), None, each),
        UseTree::Rename(leaf) => leaf_of(path, &name(&leaf.ident), Some(&name(&leaf.rename)), each),
        UseTree::Glob(_) => {}
    }
    path.truncate(depth);
}

fn leaf_of(path: &mut Vec<Name>, own: &Name, alias: Option<&Name>, each: &mut impl FnMut(&[Name], &Name)) {
    if own != "self" {
        path.push(own.clone());
    }
    if let Some(bound) = alias.or(path.last()).cloned() {
        each(path, &bound);
    }
}

/// Takes the leaves that bind `unused` out of `item`, and the whole of it where nothing is left.
fn without(source: &Source, item: &ItemUse, unused: &[Name]) -> Edit {
    let span = use_span(source, item);
    match rest(&item.tree, None, unused) {
        None => replacement(whole_item(source, span), ""),
        Some(tree) => {
            let colons = if item.leading_colon.is_some() { "::" } else { "" };
            let indent = source.indent(span.start);
            let flat = format!("use {colons}{};", flat(&tree));
            let text = match indent.len() + flat.len() <= source.width() && !nests(&tree, false) {
                true => flat,
                false => format!("use {colons}{};", broken(&tree, indent, source.newline())),
            };
            replacement(span, text)
        }
    }
}

/// The lines of an import, with one of two blank lines that would meet.
fn whole_item(source: &Source, span: Span) -> Span {
    let lines = source.whole_lines(span);
    let before = source.text[..lines.start as usize].trim_end_matches([' ', '\t', '\r']);
    let at_start = before.is_empty() || before == "\u{feff}";
    let blank_before = at_start || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    let rest = &source.text[lines.end as usize..];
    let blank_behind = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n'));
    match blank_behind {
        Some(behind) if blank_before => Span::new(lines.start, (source.text.len() - behind.len()) as u32),
        _ => lines,
    }
}

/// A `use` tree with some of its leaves taken out.
enum Rest {
    Leaf(String),
    Path(String, Box<Rest>),
    Group(Vec<Rest>),
}

fn rest(tree: &UseTree, parent: Option<&Name>, unused: &[Name]) -> Option<Rest> {
    match tree {
        UseTree::Path(path) => {
            let inner = rest(&path.tree, Some(&name(&path.ident)), unused)?;
            let ident = path.ident.to_string();
            Some(match inner {
                Rest::Leaf(leaf) if leaf == "self" => Rest::Leaf(ident),
                inner => Rest::Path(ident, Box::new(inner)),
            })
        }
        UseTree::Group(group) => {
            let mut left: Vec<Rest> = group.items.iter().filter_map(|tree| rest(tree, parent, unused)).collect();
            match left.len() {
                0 => None,
                1 => left.pop(),
                _ => Some(Rest::Group(left)),
            }
        }
        UseTree::Name(leaf) => {
            let own = name(&leaf.ident);
            let bound = if own == "self" { parent.cloned().unwrap_or(own) } else { own };
            (!unused.contains(&bound)).then(|| Rest::Leaf(leaf.ident.to_string()))
        }
        UseTree::Rename(leaf) => {
            let kept = !unused.contains(&known_as(&name(&leaf.ident), &name(&leaf.rename)));
            kept.then(|| Rest::Leaf(format!("{} as {}", leaf.ident, leaf.rename)))
        }
        UseTree::Glob(_) => Some(Rest::Leaf("*".to_string())),
    }
}

/// Whether a group stands within a group, which rustfmt never leaves on one line.
fn nests(rest: &Rest, within: bool) -> bool {
    match rest {
        Rest::Leaf(_) => false,
        Rest::Path(_, inner) => nests(inner, within),
        Rest::Group(items) => within || items.iter().any(|item| nests(item, true)),
    }
}

fn flat(rest: &Rest) -> String {
    match rest {
        Rest::Leaf(leaf) => leaf.clone(),
        Rest::Path(ident, inner) => format!("{ident}::{}", flat(inner)),
        Rest::Group(items) => format!("{{{}}}", items.iter().map(flat).collect::<Vec<_>>().join(", ")),
    }
}

/// The outermost group with an item on each line.
fn broken(rest: &Rest, indent: &str, newline: &str) -> String {
    match rest {
        Rest::Leaf(leaf) => leaf.clone(),
        Rest::Path(ident, inner) => format!("{ident}::{}", broken(inner, indent, newline)),
        Rest::Group(items) => {
            let line = |item: &Rest| format!("{newline}{indent}    {},", flat(item));
            format!("{{{}{newline}{indent}}}", items.iter().map(line).collect::<String>())
        }
    }
}
