//! Sweeping: what is removed, and what is left alone.

use super::simulated::{DEAD, MAKER, Sim};
use crate::name::{LONGEST, Maker, staging};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

#[test]
fn only_files_of_dead_processes_are_swept() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    let elsewhere = Maker { host: 8, ..DEAD };
    let names = [DEAD, MAKER, elsewhere].map(|maker| staging(maker, 1, OsStr::new("a"), LONGEST));
    for name in names.iter().chain([&".crashsafe-notes".into(), &"a".into()]) {
        sim.fs.add_file(&format!("/data/{}", name.to_str().unwrap()), b"", 0o600);
    }
    let folder = staging(DEAD, 2, OsStr::new("folder"), LONGEST);
    sim.fs.add_dir(&format!("/data/{}", folder.to_str().unwrap()), 0o700);
    assert_eq!(sweep(&sim), [Path::new("/data").join(&names[0])]);
    assert_eq!(sim.fs.tree().len(), 6);
    assert_eq!(sweep(&sim).len(), 0);
}

fn sweep(sim: &Sim) -> Vec<PathBuf> {
    crate::sweep::sweep_on(sim, Path::new("/data"), None).unwrap()
}
