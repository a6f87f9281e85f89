//! What a write costs, each way by itself. To compare ways, `pairs` is the better measure: it interleaves them.

#![allow(clippy::unwrap_used, reason = "a bench that cannot write measures nothing")]
#![allow(missing_docs, reason = "what the macros of criterion make has no place for it")]

#[path = "peers/mod.rs"]
mod peers;

use crashsafe::{Batch, Durability, Options};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::fs;

const SIZES: [usize; 2] = [4096, 1 << 20];

fn replace(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target");
    fs::write(&path, "old").unwrap();
    for size in SIZES {
        let content = vec![b'x'; size];
        let mut group = criterion.benchmark_group(format!("replace by {size} bytes"));
        group.bench_function("crashsafe", |bench| bench.iter(|| peers::ours(&path, &content).unwrap()));
        for (name, write) in peers::PEERS {
            group.bench_function(name, |bench| bench.iter(|| write(&path, &content).unwrap()));
        }
        for durability in [Durability::Atomic, Durability::Visible] {
            let mut options = Options::new();
            options.durability(durability);
            let id = BenchmarkId::new("crashsafe", format!("{durability:?}"));
            group.bench_function(id, |bench| bench.iter(|| options.write(&path, &content).unwrap()));
        }
    }
}

fn unchanged(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target");
    let content = vec![b'x'; 4096];
    fs::write(&path, &content).unwrap();
    criterion.bench_function("unchanged 4096 bytes", |bench| {
        bench.iter(|| crashsafe::write_if_changed(&path, &content).unwrap());
    });
}

fn batch(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let content = vec![b'x'; 4096];
    criterion.bench_function("batch of 64 times 4096 bytes", |bench| {
        bench.iter(|| {
            let mut batch = Batch::new();
            for at in 0..64 {
                batch.write(folder.path().join(at.to_string()), &content).unwrap();
            }
            batch.commit().unwrap();
        });
    });
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(20);
    targets = replace, unchanged, batch
}
criterion_main!(all);
