//! Making a [`Body`] step by step; both front ends build through this.

use crate::{Block, BlockId, Body, Exit, Local, LocalInfo, Name, Op, Step, Type};
use atomic_lint_source::Span;

/// A body under construction, with a block that steps are appended to.
///
/// After an exit the current block is a fresh one that nothing reaches, so code behind a
/// `return` is lowered without special care.
#[derive(Debug)]
pub struct BodyBuilder {
    locals: Vec<LocalInfo>,
    blocks: Vec<(Vec<Step>, Option<Exit>)>,
    current: BlockId,
}

impl Default for BodyBuilder {
    fn default() -> Self {
        BodyBuilder { locals: Vec::new(), blocks: vec![(Vec::new(), None)], current: BlockId(0) }
    }
}

impl BodyBuilder {
    /// A temporary.
    pub fn temp(&mut self) -> Local {
        self.local(LocalInfo::default())
    }

    /// A named variable.
    pub fn variable(&mut self, name: impl Into<Name>, ty: Option<Type>) -> Local {
        self.local(LocalInfo { name: Some(name.into()), ty })
    }

    /// What is known of `local`, to be filled in.
    pub fn info(&mut self, local: Local) -> &mut LocalInfo {
        &mut self.locals[local.0 as usize]
    }

    fn local(&mut self, info: LocalInfo) -> Local {
        self.locals.push(info);
        Local(self.locals.len() as u32 - 1)
    }

    /// A new, empty block; the current one stays.
    pub fn block(&mut self) -> BlockId {
        self.blocks.push((Vec::new(), None));
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// The block that steps go to.
    pub fn current(&self) -> BlockId {
        self.current
    }

    /// Steps go to `block` from now on.
    pub fn switch_to(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Appends a step.
    pub fn push(&mut self, op: Op, span: Span) {
        self.blocks[self.current.0 as usize].0.push(Step { op, span });
    }

    /// Whether the current block holds nothing yet.
    pub fn is_empty(&self) -> bool {
        self.blocks[self.current.0 as usize].0.is_empty()
    }

    /// Ends the current block, where it has not ended, and goes on in a new one that nothing reaches.
    pub fn exit(&mut self, exit: Exit) {
        self.end(exit);
        let next = self.block();
        self.switch_to(next);
    }

    /// Ends the current block with a jump to `block` and goes on there.
    pub fn flow_into(&mut self, block: BlockId) {
        self.end(Exit::Goto(block));
        self.switch_to(block);
    }

    fn end(&mut self, exit: Exit) {
        let slot = &mut self.blocks[self.current.0 as usize].1;
        if slot.is_none() {
            *slot = Some(exit);
        }
    }

    /// Puts locals and blocks into `body`; a block without an exit is unreachable.
    pub fn finish_into(self, body: &mut Body) {
        body.locals = self.locals;
        body.blocks = self
            .blocks
            .into_iter()
            .map(|(steps, exit)| Block { steps, exit: exit.unwrap_or(Exit::Unreachable) })
            .collect();
    }
}
