//! Error numbers by name, because their values differ between systems.

use std::{error, fmt, io};

macro_rules! errnos {
    ($($name:ident $kind:ident $says:literal),* $(,)?) => {
        /// Why a call failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(clippy::upper_case_acronyms, reason = "they are known by these names")]
        pub enum Errno {
            $(#[doc = $says] $name),*
        }

        impl Errno {
            /// The kind that the standard library makes of it.
            pub fn kind(self) -> io::ErrorKind {
                match self {
                    $(Errno::$name => io::ErrorKind::$kind),*
                }
            }
        }

        impl fmt::Display for Errno {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Errno::$name => $says),*
                })
            }
        }
    };
}

errnos! {
    EACCES PermissionDenied "permission denied",
    EBADF Other "bad descriptor",
    EBUSY ResourceBusy "busy",
    EDQUOT QuotaExceeded "quota exceeded",
    EEXIST AlreadyExists "exists already",
    EINTR Interrupted "interrupted",
    EINVAL InvalidInput "invalid argument",
    EIO Other "input or output error",
    EISDIR IsADirectory "is a directory",
    ELOOP Other "too many links",
    ENAMETOOLONG Other "name too long",
    ENODATA Other "no such attribute",
    ENOENT NotFound "does not exist",
    ENOSPC StorageFull "no space left",
    ENOSYS Unsupported "no such call",
    ENOTDIR NotADirectory "not a directory",
    ENOTEMPTY DirectoryNotEmpty "directory not empty",
    EPERM PermissionDenied "not permitted",
    EROFS ReadOnlyFilesystem "read-only file system",
    EXDEV CrossesDevices "on another device",
}

impl error::Error for Errno {}

impl From<Errno> for io::Error {
    fn from(errno: Errno) -> io::Error {
        io::Error::new(errno.kind(), errno)
    }
}
