//! Link, resolve, solve, judge: from the intermediate representation to findings.
//!
//! A deterministic function of the lowered files and the catalog: it sees no syntax, reads no file
//! and writes no sentence.

mod finding;
mod project;

pub use finding::{
    Accepted, Confidence, Finding, Label, Moment, ProtocolStep, Reason, Related, Role, StepMark, Target,
};
pub use project::{Demand, Dependency, Outcome, Package, Project, Settings, Tree};
