//! The project's names: which file is which module, and what a path in one file means in another.
//!
//! Nothing here knows what a function does; it only finds its body.

use crate::places::{Place, Places};
use atomic_lint_ir::{BodyId, Function, Import, Language, Local, Name, Path, Root, Type, TypeDef, TypeKind, Unit};
use atomic_lint_source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// A type by its number in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeRef(pub(crate) u32);

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Def {
    /// A function or method of the project; a method with the type that it was found on.
    Function(FileId, BodyId, Option<TypeRef>),
    /// A type of the project.
    Type(TypeRef),
    /// A constant, static or module variable.
    Global(FileId, Local),
    /// A class attribute or a variant.
    Member(TypeRef, Name),
    /// A module of the project, or something in one that is not in play.
    Module(ModuleRef),
    /// Something outside of the project, under its full name.
    External(Name),
}

/// A module by the number of its file, in play or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModuleRef(u32);

impl ModuleRef {
    fn of(file: FileId) -> Self {
        ModuleRef(file.0)
    }

    /// The file that it is.
    pub(crate) fn file(self) -> FileId {
        FileId(self.0)
    }
}

/// A type with its methods.
#[derive(Debug)]
pub(crate) struct TypeInfo<'u> {
    pub(crate) file: FileId,
    pub(crate) module: ModuleRef,
    pub(crate) def: &'u TypeDef,
    pub(crate) methods: FxHashMap<Name, (FileId, BodyId)>,
    /// Those of its methods that a trait from outside the project asks for; their names say nothing of the type.
    pub(crate) foreign: FxHashSet<Name>,
    /// Bases and implemented traits, of the project or by their full name.
    pub(crate) bases: Vec<Def>,
    /// The types that implement or derive from it.
    pub(crate) implementers: Vec<TypeRef>,
}

/// The names of all files in play.
#[derive(Debug)]
pub(crate) struct Links<'u> {
    places: &'u Places,
    /// By file.
    pub(crate) units: &'u [Option<&'u Unit>],
    names: FxHashMap<(ModuleRef, Name), Vec<Named>>,
    pub(crate) types: Vec<TypeInfo<'u>>,
    libraries: FxHashSet<Name>,
    /// The trait for which a type has a method; none for its own.
    pub(crate) traits: FxHashMap<(TypeRef, Name), Option<Def>>,
    /// Of functions of one name under different `cfg`: the first, which the name means, and the others.
    pub(crate) twins: FxHashMap<(FileId, BodyId), Vec<(FileId, BodyId)>>,
    /// By module: the modules which it takes all names, and whether others may name those through it.
    globs: FxHashMap<ModuleRef, Vec<(ModuleRef, bool)>>,
}

/// What a name of a module is bound to.
#[derive(Clone, Debug)]
enum Named {
    Function(BodyId),
    Type(TypeRef),
    Global(Local),
    /// What it is imported from, and whether others may name it through the module.
    Import(Path, bool),
}

/// What a type has under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// A method.
    Method(FileId, BodyId),
    /// A class attribute: a variable of the top level.
    Attribute(FileId, Local),
}

/// A chain of imports longer than this is a cycle.
const HOPS: usize = 16;

impl<'u> Links<'u> {
    /// Links `units`, which are by [`FileId`].
    ///
    /// `libraries` are the Python packages that the models know: a file elsewhere in the walk does
    /// not take their place, only one under the same root does.
    pub(crate) fn new(places: &'u Places, units: &'u [Option<&'u Unit>], libraries: FxHashSet<Name>) -> Self {
        let mut links = Links {
            libraries,
            places,
            units,
            names: FxHashMap::default(),
            types: Vec::new(),
            traits: FxHashMap::default(),
            twins: FxHashMap::default(),
            globs: FxHashMap::default(),
        };
        let files =
            (0..units.len() as u32).filter(|at| units[*at as usize].is_some() && places.of(FileId(*at)).is_some());
        let modules: Vec<ModuleRef> = files.map(ModuleRef).collect();
        modules.iter().for_each(|module| links.add_names(*module));
        links.globs = modules.iter().map(|module| (*module, links.glob_targets(*module))).collect();
        modules.iter().for_each(|module| links.add_impls(*module));
        links.link_bases();
        links
    }

    /// Every type.
    pub(crate) fn type_refs(&self) -> Vec<TypeRef> {
        (0..self.types.len() as u32).map(TypeRef).collect()
    }

    /// A type.
    pub(crate) fn ty(&self, ty: TypeRef) -> &TypeInfo<'u> {
        &self.types[ty.0 as usize]
    }

