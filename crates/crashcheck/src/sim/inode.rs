//! What a name stands for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// What an inode is, without what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A pipe, a socket or a device.
    Special,
}

/// What is known of an inode without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it is.
    pub kind: Kind,
    /// The device it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// How many names it has.
    pub links: u64,
    /// How many bytes it holds.
    pub len: u64,
    /// Its user and group.
    pub owner: (u32, u32),
    /// Twelve bits.
    pub mode: u32,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    Names(BTreeMap<OsString, u64>),
    Link(PathBuf),
    /// What was written to it is kept, so that tests can see it.
    Special(Vec<u8>),
}

#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub(super) content: Content,
    pub(super) device: u64,
    pub(super) links: u64,
    pub(super) owner: (u32, u32),
    pub(super) mode: u32,
    pub(super) attributes: BTreeMap<OsString, Vec<u8>>,
    /// Whether something is mounted on it.
    pub(super) is_mounted: bool,
    /// Whether it is the kernel's own.
    pub(super) is_kernels: bool,
}

impl Inode {
    pub(super) fn new(content: Content, device: u64, owner: (u32, u32), mode: u32) -> Self {
        let attributes = BTreeMap::new();
        Inode { content, device, links: 0, owner, mode, attributes, is_mounted: false, is_kernels: false }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.content {
            Content::Bytes(_) => Kind::Regular,
            Content::Names(_) => Kind::Directory,
            Content::Link(_) => Kind::Symlink,
            Content::Special(_) => Kind::Special,
        }
    }

    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Bytes(bytes) => bytes.len(),
            Content::Link(text) => text.as_os_str().len(),
            Content::Names(_) | Content::Special(_) => 0,
        }
    }
}
