//! Paths as abstract values, and what their shape says of them.
//!
//! Two expressions that are structurally equal name the same file; that decides whether the file
//! that is renamed is the one that was written, and whether two files share a directory.

use crate::program::StepRef;
use atomic_lint_ir::Name;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A path, or any other value of which only its identity is known; cheap to clone and to compare.
#[derive(Clone)]
pub(crate) struct PathRef(Arc<Node>);

struct Node {
    expr: PathExpr,
    /// Of the whole expression, so that unequal ones are told apart at once.
    hash: u64,
    /// How many parts it has, shared ones counted every time.
    size: u32,
    /// It is the name behind all links. The file is the same one, so this makes no path another.
    resolved: bool,
}

/// How a path came about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PathExpr {
    /// A text in the code.
    Text(Name),
    /// A parameter of the function at which the analysis began.
    Param { body: u32, index: u32, name: Name },
    /// A field of something unknown.
    Field(PathRef, Name),
    /// A constant or object of a library.
    Item(Name),
    /// What an unknown function gives for these arguments; equal calls are taken to give equal results.
    Result(Name, Vec<PathRef>),
    /// What a step gives that is never twice the same.
    Made(StepRef),
    /// A text of parts.
    Concat(Vec<PathRef>),
    /// A path below another.
    Join(PathRef, PathRef),
    /// The directory that holds it.
    Parent(PathRef),
    /// Its extension replaced.
    WithExtension(PathRef, PathRef),
    /// Its last part.
    FileName(PathRef),
    /// Beside it, under a name that is not known.
    Sibling(PathRef),
    /// The system's temporary directory.
    SystemTemp,
    /// A temporary file or directory with an unpredictable name in that directory, made at that step; without one it is
    /// that directory itself, which was given.
    Temporary(PathRef, Option<StepRef>),
    /// An environment variable.
    Environment(Name),
    /// Named on the command line.
    Argument,
}

/// The function, which no program has, of what [`PathExpr::earlier`] makes.
const EARLIER: &str = "(earlier)";

/// Larger expressions are not followed: a path that grows in a loop must come to an end.
const SIZE: u32 = 40;

impl PathRef {
    /// `expr`, or where it has grown too large an opaque stand-in, the same one for equal expressions only.
    pub(crate) fn new(expr: PathExpr) -> Self {
        let size = 1 + expr.parts().into_iter().map(|part| part.0.size).sum::<u32>();
        let hash = rustc_hash::FxBuildHasher.hash_one(&expr);
        if size > SIZE {
            return PathRef::new(PathExpr::Item(format!("…{hash}").into()));
        }
        PathRef(Arc::new(Node { expr, hash, size, resolved: false }))
    }

    /// The same path by the name that it has once all links are followed.
    pub(crate) fn resolved(&self) -> Self {
        PathRef(Arc::new(Node { expr: self.0.expr.clone(), hash: self.0.hash, size: self.0.size, resolved: true }))
    }

    /// Whether its links are known to be followed.
    pub(crate) fn is_resolved(&self) -> bool {
        self.0.resolved
    }
}

impl Deref for PathRef {
    type Target = PathExpr;

    fn deref(&self) -> &PathExpr {
        &self.0.expr
    }
}

impl PartialEq for PathRef {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.expr == other.0.expr)
    }
}

impl Eq for PathRef {}

impl PartialOrd for PathRef {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PathRef {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.expr.cmp(&other.0.expr) }
    }
}

impl Hash for PathRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Debug for PathRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expr.fmt(f)
    }
}

/// Texts are not joined to a longer one, in bytes: no path is longer (PATH_MAX), and to copy it for every piece would
/// take quadratic time.
const LONGEST: usize = 4096;

/// A text of more parts than this is taken as its beginning with something appended.
const MOST_PARTS: usize = 256;

impl PathExpr {
    /// A text.
    pub(crate) fn text(text: impl Into<Name>) -> PathRef {
        PathRef::new(PathExpr::Text(text.into()))
    }

