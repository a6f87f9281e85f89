//! What names mean in one file: its imports, its items, its inline modules, and what encloses the place asked from.
//!
//! Variables are not here; they shadow all of this and belong to the body under construction.

use crate::imports::{Bindings, Use};
use atomic_lint_ir::{Glob, Import, Name, Path, Root, Type};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::ToSmolStr;
use syn::Item;

/// Imports refer to imports; a chain longer than this is a cycle.
const IMPORT_CHAIN: u32 = 8;

/// Types of the language itself, which are no crates though they begin a path in lower case.
const PRIMITIVES: [&str; 17] = [
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
    "f32", "f64",
];

/// The name of `ident`, without the `r#` of a raw one.
pub(crate) fn name(ident: &syn::Ident) -> Name {
    let name = ident.to_smolstr();
    name.strip_prefix("r#").map_or_else(|| name.clone(), Name::new)
}

/// Every name that the file gives a meaning to.
#[derive(Debug, Default)]
pub(crate) struct Names {
    modules: FxHashMap<Vec<Name>, Bindings>,
    /// Inline modules around the place asked from.
    pub(crate) here: Vec<Name>,
    /// Blocks around it that have items of their own, innermost last.
    blocks: Vec<Bindings>,
    /// What `Self` is, innermost last.
    selves: Vec<Type>,
    /// Generic parameters with their first telling bound.
    generics: Vec<FxHashMap<Name, Option<Type>>>,
    /// First segments that the file's imports prove to be crates.
    crates: FxHashSet<Name>,
}

impl Names {
    /// Collects the file's modules with their imports and items; nothing can be resolved before.
    pub(crate) fn collect(items: &[Item]) -> Self {
        let mut names = Names::default();
        names.collect_module(Vec::new(), items);
        // Parents come first, so that what a module takes from those around it is known.
        let mut scopes: Vec<Vec<Name>> = names.modules.keys().cloned().collect();
        scopes.sort();
        for scope in scopes {
            names.here = scope;
            let targets = names.targets(&names.modules[&names.here]);
            let bindings = names.modules.get_mut(&names.here).expect("it is one of the keys");
            bindings.settle(targets);
        }
        names.here = Vec::new();
        names
    }

    fn collect_module(&mut self, scope: Vec<Name>, items: &[Item]) {
        let bindings = Bindings::of(items);
        self.crates.extend(bindings.uses.iter().filter_map(Use::proven_crate));
        for item in items {
            match item {
                Item::Mod(module) => {
                    if let Some((_, inner)) = &module.content {
                        self.collect_module(within(&scope, &module.ident), inner);
                    }
                }
                // A glob brings the variants of an enum as it does the items of a module.
                Item::Enum(item) => {
                    let variants = Bindings::of_variants(item);
                    self.modules.entry(within(&scope, &item.ident)).or_default().absorb(variants);
                }
                _ => {}
            }
        }
        // Of two modules of one name under different `cfg`, both count.
        self.modules.entry(scope).or_default().absorb(bindings);
    }

    /// What the imports of `bindings`, which is visible here, bring.
    fn targets(&self, bindings: &Bindings) -> Vec<Path> {
        bindings.uses.iter().map(|item| self.use_target(item, 0)).collect()
    }

