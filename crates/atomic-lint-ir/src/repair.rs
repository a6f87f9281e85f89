//! What the code of a finding has to become, and how a language says it: the repair goes down, the edits come back.
//!
//! The analysis decides what is to be done and knows nothing of syntax; a [`Speller`] knows the syntax and decides
//! nothing but whether it can be said here without guessing.

use crate::Name;
use atomic_lint_source::{Edit, Span};

/// What has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepairKind {
    /// The step at [`Repair::at`] writes the target itself: it goes through the runtime.
    Through(Twin),
    /// The content is synced before it is published at [`Repair::at`].
    Sync,
    /// The buffer is flushed before the step at [`Repair::at`], which publishes or syncs.
    Flush,
    /// The file is published by a rename that replaces, and never copies: the call at [`Repair::at`] does neither.
    Rename,
    /// The staging file, made at the step [`FlowStep::Open`], is made beside its target.
    Beside,
    /// The removal of the target at the step [`FlowStep::Remove`] is taken out.
    KeepTarget,
    /// The error of the step at [`Repair::at`] is passed on.
    PassError,
    /// What fails to be written at [`Repair::at`] is not published at the step [`FlowStep::Publish`]: its error is
    /// passed on.
    PassWriteError,
    /// The mode is set before the file is published: the steps at [`Repair::at`] and [`FlowStep::Publish`] swap.
    ModeFirst,
    /// The file, made at the step [`FlowStep::Open`] and published at [`Repair::at`], is staged and published by the
    /// runtime.
    Whole,
    /// What is written to at [`Repair::at`] is flushed where its life ends, and its error passed on.
    FlushAtEnd,
    /// The call at [`Repair::at`] writes all that it is given.
    WriteAll,
    /// What is written at [`Repair::at`] and by the calls beside it is written by one call.
    OnePiece,
    /// The directory that is opened at [`Repair::at`] is the working directory where its name is empty.
    NameDirectory,
    /// The file, created at the step [`FlowStep::Open`], has the mode that [`Repair::at`] gives it from the start.
    Private,
    /// The file that is created at [`Repair::at`] is created only where none is.
    Exclusive,
    /// The call at [`Repair::at`] waits for the device: it is made where no other task has to wait too.
    OffThread,
    /// The file that is opened at [`Repair::at`] is only read through that handle, and its new content, for which the
    /// old one is cut off at the step [`FlowStep::Remove`], goes through the runtime.
    ReadThenReplace,
    /// The lock that is taken at the step [`FlowStep::Lock`] on the file opened at [`Repair::at`] is taken on a file
    /// beside it, and the content goes through the runtime.
    LockBeside,
}

/// Which function of the runtime stands for an API: the models say so, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Twin {
    /// All content in one call: `crashsafe::write`, `crashsafe.write_text`, `crashsafe.write_bytes`.
    Write,
    /// A handle that is committed: `crashsafe::File`, `crashsafe::BufWriter`, `crashsafe.open`.
    Open,
    /// Another file's content: `crashsafe::copy`, `crashsafe.copy`.
    Copy,
    /// A library that is given a path and writes there: `crashsafe::with_path`, `crashsafe.path`.
    Path,
}

/// A step of the flow beside the reported one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowStep {
    /// The call that created or opened the file, which stays open behind it.
    Open,
    /// A call that wrote to it.
    Write,
    /// A call that flushed it.
    Flush,
    /// A call that synced it.
    Sync,
    /// The end of the handle.
    Close,
    /// The call that published it.
    Publish,
    /// The call that removed the target, or cut its content off.
    Remove,
    /// The call that locked it.
    Lock,
}

/// A repair of one finding, in the file that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repair {
    /// What has to be done.
    pub kind: RepairKind,
    /// The call that is reported, whole: the span of its step.
    pub at: Span,
    /// What is called there, as the models name it: `std::fs::write`, `pathlib.Path.write_text`.
    pub api: Name,
    /// The expression of the target, where it stands in this file.
    pub target: Option<Span>,
    /// What else is known of the flow, of this file only and in the order of the code.
    pub steps: Vec<(FlowStep, Span)>,
}

/// What fixed code may call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// The bundled runtime.
    #[default]
    Crashsafe,
    /// The standard library alone: the protocol is written out.
    Standard,
    /// Nothing new: only what stands there is put in order.
    None,
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// To be read, not to be applied.
    Display,
    /// It may change what the program does, beyond what it is meant to change.
    Unsafe,
    /// It does what the code did, safely.
    Safe,
}

impl Applicability {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Display => "display",
            Applicability::Unsafe => "unsafe",
            Applicability::Safe => "safe",
        }
    }
}

/// A repair in the words of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// What it does, in a few words: `write through crashsafe`.
    pub title: String,
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// The whole change of this file, imports too.
    pub edits: Vec<Edit>,
    /// The same with full names instead of imports, where that is one hunk.
    pub single_hunk: Option<Vec<Edit>>,
    /// The file now needs the runtime.
    pub needs_runtime: bool,
    /// Features of the runtime's package that it then needs: `tokio`.
    pub features: Vec<&'static str>,
}

/// Why a repair is not said in a language: words that follow "no fix, because".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline(pub String);

/// Says repairs in a language.
///
/// Like lowering it is a function of its arguments, and neither fails nor panics, whatever the text.
pub trait Speller: Sync {
    /// The edits that do each of `repairs` to `text` by itself, in their order, or why there are none.
    fn spell_all(&self, text: &str, repairs: &[&Repair], runtime: Runtime) -> Vec<Result<Spelling, Decline>>;

    /// The edits that do `repair` to `text`, or why there are none.
    fn spell(&self, text: &str, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
        let none = || Err(Decline("nothing was said of it".to_owned()));
        self.spell_all(text, &[repair], runtime).pop().unwrap_or_else(none)
    }
}
