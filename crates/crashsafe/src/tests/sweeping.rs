//! Sweeping: what is removed, and what is left alone.

use super::simulated::{DEAD, MAKER, Sim};
use crate::name::{LONGEST, Maker, staging};
use crashcheck::sim::{Call, Errno, Fault};
use std::ffi::OsStr;
use std::io::ErrorKind;
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

#[test]
fn what_cannot_be_removed_does_not_keep_the_others() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    for random in 1..4 {
        let name = staging(DEAD, random, OsStr::new("a"), LONGEST);
        sim.fs.add_file(&format!("/data/{}", name.to_str().unwrap()), b"", 0o600);
    }
    // Each is tried twice, and the first succeeds at neither.
    sim.fs.fail(Fault::new(Call::Unlink, 0, Errno::EPERM));
    sim.fs.fail(Fault::new(Call::Unlink, 1, Errno::EPERM));
    let error = crate::sweep::sweep_on(&sim, Path::new("/data"), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(sim.fs.tree().len(), 2, "the folder and one file are left");
}

fn sweep(sim: &Sim) -> Vec<PathBuf> {
    crate::sweep::sweep_on(sim, Path::new("/data"), None).unwrap()
}