    /// `part` below `base`.
    pub(crate) fn join(base: &PathRef, part: &PathRef) -> PathRef {
        match (&**base, &**part) {
            (_, PathExpr::Text(text)) if text.starts_with('/') => part.clone(),
            (_, PathExpr::Text(text)) if text.is_empty() || text == "." => base.clone(),
            (PathExpr::Text(text), _) if text.is_empty() || text == "." => part.clone(),
            (_, PathExpr::Text(text)) if text.contains('/') => {
                let parts = text.split('/').filter(|part| !part.is_empty());
                parts.fold(base.clone(), |base, part| PathExpr::join(&base, &PathExpr::text(part)))
            }
            (_, PathExpr::Join(head, tail)) => PathExpr::join(&PathExpr::join(base, head), tail),
            // `join(directory(p), name(p))` is `p`.
            (PathExpr::Parent(whole), PathExpr::FileName(name)) if whole == name => whole.clone(),
            _ => PathRef::new(PathExpr::Join(base.clone(), part.clone())),
        }
    }

    /// `part` below `base`, or appended where it is an extension: an `OsString` is pushed to like a `PathBuf`.
    pub(crate) fn push(base: &PathRef, part: &PathRef) -> PathRef {
        match part.head() {
            Some(text) if text.starts_with('.') && !text.contains('/') => {
                PathExpr::concat(vec![base.clone(), part.clone()])
            }
            _ => PathExpr::join(base, part),
        }
    }

    /// The directory that holds `path`.
    pub(crate) fn parent(path: &PathRef) -> PathRef {
        let parent = PathExpr::parent_of(path);
        if path.is_resolved() { parent.resolved() } else { parent }
    }

    fn parent_of(path: &PathRef) -> PathRef {
        match &**path {
            PathExpr::Join(base, _) => base.clone(),
            PathExpr::WithExtension(base, _) | PathExpr::Sibling(base) => PathExpr::parent(base),
            PathExpr::Temporary(directory, _) => directory.clone(),
            PathExpr::Text(text) => match text.trim_end_matches('/').rsplit_once('/') {
                Some(("", _)) => PathExpr::text("/"),
                Some((directory, _)) => PathExpr::text(directory),
                None => PathExpr::text(""),
            },
            PathExpr::Concat(parts) => match parts.first() {
                Some(first) if !matches!(&**first, PathExpr::Text(_)) => PathExpr::parent(first),
                _ => PathRef::new(PathExpr::Parent(path.clone())),
            },
            _ => PathRef::new(PathExpr::Parent(path.clone())),
        }
    }

    /// The parts as one text; a separator in it makes it a path below another.
    pub(crate) fn concat(parts: Vec<PathRef>) -> PathRef {
        let mut flat: Vec<PathRef> = Vec::new();
        for part in parts {
            match &*part {
                PathExpr::Concat(inner) => inner.iter().for_each(|part| push_text(&mut flat, part.clone())),
                _ => push_text(&mut flat, part),
            }
        }
        match flat.as_slice() {
            [] => PathExpr::text(""),
            [only] => only.clone(),
            [first, ..] if flat.len() > MOST_PARTS => PathRef::new(PathExpr::Sibling(first.clone())),
            _ => split_directories(flat),
        }
    }

    /// Replaces the last part of `base`.
    pub(crate) fn with_name(base: &PathRef, name: &PathRef) -> PathRef {
        match &**name {
            // A name made of the old one stays a sibling under a derived name.
            PathExpr::Concat(parts) if matches!(parts.first().map(|part| &**part), Some(PathExpr::FileName(of)) if of == base) =>
            {
                let mut parts = parts.clone();
                parts[0] = base.clone();
                PathExpr::concat(parts)
            }
            _ => PathExpr::join(&PathExpr::parent(base), name),
        }
    }

    /// Replaces the extension of `base`.
    pub(crate) fn with_extension(base: &PathRef, extension: &PathRef) -> PathRef {
        PathRef::new(PathExpr::WithExtension(base.clone(), extension.clone()))
    }

    /// The last part of `path`.
    pub(crate) fn file_name(path: &PathRef) -> PathRef {
        match &**path {
            PathExpr::Join(_, part) if !matches!(&**part, PathExpr::Join(..)) => part.clone(),
            PathExpr::Text(text) => PathExpr::text(text.rsplit('/').next().unwrap_or("")),
            _ => PathRef::new(PathExpr::FileName(path.clone())),
        }
    }

    /// Whether any part of it satisfies `test`.
    pub(crate) fn any(&self, test: &mut dyn FnMut(&PathExpr) -> bool) -> bool {
        test(self) || self.parts().into_iter().any(|part| part.any(test))
    }

