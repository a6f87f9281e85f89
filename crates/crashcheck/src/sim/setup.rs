//! What stands outside of the program under test: preparing a tree, planning faults, and looking at what is left.
//!
//! Nothing of this is logged, and nothing of it fails by a planned fault.

use super::inode::Content;
use super::state::{ROOT, State};
use super::{Entry, Errno, Fault, FileSystem, Kind, Record};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// One file, as somebody sees it who looks at the whole tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is.
    pub kind: Kind,
    /// Its bytes; of a link its text, of a pipe or device all that was written to it.
    pub content: Vec<u8>,
    /// Twelve bits.
    pub mode: u32,
    /// User and group.
    pub owner: (u32, u32),
    /// Its extended attributes.
    pub attributes: BTreeMap<OsString, Vec<u8>>,
    /// Its number, by which two names of one file are known.
    pub inode: u64,
}

impl FileSystem {
    /// Adds a regular file.
    pub fn add_file(&self, path: &str, content: &[u8], mode: u32) {
        self.add(path, Content::Bytes(content.to_owned()), mode);
    }

    /// Adds a directory.
    pub fn add_dir(&self, path: &str, mode: u32) {
        self.add(path, Content::Names(BTreeMap::new()), mode);
    }

    /// Adds a symbolic link.
    pub fn add_link(&self, path: &str, text: &str) {
        self.add(path, Content::Link(PathBuf::from(text)), 0o777);
    }

    /// Adds a pipe or device.
    pub fn add_special(&self, path: &str, mode: u32) {
        self.add(path, Content::Special(Vec::new()), mode);
    }

    /// Gives the file at `path` a second name.
    pub fn add_name(&self, path: &str, name: &str) {
        self.unchecked(|state| {
            let number = state.follow(ROOT, Path::new(path))?;
            let entry = state.entry(ROOT, Path::new(name))?;
            state.attach(&entry, number);
            Ok(())
        });
    }

    fn add(&self, path: &str, content: Content, mode: u32) {
        self.unchecked(|state| {
            let entry = state.entry(ROOT, Path::new(path))?;
            state.add(&entry, content, mode).map(drop)
        });
    }

    /// Gives what is at `path` to user and group.
    pub fn own(&self, path: &str, owner: (u32, u32)) {
        self.change(path, |state, number| state.inode_mut(number).owner = owner);
    }

    /// Sets an extended attribute of what is at `path`.
    pub fn attribute(&self, path: &str, name: &str, value: &[u8]) {
        self.change(path, |state, number| {
            state.inode_mut(number).attributes.insert(name.into(), value.to_owned());
        });
    }

    /// Mounts something on the file `path`.
    pub fn mount(&self, path: &str) {
        self.change(path, |state, number| state.inode_mut(number).is_mounted = true);
    }

    /// Makes the directory `path` one of another device.
    pub fn other_device(&self, path: &str) {
        self.change(path, |state, number| state.inode_mut(number).device += 1);
    }

    /// Makes the directory `path` one of the kernel's.
    pub fn kernels(&self, path: &str) {
        self.change(path, |state, number| state.inode_mut(number).is_kernels = true);
    }

    fn change(&self, path: &str, change: impl FnOnce(&mut State, u64)) {
        self.unchecked(|state| {
            let number = state.follow(ROOT, Path::new(path))?;
            change(state, number);
            Ok(())
        });
    }

    /// Works as the superuser without a trace.
    ///
    /// # Panics
    /// If it fails: a tree that is not what the test means it to be proves nothing.
    fn unchecked(&self, act: impl FnOnce(&mut State) -> Result<(), Errno>) {
        let mut state = self.state();
        let user = std::mem::take(&mut state.user);
        let result = act(&mut state);
        state.user = user;
        result.expect("the tree can be prepared as the test says");
    }

    /// Lets `user` and group make the calls from now on.
    pub fn become_user(&self, user: u32, group: u32) {
        self.state().user = (user, group);
    }

    /// Sets the umask.
    pub fn set_umask(&self, umask: u32) {
        self.state().umask = umask;
    }

    /// Sets the length of the longest name.
    pub fn set_longest_name(&self, len: usize) {
        self.state().longest_name = len;
    }

    /// Lets one write take at most `len` bytes.
    pub fn set_longest_write(&self, len: usize) {
        self.state().longest_write = len;
    }

    /// Plans a failure.
    pub fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// How many planned failures have happened.
    pub fn fired(&self) -> usize {
        self.state().fired
    }

    /// All calls so far.
    pub fn log(&self) -> Vec<Record> {
        self.state().log.clone()
    }

    /// How many descriptors are open.
    pub fn open_handles(&self) -> usize {
        self.state().open.len()
    }

    /// Every name in the file system and what it stands for, links not followed.
    pub fn tree(&self) -> BTreeMap<PathBuf, Seen> {
        let state = self.state();
        let mut tree = BTreeMap::new();
        let mut folders = vec![(PathBuf::from("/"), ROOT)];
        while let Some((folder, number)) = folders.pop() {
            let Content::Names(names) = &state.inode(number).content else { continue };
            for (name, number) in names {
                let path = folder.join(name);
                tree.insert(path.clone(), state.seen(*number));
                folders.push((path, *number));
            }
        }
        tree
    }

    /// The inode of `entry`, if there is one.
    pub fn inode_at(&self, entry: &Entry) -> Option<u64> {
        self.state().lookup(entry).ok().flatten()
    }
}

impl State {
    fn seen(&self, number: u64) -> Seen {
        let inode = self.inode(number);
        let content = match &inode.content {
            Content::Bytes(bytes) | Content::Special(bytes) => bytes.clone(),
            Content::Link(text) => text.as_os_str().as_encoded_bytes().to_owned(),
            Content::Names(_) => Vec::new(),
        };
        let (kind, mode, owner) = (inode.kind(), inode.mode, inode.owner);
        Seen { kind, content, mode, owner, attributes: inode.attributes.clone(), inode: number }
    }
}
