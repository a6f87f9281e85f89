//! What depends on who writes, and what only the superuser can prepare.

use crate::tree::{skip, snapshot, sponge, staging_files};
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Somebody without any rights.
const NOBODY: u32 = 65534;
/// The attribute that holds an access list.
const ACCESS_LIST: &str = "system.posix_acl_access";
/// Somebody else.
const OTHER: u32 = 12345;

/// A directory that anybody may enter, with the example program in it.
struct Stage {
    folder: TempDir,
}

impl Stage {
    /// `None`, loudly, unless the superuser runs the tests.
    fn new(what: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip(what, "only the superuser can act as somebody else");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        set_mode(folder.path(), 0o755);
        // By a process of its own: what this one has open for writing, a fork of another test keeps open.
        assert!(Command::new("cp").arg(sponge()).arg(folder.path()).status().unwrap().success());
        Some(Stage { folder })
    }

    /// A new directory of `owner`, prepared with a file.
    fn prepare(&self, name: &str, owner: u32, folder_mode: u32, file_mode: u32, file_owner: u32) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let file = folder.join("file");
        fs::write(&file, "what was there before").unwrap();
        chown(&file, Some(file_owner), Some(file_owner)).unwrap();
        set_mode(&file, file_mode);
        chown(&folder, Some(owner), Some(owner)).unwrap();
        set_mode(&folder, folder_mode);
        folder
    }

    /// Runs `program` as nobody and gives it "new" to read.
    fn run_as_nobody(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).uid(NOBODY).gid(NOBODY);
        feed(command)
    }

    fn write_as_nobody(&self, arguments: &[&str]) -> Output {
        self.run_as_nobody("./sponge", arguments)
    }
}

fn feed(mut command: Command) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let Err(error) = child.stdin.take().unwrap().write_all(b"new") {
        // A copy does not read it, and may have ended already.
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    }
    child.wait_with_output().unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn files_of_others_stay_theirs_when_the_superuser_writes() {
    let Some(stage) = Stage::new("files of others") else { return };
    for mode in [0o640, 0o600, 0o4755] {
        let plain = stage.prepare(&format!("plain-{mode:o}"), OTHER, 0o755, mode, OTHER);
        let ours = stage.prepare(&format!("ours-{mode:o}"), OTHER, 0o755, mode, OTHER);
        fs::write(plain.join("file"), "new").unwrap();
        crashsafe::write(ours.join("file"), "new").unwrap();
        assert_eq!(snapshot(&ours), snapshot(&plain));
    }
}

