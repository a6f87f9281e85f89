//! What can be wrong at a step: which rule it is, how it ranks, and what merely rides along.

use crate::protocol::Fault;

/// What is wrong at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Defect {
    /// Steps in the wrong order, or one missing before this.
    Order(Fault),
    /// Renamed, or else moved or copied, out of the system's temporary directory.
    CrossDevice { moved: bool },
    /// Published by a call that may copy.
    NonAtomicMove,
    /// The target was removed or moved aside before.
    RemovedBefore,
    /// Published although writing it had failed.
    PublishOnError,
    /// The error of a flush, sync or publish is dropped.
    IgnoredError,
    /// Synced again after a sync had failed.
    RetriedSync,
    /// A buffer is dropped with content in it, so that nobody learns whether that was written.
    DroppedBuffer,
    /// An asynchronous file is dropped with content that was not handed on.
    UnflushedAsync,
    /// What is synced for a directory is none: the path is empty.
    WrongSync,
    /// The directory that is synced is that of a link, and the target is what the link leads to.
    LinkSync,
    /// The mode is set after others could open the file.
    LateMode,
    /// Others are shut out only after the content was there for them to read.
    ExposedSecret,
    /// How much was written is not looked at.
    ShortWrite,
    /// The staging file has a name that somebody else may use or foresee.
    SharedName,
    /// The target gets the narrow mode of a temporary file.
    LostMode,
    /// A way with an error leaves the staging file.
    Abandoned,
    /// The rename does not replace on every system.
    NonReplacing,
    /// Whether the file exists was asked before it is created.
    CheckThenWrite,
    /// One record is appended in several pieces.
    TornAppend,
    /// A sync holds up the other tasks of an asynchronous function.
    BlockingSync,
    /// Read, changed and written back without a lock.
    UnlockedUpdate,
    /// A protocol written by hand, with nothing wrong.
    HandRolled,
}

