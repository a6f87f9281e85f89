//! Lists the texts of `rules/`, so that the program carries them with it.
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
    fs::write(out.join("embedded.rs"), text)
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
