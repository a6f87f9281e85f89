//! The system calls that the protocol is made of, behind one trait, so that the protocol can be run on a file system
//! that fails on demand.
//!
//! Which implementation is the real one is decided here and nowhere else. No policy lives below this line: each method
//! does one thing, retries nothing, and says what went wrong.

use crate::name::Maker;
use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::fs::Permissions;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

#[cfg(all(target_os = "linux", not(crashsafe_portable)))]
mod linux;
#[cfg(not(all(target_os = "linux", not(crashsafe_portable))))]
mod portable;
mod process;

/// The system that the public API works on.
#[cfg(all(target_os = "linux", not(crashsafe_portable)))]
pub(crate) use linux::Linux as Native;
/// The system that the public API works on.
#[cfg(not(all(target_os = "linux", not(crashsafe_portable))))]
pub(crate) use portable::Portable as Native;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Regular,
    Directory,
    Symlink,
    /// A device, a pipe or a socket.
    Other,
}

/// Who may do what with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The twelve bits of POSIX.
    Bits(u32),
    /// Whatever the standard library has read, on systems where that is all there is.
    #[cfg_attr(unix, allow(dead_code, reason = "Unix has the bits"))]
    Like(Permissions),
}

/// What is known of a file without opening it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Device and number, where there is such a thing.
    pub(crate) identity: Option<(u64, u64)>,
    pub(crate) links: u64,
    pub(crate) len: u64,
    /// User and group, where there is such a thing.
    pub(crate) owner: Option<(u32, u32)>,
    pub(crate) mode: Mode,
    pub(crate) modified: Option<SystemTime>,
}

impl Node {
    /// Whether both are the same file for certain.
    pub(crate) fn is(&self, other: &Node) -> bool {
        self.identity.is_some() && self.identity == other.identity
    }
}

/// An extended attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: OsString,
    pub(crate) value: Vec<u8>,
}

/// The attribute that holds a POSIX access control list.
pub(crate) const ACCESS_LIST: &str = "system.posix_acl_access";

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// What is known of the process that made a staging file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Alive,
    Gone,
    Unknown,
}

/// A file system, and the process that uses it.
///
/// Paths are only used to open directories and what is written through; everything else is a name in an open directory,
/// and symbolic links are never followed there.
pub(crate) trait System: Clone + Debug + Send + Sync + 'static {
    /// An open directory.
    type Dir: Debug + Send + Sync;
    /// An open file.
    type File: io::Read + io::Write + io::Seek + Debug + Send + Sync;

    /// Opens the directory `path`, which is relative to `base` if there is one.
    fn open_dir(&self, base: Option<&Self::Dir>, path: &Path) -> io::Result<Self::Dir>;
    /// Creates the directory `path`.
    fn make_dir(&self, path: &Path) -> io::Result<()>;
    /// The names in `dir`.
    fn list(&self, dir: &Self::Dir) -> io::Result<Vec<OsString>>;
    /// What `dir` is.
    fn dir_node(&self, dir: &Self::Dir) -> io::Result<Node>;
    /// Whether files in `dir` are the kernel's own words, as in `/proc`.
    fn is_kernels(&self, dir: &Self::Dir) -> bool;

    /// What `path` leads to when the system follows it, with all of the system's checks.
    fn follow(&self, path: &Path) -> io::Result<Node>;
    /// What `name` is.
    fn node(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<Node>;
    /// Where the symbolic link `name` points to.
    fn read_link(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<PathBuf>;
    /// Fails if this process may not write to the file `name`.
    fn permit_write(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<()>;
    /// The extended attributes of `name` that belong to its content.
    fn attributes(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<Vec<Attribute>>;
    /// Whether something is mounted on `name` itself.
    fn is_mount_point(&self, dir: &Self::Dir, name: &OsStr) -> bool;

    /// Creates the file `name`, which must not exist, for reading and writing.
    fn create(&self, dir: &Self::Dir, name: &OsStr, mode: u32) -> io::Result<Self::File>;
    /// Creates a file without a name, which need not survive the process.
    fn create_nameless(&self) -> io::Result<Self::File>;
    /// Opens the file `name`.
    fn open(&self, dir: &Self::Dir, name: &OsStr, access: Access) -> io::Result<Self::File>;
    /// Opens whatever `path` leads to.
    fn open_through(&self, path: &Path, access: Access) -> io::Result<Self::File>;
    /// What `file` is.
    fn file_node(&self, file: &Self::File) -> io::Result<Node>;
    /// Gives `file` to user and group, either of which may be left as it is.
    fn set_owner(&self, file: &Self::File, user: Option<u32>, group: Option<u32>) -> io::Result<()>;
    /// Sets the mode of `file`.
    fn set_mode(&self, file: &Self::File, mode: &Mode) -> io::Result<()>;
    /// Sets an extended attribute of `file`.
    fn set_attribute(&self, file: &Self::File, attribute: &Attribute) -> io::Result<()>;
    /// Removes an extended attribute of `file`.
    fn remove_attribute(&self, file: &Self::File, name: &str) -> io::Result<()>;
    /// Sets the length of `file`.
    fn set_len(&self, file: &Self::File, len: u64) -> io::Result<()>;

    /// Forces content and length of `file` to the device.
    fn sync(&self, file: &Self::File) -> io::Result<()>;
    /// Forces the entries of `dir` to the device; `false` if this process cannot sync that directory at all.
    fn sync_dir(&self, dir: &Self::Dir) -> io::Result<bool>;
    /// Whether [`sync_everything`](Self::sync_everything) in `dir` is known to do what it says, and to say so if not.
    fn can_sync_everything(&self, dir: &Self::Dir) -> bool;
    /// Forces all of the file system that holds `file` to the device.
    fn sync_everything(&self, file: &Self::File) -> io::Result<()>;

    /// Renames, replacing what is there.
    fn rename(&self, from: (&Self::Dir, &OsStr), to: (&Self::Dir, &OsStr)) -> io::Result<()>;
    /// Renames in one directory, in one step, and fails if `to` exists.
    fn rename_new(&self, dir: &Self::Dir, from: &OsStr, to: &OsStr) -> io::Result<()>;
    /// Gives the file `from` a second name, which must not exist.
    fn link(&self, dir: &Self::Dir, from: &OsStr, to: &OsStr) -> io::Result<()>;
    /// Removes a name.
    fn unlink(&self, dir: &Self::Dir, name: &OsStr) -> io::Result<()>;

    /// This process.
    fn maker(&self) -> Maker {
        process::this()
    }
    /// Whether `maker` still runs.
    fn life(&self, maker: Maker) -> Life;
    /// A number that nobody can foresee.
    fn random(&self) -> u64 {
        process::random()
    }
    /// Whether the system cannot tell "not now" from "never" when a rename is denied, and the former is usual.
    fn denies_for_a_while(&self) -> bool {
        false
    }
}

/// Whether an error says that there is no such call here, rather than that it has failed.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    // EINVAL is what fsync says of a special file or of a directory that it cannot sync, and renameat2 of a flag.
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}
