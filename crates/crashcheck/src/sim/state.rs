//! Everything there is: inodes, open descriptors, the user, faults to come and the log.

use super::inode::{Content, Inode};
use super::{Call, Effect, Entry, Errno, Fault, Kind, Record};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path};

/// The inode of `/`.
pub(super) const ROOT: u64 = 1;
/// As many links as are followed.
const MOST_LINKS: usize = 40;

/// Rights, as the three bits of a mode.
pub(super) const READ: u32 = 4;
pub(super) const WRITE: u32 = 2;
pub(super) const EXECUTE: u32 = 1;

#[derive(Debug)]
pub(super) struct State {
    pub(super) inodes: BTreeMap<u64, Inode>,
    pub(super) open: BTreeMap<u64, Open>,
    next: u64,
    pub(super) user: (u32, u32),
    pub(super) umask: u32,
    pub(super) longest_name: usize,
    /// How many bytes one write takes at most.
    pub(super) longest_write: usize,
    pub(super) faults: Vec<Fault>,
    pub(super) fired: usize,
    counts: BTreeMap<Call, usize>,
    pub(super) log: Vec<Record>,
}

/// An open descriptor.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) inode: u64,
    pub(super) offset: u64,
    pub(super) reads: bool,
    pub(super) writes: bool,
}

impl Default for State {
    fn default() -> Self {
        let mut root = Inode::new(Content::Names(BTreeMap::new()), 1, (0, 0), 0o755);
        root.links = 2;
        State {
            inodes: BTreeMap::from([(ROOT, root)]),
            open: BTreeMap::new(),
            next: ROOT + 1,
            user: (0, 0),
            umask: 0o022,
            longest_name: 255,
            longest_write: usize::MAX,
            faults: Vec::new(),
            fired: 0,
            counts: BTreeMap::new(),
            log: Vec::new(),
        }
    }
}

impl State {
    /// Runs one call: the fault that is due, the log, and `act`, which fills in what the call was about.
    pub(super) fn call<T>(
        &mut self,
        call: Call,
        act: impl FnOnce(&mut State, &mut Record) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        self.call_on(None, call, act)
    }

