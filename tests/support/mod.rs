//! The parts of the fixture harness, each for one question.

pub mod case;
pub mod fixed;
pub mod knowledge;
pub mod lint;
pub mod marks;
pub mod names;
pub mod rows;
pub mod self_test;
pub mod verdict;
