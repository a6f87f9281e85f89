//! What a change is, in the form that `git apply` and `patch` take.

use super::transaction::Change;
use similar::{Algorithm, ChangeTag, TextDiff};
use std::fmt::Write;

/// The unified difference of `change`.
pub(crate) fn unified(change: &Change) -> String {
    let mut out = String::new();
    let (old, new) = (quoted("a/", &change.name), quoted("b/", &change.name));
    let _ = writeln!(out, "diff --git {old} {new}");
    match change.before {
        Some(_) => _ = writeln!(out, "--- {old}\n+++ {new}"),
        None => _ = writeln!(out, "new file mode 100644\n--- /dev/null\n+++ {new}"),
    }
    hunks(change.before.as_deref().unwrap_or(""), &change.after, &mut out);
    out
}

/// The unified difference that makes the file `name` with `text` in it.
pub(crate) fn new_file(name: &str, text: &str) -> String {
    unified(&Change { name: name.to_owned(), path: name.into(), before: None, after: text.to_owned() })
}

/// The hunks alone.
pub(crate) fn hunks(before: &str, after: &str, out: &mut String) {
    // To these programs only a line feed ends a line.
    let before: Vec<&str> = before.split_inclusive('\n').collect();
    let after: Vec<&str> = after.split_inclusive('\n').collect();
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&before, &after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            let line = change.value();
            let _ = write!(out, "{sign}{line}");
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
}

/// A name as git writes it: in quotes where it has to be.
fn quoted(side: &str, name: &str) -> String {
    let absolute = name.trim_start_matches('/');
    if !absolute.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
        return format!("{side}{absolute}");
    }
    let mut text = format!("\"{side}");
    for c in absolute.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            c if c.is_control() => _ = write!(text, "\\{:03o}", c as u32),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>, after: &str) -> Change {
        Change {
            name: "src/a.rs".into(),
            path: "src/a.rs".into(),
            before: before.map(str::to_owned),
            after: after.to_owned(),
        }
    }

    #[test]
    fn a_change_is_shown_with_three_lines_around_it() {
        let text = unified(&change(Some("1\n2\n3\n4\n5\n"), "1\n2\n3\n4\nfive\n"));
        assert_eq!(
            text,
            "diff --git a/src/a.rs b/src/a.rs\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+five\n"
        );
    }

    #[test]
    fn a_new_file_and_a_missing_line_end_are_said() {
        let text = unified(&change(None, "x"));
        assert!(text.contains("new file mode 100644\n--- /dev/null\n+++ b/src/a.rs\n@@ -0,0 +1 @@\n+x\n\\ No newline"));
    }

    #[test]
    fn a_carriage_return_is_part_of_its_line() {
        let text = unified(&change(Some("a\rb\r\nc\r\n"), "a\rb\r\nd\r\n"));
        assert!(text.ends_with("@@ -1,2 +1,2 @@\n a\rb\r\n-c\r\n+d\r\n"), "{text:?}");
    }
}
