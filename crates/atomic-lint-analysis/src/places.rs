//! Which module every file of a walk is, by its path alone, so before any of them is lowered.
//!
//! What a module contains is no question here; that is [`crate::link`].

use crate::packages::Packages;
use crate::project::{Package, Tree};
use atomic_lint_catalog::Naming;
use atomic_lint_ir::{Language, Name};
use atomic_lint_source::FileId;
use rustc_hash::FxHashMap;

/// Where a file stands among the modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) language: Language,
    /// Index of its package; files outside of any share numbers by directory.
    pub(crate) package: u32,
    /// Its full name, the package first.
    pub(crate) path: Vec<Name>,
    /// A Python `__init__.py`, whose relative imports start at itself.
    pub(crate) is_package: bool,
}

/// The modules of a walk.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// By file; a stub is none, for it says what exists, not what it does.
    by_file: Vec<Option<Place>>,
    /// By file: it is test code, judged by its path within its package, never by where that lies.
    tests: Vec<bool>,
    /// By file: it only runs to build, so what it writes can be made again.
    builds: Vec<bool>,
    by_path: FxHashMap<(u32, Vec<Name>), FileId>,
    python: FxHashMap<Vec<Name>, FileId>,
    /// The root module of each package.
    roots: FxHashMap<u32, FileId>,
    packages: Packages,
}

impl Places {
    /// Finds the place of every file of `tree`.
    pub(crate) fn new(tree: &Tree, naming: &Naming) -> Self {
        let mut surveyor = Surveyor::new(tree);
        let mut places = Places { packages: Packages::new(tree), ..Places::default() };
        for path in &tree.paths {
            let place = surveyor.place(path);
            places.by_file.push(place);
            let within = surveyor.within_package(path);
            places.tests.push(naming.is_test_path(within));
            places.builds.push(naming.build_files.iter().any(|name| name == within));
        }
        // By the name of a package others mean its library; a program beside it comes second.
        let (libraries, rest): (Vec<usize>, Vec<usize>) =
            (0..tree.paths.len()).partition(|at| file_name(&tree.paths[*at]) == "lib.rs");
        for at in libraries.into_iter().chain(rest) {
            if let Some(place) = places.by_file[at].clone() {
                places.register(FileId(at as u32), &place);
            }
        }
        places
    }

    fn register(&mut self, file: FileId, place: &Place) {
        self.by_path.entry((place.package, place.path.clone())).or_insert(file);
        if place.path.len() == 1 {
            self.roots.entry(place.package).or_insert(file);
        }
        if place.language == Language::Python {
            self.python.entry(place.path.clone()).or_insert(file);
        }
    }

    /// The packages that the modules belong to.
    pub(crate) fn packages(&self) -> &Packages {
        &self.packages
    }

    /// Whether `file` can use what `package` has.
    pub(crate) fn can_use(&self, file: FileId, package: u32) -> bool {
        self.of(file).is_none_or(|place| self.packages.can_use(place.package, package))
    }

    /// The place of a file that is a module.
    pub(crate) fn of(&self, file: FileId) -> Option<&Place> {
        self.by_file.get(file.0 as usize)?.as_ref()
    }

    /// Whether a file is test code as a whole.
    pub(crate) fn is_test(&self, file: FileId) -> bool {
        self.tests[file.0 as usize]
    }

    /// Whether a file only runs to build.
    pub(crate) fn is_build(&self, file: FileId) -> bool {
        self.builds[file.0 as usize]
    }

    /// The file of the module `path` of `package`.
    pub(crate) fn in_package(&self, package: u32, path: &[Name]) -> Option<FileId> {
        self.by_path.get(&(package, path.to_vec())).copied()
    }

    /// The file of the Python module `path`, wherever in the walk it lies.
    pub(crate) fn python(&self, path: &[Name]) -> Option<FileId> {
        self.python.get(path).copied()
    }

    /// The file by which others import what `file` is in: its outermost Python package, or its crate.
    pub(crate) fn front(&self, file: FileId) -> Option<FileId> {
        let place = self.of(file)?;
        match place.language {
            Language::Python => self.in_package(place.package, place.path.get(..1)?),
            Language::Rust => self.root(place.package),
        }
    }

    /// The file of the root module of `package`.
    pub(crate) fn root(&self, package: u32) -> Option<FileId> {
        self.roots.get(&package).copied()
    }
}

/// The part of `stem`, a path below its package, below the folder of the crate it belongs to.
fn below_crate<'p>(package: &Package, stem: &'p str) -> &'p str {
    let begins = package.crates.iter().map(|file| file.strip_suffix(".rs").unwrap_or(file));
    let mut below = None;
    for begin in begins.chain(["src/lib"]) {
        if begin == stem {
            return "lib";
        }
        let inside = stem.strip_prefix(directory(begin)).and_then(|rest| rest.strip_prefix('/'));
        below = [below, inside].into_iter().flatten().min_by_key(|rest| rest.len());
    }
    below.unwrap_or(stem)
}

