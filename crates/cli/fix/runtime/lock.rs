//! The lock file of a Rust project, kept true to its manifests: with the runtime in it, as Cargo itself would put it
//! there, fixed code is built with `--locked` as before.
//!
//! Cargo writes one paragraph for each package, in the order of their names.

use super::NAME;
use toml::Table;

/// What begins the paragraph of a package.
const HEAD: &str = "[[package]]\n";

/// The lock file `text` in which the package `dependent` of the project depends on the runtime, which itself depends on
/// `needs`; nothing where it is not known how Cargo would say so.
pub(super) fn with_runtime(text: &str, dependent: &str, needs: &[&str]) -> Option<String> {
    if text.contains('\r') {
        return Some(with_runtime(&text.replace("\r\n", "\n"), dependent, needs)?.replace('\n', "\r\n"));
    }
    let old = packages(text)?;
    let mut paragraphs: Vec<String> = text.trim_end().split("\n\n").map(str::to_owned).collect();
    let needs: Vec<String> = needs.iter().map(|name| reference(&paragraphs, name)).collect::<Option<_>>()?;
    let own = own_package(&paragraphs, dependent)?;
    paragraphs[own] = depending(&paragraphs[own], &[NAME.to_owned()]);
    match paragraphs.iter().position(|paragraph| name(paragraph) == Some(NAME)) {
        Some(at) if is_own(&paragraphs[at]) => paragraphs[at] = depending(&paragraphs[at], &needs),
        Some(_) => return None,
        None => {
            let head = format!("{HEAD}name = \"{NAME}\"\nversion = \"{}\"", env!("CARGO_PKG_VERSION"));
            let place = paragraphs.iter().position(|paragraph| name(paragraph).is_some_and(|name| name > NAME));
            let place =
                place.or_else(|| paragraphs.iter().rposition(|one| name(one).is_some()).map(|last| last + 1))?;
            paragraphs.insert(place, depending(&head, &needs));
        }
    }
    let new = paragraphs.join("\n\n") + "\n";
    is_meant(&old, &packages(&new)?, dependent).then_some(new)
}

/// The packages of a lock file, of a format that is known.
fn packages(text: &str) -> Option<Vec<Table>> {
    let table: Table = text.parse().ok()?;
    // The first format had no number either, and kept its check sums in a table of their own.
    let is_known = match table.get("version").map(toml::Value::as_integer) {
        None => !table.contains_key("metadata"),
        Some(number) => matches!(number, Some(3 | 4)),
    };
    let all = table.get("package").filter(|_| is_known)?.as_array()?;
    all.iter().map(|package| package.as_table().cloned()).collect()
}

/// Whether `new` is `old` with the runtime, and with it as a dependency, and otherwise the same packages.
fn is_meant(old: &[Table], new: &[Table], dependent: &str) -> bool {
    let is = |package: &Table, wanted: &str| package.get("name").and_then(toml::Value::as_str) == Some(wanted);
    let others = |all: &[Table]| -> Vec<Table> {
        all.iter().filter(|package| !is(package, NAME) && !is(package, dependent)).cloned().collect()
    };
    let count = |all: &[Table], wanted: &str| all.iter().filter(|package| is(package, wanted)).count();
    others(old) == others(new) && count(new, NAME) == 1 && count(old, dependent) == count(new, dependent)
}

fn value<'p>(paragraph: &'p str, key: &str) -> Option<&'p str> {
    let body = paragraph.strip_prefix(HEAD)?;
    let line = body.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
    line.strip_suffix('"')
}

fn name(paragraph: &str) -> Option<&str> {
    value(paragraph, "name")
}

/// Whether the package comes from the project itself.
fn is_own(paragraph: &str) -> bool {
    value(paragraph, "source").is_none()
}

/// The only package of the project that has this name.
fn own_package(paragraphs: &[String], wanted: &str) -> Option<usize> {
    let is_it = |paragraph: &String| name(paragraph) == Some(wanted) && is_own(paragraph);
    let at = paragraphs.iter().position(is_it)?;
    (!paragraphs[at + 1..].iter().any(is_it)).then_some(at)
}

