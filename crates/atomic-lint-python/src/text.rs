//! Text: literals, f-strings, `%` and `.format`.
//!
//! How the parts of a text are spelled stands in the files on literals and templates.

use crate::kind::{Field, Kind};
use crate::literal::{Style, unescape};
use crate::lower::Lower;
use crate::template::{Piece, Reference, braces, percents};
use crate::tree::Node;
use atomic_lint_ir::{Arg, Const, Name, Op, Operand};

/// No path is that long; longer literals are content of which only the presence matters.
const LONGEST: usize = 4096;

impl<'t> Lower<'t> {
    /// A literal, an f-string, or several next to each other.
    pub(crate) fn string(&mut self, node: Node<'t>) -> Operand {
        let mut parts = Parts::default();
        match node.kind() {
            Kind::ConcatenatedString => {
                for part in node.children().filter(|part| part.kind() == Kind::String) {
                    self.literal(part, &mut parts);
                }
            }
            _ => self.literal(node, &mut parts),
        }
        self.joined(parts, node)
    }

    fn joined(&mut self, parts: Parts, node: Node<'t>) -> Operand {
        match parts.done() {
            Ok(constant) => Operand::Const(constant),
            Err(parts) => self.concat(parts, node),
        }
    }

    fn literal(&mut self, node: Node<'t>, parts: &mut Parts) {
        let style = Style::of(node.child_of(Kind::StringStart).map_or("", Node::text));
        parts.bytes |= style.bytes;
        for part in node.children() {
            match part.kind() {
                Kind::StringContent => parts.text(&unescape(part.text(), style)),
                Kind::Interpolation => {
                    if let Some(value) = part.get(Field::Expression) {
                        let value = self.expr(value);
                        parts.value(value);
                    }
                }
                _ => {}
            }
        }
    }

    /// `"…" % right`.
    pub(crate) fn percent(&mut self, template: Node<'t>, right: Node<'t>, node: Node<'t>) -> Operand {
        let template = self.string(template);
        let right = unparenthesised(right);
        let args = match right.kind() {
            Kind::Tuple => right.children().map(|part| Arg::positional(self.expr(part), part.span())).collect(),
            Kind::Dictionary => self.percent_dictionary(right),
            _ => vec![Arg::positional(self.expr(right), right.span())],
        };
        let Operand::Const(Const::Text(template)) = template else { return self.opaque(Vec::new(), node) };
        let pieces = percents(&template);
        let values = pieces.iter().filter(|piece| matches!(piece, Piece::Value(_))).count();
        match (right.kind(), args.as_slice()) {
            // One value that is not spelled out holds all that the template asks for.
            (kind, [whole])
                if !matches!(kind, Kind::Tuple | Kind::Dictionary) && (values > 1 || template.contains("%(")) =>
            {
                let whole = whole.value.clone();
                self.fill(&pieces, node, |lower, reference| {
                    lower.accessed(whole.clone(), &[Name::new(&reference.root)], node)
                })
            }
            _ => self.fill(&pieces, node, |lower, reference| lower.referred(reference, &args, node)),
        }
    }

    fn percent_dictionary(&mut self, right: Node<'t>) -> Vec<Arg> {
        let mut args = Vec::new();
        for pair in right.children() {
            let (Some(name), Some(value)) = (pair.get(Field::Key), pair.get(Field::Value)) else { continue };
            let span = value.span();
            let name = match self.expr(name) {
                Operand::Const(Const::Text(name)) => Some(name),
                _ => None,
            };
            args.push(Arg { name, value: self.expr(value), spread: false, span });
        }
        args
    }

    /// `"…".format(…)`; none where it is another call.
    pub(crate) fn format_call(&mut self, node: Node<'t>, function: Node<'t>) -> Option<Operand> {
        let literal = unparenthesised(function.get(Field::Object)?);
        let is_text = matches!(literal.kind(), Kind::String | Kind::ConcatenatedString);
        if !is_text || function.get(Field::Attribute)?.text() != "format" {
            return None;
        }
        let spread = |arg: Node<'t>| matches!(arg.kind(), Kind::ListSplat | Kind::DictionarySplat);
        if node.get(Field::Arguments)?.children().any(spread) {
            return None;
        }
        let Operand::Const(Const::Text(template)) = self.string(literal) else { return None };
        let args = self.args(node);
        Some(self.fill(&braces(&template), node, |lower, reference| lower.referred(reference, &args, node)))
    }

    fn fill(
        &mut self,
        pieces: &[Piece],
        node: Node<'t>,
        mut value: impl FnMut(&mut Self, &Reference) -> Operand,
    ) -> Operand {
        let mut parts = Parts::default();
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.text(text),
                Piece::Value(reference) => parts.value(value(self, reference)),
            }
        }
        self.joined(parts, node)
    }

    fn referred(&mut self, reference: &Reference, args: &[Arg], node: Node<'t>) -> Operand {
        let named = |name: &str| args.iter().find(|arg| arg.name.as_deref() == Some(name));
        let found = match reference.root.parse::<usize>() {
            Ok(at) => args.iter().filter(|arg| arg.name.is_none()).nth(at),
            Err(_) => named(&reference.root),
        };
        match found {
            Some(found) => self.accessed(found.value.clone(), &reference.access, node),
            None => self.opaque(Vec::new(), node),
        }
    }

    fn accessed(&mut self, value: Operand, access: &[Name], node: Node<'t>) -> Operand {
        access.iter().fold(value, |value, field| {
            let object = self.local(value, node.span());
            let dst = self.temp();
            self.push(Op::Load { dst, object, field: field.clone() }, node.span());
            Operand::Local(dst)
        })
    }
}

fn unparenthesised(node: Node<'_>) -> Node<'_> {
    match (node.kind(), node.first()) {
        (Kind::ParenthesizedExpression, Some(inner)) => unparenthesised(inner),
        _ => node,
    }
}

/// Parts of a text, neighbouring constants joined.
#[derive(Default)]
struct Parts {
    parts: Vec<Operand>,
    text: String,
    bytes: bool,
}

impl Parts {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn value(&mut self, value: Operand) {
        match value {
            Operand::Const(Const::Text(text)) => self.text(&text),
            Operand::Const(Const::Int(value)) => self.text(&value.to_string()),
            value => {
                self.flush();
                self.parts.push(value);
            }
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.parts.push(Operand::Const(shortened(&text)));
        }
    }

    /// The constant that it is, or else the parts.
    fn done(mut self) -> Result<Const, Vec<Operand>> {
        if self.bytes {
            return Ok(Const::Bytes { empty: self.text.is_empty() });
        }
        if self.parts.is_empty() {
            return Ok(shortened(&self.text));
        }
        self.flush();
        Err(self.parts)
    }
}

fn shortened(text: &str) -> Const {
    if text.len() > LONGEST { Const::Other } else { Const::Text(Name::new(text)) }
}
