//! What is in a directory, the example program, and being loud about what could not be tested.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names in `folder` that are staging files.
pub fn staging_files(folder: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let ours = names.filter(|name| name.to_string_lossy().starts_with(crashsafe::PREFIX));
    ours.map(|name| folder.join(name)).collect()
}

/// Everything below a directory that two ways of writing can be compared by.
#[cfg(unix)]
pub type Snapshot = BTreeMap<OsString, String>;

/// Looks at all that is in `folder`: kinds, modes, owners, numbers of names, attributes, contents.
#[cfg(unix)]
pub fn snapshot(folder: &Path) -> Snapshot {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name(), describe(&entry.path()))).collect()
}

#[cfg(unix)]
fn describe(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::symlink_metadata(path).unwrap();
    let content = match metadata.file_type() {
        kind if kind.is_file() => format!("file {:?}", fs::read(path).map_err(|error| error.kind())),
        kind if kind.is_symlink() => format!("link {:?}", fs::read_link(path).unwrap()),
        kind if kind.is_dir() => format!("folder {:?}", snapshot(path)),
        kind => format!("{kind:?}"),
    };
    let attributes = attributes(path);
    format!("{:o} {}:{} {content} {attributes:?}", metadata.mode(), metadata.uid(), metadata.gid())
}

#[cfg(target_os = "linux")]
fn attributes(path: &Path) -> Vec<(OsString, Vec<u8>)> {
    use std::os::unix::ffi::OsStringExt;
    let mut buffer = vec![0; 65536];
    let Ok(len) = rustix::fs::llistxattr(path, &mut buffer[..]) else { return Vec::new() };
    let names: Vec<OsString> = buffer[..len]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| OsString::from_vec(name.to_owned()))
        .collect();
    let value = |name: &OsString| {
        let mut buffer = vec![0; 65536];
        let len = rustix::fs::lgetxattr(path, name, &mut buffer[..]).unwrap();
        buffer[..len].to_owned()
    };
    names.iter().map(|name| (name.clone(), value(name))).collect()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn attributes(_: &Path) -> Vec<(OsString, Vec<u8>)> {
    Vec::new()
}

/// The example program, which stands beside the tests.
pub fn sponge() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().with_file_name("examples").join("sponge");
    let built = fs::metadata(&program).and_then(|metadata| metadata.modified()).ok();
    assert!(built >= Some(last_change()), "the example is built by `cargo test` without `--test`, and is out of date");
    program
}

/// When a source file was last changed.
fn last_change() -> SystemTime {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut last = SystemTime::UNIX_EPOCH;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => last = last.max(entry.metadata().unwrap().modified().unwrap()),
            }
        }
    }
    last
}

/// Says that something was not tested, past the harness, which shows nothing of a test that passes.
pub fn skip(what: &str, why: &str) {
    io::stderr().write_all(format!("\n*** NOT TESTED: {what}: {why} ***\n\n").as_bytes()).unwrap();
}

/// Whether everything is to be tried, rather than what a developer waits for.
pub fn is_thorough() -> bool {
    std::env::var_os("CRASHSAFE_TEST_ALL").is_some()
}
