//! Takes out the blocks that nothing reaches, and those that only lead on.
//!
//! Lowering makes blocks freely; what the analysis walks should be only what can run.

use atomic_lint_ir::{Block, BlockId, Exit};

/// Shrinks `blocks` to what can be reached from the first.
pub(crate) fn prune(blocks: &mut Vec<Block>) {
    let ends: Vec<u32> = (0..blocks.len() as u32).map(|at| end_of_chain(blocks, at)).collect();
    blocks.iter_mut().for_each(|block| targets(&mut block.exit, |to| to.0 = ends[to.0 as usize]));
    let reached = reached(blocks);
    let mut numbers = vec![0; blocks.len()];
    let mut count = 0;
    for (at, reached) in reached.iter().enumerate() {
        numbers[at] = count;
        count += u32::from(*reached);
    }
    let mut at = 0;
    blocks.retain(|_| {
        at += 1;
        reached[at - 1]
    });
    blocks.iter_mut().for_each(|block| targets(&mut block.exit, |to| to.0 = numbers[to.0 as usize]));
}

/// The block that a jump to `at` ends in when blocks without steps are passed over.
/// Chains are followed a little way only: an endless loop is one without an end.
fn end_of_chain(blocks: &[Block], at: u32) -> u32 {
    let mut to = at;
    for _ in 0..16 {
        match &blocks[to as usize] {
            Block { steps, exit: Exit::Goto(next) } if steps.is_empty() => to = next.0,
            _ => break,
        }
    }
    to
}

fn reached(blocks: &mut [Block]) -> Vec<bool> {
    let mut reached = vec![false; blocks.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            targets(&mut blocks[at].exit, |to| open.push(to.0 as usize));
        }
    }
    reached
}

fn targets(exit: &mut Exit, mut each: impl FnMut(&mut BlockId)) {
    match exit {
        Exit::Goto(to) => each(to),
        Exit::Branch(all) => all.iter_mut().for_each(each),
        Exit::If { then, otherwise, .. } => {
            each(then);
            each(otherwise);
        }
        Exit::Fallible { ok, err, .. } => {
            each(ok);
            each(err);
        }
        Exit::Yield { resume, unwind, .. } => {
            each(resume);
            each(unwind);
        }
        Exit::Return(_) | Exit::Raise | Exit::Unreachable => {}
    }
}
