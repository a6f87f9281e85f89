//! The architecture, as the manifests, the sources and the pages about them have it.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, iter};
use walkdir::WalkDir;

/// Which of our packages each may depend on; the arrows point down only.
const ARROWS: [(&str, &[&str]); 10] = [
    ("atomic-lint-source", &[]),
    ("atomic-lint-ir", &["source"]),
    ("atomic-lint-catalog", &["ir"]),
    ("atomic-lint-rust", &["source", "ir"]),
    ("atomic-lint-python", &["source", "ir"]),
    ("atomic-lint-analysis", &["source", "ir", "catalog"]),
    ("atomic-lint", &["source", "ir", "catalog", "rust", "python", "analysis", "crashsafe"]),
    ("crashcheck", &[]),
    ("crashsafe", &[]),
    ("crashsafe-python", &["crashsafe"]),
];

/// What only the tests of a package may depend on.
const TEST_ARROWS: [(&str, &[&str]); 1] = [("crashsafe", &["crashcheck"])];

/// Modules of the standard library by which a program touches what is outside of it.
const OUTSIDE: [&str; 5] = ["env", "fs", "net", "process", "time"];

/// File names that say nothing of what is in them.
const NAMELESS: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn manifest(package: &str) -> toml::Table {
    let path = match package {
        "atomic-lint" => root().join("Cargo.toml"),
        _ => root().join("crates").join(package).join("Cargo.toml"),
    };
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Those of the packages named in the table of `manifest` that are ours, without what all names begin with.
fn ours(manifest: &toml::Table, table: &str) -> BTreeSet<String> {
    let tables = iter::once(manifest.get(table)).chain(targets(manifest).map(|target| target.get(table)));
    let names = tables.flatten().filter_map(toml::Value::as_table).flat_map(toml::Table::keys);
    names.filter(|name| is_ours(name)).map(|name| name.trim_start_matches("atomic-lint-").to_owned()).collect()
}

/// What a manifest says of single systems.
fn targets(manifest: &toml::Table) -> impl Iterator<Item = &toml::Value> {
    manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values)
}

fn is_ours(package: &str) -> bool {
    package.starts_with("atomic-lint-") || package.starts_with("crash")
}

#[test]
fn packages_depend_on_each_other_as_the_design_says() {
    for (package, allowed) in ARROWS {
        let beyond: Vec<String> =
            ours(&manifest(package), "dependencies").into_iter().filter(|name| !allowed.contains(&&**name)).collect();
        assert!(beyond.is_empty(), "{package} depends on {beyond:?}");
    }
}

#[test]
fn the_runtime_knows_the_simulator_in_its_tests_alone() {
    for (package, allowed) in TEST_ARROWS {
        let expected: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(ours(&manifest(package), "dev-dependencies"), expected);
    }
    let crashcheck = ours(&manifest("crashcheck"), "dev-dependencies");
    assert!(crashcheck.is_empty(), "crashcheck depends on {crashcheck:?}");
}

#[test]
fn every_package_is_in_the_table() {
    let folders = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().file_name());
    let names = folders.filter_map(|name| name.into_string().ok()).filter(|name| is_ours(name));
    let known: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names.chain(iter::once("atomic-lint".to_owned())).collect::<BTreeSet<_>>(), known);
}

#[test]
fn only_the_program_touches_files_environment_and_clock() {
    for (package, _) in ARROWS.iter().filter(|(package, _)| package.starts_with("atomic-lint-")) {
        for path in sources(&root().join("crates").join(package).join("src")) {
            let tokens: TokenStream = fs::read_to_string(&path).unwrap().parse().unwrap();
            let named = outside_modules(tokens);
            assert!(named.is_empty(), "{} names std::{named:?}", path.display());
        }
    }
}

#[test]
fn a_use_of_the_outside_is_seen_in_every_spelling() {
    let named = |text: &str| outside_modules(text.parse().unwrap()).into_iter().collect::<Vec<_>>();
    assert_eq!(named("fn f() { std::fs::read(p); }"), ["fs"]);
    assert_eq!(named("use std::{env, io, time::Instant};"), ["env", "time"]);
    assert_eq!(named("use std::{io::{self}, collections::BTreeMap};"), [""; 0]);
    assert_eq!(named("/* std::fs */ const MODEL: &str = \"std::fs::write\";"), [""; 0]);
}

/// The modules of [`OUTSIDE`] that code names; texts and comments are none.
fn outside_modules(tokens: TokenStream) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut named = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            named.extend(outside_modules(group.stream()));
        }
        let is_path = tokens.get(at + 1..at + 3).is_some_and(|colons| colons.iter().all(|one| one.to_string() == ":"));
        if token.to_string() == "std" && is_path {
            named.extend(tokens.get(at + 3).into_iter().flat_map(first_names));
        }
    }
    named.retain(|name| OUTSIDE.contains(&name.as_str()));
    named
}

