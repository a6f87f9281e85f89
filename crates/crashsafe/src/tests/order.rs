//! The order of the steps, read off the log of the calls: content, then sync, then rename, then the directory.

use super::entries::{ENTRIES, OTHERS, SOURCE};
use super::simulated::Sim;
use crate::durability::Durability;
use crate::options::Settings;
use crashcheck::sim::{Call, Errno, Fault, Record};
use std::path::Path;

const TARGET: &str = "/data/target";

/// The log of a write of `content`, and which calls of it publish.
fn log_of(entry: &super::entries::Entry, durability: Durability) -> Vec<Record> {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    sim.fs.add_dir("/elsewhere", 0o755);
    sim.fs.add_file(SOURCE, b"content", 0o644);
    if !entry.is_new {
        sim.fs.add_file(TARGET, b"old", 0o644);
    }
    let settings = Settings { durability: Some(durability), ..Settings::default() };
    assert!((entry.enter)(&sim, Path::new(TARGET), b"content", settings).is_ok(), "{}", entry.name);
    sim.fs.log()
}

fn publishes(record: &Record) -> bool {
    matches!(record.call, Call::Rename | Call::RenameNew | Call::Link)
}

/// Whether `record` forces the content of `inode` to the device.
fn syncs(record: &Record, inode: Option<u64>) -> bool {
    record.call == Call::SyncFs || record.call == Call::Sync && record.inode == inode
}

#[test]
fn content_is_synced_after_its_last_change_and_before_it_is_published() {
    for entry in &ENTRIES {
        for durability in [Durability::Durable, Durability::Atomic] {
            let log = log_of(entry, durability);
            let published: Vec<usize> = (0..log.len()).filter(|at| publishes(&log[*at])).collect();
            assert!(!published.is_empty(), "{}", entry.name);
            for at in published {
                let inode = log[at].inode;
                let changes = |record: &Record| record.inode == inode && is_change(record.call);
                let changed = log[..at].iter().rposition(changes).map_or(0, |at| at + 1);
                assert!(log[changed..at].iter().any(|record| syncs(record, inode)), "{} is not synced", entry.name);
                assert!(!log[at..].iter().any(changes), "{} is changed after it is published", entry.name);
            }
        }
    }
}

fn is_change(call: Call) -> bool {
    matches!(call, Call::Write | Call::Truncate | Call::Chmod | Call::Chown | Call::SetAttribute)
}

#[test]
fn directories_are_synced_after_the_rename() {
    for entry in &ENTRIES {
        let log = log_of(entry, Durability::Durable);
        for (at, record) in log.iter().enumerate().filter(|(_, record)| publishes(record)) {
            let dir = record.to.as_ref().map(|entry| entry.dir);
            let is_synced = log[at..].iter().any(|record| record.call == Call::Sync && record.inode == dir);
            assert!(is_synced, "{} leaves the directory unsynced", entry.name);
        }
    }
}

#[test]
fn less_durability_is_less_waiting() {
    for entry in &ENTRIES {
        let count = |durability| {
            log_of(entry, durability).iter().filter(|record| matches!(record.call, Call::Sync | Call::SyncFs)).count()
        };
        assert_eq!(count(Durability::Visible), 0, "{}", entry.name);
        assert!(count(Durability::Atomic) < count(Durability::Durable), "{}", entry.name);
    }
}

#[test]
fn a_batch_publishes_nothing_before_all_is_synced_and_syncs_each_directory_once() {
    for entry in ENTRIES.iter().filter(|entry| entry.name.starts_with("Batch")) {
        let log = log_of(entry, Durability::Durable);
        let first = log.iter().position(publishes).unwrap();
        if entry.name == "Batch of many" {
            assert!(log[first..].iter().all(|record| record.call != Call::Write));
            continue;
        }
        let last = log.iter().rposition(publishes).unwrap();
        let content_syncs = log[..first].iter().filter(|record| matches!(record.call, Call::Sync | Call::SyncFs));
        let expected = if entry.name == "Batch by file" { 1 + OTHERS.len() } else { 1 };
        assert_eq!(content_syncs.count(), expected, "{}", entry.name);
        let directory_syncs = log[last..].iter().filter(|record| record.call == Call::Sync);
        assert_eq!(directory_syncs.count(), 2, "{}", entry.name);
    }
}

#[test]
fn nobody_can_read_a_staging_file_of_which_the_old_one_was_private() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    sim.fs.add_file(TARGET, b"old", 0o600);
    let mut staged = crate::stage::Staged::stage(sim.clone(), Path::new(TARGET), Settings::default()).unwrap();
    std::io::Write::write_all(&mut staged, b"secret").unwrap();
    let tree = sim.fs.tree();
    let staging = tree.iter().find(|(path, _)| path.to_str().unwrap().contains(".crashsafe-")).unwrap();
    assert_eq!(staging.1.mode, 0o600);
}

#[test]
fn a_directory_that_fails_to_sync_does_not_keep_the_others_from_it() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    sim.fs.add_dir("/elsewhere", 0o755);
    let mut batch = crate::batch::Files::with_most_open(64);
    for path in ["/data/a", "/data/b", "/elsewhere/c"] {
        batch.write(sim.clone(), Path::new(path), b"new", Settings::default()).unwrap();
    }
    // The syncs of the directories are those after the content's.
    let contents = 3;
    sim.fs.fail(Fault::new(Call::Sync, contents, Errno::EIO));
    let error = batch.commit().unwrap_err();
    assert!(error.committed() && error.published().len() == 3, "{error:?}");
    let log = sim.fs.log();
    let published = log.iter().rposition(publishes).unwrap();
    assert_eq!(log[published..].iter().filter(|record| record.call == Call::Sync).count(), 2, "{log:?}");
}
