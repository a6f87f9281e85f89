//! Expressions: which construct it is, names with their attributes, elements and collections.
//!
//! Calls, operators, texts, conditions and comprehensions have files of their own.

use crate::kind::{Field, Kind};
use crate::lower::{Found, Lower};
use crate::tree::Node;
use atomic_lint_ir::{Const, Exit, Local, Name, Op, Operand, Path};

/// Longer collections are tables; which element stands where in them does not matter.
const POSITIONS: usize = 32;

impl<'t> Lower<'t> {
    /// The value of `node`.
    pub(crate) fn expr(&mut self, node: Node<'t>) -> Operand {
        match node.kind() {
            Kind::Identifier => self.name(node.text()),
            Kind::Attribute => self.attribute(node),
            Kind::Subscript => self.subscript(node),
            Kind::Call => self.call(node),
            Kind::String | Kind::ConcatenatedString => self.string(node),
            Kind::Integer => Operand::Const(integer(node.text())),
            Kind::Float | Kind::Ellipsis => Operand::Const(Const::Other),
            Kind::True => Operand::Const(Const::Bool(true)),
            Kind::False => Operand::Const(Const::Bool(false)),
            Kind::None => Operand::Const(Const::None),
            Kind::BinaryOperator => self.binary_operator(node),
            Kind::UnaryOperator => self.unary_operator(node),
            Kind::BooleanOperator => self.boolean(node),
            Kind::ComparisonOperator => self.comparison(node),
            Kind::NotOperator => self.parts(node, false),
            Kind::ConditionalExpression => self.conditional(node),
            Kind::NamedExpression => self.walrus(node),
            Kind::AsPattern => self.as_pattern(node),
            Kind::Lambda => self.lambda(node),
            Kind::Yield => self.yield_expression(node),
            Kind::Tuple | Kind::ExpressionList | Kind::PatternList | Kind::TuplePattern => self.tuple(node),
            Kind::List | Kind::Set | Kind::ListPattern => self.list(node),
            Kind::Dictionary => self.dictionary(node),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::GeneratorExpression
            | Kind::DictionaryComprehension => self.comprehension(node),
            // What is awaited is the value itself, and so is what parentheses hold.
            Kind::Await | Kind::ParenthesizedExpression | Kind::ListSplat | Kind::ListSplatPattern => {
                self.only_part(node)
            }
            _ => self.parts(node, true),
        }
    }

    /// The value of `node` in a local.
    pub(crate) fn expr_local(&mut self, node: Node<'t>) -> Local {
        let value = self.expr(node);
        self.local(value, node.span())
    }

    fn only_part(&mut self, node: Node<'t>) -> Operand {
        match node.first() {
            Some(part) => self.expr(part),
            None => self.opaque(Vec::new(), node),
        }
    }

    /// The parts of something that cannot be said, which may keep or change them.
    pub(crate) fn parts(&mut self, node: Node<'t>, mention: bool) -> Operand {
        let mut mentions = Vec::new();
        for part in node.children().filter(|part| part.field() != Field::Operator && part.kind() != Kind::Type) {
            match self.expr(part) {
                Operand::Local(local) if mention => mentions.push(local),
                _ => {}
            }
        }
        self.opaque(mentions, node)
    }

    fn walrus(&mut self, node: Node<'t>) -> Operand {
        let (Some(name), Some(value)) = (node.get(Field::Name), node.get(Field::Value)) else {
            return self.opaque(Vec::new(), node);
        };
        let value = self.expr(value);
        self.assign(name, value.clone());
        value
    }

    fn as_pattern(&mut self, node: Node<'t>) -> Operand {
        let value = self.only_part(node);
        if let Some(target) = node.get(Field::Alias) {
            self.assign(target, value.clone());
        }
        value
    }

    fn yield_expression(&mut self, node: Node<'t>) -> Operand {
        let value = node.first().map(|value| self.expr(value));
        self.frame().generator = true;
        let (dst, resume, unwind) = (self.temp(), self.new_block(), self.new_block());
        self.builder().exit(Exit::Yield { value, dst, resume, unwind });
        self.builder().switch_to(unwind);
        self.unwind();
        self.builder().switch_to(resume);
        Operand::Local(dst)
    }
}

/// Attributes and elements.
impl<'t> Lower<'t> {
    /// The item that a name or chain of attributes is, where no variable is in between.
    pub(crate) fn item(&mut self, node: Node<'t>) -> Option<Path> {
        match node.kind() {
            Kind::Identifier => match self.lookup(node.text()) {
                Found::Item(path) | Found::Bare(path) => Some(path),
                Found::Local(_) | Found::Module(_) => None,
            },
            Kind::Attribute => {
                let (object, name) = (node.get(Field::Object)?, node.get(Field::Attribute)?);
                match name.text() {
                    "__class__" if self.is_receiver(object) => self.own_class(),
                    name => self.item(object).map(|path| path.child(name)),
                }
            }
            Kind::Call => self.type_of_receiver(node),
            Kind::ParenthesizedExpression | Kind::ListSplat => self.item(node.first()?),
            _ => None,
        }
    }

