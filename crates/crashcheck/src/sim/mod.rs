//! A file system in memory, used through descriptors as the real one is, any call of which can be made to fail.

mod calls;
mod errno;
mod fault;
mod handle;
mod inode;
mod log;
mod setup;
mod state;

pub use calls::OpenFlags;
pub use errno::Errno;
pub use fault::{Effect, Fault};
pub use handle::Handle;
pub use inode::{Kind, Status};
pub use log::{Call, Entry, Record};
pub use setup::Seen;

use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file system; clones are the same one.
///
/// ```
/// use crashcheck::sim::{Call, Errno, Fault, FileSystem, OpenFlags};
/// use std::io::Write;
/// use std::path::Path;
///
/// let fs = FileSystem::new();
/// fs.fail(Fault::new(Call::Write, 1, Errno::ENOSPC));
/// let mut file = fs.open(None, Path::new("/a"), OpenFlags::create_new(0o644)).unwrap();
/// assert!(file.write_all(b"one").is_ok());
/// assert!(file.write_all(b"two").is_err());
/// assert_eq!(fs.tree()[Path::new("/a")].content, b"one");
/// ```
#[derive(Clone, Debug, Default)]
pub struct FileSystem {
    state: Arc<Mutex<State>>,
}

impl FileSystem {
    /// An empty file system, used by the superuser.
    pub fn new() -> Self {
        FileSystem::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic of the program under test is no reason not to look at what it left.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
