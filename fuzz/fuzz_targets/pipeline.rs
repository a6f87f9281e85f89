//! Projects of a file or more, from their texts to findings.

#![no_main]

use atomic_lint_fuzz::{analysed, on_a_large_stack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| on_a_large_stack(|| analysed(text)));