    /// The methods that `ty` defines itself, in a stable order.
    pub(crate) fn methods_of(&self, ty: TypeRef) -> Vec<(Name, FileId, BodyId)> {
        let mut methods: Vec<_> =
            self.ty(ty).methods.iter().map(|(name, (file, body))| (name.clone(), *file, *body)).collect();
        methods.sort();
        methods
    }

    /// The method `name` of `ty`: its own, a base's, or the only implementer's.
    pub(crate) fn method(&self, ty: TypeRef, name: &str) -> Option<(FileId, BodyId)> {
        self.own_or_inherited(ty, name, 0).or_else(|| {
            let mut below = self.ty(ty).implementers.iter().filter_map(|ty| self.own_or_inherited(*ty, name, 0));
            let first = below.next()?;
            below.all(|other| other == first).then_some(first)
        })
    }

    fn own_or_inherited(&self, ty: TypeRef, name: &str, hops: usize) -> Option<(FileId, BodyId)> {
        if let Some(found) = self.ty(ty).methods.get(name) {
            return Some(*found);
        }
        if hops > HOPS {
            return None;
        }
        self.ty(ty).bases.iter().find_map(|base| match base {
            Def::Type(base) => self.own_or_inherited(*base, name, hops + 1),
            _ => None,
        })
    }

    /// The method or class attribute `name` of `ty`, whichever is nearer: its own, a base's, or
    /// that of what derives from it where those agree.
    pub(crate) fn member(&self, ty: TypeRef, name: &str) -> Option<Member> {
        self.nearest_member(ty, name).or_else(|| {
            let mut below = self.ty(ty).implementers.iter().filter_map(|ty| self.nearest_member(*ty, name));
            let first = below.next()?;
            below.all(|other| other == first).then_some(first)
        })
    }

    fn nearest_member(&self, ty: TypeRef, name: &str) -> Option<Member> {
        self.lineage(ty).into_iter().find_map(|def| {
            let Def::Type(ty) = def else { return None };
            let info = self.ty(ty);
            if let Some((file, body)) = info.methods.get(name) {
                return Some(Member::Method(*file, *body));
            }
            let attribute = info.def.fields.iter().find(|field| field.name == name)?.value?;
            Some(Member::Attribute(info.file, attribute))
        })
    }

    /// The names of `ty` and of all that derives from it.
    pub(crate) fn names_with_heirs(&self, ty: TypeRef) -> Vec<Name> {
        let mut heirs = vec![ty];
        let mut at = 0;
        while at < heirs.len() {
            let below = self.ty(heirs[at]).implementers.iter().filter(|heir| !heirs.contains(heir));
            heirs.extend(below.copied().collect::<Vec<_>>());
            at += 1;
        }
        heirs.iter().filter_map(|heir| self.ty(*heir).def.name.last().cloned()).collect()
    }

    /// Whether `test` holds for `ty` or any type it derives from; outside types by their full name.
    pub(crate) fn lineage(&self, ty: TypeRef) -> Vec<Def> {
        let mut found = vec![Def::Type(ty)];
        let mut at = 0;
        while at < found.len() && found.len() < 64 {
            if let Def::Type(ty) = found[at] {
                for base in &self.ty(ty).bases {
                    if !found.contains(base) {
                        found.push(base.clone());
                    }
                }
            }
            at += 1;
        }
        found
    }

    /// What `path`, written in `file`, means.
    pub(crate) fn resolve(&self, file: FileId, path: &Path) -> Def {
        match self.places.of(file) {
            Some(_) => self.resolve_in(ModuleRef::of(file), path, 0),
            None => Def::External(path.join("::").into()),
        }
    }

    /// The package number of a file; stubs are of none.
    pub(crate) fn package(&self, file: FileId) -> u32 {
        self.places.of(file).map_or(u32::MAX, |place| place.package)
    }

    /// Whether `file` can use what `package` has.
    pub(crate) fn can_use(&self, file: FileId, package: u32) -> bool {
        self.places.can_use(file, package)
    }

    /// The file by which others import what `file` is in, in play or not.
    pub(crate) fn front(&self, file: FileId) -> Option<FileId> {
        self.places.front(file).filter(|front| *front != file)
    }

    /// The full name of the module that a file is.
    pub(crate) fn module_path(&self, file: FileId) -> &[Name] {
        self.places.of(file).map_or(&[], |place| place.path.as_slice())
    }

    /// Whether a file is a Python package's own.
    pub(crate) fn is_package(&self, file: FileId) -> bool {
        self.places.of(file).is_some_and(|place| place.is_package)
    }

