//! What one API does, in the vocabulary of the protocol.

use atomic_lint_ir::{Name, Twin};
use serde::Deserialize;

/// What a call does to files, handles or paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing but giving its result.
    None,

    // Whole files by path.
    /// Creates or truncates `target`, writes `content` and closes.
    WritePath,
    /// Writes `target` by a protocol of its own: staged beside it and renamed over it, now or when the result
    /// is committed; `syncs` where it syncs before the rename.
    ReplacePath,
    /// Copies the content of `source` over `target`.
    CopyPath,
    /// Renames `source` to `target`, replacing it.
    Rename,
    /// Renames `source` to `target`, or copies and removes where they are on different file systems.
    Move,
    /// Makes `target` another name of `source`.
    Link,
    /// Unlinks `target`.
    Remove,
    /// Makes `target` a pipe with a name.
    MakePipe,
    /// Makes `target` a directory, or finds that it is one.
    MakeDirectory,
    /// Changes mode or owner of `target`.
    Chmod,
    /// Syncs the directory `target`.
    SyncDirectory,
    /// Unpacks an archive below the directory `target`.
    Extract,
    /// Asks whether `target` exists.
    Exists,

    // Opening. The result is a handle.
    /// Opens `target` for reading.
    OpenRead,
    /// Creates or truncates `target`.
    OpenTruncate,
    /// Opens or creates `target` for writing, its content kept.
    OpenWrite,
    /// Opens `target` for reading and writing, its content kept.
    OpenUpdate,
    /// Opens or creates `target` for appending.
    OpenAppend,
    /// Creates `target`, failing where it exists.
    OpenExclusive,
    /// Opens `target` as the `mode` argument says (`"w"`, `"rb+"`, …).
    OpenMode,
    /// Opens `target` as the `flags` argument says (`O_CREAT | O_TRUNC`, …).
    OpenFlags,
    /// Opens `target` as the receiver, a builder of options, says.
    OpenOptions,
    /// Sets the option with the method's name on the receiver, to the first argument or to true.
    Option,

    // Temporary files.
    /// Creates a temporary file in `dir`, or in the system's temporary directory; the result is a handle.
    TempFile,
    /// Creates a temporary directory in `dir`; the result has a path.
    TempDir,
    /// A name for a temporary file, nothing created.
    TempName,
    /// The system's temporary directory.
    SystemTemp,

    // On handles: the receiver, or the argument `handle`.
    /// Writes content.
    Write,
    /// Hands the user-space buffer to the kernel.
    Flush,
    /// Makes the kernel put the content on the device.
    Sync,
    /// Flushes and closes.
    Close,
    /// Completes a container or compressed stream and hands its buffer down.
    Finish,
    /// Sets the length; to zero where `content` is the constant 0 or absent.
    Truncate,
    /// Moves the position; to the start where `content` is the constant 0.
    Seek,
    /// Moves the position to the start.
    Rewind,
    /// Takes an advisory lock.
    Lock,
    /// Reads.
    Read,
    /// Publishes the temporary file at `target`.
    Persist,
    /// Wraps the handle `handle` in a writer of the kind `returns`.
    Wrap,
    /// Gives the handle below the writer; buffered content stays in the writer.
    Inner,
    /// Flushes the writer and gives the handle below it.
    IntoInner,
    /// Keeps a temporary file from being deleted.
    Keep,

    // Paths.
    /// The arguments by position below the receiver, or below the first of them.
    Join,
    /// `value` appended to the text of the receiver or `target`.
    Concat,
    /// `value` below the receiver, or appended where it is an extension.
    Push,
    /// Whether the text of the receiver has `value` in it.
    Contains,
    /// Whether the text of the receiver is empty.
    IsEmpty,
    /// The directory that holds the receiver or `target`.
    Parent,
    /// The receiver or `target` with its last part replaced by `value`.
    WithName,
    /// The receiver or `target` with its extension replaced by `value`.
    WithExtension,
    /// The last part of the receiver or `target`.
    FileName,
    /// The receiver or `target` with text appended that is not known.
    Sibling,
    /// `value` from the root on: a bare name then lies in a directory that has a name.
    Absolute,
    /// `value`, or else the receiver, by the name that it has once all links are followed.
    Resolved,
    /// The environment variable `value`.
    Environment,
    /// A path that the user named on the command line.
    Argument,
    /// The path of the receiver (a handle or temporary directory).
    PathOf,

    // Flow.
    /// Gives `value` unchanged.
    Same,
    /// Keeps `value` as one of the elements of the receiver, a list or set.
    AddElement,
    /// Calls `callback`; what is done with it says [`Callback`].
    Invoke,
    /// Binds arguments to a callable (`functools.partial`).
    Partial,
    /// A callable that makes a context manager of a generator function.
    ContextManager,
    /// Ends the process.
    Exit,
}

