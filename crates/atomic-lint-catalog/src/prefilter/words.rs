//! The words of the sinks, and which other words they need beside them, from the rows of the models.

use crate::{Api, ArgRef, Effect, KindId, Models, Returns};
use atomic_lint_ir::{Language, Name};
use std::collections::BTreeMap;

/// Words that stand in most files for other reasons, so that they count only beside a name of their module or type.
///
/// Nothing rests on the list but the time a run takes.
const COMMON: [&str; 24] = [
    "append", "build", "copy", "create", "dump", "export", "extract", "file", "get", "join", "link", "load", "move",
    "new", "open", "parent", "path", "read", "rename", "replace", "save", "send", "store", "write",
];

/// A literal to search for.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// The identifier.
    pub(super) text: String,
    /// What it may be; empty for a word that only stands beside others.
    pub(super) sinks: Vec<Sink>,
}

/// A row that can begin a finding.
#[derive(Clone, Debug)]
pub(super) struct Sink {
    /// How it is written.
    pub(super) form: Form,
    /// It holds only for calls with that many arguments by position.
    pub(super) arity: Option<usize>,
    /// The argument that says whether it writes at all.
    pub(super) mode: Option<ArgRef>,
    /// Words of which one must stand in the file too; none are needed where this is empty.
    pub(super) anchors: Vec<usize>,
}

/// How a call of a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A function, by its name or below a module or type.
    Function,
    /// A method.
    Method,
    /// A macro.
    Macro,
}

/// The words of `models`, in order of their text.
pub(super) fn collect(models: &Models) -> Vec<Word> {
    let mut drafts: BTreeMap<String, Vec<Draft>> = BTreeMap::new();
    for (kind, name, api) in models.rows().filter(|(_, _, api)| is_sink(api)) {
        let (word, draft) = draft(models, kind, name, api);
        for anchor in &draft.anchors {
            drafts.entry(anchor.clone()).or_default();
        }
        drafts.entry(word).or_default().push(draft);
    }
    let order: BTreeMap<String, usize> = drafts.keys().cloned().zip(0..).collect();
    let words = drafts.into_iter().map(|(text, drafts)| {
        let mut sinks: Vec<Sink> = drafts.into_iter().map(|draft| draft.number(&order)).collect();
        sinks.sort_by(|a, b| a.anchors.cmp(&b.anchors));
        Word { text, sinks }
    });
    words.collect()
}

/// A [`Sink`] whose anchors are not numbered yet.
struct Draft {
    sink: Sink,
    anchors: Vec<String>,
}

impl Draft {
    fn number(mut self, order: &BTreeMap<String, usize>) -> Sink {
        self.sink.anchors = self.anchors.iter().map(|anchor| order[anchor]).collect();
        self.sink
    }
}

/// Whether a finding can begin at a call of `api`.
fn is_sink(api: &Api) -> bool {
    match api.effect {
        Effect::WritePath | Effect::CopyPath | Effect::Rename | Effect::Move | Effect::Link | Effect::Persist => true,
        Effect::OpenTruncate | Effect::OpenWrite | Effect::OpenUpdate | Effect::OpenAppend => true,
        Effect::OpenExclusive | Effect::OpenMode | Effect::OpenFlags | Effect::OpenOptions | Effect::Extract => true,
        Effect::Truncate => api.target.is_some(),
        // What follows an opening is found by it, and what only reads, removes or names files begins nothing.
        Effect::None
        | Effect::Remove
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
        | Effect::Push
        | Effect::Parent
        | Effect::WithName
        | Effect::WithExtension
        | Effect::FileName
        | Effect::Sibling
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

/// The word of a row, and what it needs; `name` is a path for functions and macros and a bare name for members.
fn draft(models: &Models, member_of: Option<KindId>, name: &Name, api: &Api) -> (String, Draft) {
    let separator = models.language().separator();
    let (module, leaf) = name.rsplit_once(separator).unwrap_or(("", name));
    let form = match (member_of, leaf.ends_with('!')) {
        (Some(_), _) => Form::Method,
        (None, true) => Form::Macro,
        (None, false) => Form::Function,
    };
    let word = leaf.trim_end_matches('!').to_owned();
    let anchors = match member_of {
        _ if !is_common(&word) || api.any_receiver => Vec::new(),
        Some(kind) => kind_anchors(models, kind),
        None => module_anchors(models, module),
    };
    let mode = if api.effect == Effect::OpenMode { api.mode.clone() } else { None };
    let sink = Sink { form, arity: api.arity, mode, anchors: Vec::new() };
    (word, Draft { sink, anchors })
}

fn is_common(word: &str) -> bool {
    COMMON.contains(&word)
}

/// Names by which a file that uses something of `module` speaks of it or of a twin of it.
fn module_anchors(models: &Models, module: &str) -> Vec<String> {
    let mut anchors = path_anchors(models.language(), module);
    for (twin, original) in models.aliases() {
        if module == original.as_str() {
            anchors.extend(path_anchors(models.language(), twin));
        }
    }
    anchors.sort();
    anchors.dedup();
    anchors
}

/// The last part of a path; in Python also the first, since `import a.b as c` names the whole.
fn path_anchors(language: Language, path: &str) -> Vec<String> {
    let mut parts = path.split(language.separator()).filter(|part| !part.is_empty());
    match (language, parts.next(), parts.last()) {
        (_, None, _) => Vec::new(),
        (_, Some(only), None) => vec![only.to_owned()],
        (Language::Rust, Some(_), Some(last)) => vec![last.to_owned()],
        (Language::Python, Some(first), Some(last)) => vec![first.to_owned(), last.to_owned()],
    }
}

/// Names by which a file comes to a value of `kind`: its types, and what gives one.
fn kind_anchors(models: &Models, kind: KindId) -> Vec<String> {
    let mut anchors = Vec::new();
    for (path, _) in models.types().filter(|(_, of)| models.is_a(*of, kind)) {
        anchors.extend(module_anchors(models, path));
    }
    for (_, name, _) in models.rows().filter(|(_, _, api)| gives(models, &api.returns, kind)) {
        let (module, leaf) = name.rsplit_once(models.language().separator()).unwrap_or(("", name));
        match is_common(leaf) {
            false => anchors.push(leaf.trim_end_matches('!').to_owned()),
            true => anchors.extend(module_anchors(models, module)),
        }
    }
    anchors.sort();
    anchors.dedup();
    anchors
}

fn gives(models: &Models, returns: &Returns, kind: KindId) -> bool {
    match returns {
        Returns::Kind(given) => models.is_a(*given, kind),
        Returns::Tuple(given) => given.iter().any(|given| models.is_a(*given, kind)),
        Returns::Nothing | Returns::Receiver | Returns::Value | Returns::Callback => false,
    }
}