/// The name that follows `std::`, or those in the braces that do.
fn first_names(token: &TokenTree) -> Vec<String> {
    let TokenTree::Group(group) = token else { return vec![token.to_string()] };
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let items = tokens.split(|token| token.to_string() == ",");
    items.filter_map(|item| item.first().map(TokenTree::to_string)).collect()
}

#[test]
fn every_file_says_what_it_is_for_and_has_a_name_that_does() {
    for path in sources(&root().join("crates")).into_iter().chain(sources(&root().join("tests"))) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not open with what it is for", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(!NAMELESS.contains(&name), "{} is a name for anything", path.display());
    }
}

#[test]
fn the_program_writes_files_only_through_crashsafe() {
    for path in sources(&root().join("crates/cli")) {
        // The build script writes its index of texts; Cargo gives it a directory of its own.
        if path.file_name().is_some_and(|name| name == "build.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in ["fs::write", "File::create", "OpenOptions", "fs::rename", "fs::copy"] {
            assert!(!code.contains(call), "{} calls {call}", path.display());
        }
    }
}

/// The pages that speak of this repository.
const PAGES: [&str; 5] = ["README.md", "crates/README.md", "rules/README.md", "fixtures/README.md", "tests/README.md"];

/// A page, and what stands between its backticks outside of code blocks.
fn page(page: &str) -> (String, Vec<String>) {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    let quoted = prose.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    (prose, quoted)
}

#[test]
fn every_path_in_prose_exists() {
    for name in PAGES {
        let (prose, quoted) = page(name);
        for path in quoted.iter().filter(|path| is_our_path(path)) {
            assert!(root().join(path).exists(), "{name} speaks of {path}");
        }
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let target = root().join(name).with_file_name(link);
            assert!(target.exists(), "{name} links to {link}");
        }
    }
}

/// Whether `text` is a path of this repository, written out.
fn is_our_path(text: &str) -> bool {
    let ours = ["crates/", "rules/", "fixtures/", "tests/", ".ci/", "LICENSE"];
    ours.iter().any(|start| text.starts_with(start)) && text.chars().all(is_path_character)
}

fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-".contains(c)
}

#[test]
fn the_map_says_of_every_file_what_the_file_says_of_itself() {
    let map = fs::read_to_string(root().join("crates/README.md")).unwrap();
    let rows: BTreeSet<&str> =
        map.lines().skip_while(|line| *line != "## Map").filter(|row| row.contains(".rs` |")).collect();
    let mut expected = BTreeSet::new();
    for (package, _) in ARROWS {
        let folder = match package {
            "atomic-lint" => root().join("crates/cli"),
            _ => root().join("crates").join(package).join("src"),
        };
        let files = sources(&folder).into_iter().filter(|path| !path.starts_with(folder.join("tests")));
        expected.extend(files.map(|path| row_of(&path, &folder)));
    }
    let lacking: Vec<&String> = expected.iter().filter(|row| !rows.contains(row.as_str())).collect();
    let stale: Vec<&&str> = rows.iter().filter(|row| !expected.contains(**row)).collect();
    assert!(lacking.is_empty() && stale.is_empty(), "the map lacks {lacking:#?}\nand still has {stale:#?}");
}

/// The row of the map for the file `path` of `folder`.
fn row_of(path: &Path, folder: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let paragraph: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).collect();
    let head = paragraph.join(" ");
    let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    format!("| `{name}` | {} |", head.replace("[`", "`").replace("`]", "`"))
}

#[test]
fn what_a_table_names_beside_a_file_is_in_the_file() {
    let (prose, _) = page("crates/README.md");
    let mut checked = 0;
    for row in prose.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').skip(1).take(2).collect();
        let quoted: Vec<&str> = cells.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        let (paths, names): (Vec<&str>, Vec<&str>) = quoted.into_iter().partition(|text| text.contains('/'));
        let files: Vec<PathBuf> = paths.iter().map(|path| root().join(path)).filter(|path| path.is_file()).collect();
        for name in names.iter().filter(|_| !files.is_empty()) {
            checked += 1;
            let has = |path: &PathBuf| has_word(&fs::read_to_string(path).unwrap(), name);
            assert!(files.iter().any(has), "`{name}` is not in {paths:?}");
        }
    }
    assert!(checked > 50, "the tables name what is in the files");
}

/// Whether `word` stands in `text` as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}
