//! Fixes: which there are, which are taken, how they are put together, and how the result reaches the disk.
//!
//! What has to be done is said by the analysis and how it is written by the front ends; here nothing is known of either.

mod choice;
mod diff;
mod engine;
mod lay_in;
mod manifests;
mod mend;
mod pass;
mod run;
mod runtime;
mod transaction;
mod verify;

pub(crate) use choice::Choice;
pub(crate) use diff::new_file;
pub(crate) use lay_in::{LaidIn, lay_in};
pub(crate) use manifests::add_manifests;
pub(crate) use mend::{Mend, mends, of_comment};
pub(crate) use run::{Steps, run};
pub(crate) use runtime::{Dependency, is_laid_in};
pub(crate) use transaction::name_of;
