//! What the lowering of small texts looks like, construct by construct.
//!
//! A test gives the text of a file whose function `f` is looked at, and the dump of that body and of the closures in it.

mod calls;
mod closures;
mod drops;
mod expressions;
mod flow;
mod guard;
mod hostile;
mod items;
mod loops;
mod macros;
mod matching;
mod places;
mod scope;

use crate::RustFrontend;
use atomic_lint_ir::{BodyKind, Frontend, Unit, dump};

/// The lowering of `text`, which must have no gap.
fn lower(text: &str) -> Unit {
    let text = text.to_string();
    // Debug builds need more stack than a test's thread has.
    let thread = std::thread::Builder::new().stack_size(64 << 20);
    let lowered = thread.spawn(move || RustFrontend.lower(&text, &[])).unwrap().join().unwrap();
    assert_eq!(lowered.gaps, []);
    lowered.unit.unwrap()
}

/// The dump of the body called `f` and of the closures within it.
fn body_of_f(unit: &Unit) -> String {
    let text = dump(unit);
    let mut shown = Vec::new();
    let mut out = String::new();
    for (at, body) in unit.bodies.iter().enumerate() {
        let nested = matches!(body.kind, BodyKind::Closure(parent) if shown.contains(&parent.0));
        if body.name == "f" || body.name.ends_with(".f") || nested {
            shown.push(at as u32);
            let start = text.find(&format!("#{at} {}", body.name)).unwrap();
            let end = text[start..].find(&format!("\n#{} ", at + 1)).map_or(text.len(), |end| start + end + 1);
            out.push_str(&text[start..end]);
        }
    }
    out
}

/// Asserts that the body of `f` in `text` is `expected`, indentation aside.
#[track_caller]
fn shows(text: &str, expected: &str) {
    let trim = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let actual = trim(&body_of_f(&lower(text)));
    let expected = trim(expected);
    assert!(actual == expected, "lowering of\n{text}\nis\n{actual}\nand not\n{expected}");
}