impl Effect {
    /// Whether a finding, or the account of an accepted write, can begin at a call that does this.
    ///
    /// The prefilter goes by it alone; the analysis also follows temporary files from where they are made.
    pub fn begins(self) -> bool {
        match self {
            Effect::WritePath | Effect::ReplacePath | Effect::CopyPath | Effect::Persist => true,
            Effect::Rename | Effect::Move | Effect::Link => true,
            Effect::OpenTruncate | Effect::OpenWrite | Effect::OpenUpdate | Effect::OpenAppend => true,
            Effect::OpenExclusive | Effect::OpenMode | Effect::OpenFlags | Effect::OpenOptions | Effect::Extract => {
                true
            }
            // A rewrite in place begins here, wherever the handle comes from.
            Effect::Truncate => true,
            // What follows an opening is found by it, and what only reads, removes or names files begins nothing.
            Effect::None
            | Effect::Remove
            | Effect::MakePipe
            | Effect::MakeDirectory
            | Effect::AddElement
            | Effect::Chmod
            | Effect::SyncDirectory
            | Effect::Exists
            | Effect::OpenRead
            | Effect::Option
            | Effect::TempFile
            | Effect::TempDir
            | Effect::TempName
            | Effect::SystemTemp
            | Effect::Write
            | Effect::Flush
            | Effect::Sync
            | Effect::Close
            | Effect::Finish
            | Effect::Seek
            | Effect::Rewind
            | Effect::Lock
            | Effect::Read
            | Effect::Wrap
            | Effect::Inner
            | Effect::IntoInner
            | Effect::Keep
            | Effect::Join
            | Effect::Concat
            | Effect::Contains
            | Effect::IsEmpty
            | Effect::Push
            | Effect::Parent
            | Effect::WithName
            | Effect::WithExtension
            | Effect::FileName
            | Effect::Sibling
            | Effect::Absolute
            | Effect::Resolved
            | Effect::Environment
            | Effect::Argument
            | Effect::PathOf
            | Effect::Same
            | Effect::Invoke
            | Effect::Partial
            | Effect::ContextManager
            | Effect::Exit => false,
        }
    }
}

impl Effect {
    /// Whether it puts content at the place of its target, so that something safer can stand for it.
    pub(crate) fn has_twin(self) -> bool {
        matches!(self, Effect::WritePath | Effect::CopyPath)
            || matches!(self, Effect::OpenTruncate | Effect::OpenWrite | Effect::OpenUpdate)
            || matches!(self, Effect::OpenMode | Effect::OpenFlags | Effect::OpenOptions)
    }

    /// What stands for it unless its row says otherwise: a library that is given a path can be given another.
    pub(crate) fn usual_twin(self) -> Option<Twin> {
        match self {
            Effect::CopyPath => Some(Twin::Copy),
            Effect::WritePath | Effect::OpenTruncate | Effect::OpenMode => Some(Twin::Path),
            _ => None,
        }
    }
}

/// Which argument something is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "an argument: a position (0), a keyword (\"path\"), \"receiver\", or { at, name, default }"
)]
pub enum ArgRef {
    /// By position.
    Position(usize),
    /// By keyword, or `receiver`.
    Named(Name),
    /// Both, and what it is when absent.
    Full(ArgAt),
}

/// The long form of an [`ArgRef`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArgAt {
    /// Position, from 0.
    pub at: Option<usize>,
    /// Keyword.
    pub name: Option<Name>,
    /// Text it has when absent.
    pub default: Option<Name>,
}

impl ArgRef {
    /// Whether it is the receiver of a method.
    pub fn is_receiver(&self) -> bool {
        matches!(self, ArgRef::Named(name) if name == "receiver")
    }

    /// Its position, where it has one.
    pub fn position(&self) -> Option<usize> {
        match self {
            ArgRef::Position(at) => Some(*at),
            ArgRef::Named(_) => None,
            ArgRef::Full(full) => full.at,
        }
    }

    /// Its keyword, where it has one.
    pub fn keyword(&self) -> Option<&Name> {
        match self {
            ArgRef::Position(_) => None,
            ArgRef::Named(name) => Some(name),
            ArgRef::Full(full) => full.name.as_ref(),
        }
    }

    /// What it is when absent.
    pub fn default(&self) -> Option<&Name> {
        match self {
            ArgRef::Full(full) => full.default.as_ref(),
            _ => None,
        }
    }
}

