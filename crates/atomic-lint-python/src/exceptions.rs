//! `try`, `raise`, and all that runs when code is left early.
//!
//! A `finally` clause is lowered once for every way that leaves its `try`, so that each way keeps
//! what is known on it; where that would be too much, the rest of the ways share one copy.

use crate::frame::{Landing, Region, Shared};
use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Arg, BlockId, Callee, Const, Exit, Local, Name, Operand, Test};
use atomic_lint_source::Span;

/// How many nodes of `finally` clauses one body may lower.
const MAX_COPIED: usize = 4000;

/// Leaving early.
impl<'t> Lower<'t> {
    /// Where an exception raised here goes; none where it leaves the body and nothing sees it.
    pub(crate) fn landing(&mut self) -> Option<BlockId> {
        let landing = self.frame().regions.iter_mut().rev().find_map(Region::landing)?;
        landing.used = true;
        Some(landing.block)
    }

    /// A block that exceptions may go to.
    pub(crate) fn new_landing(&mut self) -> Landing {
        Landing { block: self.new_block(), used: false }
    }

    /// Ends the current block with an exception.
    pub(crate) fn unwind(&mut self) {
        let exit = self.landing().map_or(Exit::Raise, Exit::Goto);
        self.builder().exit(exit);
    }

    /// Runs what must run before code goes on outside of all but the `kept` outermost regions.
    pub(crate) fn leave_regions(&mut self, kept: usize) {
        let mut left = Vec::new();
        while self.frame().regions.len() > kept {
            let Some(mut region) = self.frame().regions.pop() else { break };
            self.clean_up(&mut region);
            left.push(region);
        }
        self.frame().regions.extend(left.into_iter().rev());
    }

    fn clean_up(&mut self, region: &mut Region<'t>) {
        match region {
            Region::Loop { .. } | Region::Handlers { .. } => {}
            Region::Finally { clause, shared, .. } => self.finally(*clause, shared),
            Region::With { manager, exit, span, .. } => {
                self.exit_manager(*manager, exit, *span);
            }
        }
    }

    /// Leaves a context manager on a way without an exception.
    pub(crate) fn exit_manager(&mut self, receiver: Local, exit: &'static str, span: Span) {
        let callee = Callee::Method { receiver, name: Name::new_static(exit) };
        self.call_op(callee, vec![Arg::positional(Operand::Const(Const::None), span)], span, span);
    }

    /// Runs a `finally` clause on the way from the current block.
    fn finally(&mut self, clause: Node<'t>, shared: &mut Option<Shared>) {
        let copied = self.frame().copied + clause.size();
        if shared.is_none() && copied <= MAX_COPIED {
            self.frame().copied = copied;
            return self.clause(clause);
        }
        let resume = self.new_block();
        let entry = match shared {
            Some(shared) => shared.entry,
            None => self.new_block(),
        };
        shared.get_or_insert(Shared { entry, exits: Vec::new() }).exits.push(resume);
        self.builder().exit(Exit::Goto(entry));
        self.builder().switch_to(resume);
    }

    /// The block of a clause.
    fn clause(&mut self, clause: Node<'t>) {
        clause.children().filter(|child| child.kind() == Kind::Block).for_each(|block| self.block(block));
    }
}

/// `try` and `raise`.
impl<'t> Lower<'t> {
    /// `raise`, alone or with an exception.
    pub(crate) fn raise(&mut self, node: Node<'t>) {
        for part in node.children() {
            self.expr(part);
        }
        self.unwind();
    }

    /// `try` with all its clauses.
    pub(crate) fn try_statement(&mut self, node: Node<'t>) {
        let after = self.new_block();
        let Some(clause) = node.child_of(Kind::FinallyClause) else {
            self.guarded(node, after);
            return self.builder().switch_to(after);
        };
        let landing = self.new_landing();
        self.frame().regions.push(Region::Finally { clause, landing, shared: None });
        self.guarded(node, after);
        let Some(Region::Finally { landing, mut shared, .. }) = self.frame().regions.pop() else { return };
        self.builder().switch_to(after);
        self.finally(clause, &mut shared);
        let end = self.builder().current();
        if landing.used {
            self.builder().switch_to(landing.block);
            self.finally(clause, &mut shared);
            self.unwind();
        }
        if let Some(shared) = shared {
            self.builder().switch_to(shared.entry);
            self.clause(clause);
            self.builder().exit(Exit::Branch(shared.exits));
        }
        self.builder().switch_to(end);
    }

