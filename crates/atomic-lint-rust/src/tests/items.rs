//! What a file declares.

use super::lower;
use atomic_lint_ir::{BodyKind, ParamKind, TypeKind, Unit};

fn functions(unit: &Unit) -> Vec<String> {
    unit.functions.iter().map(|function| function.name.join("::")).collect()
}

#[test]
fn functions_have_the_names_of_their_inline_modules() {
    let unit = lower("fn a() {} mod m { pub fn b() {} mod n { fn c() {} } }");
    assert_eq!(functions(&unit), ["a", "m::b", "m::n::c"]);
    let names: Vec<&str> = unit.bodies.iter().map(|body| body.name.as_str()).collect();
    assert_eq!(names, ["<module>", "a", "m.b", "m.n.c"]);
}

#[test]
fn functions_of_one_name_under_different_cfg_are_both_there() {
    let unit = lower("#[cfg(unix)] fn a() { b() } #[cfg(windows)] fn a() { c() }");
    assert_eq!(functions(&unit), ["a", "a"]);
}

#[test]
fn modules_say_where_their_text_is_and_whether_they_are_tests() {
    let unit = lower("mod a; #[path = \"x/b.rs\"] pub mod b; #[cfg(test)] mod c { mod d; }");
    let seen: Vec<_> = unit
        .modules
        .iter()
        .map(|module| (module.name.join("::"), module.inline, module.path.as_deref(), module.test))
        .collect();
    assert_eq!(
        seen,
        [
            ("a".to_string(), false, None, false),
            ("b".to_string(), false, Some("x/b.rs"), false),
            ("c".to_string(), true, None, true),
            ("c::d".to_string(), false, None, true),
        ]
    );
}

#[test]
fn imports_and_globs_are_recorded_with_their_scope() {
    let unit = lower("pub use a::{b as c, d::*}; mod m { use super::x; pub(crate) use std::fs; use super::*; }");
    let imports: Vec<String> = unit
        .imports
        .iter()
        .map(|import| format!("{}.{} {} {}", import.scope.join("."), import.name, import.target, import.public))
        .collect();
    assert_eq!(imports, [".c a.b true", "m.x self.x false", "m.fs std.fs true"]);
    let globs: Vec<String> =
        unit.globs.iter().map(|glob| format!("{}.{} {}", glob.scope.join("."), glob.target, glob.public)).collect();
    assert_eq!(globs, [".a.d true", "m.self. false"]);
}

#[test]
fn types_have_fields_of_structs_and_variants() {
    let unit = lower(
        "use std::fs::File;
        struct A<W: Write> { file: Option<File>, w: W }
        struct B(u8, File);
        enum C { D(File), E { path: PathBuf }, F }
        union G { a: u8 }
        type H = Vec<File>;
        trait I: Send + J {}",
    );
    let seen: Vec<String> = unit
        .types
        .iter()
        .map(|ty| {
            let fields: Vec<String> = ty
                .fields
                .iter()
                .map(|field| format!("{}: {}", field.name, field.ty.as_ref().map_or("-".into(), ToString::to_string)))
                .collect();
            let bases: Vec<String> = ty.bases.iter().map(ToString::to_string).collect();
            format!("{:?} {} [{}] {{{}}}", ty.kind, ty.name.join("::"), bases.join(", "), fields.join(", "))
        })
        .collect();
    assert_eq!(
        seen,
        [
            "Struct A [] {file: ?Option<std.fs.File>, w: ?Write}",
            "Struct B [] {0: ?u8, 1: std.fs.File}",
            "Enum C [] {D.0: std.fs.File, E.path: ?PathBuf}",
            "Struct G [] {a: ?u8}",
            "Alias H [?Vec<std.fs.File>] {}",
            "Trait I [?J] {}",
        ]
    );
    assert_eq!(unit.types[0].kind, TypeKind::Struct);
}

