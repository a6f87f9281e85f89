//! What a program does to files, with the language removed.
//!
//! A front end turns the text of one file into a [`Unit`]: its imports, its types and a
//! control-flow graph of three-address steps for every function ([`Body`]).
//! The analysis reads nothing else, so a new language is a new [`Frontend`] and a folder of models.
//! This crate knows no grammar, no file system and no rule.

mod body;
mod builder;
mod dump;
mod frontend;
mod name;
mod outline;
mod repair;
mod unit;

pub use body::{
    Arg, Block, BlockId, Body, BodyId, BodyKind, Callee, Capture, Const, Exit, Local, LocalInfo, Op, Operand, Param,
    ParamKind, Step, Test,
};
pub use builder::BodyBuilder;
pub use dump::dump;
pub use frontend::{Frontend, Gap, GapKind, Language, Lowered};
pub use name::{Name, Path, Root, Type};
pub use outline::{DefinedName, Outline, Part};
pub use repair::{Applicability, Decline, FlowStep, Repair, RepairKind, Runtime, Speller, Spelling, Twin};
pub use unit::{Directive, Field, Function, Glob, Global, Impl, Import, Module, TypeDef, TypeKind, Unit};