impl Defect {
    /// The rule that reports it.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Defect::Order(Fault::SyncBeforeFlush) => "unflushed-sync",
            Defect::Order(Fault::PublishBeforeFlush) => "unflushed-publish",
            Defect::Order(Fault::PublishBeforeSync) => "unsynced-rename",
            Defect::Order(Fault::Late) => "late-sync",
            Defect::CrossDevice { .. } => "cross-device-temp",
            Defect::NonAtomicMove => "non-atomic-move",
            Defect::RemovedBefore => "remove-before-rename",
            Defect::PublishOnError => "publish-on-error",
            Defect::IgnoredError => "ignored-sync-error",
            Defect::RetriedSync => "retried-sync",
            Defect::DroppedBuffer => "dropped-buffer",
            Defect::UnflushedAsync => "unflushed-async",
            Defect::WrongSync | Defect::LinkSync => "wrong-sync-target",
            Defect::LateMode => "late-chmod",
            Defect::ExposedSecret => "exposed-secret",
            Defect::ShortWrite => "short-write",
            Defect::SharedName => "shared-temp-name",
            Defect::LostMode => "lost-mode",
            Defect::Abandoned => "abandoned-temp",
            Defect::NonReplacing => "non-replacing-rename",
            Defect::CheckThenWrite => "check-then-write",
            Defect::TornAppend => "torn-append",
            Defect::BlockingSync => "blocking-sync",
            Defect::UnlockedUpdate => "unlocked-update",
            Defect::HandRolled => "hand-rolled-protocol",
        }
    }

    /// The smaller, the more of the flow the repair of that defect mends.
    pub(crate) fn gravity(self, always: bool) -> u8 {
        match (self, always) {
            (Defect::RemovedBefore, true) => 0,
            (Defect::CrossDevice { .. }, _) => 1,
            (Defect::NonAtomicMove, _) => 2,
            (Defect::Order(Fault::Late), _) => 3,
            (Defect::Order(Fault::SyncBeforeFlush), _) => 4,
            (Defect::Order(Fault::PublishBeforeFlush), true) => 5,
            (Defect::PublishOnError, _) => 6,
            (Defect::Order(Fault::PublishBeforeSync), true) => 7,
            (Defect::Order(Fault::PublishBeforeFlush), false) => 8,
            (Defect::Order(Fault::PublishBeforeSync), false) => 9,
            (Defect::RemovedBefore, false) => 10,
            (Defect::ShortWrite, _) => 10,
            (Defect::RetriedSync, _) => 11,
            (Defect::IgnoredError, _) => 12,
            (Defect::WrongSync | Defect::LinkSync, _) => 13,
            (Defect::UnflushedAsync, _) => 14,
            (Defect::DroppedBuffer, _) => 15,
            (Defect::ExposedSecret, _) => 16,
            (Defect::LateMode, _) => 17,
            (Defect::SharedName, _) => 18,
            (Defect::LostMode, _) => 19,
            (Defect::Abandoned, _) => 20,
            (Defect::NonReplacing, _) => 21,
            (Defect::CheckThenWrite, _) => 22,
            (Defect::TornAppend, _) => 23,
            (Defect::BlockingSync, _) => 24,
            (Defect::UnlockedUpdate, _) => 25,
            (Defect::HandRolled, _) => 26,
        }
    }

    /// It is told as a note of what else is wrong with the same file, if anything is.
    pub(crate) fn rides_along(self) -> bool {
        match self {
            Defect::Order(_)
            | Defect::CrossDevice { .. }
            | Defect::NonAtomicMove
            | Defect::RemovedBefore
            | Defect::PublishOnError
            | Defect::IgnoredError
            | Defect::RetriedSync
            | Defect::WrongSync
            | Defect::LinkSync
            | Defect::ShortWrite
            | Defect::ExposedSecret
            | Defect::LateMode
            // These are told for their own sake, and only when they are asked for.
            | Defect::UnlockedUpdate
            | Defect::HandRolled => false,
            // The repair of a direct write, or of a publish without a flush, takes these with it.
            Defect::DroppedBuffer | Defect::UnflushedAsync => true,
            Defect::SharedName
            | Defect::LostMode
            | Defect::Abandoned
            | Defect::NonReplacing
            | Defect::CheckThenWrite
            | Defect::TornAppend
            | Defect::BlockingSync => true,
        }
    }

    /// The step that it is reported at publishes the file.
    pub(crate) fn is_at_publish(self) -> bool {
        match self {
            Defect::Order(fault) => fault != Fault::SyncBeforeFlush,
            Defect::CrossDevice { .. }
            | Defect::NonAtomicMove
            | Defect::RemovedBefore
            | Defect::PublishOnError
            | Defect::SharedName
            | Defect::LostMode
            | Defect::NonReplacing => true,
            _ => false,
        }
    }

    /// A crash, an error or a reader may find neither the old content nor the new.
    pub(crate) fn is_torn(self) -> bool {
        match self {
            Defect::Order(_)
            | Defect::CrossDevice { .. }
            | Defect::NonAtomicMove
            | Defect::RemovedBefore
            | Defect::PublishOnError
            | Defect::ShortWrite => true,
            Defect::IgnoredError
            | Defect::RetriedSync
            | Defect::DroppedBuffer
            | Defect::UnflushedAsync
            | Defect::WrongSync
            | Defect::LinkSync
            | Defect::LateMode
            | Defect::ExposedSecret
            | Defect::SharedName
            | Defect::LostMode
            | Defect::Abandoned
            | Defect::NonReplacing
            | Defect::CheckThenWrite
            | Defect::TornAppend
            | Defect::BlockingSync
            | Defect::UnlockedUpdate
            | Defect::HandRolled => false,
        }
    }

    /// It stands in the way of a publish as much as a missing step does, so whoever gives the file away is told.
    pub(crate) fn is_of_publish(self) -> bool {
        match self {
            Defect::CrossDevice { .. } | Defect::NonAtomicMove => true,
            Defect::Order(fault) => matches!(fault, Fault::PublishBeforeFlush | Fault::PublishBeforeSync),
            _ => false,
        }
    }
}
