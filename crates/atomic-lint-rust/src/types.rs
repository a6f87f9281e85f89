//! Declared types, with references, lifetimes, `dyn` and `impl` taken off.

use crate::scope::{Names, name};
use atomic_lint_ir::{Name, Path, Type};
use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, GenericParam, Generics, PathArguments, QSelf, ReturnType, Token, TypeParamBound, WherePredicate,
};

/// Traits that say nothing of what a value is for.
const MARKERS: [&str; 14] = [
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "Copy",
    "Clone",
    "Debug",
    "Display",
    "Default",
    "Eq",
    "PartialEq",
    "Ord",
    "PartialOrd",
    "Hash",
];

impl Names {
    /// The type `ty`; `None` where it says nothing: `_`, `!`, a generic parameter without a telling bound.
    pub(crate) fn ty(&self, ty: &syn::Type) -> Option<Type> {
        match ty {
            syn::Type::Reference(ty) => self.ty(&ty.elem),
            syn::Type::Ptr(ty) => self.ty(&ty.elem),
            syn::Type::Paren(ty) => self.ty(&ty.elem),
            syn::Type::Group(ty) => self.ty(&ty.elem),
            syn::Type::ImplTrait(ty) => self.bounds(&ty.bounds),
            syn::Type::TraitObject(ty) => self.bounds(&ty.bounds),
            syn::Type::Slice(ty) => Some(self.built_in("(slice)", [&*ty.elem])),
            syn::Type::Array(ty) => Some(self.built_in("(slice)", [&*ty.elem])),
            syn::Type::Tuple(ty) => Some(self.built_in("(tuple)", &ty.elems)),
            syn::Type::FnPtr(ty) => Some(self.function(&ty.output)),
            syn::Type::Path(ty) => self.path_type(ty.qself.as_ref(), &ty.path),
            _ => None,
        }
    }

    /// What a function with this signature returns.
    pub(crate) fn returned(&self, output: &ReturnType) -> Option<Type> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => self.ty(ty),
        }
    }

    /// The path of an expression, pattern or type, its generic arguments dropped.
    pub(crate) fn path(&self, qself: Option<&QSelf>, path: &syn::Path) -> Path {
        let Some(qself) = qself else {
            return self.resolve(segments(path), path.leading_colon.is_some());
        };
        // `<T as Trait>::f` and `<T>::f` are `T::f`: methods are found by their type.
        let rest = path.segments.iter().skip(qself.position).map(|segment| name(&segment.ident));
        let mut ty = self.ty(&qself.ty).map_or_else(|| Path::bare("_"), |ty| ty.path);
        ty.segments.extend(rest);
        ty
    }

    /// Adds the parameters of `generics`; [`Names::leave_generics`] must follow.
    pub(crate) fn enter_generics_of(&mut self, generics: &Generics) {
        self.enter_generics();
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                self.bound(name(&param.ident), None);
            }
        }
        for param in &generics.params {
            if let GenericParam::Type(param) = param {
                let bound = self.bounds(&param.bounds);
                self.bound(name(&param.ident), bound);
            }
        }
        for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
            if let WherePredicate::Type(predicate) = predicate
                && let syn::Type::Path(ty) = &predicate.bounded_ty
                && let Some(ident) = ty.path.get_ident()
            {
                let bound = self.bounds(&predicate.bounds);
                self.bound(name(ident), bound);
            }
        }
    }

    /// The first bound that says what a value is for.
    pub(crate) fn bounds(&self, bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<Type> {
        let traits = bounds.iter().filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) if bound.maybe.is_none() => Some(&bound.path),
            _ => None,
        });
        let mut telling = traits.filter(|path| {
            let last = path.segments.last().map(|segment| segment.ident.to_string());
            !last.is_some_and(|last| MARKERS.contains(&last.as_str()))
        });
        telling.next().and_then(|path| self.path_type(None, path))
    }

    fn path_type(&self, qself: Option<&QSelf>, path: &syn::Path) -> Option<Type> {
        let last = path.segments.last()?;
        if let PathArguments::Parenthesized(signature) = &last.arguments {
            return Some(self.function(&signature.output));
        }
        if qself.is_none()
            && let Some(ident) = path.get_ident()
        {
            let ident = name(ident);
            if let Some(bound) = self.generic(&ident) {
                return bound.cloned();
            }
            if ident == "Self" {
                return self.self_type().cloned();
            }
        }
        Some(Type { path: self.path(qself, path), args: self.arguments(&last.arguments) })
    }

    fn arguments(&self, arguments: &PathArguments) -> Vec<Type> {
        let PathArguments::AngleBracketed(arguments) = arguments else { return Vec::new() };
        let types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(self.known(ty)),
            GenericArgument::AssocType(ty) => Some(self.known(&ty.ty)),
            _ => None,
        });
        types.collect()
    }

    fn built_in<'t>(&self, constructor: &'static str, parts: impl IntoIterator<Item = &'t syn::Type>) -> Type {
        Type { path: Path::bare(constructor), args: parts.into_iter().map(|part| self.known(part)).collect() }
    }

    fn function(&self, output: &ReturnType) -> Type {
        Type { path: Path::bare("(fn)"), args: self.returned(output).into_iter().collect() }
    }

    fn known(&self, ty: &syn::Type) -> Type {
        self.ty(ty).unwrap_or_else(|| Type::plain(Path::bare("_")))
    }
}

