//! What a constructor gives a field as a plain text: a mode, a suffix.
//!
//! A constructor that has nothing to do with files is not run; its steps are read instead, in whatever order they come.
//! What a parameter is by default says too little of what a field holds.

use crate::program::defines;
use atomic_lint_ir::{Body, Const, Local, Name, Op, Operand, ParamKind};

/// Copies are followed so far.
const COPIES: usize = 4;

/// The texts that `constructor` may store under `field` of its receiver; none where it may store anything else.
pub(crate) fn stored_texts(constructor: &Body, field: &str) -> Option<Vec<Name>> {
    let receiver = constructor.params.iter().find(|param| param.kind == ParamKind::Receiver)?.local;
    let mut texts = Vec::new();
    for op in ops(constructor) {
        match op {
            Op::Store { object, field: into, src } if *object == receiver && into == field => {
                add_texts(constructor, src, COPIES, &mut texts)?;
            }
            _ => {}
        }
    }
    // A text without content stands for one that is still to come.
    (!texts.is_empty() && texts.iter().all(|text| !text.is_empty())).then_some(texts)
}

fn ops(body: &Body) -> impl Iterator<Item = &Op> {
    body.blocks.iter().flat_map(|block| &block.steps).map(|step| &step.op)
}

fn add_texts(body: &Body, value: &Operand, copies: usize, texts: &mut Vec<Name>) -> Option<()> {
    match value {
        Operand::Const(Const::Text(text)) => texts.push(text.clone()),
        Operand::Const(_) => return None,
        Operand::Local(local) => add_copies(body, *local, copies.checked_sub(1)?, texts)?,
    }
    Some(())
}

/// What is copied to `local`, where nothing else is ever in it.
fn add_copies(body: &Body, local: Local, copies: usize, texts: &mut Vec<Name>) -> Option<()> {
    let before = texts.len();
    for op in ops(body) {
        match op {
            Op::Copy { dst, src } if *dst == local => add_texts(body, src, copies, texts)?,
            _ if defines(op) == Some(local) => return None,
            _ => {}
        }
    }
    let given = body.params.iter().any(|param| param.local == local);
    (!given && texts.len() > before).then_some(())
}
