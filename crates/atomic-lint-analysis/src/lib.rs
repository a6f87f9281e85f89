//! Link, resolve, solve, judge: from the intermediate representation to findings.
//!
//! A deterministic function of the lowered files and the catalog: it sees no syntax, reads no file
//! and writes no sentence.

mod advice;
mod alternatives;
mod call;
mod checklist;
mod classify;
mod collections;
mod conditions;
mod constructors;
mod defect;
mod demand;
mod effect;
mod fields;
mod file;
mod finding;
mod found;
mod frame;
mod generators;
mod given_away;
mod globals;
mod handles;
mod judge;
mod link;
mod log;
mod machine;
mod maps;
mod methods;
mod objects;
mod omitted;
mod open;
mod operands;
mod outcome;
mod packages;
mod path;
mod places;
mod program;
mod project;
mod protocol;
mod publish;
mod readers;
mod relevance;
mod repair;
mod site;
mod staging;
mod state;
mod takers;
mod texts;
mod unknown;
mod value;
mod whole;

pub use finding::{
    Accepted, Circumstance, Confidence, Finding, Label, Moment, ProtocolStep, Reason, Related, Role, StepMark, Target,
};
pub use project::{
    Callers, Demand, Dependency, Mention, MentionForm, Outcome, Package, Project, Settings, Tree, WHOLE,
};