    /// What stands for an element that a loop has been given before the one at hand.
    pub(crate) fn earlier(element: &PathRef) -> PathRef {
        PathRef::new(PathExpr::Result(Name::new_static(EARLIER), vec![element.clone()]))
    }

    /// `path` with `new`, which may hold `old`, in place of every `old`.
    pub(crate) fn replaced(path: &PathRef, old: &PathRef, new: &PathRef) -> PathRef {
        if path == old {
            return new.clone();
        }
        if path == new || !path.any(&mut |part| *part == **old) {
            return path.clone();
        }
        PathExpr::with_parts(path, |part| PathExpr::replaced(part, old, new))
    }

    /// `path` as if every element were the one at hand.
    pub(crate) fn at_hand(path: &PathRef) -> PathRef {
        match &**path {
            PathExpr::Result(name, parts) if name == EARLIER => PathExpr::at_hand(&parts[0]),
            _ if path.any(&mut |part| matches!(part, PathExpr::Result(name, _) if name == EARLIER)) => {
                PathExpr::with_parts(path, PathExpr::at_hand)
            }
            _ => path.clone(),
        }
    }

    fn with_parts(path: &PathRef, mut each: impl FnMut(&PathRef) -> PathRef) -> PathRef {
        PathRef::new(match &**path {
            PathExpr::Field(base, name) => PathExpr::Field(each(base), name.clone()),
            PathExpr::Parent(base) => PathExpr::Parent(each(base)),
            PathExpr::FileName(base) => PathExpr::FileName(each(base)),
            PathExpr::Sibling(base) => PathExpr::Sibling(each(base)),
            PathExpr::Temporary(base, step) => PathExpr::Temporary(each(base), *step),
            PathExpr::Join(a, b) => PathExpr::Join(each(a), each(b)),
            PathExpr::WithExtension(a, b) => PathExpr::WithExtension(each(a), each(b)),
            PathExpr::Result(name, parts) => PathExpr::Result(name.clone(), parts.iter().map(each).collect()),
            PathExpr::Concat(parts) => PathExpr::Concat(parts.iter().map(each).collect()),
            whole @ (PathExpr::Text(_)
            | PathExpr::Param { .. }
            | PathExpr::Item(_)
            | PathExpr::Made(_)
            | PathExpr::SystemTemp
            | PathExpr::Environment(_)
            | PathExpr::Argument) => whole.clone(),
        })
    }

    /// Whether it depends on a parameter of the body `body`.
    pub(crate) fn depends_on(&self, body: u32) -> bool {
        self.any(&mut |part| matches!(part, PathExpr::Param { body: of, .. } if *of == body))
    }

    /// The directories above it and itself, innermost first.
    pub(crate) fn ancestors(path: &PathRef) -> Vec<PathRef> {
        let mut found = vec![path.clone()];
        let mut at = path.clone();
        loop {
            let next = match &*at {
                PathExpr::Join(base, _) => base.clone(),
                PathExpr::Temporary(directory, _) => directory.clone(),
                PathExpr::WithExtension(base, _) | PathExpr::Sibling(base) => PathExpr::parent(base),
                PathExpr::Concat(parts) => match parts.first() {
                    Some(first) => PathExpr::parent(first),
                    None => break,
                },
                PathExpr::Parent(of) => match PathExpr::parent(of) {
                    parent if parent == at => break,
                    parent => parent,
                },
                _ => break,
            };
            found.push(next.clone());
            at = next;
        }
        found
    }

    /// The text at its end, as far as it is known: a file name or the end of one.
    pub(crate) fn tail(&self) -> Option<&Name> {
        match self {
            PathExpr::Text(text) => Some(text),
            PathExpr::Join(_, part) | PathExpr::WithExtension(_, part) => part.tail(),
            PathExpr::Concat(parts) => parts.last()?.tail(),
            PathExpr::FileName(of) => of.tail(),
            _ => None,
        }
    }

    /// The text it begins with.
    fn head(&self) -> Option<&Name> {
        match self {
            PathExpr::Text(text) => Some(text),
            PathExpr::Concat(parts) => parts.first()?.head(),
            _ => None,
        }
    }

