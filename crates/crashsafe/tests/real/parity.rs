//! Parity with `fs::write`: the same directory, written to in both ways, is the same afterwards.

use crate::tree::{skip, snapshot};
use rustix::fs::{CWD, FileType, Mode};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Prepares two directories alike, writes to the path that `prepare` names in each, and compares all there is.
fn assert_same(prepare: impl Fn(&Path) -> PathBuf) {
    let (plain, ours) = (folder(), folder());
    let (plain_path, our_path) = (prepare(plain.path()), prepare(ours.path()));
    let expected = fs::write(plain_path, "new");
    let result = crashsafe::write(our_path, "new");
    let kind = |result: io::Result<()>| result.map_err(|error| error.kind());
    assert_eq!(kind(result), kind(expected));
    assert_eq!(snapshot(ours.path()), snapshot(plain.path()));
}

/// A file of `mode` in `folder`.
fn file(folder: &Path, mode: u32) -> PathBuf {
    let path = folder.join("file");
    fs::write(&path, "what was there before").unwrap();
    set_mode(&path, mode);
    path
}

#[test]
fn a_new_file_has_the_mode_of_the_umask() {
    assert_same(|folder| folder.join("file"));
}

#[test]
fn modes_stay() {
    for mode in [0o600, 0o644, 0o660, 0o666, 0o755, 0o777, 0o1644, 0o444, 0o000] {
        assert_same(|folder| file(folder, mode));
    }
}

#[test]
fn bits_that_run_a_program_as_somebody_stay_or_go_as_with_a_write() {
    for mode in [0o4755, 0o2755, 0o6755, 0o2644] {
        assert_same(|folder| file(folder, mode));
    }
}

#[test]
fn links_are_followed_wherever_they_lead() {
    assert_same(|folder| {
        symlink(file(folder, 0o640).file_name().unwrap(), folder.join("link")).unwrap();
        folder.join("link")
    });
    // Into another directory, through a link to a directory, and back up.
    assert_same(|folder| {
        fs::create_dir_all(folder.join("a/b")).unwrap();
        symlink("a/b", folder.join("shortcut")).unwrap();
        fs::write(folder.join("a/file"), "old").unwrap();
        symlink("shortcut/../file", folder.join("link")).unwrap();
        symlink("link", folder.join("again")).unwrap();
        folder.join("again")
    });
}

#[test]
fn an_absolute_link_is_followed() {
    let (folder, elsewhere) = (folder(), folder());
    let target = elsewhere.path().join("file");
    fs::write(&target, "old").unwrap();
    let link = folder.path().join("link");
    symlink(&target, &link).unwrap();
    crashsafe::write(&link, "new").unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), target);
    assert_eq!(fs::read(&target).unwrap(), b"new");
}

#[test]
fn a_dangling_link_gets_its_file() {
    assert_same(|folder| {
        fs::create_dir(folder.join("a")).unwrap();
        symlink("a/absent", folder.join("link")).unwrap();
        folder.join("link")
    });
    assert_same(|folder| {
        symlink("absent/absent", folder.join("link")).unwrap();
        folder.join("link")
    });
}

#[test]
fn loops_and_chains_that_are_too_long_are_refused() {
    assert_same(|folder| {
        symlink("b", folder.join("a")).unwrap();
        symlink("a", folder.join("b")).unwrap();
        folder.join("a")
    });
    for len in [39, 40, 41] {
        assert_same(|folder| {
            file(folder, 0o644);
            symlink("file", folder.join("0")).unwrap();
            for at in 1..len {
                symlink((at - 1).to_string(), folder.join(at.to_string())).unwrap();
            }
            folder.join((len - 1).to_string())
        });
    }
}

#[test]
fn what_is_no_file_is_refused_in_the_same_way() {
    assert_same(|folder| folder.to_owned());
    assert_same(|folder| folder.join("file").join("below"));
    assert_same(|folder| file(folder, 0o644).join("below"));
    assert_same(|_| PathBuf::new());
    assert_same(|folder| folder.join("n".repeat(256)));
    assert_same(|folder| {
        symlink(".", folder.join("link")).unwrap();
        folder.join("link")
    });
}

