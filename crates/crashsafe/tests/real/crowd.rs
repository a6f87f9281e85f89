//! Many writers and readers of one file: nobody reads half of anything.

use crate::tree::{is_thorough, staging_files};
use crashsafe::{Durability, HardLinks, Options};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

/// Content that says what it should be: as many of one byte as the byte says.
fn content(seed: u8) -> Vec<u8> {
    vec![seed; usize::from(seed) * 97 + 1]
}

fn is_whole(read: &[u8]) -> bool {
    read.first().is_some_and(|seed| read == content(*seed))
}

/// Lets four threads write and four read; how many reads there were, and how many of them were torn.
fn hammer(path: &Path, time: Duration, write: impl Fn(&[u8]) -> io::Result<()> + Sync) -> (usize, usize) {
    let (reads, torn, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    write(&content(1)).unwrap();
    thread::scope(|scope| {
        for seed in 0..4 {
            let (write, stop) = (&write, &stop);
            scope.spawn(move || {
                for step in (seed..).step_by(4).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    write(&content((step % 200) as u8 + 1)).unwrap();
                }
            });
        }
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let is_whole = is_whole(&fs::read(path).unwrap());
                    reads.fetch_add(1, Ordering::Relaxed);
                    torn.fetch_add(usize::from(!is_whole), Ordering::Relaxed);
                }
            });
        }
        let end = Instant::now() + time;
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
    });
    (reads.into_inner(), torn.into_inner())
}

#[test]
fn no_read_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let seconds = if is_thorough() { 30 } else { 1 };
    for durability in [Durability::Visible, Durability::Durable] {
        let write = |content: &[u8]| Ok(Options::new().durability(durability).write(&path, content).map(drop)?);
        let (reads, torn) = hammer(&path, Duration::from_secs(seconds), write);
        eprintln!("{durability:?}: {torn} of {reads} reads torn");
        assert!(torn == 0 && reads > 100, "{torn} of {reads}");
    }
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[test]
fn the_same_test_sees_that_a_write_in_place_tears() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let torn = (0..20).any(|_| {
        let (_, torn) = hammer(&path, Duration::from_millis(200), |content| fs::write(&path, content));
        torn > 0
    });
    assert!(torn, "a torn read was never seen, so that not seeing one proves nothing");
}

#[test]
fn of_many_who_create_a_file_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let path = folder.path().join(round.to_string());
        let created: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|at| {
                    scope.spawn({
                        let path = &path;
                        move || crashsafe::create_new(path, at.to_string()).is_ok()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(created, 1);
    }
    assert_eq!(staging_files(folder.path()).len(), 0);
}

/// As many at once as meet each other between any two calls; without syncs, which would order them.
fn crowd(writers: usize, write: impl Fn(usize) -> io::Result<()> + Sync, meanwhile: impl Fn(usize)) {
    let end = Instant::now() + Duration::from_secs(if is_thorough() { 30 } else { 1 });
    thread::scope(|scope| {
        for writer in 0..writers {
            let write = &write;
            scope.spawn(move || {
                while Instant::now() < end {
                    write(writer).unwrap();
                }
            });
        }
        (0..).take_while(|_| Instant::now() < end).for_each(meanwhile);
    });
}

#[test]
fn writers_do_not_mind_who_removes_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let write = |_| Ok(Options::new().durability(Durability::Visible).write(&path, "text").map(drop)?);
    crowd(16, write, |_| drop(fs::remove_file(&path)));
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[cfg(unix)]
#[test]
fn writers_through_links_do_not_mind_who_relinks_them() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("sub")).unwrap();
    let relink = |step: usize| {
        symlink(if step.is_multiple_of(2) { "sub/a" } else { "b" }, at("new")).unwrap();
        fs::rename(at("new"), at("link")).unwrap();
    };
    relink(0);
    symlink("link", at("outer")).unwrap();
    let write = |writer: usize| {
        let path = at(if writer.is_multiple_of(2) { "link" } else { "outer" });
        Ok(Options::new().durability(Durability::Visible).hard_links(HardLinks::Error).write(path, "text").map(drop)?)
    };
    crowd(16, write, relink);
    assert!(at("link").is_symlink() && at("outer").is_symlink());
    assert_eq!(staging_files(folder.path()).len() + staging_files(&at("sub")).len(), 0);
}
