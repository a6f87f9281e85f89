//! What code does while a file is open that a staged file does not bear, or not in the same way.

use super::code::Code;
use super::decline;
use super::site::Site;
use crate::kind::{Field, Kind};
use crate::tree::Node;
use atomic_lint_ir::Decline;
use atomic_lint_source::Span;

/// Calls behind which nothing is left to be published.
const EXITS: [&str; 14] = [
    "os._exit",
    "os.abort",
    "os.execl",
    "os.execle",
    "os.execlp",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.execvpe",
    "sys.exit",
    "exit",
    "quit",
    "os.fork",
    "os.kill",
];

/// Functions that take a path for a text.
const TEXTUAL: [&str; 13] = [
    "os.path.basename",
    "os.path.dirname",
    "os.path.join",
    "os.path.normpath",
    "os.path.relpath",
    "os.path.split",
    "os.path.splitext",
    "print",
    "repr",
    "str",
    "len",
    "click.echo",
    "pathlib.Path",
];

/// Methods that keep, show or write what they are given, and look at no file of that name.
const TELLING: [&str; 14] = [
    "add",
    "append",
    "critical",
    "debug",
    "echo",
    "error",
    "exception",
    "format",
    "info",
    "log",
    "warn",
    "warning",
    "write",
    "writelines",
];

/// Methods of a path that look at its file.
const LOOKING: [&str; 12] = [
    "chmod",
    "exists",
    "is_file",
    "lstat",
    "open",
    "read_bytes",
    "read_text",
    "rename",
    "samefile",
    "stat",
    "touch",
    "unlink",
];

/// A file while it is open.
pub(super) struct While<'w, 't> {
    pub(super) code: &'w Code<'t>,
    /// The call that opens it.
    pub(super) opening: Node<'t>,
    /// What it is called.
    pub(super) handle: Option<&'w str>,
    /// The expression of its path.
    pub(super) path: &'w str,
}

