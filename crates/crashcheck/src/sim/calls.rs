//! The calls.

use super::inode::Content;
use super::state::{Open, READ, ROOT, State, WRITE};
use super::{Call, Entry, Errno, FileSystem, Handle, Kind, Record, Status};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// How to open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenFlags {
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
    /// It must be a directory.
    pub directory: bool,
    /// A link at the end is an error.
    pub no_follow: bool,
    /// It is created with this mode, and must not exist.
    pub create_new: Option<u32>,
}

impl OpenFlags {
    /// For reading.
    pub fn read() -> Self {
        OpenFlags { read: true, ..Self::default() }
    }

    /// For writing.
    pub fn write() -> Self {
        OpenFlags { write: true, ..Self::default() }
    }

    /// A directory, for reading.
    pub fn directory() -> Self {
        OpenFlags { read: true, directory: true, ..Self::default() }
    }

    /// Only to name it, without any right to it: O_PATH.
    pub fn path() -> Self {
        OpenFlags::default()
    }

    /// A new file of `mode`, for reading and writing.
    pub fn create_new(mode: u32) -> Self {
        OpenFlags { read: true, write: true, create_new: Some(mode), ..Self::default() }
    }
}

impl FileSystem {
    /// Opens `path`, which is relative to `base`, or to `/`.
    pub fn open(&self, base: Option<&Handle>, path: &Path, flags: OpenFlags) -> Result<Handle, Errno> {
        let call = if flags.create_new.is_some() { Call::Create } else { Call::Open };
        let number = self.state().call(call, |state, record| {
            let base = state.base(base);
            let inode = match flags.create_new {
                Some(mode) => state.create(base, path, mode, record)?,
                None => state.existing(base, path, flags)?,
            };
            record.inode = Some(inode);
            let number = state.number();
            state.open.insert(number, Open { inode, offset: 0, reads: flags.read, writes: flags.write });
            Ok(number)
        })?;
        Ok(Handle::new(self.clone(), number))
    }

    /// Creates a file without a name.
    pub fn create_nameless(&self) -> Result<Handle, Errno> {
        let number = self.state().call(Call::Create, |state, record| {
            let inode = state.number();
            let content = super::inode::Inode::new(Content::Bytes(Vec::new()), 0, state.user, 0o600);
            state.inodes.insert(inode, content);
            record.inode = Some(inode);
            let number = state.number();
            state.open.insert(number, Open { inode, offset: 0, reads: true, writes: true });
            Ok(number)
        })?;
        Ok(Handle::new(self.clone(), number))
    }

    /// What `name` in `dir` is, links not followed.
    pub fn stat(&self, dir: &Handle, name: &OsStr) -> Result<Status, Errno> {
        self.state().call(Call::Stat, |state, record| {
            let entry = record.entry.insert(state.entry_of(dir, name));
            let number = state.find(entry)?;
            record.inode = Some(number);
            Ok(state.status(number))
        })
    }

    /// Whether something is mounted on `name` in `dir`.
    pub fn is_mounted(&self, dir: &Handle, name: &OsStr) -> Result<bool, Errno> {
        self.state().call(Call::Stat, |state, record| {
            let entry = record.entry.insert(state.entry_of(dir, name));
            let number = state.find(entry)?;
            Ok(state.inode(number).is_mounted)
        })
    }

    /// Whether `dir` is in a file system of the kernel's own.
    pub fn is_kernels(&self, dir: &Handle) -> Result<bool, Errno> {
        self.state().call(Call::StatFs, |state, _| Ok(state.inode(state.descriptor(dir.number).inode).is_kernels))
    }

    /// The text of the symbolic link `name` in `dir`.
    pub fn read_link(&self, dir: &Handle, name: &OsStr) -> Result<PathBuf, Errno> {
        self.state().call(Call::ReadLink, |state, record| {
            let entry = record.entry.insert(state.entry_of(dir, name));
            match &state.inode(state.find(entry)?).content {
                Content::Link(text) => Ok(text.clone()),
                _ => Err(Errno::EINVAL),
            }
        })
    }

    /// Fails unless the user may write to `name` in `dir`.
    pub fn access_write(&self, dir: &Handle, name: &OsStr) -> Result<(), Errno> {
        self.state().call(Call::Access, |state, record| {
            let entry = record.entry.insert(state.entry_of(dir, name));
            let number = state.find(entry)?;
            state.check(number, WRITE)
        })
    }

    /// The names in `dir`.
    pub fn list(&self, dir: &Handle) -> Result<Vec<OsString>, Errno> {
        self.state().call(Call::List, |state, _| {
            let open = state.descriptor(dir.number);
            if !open.reads {
                return Err(Errno::EBADF);
            }
            Ok(state.names(open.inode)?.keys().cloned().collect())
        })
    }

