//! Protocols that are written by hand.

use crate::{check, declined};
use atomic_lint_ir::{Applicability, RepairKind};

#[track_caller]
fn moved(before: &str, after: &str) {
    check(RepairKind::Whole, "open", Applicability::Unsafe, before, after);
}

#[test]
fn the_target_is_opened_and_the_publish_goes() {
    moved(
        r#"
        import os

        import crashsafe


        def f(directory, text):
            target = os.path.join(directory, "a")
            staging = target + ".tmp"
            with ‹open(staging, "w", encoding="utf-8")› as fh:
                fh.write(text)
                fh.flush()
                os.fsync(fh.fileno())
            «os.replace(staging, target)»
            sync(directory)
        "#,
        r#"
        import os

        import crashsafe


        def f(directory, text):
            target = os.path.join(directory, "a")
            with crashsafe.open(target, "w", encoding="utf-8") as fh:
                fh.write(text)
            sync(directory)
        "#,
    );
}

#[test]
fn a_temporary_file_goes_with_what_took_it_away() {
    moved(
        r#"
        import os
        import tempfile

        import crashsafe


        def f(target, text):
            fd, staging = ‹tempfile.mkstemp(dir=os.path.dirname(target))›
            try:
                with os.fdopen(fd, "w") as fh:
                    fh.write(text)
                    os.fsync(fh.fileno())
                «os.replace(staging, target)»
            except BaseException:
                try:
                    os.unlink(staging)
                except OSError:
                    pass
                raise
        "#,
        r#"
        import crashsafe


        def f(target, text):
            with crashsafe.open(target, "w") as fh:
                fh.write(text)
        "#,
    );
    moved(
        r#"
        import os
        import tempfile

        import crashsafe


        def f(target, data):
            with ‹tempfile.NamedTemporaryFile(dir=".", delete=False)› as fh:
                fh.write(data)
            «os.replace(fh.name, target)»
        "#,
        r#"
        import crashsafe


        def f(target, data):
            with crashsafe.open(target, "wb") as fh:
                fh.write(data)
        "#,
    );
}

#[test]
fn a_path_that_is_written_and_renamed_is_written() {
    moved(
        r#"
        from pathlib import Path

        import crashsafe


        def f(path: Path, text):
            staging = path.with_suffix(".tmp")
            ‹staging.write_text(text, encoding="utf-8")›
            «staging.replace(path)»
        "#,
        r#"
        from pathlib import Path

        import crashsafe


        def f(path: Path, text):
            crashsafe.write_text(path, text, encoding="utf-8")
        "#,
    );
}

#[test]
fn what_somebody_else_has_a_hand_in_is_declined() {
    let head = "import os\ndef f(target, text):\n    staging = target + '.tmp'\n    with ‹open(staging, 'w')› as fh:\n        fh.write(text)\n";
    let cases = [
        (
            "    check(text)\n    «os.replace(staging, target)»\n",
            "something is done between the end of its file and its publish",
        ),
        ("    «os.replace(staging, target)»\n    log(staging)\n", "something else asks for its staging file"),
        ("    n = «os.replace(staging, target)»\n", "what the publish gives is used"),
        ("    «os.replace('other', target)»\n", "what is opened goes by another name than what is published"),
        ("    «os.replace(staging, target)»  # atomic\n", "comments speak of its staging file"),
    ];
    for (tail, why) in cases {
        declined(RepairKind::Whole, "open", &format!("{head}{tail}"), why);
    }
    let locked = head.replace(".tmp", ".lock");
    let why = "its staging file may keep others out";
    declined(RepairKind::Whole, "open", &format!("{locked}    «os.replace(staging, target)»\n"), why);
    let given = "import os\ndef f(staging, target):\n    with ‹open(staging, 'w')› as fh:\n        fh.write('')\n    «os.replace(staging, target)»\n";
    declined(RepairKind::Whole, "open", given, "the caller says where it is staged");
}

#[test]
fn a_file_that_nobody_closes_is_closed_by_a_with() {
    let close = |before: &str, after: &str| check(RepairKind::FlushAtEnd, "open", Applicability::Safe, before, after);
    close(
        "def f(p, t):\n    out = «open(p, 'a')»\n    out.write(t)\n",
        "def f(p, t):\n    with open(p, 'a') as out:\n        out.write(t)\n",
    );
    close(
        "def f(p, t):\n    «open(p, 'a')».write(t)\n",
        "def f(p, t):\n    with open(p, 'a') as file:\n        file.write(t)\n",
    );
}

#[test]
fn a_file_is_private_from_the_start() {
    check(
        RepairKind::Private,
        "os.chmod",
        Applicability::Unsafe,
        "import os\n\n\ndef f(p, k):\n    with ‹open(p, 'x')› as fh:\n        fh.write(k)\n    «os.chmod(p, 0o600)»\n",
        "import os\n\n\ndef f(p, k):\n    \
         with open(p, 'x', opener=lambda name, flags: os.open(name, flags, 0o600)) as fh:\n        fh.write(k)\n",
    );
}

#[test]
fn a_directory_without_a_name_is_the_working_directory() {
    check(
        RepairKind::NameDirectory,
        "os.open",
        Applicability::Safe,
        "import os\nfd = «os.open(os.path.dirname(p), os.O_RDONLY)»\n",
        "import os\nfd = os.open(os.path.dirname(p) or \".\", os.O_RDONLY)\n",
    );
}

#[test]
fn a_file_that_is_not_there_is_created_and_nothing_else() {
    check(
        RepairKind::Exclusive,
        "open",
        Applicability::Unsafe,
        "with «open(p, 'wb')» as fh:\n    fh.write(b'')\n",
        "with open(p, 'xb') as fh:\n    fh.write(b'')\n",
    );
}
