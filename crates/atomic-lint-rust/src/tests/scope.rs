//! What names mean.

use crate::scope::Names;
use atomic_lint_ir::Name;

fn names(text: &str) -> Names {
    Names::collect(&syn::parse_str::<syn::File>(text).unwrap().items)
}

fn resolve(names: &Names, path: &str) -> String {
    names.resolve(path.split("::").map(Name::from).collect(), false).to_string()
}

#[test]
fn imports_apply_with_aliases_groups_and_self() {
    let names = names("use std::{fs::{self, File as F}, io}; use tokio::fs as afs; use fs::OpenOptions;");
    for (path, expected) in [
        ("fs::write", "std.fs.write"),
        ("F::create", "std.fs.File.create"),
        ("io::Result", "std.io.Result"),
        ("afs::write", "tokio.fs.write"),
        ("OpenOptions::new", "std.fs.OpenOptions.new"),
        ("Vec::new", "?Vec.new"),
        ("drop", "?drop"),
        ("serde_json::to_writer", "serde_json.to_writer"),
    ] {
        assert_eq!(resolve(&names, path), expected);
    }
}

#[test]
fn paths_of_the_package_are_relative_to_the_file() {
    let mut names = names("mod a { pub mod b { fn f() {} } use std::fs; } fn g() {} use super::x::y;");
    assert_eq!(resolve(&names, "crate::m::f"), "crate.m.f");
    assert_eq!(resolve(&names, "g"), "self.g");
    assert_eq!(resolve(&names, "super::h"), "super1.h");
    assert_eq!(resolve(&names, "y::z"), "super1.x.y.z");
    names.here = vec!["a".into(), "b".into()];
    assert_eq!(resolve(&names, "super::super::g"), "self.g");
    assert_eq!(resolve(&names, "super::super::super::g"), "super1.g");
    assert_eq!(resolve(&names, "super::fs::write"), "std.fs.write");
    assert_eq!(resolve(&names, "self::f"), "self.a.b.f");
}

#[test]
fn a_glob_of_an_enclosing_module_brings_its_names() {
    let mut names = names("use std::fs; fn save() {} mod tests { use super::*; }");
    names.here = vec!["tests".into()];
    assert_eq!(resolve(&names, "fs::write"), "std.fs.write");
    assert_eq!(resolve(&names, "save"), "self.save");
}

#[test]
fn a_glob_of_an_enum_brings_its_variants() {
    let names = names("enum Mode { Direct, Staged(u8) } use Mode::*; use self::Mode::Direct as D;");
    assert_eq!(resolve(&names, "Staged"), "self.Mode.Staged");
    assert_eq!(resolve(&names, "D"), "self.Mode.Direct");
}

#[test]
fn a_glob_of_the_package_leaves_unknown_modules_open() {
    let plain = names("use std::io::prelude::*;");
    assert_eq!(resolve(&plain, "fs::write"), "fs.write");
    let names = names("use crate::prelude::*; use tokio::io;");
    assert_eq!(resolve(&names, "fs::write"), "?fs.write");
    assert_eq!(resolve(&names, "tokio::fs::write"), "tokio.fs.write");
    assert_eq!(resolve(&names, "std::fs::write"), "std.fs.write");
}

#[test]
fn macros_are_marked_and_follow_imports() {
    let names = names("use anyhow::bail as stop; macro_rules! own { () => {} }");
    let resolve = |path: &str| names.resolve_macro(path.split("::").map(Name::from).collect(), false).to_string();
    assert_eq!(resolve("stop"), "anyhow.bail!");
    assert_eq!(resolve("own"), "self.own!");
    assert_eq!(resolve("write"), "?write!");
    assert_eq!(resolve("tracing::info"), "tracing.info!");
}

#[test]
fn of_several_imports_of_a_name_the_first_not_for_tests_counts() {
    let names = names("#[cfg(test)] use fake::fs; #[cfg(not(test))] use std::fs; use other::fs;");
    assert_eq!(resolve(&names, "fs::write"), "std.fs.write");
    let targets: Vec<String> = names.imports().iter().map(|import| import.target.to_string()).collect();
    assert_eq!(targets, ["fake.fs", "std.fs", "other.fs"]);
}

#[test]
fn imports_in_a_circle_end() {
    let names = names("use a::b as c; use c::d as a; mod m { pub use super::m::x as x; pub use super::m::*; }");
    assert!(!resolve(&names, "a::e").is_empty());
    assert!(!resolve(&names, "m::x::y").is_empty());
    assert!(!resolve(&names, "m::z").is_empty());
}
