//! `with`: entering and leaving context managers.

use crate::frame::Region;
use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Arg, Callee, Exit, Local, Name, Op, Path, Root};

/// A context manager with the target of its `as`.
type Item<'t> = (Node<'t>, Option<Node<'t>>);

impl<'t> Lower<'t> {
    /// `with` over any number of items, `async` or not.
    pub(crate) fn with_statement(&mut self, node: Node<'t>) {
        let Some(clause) = node.child_of(Kind::WithClause) else { return };
        let mut items = Vec::new();
        for item in clause.children().filter_map(|item| item.get(Field::Value)) {
            flatten(item, &mut items);
        }
        let names = if node.begins_with("async") { ("__aenter__", "__aexit__") } else { ("__enter__", "__exit__") };
        self.with_items(&items, names, node);
    }

    fn with_items(&mut self, items: &[Item<'t>], names: (&'static str, &'static str), node: Node<'t>) {
        let Some(((value, target), rest)) = items.split_first() else { return self.block_of(node, Field::Body) };
        let span = value.span();
        let manager = self.expr_local(*value);
        let callee = Callee::Method { receiver: manager, name: Name::new_static(names.0) };
        let entered = self.call_op(callee, Vec::new(), span, span);
        let landing = self.new_landing();
        self.frame().regions.push(Region::With { manager, exit: names.1, span, landing });
        if let Some(target) = target {
            self.assign(*target, entered);
        }
        self.with_items(rest, names, node);
        let Some(Region::With { landing, .. }) = self.frame().regions.pop() else { return };
        self.exit_manager(manager, names.1, span);
        let after = self.new_block();
        self.builder().exit(Exit::Goto(after));
        if landing.used {
            self.builder().switch_to(landing.block);
            self.fail_manager(manager, names.1, *value);
            if self.suppresses(*value) {
                let on = self.new_block();
                self.builder().exit(Exit::Branch(vec![after, on]));
                self.builder().switch_to(on);
            }
            self.unwind();
        }
        self.builder().switch_to(after);
    }

    /// Leaves a context manager with an exception. Whether that raises another makes no difference:
    /// the way goes on outward all the same.
    fn fail_manager(&mut self, receiver: Local, exit: &'static str, value: Node<'t>) {
        let exception = self.opaque(Vec::new(), value);
        let dst = self.temp();
        let callee = Callee::Method { receiver, name: Name::new_static(exit) };
        let args = vec![Arg::positional(exception, value.span())];
        self.push(Op::Call { dst, callee, args, span: value.span() }, value.span());
    }

    /// Whether the manager is one that swallows exceptions.
    fn suppresses(&mut self, value: Node<'t>) -> bool {
        let function = value.get(Field::Function).filter(|_| value.kind() == Kind::Call);
        let path = function.and_then(|function| self.item(function));
        path.is_some_and(|path| path == Path::new(Root::Absolute, ["contextlib", "suppress"]))
    }
}

/// The items of a `with`; parenthesised ones may look like a tuple.
fn flatten<'t>(value: Node<'t>, items: &mut Vec<Item<'t>>) {
    match value.kind() {
        Kind::AsPattern => {
            if let Some(manager) = value.first() {
                items.push((manager, value.get(Field::Alias)));
            }
        }
        Kind::Tuple if value.child_of(Kind::AsPattern).is_some() => {
            value.children().for_each(|item| flatten(item, items));
        }
        Kind::ParenthesizedExpression if value.child_of(Kind::AsPattern).is_some() => {
            value.children().for_each(|item| flatten(item, items));
        }
        _ => items.push((value, None)),
    }
}
