//! Assignments: to names, attributes and elements, one or many at once.
//!
//! Which names a body has was found before, in the file on scopes.

use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Field as TypeField, Local, Name, Op, Operand, Type};

impl<'t> Lower<'t> {
    /// `target = value`, also annotated and chained; gives the value.
    pub(crate) fn assignment(&mut self, node: Node<'t>) -> Option<Operand> {
        let target = node.get(Field::Left)?;
        let ty = node.get(Field::Type).and_then(|annotation| self.type_of(annotation));
        let value = node.get(Field::Right).map(|value| self.right_side(value));
        if let Some(ty) = ty {
            self.annotate(target, &ty);
        }
        let value = value?;
        self.assign(target, value.clone());
        Some(value)
    }

    fn right_side(&mut self, node: Node<'t>) -> Operand {
        let value = match node.kind() {
            Kind::Assignment => self.assignment(node),
            Kind::AugmentedAssignment => self.augmented_assignment(node),
            _ => Some(self.expr(node)),
        };
        value.unwrap_or_else(|| self.opaque(Vec::new(), node))
    }

    /// Notes the declared type of a variable, class attribute or `self.attribute`.
    fn annotate(&mut self, target: Node<'t>, ty: &Type) {
        match target.kind() {
            Kind::Identifier if self.class_body().is_some() => self.declare_field(target.text(), ty),
            Kind::Identifier => {
                if let Some(local) = self.assigned(target.text()) {
                    self.builder().info(local).ty = Some(ty.clone());
                }
            }
            Kind::Attribute => self.annotate_attribute(target, ty),
            _ => {}
        }
    }

    fn annotate_attribute(&mut self, target: Node<'t>, ty: &Type) {
        let (Some(object), Some(name)) = (target.get(Field::Object), target.get(Field::Attribute)) else { return };
        if !self.is_receiver(object) {
            return;
        }
        let overlay = self.outer_frame().and_then(|outer| outer.overlays.last_mut());
        let Some(class) = overlay.and_then(|overlay| overlay.class.as_mut()) else { return };
        let name = Name::new(name.text());
        match class.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.ty = field.ty.take().or_else(|| Some(ty.clone())),
            None => class.fields.push(TypeField { name, ty: Some(ty.clone()), value: None }),
        }
    }

    /// `target += value` and its like; gives the new value.
    pub(crate) fn augmented_assignment(&mut self, node: Node<'t>) -> Option<Operand> {
        let (target, value) = (node.get(Field::Left)?, node.get(Field::Right)?);
        let operator = node.get(Field::Operator)?.text().trim_end_matches('=');
        let old = self.expr(target);
        let right = self.right_side(value);
        let new = self.binary(operator, (target, old), (value, right), node);
        self.assign(target, new.clone());
        Some(new)
    }

    /// Puts `value` into `target`.
    pub(crate) fn assign(&mut self, target: Node<'t>, value: Operand) {
        match target.kind() {
            Kind::Identifier => self.assign_name(target, value),
            Kind::Attribute => self.assign_attribute(target, value),
            Kind::Subscript => self.assign_element(target, value),
            Kind::Tuple
            | Kind::List
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::PatternList
            | Kind::ExpressionList => self.unpack(target, value),
            Kind::ParenthesizedExpression
            | Kind::AsPatternTarget
            | Kind::ListSplat
            | Kind::ListSplatPattern
            | Kind::DictionarySplatPattern => {
                if let Some(inner) = target.first() {
                    self.assign(inner, value);
                }
            }
            _ => {
                self.expr(target);
            }
        }
    }

    fn assign_name(&mut self, target: Node<'t>, value: Operand) {
        if let Some(dst) = self.assigned(target.text()) {
            self.push(Op::Copy { dst, src: value }, target.span());
        }
    }

    fn assign_attribute(&mut self, target: Node<'t>, src: Operand) {
        let (Some(object), Some(name)) = (target.get(Field::Object), target.get(Field::Attribute)) else { return };
        let object = self.expr_local(object);
        self.push(Op::Store { object, field: Name::new(name.text()), src }, target.span());
    }

    fn assign_element(&mut self, target: Node<'t>, src: Operand) {
        let Some((object, field)) = self.element(target) else { return };
        self.push(Op::Store { object, field, src }, target.span());
    }

    /// The elements of `value` into the parts of `target`; behind a starred part positions are not known.
    fn unpack(&mut self, target: Node<'t>, value: Operand) {
        let object: Local = self.local(value, target.span());
        let mut starred = false;
        for (at, part) in target.children().enumerate() {
            starred |= matches!(part.kind(), Kind::ListSplat | Kind::ListSplatPattern);
            let field = if starred { Name::new_static("[]") } else { Name::from(at.to_string()) };
            let dst = self.temp();
            self.push(Op::Load { dst, object, field }, part.span());
            self.assign(part, Operand::Local(dst));
        }
    }
}
