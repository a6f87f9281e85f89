//! Every system, through the standard library alone: what a file system does is asked for by path.
//!
//! This is what macOS and Windows get. It is compiled, and passes the tests, on Linux under `--cfg crashsafe_portable`;
//! nothing here is hidden from that compiler but the absence of what Unix adds.

use super::{Access, Attribute, Kind, Life, Mode, Node, System, process};
use crate::name::Maker;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The calls of the standard library.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Portable;

/// A directory, by its absolute path.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

impl Dir {
    fn entry(&self, name: &OsStr) -> PathBuf {
        self.0.join(name)
    }
}

impl System for Portable {
    type Dir = Dir;
    type File = File;

    fn open_dir(&self, base: Option<&Dir>, path: &Path) -> io::Result<Dir> {
        // Absolute, so that a later change of the working directory does no harm.
        let path = base.map_or_else(|| std::path::absolute(path), |base| Ok(base.0.join(path)))?;
        match fs::metadata(&path)?.is_dir() {
            true => Ok(Dir(path)),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn list(&self, dir: &Dir) -> io::Result<Vec<OsString>> {
        fs::read_dir(&dir.0)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn dir_node(&self, dir: &Dir) -> io::Result<Node> {
        Ok(node_of(&fs::metadata(&dir.0)?))
    }

    fn is_kernels(&self, dir: &Dir) -> bool {
        let path = fs::canonicalize(&dir.0).unwrap_or_default();
        path.starts_with("/proc") || path.starts_with("/sys")
    }

    fn follow(&self, path: &Path) -> io::Result<Node> {
        Ok(node_of(&fs::metadata(path)?))
    }

    fn node(&self, dir: &Dir, name: &OsStr) -> io::Result<Node> {
        Ok(node_of(&fs::symlink_metadata(dir.entry(name))?))
    }

    fn read_link(&self, dir: &Dir, name: &OsStr) -> io::Result<PathBuf> {
        fs::read_link(dir.entry(name))
    }

    fn permit_write(&self, dir: &Dir, name: &OsStr) -> io::Result<()> {
        // Opening without truncating changes nothing, and asks the system rather than the mode.
        // atomic-lint: allow(in-place-rewrite): nothing is written
        OpenOptions::new().write(true).open(dir.entry(name)).map(drop)
    }

    fn attributes(&self, _: &Dir, _: &OsStr) -> io::Result<Vec<Attribute>> {
        Ok(Vec::new())
    }

    fn is_mount_point(&self, dir: &Dir, name: &OsStr) -> bool {
        // Nothing but a mount makes the name of a regular file busy.
        self.node(dir, name).is_ok_and(|node| node.kind == Kind::Regular)
    }

    fn create(&self, dir: &Dir, name: &OsStr, mode: u32) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        let _ = mode;
        options.open(dir.entry(name))
    }

    fn create_nameless(&self) -> io::Result<File> {
        let name = crate::name::staging(self.maker(), self.random(), OsStr::new("copy"), crate::name::LONGEST);
        let dir = Dir(std::env::temp_dir());
        let file = self.create(&dir, &name, 0o600)?;
        // Where an open file cannot lose its name, a sweep of the temporary directory finds it.
        let _ = self.unlink(&dir, &name);
        Ok(file)
    }

    fn open(&self, dir: &Dir, name: &OsStr, access: Access) -> io::Result<File> {
        let path = dir.entry(name);
        if !fs::symlink_metadata(&path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        self.open_through(&path, access)
    }

    fn open_through(&self, path: &Path, access: Access) -> io::Result<File> {
        OpenOptions::new().read(access == Access::Read).write(access == Access::Write).open(path)
    }

    fn file_node(&self, file: &File) -> io::Result<Node> {
        Ok(node_of(&file.metadata()?))
    }

    fn set_owner(&self, file: &File, user: Option<u32>, group: Option<u32>) -> io::Result<()> {
        #[cfg(unix)]
        std::os::unix::fs::fchown(file, user, group)?;
        let _ = (file, user, group);
        Ok(())
    }

    fn set_mode(&self, file: &File, mode: &Mode) -> io::Result<()> {
        match mode {
            Mode::Like(permissions) => file.set_permissions(permissions.clone()),
            #[cfg(unix)]
            Mode::Bits(bits) => file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(*bits)),
            #[cfg(not(unix))]
            Mode::Bits(_) => Ok(()),
        }
    }

    fn set_attribute(&self, _: &File, _: &Attribute) -> io::Result<()> {
        Ok(())
    }

    fn remove_attribute(&self, _: &File, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn set_len(&self, file: &File, len: u64) -> io::Result<()> {
        file.set_len(len)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_dir(&self, dir: &Dir) -> io::Result<bool> {
        // Windows opens no directory as a file, and has no such call.
        match File::open(&dir.0) {
            Ok(file) => file.sync_all().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn can_sync_everything(&self, _: &Dir) -> bool {
        false
    }

    fn sync_everything(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: (&Dir, &OsStr), to: (&Dir, &OsStr)) -> io::Result<()> {
        fs::rename(from.0.entry(from.1), to.0.entry(to.1))
    }

    fn rename_new(&self, _: &Dir, _: &OsStr, _: &OsStr) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn link(&self, dir: &Dir, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::hard_link(dir.entry(from), dir.entry(to))
    }

    fn unlink(&self, dir: &Dir, name: &OsStr) -> io::Result<()> {
        fs::remove_file(dir.entry(name))
    }

    fn life(&self, maker: Maker) -> Life {
        // The first process is always there; if it cannot be seen, /proc hides processes.
        let sees_all = Path::new("/proc/1").exists() && process::sees_own_namespace();
        if maker.host == 0 || maker.host != process::host() || !sees_all {
            return Life::Unknown;
        }
        match Path::new(&format!("/proc/{}", maker.pid)).exists() && !process::is_another(maker) {
            true => Life::Alive,
            false => Life::Gone,
        }
    }

    fn denies_for_a_while(&self) -> bool {
        // Windows lets nobody replace a file that a virus scanner or an indexer has just opened.
        cfg!(windows)
    }
}

fn node_of(metadata: &Metadata) -> Node {
    let kind = match metadata.file_type() {
        kind if kind.is_file() => Kind::Regular,
        kind if kind.is_dir() => Kind::Directory,
        kind if kind.is_symlink() => Kind::Symlink,
        _ => Kind::Other,
    };
    #[allow(unused_mut, reason = "only Unix knows more")]
    let mut node = Node {
        kind,
        identity: None,
        links: 1,
        len: metadata.len(),
        owner: None,
        mode: Mode::Like(metadata.permissions()),
        modified: metadata.modified().ok(),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        node.identity = Some((metadata.dev(), metadata.ino()));
        node.links = metadata.nlink();
        node.owner = Some((metadata.uid(), metadata.gid()));
        node.mode = Mode::Bits(metadata.mode() & 0o7777);
    }
    node
}
