//! The words of the sinks, and which other words they need beside them, from the rows of the models.

use crate::{Api, ArgRef, Effect, KindId, Models, Returns};
use atomic_lint_ir::{Language, Name};
use std::collections::{BTreeMap, BTreeSet};

/// Words that stand in most files for other reasons, so that they count only beside a name of their module or type.
///
/// Nothing rests on the list but the time a run takes.
const COMMON: [&str; 27] = [
    "append", "build", "copy", "create", "dump", "export", "extract", "file", "get", "join", "link", "load", "move",
    "new", "open", "parent", "parse", "path", "read", "rename", "replace", "save", "script", "send", "store", "trace",
    "write",
];

/// The words of one language.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    /// Those that sinks are written with, with what each may be.
    pub(super) sinks: Vec<(String, Vec<Sink>)>,
    /// Those that common ones need beside them.
    pub(super) anchors: Vec<String>,
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
    /// Numbers of the anchors of which one must stand in the file too; none is needed where this is empty.
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
pub(super) fn collect(models: &Models) -> Words {
    let mut drafts: BTreeMap<String, Vec<(Sink, Vec<String>)>> = BTreeMap::new();
    for (kind, name, api) in models.rows().filter(|(_, _, api)| api.effect.begins()) {
        let (word, sink, anchors) = draft(models, kind, name, api);
        drafts.entry(word).or_default().push((sink, anchors));
    }
    let anchors: BTreeSet<String> = drafts.values().flatten().flat_map(|(_, anchors)| anchors).cloned().collect();
    let anchors: Vec<String> = anchors.into_iter().collect();
    let sinks = drafts.into_iter().map(|(word, drafts)| {
        let number = |anchor: &String| anchors.binary_search(anchor).ok();
        let sinks =
            drafts.into_iter().map(|(sink, needs)| Sink { anchors: needs.iter().filter_map(number).collect(), ..sink });
        (word, sinks.collect())
    });
    Words { sinks: sinks.collect(), anchors }
}

/// The word of a row, and what it needs; `name` is a path for functions and macros and a bare name for members.
fn draft(models: &Models, member_of: Option<KindId>, name: &Name, api: &Api) -> (String, Sink, Vec<String>) {
    let separator = models.language().separator();
    let (module, leaf) = name.rsplit_once(separator).unwrap_or(("", name));
    let form = match (member_of, leaf.ends_with('!')) {
        (Some(_), _) => Form::Method,
        (None, true) => Form::Macro,
        (None, false) => Form::Function,
    };
    let word = leaf.trim_end_matches('!').to_owned();
    let anchors = match member_of {
        _ if api.any_receiver => api.imported.iter().map(ToString::to_string).collect(),
        _ if !is_common(&word) => Vec::new(),
        Some(kind) => kind_anchors(models, kind),
        None => module_anchors(models, module),
    };
    let mode = if api.effect == Effect::OpenMode { api.mode.clone() } else { None };
    let sink = Sink { form, arity: api.arity, mode, anchors: Vec::new() };
    (word, sink, anchors)
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
    // A method of a value of the kind itself says nothing of where that came from.
    let from_itself = |of: Option<KindId>| of.is_some_and(|of| models.is_a(of, kind));
    let givers = models.rows().filter(|(of, _, api)| !from_itself(*of) && gives(models, &api.returns, kind));
    for (_, name, _) in givers {
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