    /// Runs one call on an open descriptor.
    pub(super) fn call_on<T>(
        &mut self,
        on: Option<u64>,
        call: Call,
        act: impl FnOnce(&mut State, &mut Record) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let count = self.counts.entry(call).or_default();
        let nth = *count;
        *count += 1;
        let due = self.faults.iter().position(|fault| fault.call == call && fault.nth == nth);
        let fault = due.map(|at| self.faults.remove(at));
        self.fired += usize::from(fault.is_some());
        let mut record = Record::of(call);
        // Known also of a call that fails before it does anything.
        record.inode = on.map(|handle| self.descriptor(handle).inode);
        let result = match fault {
            Some(fault) if fault.effect == Effect::None => Err(fault.errno),
            Some(fault) => act(self, &mut record).and(Err(fault.errno)),
            None => act(self, &mut record),
        };
        record.error = result.as_ref().err().copied();
        self.log.push(record);
        result
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn inode(&self, number: u64) -> &Inode {
        &self.inodes[&number]
    }

    pub(super) fn inode_mut(&mut self, number: u64) -> &mut Inode {
        self.inodes.get_mut(&number).expect("an inode that is named or open is kept")
    }

    pub(super) fn descriptor(&self, handle: u64) -> &Open {
        &self.open[&handle]
    }

    /// The names in a directory.
    pub(super) fn names(&self, dir: u64) -> Result<&BTreeMap<OsString, u64>, Errno> {
        match &self.inode(dir).content {
            Content::Names(names) => Ok(names),
            _ => Err(Errno::ENOTDIR),
        }
    }

    /// What `entry` stands for, if anything.
    pub(super) fn lookup(&self, entry: &Entry) -> Result<Option<u64>, Errno> {
        let names = self.names(entry.dir)?;
        self.check(entry.dir, EXECUTE)?;
        if entry.name.len() > self.longest_name {
            return Err(Errno::ENAMETOOLONG);
        }
        Ok(names.get(&entry.name).copied())
    }

    /// What `entry` stands for.
    pub(super) fn find(&self, entry: &Entry) -> Result<u64, Errno> {
        self.lookup(entry)?.ok_or(Errno::ENOENT)
    }

    /// Fails unless the user has the rights `wanted` for an inode.
    pub(super) fn check(&self, number: u64, wanted: u32) -> Result<(), Errno> {
        let inode = self.inode(number);
        let shift = match () {
            () if self.user.0 == 0 => return Ok(()),
            () if self.user.0 == inode.owner.0 => 6,
            () if self.user.1 == inode.owner.1 => 3,
            () => 0,
        };
        if inode.mode >> shift & wanted == wanted { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// The entry that `path` names last, links before it followed.
    pub(super) fn entry(&self, base: u64, path: &Path) -> Result<Entry, Errno> {
        self.walk(base, path, &mut 0)
    }

    /// The inode that `path` leads to, all links followed.
    pub(super) fn follow(&self, base: u64, path: &Path) -> Result<u64, Errno> {
        let mut links = 0;
        self.follow_within(base, path, &mut links)
    }

    fn follow_within(&self, base: u64, path: &Path, links: &mut usize) -> Result<u64, Errno> {
        let entry = self.walk(base, path, links)?;
        self.follow_entry(&entry, links)
    }

    fn follow_entry(&self, entry: &Entry, links: &mut usize) -> Result<u64, Errno> {
        let number = if entry.name.is_empty() { entry.dir } else { self.find(entry)? };
        let Content::Link(text) = &self.inode(number).content else { return Ok(number) };
        *links += 1;
        if *links > MOST_LINKS {
            return Err(Errno::ELOOP);
        }
        self.follow_within(entry.dir, text, links)
    }

    /// An empty name stands for the directory itself.
    fn walk(&self, base: u64, path: &Path, links: &mut usize) -> Result<Entry, Errno> {
        if path.as_os_str().is_empty() {
            return Err(Errno::ENOENT);
        }
        let mut at = Entry { dir: base, name: OsString::new() };
        for component in path.components() {
            let dir = self.follow_entry(&at, links)?;
            at = match component {
                Component::RootDir | Component::Prefix(_) => Entry { dir: ROOT, name: OsString::new() },
                Component::CurDir => Entry { dir, name: OsString::new() },
                Component::ParentDir => Entry { dir: self.parent(dir), name: OsString::new() },
                Component::Normal(name) => Entry { dir, name: name.to_owned() },
            };
        }
        self.names(at.dir)?;
        Ok(at)
    }

    fn parent(&self, dir: u64) -> u64 {
        let holds =
            |inode: &Inode| matches!(&inode.content, Content::Names(names) if names.values().any(|n| *n == dir));
        self.inodes.iter().find(|(_, inode)| holds(inode)).map_or(ROOT, |(number, _)| *number)
    }

    /// Puts a new inode at `entry`.
    pub(super) fn add(&mut self, entry: &Entry, content: Content, mode: u32) -> Result<u64, Errno> {
        if self.lookup(entry)?.is_some() || entry.name.is_empty() {
            return Err(Errno::EEXIST);
        }
        self.check(entry.dir, WRITE | EXECUTE)?;
        let device = self.inode(entry.dir).device;
        let number = self.number();
        self.inodes.insert(number, Inode::new(content, device, self.user, mode));
        self.attach(entry, number);
        Ok(number)
    }

    /// Names an inode.
    pub(super) fn attach(&mut self, entry: &Entry, number: u64) {
        self.inode_mut(number).links += 1;
        if let Content::Names(names) = &mut self.inode_mut(entry.dir).content {
            names.insert(entry.name.clone(), number);
        }
    }

    /// Takes a name away, and the inode with it if that was the last one.
    pub(super) fn detach(&mut self, entry: &Entry) {
        let Content::Names(names) = &mut self.inode_mut(entry.dir).content else { return };
        let Some(number) = names.remove(OsStr::new(&entry.name)) else { return };
        self.inode_mut(number).links -= 1;
        self.forget(number);
    }

    /// Drops an inode that has neither name nor descriptor.
    pub(super) fn forget(&mut self, number: u64) {
        let is_open = self.open.values().any(|open| open.inode == number);
        if !is_open && self.inode(number).links == 0 {
            self.inodes.remove(&number);
        }
    }

    pub(super) fn is_directory(&self, number: u64) -> bool {
        self.inode(number).kind() == Kind::Directory
    }
}
