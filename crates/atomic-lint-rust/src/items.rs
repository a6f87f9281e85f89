//! Items: what a file declares, and the bodies of its functions.

use crate::attributes;
use crate::body::{Dest, Fun, Lowerer, param};
use crate::edges;
use crate::guard::Scan;
use crate::position::Positions;
use crate::scope::{Names, name};
use crate::types::may_borrow;
use crate::{directives, fragments};
use atomic_lint_ir::{
    Body, BodyId, BodyKind, Directive, Exit, Field, Function, Global, Impl, Language, Module, Name, ParamKind, Path,
    Type, TypeDef, TypeKind, Unit,
};
use atomic_lint_source::Span;
use syn::{
    Attribute, Block, Expr, Fields, FnArg, ImplItem, Item, ItemEnum, ItemImpl, ItemMod, ItemTrait, Pat, Receiver,
    ReceiverKind, Signature, TraitItem,
};

/// How deep item macros within item macros are looked into; the tokens of each are parsed anew.
const MACRO_DEPTH: u32 = 8;

/// Lowers a parsed file.
pub(crate) fn lower_file(mut file: syn::File, positions: Positions<'_>, scan: &Scan) -> Unit {
    fragments::expand_items(&mut file.items, MACRO_DEPTH);
    let names = Names::collect(&file.items);
    let mut lowerer = Lowerer::new(names, positions, scan);
    lowerer.test = attributes::is_test(&file.attrs);
    file.items.iter().for_each(|item| lowerer.item(item));
    lowerer.finish_file(scan)
}

