//! Format strings: the text that `format!` and its kin make of their arguments.

use crate::body::Lowerer;
use crate::expr::literal;
use crate::fragments::Argument;
use crate::scope::name;
use atomic_lint_ir::{Const, Name, Operand};
use atomic_lint_source::Span;
use syn::{Expr, Lit};

/// A part of a format string.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `{}`: the next argument.
    Next,
    /// `{0}`.
    At(usize),
    /// `{name}`: an argument of that name or a variable.
    Named(String),
}

impl Lowerer<'_> {
    /// The text of a format string `arguments[0]` with the others put into it, and the values of those.
    pub(crate) fn formatted(&mut self, arguments: &[Argument], span: Span) -> (Operand, Vec<Operand>) {
        let Some((first, rest)) = arguments.split_first() else {
            return (Operand::Const(Const::Text(Name::default())), Vec::new());
        };
        let values: Vec<Operand> = rest.iter().map(|argument| self.shown(&argument.value)).collect();
        let Some(format) = text_of(&first.value) else {
            let mut parts = vec![self.shown(&first.value)];
            parts.extend(values.iter().cloned());
            return (self.opaque_of(&parts, span), values);
        };
        let parts = self.parts(&format, rest, &values);
        let whole = match parts.as_slice() {
            [] => Operand::Const(Const::Text(Name::default())),
            [Operand::Const(Const::Text(text))] => Operand::Const(Const::Text(text.clone())),
            _ => self.concat(parts, span),
        };
        (whole, values)
    }

    fn parts(&mut self, format: &str, arguments: &[Argument], values: &[Operand]) -> Vec<Operand> {
        let mut next = 0;
        let mut parts = Vec::new();
        for piece in pieces(format) {
            let value = match piece {
                Piece::Text(text) => Some(Operand::Const(Const::Text(Name::from(text)))),
                Piece::Next => {
                    next += 1;
                    values.get(next - 1).cloned()
                }
                Piece::At(at) => values.get(at).cloned(),
                Piece::Named(wanted) => Some(self.named(&wanted, arguments, values)),
            };
            parts.push(value.unwrap_or(Operand::Const(Const::Other)));
        }
        parts
    }

    fn named(&mut self, wanted: &str, arguments: &[Argument], values: &[Operand]) -> Operand {
        let at = arguments.iter().position(|argument| argument.name.as_ref().is_some_and(|ident| ident == wanted));
        match at {
            Some(at) => values[at].clone(),
            None => match self.variable(wanted) {
                Some(local) => Operand::Local(local),
                None => Operand::Const(Const::Item(self.names.resolve(vec![Name::new(wanted)], false))),
            },
        }
    }

    /// An argument to be shown: borrowed, and what `display()` shows is the path itself.
    fn shown(&mut self, value: &Expr) -> Operand {
        match value {
            Expr::MethodCall(call) if call.method == "display" && call.args.is_empty() => self.place(&call.receiver),
            Expr::Reference(inner) => self.shown(&inner.expr),
            other => self.place(other),
        }
    }
}

/// The text that `value` is, written out.
pub(crate) fn text_of(value: &Expr) -> Option<Name> {
    match value {
        Expr::Lit(lit) if matches!(lit.lit, Lit::Str(_)) => match literal(&lit.lit) {
            Const::Text(text) => Some(text),
            _ => None,
        },
        Expr::Group(group) => text_of(&group.expr),
        Expr::Macro(call) if call.mac.path.segments.last().is_some_and(|last| last.ident == "concat") => {
            let arguments = crate::fragments::arguments(&call.mac.tokens)?;
            let texts: Option<Vec<Name>> = arguments.iter().map(|argument| text_of(&argument.value)).collect();
            Some(Name::from(texts?.iter().map(Name::as_str).collect::<String>()))
        }
        _ => None,
    }
}

/// The name of a named argument.
pub(crate) fn argument_name(argument: &Argument) -> Option<Name> {
    argument.name.as_ref().map(name)
}

fn pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '{' | '}' if rest.peek() == Some(&next) => text.extend(rest.next()),
            '{' => {
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                let inner: String = rest.by_ref().take_while(|inner| *inner != '}').collect();
                pieces.push(placeholder(&inner));
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

fn placeholder(inner: &str) -> Piece {
    let argument = inner.split(':').next().unwrap_or("").trim();
    match argument.parse() {
        _ if argument.is_empty() => Piece::Next,
        Ok(at) => Piece::At(at),
        Err(_) => Piece::Named(argument.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_string_falls_into_text_and_arguments() {
        let text = |text: &str| Piece::Text(text.to_string());
        assert_eq!(pieces("{}.tmp"), [Piece::Next, text(".tmp")]);
        assert_eq!(pieces("{{{0:?}}}{name:>4}"), [text("{"), Piece::At(0), text("}"), Piece::Named("name".into())]);
        assert_eq!(pieces("a{"), [text("a"), Piece::Next]);
        assert_eq!(pieces(""), []);
    }
}
