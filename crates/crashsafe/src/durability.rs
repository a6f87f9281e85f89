//! How much of the protocol a write runs, and what the process does when a call does not say.

use std::sync::atomic::{AtomicU8, Ordering};

/// What a finished write has been made to survive.
///
/// Readers and the death of the process never see a torn file with any of them; they differ in what a power failure
/// may undo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Durability {
    /// Rename only: old or new for readers and after `kill -9`.
    /// A power failure may leave the file *empty or torn*.
    /// For caches and tests.
    Visible,
    /// Sync the file, then rename: old or new, also after a power failure.
    /// A write that was reported as done may still be undone by it.
    Atomic,
    /// Sync the file, rename, sync the directory: what was reported as done stays done.
    #[default]
    Durable,
}

impl Durability {
    /// Whether the content is synced before it is published.
    pub(crate) fn syncs_file(self) -> bool {
        self >= Durability::Atomic
    }

    /// Whether the directory is synced after the rename.
    pub(crate) fn syncs_directory(self) -> bool {
        self >= Durability::Durable
    }
}

static DEFAULT: AtomicU8 = AtomicU8::new(2);

/// Sets what writes of this process do when they do not say it themselves.
///
/// For the top of a test suite, which does not need to survive a power failure and would crawl otherwise.
///
/// ```
/// crashsafe::set_default_durability(crashsafe::Durability::Visible);
/// ```
pub fn set_default_durability(durability: Durability) {
    DEFAULT.store(durability as u8, Ordering::Relaxed);
}

/// What writes of this process do when they do not say it themselves: [`Durability::Durable`] unless it was
/// [set](set_default_durability).
pub fn default_durability() -> Durability {
    match DEFAULT.load(Ordering::Relaxed) {
        0 => Durability::Visible,
        1 => Durability::Atomic,
        _ => Durability::Durable,
    }
}
