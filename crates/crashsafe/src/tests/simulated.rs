//! The simulated file system as a [`System`].

use crate::name::Maker;
use crate::sys::{ACCESS_LIST, Access, Attribute, Kind, Life, Mode, Node, System};
use crashcheck::sim::{self, Errno, FileSystem, Handle, OpenFlags, Status};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The process that all simulated writes are made by.
pub(super) const MAKER: Maker = Maker { host: 7, pid: 100, start: 1 };
/// A process of the same host that is no more.
pub(super) const DEAD: Maker = Maker { host: 7, pid: 99, start: 1 };

/// A simulated file system, and what the process that uses it can do.
#[derive(Clone, Debug, Default)]
pub(super) struct Sim {
    pub(super) fs: FileSystem,
    pub(super) random: Arc<AtomicU64>,
    /// Whether syncing everything may be relied on.
    pub(super) syncs_everything: bool,
    /// Whether the system knows renames that replace nothing.
    pub(super) lacks_rename_new: bool,
}

/// An open directory.
#[derive(Debug)]
pub(super) struct Dir {
    handle: Handle,
    is_readable: bool,
}

impl System for Sim {
    type Dir = Dir;
    type File = Handle;

    fn open_dir(&self, base: Option<&Dir>, path: &Path) -> io::Result<Dir> {
        let base = base.map(|dir| &dir.handle);
        match self.fs.open(base, path, OpenFlags::directory()) {
            Ok(handle) => Ok(Dir { handle, is_readable: true }),
            Err(Errno::EACCES) => {
                let handle = self.fs.open(base, path, OpenFlags { directory: true, ..OpenFlags::path() })?;
                Ok(Dir { handle, is_readable: false })
            }
            Err(errno) => Err(errno.into()),
        }
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        Ok(self.fs.make_dir(path, 0o777)?)
    }

    fn list(&self, dir: &Dir) -> io::Result<Vec<OsString>> {
        Ok(self.fs.list(&dir.handle)?)
    }

    fn dir_node(&self, dir: &Dir) -> io::Result<Node> {
        Ok(node_of(&dir.handle.stat()?))
    }

    fn is_kernels(&self, dir: &Dir) -> bool {
        self.fs.is_kernels(&dir.handle).unwrap_or(false)
    }

    fn follow(&self, path: &Path) -> io::Result<Node> {
        Ok(node_of(&self.fs.open(None, path, OpenFlags::path())?.stat()?))
    }

    fn node(&self, dir: &Dir, name: &OsStr) -> io::Result<Node> {
        Ok(node_of(&self.fs.stat(&dir.handle, name)?))
    }

    fn read_link(&self, dir: &Dir, name: &OsStr) -> io::Result<PathBuf> {
        Ok(self.fs.read_link(&dir.handle, name)?)
    }

    fn permit_write(&self, dir: &Dir, name: &OsStr) -> io::Result<()> {
        Ok(self.fs.access_write(&dir.handle, name)?)
    }

    fn attributes(&self, dir: &Dir, name: &OsStr) -> io::Result<Vec<Attribute>> {
        let all = self.fs.attributes(&dir.handle, name)?.into_iter();
        let kept = all.filter(|(name, _)| name == ACCESS_LIST || name.to_str().unwrap().starts_with("user."));
        Ok(kept.map(|(name, value)| Attribute { name, value }).collect())
    }

    fn is_mount_point(&self, dir: &Dir, name: &OsStr) -> bool {
        self.fs.is_mounted(&dir.handle, name).unwrap_or(false)
    }

    fn create(&self, dir: &Dir, name: &OsStr, mode: u32) -> io::Result<Handle> {
        Ok(self.fs.open(Some(&dir.handle), Path::new(name), OpenFlags::create_new(mode))?)
    }

    fn create_nameless(&self) -> io::Result<Handle> {
        Ok(self.fs.create_nameless()?)
    }

    fn open(&self, dir: &Dir, name: &OsStr, access: Access) -> io::Result<Handle> {
        let flags = OpenFlags { no_follow: true, ..flags_of(access) };
        Ok(self.fs.open(Some(&dir.handle), Path::new(name), flags)?)
    }

    fn open_through(&self, path: &Path, access: Access) -> io::Result<Handle> {
        Ok(self.fs.open(None, path, flags_of(access))?)
    }

    fn file_node(&self, file: &Handle) -> io::Result<Node> {
        Ok(node_of(&file.stat()?))
    }

    fn set_owner(&self, file: &Handle, user: Option<u32>, group: Option<u32>) -> io::Result<()> {
        Ok(file.set_owner(user, group)?)
    }

    fn set_mode(&self, file: &Handle, mode: &Mode) -> io::Result<()> {
        match mode {
            Mode::Bits(bits) => Ok(file.set_mode(*bits)?),
            Mode::Like(_) => unreachable!("the simulated file system has modes"),
        }
    }

    fn set_attribute(&self, file: &Handle, attribute: &Attribute) -> io::Result<()> {
        Ok(file.set_attribute(&attribute.name, &attribute.value)?)
    }

    fn remove_attribute(&self, file: &Handle, name: &str) -> io::Result<()> {
        Ok(file.remove_attribute(OsStr::new(name))?)
    }

    fn set_len(&self, file: &Handle, len: u64) -> io::Result<()> {
        Ok(file.truncate(len)?)
    }

    fn sync(&self, file: &Handle) -> io::Result<()> {
        Ok(file.sync()?)
    }

    fn sync_dir(&self, dir: &Dir) -> io::Result<bool> {
        if dir.is_readable {
            dir.handle.sync()?;
        }
        Ok(dir.is_readable)
    }

    fn can_sync_everything(&self, _: &Dir) -> bool {
        self.syncs_everything
    }

    fn sync_everything(&self, file: &Handle) -> io::Result<()> {
        Ok(file.sync_fs()?)
    }

    fn rename(&self, from: (&Dir, &OsStr), to: (&Dir, &OsStr)) -> io::Result<()> {
        Ok(self.fs.rename((&from.0.handle, from.1), (&to.0.handle, to.1))?)
    }

    fn rename_new(&self, dir: &Dir, from: &OsStr, to: &OsStr) -> io::Result<()> {
        if self.lacks_rename_new {
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(self.fs.rename_new((&dir.handle, from), (&dir.handle, to))?)
    }

    fn link(&self, dir: &Dir, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(self.fs.link(&dir.handle, from, to)?)
    }

    fn unlink(&self, dir: &Dir, name: &OsStr) -> io::Result<()> {
        Ok(self.fs.unlink(&dir.handle, name)?)
    }

    fn maker(&self) -> Maker {
        MAKER
    }

    fn life(&self, maker: Maker) -> Life {
        match maker {
            MAKER => Life::Alive,
            DEAD => Life::Gone,
            _ => Life::Unknown,
        }
    }

    fn random(&self) -> u64 {
        self.random.fetch_add(1, Ordering::Relaxed)
    }
}

fn flags_of(access: Access) -> OpenFlags {
    match access {
        Access::Read => OpenFlags::read(),
        Access::Write => OpenFlags::write(),
    }
}

fn node_of(status: &Status) -> Node {
    let kind = match status.kind {
        sim::Kind::Regular => Kind::Regular,
        sim::Kind::Directory => Kind::Directory,
        sim::Kind::Symlink => Kind::Symlink,
        sim::Kind::Special => Kind::Other,
    };
    Node {
        kind,
        identity: Some((status.device, status.inode)),
        links: status.links,
        len: status.len,
        owner: Some(status.owner),
        mode: Mode::Bits(status.mode),
        modified: None,
    }
}
