//! One call for another, and the imports behind it.

use super::*;

#[test]
fn a_write_is_called_by_its_full_name() {
    let case = write(
        "use std::fs;\n\nfn f(p: &str) -> std::io::Result<()> {\n    «fs::write(p, \"x\")»?;\n    fs::remove_file(p)\n}\n",
    );
    let spelling = case.becomes(
        "use std::fs;\n\nfn f(p: &str) -> std::io::Result<()> {\n    crashsafe::write(p, \"x\")?;\n    fs::remove_file(p)\n}\n",
    );
    assert_eq!(spelling.applicability, Applicability::Safe);
    assert!(spelling.needs_runtime);
    assert_eq!(spelling.single_hunk, Some(spelling.edits));
}

#[test]
fn an_import_that_nothing_uses_any_more_goes() {
    write("use std::fs;\nuse std::io;\n\nfn f(p: &str) -> io::Result<()> {\n    «fs::write(p, \"x\")»\n}\n")
        .becomes("use std::io;\n\nfn f(p: &str) -> io::Result<()> {\n    crashsafe::write(p, \"x\")\n}\n");
}

#[test]
fn the_single_hunk_leaves_the_imports_alone() {
    let case = write("use std::fs;\n\nfn f(p: &str) {\n    «fs::write(p, \"x\")».unwrap();\n}\n");
    let spelling = case.becomes("fn f(p: &str) {\n    crashsafe::write(p, \"x\").unwrap();\n}\n");
    assert_eq!(spelling.single_hunk.unwrap().len(), 1);
}

#[test]
fn a_name_goes_out_of_a_group() {
    let rest = "\nfn f(p: &str) {\n    let _ = File::open(p);\n    «fs::write(p, \"x\")».unwrap();\n}\n";
    let fixed = "\nfn f(p: &str) {\n    let _ = File::open(p);\n    crashsafe::write(p, \"x\").unwrap();\n}\n";
    for (before, after) in [
        ("use std::fs::{self, File};\n", "use std::fs::File;\n"),
        ("use std::{fs, io, path};\n", "use std::{io, path};\n"),
        ("use std::{\n    fs::{self, File},\n    io,\n};\n", "use std::{fs::File, io};\n"),
        (
            "use std::{\n    fs::{self, File},\n    path::{Path, PathBuf},\n};\n",
            "use std::{\n    fs::File,\n    path::{Path, PathBuf},\n};\n",
        ),
        ("use std::io;\nuse std::{fs};\nuse std::env;\n", "use std::io;\nuse std::env;\n"),
    ] {
        write(&format!("{before}{rest}")).becomes(&format!("{after}{fixed}"));
    }
}

#[test]
fn what_a_test_module_takes_from_above_stays_imported() {
    let rest = "\n#[cfg(test)]\nmod tests {\n    use super::*;\n    fn g() { fs::read(\"x\").unwrap(); }\n}\n";
    write(&format!("use std::fs;\nfn f() {{\n    «fs::write(\"p\", \"x\")».unwrap();\n}}\n{rest}"))
        .becomes(&format!("use std::fs;\nfn f() {{\n    crashsafe::write(\"p\", \"x\").unwrap();\n}}\n{rest}"));
}

#[test]
fn a_module_with_an_import_of_its_own_does_not_keep_that_above() {
    let rest = "mod inner {\n    use std::fs;\n    fn g() { fs::read(\"x\").unwrap(); }\n}\n";
    write(&format!("use std::fs;\nfn f() {{\n    «fs::write(\"p\", \"x\")».unwrap();\n}}\n{rest}"))
        .becomes(&format!("fn f() {{\n    crashsafe::write(\"p\", \"x\").unwrap();\n}}\n{rest}"));
}

#[test]
fn an_imported_function_goes_by_its_full_name_too() {
    write("fn f(p: &str) {\n    use std::fs::write as put;\n    «put(p, \"x\")».unwrap();\n}\n")
        .becomes("fn f(p: &str) {\n    crashsafe::write(p, \"x\").unwrap();\n}\n");
}

#[test]
fn line_ends_and_byte_order_marks_stay() {
    write("\u{feff}use std::fs;\r\n\r\nfn f() {\r\n    «fs::write(\"é\", \"漢\")».unwrap(); // 😀\r\n}\r\n")
        .becomes("\u{feff}fn f() {\r\n    crashsafe::write(\"é\", \"漢\").unwrap(); // 😀\r\n}\r\n");
}

#[test]
fn a_line_that_becomes_too_long_is_broken() {
    let path = "directory.join(\"a_folder_with_a_name\").join(\"a_file_with_a_name\")";
    let call = format!("fs::write({path}, content)");
    let rest = "\n    fs::read(x);\n}\n";
    write(&format!("fn f() {{\n    let _ = «{call}»;{rest}"))
        .becomes(&format!("fn f() {{\n    let _ = crashsafe::write(\n        {path},\n        content,\n    );{rest}"));
    write(&format!("fn f() {{\n    «{call}».unwrap();{rest}"))
        .becomes(&format!("fn f() {{\n    crashsafe::write({path}, content)\n        .unwrap();{rest}"));
}

#[test]
fn a_chain_is_broken_over_lines_anew() {
    let told = "with_context(|| \"cannot write the configuration\")";
    write(&format!(
        "fn f() {{\n    «fs::write(path, content)»\n        .{told}\n        .unwrap();\n    fs::read(x);\n}}\n"
    ))
    .becomes(&format!(
        "fn f() {{\n    crashsafe::write(path, content)\n        .{told}\n        .unwrap();\n    fs::read(x);\n}}\n"
    ));
    write(&format!("fn f() {{\n    let done = «fs::write(path_of_it, content)».{told};\n    fs::read(x);\n}}\n"))
        .becomes(&format!(
            "fn f() {{\n    let done =\n        crashsafe::write(path_of_it, content).{told};\n    fs::read(x);\n}}\n"
        ));
    // Whoever breaks lines in another way is left alone.
    write("fn f() {\n    «fs::write(path,\n              content)».unwrap();\n    fs::read(x);\n}\n")
        .becomes("fn f() {\n    crashsafe::write(path,\n              content).unwrap();\n    fs::read(x);\n}\n");
}

#[test]
fn tokio_has_a_twin_and_needs_a_feature() {
    let text = "async fn f() {\n    «tokio::fs::write(\"p\", \"x\")».await.unwrap();\n}\n";
    let case = case(RepairKind::Through(Twin::Write), "tokio::fs::write", &[], text);
    let spelling = case.becomes("async fn f() {\n    crashsafe::tokio::write(\"p\", \"x\").await.unwrap();\n}\n");
    assert_eq!(spelling.features, ["tokio"]);
}

#[test]
fn a_copy_becomes_the_copy_of_the_runtime() {
    case(RepairKind::Through(Twin::Copy), "std::fs::copy", &[], "fn f() {\n    «std::fs::copy(a, b)».unwrap();\n}\n")
        .becomes("fn f() {\n    crashsafe::copy(a, b).unwrap();\n}\n");
}

#[test]
fn a_library_that_wants_a_path_gets_one_to_stage_at() {
    let text = "fn f() -> ImageResult<()> {\n    «img.save(⟦&path⟧)»?;\n    Ok(())\n}\n";
    case(RepairKind::Through(Twin::Path), "image::DynamicImage.save", &[], text).becomes(
        "fn f() -> ImageResult<()> {\n    crashsafe::with_path(&path, |staging| img.save(staging))?;\n    Ok(())\n}\n",
    );
}