/// Finds places, and remembers what holds for a whole directory.
struct Surveyor<'t> {
    tree: &'t Tree,
    packages: FxHashMap<&'t str, u32>,
    /// By directory of Python files: where its outermost package lies, and the number of that directory.
    python_roots: FxHashMap<&'t str, (&'t str, u32)>,
}

impl<'t> Surveyor<'t> {
    fn new(tree: &'t Tree) -> Self {
        let roots = tree.packages.iter().enumerate();
        let packages = roots.map(|(at, package)| (package.root.as_str(), at as u32)).collect();
        Surveyor { tree, packages, python_roots: FxHashMap::default() }
    }

    fn place(&mut self, path: &'t str) -> Option<Place> {
        match path.rsplit_once('.')? {
            (stem, "py") => Some(self.python(stem)),
            (stem, "rs") => Some(self.rust(stem)),
            _ => None,
        }
    }

    /// By the file's path, as Cargo lays packages out.
    fn rust(&self, stem: &str) -> Place {
        let (package, name, rest) = match self.package_around(stem) {
            Some(at) => {
                let package = &self.tree.packages[at as usize];
                (at, package.name.clone(), below_crate(package, self.within_package(stem)))
            }
            None => (self.directory_number(directory(stem)), Name::new("crate"), file_name(stem)),
        };
        let mut path = vec![name];
        path.extend(rest.split('/').map(Name::new));
        let is_root = path.len() == 2 && (path[1] == "lib" || path[1] == "main");
        if is_root || path.last().is_some_and(|last| last == "mod") {
            path.pop();
        }
        Place { language: Language::Rust, package, path, is_package: false }
    }

    fn within_package<'p>(&self, path: &'p str) -> &'p str {
        let root = self.package_around(path).map_or(0, |at| self.tree.packages[at as usize].root.len());
        path[root..].trim_start_matches('/')
    }

    fn package_around(&self, path: &str) -> Option<u32> {
        let mut around = directory(path);
        loop {
            match self.packages.get(around) {
                Some(found) => return Some(*found),
                None if around.is_empty() => return None,
                None => around = directory(around),
            }
        }
    }

    /// By the `__init__.py` files around it.
    fn python(&mut self, stem: &'t str) -> Place {
        let (own, is_package) = match file_name(stem) {
            "__init__" => (directory(stem), true),
            _ => (stem, false),
        };
        let (root, package) = self.python_root(directory(own));
        let rest = own[root.len()..].trim_start_matches('/');
        let path = rest.split('/').filter(|part| !part.is_empty()).map(Name::new).collect();
        Place { language: Language::Python, package, path, is_package }
    }

    /// The nearest directory from `of` outwards that is no package itself.
    fn python_root(&mut self, of: &'t str) -> (&'t str, u32) {
        if let Some(known) = self.python_roots.get(of) {
            return *known;
        }
        let found = match !of.is_empty() && self.has(&format!("{of}/__init__.py")) {
            true => self.python_root(directory(of)),
            false => (of, self.directory_number(of)),
        };
        self.python_roots.insert(of, found);
        found
    }

    fn has(&self, path: &str) -> bool {
        self.tree.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// A number for a directory that no manifest covers, above those of the packages.
    fn directory_number(&self, directory: &str) -> u32 {
        let first = self.tree.paths.partition_point(|known| known.as_str() < directory);
        (self.tree.packages.len() + first) as u32
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    fn places(paths: &[&str], roots: &[&str]) -> Places {
        let package = |root: &&str| Package {
            language: Language::Rust,
            name: Name::new(file_name(root)),
            version: None,
            root: (*root).to_owned(),
            crates: Vec::new(),
            dependencies: Vec::new(),
        };
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Places::new(&Tree { paths, packages: roots.iter().map(package).collect() }, &Naming::default())
    }

    fn name(places: &Places, file: u32) -> String {
        places.of(FileId(file)).unwrap().path.join(".")
    }

    #[test]
    fn a_python_module_is_named_from_its_outermost_package() {
        let places = places(&["a/b/__init__.py", "a/b/c/__init__.py", "a/b/c/d.py", "a/e.py", "f.pyi"], &[]);
        assert_eq!([0, 1, 2, 3].map(|file| name(&places, file)), ["b", "b.c", "b.c.d", "e"]);
        let package = |file| places.of(FileId(file)).unwrap().package;
        assert_eq!((package(0), package(1)), (package(2), package(3)));
        assert!(places.of(FileId(4)).is_none());
    }

    #[test]
    fn a_rust_module_is_named_from_its_innermost_package() {
        let paths = ["x/src/lib.rs", "x/src/a/mod.rs", "x/src/a/b.rs", "x/y/src/main.rs", "z/w.rs"];
        let places = places(&paths, &["x", "x/y"]);
        assert_eq!([0, 1, 2, 3, 4].map(|file| name(&places, file)), ["x", "x.a", "x.a.b", "y", "crate.w"]);
        assert_eq!((places.root(0), places.root(1)), (Some(FileId(0)), Some(FileId(3))));
    }
}
