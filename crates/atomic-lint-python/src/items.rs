//! Classes: bases, fields and methods. A class body runs where it stands.

use crate::frame::{Binding, ClassBody, Overlay};
use crate::kind::{Field, Kind};
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{BodyId, Field as TypeField, Impl, Local, Name, Path, Root, Type, TypeDef, TypeKind};

impl<'t> Lower<'t> {
    /// A class. Its decorators change nothing that matters here.
    pub(crate) fn class(&mut self, node: Node<'t>, _decorators: &[Node<'t>]) {
        let Some(name) = node.get(Field::Name) else { return };
        let mut full = self.prefix();
        full.push(Name::new(name.text()));
        let path = Path::new(Root::Module, full.clone());
        if self.class_body().is_some() {
            self.define_in_class(name.text(), path.clone());
        }
        let placeholder = BodyId(0);
        if self.done.insert(node.id(), placeholder).is_some() {
            return;
        }
        let bases = self.bases(node);
        let base = bases.first().map(|base| base.path.clone());
        let test = bases.iter().any(|base| base.path.last().ends_with("TestCase"));
        let class = ClassBody { name: full, base, fields: Vec::new(), methods: Vec::new(), test };
        self.frame().overlays.push(Overlay { class: Some(class), ..Overlay::default() });
        self.block_of(node, Field::Body);
        let Some(class) = self.frame().overlays.pop().and_then(|overlay| overlay.class) else { return };
        let (kind, span) = (TypeKind::Class, name.span());
        self.unit.types.push(TypeDef { name: class.name, kind, bases, fields: class.fields, span });
        self.unit.impls.push(Impl { ty: path, of: None, methods: class.methods });
    }

    fn bases(&mut self, node: Node<'t>) -> Vec<Type> {
        let list = node.get(Field::Superclasses).into_iter().flat_map(Node::children);
        let bases = list.filter(|base| matches!(base.kind(), Kind::Identifier | Kind::Attribute | Kind::Subscript));
        bases.filter_map(|base| self.type_of(base)).collect()
    }

    /// Makes `name` an item for the rest of the class body.
    pub(crate) fn define_in_class(&mut self, name: &'t str, path: Path) {
        if let Some(overlay) = self.frame().overlays.last_mut() {
            overlay.names.insert(name, Binding::Item(path));
        }
    }

    /// Adds a method to the class whose body this is; a setter has the name of its property with `.setter`.
    pub(crate) fn add_method(&mut self, name: &'t str, accessor: Option<Name>, body: BodyId) {
        let Some(class) = self.class_body() else { return };
        let path = Path::new(Root::Module, class.name.iter().cloned().chain([Name::new(name)]));
        let full = accessor.map_or(Name::new(name), |accessor| Name::from(format!("{name}.{accessor}")));
        class.methods.push((full, body));
        self.define_in_class(name, path);
    }

    /// The local of a class attribute, which is a field from its first assignment on.
    pub(crate) fn class_attribute(&mut self, name: &'t str) -> Local {
        let local = self.builder().variable(name, None);
        let value = Some(local).filter(|_| self.at_module());
        if let Some(overlay) = self.frame().overlays.last_mut() {
            overlay.names.insert(name, Binding::Local(local));
        }
        self.field(name, |field| field.value = field.value.or(value));
        local
    }

    /// Notes the declared type of a field of the class whose body this is.
    pub(crate) fn declare_field(&mut self, name: &'t str, ty: &Type) {
        self.field(name, |field| field.ty = Some(ty.clone()));
    }

    fn field(&mut self, name: &str, change: impl FnOnce(&mut TypeField)) {
        let Some(class) = self.class_body() else { return };
        match class.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => change(field),
            None => {
                let mut field = TypeField { name: Name::new(name), ty: None, value: None };
                change(&mut field);
                class.fields.push(field);
            }
        }
    }

    /// `type X = Y`.
    pub(crate) fn type_alias(&mut self, node: Node<'t>) {
        let (Some(name), Some(of)) = (node.get(Field::Left), node.get(Field::Right)) else { return };
        let mut full = self.prefix();
        full.push(Name::new(name.text().split('[').next().unwrap_or("").trim()));
        let bases = self.type_of(of).into_iter().collect();
        let (kind, span) = (TypeKind::Alias, name.span());
        self.unit.types.push(TypeDef { name: full, kind, bases, fields: Vec::new(), span });
    }
}