#[test]
fn methods_belong_to_their_type_and_trait() {
    let unit = lower(
        "struct S;
        impl S { fn new() -> Self { S } fn go(&self) {} }
        impl Drop for S { fn drop(&mut self) {} }
        mod m { impl super::S { fn more(self) {} } impl<T> X for Vec<T> { fn x() {} } }
        trait T { fn needed(&self); fn given(&self) { self.needed() } }",
    );
    let seen: Vec<String> = unit
        .impls
        .iter()
        .map(|item| {
            let methods: Vec<&str> = item.methods.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} {:?} {}", item.ty, item.of.as_ref().map(ToString::to_string), methods.join(" "))
        })
        .collect();
    assert_eq!(
        seen,
        [
            "self.S None new go",
            "self.S Some(\"?Drop\") drop",
            "self.S None more",
            "?Vec Some(\"?X\") x",
            "self.T None given",
        ]
    );
    let new = &unit.bodies[unit.impls[0].methods[0].1.0 as usize];
    assert!(new.is_static && new.kind == BodyKind::Method && new.name == "S.new");
    assert_eq!(new.returns.as_ref().map(ToString::to_string).as_deref(), Some("self.S"));
    let go = &unit.bodies[unit.impls[0].methods[1].1.0 as usize];
    assert!(!go.is_static && go.params[0].kind == ParamKind::Receiver);
    assert_eq!(go.params[0].ty.as_ref().map(ToString::to_string).as_deref(), Some("self.S"));
}

#[test]
fn constants_are_variables_of_the_top_level() {
    let unit = lower(
        "const A: &str = \"a\"; mod m { pub static B: u8 = 1; } struct S; impl S { const C: u8 = 2; }
        trait T { const D: u8 = 3; }
        lazy_static! { static ref E: PathBuf = path(); }
        thread_local! { static F: u8 = const { 4 }; static G: u8 = 5 }",
    );
    let names: Vec<String> = unit.globals.iter().map(|global| global.name.join("::")).collect();
    assert_eq!(names, ["A", "m::B", "S::C", "T::D", "E", "F", "G"]);
    let top = &unit.bodies[0];
    assert_eq!(top.locals[unit.globals[0].local.0 as usize].name.as_deref(), Some("A"));
    assert!(atomic_lint_ir::dump(&unit).contains("_0.A = \"a\""));
}

#[test]
fn items_in_a_macro_are_items() {
    let unit = lower(
        "cfg_if! { if #[cfg(unix)] { use std::os as o; fn a() { o::b() } } else { mod n { fn c() {} } } }
        wrap! { pub fn d() {} }
        macro_rules! e { ($x:expr) => { fs::write($x) } }",
    );
    assert_eq!(functions(&unit), ["a", "n::c", "d"]);
    assert!(atomic_lint_ir::dump(&unit).contains("= std.os.b()"));
}

#[test]
fn code_of_tests_is_marked() {
    let unit = lower(
        "fn a() {} #[test] fn b() { || 1; } #[cfg(test)] mod m { fn c() {} impl S { fn d() {} } }
        impl S { #[tokio::test] async fn e() { fn g() {} } } #[cfg(not(test))] fn h() {}",
    );
    let tests: Vec<&str> = unit.bodies.iter().filter(|body| body.test).map(|body| body.name.as_str()).collect();
    assert_eq!(tests, ["b", "<closure>", "m.c", "S.d", "S.e", "g"]);
}

#[test]
fn a_whole_file_can_be_a_test() {
    let unit = lower("#![cfg(test)]\nfn a() {}");
    assert!(unit.bodies[1].test);
}

#[test]
fn items_in_a_function_are_items_of_the_file() {
    let unit = lower(
        "fn a() { use std::fs::File; struct S { file: File } impl S { const N: u8 = 1; fn b(&self) { File::open(1); } } }",
    );
    assert_eq!(unit.types[0].fields[0].ty.as_ref().map(ToString::to_string).as_deref(), Some("std.fs.File"));
    assert!(atomic_lint_ir::dump(&unit).contains("= std.fs.File.open(1)"));
    assert!(unit.globals.is_empty());
}
