//! The syntax tree as an array in text order, with everything that is not syntax set aside.
//!
//! One pass over tree-sitter's tree copies what lowering needs; it is also where positions become
//! [`Span`]s, where depth is bounded and where errors and comments are picked out.
//! What the nodes mean is none of its business.

use crate::bounds;
use crate::kind::{Field, Kind, Tables};
use atomic_lint_ir::{Gap, GapKind};
use atomic_lint_source::Span;
use std::cell::RefCell;
use tree_sitter::{Parser, TreeCursor};

/// How deep lowering may recurse. Callers give 64 MiB of stack, and a level takes some
/// kilobytes without optimisation.
const MAX_DEPTH: usize = 1000;

/// More gaps than this say nothing new about a file.
const MAX_GAPS: usize = 50;

/// A parsed file.
pub(crate) struct Tree<'s> {
    text: &'s str,
    nodes: Vec<Raw>,
    /// Comments that speak to this tool.
    pub(crate) comments: Vec<Span>,
    /// What could not be parsed.
    pub(crate) gaps: Vec<Gap>,
}

#[derive(Clone, Copy)]
struct Raw {
    kind: Kind,
    field: Field,
    start: u32,
    end: u32,
    /// The first node behind this one's descendants.
    next: u32,
    /// What it stands in; the root in itself.
    parent: u32,
}

/// A node of a [`Tree`].
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: &'t Tree<'t>,
    at: u32,
}

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

impl<'s> Tree<'s> {
    /// Parses `text`; `None` where there is no tree at all.
    pub(crate) fn parse(text: &'s str) -> Option<Tree<'s>> {
        let (seen, hidden) = bounds::without_long_comments(text);
        let parsed = PARSER.with_borrow_mut(|slot| bounds::parse(parser(slot)?, &seen))?;
        let mut tree = Tree { text, nodes: Vec::new(), comments: Vec::new(), gaps: Vec::new() };
        tree.nodes.reserve(parsed.root_node().descendant_count() / 2);
        let faulty = parsed.root_node().has_error();
        Walk { tree: &mut tree, tables: Tables::get(), faulty }.node(&mut parsed.walk());
        tree.comments.extend(hidden);
        tree.comments.sort_unstable();
        Some(tree)
    }

    /// The whole file.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { tree: self, at: 0 }
    }

    /// The nodes around what stands at `span`, the root first and the innermost that holds all of it last.
    pub(crate) fn way_to(&self, span: Span) -> Vec<Node<'_>> {
        let next = self.nodes.partition_point(|node| node.start <= span.start);
        let innermost = self.node(next.saturating_sub(1) as u32);
        let mut way: Vec<Node<'_>> = std::iter::successors(Some(innermost), |node| node.parent()).collect();
        way.reverse();
        way.retain(|node| node.at == 0 || node.span().contains(span));
        way
    }

    fn node(&self, at: u32) -> Node<'_> {
        Node { tree: self, at }
    }

    /// Every node in text order.
    pub(crate) fn all(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.nodes.len() as u32).map(|at| Node { tree: self, at })
    }

    /// The source.
    pub(crate) fn text(&self) -> &'s str {
        self.text
    }
}

fn parser(slot: &mut Option<Parser>) -> Option<&mut Parser> {
    if slot.is_none() {
        let mut parser = Parser::new();
        parser.set_language(&Tables::get().language).ok()?;
        *slot = Some(parser);
    }
    slot.as_mut()
}

/// The one pass over tree-sitter's tree.
struct Walk<'w, 's> {
    tree: &'w mut Tree<'s>,
    tables: &'static Tables,
    faulty: bool,
}

impl Walk<'_, '_> {
    /// Copies every node below the cursor, without recursion: the tree may be of any depth.
    fn node(&mut self, cursor: &mut TreeCursor<'_>) {
        let mut open: Vec<Option<u32>> = Vec::new();
        loop {
            let copied = self.copy(cursor, &open);
            if copied.inside && cursor.goto_first_child() {
                open.push(copied.at);
                continue;
            }
            self.close(copied.at);
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else { return };
                cursor.goto_parent();
                self.close(parent);
            }
        }
    }

    fn close(&mut self, at: Option<u32>) {
        let next = self.tree.nodes.len() as u32;
        if let Some(at) = at {
            self.tree.nodes[at as usize].next = next;
        }
    }

    fn copy(&mut self, cursor: &TreeCursor<'_>, around: &[Option<u32>]) -> Copied {
        let node = cursor.node();
        let kind = self.tables.kind(node.kind_id());
        let field = cursor.field_id().map_or(Field::Other, |id| self.tables.field(id.get()));
        let span = span(&node);
        if self.faulty && node.is_missing() {
            self.gap(span, GapKind::Syntax, format!("missing {}", node.kind()));
            return Copied::NOTHING;
        }
        match kind {
            Some(Kind::Comment) => self.comment(span),
            Some(Kind::LineContinuation) => Copied::NOTHING,
            None if !matches!(field, Field::Operator | Field::Operators) => Copied::NOTHING,
            None => self.push(Kind::Other, field, span, around),
            Some(Kind::Error) if self.is_in_type_parameters(around) => Copied::NOTHING,
            Some(Kind::Error) => {
                self.error(span);
                self.push(Kind::Error, field, span, around)
            }
            Some(_) if around.len() > MAX_DEPTH => {
                self.gap(span, GapKind::Nesting, "nested too deeply".into());
                Copied { inside: false, ..self.push(Kind::Error, field, span, around) }
            }
            // These are read from their text.
            Some(kind @ (Kind::StringContent | Kind::Type)) if !self.faulty || !node.has_error() => {
                Copied { inside: false, ..self.push(kind, field, span, around) }
            }
            Some(kind) => self.push(kind, field, span, around),
        }
    }

    /// The grammar has no defaults of type parameters (`class A[T = int]`), which are Python since 3.13
    /// and nothing that lowering reads.
    fn is_in_type_parameters(&self, around: &[Option<u32>]) -> bool {
        around.iter().flatten().any(|at| {
            let node = self.tree.nodes[*at as usize];
            node.field == Field::TypeParameters || node.kind == Kind::TypeAliasStatement
        })
    }

    fn push(&mut self, kind: Kind, field: Field, span: Span, around: &[Option<u32>]) -> Copied {
        let at = self.tree.nodes.len() as u32;
        let parent = around.iter().rev().find_map(|at| *at).unwrap_or(0);
        self.tree.nodes.push(Raw { kind, field, start: span.start, end: span.end, next: at + 1, parent });
        Copied { at: Some(at), inside: true }
    }

    fn comment(&mut self, span: Span) -> Copied {
        if span.slice(self.tree.text).contains("atomic-lint:") {
            self.tree.comments.push(span);
        }
        Copied::NOTHING
    }

    /// Reports an error node, unless it lies within one that was reported.
    fn error(&mut self, span: Span) {
        let within = self.tree.gaps.last().is_some_and(|gap| gap.span.contains(span));
        if !within {
            let line = span.slice(self.tree.text).lines().next().unwrap_or("");
            let start: String = line.chars().take(30).collect();
            self.gap(span, GapKind::Syntax, format!("unexpected `{start}`"));
        }
    }

    fn gap(&mut self, span: Span, kind: GapKind, message: String) {
        if self.tree.gaps.len() < MAX_GAPS {
            self.tree.gaps.push(Gap { span, kind, message });
        }
    }
}

