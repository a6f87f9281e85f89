//! The protocol with the standard library alone.

use crate::{dedented, marked, spelled};
use atomic_lint_ir::{Applicability, Decline, RepairKind, Runtime, Twin};
use atomic_lint_source::apply;

#[track_caller]
fn written_out(twin: Twin, source: &str, expected: &str) {
    let marked = marked(RepairKind::Through(twin), "", &dedented(source));
    let spelling = spelled(&marked, Runtime::Standard).expect("it is said");
    let actual = apply(&marked.text, &spelling.edits).expect("its edits fit");
    let expected = dedented(expected);
    assert!(actual == expected, "expected:\n{expected}\nactual:\n{actual}");
    assert_eq!((spelling.applicability, spelling.needs_runtime), (Applicability::Unsafe, false));
}

#[test]
fn a_with_is_written_out() {
    written_out(
        Twin::Open,
        r#"
        import os


        def f(path):
            with «open(path, 'w')» as fh:
                fh.write('')
        "#,
        r#"
        import os
        import tempfile


        def f(path):
            with tempfile.TemporaryDirectory(
                dir=os.path.dirname(os.path.abspath(path))
            ) as folder:
                staging = os.path.join(folder, "staging")
                with open(staging, 'w') as fh:
                    fh.write('')
                    fh.flush()
                    os.fsync(fh.fileno())
                os.replace(staging, path)
        "#,
    );
}

#[test]
fn a_call_is_written_out() {
    written_out(
        Twin::Write,
        r#"
        import os
        from pathlib import Path


        def f(path: Path):
            «path.write_text(x, 'utf-8')»  # all
        "#,
        r#"
        import os
        import tempfile
        from pathlib import Path


        def f(path: Path):
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                staging = os.path.join(folder, "staging")
                with open(staging, "w", encoding='utf-8') as file:
                    file.write(x)  # all
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(staging, path)
        "#,
    );
}

#[test]
fn what_is_left_early_or_takes_no_runtime_is_declined() {
    let open = RepairKind::Through(Twin::Open);
    let plain = marked(open, "open", "with «open(p, 'w')» as fh:\n    pass\n");
    assert_eq!(spelled(&plain, Runtime::None), Err(Decline("it needs a runtime".to_string())));
    let left = marked(open, "open", "def f(p):\n    with «open(p, 'w')» as fh:\n        return 1\n");
    let why = "the protocol is too long to be written out here".to_string();
    assert_eq!(spelled(&left, Runtime::Standard), Err(Decline(why)));
}
