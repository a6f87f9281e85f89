//! One more dependency in a Cargo.toml, in the style that its author has, and nothing else changed.
//!
//! The line is put in as text and the result is compared with what was meant; what cannot be done so is not done.

use super::NAME;
use toml_edit::{DocumentMut, InlineTable, Item, TableLike};

/// The dependency on the runtime.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    /// The dotted name of the table that it goes to.
    pub(super) section: &'a str,
    /// What is said of it: `path = "vendor/crashsafe"`.
    pub(super) source: String,
}

/// The manifest `text` with the dependency; nothing where that cannot be had without changing more.
pub(super) fn add(text: &str, wanted: &Wanted<'_>) -> Option<String> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let header = format!("[{}]", wanted.section);
    let new = match lines.iter().position(|line| is_header(line, &header)) {
        Some(at) => within(&lines, at, wanted, end),
        None => match subtables(&lines, wanted.section) {
            Some(Place::Before(at)) => inserted(&lines, at, &format!("{}{end}", subtable(wanted, end))),
            Some(Place::Behind(at)) => inserted(&lines, at, &format!("{end}{}", subtable(wanted, end))),
            None => appended(text, &format!("{header}{end}{NAME} = {{ {} }}{end}", wanted.source), end),
        },
    };
    is_meant(text, &new, wanted).then_some(new)
}

/// The manifest `text`, in which the dependency has been put before, with these features, as they are written in a list.
pub(super) fn with_features(text: &str, section: &str, features: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let table = table_mut(&mut document, section)?;
    let entry = table.get_mut(NAME)?;
    let list: toml_edit::Value = format!("[{features}]").parse().ok()?;
    entry.as_table_like_mut()?.insert("features", Item::Value(list));
    // The blank that stood before the brace stands before the comma otherwise.
    entry.as_inline_table_mut().into_iter().for_each(InlineTable::fmt);
    Some(document.to_string())
}

fn is_header(line: &str, header: &str) -> bool {
    line.trim_start().strip_prefix(header).is_some_and(|rest| {
        let rest = rest.trim();
        rest.is_empty() || rest.starts_with('#')
    })
}

/// In the table whose header is line `at`: in its place where the entries are in order, otherwise last.
fn within(lines: &[&str], at: usize, wanted: &Wanted<'_>, end: &str) -> String {
    let stop = lines[at + 1..].iter().position(|line| line.starts_with('[')).map_or(lines.len(), |more| at + 1 + more);
    let keys: Vec<(usize, &str)> = (at + 1..stop).filter_map(|line| Some((line, key(lines[line])?))).collect();
    let sorted = keys.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    let next = keys.iter().find(|(_, key)| sorted && *key > NAME).map(|(line, _)| *line);
    let mut place = next.unwrap_or_else(|| {
        let filled = (at + 1..stop).rev().find(|line| !lines[*line].trim().is_empty());
        filled.map_or(at + 1, |line| line + 1)
    });
    // What is said above an entry is said of it.
    while next.is_some() && place > at + 1 && lines[place - 1].trim_start().starts_with('#') {
        place -= 1;
    }
    let dotted = wanted.source == "workspace = true" && lines[at + 1..stop].iter().any(|line| is_dotted(line));
    let line = match dotted {
        true => format!("{NAME}.workspace = true{end}"),
        false => format!("{NAME} = {{ {} }}{end}", wanted.source),
    };
    inserted(lines, place, &line)
}

fn is_dotted(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| key.trim_end().ends_with(".workspace"))
}

/// The key that a line begins with.
fn key(line: &str) -> Option<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let bare = line.strip_prefix(['"', '\'']).unwrap_or(line);
    let length = bare.find(|c| !word(c)).unwrap_or(bare.len());
    let rest = bare[length..].trim_start_matches(['"', '\'']).trim_start();
    (length > 0 && rest.starts_with(['=', '.'])).then(|| &bare[..length])
}

/// Where a new table goes among others.
enum Place {
    /// Before the line of that number.
    Before(usize),
    /// Behind the last table, which ends before that line.
    Behind(usize),
}

/// Where the tables `[section.…]` take another one: in its place where they are in order, otherwise last.
fn subtables(lines: &[&str], section: &str) -> Option<Place> {
    let head = format!("[{section}.");
    let name = |line: &str| Some(line.strip_prefix(&head)?.trim_end().trim_end_matches(']').to_owned());
    let all: Vec<(usize, String)> = lines.iter().enumerate().filter_map(|(at, line)| Some((at, name(line)?))).collect();
    let sorted = all.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    if let Some((next, _)) = all.iter().find(|(_, name)| sorted && name.as_str() > NAME) {
        // What is said above a table is said of it.
        let comments = lines[..*next].iter().rev().take_while(|line| line.trim_start().starts_with('#'));
        return Some(Place::Before(next - comments.count()));
    }
    let (last, _) = all.last()?;
    let next = lines[last + 1..].iter().position(|line| line.starts_with('['));
    let stop = next.map_or(lines.len(), |more| last + 1 + more);
    let filled = (*last..stop).rev().find(|line| !lines[*line].trim().is_empty())?;
    Some(Place::Behind(filled + 1))
}

fn subtable(wanted: &Wanted<'_>, end: &str) -> String {
    format!("[{}.{NAME}]{end}{}{end}", wanted.section, stacked(wanted, end))
}

/// What is said of it, one thing on a line.
fn stacked(wanted: &Wanted<'_>, end: &str) -> String {
    wanted.source.replace("\", ", &format!("\"{end}")).replace("true, ", &format!("true{end}"))
}

