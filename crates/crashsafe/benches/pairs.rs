//! How much longer one way takes than another, as the median of the ratios of interleaved pairs: what the machine does
//! beside it meets both alike.
//!
//! `cargo bench --bench pairs -- [PAIRS] [FOLDER]`; the folder decides which file system is measured.

#![allow(clippy::unwrap_used, reason = "a bench that cannot write measures nothing")]

#[path = "peers/mod.rs"]
mod peers;

use crashsafe::{Batch, Durability, Options};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The median of the ratios, and an interval that holds it in 95 of 100 cases.
struct Ratio {
    median: f64,
    low: f64,
    high: f64,
}

/// Measures `ours` and `theirs` in turn, `pairs` times, and compares them; each pair begins with the other one.
fn compare(pairs: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Ratio {
    let mut ratios: Vec<f64> = (0..pairs + 5)
        .map(|pair| {
            let (first, second) = if pair % 2 == 0 {
                (seconds(&mut ours), seconds(&mut theirs))
            } else {
                let theirs = seconds(&mut theirs);
                (seconds(&mut ours), theirs)
            };
            first / second
        })
        .skip(5)
        .collect();
    ratios.sort_by(f64::total_cmp);
    // The order statistics around the median (a binomial with p = 1/2, by its normal approximation).
    let half = 0.98 * (pairs as f64).sqrt();
    let at = |offset: f64| ratios[((pairs as f64 / 2.0 + offset) as usize).min(pairs - 1)];
    Ratio { median: at(0.0), low: at(-half), high: at(half) }
}

fn seconds(run: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn report(name: &str, Ratio { median, low, high }: Ratio) {
    println!("{median:8.3}  [{low:.3}, {high:.3}]  {name}");
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let pairs = arguments.next().map_or(300, |text| text.parse().unwrap());
    let base = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(&base).unwrap();
    println!("{pairs} interleaved pairs in {}; below 1, ours is the faster one", base.display());
    for size in [4096, 1 << 20] {
        singles(pairs, folder.path(), size);
    }
    unchanged(pairs, folder.path());
    batch(pairs, folder.path());
    sparing(pairs, folder.path());
}

/// A write by ours and by each peer, each to a file of its own.
fn singles(pairs: usize, folder: &Path, size: usize) {
    let content = vec![b'x'; size];
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    for (name, write) in peers::PEERS {
        for path in [&ours, &theirs] {
            fs::write(path, "old").unwrap();
        }
        let ratio = compare(pairs, || peers::ours(&ours, &content).unwrap(), || write(&theirs, &content).unwrap());
        report(&format!("one durable write of {size} bytes / {name}"), ratio);
    }
}

fn unchanged(pairs: usize, folder: &Path) {
    let content = vec![b'x'; 4096];
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    fs::write(&ours, &content).unwrap();
    let skip = || assert!(!crashsafe::write_if_changed(&ours, &content).unwrap());
    report("unchanged content / one durable write", compare(pairs, skip, || peers::ours(&theirs, &content).unwrap()));
}

fn batch(pairs: usize, folder: &Path) {
    let content = vec![b'x'; 4096];
    let path = |side: &str, at: usize| folder.join(format!("{side}-{at}"));
    let together = || {
        let mut batch = Batch::new();
        (0..64).for_each(|at| batch.write(path("ours", at), &content).unwrap());
        batch.commit().unwrap();
    };
    let singly = || (0..64).for_each(|at| peers::ours(&path("theirs", at), &content).unwrap());
    report("a batch of 64 times 4096 bytes / 64 durable writes", compare(pairs, together, singly));
}

fn sparing(pairs: usize, folder: &Path) {
    let content = vec![b'x'; 4096];
    let (ours, theirs) = (folder.join("ours"), folder.join("theirs"));
    for durability in [Durability::Atomic, Durability::Visible] {
        let mut options = Options::new();
        options.durability(durability);
        let write = || assert!(options.write(&ours, &content).unwrap().is_atomic());
        let ratio = compare(pairs, write, || peers::ours(&theirs, &content).unwrap());
        report(&format!("{durability:?} / Durable, 4096 bytes"), ratio);
    }
}
