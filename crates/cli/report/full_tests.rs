//! The report for people, over texts and diagnostics made by hand.

use super::*;
use crate::coverage::Coverage;
use crate::diagnostic::{Caption, Note, RelatedPlace};
use crate::report::by_hand::{self, diagnostic, place, sources};
use atomic_lint_source::{FileId, Place, Span};

const CODE: &str =
    "def f(p, rows):\n    with open(p, \"w\") as fh:\n        for row in rows:\n            fh.write(row)\n";
const PLAIN: Full = Full { terminal: Terminal { unicode: true, color: false }, quiet: false };

fn render(full: Full, diagnostic: Diagnostic, sources: &Sources) -> String {
    by_hand::render(&full, &[diagnostic], &Coverage { files: 2, missed: Vec::new() }, sources)
}

#[test]
fn a_finding_shows_its_flow_its_checklist_and_what_to_do() {
    let step = Caption { place: place(0, CODE, "fh.write(row)"), text: "loses it".into() };
    let text = render(PLAIN, diagnostic(place(0, CODE, "open(p, \"w\")"), vec![step]), &sources(&[("a.py", CODE)]));
    let expected = r#"warning[direct-write]: `p` is written in place
  --> a.py:2:10
  |
2 |     with open(p, "w") as fh:
  |          ^^^^^^^^^^^^ truncates
3 |         for row in rows:
4 |             fh.write(row)
  |             ------------- loses it
  |
  = protocol: temp ✗  write ✓  flush ✗  sync ✗  publish ✗  dir-sync ✗
  = help: stage it

1 warning
2 files checked, 0 not analysed
"#;
    assert_eq!(text, expected);
}

#[test]
fn a_flow_over_two_files_shows_both_and_what_else_belongs_to_it() {
    let caller = "from a import f\nf('x', [])\n";
    let sources = sources(&[("a.py", CODE), ("b.py", caller)]);
    let step = Caption { place: place(1, caller, "f('x', [])"), text: "starts here".into() };
    let mut one = diagnostic(place(0, CODE, "open(p, \"w\")"), vec![step]);
    one.confidence = Confidence::Medium;
    one.related = vec![RelatedPlace {
        role: "caller",
        place: place(1, caller, "f('x', [])"),
        message: "called with a final path",
    }];
    one.notes = vec![
        Note { rule: None, message: "a reason".into() },
        Note { rule: Some("missing-directory-sync".into()), message: "advice".into() },
    ];
    let text = render(PLAIN, one, &sources);
    for line in [
        "  --> a.py:2:10",
        "  --> b.py:2:1",
        "  | ---------- starts here",
        "  = called with a final path at b.py:2",
        "  = confidence: medium",
        "  = note: a reason",
        "  = note[missing-directory-sync]: advice",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
    }
}

#[test]
fn nothing_in_source_or_words_reaches_the_terminal_as_a_command() {
    let code = "open('\u{1b}[31m\u{202e}é', 'w')\r\nx\n";
    let mut one = diagnostic(place(0, code, "open("), Vec::new());
    one.message = "`\u{1b}]0;x\u{7}\n` is written".into();
    let sources = sources(&[("\u{1b}[2J.py", code)]);
    let text = render(PLAIN, one.clone(), &sources);
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    let ascii = Full { terminal: Terminal { unicode: false, color: false }, quiet: false };
    let text = render(ascii, one, &sources);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("protocol: temp no  write yes"), "{text}");
}

#[test]
fn colour_is_only_added_where_it_is_asked_for() {
    let colored = Full { terminal: Terminal { unicode: true, color: true }, quiet: true };
    let one = diagnostic(place(0, CODE, "open(p, \"w\")"), Vec::new());
    assert!(render(colored, one.clone(), &sources(&[("a.py", CODE)])).contains("\u{1b}["));
    assert!(!render(PLAIN, one, &sources(&[("a.py", CODE)])).contains('\u{1b}'));
}

#[test]
fn a_label_at_the_end_of_a_text_without_a_line_feed_is_shown() {
    let code = "x = 1\nopen(p, 'w')";
    let text = render(PLAIN, diagnostic(place(0, code, "open(p, 'w')"), Vec::new()), &sources(&[("a.py", code)]));
    assert!(text.contains("2 | open(p, 'w')\n  | ^^^^^^^^^^^^ truncates"), "{text}");
    let empty = Place { file: FileId(0), span: Span::new(code.len() as u32, code.len() as u32) };
    assert!(render(PLAIN, diagnostic(empty, Vec::new()), &sources(&[("a.py", code)])).contains("--> a.py:2:13"));
}