impl Lowerer<'_> {
    fn finish_file(mut self, scan: &Scan) -> Unit {
        self.leave(Exit::Return(None));
        let top = std::mem::replace(&mut self.fun, Fun::new(BodyId(0)));
        let whole = Span::new(0, self.at.text().len() as u32);
        let head = self.head(Name::new("<module>"), BodyKind::TopLevel, whole, Span::default());
        self.finish(top, head);
        let statements = self.statements.take().unwrap_or_default();
        let mut directives = directives::attach(self.at.text(), &scan.comments, statements);
        directives.append(&mut self.out.directives);
        directives.sort_by_key(|directive| directive.span);
        let mut globs = self.names.globs();
        globs.append(&mut self.out.globs);
        Unit {
            language: Language::Rust,
            imports: self.names.imports(),
            globs,
            modules: self.out.modules,
            functions: self.out.functions,
            types: self.out.types,
            impls: self.out.impls,
            globals: self.out.globals,
            bodies: self.bodies.into_iter().flatten().collect(),
            directives,
        }
    }

    /// Remembers the place of a statement, and what its attributes allow.
    pub(crate) fn note_span(&mut self, span: Span, attributes: &[Attribute]) {
        if let Some(statements) = &mut self.statements {
            statements.push(span);
        }
        for attribute in attributes {
            if let Some(text) = attributes::allowance(attribute) {
                let own = self.at.between(attribute.pound_token.spans[0], attribute.bracket_token.span.close());
                self.out.directives.push(Directive { span: own, text, applies: Some(span) });
            }
        }
    }

    pub(crate) fn item(&mut self, item: &Item) {
        let attributes = attributes_of(item);
        let (first, last) = edges::item(item);
        let span = self.at.between(first, last);
        self.note_span(span, attributes);
        let inner = self.test || attributes::is_test(attributes);
        let test = std::mem::replace(&mut self.test, inner);
        self.plain_item(item, span);
        self.test = test;
    }

    fn plain_item(&mut self, item: &Item, span: Span) {
        match item {
            Item::Fn(item) => {
                let path = self.names.scoped(name(&item.sig.ident));
                let body = self.function(joined(&path), BodyKind::Function, &item.attrs, &item.sig, &item.block, span);
                self.out.functions.push(Function { name: path, body });
            }
            Item::Mod(item) => self.module(item),
            Item::Impl(item) => self.implementation(item),
            Item::Trait(item) => self.trait_item(item),
            Item::Struct(item) => {
                self.names.enter_generics_of(&item.generics);
                let fields = self.fields(None, &item.fields);
                self.define(&item.ident, TypeKind::Struct, Vec::new(), fields);
                self.names.leave_generics();
            }
            Item::Union(item) => {
                let fields = self.fields(None, &Fields::Named(item.fields.clone()));
                self.define(&item.ident, TypeKind::Struct, Vec::new(), fields);
            }
            Item::Enum(item) => self.enumeration(item),
            Item::Type(item) => {
                self.names.enter_generics_of(&item.generics);
                let aliased = self.names.ty(&item.ty).into_iter().collect();
                self.define(&item.ident, TypeKind::Alias, aliased, Vec::new());
                self.names.leave_generics();
            }
            Item::Const(item) => {
                let ty = self.names.ty(&item.ty);
                self.global(vec![name(&item.ident)], ty, &item.expr);
            }
            Item::Static(item) => {
                let ty = self.names.ty(&item.ty);
                self.global(vec![name(&item.ident)], ty, &item.expr);
            }
            _ => {}
        }
    }

    fn module(&mut self, item: &ItemMod) {
        let scoped = self.names.scoped(name(&item.ident));
        self.out.modules.push(Module {
            name: scoped.clone(),
            inline: item.content.is_some(),
            path: attributes::module_path(&item.attrs),
            test: self.test,
        });
        let Some((_, items)) = &item.content else { return };
        let around = std::mem::replace(&mut self.names.here, scoped);
        items.iter().for_each(|item| self.item(item));
        self.names.here = around;
    }

    fn define(&mut self, ident: &syn::Ident, kind: TypeKind, bases: Vec<Type>, fields: Vec<Field>) {
        let span = self.at.span(ident.span());
        self.out.types.push(TypeDef { name: self.names.scoped(name(ident)), kind, bases, fields, span });
    }

    fn fields(&self, variant: Option<&Name>, fields: &Fields) -> Vec<Field> {
        let field = |(at, field): (usize, &syn::Field)| {
            let own = field.ident.as_ref().map_or_else(|| Name::from(at.to_string()), name);
            Field { name: crate::expr::prefixed(variant, &own), ty: self.names.ty(&field.ty), value: None }
        };
        fields.iter().enumerate().map(field).collect()
    }

    fn enumeration(&mut self, item: &ItemEnum) {
        self.names.enter_generics_of(&item.generics);
        let mut fields = Vec::new();
        for variant in &item.variants {
            fields.extend(self.fields(Some(&name(&variant.ident)), &variant.fields));
        }
        self.define(&item.ident, TypeKind::Enum, Vec::new(), fields);
        self.names.leave_generics();
    }

    /// A constant or static: a variable of the top level.
    ///
    /// One that belongs to an item within a function is left out; the top level is not at hand there.
    fn global(&mut self, own: Vec<Name>, ty: Option<Type>, value: &Expr) {
        if self.fun.id != BodyId(0) {
            return;
        }
        let local = self.fun.builder.variable(own.last().cloned().unwrap_or_default(), ty);
        let mark = self.fun.temps.len();
        self.expr_to(value, Dest::Into(local));
        self.fun.temps.truncate(mark);
        let name = self.names.here.iter().cloned().chain(own).collect();
        self.out.globals.push(Global { name, local });
    }

    fn implementation(&mut self, item: &ItemImpl) {
        self.names.enter_generics_of(&item.generics);
        let ty = self.names.ty(&item.self_ty).unwrap_or_else(|| Type::plain(Path::bare("_")));
        let of = item.trait_.as_ref().map(|(path, _)| self.names.path(None, path));
        let owner = name_of_type(&ty);
        self.names.enter_type(ty.clone());
        let mut methods = Vec::new();
        for member in &item.items {
            match member {
                ImplItem::Fn(member) => {
                    let span = self.at.between(
                        edges::visible(&member.vis, edges::signature(&member.sig)),
                        edges::end_of_block(&member.block),
                    );
                    methods.push(self.member(&owner, &member.attrs, &member.sig, &member.block, span));
                }
                ImplItem::Const(member) => {
                    let ty = self.names.ty(&member.ty);
                    self.global(vec![owner.clone(), name(&member.ident)], ty, &member.expr);
                }
                _ => {}
            }
        }
        self.names.leave_type();
        self.names.leave_generics();
        self.out.impls.push(Impl { ty: ty.path, of, methods });
    }

    fn trait_item(&mut self, item: &ItemTrait) {
        self.names.enter_generics_of(&item.generics);
        let own = name(&item.ident);
        let path = Path { root: atomic_lint_ir::Root::Module, segments: self.names.scoped(own.clone()) };
        let mut bases = Vec::new();
        for bound in &item.supertraits {
            bases.extend(self.names.bounds(&std::iter::once(bound.clone()).collect()));
        }
        self.define(&item.ident, TypeKind::Trait, bases, Vec::new());
        self.names.enter_type(Type::plain(path.clone()));
        let methods = self.default_methods(item, &own);
        self.names.leave_type();
        self.names.leave_generics();
        self.out.impls.push(Impl { ty: path, of: None, methods });
    }

    fn default_methods(&mut self, item: &ItemTrait, own: &Name) -> Vec<(Name, BodyId)> {
        let mut methods = Vec::new();
        for member in &item.items {
            match member {
                TraitItem::Fn(member) => {
                    if let Some(block) = &member.default {
                        let span = self.at.between(edges::signature(&member.sig), edges::end_of_block(block));
                        methods.push(self.member(own, &member.attrs, &member.sig, block, span));
                    }
                }
                TraitItem::Const(member) => {
                    if let Some((_, value)) = &member.default {
                        let ty = self.names.ty(&member.ty);
                        self.global(vec![own.clone(), name(&member.ident)], ty, value);
                    }
                }
                _ => {}
            }
        }
        methods
    }

    fn member(
        &mut self,
        owner: &Name,
        attributes: &[Attribute],
        sig: &Signature,
        block: &Block,
        span: Span,
    ) -> (Name, BodyId) {
        self.note_span(span, attributes);
        let inner = self.test || attributes::is_test(attributes);
        let test = std::mem::replace(&mut self.test, inner);
        let method = name(&sig.ident);
        let full = Name::from(format!("{owner}.{method}"));
        let body = self.function(full, BodyKind::Method, attributes, sig, block, span);
        self.test = test;
        (method, body)
    }

    fn function(
        &mut self,
        name: Name,
        kind: BodyKind,
        attributes: &[Attribute],
        sig: &Signature,
        block: &Block,
        span: Span,
    ) -> BodyId {
        let id = self.reserve();
        let name_span = self.at.span(sig.ident.span());
        let mut head = self.head(name, kind, span, name_span);
        head.summary = attributes::summary(attributes);
        head.is_static = kind == BodyKind::Method && sig.receiver().is_none();
        // A function sees no variable of the body it is written in, only names.
        let around = std::mem::replace(&mut self.fun, Fun::new(id));
        let outer = std::mem::take(&mut self.outer);
        self.function_body(&mut head, sig, block);
        let fun = std::mem::replace(&mut self.fun, around);
        self.outer = outer;
        self.finish(fun, head);
        id
    }

    /// Parameters and statements of a function, with its body under construction.
    pub(crate) fn function_body(&mut self, head: &mut Body, sig: &Signature, block: &Block) {
        self.names.enter_generics_of(&sig.generics);
        head.is_async = sig.asyncness.is_some();
        head.returns = self.names.returned(&sig.output);
        for input in &sig.inputs {
            let param = match input {
                FnArg::Receiver(receiver) => self.receiver(receiver),
                FnArg::Typed(input) => {
                    let ty = self.names.ty(&input.ty);
                    let (local, name) = self.param_local(&input.pat, ty.clone());
                    let owned = !may_borrow(&input.ty, &self.names);
                    self.own_param(local, owned && !name.is_empty());
                    param(local, name, ty, ParamKind::Positional)
                }
            };
            head.params.push(param);
        }
        let any = Pat::Rest(syn::PatRest { attrs: Vec::new(), dot2_token: Default::default() });
        let patterns = sig.inputs.iter().map(|input| match input {
            FnArg::Receiver(_) => &any,
            FnArg::Typed(input) => &*input.pat,
        });
        self.bind_params(patterns, &head.params);
        self.block_to(block, Dest::Return);
        self.names.leave_generics();
    }

    fn receiver(&mut self, receiver: &Receiver) -> atomic_lint_ir::Param {
        let ty = match &receiver.kind {
            ReceiverKind::Typed(_, ty) => self.names.ty(ty),
            _ => self.names.self_type().cloned(),
        };
        let local = self.fun.builder.variable("self", ty.clone());
        self.fun.declare(Name::new("self"), local);
        let owned = match &receiver.kind {
            ReceiverKind::Value => true,
            ReceiverKind::Typed(_, ty) => !may_borrow(ty, &self.names),
            _ => false,
        };
        self.own_param(local, owned);
        param(local, Name::new("self"), ty, ParamKind::Receiver)
    }

    fn own_param(&mut self, local: atomic_lint_ir::Local, owned: bool) {
        if owned {
            self.fun.scope().drops.push(local);
            self.fun.owners.insert(local);
        }
    }
}

fn joined(path: &[Name]) -> Name {
    Name::from(path.join("."))
}

/// The name by which the methods of a type are called in reports.
fn name_of_type(ty: &Type) -> Name {
    Name::new(ty.path.last())
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
