//! What one module or block binds: its `use` declarations and the names of its items. Resolving them is not here.

use crate::attributes::is_test;
use crate::scope::name;
use atomic_lint_ir::{Name, Path, Root};
use rustc_hash::{FxHashMap, FxHashSet};
use syn::ext::IdentExt;
use syn::{Item, ItemEnum, ItemExternCrate, ItemUse, UseTree, Visibility};

/// What one module or block binds.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    /// In the order of the text, to be handed on.
    pub(crate) uses: Vec<Use>,
    /// The first import of each name, by position.
    pub(crate) first_uses: FxHashMap<Name, usize>,
    pub(crate) imports: FxHashMap<Name, Path>,
    pub(crate) globs: Vec<Path>,
    pub(crate) items: FxHashSet<Name>,
}

/// One leaf of a `use`.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// `None` for a glob.
    pub(crate) name: Option<Name>,
    pub(crate) segments: Vec<Name>,
    pub(crate) leading: bool,
    pub(crate) public: bool,
    /// Compiled only under test, so that another import of the name counts for more.
    pub(crate) test: bool,
    /// What it brings, once that is known.
    pub(crate) target: Option<Path>,
}

impl Bindings {
    pub(crate) fn of(items: &[Item]) -> Self {
        let mut bindings = Bindings::default();
        items.iter().for_each(|item| bindings.add(item));
        bindings
    }

    /// The variants of an enum.
    pub(crate) fn of_variants(item: &ItemEnum) -> Self {
        let items = item.variants.iter().map(|variant| name(&variant.ident)).collect();
        Bindings { items, ..Bindings::default() }
    }

    pub(crate) fn add(&mut self, item: &Item) {
        let before = self.uses.len();
        match item {
            Item::Use(item) => add_uses(&mut self.uses, item),
            Item::ExternCrate(item) => self.uses.push(Use::of_crate(item)),
            Item::Macro(item) => {
                let defined = item.ident.as_ref().map(|ident| Name::from(format!("{}!", ident.unraw())));
                self.items.extend(defined);
            }
            item => self.items.extend(defined_name(item)),
        }
        for (at, item) in self.uses.iter().enumerate().skip(before) {
            if let Some(name) = &item.name {
                self.first_uses.entry(name.clone()).or_insert(at);
            }
        }
    }

    pub(crate) fn first_use(&self, name: &Name) -> Option<&Use> {
        self.first_uses.get(name).map(|at| &self.uses[*at])
    }

    pub(crate) fn absorb(&mut self, other: Bindings) {
        let before = self.uses.len();
        self.uses.extend(other.uses);
        self.items.extend(other.items);
        for (name, at) in other.first_uses {
            self.first_uses.entry(name).or_insert(before + at);
        }
    }

    /// Takes what the imports bring; of several of one name the first counts that is not for tests.
    pub(crate) fn settle(&mut self, targets: Vec<Path>) {
        for (item, target) in self.uses.iter_mut().zip(targets) {
            item.target = Some(target.clone());
            match &item.name {
                Some(name) if item.test => drop(self.imports.entry(name.clone()).or_insert(target)),
                Some(_) => {}
                None => self.globs.push(target),
            }
        }
        for item in self.uses.iter().rev().filter(|item| !item.test) {
            if let (Some(name), Some(target)) = (&item.name, &item.target) {
                self.imports.insert(name.clone(), target.clone());
            }
        }
    }

    /// A name that stands alone is a value or type first, one that begins a path is a module first.
    pub(crate) fn get(&self, name: &Name, alone: bool, module: &[Name]) -> Option<Path> {
        let import = self.imports.get(name).cloned();
        let item = self.items.contains(name).then(|| {
            let path = Path { root: Root::Module, segments: module.to_vec() };
            path.child(name.clone())
        });
        if alone { item.or(import) } else { import.or(item) }
    }
}

impl Use {
    pub(crate) fn of_crate(item: &ItemExternCrate) -> Self {
        let crate_name = name(&item.ident);
        let local = item.rename.as_ref().map_or_else(|| crate_name.clone(), |(_, alias)| name(alias));
        let public = matches!(item.vis, Visibility::Public(_));
        let test = is_test(&item.attrs);
        Use { name: Some(local), segments: vec![crate_name], leading: true, public, test, target: None }
    }

    /// The crate that this import shows to exist, as far as its spelling tells.
    pub(crate) fn proven_crate(&self) -> Option<Name> {
        let first = self.segments.first()?;
        let known = !matches!(first.as_str(), "crate" | "self" | "super" | "Self") && self.segments.len() > 1;
        known.then(|| first.clone())
    }
}

/// The name that an item defines in its module.
fn defined_name(item: &Item) -> Option<Name> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name(ident))
}

fn add_uses(uses: &mut Vec<Use>, item: &ItemUse) {
    let public = !matches!(item.vis, Visibility::Inherited);
    let leading = item.leading_colon.is_some();
    let test = is_test(&item.attrs);
    let mut pending: Vec<(Vec<Name>, &UseTree)> = vec![(Vec::new(), &item.tree)];
    while let Some((mut segments, tree)) = pending.pop() {
        let bound = match tree {
            UseTree::Path(path) => {
                segments.push(name(&path.ident));
                pending.push((segments, &path.tree));
                continue;
            }
            UseTree::Group(group) => {
                pending.extend(group.items.iter().rev().map(|tree| (segments.clone(), tree)));
                continue;
            }
            UseTree::Glob(_) => None,
            UseTree::Name(leaf) => {
                segments.push(name(&leaf.ident));
                drop_self(&mut segments);
                segments.last().cloned()
            }
            UseTree::Rename(leaf) => {
                segments.push(name(&leaf.ident));
                drop_self(&mut segments);
                Some(name(&leaf.rename))
            }
        };
        uses.push(Use { name: bound, segments, leading, public, test, target: None });
    }
}

/// `a::{self}` is `a`.
fn drop_self(segments: &mut Vec<Name>) {
    if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
        segments.pop();
    }
}
