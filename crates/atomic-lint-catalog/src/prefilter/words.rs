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
    /// The same of libraries, which count only in files that name the library.
    pub(super) of_libraries: Vec<(String, Vec<Sink>)>,
    /// Those libraries, in order.
    pub(super) libraries: Vec<String>,
    /// By library: which of those words are its own.
    pub(super) of_each: Vec<Vec<usize>>,
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
    /// Numbers of the libraries of which one must be named in the file; none is needed where this is empty.
    pub(super) libraries: Vec<usize>,
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

/// The words of the rows of `models` with one of the effects that `wanted` holds for, in order of their text.
pub(super) fn collect(models: &Models, wanted: impl Fn(Effect) -> bool) -> Words {
    let rows: Vec<_> = models.rows().filter(|(_, _, api)| wanted(api.effect)).collect();
    let drafts: Vec<_> = rows.iter().map(|(kind, name, api)| (draft(models, *kind, name, api), *api)).collect();
    let anchors = in_order(drafts.iter().flat_map(|((_, _, anchors), _)| anchors.iter().cloned()));
    let libraries = in_order(drafts.iter().flat_map(|(_, api)| &api.libraries).map(ToString::to_string));
    let mut words = Words { anchors, libraries, ..Words::default() };
    let (mut sinks, mut of_libraries) = (BTreeMap::new(), BTreeMap::new());
    for ((word, sink, needs), api) in drafts {
        let sink = Sink {
            anchors: needs.iter().filter_map(|anchor| words.anchors.binary_search(anchor).ok()).collect(),
            libraries: api.libraries.iter().filter_map(|name| words.library(name)).collect(),
            ..sink
        };
        let of = if sink.libraries.is_empty() { &mut sinks } else { &mut of_libraries };
        of.entry(word).or_insert_with(Vec::new).push(sink);
    }
    words.sinks = sinks.into_iter().collect();
    words.of_libraries = of_libraries.into_iter().collect();
    words.of_each = (0..words.libraries.len()).map(|library| words.words_of(library)).collect();
    words
}

impl Words {
    /// The word that has that number among those of `library`, with its sinks.
    pub(super) fn of_library(&self, library: usize, word: usize) -> &(String, Vec<Sink>) {
        &self.of_libraries[self.of_each[library][word]]
    }

    fn words_of(&self, library: usize) -> Vec<usize> {
        let is_own = |at: &usize| self.of_libraries[*at].1.iter().any(|sink| sink.libraries.contains(&library));
        (0..self.of_libraries.len()).filter(is_own).collect()
    }

    fn library(&self, name: &str) -> Option<usize> {
        self.libraries.binary_search_by(|known| known.as_str().cmp(name)).ok()
    }
}

fn in_order(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
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
        _ if !is_common(&word) || api.any_receiver => Vec::new(),
        Some(kind) => kind_anchors(models, kind),
        None => module_anchors(models, module),
    };
    let mode = if api.effect == Effect::OpenMode { api.mode.clone() } else { None };
    let sink = Sink { form, arity: api.arity, mode, anchors: Vec::new(), libraries: Vec::new() };
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