    /// Goes into a block with these items; [`Names::leave_block`] must follow.
    pub(crate) fn enter_block<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
        let mut bindings = Bindings::default();
        items.for_each(|item| bindings.add(item));
        self.crates.extend(bindings.uses.iter().filter_map(Use::proven_crate));
        self.blocks.push(bindings);
        let targets = self.blocks.last().map(|bindings| self.targets(bindings)).unwrap_or_default();
        if let Some(bindings) = self.blocks.last_mut() {
            bindings.settle(targets);
        }
    }

    /// Leaves the block entered last.
    pub(crate) fn leave_block(&mut self) {
        self.blocks.pop();
    }

    /// Sets what `Self` is; [`Names::leave_type`] must follow.
    pub(crate) fn enter_type(&mut self, ty: Type) {
        self.selves.push(ty);
    }

    /// Forgets what `Self` was set to last.
    pub(crate) fn leave_type(&mut self) {
        self.selves.pop();
    }

    /// What `Self` is.
    pub(crate) fn self_type(&self) -> Option<&Type> {
        self.selves.last()
    }

    /// Adds generic parameters; [`Names::leave_generics`] must follow.
    pub(crate) fn enter_generics(&mut self) {
        self.generics.push(FxHashMap::default());
    }

    /// Says what is known of a generic parameter.
    pub(crate) fn bound(&mut self, parameter: Name, bound: Option<Type>) {
        if let Some(generics) = self.generics.last_mut() {
            let slot = generics.entry(parameter).or_default();
            if slot.is_none() {
                *slot = bound;
            }
        }
    }

    /// Forgets the generic parameters entered last.
    pub(crate) fn leave_generics(&mut self) {
        self.generics.pop();
    }

    /// The bound of a generic parameter; `None` where `name` is none.
    pub(crate) fn generic(&self, name: &str) -> Option<Option<&Type>> {
        self.generics.iter().rev().find_map(|generics| generics.get(name)).map(Option::as_ref)
    }

    /// The module path of `name`, an item defined here.
    pub(crate) fn scoped(&self, name: impl Into<Name>) -> Vec<Name> {
        let mut path = self.here.clone();
        path.push(name.into());
        path
    }

    /// Follows `segments`, written with a leading `::` or not, to what the file says they are.
    pub(crate) fn resolve(&self, segments: Vec<Name>, leading: bool) -> Path {
        if leading {
            return Path { root: Root::Absolute, segments };
        }
        if let Some(bound) = segments.first().and_then(|first| self.generic(first)) {
            return match bound {
                Some(bound) => extended(bound.path.clone(), &segments[1..]),
                None => Path { root: Root::Bare, segments },
            };
        }
        let (resolved, rest) = match self.keyword_path(&segments) {
            Some((path, used)) => (path, &segments[used..]),
            None => match self.bound_name(&segments) {
                Some(path) => (path, &segments[1..]),
                None => return Path { root: self.unknown_root(&segments), segments },
            },
        };
        self.follow(extended(resolved, rest), 0)
    }

    /// The macro `segments`; its last segment ends in `!`.
    pub(crate) fn resolve_macro(&self, mut segments: Vec<Name>, leading: bool) -> Path {
        let Some(last) = segments.last_mut() else { return Path::bare("!") };
        let marked = Name::from(format!("{last}!"));
        if segments.len() > 1 || leading {
            segments.pop();
            segments.push(marked);
            return self.resolve(segments, leading);
        }
        let import = self.visible().find_map(|bindings| bindings.imports.get(&segments[0]));
        match import {
            Some(target) => with_mark(target.clone()),
            None if self.defines_macro(&marked) => Path { root: Root::Module, segments: vec![marked] },
            None => Path { root: Root::Bare, segments: vec![marked] },
        }
    }

    /// The imports of the file and of its inline modules, for others to follow.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let uses = self.module_uses().filter_map(|(scope, item)| {
            let (name, target) = (item.name.clone()?, item.target.clone()?);
            Some(Import { scope: scope.clone(), name, target, public: item.public })
        });
        uses.collect()
    }

    /// Its glob imports.
    pub(crate) fn globs(&self) -> Vec<Glob> {
        let globs = self.module_uses().filter(|(_, item)| item.name.is_none()).filter_map(|(scope, item)| {
            Some(Glob { scope: scope.clone(), target: item.target.clone()?, public: item.public })
        });
        globs.collect()
    }

    /// The glob imports of the block entered last, which others cannot see but names in it may come from.
    pub(crate) fn block_globs(&self) -> Vec<Glob> {
        let globs = self.blocks.last().map_or(&[][..], |bindings| &bindings.globs);
        globs.iter().map(|target| Glob { scope: self.here.clone(), target: target.clone(), public: false }).collect()
    }

    /// Whether a glob import that is visible here comes from a path with `segment` in it.
    pub(crate) fn globs_mention(&self, segment: impl Fn(&str) -> bool) -> bool {
        self.visible().flat_map(|bindings| &bindings.globs).any(|glob| glob.segments.iter().any(|name| segment(name)))
    }

    fn module_uses(&self) -> impl Iterator<Item = (&Vec<Name>, &Use)> {
        let mut modules: Vec<_> = self.modules.iter().collect();
        modules.sort_by_key(|(scope, _)| *scope);
        modules.into_iter().flat_map(|(scope, bindings)| bindings.uses.iter().map(move |item| (scope, item)))
    }

    /// Blocks from the innermost, then the module.
    fn visible(&self) -> impl Iterator<Item = &Bindings> {
        self.blocks.iter().rev().chain(self.modules.get(&self.here))
    }

    fn defines_macro(&self, marked: &Name) -> bool {
        self.blocks.iter().any(|bindings| bindings.items.contains(marked))
            || (0..=self.here.len())
                .any(|depth| self.modules.get(&self.here[..depth]).is_some_and(|scope| scope.items.contains(marked)))
    }

    /// A path that begins with `crate`, `self`, `super` or `Self`, and how many segments that is.
    fn keyword_path(&self, segments: &[Name]) -> Option<(Path, usize)> {
        match segments.first()?.as_str() {
            "crate" => Some((Path { root: Root::Package, segments: Vec::new() }, 1)),
            "self" | "super" => Some(self.relative_path(segments)),
            "Self" => Some((self.selves.last()?.path.clone(), 1)),
            _ => None,
        }
    }

    fn relative_path(&self, segments: &[Name]) -> (Path, usize) {
        let mut module = self.here.clone();
        let mut above = 0u8;
        let mut used = 0;
        for segment in segments {
            match segment.as_str() {
                "self" if used == 0 => {}
                "super" if module.pop().is_some() => {}
                "super" => above = above.saturating_add(1),
                _ => break,
            }
            used += 1;
        }
        let root = if above == 0 { Root::Module } else { Root::Above(above) };
        (Path { root, segments: module }, used)
    }

    /// What the first segment is bound to by an import or item that is visible from here.
    fn bound_name(&self, segments: &[Name]) -> Option<Path> {
        let name = segments.first()?;
        let alone = segments.len() == 1;
        let block = self.blocks.iter().rev().find_map(|bindings| bindings.get(name, alone, &self.here));
        block.or_else(|| self.in_module(&self.here, name, alone, &mut Vec::new()))
    }

    /// What `name` is in `module`, by itself or through globs of other modules of this file; `seen` were asked before.
    fn in_module<'n>(
        &'n self,
        module: &'n [Name],
        name: &Name,
        alone: bool,
        seen: &mut Vec<&'n [Name]>,
    ) -> Option<Path> {
        if seen.contains(&module) {
            return None;
        }
        seen.push(module);
        let bindings = self.modules.get(module)?;
        if let Some(path) = bindings.get(name, alone, module) {
            return Some(path);
        }
        let globs = bindings.globs.iter().filter(|glob| glob.root == Root::Module);
        globs.into_iter().find_map(|glob| self.in_module(&glob.segments, name, alone, seen))
    }

    /// A path into a module of this file may end at an import of that module.
    fn follow(&self, path: Path, depth: u32) -> Path {
        if path.root != Root::Module || depth >= IMPORT_CHAIN {
            return path;
        }
        let inline = (0..path.segments.len()).rev().find(|end| self.modules.contains_key(&path.segments[..*end]));
        let Some(inline) = inline else { return path };
        let (module, rest) = path.segments.split_at(inline);
        let import = self.modules[module].imports.get(&rest[0]);
        match import {
            Some(target) if *target != path && !self.modules[module].items.contains(&rest[0]) => {
                self.follow(extended(target.clone(), &rest[1..]), depth + 1)
            }
            _ => path,
        }
    }

    fn unknown_root(&self, segments: &[Name]) -> Root {
        let Some(first) = segments.first().filter(|_| segments.len() > 1) else { return Root::Bare };
        if first.starts_with(char::is_uppercase) || PRIMITIVES.contains(&first.as_str()) {
            return Root::Bare;
        }
        let known = matches!(first.as_str(), "std" | "core" | "alloc") || self.crates.contains(first);
        let open = |bindings: &Bindings| bindings.globs.iter().any(|glob| self.may_bring_modules(glob));
        if known || !self.visible().any(open) { Root::Absolute } else { Root::Bare }
    }

    /// Whether a glob may bring modules that this file does not show: those of the own package do,
    /// of other packages only the whole of one does, and preludes do not.
    fn may_bring_modules(&self, glob: &Path) -> bool {
        match glob.root {
            Root::Absolute => glob.segments.len() == 1,
            Root::Module => !self.modules.contains_key(&glob.segments),
            Root::Package | Root::Above(_) | Root::Bare => true,
        }
    }

    fn use_target(&self, item: &Use, depth: u32) -> Path {
        let segments = item.segments.clone();
        if item.leading || segments.is_empty() {
            return Path { root: Root::Absolute, segments };
        }
        if let Some((path, used)) = self.keyword_path(&segments) {
            return self.follow(extended(path, &segments[used..]), depth);
        }
        let first = &segments[0];
        let other = self
            .visible()
            .find_map(|bindings| bindings.first_use(first))
            .filter(|other| other.segments.first() != Some(first) && other.segments != segments);
        match other {
            Some(other) if depth < IMPORT_CHAIN => extended(self.use_target(other, depth + 1), &segments[1..]),
            _ if self.modules.get(&self.here).is_some_and(|bindings| bindings.items.contains(first)) => {
                let path = Path { root: Root::Module, segments: self.here.clone() };
                self.follow(extended(path, &segments), depth)
            }
            _ => Path { root: Root::Absolute, segments },
        }
    }
}

fn within(scope: &[Name], ident: &syn::Ident) -> Vec<Name> {
    scope.iter().cloned().chain([name(ident)]).collect()
}

fn extended(mut path: Path, rest: &[Name]) -> Path {
    path.segments.extend(rest.iter().cloned());
    path
}

fn with_mark(mut path: Path) -> Path {
    if let Some(last) = path.segments.pop() {
        path.segments.push(Name::from(format!("{last}!")));
    }
    path
}
