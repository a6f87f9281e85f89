//! What the simulated file system does is what POSIX says; where a rule has a number in the manual pages, it is cited.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

use crashcheck::sim::{Call, Errno, Fault, FileSystem, Handle, OpenFlags};
use std::ffi::OsStr;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file system with a directory, and that directory open.
fn prepared() -> (FileSystem, Handle) {
    let fs = FileSystem::new();
    fs.add_dir("/d", 0o755);
    fs.add_file("/d/a", b"aaa", 0o644);
    let dir = fs.open(None, Path::new("/d"), OpenFlags::directory()).unwrap();
    (fs, dir)
}

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn open(fs: &FileSystem, path: &str, flags: OpenFlags) -> Result<Handle, Errno> {
    fs.open(None, Path::new(path), flags)
}

fn content(fs: &FileSystem, path: &str) -> Vec<u8> {
    fs.tree()[Path::new(path)].content.clone()
}

#[test]
fn a_rename_replaces_and_an_open_file_outlives_its_name() {
    let (fs, dir) = prepared();
    fs.add_file("/d/b", b"bbb", 0o644);
    let mut old = open(&fs, "/d/b", OpenFlags::read()).unwrap();
    fs.rename((&dir, name("a")), (&dir, name("b"))).unwrap();
    assert_eq!(content(&fs, "/d/b"), b"aaa");
    assert_eq!(fs.stat(&dir, name("a")), Err(Errno::ENOENT));
    let mut read = String::new();
    old.read_to_string(&mut read).unwrap();
    assert_eq!((read.as_str(), old.stat().unwrap().links), ("bbb", 0));
}

#[test]
fn renames_over_directories_mounts_and_devices_are_refused() {
    let (fs, dir) = prepared();
    fs.add_dir("/d/folder", 0o755);
    fs.add_file("/d/folder/x", b"", 0o644);
    fs.add_file("/d/mounted", b"", 0o644);
    fs.mount("/d/mounted");
    fs.add_dir("/e", 0o755);
    fs.other_device("/e");
    let other = open(&fs, "/e", OpenFlags::directory()).unwrap();
    let rename = |to: (&Handle, &str)| fs.rename((&dir, name("a")), (to.0, name(to.1)));
    assert_eq!(rename((&dir, "folder")), Err(Errno::EISDIR));
    assert_eq!(rename((&dir, "mounted")), Err(Errno::EBUSY));
    assert_eq!(rename((&other, "a")), Err(Errno::EXDEV));
    assert_eq!(fs.rename_new((&dir, name("a")), (&dir, name("mounted"))), Err(Errno::EEXIST));
    assert_eq!(fs.rename((&dir, name("folder")), (&dir, name("a"))), Err(Errno::ENOTDIR));
    assert_eq!(content(&fs, "/d/a"), b"aaa");
}

#[test]
fn two_names_of_a_file_are_renamed_over_each_other_without_effect() {
    // rename(2): if both are links to the same file, nothing is done.
    let (fs, dir) = prepared();
    fs.link(&dir, name("a"), name("b")).unwrap();
    fs.rename((&dir, name("a")), (&dir, name("b"))).unwrap();
    assert_eq!(fs.stat(&dir, name("a")).unwrap().links, 2);
    assert_eq!(fs.link(&dir, name("a"), name("b")), Err(Errno::EEXIST));
}

#[test]
fn links_are_followed_from_where_they_are_and_not_for_ever() {
    let (fs, _dir) = prepared();
    fs.add_dir("/d/deep", 0o755);
    fs.add_link("/d/deep/up", "../a");
    fs.add_link("/shortcut", "/d/deep");
    fs.add_link("/loop", "loop");
    assert!(open(&fs, "/shortcut/up", OpenFlags::read()).is_ok());
    assert!(open(&fs, "/shortcut/../a", OpenFlags::read()).is_ok());
    assert_eq!(open(&fs, "/loop", OpenFlags::read()).unwrap_err(), Errno::ELOOP);
    let no_follow = OpenFlags { no_follow: true, ..OpenFlags::read() };
    assert_eq!(open(&fs, "/shortcut/up", no_follow).unwrap_err(), Errno::ELOOP);
    // open(2): with O_EXCL a link is an error wherever it leads.
    assert_eq!(open(&fs, "/loop", OpenFlags::create_new(0o644)).unwrap_err(), Errno::EEXIST);
}

