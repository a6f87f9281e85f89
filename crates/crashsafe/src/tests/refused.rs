//! Where a file cannot be replaced: what is said, and what is done if that is allowed.

use super::simulated::Sim;
use crate::error::Stage;
use crate::options::{Create, Fallback, HardLinks, Settings};
use crate::stage::Staged;
use crashcheck::sim::{Call, Errno, Fault, Kind};
use std::io::{ErrorKind, Write};
use std::path::Path;

const TARGET: &str = "/data/target";

fn prepared() -> Sim {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o755);
    sim.fs.add_file(TARGET, b"old", 0o666);
    sim
}

fn write(sim: &Sim, path: &str, settings: Settings) -> Result<bool, crate::CommitError> {
    crate::write::write(sim.clone(), Path::new(path), b"new", settings).map(|outcome| outcome.is_atomic())
}

fn content(sim: &Sim, path: &str) -> Vec<u8> {
    sim.fs.tree()[Path::new(path)].content.clone()
}

fn in_place() -> Settings {
    Settings { fallback: Fallback::InPlace, ..Settings::default() }
}

#[test]
fn a_file_that_is_mounted_by_itself_is_written_in_place_only_if_allowed() {
    let sim = prepared();
    sim.fs.mount(TARGET);
    let error = write(&sim, TARGET, Settings::default()).unwrap_err();
    assert_eq!((error.stage(), error.committed()), (Stage::Publish, false));
    assert!(error.to_string().contains("mounted") && error.to_string().contains("Fallback::InPlace"), "{error}");
    assert_eq!(content(&sim, TARGET), b"old");
    assert!(!write(&sim, TARGET, in_place()).unwrap());
    assert_eq!(content(&sim, TARGET), b"new");
    assert_eq!(sim.fs.tree().len(), 2, "a staging file is left");
}

#[test]
fn a_directory_that_takes_no_file_is_written_around_only_if_allowed() {
    let sim = prepared();
    sim.fs.become_user(1000, 1000);
    let error = write(&sim, TARGET, Settings::default()).unwrap_err();
    assert_eq!((error.stage(), error.io_error().kind()), (Stage::Create, ErrorKind::PermissionDenied));
    assert!(error.to_string().contains("Fallback::InPlace"), "{error}");
    assert!(!write(&sim, TARGET, in_place()).unwrap());
    assert_eq!(content(&sim, TARGET), b"new");
}

#[test]
fn nothing_is_written_in_place_because_a_disk_is_full_or_broken() {
    for errno in [Errno::ENOSPC, Errno::EDQUOT, Errno::EIO] {
        for call in [Call::Create, Call::Write, Call::Sync, Call::Rename] {
            let sim = prepared();
            sim.fs.fail(Fault::new(call, 0, errno));
            assert!(!write(&sim, TARGET, in_place()).unwrap_err().committed());
            assert_eq!(content(&sim, TARGET), b"old", "{call:?} {errno}");
        }
    }
}

#[test]
fn what_is_to_be_written_in_place_can_still_be_taken_back() {
    let sim = prepared();
    sim.fs.become_user(1000, 1000);
    let mut staged = Staged::stage(sim.clone(), Path::new(TARGET), in_place()).unwrap();
    staged.write_all(b"half").unwrap();
    staged.discard().unwrap();
    assert_eq!(content(&sim, TARGET), b"old");
}

#[test]
fn other_names_of_a_file_keep_the_old_content_unless_said_otherwise() {
    for (hard_links, expected) in [(HardLinks::Break, b"old"), (HardLinks::InPlace, b"new")] {
        let sim = prepared();
        sim.fs.add_name(TARGET, "/data/other");
        write(&sim, TARGET, Settings { hard_links, ..Settings::default() }).unwrap();
        assert_eq!(content(&sim, TARGET), b"new");
        assert_eq!(content(&sim, "/data/other"), expected);
    }
    let sim = prepared();
    sim.fs.add_name(TARGET, "/data/other");
    let refused = write(&sim, TARGET, Settings { hard_links: HardLinks::Error, ..Settings::default() });
    assert_eq!(refused.unwrap_err().io_error().kind(), ErrorKind::InvalidInput);
    assert_eq!(content(&sim, TARGET), b"old");
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    let sim = prepared();
    sim.fs.add_special("/data/pipe", 0o666);
    assert!(!write(&sim, "/data/pipe", Settings::default()).unwrap());
    let tree = sim.fs.tree();
    let pipe = &tree[Path::new("/data/pipe")];
    assert_eq!((pipe.kind, &pipe.content[..]), (Kind::Special, &b"new"[..]));
}

#[test]
fn a_file_that_has_become_a_pipe_meanwhile_is_not_replaced() {
    let sim = prepared();
    let mut staged = Staged::stage(sim.clone(), Path::new(TARGET), Settings::default()).unwrap();
    staged.write_all(b"new").unwrap();
    let dir = sim.fs.open(None, Path::new("/data"), crashcheck::sim::OpenFlags::directory()).unwrap();
    sim.fs.unlink(&dir, "target".as_ref()).unwrap();
    sim.fs.add_special(TARGET, 0o666);
    assert!(staged.commit().is_err());
    assert_eq!(sim.fs.tree()[Path::new(TARGET)].kind, Kind::Special);
}

#[test]
fn files_of_the_kernel_are_written_to() {
    let sim = prepared();
    sim.fs.kernels("/data");
    assert!(!write(&sim, TARGET, Settings::default()).unwrap());
    assert_eq!(content(&sim, TARGET), b"new");
    assert!(!sim.fs.log().iter().any(|record| record.call == Call::Rename));
}