/// What a call gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returns {
    /// Nothing that matters.
    Nothing,
    /// The receiver.
    Receiver,
    /// The argument `value`.
    Value,
    /// What the callback gives.
    Callback,
    /// A value of that kind; about the file that the call made or concerned, where it is about one.
    Kind(KindId),
    /// A tuple of such values.
    Tuple(Vec<KindId>),
}

/// Index of a [`Kind`] within its language's models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub u16);

/// How a handle was opened; what the analysis makes of modes, flags and options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenAs {
    /// Only for reading.
    Read,
    /// Created or truncated.
    Truncate,
    /// For writing, content kept.
    Write,
    /// For reading and writing, content kept.
    Update,
    /// For appending.
    Append,
    /// Created, failing where it exists.
    Exclusive,
    /// For writing in a way that is not known.
    Unknown,
}

/// What becomes of an argument that can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Which argument it is.
    pub callable: ArgRef,
    /// What its first parameter is: the receiver, an argument, or unknown.
    pub gets: Option<ArgRef>,
    /// It is given the arguments behind it.
    pub rest: bool,
    /// When it is called.
    pub runs: Runs,
}

/// When a callback is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runs {
    /// On some ways.
    #[default]
    Perhaps,
    /// Whenever the call succeeds.
    Always,
    /// Where the receiver is the outcome of a call that has failed.
    OnError,
}

/// A kind of value that the models speak of: a file, a buffered writer, a path, a builder of options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in the models.
    pub name: Name,
    /// The declared type that its values have first of all.
    pub ty: Option<Name>,
    /// The kind whose rows hold for it too.
    pub extends: Option<KindId>,
    /// It is a handle to a file.
    pub handle: bool,
    /// What is written to it stays in user space until it is flushed.
    pub buffered: bool,
    /// Ending its life flushes it, errors unseen.
    pub flushes_at_end: bool,
    /// Ending its life deletes the file unless it was kept or published.
    pub deletes_at_end: bool,
    /// What is written to it is handed on by a task that has to be waited for.
    pub asynchronous: bool,
    /// It is never a file that could be torn: standard streams, memory.
    pub harmless: bool,
    /// It is a temporary directory, wherever it comes from.
    pub temporary: bool,
    /// As a declared type it stands for its first type argument: `Option`, `Arc`, `Mutex`.
    pub transparent: bool,
    /// Its methods change it and give it back: open options.
    pub builder: bool,
}

/// What one function or method does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// As the models name it: `std::fs::write`, `file.sync_all`.
    pub name: Name,
    /// What it does.
    pub effect: Effect,
    /// The file it is about.
    pub target: Option<ArgRef>,
    /// The file it takes from.
    pub source: Option<ArgRef>,
    /// What it writes; a length or offset where the effect says so.
    pub content: Option<ArgRef>,
    /// The mode text.
    pub mode: Option<ArgRef>,
    /// The open flags.
    pub flags: Option<ArgRef>,
    /// The handle, where it is not the receiver.
    pub handle: Option<ArgRef>,
    /// The directory a temporary file goes to.
    pub dir: Option<ArgRef>,
    /// The value of `join`, `same` and the like.
    pub value: Option<ArgRef>,
    /// What it gives.
    pub returns: Returns,
    /// What it calls.
    pub callback: Option<Callback>,
    /// A sync or close that flushes first.
    pub flushes: bool,
    /// It also syncs the file or, for a publish, its content and directory.
    pub syncs: bool,
    /// On Windows it fails where the target exists.
    pub replaces_on_unix_only: bool,
    /// The receiver itself becomes the value: `path.push(part)`.
    pub assigns: bool,
    /// It holds only for calls with that many arguments by position.
    pub arity: Option<usize>,
    /// It holds for a receiver of which nothing is known.
    pub any_receiver: bool,
    /// The packages that it is of: a file that uses it names one of them; none is needed where this is empty.
    pub libraries: Vec<Name>,
    /// The target may be an open file instead of a path.
    pub or_handle: bool,
    /// The target may be a URL instead of a path of this machine.
    pub or_remote: bool,
    /// What it copies or moves is a directory with all that is in it.
    pub tree: bool,
    /// Opening for writing writes already: the head of a container.
    pub writes: bool,
    /// It serialises while it writes, so it can fail half-way.
    pub serialises: bool,
    /// What of the runtime does the same safely.
    pub twin: Option<Twin>,
    /// It may write less than it is given, and gives how much.
    pub counts: bool,
    /// It writes each of its arguments by itself.
    pub piecemeal: bool,
}