    /// What a `finally` covers: the body, its handlers and its `else`, all of which go on at `after`.
    fn guarded(&mut self, node: Node<'t>, after: BlockId) {
        let handlers: Vec<Node<'t>> = node.children().filter(|part| part.kind() == Kind::ExceptClause).collect();
        if handlers.is_empty() {
            self.block_of(node, Field::Body);
            return self.builder().exit(Exit::Goto(after));
        }
        let (start, body) = (self.builder().current(), self.new_block());
        let landing = self.new_landing();
        self.frame().regions.push(Region::Handlers { landing });
        self.builder().switch_to(body);
        self.block_of(node, Field::Body);
        let Some(Region::Handlers { landing }) = self.frame().regions.pop() else { return };
        if let Some(clause) = node.child_of(Kind::ElseClause) {
            self.block_of(clause, Field::Body);
        }
        self.builder().exit(Exit::Goto(after));
        self.begin(start, body, &landing);
        self.dispatch(&handlers, landing.block, after);
    }

    /// Goes from `start` into the body; where no call in it leads to the handlers, something else in it
    /// may still raise, a subscript or an import.
    fn begin(&mut self, start: BlockId, body: BlockId, landing: &Landing) {
        self.builder().switch_to(start);
        let exit = if landing.used { Exit::Goto(body) } else { Exit::Branch(vec![body, landing.block]) };
        self.builder().exit(exit);
    }

    fn dispatch(&mut self, handlers: &[Node<'t>], landing: BlockId, after: BlockId) {
        let entries: Vec<BlockId> = handlers.iter().map(|_| self.new_block()).collect();
        self.builder().switch_to(landing);
        if handlers.iter().any(|handler| catches_all(*handler)) {
            self.builder().exit(Exit::Branch(entries.clone()));
        } else {
            let unmatched = self.new_block();
            self.builder().exit(Exit::Branch(entries.iter().copied().chain([unmatched]).collect()));
            self.builder().switch_to(unmatched);
            self.unwind();
        }
        for (handler, entry) in handlers.iter().zip(entries) {
            self.builder().switch_to(entry);
            if misses_operation(*handler) {
                self.ask_what_failed();
            }
            self.handler(*handler);
            self.builder().exit(Exit::Goto(after));
        }
    }

    /// Goes on only where it is found that the failure was of the kind that is waited for.
    fn ask_what_failed(&mut self) {
        let (then, otherwise) = (self.new_block(), self.new_block());
        self.builder().exit(Exit::If { test: Test::Unknown, then, otherwise });
        self.builder().switch_to(otherwise);
        self.unwind();
        self.builder().switch_to(then);
    }

    fn handler(&mut self, node: Node<'t>) {
        if let Some(name) = caught_as(node) {
            let exception = self.opaque(Vec::new(), name);
            self.assign(name, exception);
        }
        self.clause(node);
    }
}

/// The name that an `except` clause gives to the exception.
fn caught_as(node: Node<'_>) -> Option<Node<'_>> {
    node.get(Field::Alias).or_else(|| {
        let value = node.get(Field::Value).filter(|value| value.kind() == Kind::AsPattern)?;
        value.get(Field::Alias)
    })
}

/// Whether an `except` clause catches every exception that a program goes on after.
fn catches_all(node: Node<'_>) -> bool {
    caught(node).is_none_or(|class| matches!(class.text(), "Exception" | "BaseException"))
}

/// Whether an `except` clause is there for operations that do not exist everywhere: that one is absent is no
/// failure of it.
fn misses_operation(node: Node<'_>) -> bool {
    let is_of_absence = |class: Node<'_>| {
        matches!(class.text(), "AttributeError" | "ImportError" | "NameError" | "NotImplementedError")
    };
    caught(node).is_some_and(|class| match class.kind() {
        Kind::Tuple => class.children().all(is_of_absence),
        _ => is_of_absence(class),
    })
}

/// What an `except` clause names: a class, or a tuple of them.
fn caught(node: Node<'_>) -> Option<Node<'_>> {
    let value = node.get(Field::Value)?;
    Some(if value.kind() == Kind::AsPattern { value.first().unwrap_or(value) } else { value })
}
