//! Where somebody else changes the target between two calls.

use super::simulated::Sim;
use crate::options::{Create, Settings};
use crashcheck::sim::{Call, Errno, Fault};
use std::io::ErrorKind;
use std::path::Path;

/// A write to `path`, in which one call fails as it does when somebody has been faster.
fn overtaken(path: &str, call: Call, errno: Errno, create: Create) -> Result<(), ErrorKind> {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    sim.fs.add_file("/data/target", b"old", 0o644);
    sim.fs.add_link("/data/link", "target");
    sim.fs.fail(Fault::new(call, 0, errno));
    let settings = Settings { create, ..Settings::default() };
    let result = crate::write::write(sim, Path::new(path), b"new", settings);
    result.map(drop).map_err(|error| error.io_error().kind())
}

#[test]
fn what_somebody_removes_in_the_middle_is_written_all_the_same() {
    assert_eq!(overtaken("/data/target", Call::Access, Errno::ENOENT, Create::Either), Ok(()));
    let it_had_to_exist = overtaken("/data/target", Call::Access, Errno::ENOENT, Create::Existing);
    assert_eq!(it_had_to_exist, Err(ErrorKind::NotFound));
}

#[test]
fn a_link_that_somebody_takes_away_is_looked_at_again() {
    for errno in [Errno::ENOENT, Errno::EINVAL] {
        assert_eq!(overtaken("/data/link", Call::ReadLink, errno, Create::Either), Ok(()));
    }
    assert_eq!(
        overtaken("/data/link", Call::ReadLink, Errno::EACCES, Create::Either),
        Err(ErrorKind::PermissionDenied)
    );
}
