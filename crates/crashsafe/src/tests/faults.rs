//! The fault matrix: every call of every entry fails once in every way, and the target is the old one or the new one.

use super::entries::{ENTRIES, Entry, Failure, OTHERS, SOURCE};
use super::simulated::Sim;
use crate::durability::Durability;
use crate::name::PREFIX;
use crate::options::Settings;
use crashcheck::sim::{Call, Errno, Fault, Record, Seen};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ERRNOS: [Errno; 8] =
    [Errno::EIO, Errno::ENOSPC, Errno::EDQUOT, Errno::EINTR, Errno::EBUSY, Errno::EACCES, Errno::EPERM, Errno::EXDEV];
const SIZES: [usize; 4] = [0, 1, 4097, 1 << 20];
const OLD: &[u8] = b"what was there before, longer than the shortest of the new ones";
const OLD_MODE: u32 = 0o640;
const OLD_OWNER: (u32, u32) = (1000, 100);
const NEW_MODE: u32 = 0o644;
const SOURCE_MODE: u32 = 0o604;

/// What the path leads to before the write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Absent,
    Existing,
    Linked,
    Dangling,
}

#[derive(Clone, Copy)]
struct Case<'a> {
    entry: Entry,
    before: Before,
    durability: Durability,
    content: &'a [u8],
}

impl Case<'_> {
    fn label(&self) -> String {
        format!("{}, {:?}, {:?}, {} bytes", self.entry.name, self.before, self.durability, self.content.len())
    }

    /// The path that is written to.
    fn path(&self) -> &'static Path {
        match self.before {
            Before::Absent | Before::Existing => Path::new("/data/target.csv"),
            Before::Linked | Before::Dangling => Path::new("/links/target.csv"),
        }
    }

    /// A fresh file system, ready for the write.
    fn prepare(&self) -> Sim {
        let sim = Sim::default();
        for folder in ["/data", "/elsewhere", "/links"] {
            sim.fs.add_dir(folder, 0o755);
        }
        sim.fs.add_file(SOURCE, self.content, SOURCE_MODE);
        sim.fs.set_longest_write(300_000);
        if matches!(self.before, Before::Existing | Before::Linked) {
            sim.fs.add_file("/data/target.csv", OLD, OLD_MODE);
            sim.fs.own("/data/target.csv", OLD_OWNER);
            sim.fs.attribute("/data/target.csv", "user.note", b"kept");
        }
        if matches!(self.before, Before::Linked | Before::Dangling) {
            sim.fs.add_link("/links/target.csv", "../links/again.csv");
            sim.fs.add_link("/links/again.csv", "/data/target.csv");
        }
        sim
    }

    fn run(&self, sim: &Sim) -> Result<(), Failure> {
        let settings = Settings { durability: Some(self.durability), ..Settings::default() };
        (self.entry.enter)(sim, self.path(), self.content, settings)
    }

    /// Where the content ends up.
    fn target(&self) -> &'static Path {
        // Like `rename`, this one replaces a link.
        if self.entry.name == "replace" { self.path() } else { Path::new("/data/target.csv") }
    }

    /// The mode that the new file has.
    fn new_mode(&self) -> u32 {
        match (self.entry.name, self.before) {
            ("copy" | "replace", _) => SOURCE_MODE,
            (_, Before::Existing | Before::Linked) => OLD_MODE,
            (_, Before::Absent | Before::Dangling) => NEW_MODE,
        }
    }
}

