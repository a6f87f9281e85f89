//! Lists the texts of `rules/` and the sources of the runtime, so that the program carries them with it.
//!
//! It writes an index of `include_str!` and checks nothing; the catalog does, at start-up and in the tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it for build scripts"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it for build scripts"));
    let mut text = String::new();
    list(&mut text, &root, "RULES", &["rules"], "md")?;
    list(&mut text, &root, "NAMING", &["rules/models"], "toml")?;
    list(&mut text, &root, "MODELS", &["rules/models/rust", "rules/models/python"], "toml")?;
    fs::write(out.join("embedded.rs"), text)?;
    fs::write(out.join("runtime.rs"), runtime(&root)?)
}

/// The sources of the runtime in both languages. A package of this program has them behind the links of
/// `crates/cli/fix/runtime/bundle`; a working copy has them where they are written, also where it has no links.
fn runtime(root: &Path) -> io::Result<String> {
    let bundle = "crates/cli/fix/runtime/bundle";
    let rust = first_folder(root, &["crates/crashsafe", &format!("{bundle}/rust")]);
    let python = first_folder(root, &["crates/crashsafe-python/python/crashsafe", &format!("{bundle}/python")]);
    let mut text = String::new();
    let _ = writeln!(text, "pub(crate) const RUST: &[(&str, &str)] = &[");
    for name in ["LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        entry(&mut text, name, &fs::read_to_string(rust.join(name))?);
    }
    for folder in ["src", "src/sys"] {
        println!("cargo::rerun-if-changed={}", rust.join(folder).display());
        for file in files(&rust.join(folder), "rs")? {
            let name = format!("{folder}/{file}");
            entry(&mut text, &name, &untested(&fs::read_to_string(rust.join(&name))?));
        }
    }
    let _ = writeln!(text, "];\npub(crate) const PYTHON: &[(&str, &str)] = &[");
    println!("cargo::rerun-if-changed={}", python.display());
    for extension in ["py", "pyi", "typed"] {
        for name in files(&python, extension)? {
            entry(&mut text, &name, &fs::read_to_string(python.join(&name))?);
        }
    }
    let _ = writeln!(text, "];");
    Ok(text)
}

fn first_folder(root: &Path, folders: &[&str]) -> PathBuf {
    let found = folders.iter().map(|folder| root.join(folder)).find(|folder| folder.is_dir());
    found.unwrap_or_else(|| root.to_owned())
}

fn entry(text: &mut String, name: &str, content: &str) {
    let _ = writeln!(text, "    ({name:?}, {content:?}),");
}

/// A module without its tests, which need more than the module.
fn untested(text: &str) -> String {
    let text = text.replace("#[cfg(test)]\nmod tests;\n", "");
    match text.split_once("\n#[cfg(test)]\nmod tests {") {
        Some((head, _)) => head.to_owned(),
        None => text,
    }
}

/// A constant of the names and texts of the files with `extension` in `folders`, in order of their names.
fn list(text: &mut String, root: &Path, constant: &str, folders: &[&str], extension: &str) -> io::Result<()> {
    let _ = writeln!(text, "pub(crate) const {constant}: &[(&str, &str)] = &[");
    for folder in folders {
        println!("cargo::rerun-if-changed={folder}");
        for file in files(&root.join(folder), extension)? {
            let name = format!("{folder}/{file}");
            let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", root.join(&name));
        }
    }
    let _ = writeln!(text, "];");
    Ok(())
}

fn files(folder: &Path, extension: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if path.extension().is_some_and(|found| found == extension) && name != "README.md" {
            files.push(name.to_owned());
        }
    }
    files.sort();
    Ok(files)
}