    /// The class, for `type(self)`.
    fn type_of_receiver(&mut self, node: Node<'t>) -> Option<Path> {
        let function = node.get(Field::Function)?;
        if function.kind() != Kind::Identifier || function.text() != "type" {
            return None;
        }
        let mut args = node.get(Field::Arguments)?.children();
        let (only, None) = (args.next()?, args.next()) else { return None };
        if self.is_receiver(only) { self.own_class() } else { None }
    }

    /// Whether `node` is the receiver of the method that this code is in.
    pub(crate) fn is_receiver(&mut self, node: Node<'t>) -> bool {
        let method = self.frame().method.as_ref();
        let receiver = method.and_then(|method| method.receiver);
        node.kind() == Kind::Identifier && receiver == Some(node.text())
    }

    /// The class whose method this code is in.
    pub(crate) fn own_class(&mut self) -> Option<Path> {
        self.frame().method.as_ref().map(|method| method.class.clone())
    }

    fn attribute(&mut self, node: Node<'t>) -> Operand {
        if let Some(path) = self.item(node) {
            return Operand::Const(Const::Item(path));
        }
        let (Some(object), Some(name)) = (node.get(Field::Object), node.get(Field::Attribute)) else {
            return self.parts(node, true);
        };
        let object = self.expr_local(object);
        let dst = self.temp();
        self.push(Op::Load { dst, object, field: Name::new(name.text()) }, node.span());
        Operand::Local(dst)
    }

    fn subscript(&mut self, node: Node<'t>) -> Operand {
        let Some((object, field)) = self.element(node) else { return self.opaque(Vec::new(), node) };
        let dst = self.temp();
        self.push(Op::Load { dst, object, field }, node.span());
        Operand::Local(dst)
    }

    /// The object of a subscript and the field that it picks.
    pub(crate) fn element(&mut self, node: Node<'t>) -> Option<(Local, Name)> {
        let object = node.get(Field::Value)?;
        let object = self.expr_local(object);
        let mut field = None;
        for (at, index) in node.all(Field::Subscript).enumerate() {
            let value = if index.kind() == Kind::Slice { self.slice(index) } else { Some(self.expr(index)) };
            field = value.filter(|_| at == 0).as_ref().map(key);
        }
        let field = field.unwrap_or(Name::new_static("[]"));
        Some((object, field))
    }

    fn slice(&mut self, node: Node<'t>) -> Option<Operand> {
        node.children().for_each(|bound| {
            let value = self.expr(bound);
            self.look_at(&value, bound);
        });
        None
    }
}

/// Collections.
impl<'t> Lower<'t> {
    fn tuple(&mut self, node: Node<'t>) -> Operand {
        let mut fields = Vec::new();
        let mut starred = false;
        for (at, part) in node.children().enumerate() {
            starred |= part.is_spread();
            let value = self.expr(part);
            match at {
                _ if starred => fields.push((Name::new_static("[]"), value)),
                0..POSITIONS => fields.push((Name::from(at.to_string()), value)),
                _ => {}
            }
        }
        self.aggregate(fields, node)
    }

    fn list(&mut self, node: Node<'t>) -> Operand {
        let mut fields = Vec::new();
        let mut starred = false;
        for (at, part) in node.children().enumerate() {
            starred |= part.is_spread();
            let value = self.expr(part);
            if !starred && at < POSITIONS {
                fields.push((Name::from(at.to_string()), value.clone()));
            }
            if at < POSITIONS || matches!(value, Operand::Local(_)) {
                fields.push((Name::new_static("[]"), value));
            }
        }
        self.aggregate(fields, node)
    }

    fn dictionary(&mut self, node: Node<'t>) -> Operand {
        let mut fields = Vec::new();
        for part in node.children() {
            match (part.get(Field::Key), part.get(Field::Value)) {
                (Some(name), Some(value)) => {
                    let name = self.expr(name);
                    let value = self.expr(value);
                    fields.push((key(&name), value));
                }
                // What `**other` brings is under keys that are not known.
                _ => {
                    let value = self.only_part(part);
                    fields.push((Name::new_static("[]"), value));
                }
            }
        }
        self.aggregate(fields, node)
    }

    /// A collection of `fields`.
    pub(crate) fn aggregate(&mut self, fields: Vec<(Name, Operand)>, node: Node<'t>) -> Operand {
        let dst = self.temp();
        self.push(Op::Aggregate { dst, ty: None, fields }, node.span());
        Operand::Local(dst)
    }
}

/// The field that an index or key stands for.
fn key(value: &Operand) -> Name {
    match value {
        Operand::Const(Const::Text(text)) => text.clone(),
        Operand::Const(Const::Int(at)) => Name::from(at.to_string()),
        _ => Name::new_static("[]"),
    }
}

/// An integer literal in any base; one that does not fit is just a literal.
pub(crate) fn integer(text: &str) -> Const {
    let plain: String = text.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let plain = plain.trim_end_matches('l');
    let value = match plain.get(..2) {
        Some("0x") => i64::from_str_radix(&plain[2..], 16),
        Some("0o") => i64::from_str_radix(&plain[2..], 8),
        Some("0b") => i64::from_str_radix(&plain[2..], 2),
        // Python 2 wrote octal numbers with a plain zero; modes in old code look so.
        _ if plain.len() > 1 && plain.starts_with('0') => i64::from_str_radix(&plain[1..], 8),
        _ => plain.parse(),
    };
    value.map_or(Const::Other, Const::Int)
}