impl<'t> While<'_, 't> {
    /// Whether `region`, which runs while the file is open, may tell a staged file from the target.
    pub(super) fn is_doubtful(&self, region: &[Node<'t>]) -> Result<bool, Decline> {
        let mut doubtful = false;
        for node in region {
            if self.escapes(*node) || self.is_kept(*node, region) {
                return Err(decline("the file object is passed on to code that may use it later"));
            }
            if self.sets_mode(*node) {
                return Err(decline("it gets its mode or owner while it is open"));
            }
            if self.path_uses(*node).any(|usage| self.is_looked_at(usage)) {
                return Err(decline("its path is handed to other code before it is closed"));
            }
            doubtful |=
                self.leaves(*node) || self.forgives(*node) || self.names_the_path(*node) || self.asks_the_handle(*node);
        }
        Ok(doubtful)
    }

    /// It yields, exits, or goes on elsewhere while the file is open.
    fn leaves(&self, node: Node<'t>) -> bool {
        node.descendants().any(|inner| match inner.kind() {
            Kind::Yield | Kind::Await => true,
            Kind::Call => self.is_exit(inner),
            _ => false,
        })
    }

    /// It goes on after an error of its writing, so that half of the content is published.
    fn forgives(&self, node: Node<'t>) -> bool {
        let Some(handle) = self.handle else { return false };
        let tries = node.descendants().filter(|inner| inner.kind() == Kind::TryStatement);
        let writes =
            |tried: &Node<'t>| tried.get(Field::Body).is_some_and(|body| !self.code.uses(body, handle).is_empty());
        let handlers = tries.filter(writes).flat_map(Node::children).filter(|child| child.kind() == Kind::ExceptClause);
        handlers.into_iter().any(|handler| !handler.descendants().any(|inner| inner.kind() == Kind::RaiseStatement))
    }

    fn is_exit(&self, call: Node<'t>) -> bool {
        let name = call.get(Field::Function).and_then(|function| self.code.dotted(function));
        name.is_some_and(|name| EXITS.contains(&name.as_str()))
    }

    fn names_the_path(&self, node: Node<'t>) -> bool {
        self.path_uses(node).next().is_some()
    }

    /// Where the path stands but in the call that opens it.
    fn path_uses(&self, node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
        let opening = self.opening.span();
        let uses = self.code.same_as(node, self.path).into_iter();
        uses.filter(move |same| !opening.contains(same.span()))
    }

    /// Whether the file at the path may be asked for at `usage`, where only the staging file is there yet.
    fn is_looked_at(&self, usage: Node<'t>) -> bool {
        if self.handle == Some(self.path) {
            return false;
        }
        let Some(site) = Site::of_node(self.code.tree, usage) else { return false };
        let is_argument = |around: &Site<'t>| around.node().field() == Field::Arguments;
        if let Some(call) = site.around().find(is_argument).and_then(|list| list.parent()) {
            return !site.around().take_while(|around| !is_argument(around)).any(is_text) && self.looks(call.node());
        }
        let method =
            site.parent().filter(|around| around.node().kind() == Kind::Attribute && usage.field() == Field::Object);
        method.is_some_and(|method| {
            let name = method.node().get(Field::Attribute).map_or("", Node::text);
            method.node().field() == Field::Function && LOOKING.contains(&name)
        })
    }

    /// Whether `call` may look at a file whose path it is given.
    fn looks(&self, call: Node<'t>) -> bool {
        let Some(function) = call.get(Field::Function) else { return true };
        let method = function.get(Field::Attribute).map_or("", Node::text);
        !is_textual(self.code, call) && !TELLING.contains(&method)
    }

    /// `.name` and `.fileno()`, except for the sync.
    fn asks_the_handle(&self, node: Node<'t>) -> bool {
        let Some(handle) = self.handle else { return false };
        let mut synced: Vec<Span> = Vec::new();
        node.descendants().any(|inner| {
            if inner.kind() == Kind::Call && is_sync(self.code, inner) {
                synced.push(inner.span());
            }
            let asks = inner.kind() == Kind::Attribute
                && inner.get(Field::Object).is_some_and(|object| object.text() == handle)
                && inner.get(Field::Attribute).is_some_and(|name| matches!(name.text(), "name" | "fileno" | "detach"));
            asks && !synced.iter().any(|sync| sync.contains(inner.span()))
        })
    }

    /// What the descriptor is given is taken back where the file is published in the place of an old one.
    fn sets_mode(&self, node: Node<'t>) -> bool {
        let Some(handle) = self.handle else { return false };
        node.descendants().filter(|inner| inner.kind() == Kind::Call).any(|call| {
            let function = call.get(Field::Function).and_then(|function| self.code.dotted(function));
            let sets = matches!(function.as_deref(), Some("os.fchmod" | "os.fchown" | "os.chmod" | "os.chown"));
            sets && call.get(Field::Arguments).is_some_and(|list| !self.code.uses(list, handle).is_empty())
        })
    }

    /// Whether the handle is an argument of some call, which may keep it.
    pub(super) fn is_passed(&self, region: &[Node<'t>]) -> bool {
        let lists = region.iter().flat_map(|node| node.descendants()).filter(|node| node.field() == Field::Arguments);
        lists.flat_map(Node::children).any(|arg| Some(arg.get(Field::Value).unwrap_or(arg).text()) == self.handle)
    }

    /// The handle is, or may be, what another variable holds, and that is used when the file is closed.
    fn is_kept(&self, node: Node<'t>, region: &[Node<'t>]) -> bool {
        let Some(handle) = self.handle else { return false };
        let end = region.last().map_or(0, |last| last.span().end);
        let Some(scope) = Site::of_node(self.code.tree, self.opening).map(|site| site.scope()) else { return false };
        self.code.uses(node, handle).into_iter().filter_map(|usage| holder(self.code, usage)).any(|name| {
            let mut uses = self.code.uses(scope, name.text()).into_iter();
            name.kind() != Kind::Identifier || uses.any(|usage| usage.span().start > end)
        })
    }

    /// The handle is returned, stored, or taken along by a function.
    fn escapes(&self, node: Node<'t>) -> bool {
        let Some(handle) = self.handle else { return false };
        let is_handle = |value: Option<Node<'_>>| value.is_some_and(|value| value.text() == handle);
        node.descendants().any(|inner| match inner.kind() {
            Kind::ReturnStatement => is_handle(inner.first()),
            Kind::Assignment => {
                let is_kept = inner.get(Field::Left).is_some_and(|left| left.kind() != Kind::Identifier);
                is_kept && is_handle(inner.get(Field::Right))
            }
            Kind::Call => {
                let name = inner.get(Field::Function).and_then(|function| function.get(Field::Attribute));
                let keeps = name.is_some_and(|name| matches!(name.text(), "append" | "add" | "put" | "submit"));
                let mut args = inner.get(Field::Arguments).into_iter().flat_map(Node::children);
                keeps && args.any(|arg| arg.text() == handle)
            }
            // `file.close` on its own is for somebody to call later.
            Kind::Attribute => {
                let is_close = inner.get(Field::Attribute).is_some_and(|name| name.text() == "close");
                is_close && is_handle(inner.get(Field::Object)) && inner.field() != Field::Function
            }
            Kind::FunctionDefinition => !self.code.uses(inner, handle).is_empty(),
            _ => false,
        })
    }
}

/// What is assigned a value that `usage` is, or is a part of.
fn holder<'t>(code: &Code<'t>, usage: Node<'t>) -> Option<Node<'t>> {
    let is_value = |kind| {
        use Kind::*;
        matches!(
            kind,
            BooleanOperator | ConditionalExpression | Dictionary | List | Pair | ParenthesizedExpression | Tuple
        )
    };
    let site = Site::of_node(code.tree, usage)?;
    let assignment = site.around().find(|around| !is_value(around.node().kind()))?.node();
    let left = assignment.get(Field::Left).filter(|_| assignment.kind() == Kind::Assignment)?;
    (!left.span().contains(usage.span())).then_some(left)
}

/// Whether a path is no path any more in `around`, but part of a text or of data.
fn is_text(around: Site<'_>) -> bool {
    matches!(around.node().kind(), Kind::Interpolation | Kind::Pair | Kind::BinaryOperator)
}

/// Whether `call` takes a path for a text, so that it gives the same each time.
pub(super) fn is_textual(code: &Code<'_>, call: Node<'_>) -> bool {
    let name = call.get(Field::Function).and_then(|function| code.dotted(function));
    name.is_some_and(|name| TEXTUAL.contains(&name.as_str()))
}

/// Whether `call` syncs a descriptor.
pub(super) fn is_sync(code: &Code<'_>, call: Node<'_>) -> bool {
    let function = call.get(Field::Function).map(Node::text).unwrap_or_default();
    let name = function.rsplit('.').next().unwrap_or(function);
    let meaning = code.imports.meaning(name).unwrap_or(name);
    matches!(meaning.rsplit('.').next(), Some("fsync" | "fdatasync"))
}
