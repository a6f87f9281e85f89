//! Rust text to the intermediate representation, by `syn`.
//!
//! The only thing to come here for is [`RustFrontend`]. It knows the grammar, the scopes and the imports of one
//! file; it knows no rule, no API and no other file, and it never fails: what it cannot say is opaque, what it
//! cannot parse is a gap.

mod assign;
mod attributes;
mod body;
mod calls;
mod closures;
mod conditions;
mod directives;
mod drops;
mod edges;
mod expr;
mod flow;
mod format;
mod fragments;
mod guard;
mod imports;
mod items;
mod loops;
mod macros;
mod matching;
mod outline;
mod patterns;
mod position;
mod repair;
mod scope;
mod statements;
mod tokens;
mod types;

#[cfg(test)]
mod tests;

use atomic_lint_ir::{Frontend, Gap, GapKind, Language, Lowered, Outline, Unit};
use atomic_lint_source::Span;
use guard::Scan;
use position::Positions;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The front end for Rust.
///
/// Lowering recurses as deep as the text is nested. Give it a stack of at least 16 MiB in an optimised build and
/// 64 MiB in a debug build; texts that would need more are reported as a gap of the kind [`GapKind::Nesting`].
#[derive(Clone, Copy, Debug, Default)]
pub struct RustFrontend;

impl Frontend for RustFrontend {
    fn language(&self) -> Language {
        Language::Rust
    }

    fn outline(&self, text: &str) -> Outline {
        match u32::try_from(text.len()) {
            Ok(_) => outline::outline(text, position::skipped(text)),
            Err(_) => Outline::default(),
        }
    }

    fn lower(&self, text: &str, omitted: &[Span]) -> Lowered {
        let lowered = match omitted {
            [] => lower(text),
            _ => lower(&outline::without(text, omitted)).map(|unit| unit.omitting(omitted)),
        };
        match lowered {
            Ok(unit) => Lowered { unit: Some(unit), gaps: Vec::new() },
            Err(gap) => Lowered { unit: None, gaps: vec![gap] },
        }
    }
}

fn lower(text: &str) -> Result<Unit, Gap> {
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    if whole.end == u32::MAX {
        return Err(gap(whole, GapKind::Syntax, "the file is larger than 4 GiB"));
    }
    let scan = guard::scan(text, position::skipped(text));
    if let Some((span, limit)) = scan.too_deep {
        return Err(gap(span, GapKind::Nesting, &limit.to_string()));
    }
    // The parser is other people's code over any text whatever; a panic in it must cost one file, not the run.
    let result = catch_unwind(AssertUnwindSafe(|| parse(text, &scan)));
    // Spans live in a table of this thread, which would keep every text it ever saw.
    proc_macro2::extra::invalidate_current_thread_spans();
    result.unwrap_or_else(|_| Err(gap(whole, GapKind::Syntax, "the parser gave up")))
}

fn parse(text: &str, scan: &Scan) -> Result<Unit, Gap> {
    let positions = Positions::new(text);
    match syn::parse_str::<syn::File>(positions.numbered()) {
        Ok(file) => Ok(items::lower_file(file, positions, scan)),
        Err(error) => Err(gap(positions.error(&error), GapKind::Syntax, &error.to_string())),
    }
}

fn gap(span: Span, kind: GapKind, message: &str) -> Gap {
    Gap { span, kind, message: message.to_string() }
}