/// All cases with content of one of `sizes`.
fn each_case(sizes: &[usize], mut check: impl FnMut(Case<'_>)) {
    for size in sizes {
        let content: Vec<u8> = (0..*size).map(|at| (at % 251) as u8).collect();
        for entry in ENTRIES {
            for before in [Before::Absent, Before::Existing, Before::Linked, Before::Dangling] {
                if entry.is_new && before != Before::Absent {
                    continue;
                }
                for durability in [Durability::Durable, Durability::Atomic, Durability::Visible] {
                    check(Case { entry, before, durability, content: &content });
                }
            }
        }
    }
}

#[test]
fn every_entry_writes_when_nothing_fails() {
    each_case(&SIZES, |case| {
        let sim = case.prepare();
        let result = case.run(&sim);
        assert!(result.is_ok(), "{}", case.label());
        let tree = sim.fs.tree();
        let target = &tree[case.target()];
        assert!(target.content == case.content, "{}", case.label());
        assert_eq!(target.mode, case.new_mode(), "{}", case.label());
        if target.mode == OLD_MODE {
            assert_eq!(target.owner, OLD_OWNER, "{}", case.label());
            assert_eq!(target.attributes.len(), 1, "{}", case.label());
        }
        assert_nothing_is_left(&sim, &tree, &case.label());
    });
}

#[test]
fn whatever_fails_the_target_is_old_or_new_and_nothing_is_left() {
    let mut runs = 0;
    each_case(&SIZES, |case| {
        // Large content adds no calls but those that write and read, and lesser durability none at all.
        let is_large = case.content.len() > 4097 && case.before != Before::Existing;
        let is_lesser = case.content.len() != 1 && case.durability != Durability::Durable;
        if is_large || is_lesser {
            return;
        }
        for (call, count) in calls_of(&case) {
            for nth in 0..count {
                for errno in ERRNOS {
                    check(&case, Fault::new(call, nth, errno));
                    runs += 1;
                }
            }
        }
    });
    assert!(runs > 20_000, "{runs}");
}

#[test]
fn a_rename_whose_answer_is_lost_is_a_success() {
    each_case(&[1], |case| {
        for call in [Call::Rename, Call::RenameNew, Call::Link] {
            let lost = Fault::new(call, 0, Errno::ENOENT).after_effect();
            if !calls_of(&case).contains_key(&call) || case.entry.name == "replace" {
                continue;
            }
            let sim = case.prepare();
            sim.fs.fail(lost);
            assert!(case.run(&sim).is_ok(), "{}", case.label());
            let tree = sim.fs.tree();
            assert_eq!(tree[case.target()].content, case.content, "{}", case.label());
            assert_nothing_is_left(&sim, &tree, &case.label());
        }
    });
}

/// How often a case makes which call when nothing fails.
fn calls_of(case: &Case<'_>) -> BTreeMap<Call, usize> {
    let sim = case.prepare();
    assert!(case.run(&sim).is_ok(), "{}", case.label());
    let mut counts = BTreeMap::new();
    for record in sim.fs.log().iter().filter(|record| record.call != Call::Close) {
        *counts.entry(record.call).or_default() += 1;
    }
    counts
}

fn check(case: &Case<'_>, fault: Fault) {
    let label = format!("{}, {fault:?}", case.label());
    let sim = case.prepare();
    let before = sim.fs.tree();
    sim.fs.fail(fault);
    let result = case.run(&sim);
    // Threads that sync a batch may stop before the call that was to fail.
    assert!(sim.fs.fired() == 1 || case.entry.name.starts_with("Batch"), "{label}");
    let tree = sim.fs.tree();
    let is_new = assert_old_or_new(case, before.get(case.target()), tree.get(case.target()), fault, &label);
    match &result {
        Ok(()) => assert!(is_new, "{label}"),
        // An empty file over an empty file, and a batch that fails later than at the target, say nothing.
        Err(failure) => assert_eq!(failure.committed, is_new, "{label}"),
    }
    if let Err(Failure { published: Some(published), .. }) = &result {
        assert_published(case, &tree, published, &label);
    }
    assert_nothing_is_left(&sim, &tree, &label);
    assert_a_failed_sync_is_final(&sim, &label);
}

/// Whether the target is the new one; it must be that or the old one, all of it.
fn assert_old_or_new(case: &Case<'_>, old: Option<&Seen>, now: Option<&Seen>, fault: Fault, label: &str) -> bool {
    if now == old {
        return false;
    }
    let now = now.unwrap_or_else(|| panic!("{label}: the target is gone"));
    assert!(now.content == case.content, "{label}: the target is torn");
    let is_best_effort = matches!(fault.call, Call::Chown | Call::GetAttributes | Call::SetAttribute);
    assert!(is_best_effort || now.mode == case.new_mode(), "{label}: mode {:o}", now.mode);
    // Whatever fails, nobody may do more than before.
    assert_eq!(now.mode & !case.new_mode(), 0, "{label}: mode {:o}", now.mode);
    true
}

fn assert_published(case: &Case<'_>, tree: &BTreeMap<PathBuf, Seen>, published: &[PathBuf], label: &str) {
    for other in OTHERS.map(Path::new) {
        let is_there = tree.get(other).is_some_and(|seen| seen.content == case.content);
        assert_eq!(is_there, published.contains(&other.to_owned()), "{label}: {}", other.display());
        assert_eq!(is_there, tree.contains_key(other), "{label}: {} is torn", other.display());
    }
}

fn assert_nothing_is_left(sim: &Sim, tree: &BTreeMap<PathBuf, Seen>, label: &str) {
    let is_staging = |path: &&PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(PREFIX);
    let left: Vec<&PathBuf> = tree.keys().filter(is_staging).collect();
    assert!(left.is_empty(), "{label}: {left:?} is left");
    assert_eq!(sim.fs.open_handles(), 0, "{label}: a descriptor is left");
}

/// After a failed sync the kernel may have dropped the pages: what they belong to is not published, and a second sync
/// would say that all is well.
fn assert_a_failed_sync_is_final(sim: &Sim, label: &str) {
    let log = sim.fs.log();
    let failed = |record: &Record| matches!(record.call, Call::Sync | Call::SyncFs) && record.error.is_some();
    let Some(at) = log.iter().position(failed) else { return };
    let of_it = |record: &&Record| record.inode == log[at].inode;
    let after = log[at + 1..].iter().filter(of_it);
    let wrong = after.filter(|record| {
        matches!(record.call, Call::Sync | Call::SyncFs | Call::Rename | Call::RenameNew | Call::Link)
    });
    assert_eq!(wrong.count(), 0, "{label}: goes on after a failed sync");
}