/// What a dependency on version 1 of the package `wanted` is called: its name, where that is enough.
fn reference(paragraphs: &[String], wanted: &str) -> Option<String> {
    let all: Vec<&str> = paragraphs
        .iter()
        .filter(|paragraph| name(paragraph) == Some(wanted))
        .filter_map(|paragraph| value(paragraph, "version"))
        .collect();
    let mut fitting = all.iter().filter(|version| version.starts_with("1."));
    let version = fitting.next()?;
    match (all.len(), fitting.next()) {
        (1, _) => Some(wanted.to_owned()),
        (_, None) => Some(format!("{wanted} {version}")),
        (_, Some(_)) => None,
    }
}

/// `paragraph` with `names` among its dependencies, which are in order.
fn depending(paragraph: &str, names: &[String]) -> String {
    if names.is_empty() {
        return paragraph.to_owned();
    }
    let (head, list) = match paragraph.split_once("\ndependencies = [\n") {
        Some((head, list)) => (head, list.trim_end_matches(']')),
        None => (paragraph, ""),
    };
    let mut lines: Vec<String> = list.lines().map(str::to_owned).collect();
    lines.extend(names.iter().map(|name| format!(" \"{name}\",")));
    // As Cargo compares them: without the quotes, which a blank would come before.
    lines.sort_by(|a, b| a.trim_matches([' ', '"', ',']).cmp(b.trim_matches([' ', '"', ','])));
    lines.dedup();
    format!("{head}\ndependencies = [\n{}\n]", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\n\
                        version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.3.0\"\ndependencies = [\n \"anyhow\",\n \
                        \"serde\",\n]\n\n[[package]]\nname = \"plain\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"rustix\"\n\
                        version = \"0.38.4\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"rustix\"\nversion = \"1.1.2\"\n\
                        source = \"registry+x\"\n";

    #[test]
    fn the_runtime_and_who_needs_it_stand_where_cargo_puts_them() {
        let new = with_runtime(LOCK, "app", &["rustix"]).unwrap();
        assert!(new.contains(" \"anyhow\",\n \"crashsafe\",\n \"serde\",\n"), "{new}");
        let own = format!(
            "]\n\n[[package]]\nname = \"crashsafe\"\nversion = \"{}\"\ndependencies = [\n \"rustix 1.1.2\",\n]\n\n[[package]]\nname = \"plain\"",
            env!("CARGO_PKG_VERSION")
        );
        assert!(new.contains(&own), "{new}");
    }

    #[test]
    fn a_package_without_dependencies_gets_some_and_the_runtime_stands_there_once() {
        let both = with_runtime(&with_runtime(LOCK, "app", &[]).unwrap(), "plain", &["rustix"]).unwrap();
        assert!(
            both.contains("name = \"plain\"\nversion = \"0.1.0\"\ndependencies = [\n \"crashsafe\",\n]\n"),
            "{both}"
        );
        assert_eq!(both.matches("name = \"crashsafe\"").count(), 1);
        assert!(both.contains("dependencies = [\n \"rustix 1.1.2\",\n]\n\n[[package]]\nname = \"plain\""), "{both}");
        assert_eq!(with_runtime(&both, "plain", &["rustix"]).unwrap(), both);
    }

    #[test]
    fn line_ends_stay() {
        let windows = LOCK.replace('\n', "\r\n");
        assert_eq!(
            with_runtime(&windows, "app", &[]).unwrap().replace("\r\n", "\n"),
            with_runtime(LOCK, "app", &[]).unwrap()
        );
    }

    #[test]
    fn what_cargo_would_write_otherwise_is_left_to_it() {
        let old = LOCK.replace("version = 4\n", "") + "\n[metadata]\n\"checksum x\" = \"y\"\n";
        let future = LOCK.replace("version = 4", "version = 9");
        let theirs = LOCK.replace("\"plain\"\n", "\"crashsafe\"\nsource = \"registry+x\"\n");
        for text in [old.as_str(), future.as_str(), theirs.as_str(), "", "x ="] {
            assert_eq!(with_runtime(text, "app", &[]), None, "{text}");
        }
        assert_eq!(with_runtime(LOCK, "elsewhere", &[]), None);
        assert_eq!(with_runtime(LOCK, "app", &["tokio"]), None);
    }
}
