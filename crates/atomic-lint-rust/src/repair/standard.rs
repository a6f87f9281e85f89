//! The protocol written out with the standard library, for code that takes no runtime.
//!
//! It is one private function, which stands once in a file and takes what `std::fs::write` takes.

use super::chain::{Chain, Node};
use super::source::{Source, insertion};
use super::{Draft, call, decline};
use atomic_lint_ir::{Applicability, Decline, Repair};
use atomic_lint_source::{Edit, Span};
use syn::{Attribute, Item, Meta};

/// What it is called.
const NAME: &str = "write_atomically";

/// What it is, and nothing that needs an import.
///
/// The name of the staging file cannot be foreseen: `RandomState` is seeded by the system.
const FUNCTION: &str = r#"
/// Writes `contents` to `path` so that a reader, and whoever comes after a crash, finds either what was there or all of it.
fn write_atomically(path: impl AsRef<std::path::Path>, contents: impl AsRef<[u8]>) -> std::io::Result<()> {
    use std::hash::{BuildHasher, Hasher};
    use std::io::Write;
    // Behind a link it is the file that is replaced, and not the link.
    let target = std::fs::canonicalize(&path).unwrap_or_else(|_| path.as_ref().to_path_buf());
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => std::path::Path::new("."),
    };
    let number = std::collections::hash_map::RandomState::new().build_hasher().finish();
    let staging = folder.join(format!(".{number:016x}.tmp"));
    let mut file = std::fs::File::options().write(true).create_new(true).open(&staging)?;
    let published = (|| {
        file.write_all(contents.as_ref())?;
        if let Ok(before) = std::fs::metadata(&target) {
            file.set_permissions(before.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(&staging, &target)
    })();
    if published.is_err() {
        std::fs::remove_file(&staging).ok();
        return published;
    }
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}
"#;

/// `fs::write(p, d)?` → `write_atomically(p, d)?`
pub(super) fn written(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let call = call::function_call(source, chain)?;
    if call.args.len() != 2 || !matches!(repair.api.as_str(), "std::fs::write" | "fs_err::write") {
        return decline("the protocol is too long to be written out here");
    }
    if call::is_awaited(chain) {
        return decline("the standard library has no asynchronous files");
    }
    let modules = (0..chain.len()).filter(|at| matches!(chain.get(*at), Some(Node::Module))).count();
    let mut edits = call::renamed(source, chain, call, &("super::".repeat(modules) + NAME));
    edits.extend(function(source)?);
    Ok(Draft {
        title: "write a staging file, sync it and rename it over the target",
        // Who owns the file, and what else is known of it than its mode, is not kept.
        applicability: Applicability::Unsafe,
        edits,
        needs_runtime: false,
        features: Vec::new(),
    })
}

/// The function at the end of the file, before its tests, unless it is there.
fn function(source: &Source) -> Result<Option<Edit>, Decline> {
    let own = source.file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == NAME => Some(function),
        _ => None,
    });
    let newline = source.newline();
    let text = FUNCTION.replace('\n', newline);
    match own {
        Some(own) if source.node(own).slice(source.text).trim() == text.trim() => return Ok(None),
        Some(_) => return decline("there is another function of the name that it would be given"),
        None if source.mentions(Span::new(0, source.text.len() as u32), NAME) => {
            return decline("there is something else of the name that it would be given");
        }
        None => {}
    }
    let mut tests = source.file.items.iter().map(attributes).filter(|all| all.iter().any(is_for_tests));
    Ok(Some(match tests.next().and_then(<[Attribute]>::first) {
        Some(first) => {
            let start = source.token(first.pound_token.spans[0]).start;
            insertion(start, format!("{}{newline}", text.trim_start_matches(['\r', '\n'])))
        }
        None if source.text.ends_with('\n') => insertion(source.text.len() as u32, text),
        None => insertion(source.text.len() as u32, format!("{newline}{text}")),
    }))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}
