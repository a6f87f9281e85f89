//! A change of the working directory in the middle of a write; alone in its process, which has only one.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

use std::io::Write;
use std::{env, fs};

#[test]
fn a_relative_path_means_what_it_meant_in_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    env::set_current_dir(folder.path()).unwrap();
    let mut file = crashsafe::File::create("a").unwrap();
    let mut batch = crashsafe::Batch::new();
    batch.write("./b", "two").unwrap();
    env::set_current_dir(&other).unwrap();
    file.write_all(b"one").unwrap();
    file.commit().unwrap();
    batch.commit().unwrap();
    assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"one");
    assert_eq!(fs::read(folder.path().join("b")).unwrap(), b"two");
    assert_eq!(fs::read_dir(&other).unwrap().count(), 0);
}
