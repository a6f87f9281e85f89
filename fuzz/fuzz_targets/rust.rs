//! Texts that a front end lowers, whole and in part.

#![no_main]

use atomic_lint_fuzz::{lowered, on_a_large_stack};
use atomic_lint_rust::RustFrontend;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| on_a_large_stack(|| lowered(&RustFrontend, text)));
