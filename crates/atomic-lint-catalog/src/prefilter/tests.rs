//! The prefilter over small models of its own.

use super::*;

const PYTHON: &str = r#"
[[kind]]
name = "file"
handle = true

[[kind]]
name = "path"
types = "pathlib.Path"

[[call]]
path = "open"
target = 0
mode = { at = 1, name = "mode", default = "r" }
effect = "open-mode"
returns = "file"

[[call]]
path = ["os.replace", "os.rename"]
source = 0
target = 1
effect = "rename"

[[call]]
path = "shutil.copyfile"
source = 0
target = 1
effect = "copy-path"

[[call]]
path = "pathlib.Path"
value = 0
effect = "same"
returns = "path"

[[method]]
on = "path"
name = "open"
target = "receiver"
mode = { at = 0, name = "mode", default = "r" }
effect = "open-mode"
returns = "file"

[[method]]
on = "path"
name = "replace"
source = "receiver"
target = 0
arity = 1
effect = "rename"

[[method]]
on = "path"
name = "write_text"
target = "receiver"
content = 0
effect = "write-path"

[[method]]
on = "file"
name = "write"
effect = "write"

[[method]]
on = "file"
name = "truncate"
effect = "truncate"
"#;

const RUST: &str = r#"
[[alias]]
path = ["fs_err", "tokio::fs"]
to = "std::fs"

[[kind]]
name = "options"
types = "std::fs::OpenOptions"

[[call]]
path = "std::fs::write"
target = 0
content = 1
effect = "write-path"

[[call]]
path = "std::fs::File::create"
target = 0
effect = "open-truncate"

[[call]]
path = "std::fs::File::options"
returns = "options"

[[method]]
on = "options"
name = "open"
target = 0
effect = "open-options"
"#;

const PYTHON_LIBRARY: &str = r#"
imports = "tables"

[[kind]]
name = "table"
types = "tables.Table"

[[method]]
on = "table"
name = "to_csv"
target = 0
effect = "write-path"
any-receiver = true
"#;

const RUST_LIBRARY: &str = r#"
imports = "tables"

[[call]]
path = "tables::save_table"
target = 0
effect = "write-path"
"#;

fn prefilter() -> Prefilter {
    let models = [
        ("models/python/std.toml", PYTHON),
        ("models/python/tables.toml", PYTHON_LIBRARY),
        ("models/rust/std.toml", RUST),
        ("models/rust/tables.toml", RUST_LIBRARY),
    ];
    Prefilter::new(&Catalog::parse(&[], ("naming.toml", ""), &models).unwrap())
}

fn check(language: Language, hit: bool, texts: &[&str]) {
    let prefilter = prefilter();
    for text in texts {
        assert_eq!(prefilter.hits(language, text.as_bytes()), hit, "{text}");
    }
}

#[test]
fn words_come_from_the_rows_that_can_begin_a_finding() {
    let python: Vec<String> = prefilter().words(Language::Python).map(str::to_owned).collect();
    assert_eq!(python, ["copyfile", "open", "rename", "replace", "truncate", "write_text", "to_csv"]);
    let rust: Vec<String> = prefilter().words(Language::Rust).map(str::to_owned).collect();
    assert_eq!(rust, ["create", "open", "write", "save_table"]);
}

#[test]
fn an_open_that_may_write_is_a_hit() {
    check(
        Language::Python,
        true,
        &[
            "with open(path, 'w') as f:",
            "open(path, mode)",
            "open(path, mode=\"ab\")",
            "open(*args)",
            "open(path, **options)",
            "open(path, # why\n 'r')",
            "writer = open\n",
            "partial(open, mode='w')",
            "open(path, 'r+')",
            "from io import open as o",
            "from pathlib import Path\np.open('w')",
            "open(f(a, 'r'), g)",
            "open(path, 'w' if x else 'r')",
            "tarfile.open(path, 'w:gz')",
        ],
    );
}

#[test]
fn an_open_that_provably_reads_is_none() {
    check(
        Language::Python,
        false,
        &[
            "with open(path) as f:",
            "open(path, 'rb')",
            "open(os.path.join(a, 'w'), \"r\")",
            "open(path, encoding='utf-8')",
            "open(path, mode='r', encoding='utf-8')",
            "gzip.open(path, 'rb')",
            "p.open()",
            "Image.open('a.png')",
            "tarfile.open(path, 'r:xz')",
            "an open question",
            "def open(self, mode): pass",
            "reopen(path, 'w') and open_file(path, 'w')",
            "patch('open')",
            "connect(open=True)",
        ],
    );
}

#[test]
fn a_common_word_needs_a_name_of_its_module_before_or_after_it() {
    check(
        Language::Python,
        true,
        &["import os\nos.replace(a, b)", "replace(a, b)\nfrom os import replace", "p: Path\np.replace(q)"],
    );
    check(Language::Python, false, &["text.replace(a, b)", "rename(a, b)", "p: Path\ntext.replace(count=1)"]);
    check(Language::Python, true, &["p.write_text(x)", "copyfile(a, b)", "f.seek(0)\nf.truncate()"]);
}

#[test]
fn functions_methods_and_macros_of_rust_are_told_apart() {
    check(
        Language::Rust,
        true,
        &[
            "use std::fs;\nfs::write(p, b)",
            "use fs_err as f;\nf::write(p, b)",
            "use std::fs::write as w;",
            "File::create(p)",
            "File::options().write(true)\n    .open(p)",
            "OpenOptions::open(&o, p)",
        ],
    );
    check(
        Language::Rust,
        false,
        &[
            "fs::read(p)?; out.write(b)",
            "fs::read(p)?; write!(f, \"x\")",
            "File::open(p)",
            "options.create(true)",
            "fn write(fs: u8) {}",
        ],
    );
}

#[test]
fn models_without_sinks_hit_nothing() {
    let empty = Prefilter::new(&Catalog::parse(&[], ("naming.toml", ""), &[]).unwrap());
    assert!(!empty.hits(Language::Python, b"open(path, 'w')"));
}

#[test]
fn words_of_a_library_count_where_it_is_named() {
    check(Language::Python, true, &["import tables\nx.to_csv(path)", "from tables import x\nx().to_csv(path)"]);
    check(Language::Python, false, &["x.to_csv(path)", "import os\ntables.to_csv(path)", "import tables\nto_csv = 1"]);
    check(Language::Rust, true, &["tables::save_table(path)", "use tables::save_table;\nsave_table(path)"]);
    check(Language::Rust, false, &["save_table(path)", "my_tables::save_table(path)"]);
}
