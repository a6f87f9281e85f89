//! What the analysis says: places and facts, no sentences.
//!
//! The words come from the rule pages; whoever renders a finding fills them in and computes nothing.

use atomic_lint_ir::{Name, Repair};
use atomic_lint_source::{FileId, Place};

/// How sure the analysis is that a finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It rests on a guess about what a path is.
    Low,
    /// It is true on some way through the code.
    Medium,
    /// It is true on every way through the code.
    High,
}

impl Confidence {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// A step of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtocolStep {
    /// A staging file was created beside the target.
    Temp,
    /// Content was written.
    Write,
    /// The user-space buffer was handed to the kernel.
    Flush,
    /// The content was put on the device.
    Sync,
    /// The staging file was renamed over the target.
    Publish,
    /// The directory was synced.
    DirectorySync,
}

impl ProtocolStep {
    /// In the order of the protocol.
    pub const ALL: [ProtocolStep; 6] = [
        ProtocolStep::Temp,
        ProtocolStep::Write,
        ProtocolStep::Flush,
        ProtocolStep::Sync,
        ProtocolStep::Publish,
        ProtocolStep::DirectorySync,
    ];

    /// As it is written in the checklist.
    pub fn name(self) -> &'static str {
        match self {
            ProtocolStep::Temp => "temp",
            ProtocolStep::Write => "write",
            ProtocolStep::Flush => "flush",
            ProtocolStep::Sync => "sync",
            ProtocolStep::Publish => "publish",
            ProtocolStep::DirectorySync => "dir-sync",
        }
    }
}

/// Whether a step of the protocol was done, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepMark {
    /// The step.
    pub step: ProtocolStep,
    /// It was done, in time, on every way.
    pub done: bool,
    /// Where it was done, or done wrong.
    pub place: Option<Place>,
}

/// Something that happens to the file along the flow of a finding; names its label in the rule page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// The place of the finding itself.
    Here,
    /// The staging file or the target is created or opened.
    Open,
    /// Content is written.
    Write,
    /// One of several writes, or a serialisation that can fail half-way.
    PartialWrite,
    /// The buffer is flushed.
    Flush,
    /// The content is synced.
    Sync,
    /// The file is closed.
    Close,
    /// The file is published.
    Publish,
    /// The target is removed or moved aside.
    Remove,
    /// The file is locked.
    Lock,
}

impl Moment {
    /// The key of its text in a rule page's `labels`.
    pub fn key(self) -> &'static str {
        match self {
            Moment::Here => "here",
            Moment::Open => "open",
            Moment::Write => "write",
            Moment::PartialWrite => "partial-write",
            Moment::Flush => "flush",
            Moment::Sync => "sync",
            Moment::Close => "close",
            Moment::Publish => "publish",
            Moment::Remove => "remove",
            Moment::Lock => "lock",
        }
    }
}

/// A place along the flow with what happens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What.
    pub moment: Moment,
}

/// Why another place belongs to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It passes the final path to the function that writes it.
    Caller,
    /// The write itself, where the finding stands at a call in another package.
    Sink,
    /// The file is read back here.
    ReadBack,
}

impl Role {
    /// As it is written in reports.
    pub fn name(self) -> &'static str {
        match self {
            Role::Caller => "caller",
            Role::Sink => "sink",
            Role::ReadBack => "read-back",
        }
    }
}

/// What makes a finding better or worse than others of its rule; names its level in the rule page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Circumstance {
    /// What cannot be renamed is copied instead.
    Moved,
    /// The file is named as one that holds a secret.
    Secret,
    /// Everybody can write to the directory.
    SharedDirectory,
}

impl Circumstance {
    /// The key of its level in a rule page's `levels`.
    pub fn name(self) -> &'static str {
        match self {
            Circumstance::Moved => "moved",
            Circumstance::Secret => "secret",
            Circumstance::SharedDirectory => "shared-directory",
        }
    }
}

/// Another place that belongs to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Why.
    pub role: Role,
    /// Where.
    pub place: Place,
}