    /// The extended attributes of `name` in `dir`.
    pub fn attributes(&self, dir: &Handle, name: &OsStr) -> Result<Vec<(OsString, Vec<u8>)>, Errno> {
        self.state().call(Call::GetAttributes, |state, record| {
            let entry = record.entry.insert(state.entry_of(dir, name));
            let inode = state.inode(state.find(entry)?);
            Ok(inode.attributes.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
        })
    }

    /// Creates a directory.
    pub fn make_dir(&self, path: &Path, mode: u32) -> Result<(), Errno> {
        self.state().call(Call::MakeDir, |state, record| {
            let entry = record.entry.insert(state.entry(ROOT, path)?).clone();
            let mode = mode & !state.umask;
            record.inode = Some(state.add(&entry, Content::Names(Default::default()), mode)?);
            Ok(())
        })
    }

    /// Renames, replacing what is there.
    pub fn rename(&self, from: (&Handle, &OsStr), to: (&Handle, &OsStr)) -> Result<(), Errno> {
        self.state().call(Call::Rename, |state, record| state.rename(from, to, record))
    }

    /// Renames to what must not exist.
    pub fn rename_new(&self, from: (&Handle, &OsStr), to: (&Handle, &OsStr)) -> Result<(), Errno> {
        self.state().call(Call::RenameNew, |state, record| match state.lookup(&state.entry_of(to.0, to.1))? {
            Some(_) => Err(Errno::EEXIST),
            None => state.rename(from, to, record),
        })
    }

    /// Gives the file `from` in `dir` the second name `to`.
    pub fn link(&self, dir: &Handle, from: &OsStr, to: &OsStr) -> Result<(), Errno> {
        self.state().call(Call::Link, |state, record| {
            let (from, to) = (state.entry_of(dir, from), state.entry_of(dir, to));
            let number = state.find(&from)?;
            (record.inode, record.entry, record.to) = (Some(number), Some(from), Some(to.clone()));
            if state.lookup(&to)?.is_some() {
                return Err(Errno::EEXIST);
            }
            state.check(to.dir, WRITE)?;
            state.attach(&to, number);
            Ok(())
        })
    }

    /// Removes a name.
    pub fn unlink(&self, dir: &Handle, name: &OsStr) -> Result<(), Errno> {
        self.state().call(Call::Unlink, |state, record| {
            let entry = record.entry.insert(state.entry_of(dir, name)).clone();
            let number = state.find(&entry)?;
            record.inode = Some(number);
            state.check(entry.dir, WRITE)?;
            if state.is_directory(number) {
                return Err(Errno::EISDIR);
            }
            state.detach(&entry);
            Ok(())
        })
    }
}

impl State {
    fn base(&self, base: Option<&Handle>) -> u64 {
        base.map_or(ROOT, |dir| self.descriptor(dir.number).inode)
    }

    fn entry_of(&self, dir: &Handle, name: &OsStr) -> Entry {
        Entry { dir: self.descriptor(dir.number).inode, name: name.to_owned() }
    }

    fn create(&mut self, base: u64, path: &Path, mode: u32, record: &mut Record) -> Result<u64, Errno> {
        let entry = record.entry.insert(self.entry(base, path)?).clone();
        let mode = mode & !self.umask;
        if self.inode(entry.dir).is_kernels {
            return Err(Errno::EACCES);
        }
        self.add(&entry, Content::Bytes(Vec::new()), mode)
    }

    fn existing(&self, base: u64, path: &Path, flags: OpenFlags) -> Result<u64, Errno> {
        let number = match flags.no_follow {
            true => self.find(&self.entry(base, path)?)?,
            false => self.follow(base, path)?,
        };
        let wanted = if flags.read { READ } else { 0 } | if flags.write { WRITE } else { 0 };
        match self.inode(number).kind() {
            Kind::Symlink => Err(Errno::ELOOP),
            Kind::Directory if flags.write => Err(Errno::EISDIR),
            Kind::Regular | Kind::Special if flags.directory => Err(Errno::ENOTDIR),
            _ => self.check(number, wanted).map(|()| number),
        }
    }

    pub(super) fn status(&self, number: u64) -> Status {
        let inode = self.inode(number);
        Status {
            kind: inode.kind(),
            device: inode.device,
            inode: number,
            links: inode.links,
            len: inode.len() as u64,
            owner: inode.owner,
            mode: inode.mode,
        }
    }

    fn rename(&mut self, from: (&Handle, &OsStr), to: (&Handle, &OsStr), record: &mut Record) -> Result<(), Errno> {
        let (from, to) = (self.entry_of(from.0, from.1), self.entry_of(to.0, to.1));
        let number = self.find(&from)?;
        (record.inode, record.entry, record.to) = (Some(number), Some(from.clone()), Some(to.clone()));
        self.check(from.dir, WRITE)?;
        self.check(to.dir, WRITE)?;
        let old = self.lookup(&to)?;
        if old == Some(number) {
            return Ok(());
        }
        self.may_replace(number, old, to.dir)?;
        self.attach(&Entry { ..to.clone() }, number);
        if let Some(old) = old {
            self.inode_mut(old).links -= 1;
            self.forget(old);
        }
        self.detach(&from);
        Ok(())
    }

    /// Fails where a rename would.
    fn may_replace(&self, new: u64, old: Option<u64>, dir: u64) -> Result<(), Errno> {
        if self.inode(new).device != self.inode(dir).device {
            return Err(Errno::EXDEV);
        }
        let Some(old) = old else { return Ok(()) };
        match (self.is_directory(new), self.is_directory(old)) {
            _ if self.inode(old).is_mounted => Err(Errno::EBUSY),
            (false, true) => Err(Errno::EISDIR),
            (true, false) => Err(Errno::ENOTDIR),
            (true, true) if !self.names(old)?.is_empty() => Err(Errno::ENOTEMPTY),
            _ => Ok(()),
        }
    }
}