#[test]
fn modes_are_asked_of_everybody_but_the_superuser() {
    let (fs, dir) = prepared();
    fs.add_file("/d/private", b"", 0o600);
    fs.become_user(1000, 1000);
    assert_eq!(open(&fs, "/d/private", OpenFlags::read()).unwrap_err(), Errno::EACCES);
    assert_eq!(open(&fs, "/d/new", OpenFlags::create_new(0o644)).unwrap_err(), Errno::EACCES);
    assert_eq!(fs.unlink(&dir, name("a")), Err(Errno::EACCES));
    assert_eq!(fs.access_write(&dir, name("a")), Err(Errno::EACCES));
    let file = open(&fs, "/d/a", OpenFlags::read()).unwrap();
    assert_eq!(file.set_mode(0o777), Err(Errno::EPERM));
    assert_eq!(file.set_owner(Some(1000), None), Err(Errno::EPERM));
}

#[test]
fn a_new_file_has_the_mode_that_the_umask_leaves() {
    let (fs, dir) = prepared();
    fs.set_umask(0o027);
    drop(open(&fs, "/d/new", OpenFlags::create_new(0o666)).unwrap());
    assert_eq!(fs.stat(&dir, name("new")).unwrap().mode, 0o640);
}

#[test]
fn offsets_holes_and_short_writes_are_as_with_a_real_file() {
    let (fs, _dir) = prepared();
    fs.set_longest_write(2);
    let mut file = open(&fs, "/d/new", OpenFlags::create_new(0o644)).unwrap();
    assert_eq!(file.write(b"abc").unwrap(), 2);
    file.seek(SeekFrom::Start(4)).unwrap();
    file.write_all(b"xyz").unwrap();
    assert_eq!(content(&fs, "/d/new"), b"ab\0\0xyz");
    file.seek(SeekFrom::Start(1)).unwrap();
    file.write_all(b"B").unwrap();
    file.truncate(3).unwrap();
    assert_eq!(content(&fs, "/d/new"), b"aB\0");
    assert_eq!(file.seek(SeekFrom::End(-1)).unwrap(), 2);
    assert!(file.seek(SeekFrom::End(-9)).is_err());
}

#[test]
fn the_planned_call_fails_once_and_the_log_says_so() {
    let (fs, dir) = prepared();
    fs.fail(Fault::new(Call::Unlink, 1, Errno::EIO));
    fs.fail(Fault::new(Call::Sync, 0, Errno::EINTR).after_effect());
    fs.add_file("/d/b", b"", 0o644);
    fs.unlink(&dir, name("a")).unwrap();
    assert_eq!(fs.unlink(&dir, name("b")), Err(Errno::EIO));
    fs.unlink(&dir, name("b")).unwrap();
    assert_eq!(dir.sync(), Err(Errno::EINTR));
    assert_eq!(fs.fired(), 2);
    let errors: Vec<_> = fs.log().iter().map(|record| (record.call, record.error)).collect();
    let expected = [
        (Call::Open, None),
        (Call::Unlink, None),
        (Call::Unlink, Some(Errno::EIO)),
        (Call::Unlink, None),
        (Call::Sync, Some(Errno::EINTR)),
    ];
    assert_eq!(errors, expected);
}

#[test]
fn a_call_whose_answer_is_lost_has_its_effect() {
    let (fs, dir) = prepared();
    fs.fail(Fault::new(Call::Rename, 0, Errno::ENOENT).after_effect());
    assert_eq!(fs.rename((&dir, name("a")), (&dir, name("b"))), Err(Errno::ENOENT));
    assert_eq!(content(&fs, "/d/b"), b"aaa");
}

#[test]
fn what_is_opened_only_to_name_it_can_neither_be_read_nor_synced() {
    let (fs, _dir) = prepared();
    let path = OpenFlags { directory: true, ..OpenFlags::path() };
    let dir = open(&fs, "/d", path).unwrap();
    assert_eq!(dir.sync(), Err(Errno::EBADF));
    assert_eq!(fs.list(&dir), Err(Errno::EBADF));
    assert!(fs.stat(&dir, name("a")).is_ok());
    assert_eq!(fs.open_handles(), 2);
    drop(dir);
    assert_eq!(fs.open_handles(), 1);
}
