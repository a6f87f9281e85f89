//! `explain`: why a write is reported, and why it is not.

use super::project::{Project, TORN};

const ACCEPTED: &str = "import os\n\n\ndef save(path, text):\n    with open(path + \".tmp\", \"w\") as f:\n        \
                        f.write(text)\n        f.flush()\n        os.fsync(f.fileno())\n    os.replace(path + \".tmp\", path)\n";

fn explained(files: &[(&str, &str)], place: &str) -> (i32, String, String) {
    let run = Project::new(files).run(&["explain", place]);
    (run.code, run.out, run.err)
}

#[test]
fn a_finding_is_told_whole_at_each_of_its_lines() {
    for line in ["a.py:2", "a.py:3"] {
        let (code, out, err) = explained(&[("a.py", TORN)], line);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.starts_with("warning[direct-write]"), "{out}");
    }
}

#[test]
fn an_accepted_write_is_told_with_its_reason() {
    let (code, out, _) = explained(&[("a.py", ACCEPTED)], "a.py:5");
    assert_eq!(code, 0);
    assert!(out.contains("a.py:5: accepted: `path + \".tmp\"`: it is a staging file that is published later"), "{out}");
}

#[test]
fn a_comment_that_allows_a_write_is_told() {
    let text = TORN.replace("as f:", "as f:  # atomic-lint: allow(direct-write): made again");
    assert_eq!(explained(&[("a.py", &text)], "a.py:2").1, "`direct-write` is allowed by a comment\n");
}

#[test]
fn a_fix_that_is_declined_is_told_with_the_reason() {
    let text = "def save(path):\n    return open(path, \"w\")\n";
    let (_, out, _) = explained(&[("a.py", text)], "a.py:2");
    assert!(out.contains("\nno fix, because "), "{out}");
}

#[test]
fn a_line_without_a_write_says_so() {
    assert_eq!(explained(&[("a.py", TORN)], "a.py:1").1, "no write of a file was seen on this line\n");
}

#[test]
fn what_cannot_be_explained_is_an_error() {
    let files = [("a.py", "def f(:\n    open('a', 'w')\n"), ("b.txt", "")];
    for (place, message) in [
        ("a.py", "error: `a.py` is not FILE:LINE, such as src/export.py:12"),
        ("none.py:1", "error: none.py: No such file or directory"),
        ("b.txt:1", "error: b.txt"),
        ("a.py:1", "error: a.py"),
    ] {
        let (code, out, err) = explained(&files, place);
        assert_eq!((code, out.as_str()), (2, ""), "{place}");
        assert!(err.contains(message), "{place}: {err}");
    }
}