/// How a report names the file that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// By its path, which stands in the code as text.
    Text(Name),
    /// By the expression at that place.
    Expression(Place),
    /// Not at all: the code has no expression for it.
    Unnamed,
}

/// Why a finding is less or more sure than its flow alone, or why a write was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The path is a parameter that no caller in the project explains.
    UnknownCaller,
    /// The destination can be made again: cache, build output.
    Regenerable,
    /// The destination is named by the command line or the environment.
    UserNamed,
    /// Nothing is known of the receiver but the name of its method.
    UnknownReceiver,
    /// The same path is read back elsewhere in the project.
    ReadBack,
    /// The error shows only on some ways through the code.
    SomePaths,
    /// Device, kernel file, pipe or socket.
    Device,
    /// Opened for appending.
    Append,
    /// A temporary file or directory that never leaves.
    Temporary,
    /// Written by a library that stages and renames.
    Replaced,
    /// Not on this machine: a URL.
    Remote,
    /// A staging file that is published later.
    Staged,
    /// Named like a staging file; where it is published is not seen.
    StagingName,
    /// A lock file.
    LockFile,
    /// A pid file.
    PidFile,
    /// A probe that is removed again.
    Probe,
    /// Nothing is written: an empty marker.
    EmptyMarker,
    /// Created exclusively, so no earlier content is at stake.
    Exclusive,
    /// Output of a build script.
    BuildOutput,
    /// Written at an offset, the rest kept.
    PartialUpdate,
}

impl Reason {
    /// The reason in words, to follow "because" or to stand alone.
    pub fn sentence(self) -> &'static str {
        match self {
            Reason::UnknownCaller => "the path is a parameter that no caller in this project explains",
            Reason::Regenerable => "the destination looks regenerable (cache or build output)",
            Reason::UserNamed => "the destination is named by the command line or the environment",
            Reason::UnknownReceiver => "what is written is known by the name of the method only",
            Reason::ReadBack => "the same path is read back in this project",
            Reason::SomePaths => "the step is missing on some paths through the code only",
            Reason::Device => "it is a pipe, a device or a file of the kernel",
            Reason::Append => "the file is opened for appending",
            Reason::Temporary => "it is a temporary file that never leaves its directory",
            Reason::Replaced => "a library writes it that stages, syncs and renames",
            Reason::Remote => "it is a URL, not a file of this machine",
            Reason::Staged => "it is a staging file that is published later",
            Reason::StagingName => "it is named like a staging file",
            Reason::LockFile => "it is a lock file",
            Reason::PidFile => "it is a pid file",
            Reason::Probe => "it only probes whether the place can be written",
            Reason::EmptyMarker => "it is an empty marker file",
            Reason::Exclusive => "it is created exclusively, no earlier content is at stake",
            Reason::BuildOutput => "it is output of a build script",
            Reason::PartialUpdate => "it updates a part of the file in place, as a database does",
        }
    }
}

/// A defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Name,
    /// How sure.
    pub confidence: Confidence,
    /// Where: the step to be repaired.
    pub place: Place,
    /// The function around it, `Type.method` for methods.
    pub scope: Name,
    /// The file it is about.
    pub target: Target,
    /// The flow that convinces, in the order of the code; the place itself comes as [`Moment::Here`].
    pub labels: Vec<Label>,
    /// Other places.
    pub related: Vec<Related>,
    /// Every step of the protocol, in order.
    pub protocol: [StepMark; 6],
    /// Why the confidence is what it is.
    pub reasons: Vec<Reason>,
    /// What makes it better or worse than other findings of its rule.
    pub circumstance: Option<Circumstance>,
    /// Lesser rules that hold on the same flow, with their places.
    pub notes: Vec<(Name, Place)>,
    /// What has to be done about it, and in which file, where that can be said.
    pub repair: Option<(FileId, Repair)>,
}

/// A write that was seen and is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The write.
    pub place: Place,
    /// The file.
    pub target: Target,
    /// Why.
    pub reason: Reason,
}
