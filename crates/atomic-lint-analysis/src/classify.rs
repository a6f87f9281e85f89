//! What the shape and the names of a path say of its file: device, temporary, staging, regenerable.

use crate::defect::Defect;
use crate::file::File;
use crate::finding::{Circumstance, Reason};
use crate::path::{PathExpr, PathRef};
use crate::value::Value;
use atomic_lint_catalog::Naming;
use atomic_lint_ir::Name;

/// Why a write of `file` is no defect, judged by its path; every path it may have must say so.
pub(crate) fn accepted(naming: &Naming, file: &File) -> Option<Reason> {
    let mut reasons = file.path.paths().map(|path| accepted_path(naming, path, file));
    let first = reasons.next()??;
    reasons.all(|reason| reason.is_some()).then_some(first)
}

/// Whether it is certain that what is written there is kept nowhere.
pub(crate) fn is_device(naming: &Naming, file: &File) -> bool {
    accepted(naming, file) == Some(Reason::Device)
}

fn accepted_path(naming: &Naming, path: &PathRef, file: &File) -> Option<Reason> {
    if is_temporary(path) {
        return Some(Reason::Temporary);
    }
    if path.any(&mut |part| matches!(part, PathExpr::Environment(name) if naming.build_environment.contains(name))) {
        return Some(Reason::BuildOutput);
    }
    if let Some(text) = leading_text(path)
        && naming.device.iter().any(|prefix| text.starts_with(prefix.as_str()))
    {
        return Some(Reason::Device);
    }
    if leading_text(path).is_some_and(|text| is_remote(&text)) {
        return Some(Reason::Remote);
    }
    let name = last_name(path);
    let has = |words: &[Name]| name.as_ref().is_some_and(|name| Naming::has_word(name, words));
    if has(&naming.pid) {
        return Some(Reason::PidFile);
    }
    if has(&naming.lock) && (!file.written() || name.is_some_and(|name| name.starts_with('.') || name == "lock")) {
        return Some(Reason::LockFile);
    }
    let staging = PathExpr::ancestors(path).iter().any(|path| named_as(path, &naming.staging));
    staging.then_some(Reason::StagingName)
}

/// Why a finding on `file` is less sure.
pub(crate) fn doubts(naming: &Naming, paths: &[PathRef]) -> Vec<Reason> {
    let mut found = Vec::new();
    if paths.iter().any(|path| mentions(path, &naming.regenerable)) {
        found.push(Reason::Regenerable);
    }
    let user = |part: &PathExpr| match part {
        PathExpr::Argument | PathExpr::Environment(_) => true,
        PathExpr::Item(name) | PathExpr::Result(name, _) => naming.user.contains(name),
        _ => false,
    };
    if paths.iter().any(|path| path.any(&mut |part| user(part))) {
        found.push(Reason::UserNamed);
    }
    found
}

/// Whether it is certain that what has this path lies in a temporary directory.
pub(crate) fn stays_temporary(target: &Value) -> bool {
    let mut targets = target.paths().peekable();
    targets.peek().is_some() && targets.all(is_temporary)
}

fn is_temporary(path: &PathRef) -> bool {
    path.any(&mut |part| matches!(part, PathExpr::SystemTemp | PathExpr::Temporary(..)))
}

/// What makes `defect` better or worse than others of its rule, on a file that goes from `source` to `target`.
pub(crate) fn circumstance(
    naming: &Naming,
    defect: Defect,
    target: &Value,
    source: Option<&Value>,
) -> Option<Circumstance> {
    match defect {
        Defect::CrossDevice { moved: true } => Some(Circumstance::Moved),
        Defect::SharedName if target.paths().any(|path| mentions(path, &naming.secret)) => Some(Circumstance::Secret),
        Defect::SharedName if source.is_some_and(|source| source.paths().any(is_temporary)) => {
            Some(Circumstance::SharedDirectory)
        }
        _ => None,
    }
}

fn mentions(path: &PathExpr, words: &[Name]) -> bool {
    path.any(&mut |part| {
        symbol_name(part).is_some_and(|name| name.split('/').any(|name| Naming::has_word(name, words)))
    })
}

/// Whether the last part of `path`, as text or as the name of what holds it, has one of `words`.
fn named_as(path: &PathRef, words: &[Name]) -> bool {
    last_name(path).is_some_and(|name| Naming::has_word(&name, words))
}

/// The last part of a path: the text it ends in, or the name of what it comes from.
pub(crate) fn last_name(path: &PathExpr) -> Option<Name> {
    match path {
        PathExpr::Join(_, part) | PathExpr::WithExtension(_, part) => last_name(part),
        PathExpr::Concat(parts) => {
            // `{name}.{random}` and `{random}.tmp` are both told by the texts in them.
            let texts: Vec<Name> = parts.iter().skip(1).filter_map(|part| last_name(part)).collect();
            match texts.is_empty() {
                true => last_name(parts.first()?),
                false => Some(Name::from(texts.join(" "))),
            }
        }
        PathExpr::Text(text) => Some(text.rsplit('/').next().unwrap_or("").into()),
        other => symbol_name(other).cloned(),
    }
}

fn symbol_name(path: &PathExpr) -> Option<&Name> {
    match path {
        PathExpr::Text(name)
        | PathExpr::Param { name, .. }
        | PathExpr::Field(_, name)
        | PathExpr::Result(name, _)
        | PathExpr::Item(name) => Some(name),
        _ => None,
    }
}

/// Whether a path begins as a URL of something else than a file of this machine.
fn is_remote(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !matches!(scheme, "file" | "local") && !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// The text that a path begins with, where that is known.
pub(crate) fn leading_text(path: &PathExpr) -> Option<String> {
    match path {
        PathExpr::Text(text) => Some(text.to_string()),
        PathExpr::Join(base, part) => {
            let base = leading_text(base)?;
            let part = part.tail().map_or("", |part| part.as_str());
            Some(format!("{}/{part}", base.trim_end_matches('/')))
        }
        PathExpr::Concat(parts) => leading_text(parts.first()?),
        _ => None,
    }
}