/// The identifiers of `path`.
pub(crate) fn segments(path: &syn::Path) -> Vec<Name> {
    path.segments.iter().map(|segment| name(&segment.ident)).collect()
}

/// Whether a value of this declared type is borrowed, or may be, so that its end is not the end of what it stands for.
pub(crate) fn may_borrow(ty: &syn::Type, names: &Names) -> bool {
    match ty {
        syn::Type::Reference(_) | syn::Type::Ptr(_) | syn::Type::ImplTrait(_) => true,
        syn::Type::Paren(ty) => may_borrow(&ty.elem, names),
        syn::Type::Group(ty) => may_borrow(&ty.elem, names),
        syn::Type::Path(ty) => {
            let last = ty.path.segments.last();
            let wraps = last.is_some_and(|last| last.ident == "Option" || last.ident == "Pin");
            match last.map(|last| &last.arguments) {
                Some(PathArguments::AngleBracketed(arguments)) if wraps => arguments
                    .args
                    .iter()
                    .any(|argument| matches!(argument, GenericArgument::Type(ty) if may_borrow(ty, names))),
                _ => ty.path.get_ident().is_some_and(|ident| names.generic(&name(ident)).is_some()),
            }
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(prelude: &str, ty: &str) -> String {
        let file: syn::File = syn::parse_str(prelude).unwrap();
        let names = Names::collect(&file.items);
        names.ty(&syn::parse_str(ty).unwrap()).map_or("-".to_string(), |ty| ty.to_string())
    }

    #[test]
    fn a_type_keeps_its_constructor_and_arguments_only() {
        let prelude = "use std::{fs::File, io::{self, BufWriter, Write}, path::Path};";
        for (ty, expected) in [
            ("&'a mut BufWriter<File>", "std.io.BufWriter<std.fs.File>"),
            ("impl AsRef<Path>", "?AsRef<std.path.Path>"),
            ("Box<dyn Write + Send + 'static>", "?Box<std.io.Write>"),
            ("dyn Send + Write", "std.io.Write"),
            ("(File, &str)", "?(tuple)<std.fs.File, ?str>"),
            ("()", "?(tuple)"),
            ("io::Result<()>", "std.io.Result<?(tuple)>"),
            ("fn(&Path) -> File", "?(fn)<std.fs.File>"),
            ("impl FnOnce(&mut File) -> io::Result<()>", "?(fn)<std.io.Result<?(tuple)>>"),
            ("[u8; 4]", "?(slice)<?u8>"),
            ("*const u8", "?u8"),
            ("_", "-"),
        ] {
            assert_eq!(shown(prelude, ty), expected, "{ty}");
        }
    }

    #[test]
    fn a_generic_parameter_is_its_first_telling_bound() {
        let item: syn::ItemFn =
            syn::parse_str("fn f<P: AsRef<Path>, W, T: Clone + Into<P>, U>() where W: ?Sized + Send + Write {}")
                .unwrap();
        let mut names = Names::default();
        names.enter_generics_of(&item.sig.generics);
        let ty = |text: &str| names.ty(&syn::parse_str(text).unwrap()).map(|ty| ty.to_string());
        assert_eq!(ty("P").as_deref(), Some("?AsRef<?Path>"));
        assert_eq!(ty("&mut W").as_deref(), Some("?Write"));
        assert_eq!(ty("T").as_deref(), Some("?Into<?AsRef<?Path>>"));
        assert_eq!(ty("U"), None);
    }
}