fn inserted(lines: &[&str], at: usize, new: &str) -> String {
    let mut text: String = lines[..at].concat();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(new);
    text.extend(lines[at..].iter().copied());
    text
}

fn appended(text: &str, new: &str, end: &str) -> String {
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => end,
        _ => &format!("{end}{end}"),
    };
    format!("{text}{gap}{new}")
}

/// Whether `new` is `text` with the dependency and nothing else.
fn is_meant(text: &str, new: &str, wanted: &Wanted<'_>) -> bool {
    let (Ok(old), Ok(new)) = (text.parse::<toml::Table>(), new.parse::<toml::Table>()) else { return false };
    let entry: Result<toml::Table, _> = format!("entry = {{ {} }}", wanted.source).parse();
    let mut meant = old;
    let mut at = &mut meant;
    for part in wanted.section.split('.') {
        let inner = at.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        let toml::Value::Table(inner) = inner else { return false };
        at = inner;
    }
    let Ok(Some(entry)) = entry.map(|mut table| table.remove("entry")) else { return false };
    at.insert(NAME.to_owned(), entry).is_none() && meant == new
}

fn table_mut<'d>(document: &'d mut DocumentMut, section: &str) -> Option<&'d mut dyn TableLike> {
    let mut at: &mut Item = document.as_item_mut();
    for part in section.split('.') {
        at = at.as_table_like_mut()?.get_mut(part)?;
    }
    at.as_table_like_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str, section: &str, source: &str) -> String {
        add(text, &Wanted { section, source: source.to_owned() }).expect("it can be added")
    }

    const SOURCE: &str = "path = \"vendor/crashsafe\"";

    #[test]
    fn it_goes_where_the_order_of_names_puts_it_and_below_no_foreign_comment() {
        let text =
            "[package]\nname = \"x\"\n\n[dependencies]\nanyhow = \"1\"\n# for tables\ncsv = \"1\"\n\n[features]\n";
        let line = "crashsafe = { path = \"vendor/crashsafe\" }\n";
        assert_eq!(added(text, "dependencies", SOURCE), text.replace("# for", &format!("{line}# for")));
    }

    #[test]
    fn without_an_order_it_comes_last() {
        let text = "[dependencies]\nserde = { version = \"1\", features = [\n  \"derive\",\n] }\nanyhow = \"1\"\n\n[features]\n";
        let new = added(text, "dependencies", SOURCE);
        assert!(new.contains("anyhow = \"1\"\ncrashsafe = { path = \"vendor/crashsafe\" }\n\n[features]"), "{new}");
    }

    #[test]
    fn a_manifest_without_dependencies_gets_some_and_line_ends_stay() {
        let new = added("[package]\r\nname = \"x\"\r\n", "dependencies", SOURCE);
        assert_eq!(
            new,
            "[package]\r\nname = \"x\"\r\n\r\n[dependencies]\r\ncrashsafe = { path = \"vendor/crashsafe\" }\r\n"
        );
        assert!(added("[package]\nname = \"x\"", "dependencies", SOURCE).contains("\"x\"\n\n[dependencies]\n"));
    }

    #[test]
    fn a_table_for_each_dependency_is_a_style_to_keep() {
        let table = "[dependencies.crashsafe]\npath = \"vendor/crashsafe\"\nfeatures = [\"tokio\"]\n";
        let source = "path = \"vendor/crashsafe\", features = [\"tokio\"]";
        let alone = added("[dependencies.anyhow]\nversion = \"1\"\n\n[features]\n", "dependencies", source);
        assert!(alone.contains(&format!("\"1\"\n\n{table}\n[features]")), "{alone}");
        let text = "[dependencies.anyhow]\nversion = \"1\"\n\n[dependencies.serde]\nversion = \"1\"\n\n[features]\n";
        let between = added(text, "dependencies", source);
        assert!(between.contains(&format!("\"1\"\n\n{table}\n[dependencies.serde]")), "{between}");
    }

    #[test]
    fn what_is_inherited_is_written_as_its_neighbours_are() {
        let dotted = "[dependencies]\nanyhow.workspace = true\nserde = \"1\"\n";
        assert!(added(dotted, "dependencies", "workspace = true").contains("\ncrashsafe.workspace = true\nserde"));
        let inline = "[dependencies]\nanyhow = { workspace = true }\n";
        assert!(added(inline, "dependencies", "workspace = true").ends_with("\ncrashsafe = { workspace = true }\n"));
    }

    #[test]
    fn the_workspace_has_its_own_table() {
        let text = "[workspace]\nmembers = [\"a\"]\n\n[workspace.dependencies]\nserde = \"1\"\n";
        assert!(added(text, "workspace.dependencies", SOURCE).contains("{ path = \"vendor/crashsafe\" }\nserde"));
    }

    #[test]
    fn what_cannot_be_done_without_changing_more_is_not_done() {
        let wanted = Wanted { section: "dependencies", source: SOURCE.to_owned() };
        for text in ["dependencies = { serde = \"1\" }\n", "[dependencies]\ncrashsafe = \"1\"\n", "[dependencies\n"] {
            assert_eq!(add(text, &wanted), None, "{text}");
        }
    }

    #[test]
    fn features_are_added_to_what_is_there() {
        let text = added("[dependencies]\n", "dependencies", SOURCE);
        let new = with_features(&text, "dependencies", "\"tokio\"").unwrap();
        assert_eq!(new, "[dependencies]\ncrashsafe = { path = \"vendor/crashsafe\", features = [\"tokio\"] }\n");
    }
}