    /// The file that is not in play and has to be for `path`, written in `file`, to mean what it means.
    pub(crate) fn missing(&self, file: FileId, path: &Path) -> Option<FileId> {
        self.places.of(file)?;
        let module = ModuleRef::of(file);
        match path.root {
            Root::Bare => self.absent(&self.in_globs(module, &path.segments, 0)?),
            _ => self.absent(&self.resolve_in(module, path, 0)),
        }
    }

    /// The modules around the one that a Rust file is which are not in play.
    pub(crate) fn absent_parents(&self, file: FileId) -> Vec<FileId> {
        let Some(place) = self.places.of(file).filter(|place| place.language == Language::Rust) else {
            return Vec::new();
        };
        let around = (1..place.path.len()).filter_map(|cut| self.places.in_package(place.package, &place.path[..cut]));
        around.filter(|parent| self.units[parent.0 as usize].is_none()).collect()
    }

    /// The file that `def` stopped at because it is not in play.
    pub(crate) fn absent(&self, def: &Def) -> Option<FileId> {
        match def {
            Def::Module(module) if self.unit(*module).is_none() => Some(module.file()),
            _ => None,
        }
    }

    fn place(&self, module: ModuleRef) -> &'u Place {
        self.places.of(module.file()).expect("modules are files with a place")
    }

    fn unit(&self, module: ModuleRef) -> Option<&'u Unit> {
        self.units[module.0 as usize]
    }

    fn add_names(&mut self, module: ModuleRef) {
        let Some(unit) = self.unit(module) else { return };
        let file = module.file();
        for def in &unit.types {
            let ty = TypeRef(self.types.len() as u32);
            self.types.push(TypeInfo {
                file,
                module,
                def,
                methods: FxHashMap::default(),
                foreign: FxHashSet::default(),
                bases: Vec::new(),
                implementers: Vec::new(),
            });
            self.name(module, &def.name, Named::Type(ty));
        }
        // What is there only under test is not what the rest means.
        let is_test = |body: BodyId| unit.bodies[body.0 as usize].test;
        let (tests, functions): (Vec<&Function>, Vec<&Function>) =
            unit.functions.iter().partition(|function| is_test(function.body));
        let mut named: FxHashMap<&[Name], BodyId> = FxHashMap::default();
        for function in &functions {
            let first = *named.entry(&function.name).or_insert(function.body);
            self.add_twin(unit.language, (file, first), (file, function.body));
        }
        for function in functions.into_iter().chain(tests) {
            self.name(module, &function.name, Named::Function(function.body));
        }
        for global in &unit.globals {
            self.name(module, &global.name, Named::Global(global.local));
        }
        for import in &unit.imports {
            let mut name = import.scope.clone();
            name.push(import.name.clone());
            self.name(module, &name, Named::Import(import.target.clone(), passed_on(unit, import)));
        }
    }

    /// Binds a name with the inline modules in front of it, joined, so that one table holds them all.
    fn name(&mut self, module: ModuleRef, name: &[Name], bound: Named) {
        self.names.entry((module, joined(name))).or_default().push(bound);
    }

    fn add_impls(&mut self, module: ModuleRef) {
        let Some(unit) = self.unit(module) else { return };
        let file = module.file();
        for item in &unit.impls {
            let Def::Type(ty) = self.resolve_in(module, &item.ty, 0) else { continue };
            let of = item.of.as_ref().map(|of| self.resolve_in(module, of, 0));
            for (name, body) in &item.methods {
                self.add_method(unit, ty, name, (file, *body), of.as_ref());
            }
            if let Some(of) = of {
                if matches!(of, Def::External(_)) {
                    let names = item.methods.iter().map(|(name, _)| name.clone());
                    self.types[ty.0 as usize].foreign.extend(names);
                }
                if let Def::Type(of) = of
                    && !self.ty(of).implementers.contains(&ty)
                {
                    self.types[of.0 as usize].implementers.push(ty);
                }
                self.types[ty.0 as usize].bases.push(of);
            }
        }
    }

    fn link_bases(&mut self) {
        for at in 0..self.types.len() {
            let (module, def) = (self.types[at].module, self.types[at].def);
            let bases: Vec<Def> = def.bases.iter().map(|base| self.resolve_in(module, &base.path, 0)).collect();
            for base in &bases {
                if let Def::Type(base) = base
                    && base.0 as usize != at
                {
                    self.types[base.0 as usize].implementers.push(TypeRef(at as u32));
                }
            }
            self.types[at].bases.extend(bases);
        }
    }

    fn resolve_in(&self, module: ModuleRef, path: &Path, hops: usize) -> Def {
        let info = self.place(module);
        let external = || Def::External(path.join(info.language.separator()).into());
        if hops > HOPS {
            return external();
        }
        let segments = path.segments.as_slice();
        match path.root {
            Root::Module => self.walk(module, segments, hops).unwrap_or_else(external),
            Root::Package => self.in_package_root(info.package, segments, hops).unwrap_or_else(external),
            Root::Above(levels) => self.in_module_above(module, levels, segments, hops).unwrap_or_else(external),
            Root::Absolute => self.in_all_packages(module, segments, hops).unwrap_or_else(external),
            Root::Bare => {
                let found = self.in_globs(module, segments, hops);
                found.filter(|def| self.absent(def).is_none()).unwrap_or_else(external)
            }
        }
    }

    fn in_package_root(&self, package: u32, segments: &[Name], hops: usize) -> Option<Def> {
        match self.places.root(package) {
            Some(root) => self.walk(ModuleRef::of(root), segments, hops),
            None => self.by_segments(package, None, segments, hops),
        }
    }

    fn in_module_above(&self, module: ModuleRef, levels: u8, segments: &[Name], hops: usize) -> Option<Def> {
        let info = self.place(module);
        let mut up = levels as usize;
        if info.is_package && info.language == Language::Python {
            up = up.saturating_sub(1);
        }
        let keep = info.path.len().checked_sub(up)?;
        self.by_segments(info.package, Some(&info.path[..keep]), segments, hops)
    }

    fn in_all_packages(&self, module: ModuleRef, segments: &[Name], hops: usize) -> Option<Def> {
        let info = self.place(module);
        let (first, rest) = segments.split_first()?;
        if info.language == Language::Python {
            return self.by_segments(info.package, Some(&[]), segments, hops);
        }
        let package = self.places.packages().named(info.package, first)?;
        self.in_package_root(package, rest, hops)
    }

    /// Through what the module takes all names of.
    fn in_globs(&self, module: ModuleRef, segments: &[Name], hops: usize) -> Option<Def> {
        let direct = self.globs_of(module).iter().map(|(target, _)| *target);
        self.search_globs(direct.collect(), segments, hops)
    }

    fn globs_of(&self, module: ModuleRef) -> &[(ModuleRef, bool)] {
        // Nothing stands there while the globs themselves are being resolved.
        self.globs.get(&module).map_or(&[], Vec::as_slice)
    }

    fn glob_targets(&self, module: ModuleRef) -> Vec<(ModuleRef, bool)> {
        let globs = self.unit(module).map_or(&[][..], |unit| &unit.globs).iter();
        globs
            .filter_map(|glob| match self.resolve_in(module, &glob.target, 0) {
                Def::Module(target) if target != module => Some((target, glob.public)),
                _ => None,
            })
            .collect()
    }

    /// The first of `queue`, and of what those take all names of in public, that knows `segments`.
    fn search_globs(&self, mut queue: Vec<ModuleRef>, segments: &[Name], hops: usize) -> Option<Def> {
        let (mut at, mut absent) = (0, None);
        while at < queue.len() {
            let module = queue[at];
            at += 1;
            match self.walk_own(module, segments, hops + 1) {
                Some(Def::External(_)) if !self.passes_on(module, segments) => {}
                None => {}
                Some(def) if self.absent(&def).is_some() => absent = absent.or(Some(def)),
                found => return found,
            }
            for (target, public) in self.globs_of(module) {
                if *public && !queue.contains(target) {
                    queue.push(*target);
                }
            }
        }
        absent
    }

    /// Whether who takes all names of `module` gets the first of `segments` by an import: `pub use std::io`.
    fn passes_on(&self, module: ModuleRef, segments: &[Name]) -> bool {
        let bound = segments.first().and_then(|first| self.names.get(&(module, first.clone())));
        bound.into_iter().flatten().any(|bound| matches!(bound, Named::Import(_, true)))
    }

    /// The longest prefix of `base + segments` that is a module, and the rest walked from there.
    fn by_segments(&self, package: u32, base: Option<&[Name]>, segments: &[Name], hops: usize) -> Option<Def> {
        let mut full: Vec<Name> = base.unwrap_or(&[]).to_vec();
        full.extend_from_slice(segments);
        let least = base.map_or(1, |base| base.len().max(1));
        for cut in (least..=full.len()).rev() {
            let Some(module) = self.find_module(package, &full[..cut]) else { continue };
            if let Some(found) = self.walk(module, &full[cut..], hops) {
                return Some(found);
            }
        }
        None
    }

    fn find_module(&self, package: u32, path: &[Name]) -> Option<ModuleRef> {
        let own = self.places.in_package(package, path);
        let known = path.first().is_some_and(|first| self.libraries.contains(first));
        own.or_else(|| if known { None } else { self.places.python(path) }).map(ModuleRef::of)
    }

    /// Follows `segments` from the top of `module`.
    fn walk(&self, module: ModuleRef, segments: &[Name], hops: usize) -> Option<Def> {
        if hops > HOPS {
            return None;
        }
        let found = self.walk_own(module, segments, hops).or_else(|| {
            let public = self.globs_of(module).iter().filter(|(_, public)| *public).map(|(target, _)| *target);
            self.search_globs(public.collect(), segments, hops)
        });
        found.or_else(|| self.in_library(module, segments))
    }

    /// What a module has of a library of which it passes all names on: `from os import *` in a `compat/os.py`.
    fn in_library(&self, module: ModuleRef, segments: &[Name]) -> Option<Def> {
        let language = self.place(module).language;
        let globs = self.unit(module).filter(|_| language == Language::Python)?.globs.iter();
        let library = globs.map(|glob| &glob.target).find(|target| match target.segments.first() {
            Some(first) => target.root == Root::Absolute && self.libraries.contains(first),
            None => false,
        })?;
        let path = library.segments.iter().chain(segments);
        Some(Def::External(path.map(Name::as_str).collect::<Vec<_>>().join(language.separator()).into()))
    }

    /// As [`Links::walk`], by what the module itself defines, imports or holds.
    fn walk_own(&self, module: ModuleRef, segments: &[Name], hops: usize) -> Option<Def> {
        if segments.is_empty() {
            return Some(Def::Module(module));
        }
        for cut in (1..=segments.len()).rev() {
            for bound in self.names.get(&(module, joined(&segments[..cut]))).into_iter().flatten() {
                if let Some(found) = self.follow(module, bound, &segments[cut..], hops) {
                    return Some(found);
                }
            }
        }
        self.walk_child(module, segments, hops).or_else(|| match self.unit(module) {
            Some(_) => None,
            None => Some(Def::Module(module)),
        })
    }

    fn walk_child(&self, module: ModuleRef, segments: &[Name], hops: usize) -> Option<Def> {
        let place = self.place(module);
        for cut in (1..=segments.len()).rev() {
            let mut path = place.path.clone();
            path.extend_from_slice(&segments[..cut]);
            if let Some(child) = self.find_module(place.package, &path)
                && child != module
                && let Some(found) = self.walk(child, &segments[cut..], hops + 1)
            {
                return Some(found);
            }
        }
        None
    }

    fn follow(&self, module: ModuleRef, bound: &Named, rest: &[Name], hops: usize) -> Option<Def> {
        let file = module.file();
        match (bound, rest) {
            (Named::Function(body), []) => Some(Def::Function(file, *body, None)),
            (Named::Global(local), []) => Some(Def::Global(file, *local)),
            (Named::Type(ty), rest) => self.follow_type(*ty, rest, hops),
            (Named::Import(target, _), rest) => {
                let mut path = target.clone();
                path.segments.extend(rest.iter().cloned());
                Some(self.resolve_in(module, &path, hops + 1))
            }
            (Named::Function(_) | Named::Global(_), _) => None,
        }
    }

    fn follow_type(&self, ty: TypeRef, rest: &[Name], hops: usize) -> Option<Def> {
        let info = self.ty(ty);
        if info.def.kind == TypeKind::Alias
            && hops < HOPS
            && let [base] = info.def.bases.as_slice()
        {
            let mut path = base.path.clone();
            path.segments.extend(rest.iter().cloned());
            return Some(self.resolve_in(info.module, &path, hops + 1));
        }
        match rest {
            [] => Some(Def::Type(ty)),
            [name] => match self.method(ty, name) {
                Some((file, body)) => Some(Def::Function(file, body, Some(ty))),
                None => Some(Def::Member(ty, name.clone())),
            },
            _ => None,
        }
    }

    /// The project's type that a declared type means, wrappers like `Option` left to the caller.
    pub(crate) fn resolve_type(&self, file: FileId, ty: &Type) -> Def {
        self.resolve(file, &ty.path)
    }
}

/// Whether an import is a name of its module for others too; in Python it is, but for names that begin with `_`.
fn passed_on(unit: &Unit, import: &Import) -> bool {
    match unit.language {
        Language::Rust => import.public,
        Language::Python => !import.name.starts_with('_'),
    }
}

fn joined(segments: &[Name]) -> Name {
    match segments {
        [only] => only.clone(),
        _ => SmolStr::from(segments.join("::")),
    }
}