#[test]
fn a_read_only_file_is_refused_as_a_write_is() {
    let Some(stage) = Stage::new("read-only files") else { return };
    let folder = stage.prepare("a", NOBODY, 0o755, 0o444, NOBODY);
    let output = stage.write_as_nobody(&["a/file"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(says(&output).contains("denied"), "{}", says(&output));
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"what was there before");
    assert_eq!(staging_files(&folder).len(), 0);
}

#[test]
fn bits_that_run_a_program_as_somebody_go_when_its_owner_writes() {
    let Some(stage) = Stage::new("set-user bits") else { return };
    for mode in [0o4755, 0o2755, 0o6755, 0o2644] {
        let plain = stage.prepare(&format!("plain-{mode:o}"), NOBODY, 0o755, mode, NOBODY);
        let ours = stage.prepare(&format!("ours-{mode:o}"), NOBODY, 0o755, mode, NOBODY);
        let script = format!("cat > plain-{mode:o}/file");
        assert!(stage.run_as_nobody("sh", &["-c", &script]).status.success());
        assert!(stage.write_as_nobody(&[&format!("ours-{mode:o}/file")]).status.success());
        assert_eq!(snapshot(&ours), snapshot(&plain));
    }
}

#[test]
fn a_directory_that_cannot_be_listed_can_be_written_to() {
    let Some(stage) = Stage::new("a directory of mode -wx") else { return };
    let folder = stage.prepare("a", NOBODY, 0o333, 0o644, NOBODY);
    for how in ["write", "file", "buffered", "batch", "with-path", "write-if-changed"] {
        let output = stage.write_as_nobody(&["--how", how, "a/file"]);
        // The portable module asks the system for a sync of the directory, which may be refused or not.
        assert!(output.status.success(), "{how}: {}", says(&output));
        assert_eq!(fs::read(folder.join("file")).unwrap(), b"new");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn in_a_directory_that_takes_no_file_the_error_names_the_way_out() {
    let Some(stage) = Stage::new("a read-only directory") else { return };
    let folder = stage.prepare("a", OTHER, 0o755, 0o666, OTHER);
    let refused = stage.write_as_nobody(&["a/file"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(says(&refused).contains("Fallback::InPlace"), "{}", says(&refused));
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"what was there before");
    let inode = fs::metadata(folder.join("file")).unwrap().ino();
    assert!(stage.write_as_nobody(&["--in-place", "a/file"]).status.success());
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"new");
    assert_eq!(fs::metadata(folder.join("file")).unwrap().ino(), inode);
}

#[test]
fn a_file_of_somebody_else_that_may_be_replaced_grants_nobody_more() {
    let Some(stage) = Stage::new("a file of somebody else") else { return };
    let folder = stage.prepare("a", NOBODY, 0o755, 0o4676, OTHER);
    assert!(stage.write_as_nobody(&["a/file"]).status.success());
    let metadata = fs::metadata(folder.join("file")).unwrap();
    assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o7777), (NOBODY, NOBODY, 0o666));
}

#[test]
fn a_copy_by_somebody_runs_as_nobody_else() {
    let Some(stage) = Stage::new("copies of set-user programs") else { return };
    for mode in [0o4755, 0o2755, 0o6755] {
        let folder = stage.prepare(&format!("copied-{mode:o}"), NOBODY, 0o755, mode, OTHER);
        let (from, to) = (format!("copied-{mode:o}/file"), format!("copied-{mode:o}/copy"));
        // Once where there is nothing yet, and once over the first copy.
        for _ in 0..2 {
            let output = stage.write_as_nobody(&["--how", "copy", "--from", &from, &to]);
            assert!(output.status.success(), "{}", says(&output));
            assert_eq!(fs::metadata(folder.join("copy")).unwrap().mode() & 0o7777, 0o755);
        }
    }
}

#[test]
fn an_access_list_grants_another_group_nothing() {
    let Some(stage) = Stage::new("an access list of another group") else { return };
    let folder = stage.prepare("a", NOBODY, 0o755, 0o660, OTHER);
    let entry = |tag: u8, permissions: u8, id: u32| {
        let [a, b, c, d] = id.to_le_bytes();
        [tag, 0, permissions, 0, a, b, c, d]
    };
    let list = |group| {
        let none = u32::MAX;
        let entries =
            [entry(1, 6, none), entry(2, 6, NOBODY), entry(4, group, none), entry(16, 6, none), entry(32, 0, none)];
        [&[2, 0, 0, 0], entries.as_flattened()].concat()
    };
    let file = folder.join("file");
    if let Err(error) = rustix::fs::setxattr(&file, ACCESS_LIST, &list(6), rustix::fs::XattrFlags::empty()) {
        return skip("an access list of another group", &error.to_string());
    }
    let output = stage.write_as_nobody(&["a/file"]);
    assert!(output.status.success(), "{}", says(&output));
    assert_eq!(fs::metadata(&file).unwrap().gid(), NOBODY);
    let mut value = [0; 64];
    match rustix::fs::getxattr(&file, ACCESS_LIST, &mut value) {
        Ok(len) => assert_eq!(value[..len], list(0)),
        // The portable module keeps no list, and then the group's bits say it.
        Err(_) => assert_eq!(fs::metadata(&file).unwrap().mode() & 0o070, 0),
    }
}

#[test]
fn a_file_that_is_mounted_by_itself_is_named_as_such() {
    let Some(stage) = Stage::new("a single-file bind mount") else { return };
    let folder = stage.prepare("a", 0, 0o755, 0o644, 0);
    fs::write(stage.folder.path().join("source"), "mounted").unwrap();
    let in_mount = |arguments: &str| {
        let script = format!("mount --bind source a/file && exec ./sponge {arguments} a/file");
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", &script]).current_dir(stage.folder.path());
        feed(command)
    };
    let refused = in_mount("");
    if says(&refused).contains("unshare") || says(&refused).contains("mount:") {
        return skip("a single-file bind mount", says(&refused).trim());
    }
    assert_eq!(refused.status.code(), Some(1));
    assert!(says(&refused).contains("mounted on the file itself"), "{}", says(&refused));
    assert_eq!(fs::read(stage.folder.path().join("source")).unwrap(), b"mounted");
    let allowed = in_mount("--in-place");
    assert!(allowed.status.success(), "{}", says(&allowed));
    assert_eq!(fs::read(stage.folder.path().join("source")).unwrap(), b"new");
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"what was there before");
    assert_eq!(staging_files(&folder).len(), 0);
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let Some(stage) = Stage::new("a full disk") else { return };
    let folder = stage.prepare("a", 0, 0o755, 0o644, 0);
    for how in ["write", "file", "buffered", "batch", "with-path", "write-if-changed", "copy"] {
        let (input, from) = if how == "copy" { ("", "--from large") } else { ("cat large |", "") };
        let script = format!(
            "mount -t tmpfs -o size=64k none a && printf old > a/file && head -c 1000000 /dev/zero > large || exit 9
            {input} ./sponge --in-place --how {how} {from} a/file
            code=$?
            [ \"$(cat a/file)\" = old ] || exit 8
            [ \"$(ls -A a)\" = file ] || exit 7
            exit $code"
        );
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", &script]).current_dir(stage.folder.path());
        let output = feed(command);
        if output.status.code() == Some(9) || says(&output).contains("unshare") {
            return skip("a full disk", says(&output).trim());
        }
        assert_eq!(output.status.code(), Some(1), "{how}: {}", says(&output));
        assert!(says(&output).to_lowercase().contains("space"), "{how}: {}", says(&output));
    }
    assert_eq!(fs::read(folder.join("file")).unwrap(), b"what was there before");
}
