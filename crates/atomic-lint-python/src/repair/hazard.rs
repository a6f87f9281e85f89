//! What code does while a file is open that a staged file does not bear, or not in the same way.

use super::code::Code;
use super::decline;
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
            if self.escapes(*node) {
                return Err(decline("the file object is passed on to code that may use it later"));
            }
            doubtful |= self.leaves(*node) || self.names_the_path(*node) || self.asks_the_handle(*node);
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

    fn is_exit(&self, call: Node<'t>) -> bool {
        let name = call.get(Field::Function).and_then(|function| self.code.dotted(function));
        name.is_some_and(|name| EXITS.contains(&name.as_str()))
    }

    fn names_the_path(&self, node: Node<'t>) -> bool {
        let opening = self.opening.span();
        self.code.same_as(node, self.path).into_iter().any(|same| !opening.contains(same.span()))
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

    /// Whether the handle is an argument of some call, which may keep it.
    pub(super) fn is_passed(&self, region: &[Node<'t>]) -> bool {
        let lists = region.iter().flat_map(|node| node.descendants()).filter(|node| node.field() == Field::Arguments);
        lists.flat_map(Node::children).any(|arg| Some(arg.get(Field::Value).unwrap_or(arg).text()) == self.handle)
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

/// Whether `call` syncs a descriptor.
pub(super) fn is_sync(code: &Code<'_>, call: Node<'_>) -> bool {
    let function = call.get(Field::Function).map(Node::text).unwrap_or_default();
    let name = function.rsplit('.').next().unwrap_or(function);
    let meaning = code.imports.meaning(name).unwrap_or(name);
    matches!(meaning.rsplit('.').next(), Some("fsync" | "fdatasync"))
}
