//! What was called, in order: for tests of the order, and material for whoever asks what a power failure leaves.

use super::Errno;
use std::ffi::OsString;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Opening something that exists.
    Open,
    /// Opening with the order to create.
    Create,
    /// Closing; it never fails, and forces nothing.
    Close,
    /// Asking what something is.
    Stat,
    /// Asking which file system something is on.
    StatFs,
    /// Asking for a right.
    Access,
    /// Reading the text of a symbolic link.
    ReadLink,
    /// Listing a directory.
    List,
    /// Reading from a file.
    Read,
    /// Writing to a file.
    Write,
    /// Moving the offset.
    Seek,
    /// Setting a length.
    Truncate,
    /// Changing a mode.
    Chmod,
    /// Changing an owner.
    Chown,
    /// Reading extended attributes.
    GetAttributes,
    /// Setting an extended attribute.
    SetAttribute,
    /// Removing an extended attribute.
    RemoveAttribute,
    /// Syncing a file or a directory.
    Sync,
    /// Syncing a file system.
    SyncFs,
    /// Creating a directory.
    MakeDir,
    /// Renaming.
    Rename,
    /// Renaming to what must not exist.
    RenameNew,
    /// Giving a second name.
    Link,
    /// Removing a name.
    Unlink,
}

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The inode of the directory.
    pub dir: u64,
    /// The name in it.
    pub name: OsString,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Of which kind.
    pub call: Call,
    /// The inode that it was about, if that was known.
    pub inode: Option<u64>,
    /// The entry that it was about: that which was created, renamed from, or removed.
    pub entry: Option<Entry>,
    /// The entry that was renamed to.
    pub to: Option<Entry>,
    /// At which offset of the file it read or wrote, and how many bytes.
    pub bytes: Option<(u64, u64)>,
    /// Whether it failed.
    pub error: Option<Errno>,
}

impl Record {
    pub(super) fn of(call: Call) -> Self {
        Record { call, inode: None, entry: None, to: None, bytes: None, error: None }
    }
}
