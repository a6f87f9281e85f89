//! Python text to the intermediate representation, by tree-sitter.
//!
//! This crate knows Python's grammar, scopes and imports, and nothing of files, models or rules.
//! Lowering is a pure function of the text: what cannot be said is [`atomic_lint_ir::Op::Opaque`],
//! and what cannot be parsed is a [`Gap`]; the rest of such a file is lowered all the same.
//!
//! How constructs that the representation has no word for are put:
//!
//! - `super().f(x)` calls `f` of the first base by path, with the receiver as its first argument.
//! - `cls(…)` of a class method, `self.__class__(…)` and `type(self)(…)` construct the class itself.
//! - An assignment to a `global` name in a function has no place in that function's body: its value
//!   is lowered and goes nowhere.
//! - A class inside a function is the type `function.Class` of the module.
//! - `from . import *` names the module `__init__`, as which a package can be imported from itself.
//! - Comprehensions and generator expressions run where they stand.

mod assign;
mod bounds;
mod call;
mod comprehension;
mod condition;
mod directive;
mod exceptions;
mod expr;
mod frame;
mod function;
mod imports;
mod items;
mod kind;
mod literal;
mod lower;
mod matching;
mod operators;
mod outline;
mod prune;
mod repair;
mod scope;
mod statement;
mod template;
mod text;
mod tree;
mod types;
mod with;

use atomic_lint_ir::{Frontend, Gap, GapKind, Language, Lowered, Outline};
use atomic_lint_source::Span;

/// The front end for Python.
#[derive(Clone, Copy, Debug, Default)]
pub struct PythonFrontend;

impl Frontend for PythonFrontend {
    fn language(&self) -> Language {
        Language::Python
    }

    fn outline(&self, text: &str) -> Outline {
        if u32::try_from(text.len()).is_ok() { outline::outline(text) } else { Outline::default() }
    }

    fn lower(&self, text: &str, omitted: &[Span]) -> Lowered {
        let shortened;
        let text = match omitted {
            [] => text,
            _ => {
                shortened = outline::without(text, omitted);
                &shortened
            }
        };
        if bounds::is_too_deep(text) {
            return nothing(GapKind::Nesting, "too many levels of indentation");
        }
        let parsed = if u32::try_from(text.len()).is_ok() { tree::Tree::parse(text) } else { None };
        let Some(mut tree) = parsed else { return nothing(GapKind::Syntax, "the parser gave up") };
        let gaps = std::mem::take(&mut tree.gaps);
        let unit = lower::Lower::new(&tree).unit().omitting(omitted);
        Lowered { unit: Some(unit), gaps }
    }
}

/// A file of which nothing was understood.
fn nothing(kind: GapKind, message: &str) -> Lowered {
    Lowered { unit: None, gaps: vec![Gap { span: Span::default(), kind, message: message.to_owned() }] }
}
