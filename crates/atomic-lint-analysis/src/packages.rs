//! The packages of a walk: how they name each other, and which can use which.

use crate::project::{Package, Tree};
use atomic_lint_ir::Name;
use rustc_hash::{FxHashMap, FxHashSet};

/// Packages by the numbers that [`Tree::packages`] gives them.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    /// What a first path segment means in each.
    aliases: Vec<FxHashMap<Name, u32>>,
    /// Those that each depends on, by way of others too, itself among them.
    reach: Vec<FxHashSet<u32>>,
}

impl Packages {
    /// Those of `tree`.
    pub(crate) fn new(tree: &Tree) -> Self {
        let aliases: Vec<_> = tree.packages.iter().map(|package| aliases(tree, package)).collect();
        let reach = (0..aliases.len() as u32).map(|package| reach(&aliases, package)).collect();
        Packages { aliases, reach }
    }

    /// The package that `name` is in `package`.
    pub(crate) fn named(&self, package: u32, name: &Name) -> Option<u32> {
        self.aliases.get(package as usize)?.get(name).copied()
    }

    /// Whether code of `package` can use what `other` has; yes for code that is in no package.
    pub(crate) fn can_use(&self, package: u32, other: u32) -> bool {
        self.reach.get(package as usize).is_none_or(|reach| reach.contains(&other))
    }
}

fn reach(aliases: &[FxHashMap<Name, u32>], package: u32) -> FxHashSet<u32> {
    let mut reach = FxHashSet::from_iter([package]);
    let mut queue = vec![package];
    while let Some(at) = queue.pop() {
        queue.extend(aliases[at as usize].values().filter(|next| reach.insert(**next)));
    }
    reach
}

/// What first path segments mean in `package`: itself, its dependencies, and every other package of the walk.
fn aliases(tree: &Tree, package: &Package) -> FxHashMap<Name, u32> {
    let mut aliases = FxHashMap::default();
    let find = |name: &Name, requirement: Option<&Name>| {
        let named = tree
            .packages
            .iter()
            .enumerate()
            .filter(|(_, other)| other.language == package.language && other.name == *name);
        let mut named: Vec<_> = named.collect();
        // Of several versions, the one that the requirement begins with comes first.
        named.sort_by_key(|(_, other)| !requirement.is_some_and(|wanted| meets(other.version.as_ref(), wanted)));
        named.first().map(|(at, _)| *at as u32)
    };
    for dependency in &package.dependencies {
        if let Some(at) = find(&dependency.package, dependency.requirement.as_ref()) {
            aliases.insert(dependency.alias.clone(), at);
        }
    }
    for (at, other) in tree.packages.iter().enumerate() {
        if other.language == package.language && other.root == package.root {
            aliases.insert(other.name.clone(), at as u32);
        }
    }
    aliases
}

/// Whether `version` is compatible with `requirement`, as far as Cargo's default rule goes.
fn meets(version: Option<&Name>, requirement: &Name) -> bool {
    let Some(version) = version else { return false };
    let numbers = |text: &str| -> Vec<u64> {
        let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        text.split('.').map_while(|part| part.parse().ok()).collect()
    };
    let (have, want) = (numbers(version), numbers(requirement));
    let significant = want.iter().position(|number| *number != 0).map_or(want.len(), |at| at + 1);
    have.len() >= significant && have[..significant] == want[..significant] && have >= want
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Dependency;
    use atomic_lint_ir::Language;

    #[test]
    fn a_requirement_chooses_the_compatible_version() {
        let version = |text: &str| Some(Name::new(text));
        assert!(meets(version("0.2.14").as_ref(), &"0.2.5".into()));
        assert!(!meets(version("0.3.0").as_ref(), &"0.2".into()));
        assert!(meets(version("1.9.0").as_ref(), &"^1.2".into()));
        assert!(!meets(version("1.1.0").as_ref(), &"1.2".into()));
    }

    #[test]
    fn a_package_can_use_what_its_dependencies_depend_on() {
        let package = |name: &str, uses: &[&str]| Package {
            language: Language::Rust,
            name: name.into(),
            version: None,
            root: name.to_owned(),
            crates: Vec::new(),
            dependencies: uses
                .iter()
                .map(|name| Dependency { alias: (*name).into(), package: (*name).into(), requirement: None })
                .collect(),
        };
        let packages = vec![package("top", &["middle"]), package("middle", &["bottom"]), package("bottom", &[])];
        let packages = Packages::new(&Tree { paths: Vec::new(), packages });
        assert!(packages.can_use(0, 2) && packages.can_use(1, 1) && packages.can_use(u32::MAX, 2));
        assert!(!packages.can_use(2, 0));
    }
}
