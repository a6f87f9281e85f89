//! What a process does by default; alone in its process, for which it is set.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

use crashsafe::{Durability, Options, default_durability, set_default_durability};
use std::io::Write;

#[test]
fn what_is_not_said_is_as_it_was_set_for_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let syncs = |options: &Options| options.write(&path, "a").unwrap().directory_synced();
    assert_eq!(default_durability(), Durability::Durable);
    assert!(syncs(&Options::new()));
    set_default_durability(Durability::Visible);
    assert_eq!(default_durability(), Durability::Visible);
    assert!(!syncs(&Options::new()));
    assert!(syncs(Options::new().durability(Durability::Durable)));
    let mut file = crashsafe::File::create(&path).unwrap();
    file.write_all(b"a").unwrap();
    assert!(!file.commit().unwrap().directory_synced());
    set_default_durability(Durability::Atomic);
    assert_eq!(default_durability(), Durability::Atomic);
}
