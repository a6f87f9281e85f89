//! Takes out the blocks that nothing reaches, and those that only lead on, and orders the rest.
//!
//! Lowering makes blocks freely; what the analysis walks should be only what can run, each block
//! behind those that lead to it, loops aside.

use atomic_lint_ir::{Block, BlockId, Exit};

/// Shrinks `blocks` to what can be reached from the first, in reverse postorder.
pub(crate) fn prune(blocks: &mut Vec<Block>) {
    blocks.iter_mut().for_each(|block| simplify(&mut block.exit));
    let ends: Vec<u32> = (0..blocks.len() as u32).map(|at| end_of_chain(blocks, at)).collect();
    for block in blocks.iter_mut() {
        targets(&mut block.exit, |to| to.0 = ends[to.0 as usize]);
        simplify(&mut block.exit);
    }
    let order = order(blocks);
    let mut numbers = vec![0; blocks.len()];
    for (number, at) in order.iter().enumerate() {
        numbers[*at] = number as u32;
    }
    let take = |at: usize| std::mem::replace(&mut blocks[at], Block { steps: Vec::new(), exit: Exit::Unreachable });
    let mut kept: Vec<Block> = order.into_iter().map(take).collect();
    kept.iter_mut().for_each(|block| targets(&mut block.exit, |to| to.0 = numbers[to.0 as usize]));
    *blocks = kept;
}

/// A choice between the same is none.
fn simplify(exit: &mut Exit) {
    match exit {
        Exit::Branch(all) => {
            all.dedup();
            if let [only] = all.as_slice() {
                *exit = Exit::Goto(*only);
            }
        }
        Exit::If { then, otherwise, .. } if then == otherwise => *exit = Exit::Goto(*then),
        _ => {}
    }
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

/// The reached blocks in reverse postorder; of two ways on, the first comes first.
fn order(blocks: &mut [Block]) -> Vec<usize> {
    let mut met = vec![false; blocks.len()];
    let mut order = Vec::with_capacity(blocks.len());
    let mut open = vec![(0, false)];
    while let Some((at, finished)) = open.pop() {
        if finished {
            order.push(at);
        } else if !std::mem::replace(&mut met[at], true) {
            open.push((at, true));
            targets(&mut blocks[at].exit, |to| open.push((to.0 as usize, false)));
        }
    }
    order.reverse();
    order
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