#[test]
fn a_file_is_not_written_to_as_a_directory() {
    // Only the error differs: "is a directory" of a call that would create it, "not a directory" of one that would not.
    let folder = folder();
    file(folder.path(), 0o644);
    let before = snapshot(folder.path());
    for name in ["file/", "file/.", "absent/"] {
        assert!(crashsafe::write(folder.path().join(name), "new").is_err(), "{name}");
    }
    assert_eq!(snapshot(folder.path()), before);
}

#[test]
fn the_longest_names_are_written() {
    assert_same(|folder| folder.join("n".repeat(255)));
    assert_same(|folder| folder.join("ü".repeat(127)));
    assert_same(|folder| {
        let path = folder.join("n".repeat(255));
        fs::write(&path, "old").unwrap();
        path
    });
}

#[test]
fn names_that_are_no_text_are_written() {
    assert_same(|folder| folder.join(OsStr::from_bytes(b"\xff\xfe-\xc3.csv")));
    assert_same(|folder| folder.join(OsStr::from_bytes(&[0xff; 255])));
    let folder = folder();
    let path = folder.path().join(OsStr::from_bytes(b"\xff.csv"));
    let staged: io::Result<()> = crashsafe::with_path(&path, |staging| {
        assert!(staging.as_os_str().as_bytes().ends_with(b"-\xff.csv"));
        fs::write(staging, "new")
    });
    staged.unwrap();
    assert_eq!(fs::read(path).unwrap(), b"new");
}

#[cfg(not(crashsafe_portable))]
#[test]
fn attributes_and_access_lists_stay() {
    let set = |path: &Path, name: &str, value: &[u8]| {
        rustix::fs::lsetxattr(path, name, value, rustix::fs::XattrFlags::empty())
    };
    if set(&file(folder().path(), 0o644), "user.note", b"kept").is_err() {
        return skip("extended attributes", "this file system has none");
    }
    assert_same(|folder| {
        let path = file(folder, 0o640);
        set(&path, "user.note", b"kept").unwrap();
        set(&path, "user.large", &[7; 2000]).unwrap();
        path
    });
    assert_same(|folder| {
        let path = file(folder, 0o640);
        set(&path, "system.posix_acl_access", &access_list(12345)).unwrap();
        path
    });
    // A new file in a directory with a default list, and an old one that came before the list.
    assert_same(|folder| {
        set(folder, "system.posix_acl_default", &access_list(12345)).unwrap();
        folder.join("file")
    });
    assert_same(|folder| {
        let path = file(folder, 0o664);
        set(folder, "system.posix_acl_default", &access_list(12345)).unwrap();
        path
    });
}

/// A list in the kernel's form (`struct posix_acl_xattr_entry`): the usual three, a user of its own, and a mask.
#[cfg(not(crashsafe_portable))]
fn access_list(user: u32) -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, NOBODY), (2, 6, user), (4, 4, NOBODY), (0x10, 6, NOBODY), (0x20, 0, NOBODY)];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in entries {
        list.extend(tag.to_le_bytes().into_iter().chain(rights.to_le_bytes()).chain(id.to_le_bytes()));
    }
    list
}