/// What became of a node: where it was copied to, and whether its children are wanted.
#[derive(Clone, Copy)]
struct Copied {
    at: Option<u32>,
    inside: bool,
}

impl Copied {
    const NOTHING: Copied = Copied { at: None, inside: false };
}

/// The only place where offsets of the parser become positions. They count the bytes of the text
/// as it was given, byte order mark included, so nothing has to be corrected.
fn span(node: &tree_sitter::Node<'_>) -> Span {
    Span::new(node.start_byte() as u32, node.end_byte() as u32)
}

impl<'t> Node<'t> {
    fn raw(self) -> &'t Raw {
        &self.tree.nodes[self.at as usize]
    }

    /// Its number in text order, which identifies it.
    pub(crate) fn id(self) -> u32 {
        self.at
    }

    /// What it stands in.
    fn parent(self) -> Option<Node<'t>> {
        (self.at > 0).then(|| Node { tree: self.tree, at: self.raw().parent })
    }

    /// Its kind.
    pub(crate) fn kind(self) -> Kind {
        self.raw().kind
    }

    /// What it is to its parent.
    pub(crate) fn field(self) -> Field {
        self.raw().field
    }

    /// Where it stands.
    pub(crate) fn span(self) -> Span {
        Span::new(self.raw().start, self.raw().end)
    }

    /// Its text.
    pub(crate) fn text(self) -> &'t str {
        self.span().slice(self.tree.text)
    }

    /// How many nodes it has with itself.
    pub(crate) fn size(self) -> usize {
        (self.raw().next - self.at) as usize
    }

    /// Whether its text begins with `keyword`, as `async def` and `async with` do.
    pub(crate) fn begins_with(self, keyword: &str) -> bool {
        self.text().strip_prefix(keyword).is_some_and(|rest| rest.starts_with(char::is_whitespace))
    }

    /// Whether it is spread into what surrounds it. The star may stand deep inside: to the grammar,
    /// `*f(x)` is a call of `*f`.
    pub(crate) fn is_spread(self) -> bool {
        self.text().starts_with('*')
    }

    /// Its children in order.
    pub(crate) fn children(self) -> Children<'t> {
        Children { tree: self.tree, at: self.at + 1, end: self.raw().next }
    }

    /// Its children that play the part `field`.
    pub(crate) fn all(self, field: Field) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(move |child| child.field() == field)
    }

    /// The first child that plays the part `field`.
    pub(crate) fn get(self, field: Field) -> Option<Node<'t>> {
        self.children().find(|child| child.field() == field)
    }

    /// The first child of `kind`.
    pub(crate) fn child_of(self, kind: Kind) -> Option<Node<'t>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// The first child that is no error.
    pub(crate) fn first(self) -> Option<Node<'t>> {
        self.children().find(|child| child.kind() != Kind::Error)
    }

    /// It and everything below it, in text order.
    pub(crate) fn descendants(self) -> Descendants<'t> {
        Descendants { tree: self.tree, at: self.at, end: self.raw().next }
    }
}

/// Children of a node.
pub(crate) struct Children<'t> {
    tree: &'t Tree<'t>,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, at: self.at };
        self.at = node.raw().next;
        Some(node)
    }
}

/// A node and all below it.
pub(crate) struct Descendants<'t> {
    tree: &'t Tree<'t>,
    at: u32,
    end: u32,
}

impl<'t> Descendants<'t> {
    /// Goes on behind everything below `node`, which was given last.
    pub(crate) fn pass_over(&mut self, node: Node<'t>) {
        self.at = node.raw().next;
    }
}

impl<'t> Iterator for Descendants<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, at: self.at };
        self.at += 1;
        Some(node)
    }
}