#[test]
fn a_file_without_the_right_to_write_is_not_replaced() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o777);
    sim.fs.add_file(TARGET, b"old", 0o444);
    sim.fs.become_user(1000, 1000);
    let error = write(&sim, TARGET, in_place()).unwrap_err();
    assert_eq!(error.io_error().kind(), ErrorKind::PermissionDenied);
    assert_eq!(content(&sim, TARGET), b"old");
}

#[test]
fn a_directory_that_cannot_be_read_is_written_to_and_not_synced() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o333);
    sim.fs.add_file(TARGET, b"old", 0o666);
    sim.fs.become_user(1000, 1000);
    let outcome = crate::write::write(sim.clone(), Path::new(TARGET), b"new", Settings::default()).unwrap();
    assert!(outcome.is_atomic() && !outcome.directory_synced());
    assert_eq!(content(&sim, TARGET), b"new");
}

#[test]
fn the_owner_of_another_is_kept_as_far_as_possible_and_nobody_gains_rights() {
    let sim = Sim::default();
    sim.fs.add_dir("/data", 0o777);
    sim.fs.add_file(TARGET, b"old", 0o6676);
    sim.fs.own(TARGET, (7, 8));
    sim.fs.become_user(1000, 1000);
    write(&sim, TARGET, Settings::default()).unwrap();
    let tree = sim.fs.tree();
    assert_eq!((tree[Path::new(TARGET)].owner, tree[Path::new(TARGET)].mode), ((1000, 1000), 0o666));
}

#[test]
fn the_superuser_keeps_set_user_bits_as_a_write_would() {
    let sim = prepared();
    sim.fs.add_file("/data/program", b"old", 0o4755);
    write(&sim, "/data/program", Settings::default()).unwrap();
    assert_eq!(sim.fs.tree()[Path::new("/data/program")].mode, 0o4755);
}

#[test]
fn an_access_list_that_is_lost_takes_the_groups_rights_with_it() {
    let sim = prepared();
    sim.fs.attribute(TARGET, "system.posix_acl_access", b"list");
    sim.fs.fail(Fault::new(Call::SetAttribute, 0, Errno::ENOSPC));
    write(&sim, TARGET, Settings::default()).unwrap();
    assert_eq!(sim.fs.tree()[Path::new(TARGET)].mode, 0o606);
}

#[test]
fn a_name_that_is_too_long_with_its_prefix_is_cut() {
    for limit in [255, 143] {
        let sim = prepared();
        sim.fs.set_longest_name(limit);
        let path = format!("/data/{}", "n".repeat(limit));
        write(&sim, &path, Settings::default()).unwrap();
        assert_eq!(content(&sim, &path), b"new");
    }
}

#[test]
fn only_what_exists_is_replaced_if_nothing_may_be_created() {
    let sim = prepared();
    let settings = Settings { create: Create::Existing, ..Settings::default() };
    assert_eq!(write(&sim, "/data/absent", settings).unwrap_err().io_error().kind(), ErrorKind::NotFound);
    assert!(write(&sim, TARGET, settings).unwrap());
}

#[test]
fn a_new_file_is_not_put_over_one_that_has_come_meanwhile() {
    for lacks_rename_new in [false, true] {
        let sim = Sim { lacks_rename_new, ..prepared() };
        let settings = Settings { create: Create::New, ..Settings::default() };
        let mut staged = Staged::stage(sim.clone(), Path::new("/data/new"), settings).unwrap();
        staged.write_all(b"mine").unwrap();
        sim.fs.add_file("/data/new", b"theirs", 0o644);
        assert_eq!(staged.commit().unwrap_err().io_error().kind(), ErrorKind::AlreadyExists);
        assert_eq!(content(&sim, "/data/new"), b"theirs");
        assert_eq!(sim.fs.tree().len(), 3, "a staging file is left");
    }
}

#[test]
fn missing_parents_are_created_and_synced_if_asked_for() {
    let sim = prepared();
    let settings = Settings { parents: true, ..Settings::default() };
    assert!(write(&sim, "/data/a/b/new", Settings::default()).is_err());
    assert!(write(&sim, "/data/a/b/new", settings).unwrap());
    let made: Vec<_> = sim.fs.log().into_iter().filter(|record| record.call == Call::MakeDir).collect();
    assert_eq!(made.len(), 2);
    for record in made {
        let dir = record.entry.map(|entry| entry.dir);
        assert!(sim.fs.log().iter().any(|record| record.call == Call::Sync && record.inode == dir));
    }
}

#[test]
fn a_loop_of_links_is_refused_by_the_system() {
    let sim = prepared();
    sim.fs.add_link("/data/a", "b");
    sim.fs.add_link("/data/b", "a");
    let error = write(&sim, "/data/a", Settings::default()).unwrap_err();
    assert!(error.to_string().contains("too many links"), "{error}");
}

#[test]
fn a_file_on_another_device_is_not_moved() {
    let sim = prepared();
    sim.fs.add_dir("/mnt", 0o755);
    sim.fs.other_device("/mnt");
    sim.fs.add_file("/mnt/source", b"new", 0o644);
    let to = Path::new(TARGET);
    let error = crate::replace::replace(sim.clone(), Path::new("/mnt/source"), to, Settings::default()).unwrap_err();
    assert!(error.io_error().kind() == ErrorKind::CrossesDevices && error.to_string().contains("copy"), "{error}");
    assert_eq!(content(&sim, TARGET), b"old");
}

#[test]
fn what_must_be_new_is_refused_even_if_it_would_not_change() {
    let sim = prepared();
    let settings = Settings { create: Create::New, ..Settings::default() };
    let error = crate::write::write_if_changed(sim, Path::new(TARGET), b"old", settings).unwrap_err();
    assert_eq!(error.io_error().kind(), ErrorKind::AlreadyExists);
}