#[test]
fn a_pipe_gets_the_bytes_and_stays_a_pipe() {
    let folder = folder();
    let path = folder.path().join("pipe");
    rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let reader = std::thread::spawn({
        let path = path.clone();
        move || fs::read(path).unwrap()
    });
    crashsafe::write(&path, "through").unwrap();
    assert_eq!(reader.join().unwrap(), b"through");
    assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_device_gets_the_bytes_and_stays_a_device() {
    let folder = folder();
    let path = folder.path().join("null");
    // A node of its own with the numbers of /dev/null; the machine's is left alone.
    let made = rustix::fs::mknodat(
        CWD,
        &path,
        FileType::CharacterDevice,
        Mode::from_raw_mode(0o666),
        rustix::fs::makedev(1, 3),
    );
    if made.is_err() {
        return skip("a device", "only the superuser can make one");
    }
    let link = folder.path().join("link");
    symlink("null", &link).unwrap();
    for path in [&path, &link] {
        match crashsafe::write(path, "into nothing") {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return skip("a device", "the file system is mounted without devices");
            }
            Err(error) => panic!("{error}"),
        }
    }
    let mut file = crashsafe::File::create(&link).unwrap();
    file.write_all(b"more").unwrap();
    assert!(!file.commit().unwrap().is_atomic());
    assert!(fs::metadata(&path).unwrap().file_type().is_char_device());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn what_is_open_and_has_no_name_any_more_is_written_to() {
    use std::os::fd::AsRawFd;
    let folder = folder();
    let path = folder.path().join("file");
    let mut file = fs::File::create_new(&path).unwrap();
    file.write_all(b"what was there before").unwrap();
    let again = fs::File::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    crashsafe::write(format!("/proc/self/fd/{}", file.as_raw_fd()), "new").unwrap();
    let mut content = String::new();
    (&again).read_to_string(&mut content).unwrap();
    assert_eq!(content, "new");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn files_of_the_kernel_are_written_to() {
    // Of this process alone, and set to what it is.
    let path = "/proc/self/comm";
    let name = fs::read_to_string(path).unwrap();
    let outcome = crashsafe::Options::new().write(path, name.trim_end()).unwrap();
    assert!(!outcome.is_atomic());
    assert_eq!(fs::read_to_string(path).unwrap(), name);
}

#[cfg(not(crashsafe_portable))]
#[test]
fn a_parent_that_is_renamed_meanwhile_takes_the_file_along() {
    let folder = folder();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    fs::create_dir(&before).unwrap();
    fs::write(before.join("file"), "old").unwrap();
    let mut file = crashsafe::File::create(before.join("file")).unwrap();
    file.write_all(b"new").unwrap();
    fs::rename(&before, &after).unwrap();
    fs::create_dir(&before).unwrap();
    file.commit().unwrap();
    assert_eq!(fs::read(after.join("file")).unwrap(), b"new");
    assert_eq!(fs::read_dir(&before).unwrap().count(), 0);
    assert_eq!(fs::read_dir(&after).unwrap().count(), 1);
}

#[test]
fn the_other_names_of_a_file_keep_the_old_content() {
    let folder = folder();
    let path = file(folder.path(), 0o644);
    let other = folder.path().join("other");
    fs::hard_link(&path, &other).unwrap();
    crashsafe::write(&path, "new").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"what was there before");
    fs::remove_file(&path).unwrap();
    fs::hard_link(&other, &path).unwrap();
    let options = crashsafe::Options::new().hard_links(crashsafe::HardLinks::InPlace).clone();
    assert!(!options.write(&path, "both").unwrap().is_atomic());
    assert_eq!(fs::read(&other).unwrap(), b"both");
    assert_eq!(fs::metadata(&path).unwrap().ino(), fs::metadata(&other).unwrap().ino());
}

#[test]
fn permissions_that_an_open_file_is_given_are_those_of_the_target() {
    for old in [Some(0o644), None] {
        let folder = folder();
        let path = old.map_or_else(|| folder.path().join("file"), |mode| file(folder.path(), mode));
        let mut file = crashsafe::File::create(&path).unwrap();
        file.set_permissions(Permissions::from_mode(0o640)).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
    }
}

#[test]
fn a_mode_is_asked_for_as_with_the_standard_library() {
    let folder = folder();
    let path = folder.path().join("key");
    crashsafe::Options::new().create_new(true).mode(0o600).write(&path, "secret").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    set_mode(&path, 0o640);
    crashsafe::Options::new().mode(0o600).write(&path, "secret").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
}