    fn parts(&self) -> Vec<&PathRef> {
        match self {
            PathExpr::Text(_)
            | PathExpr::Param { .. }
            | PathExpr::Item(_)
            | PathExpr::Made(_)
            | PathExpr::SystemTemp
            | PathExpr::Environment(_)
            | PathExpr::Argument => Vec::new(),
            PathExpr::Field(base, _)
            | PathExpr::Parent(base)
            | PathExpr::FileName(base)
            | PathExpr::Sibling(base)
            | PathExpr::Temporary(base, _) => vec![base],
            PathExpr::Join(a, b) | PathExpr::WithExtension(a, b) => vec![a, b],
            PathExpr::Result(_, parts) | PathExpr::Concat(parts) => parts.iter().collect(),
        }
    }
}

fn push_text(flat: &mut Vec<PathRef>, part: PathRef) {
    let joined = match (flat.last().map(|last| &**last), &*part) {
        (_, PathExpr::Text(text)) if text.is_empty() => return,
        (Some(PathExpr::Text(a)), PathExpr::Text(b)) if a.len() + b.len() <= LONGEST => {
            Some(PathExpr::text(format!("{a}{b}")))
        }
        _ => None,
    };
    match joined {
        Some(text) => *flat.last_mut().expect("a last part was just matched") = text,
        None => flat.push(part),
    }
}

/// Makes `{directory}/{name}.tmp` the join that it is.
fn split_directories(parts: Vec<PathRef>) -> PathRef {
    let cut = parts.iter().enumerate().skip(1).rev().find_map(|(at, part)| match &**part {
        PathExpr::Text(text) => text.rfind('/').map(|slash| (at, text.clone(), slash)),
        _ => None,
    });
    let Some((at, text, slash)) = cut else { return PathRef::new(PathExpr::Concat(parts)) };
    let mut head = parts[..at].to_vec();
    head.push(PathExpr::text(&text[..slash]));
    let mut tail = vec![PathExpr::text(&text[slash + 1..])];
    tail.extend_from_slice(&parts[at + 1..]);
    PathExpr::join(&PathExpr::concat(head), &PathExpr::concat(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(name: &str) -> PathRef {
        PathRef::new(PathExpr::Param { body: 0, index: 0, name: name.into() })
    }

    #[test]
    fn a_suffix_stays_in_the_directory() {
        let target = param("target");
        let staging = PathExpr::concat(vec![target.clone(), PathExpr::text(".tmp")]);
        assert_eq!(PathExpr::parent(&staging), PathExpr::parent(&target));
        let extension = PathExpr::with_extension(&target, &PathExpr::text("tmp"));
        assert_eq!(PathExpr::parent(&extension), PathExpr::parent(&target));
    }

    #[test]
    fn a_separator_in_a_text_is_a_join() {
        let base = param("base");
        let text = PathExpr::concat(vec![base.clone(), PathExpr::text("/a/b"), PathExpr::text(".tmp")]);
        let joined = PathExpr::join(&PathExpr::join(&base, &PathExpr::text("a")), &PathExpr::text("b.tmp"));
        assert_eq!(text, joined);
    }

    #[test]
    fn directory_and_name_together_are_the_path() {
        let path = param("path");
        let again = PathExpr::join(&PathExpr::parent(&path), &PathExpr::file_name(&path));
        assert_eq!(again, path);
    }

    #[test]
    fn an_earlier_element_is_another_one_until_it_is_at_hand_again() {
        let element = PathRef::new(PathExpr::Field(param("all"), "[]".into()));
        let staging = PathExpr::concat(vec![element.clone(), PathExpr::text(".tmp")]);
        let before = PathExpr::replaced(&staging, &element, &PathExpr::earlier(&element));
        assert_ne!(before, staging);
        assert_eq!(PathExpr::replaced(&before, &element, &PathExpr::earlier(&element)), before);
        assert_eq!(PathExpr::at_hand(&before), staging);
    }

    #[test]
    fn large_paths_are_told_apart() {
        let grown = |name: &str| (0..100).fold(param(name), |path, _| PathExpr::join(&path, &param("part")));
        assert_eq!(grown("one"), grown("one"));
        assert_ne!(grown("one"), grown("other"));
    }

    #[test]
    fn a_path_that_grows_comes_to_an_end() {
        let mut path = param("path");
        for _ in 0..100 {
            path = PathExpr::join(&path, &param("part"));
        }
        assert!(path.0.size <= SIZE);
    }
}
