//! Files that are opened.

use crate::{declined, doubtful, safe};
use atomic_lint_ir::{RepairKind, Twin};

const OPEN: RepairKind = RepairKind::Through(Twin::Open);

#[test]
fn a_with_changes_by_one_word_and_one_import() {
    safe(
        Twin::Open,
        "open",
        r#"
        import json
        import os


        def save(directory, settings):
            target = os.path.join(directory, "settings.json")
            with «open(target, "w", encoding="utf-8")» as fh:
                json.dump(settings, fh, indent=2)  # in full
        "#,
        r#"
        import json
        import os

        import crashsafe


        def save(directory, settings):
            target = os.path.join(directory, "settings.json")
            with crashsafe.open(target, "w", encoding="utf-8") as fh:
                json.dump(settings, fh, indent=2)  # in full
        "#,
    );
}

#[test]
fn an_open_and_a_close_become_a_with() {
    safe(
        Twin::Open,
        "open",
        r#"
        import crashsafe
        def save(path, lines):
            fh = «open(path, 'w')»
            # In order.
            for line in lines:
                fh.write("""
        kept
        """)
            fh.close()
            return path
        "#,
        r#"
        import crashsafe
        def save(path, lines):
            with crashsafe.open(path, 'w') as fh:
                # In order.
                for line in lines:
                    fh.write("""
        kept
        """)
            return path
        "#,
    );
}

#[test]
fn a_try_that_only_closes_becomes_a_with() {
    safe(
        Twin::Open,
        "open",
        r#"
        import crashsafe
        def save(path, text):
            fh = «open(path, 'w')»
            try:
                fh.write(text)
            finally:
                fh.close()
        "#,
        r#"
        import crashsafe
        def save(path, text):
            with crashsafe.open(path, 'w') as fh:
                fh.write(text)
        "#,
    );
}

#[test]
fn a_write_to_what_is_opened_is_one_call() {
    safe(
        Twin::Open,
        "open",
        "import crashsafe\n«open(path, 'w', encoding='utf-8')».write(text)\n",
        "import crashsafe\ncrashsafe.write_text(path, text, encoding='utf-8')\n",
    );
    safe(
        Twin::Open,
        "open",
        "import crashsafe\n«open(path, 'wb')».write(data)\n",
        "import crashsafe\ncrashsafe.write_bytes(path, data)\n",
    );
}

#[test]
fn a_dump_to_what_is_opened_goes_into_a_with() {
    safe(
        Twin::Open,
        "open",
        r#"
        import crashsafe
        def save(path, value):
            json.dump(value, «open(path, "w")», indent=2)
        "#,
        r#"
        import crashsafe
        def save(path, value):
            with crashsafe.open(path, "w") as file:
                json.dump(value, file, indent=2)
        "#,
    );
}

#[test]
fn a_path_that_opens_itself_is_the_first_argument() {
    safe(
        Twin::Open,
        "pathlib.Path.open",
        r#"
        from pathlib import Path

        import crashsafe

        def save(folder: Path, text):
            with «(folder / "name").open("w")» as fh:
                fh.write(text)
        "#,
        r#"
        from pathlib import Path

        import crashsafe

        def save(folder: Path, text):
            with crashsafe.open(folder / "name", "w") as fh:
                fh.write(text)
        "#,
    );
}

#[test]
fn compression_writes_over_an_opened_file() {
    safe(
        Twin::Open,
        "gzip.open",
        "import gzip\n\nimport crashsafe\n\nwith «gzip.open(path, \"wt\")» as fh:\n    fh.write(text)\n",
        "import gzip\n\nimport crashsafe\n\nwith crashsafe.open(path, \"wb\") as raw, gzip.open(raw, \"wt\") as fh:\n    fh.write(text)\n",
    );
    safe(
        Twin::Open,
        "tarfile.open",
        "import tarfile\n\nimport crashsafe\n\nwith «tarfile.open(path, \"w:gz\")» as tar:\n    tar.add(name)\n",
        "import tarfile\n\nimport crashsafe\n\nwith crashsafe.open(path, \"wb\") as raw, tarfile.open(path, \"w:gz\", fileobj=raw) as tar:\n    tar.add(name)\n",
    );
}

#[test]
fn a_call_that_grows_too_long_is_broken_as_black_breaks_it() {
    safe(
        Twin::Open,
        "open",
        r#"
        import crashsafe


        def save(self):
            with «open(os.path.join(self.output_directory, "line_count.txt"), "w")» as f:
                f.write("1")
        "#,
        r#"
        import crashsafe


        def save(self):
            with crashsafe.open(
                os.path.join(self.output_directory, "line_count.txt"), "w"
            ) as f:
                f.write("1")
        "#,
    );
}

#[test]
fn what_happens_while_it_is_open_makes_it_doubtful() {
    for line in ["yield fh", "sys.exit(1)", "run(fh.name)", "fcntl(fh.fileno())"] {
        doubtful(
            Twin::Open,
            "open",
            &format!(
                "import sys\n\nimport crashsafe\ndef f(path):\n    with «open(path, 'w')» as fh:\n        {line}\n"
            ),
            &format!(
                "import sys\n\nimport crashsafe\ndef f(path):\n    with crashsafe.open(path, 'w') as fh:\n        {line}\n"
            ),
        );
    }
}

#[test]
fn a_handle_that_outlives_its_block_is_declined() {
    let cases = [
        ("self.file = «open(path, 'w')»\n", "the file object is stored"),
        ("def f(path):\n    return «open(path, 'w')»\n", "the file object is returned"),
        (
            "def f(path):\n    with «open(path, 'w')» as fh:\n        return fh\n",
            "the file object is passed on to code that may use it later",
        ),
        (
            "def f(path):\n    if path:\n        fh = «open(path, 'w')»\n    fh.write('')\n    fh.close()\n",
            "the file object is not used in its block",
        ),
    ];
    for (source, why) in cases {
        declined(OPEN, "open", source, why);
    }
}

#[test]
fn a_mode_that_may_be_another_is_declined() {
    let cases = [
        ("def f(path, mode):\n    with «open(path, mode)» as fh:\n        pass\n", "its mode is not spelled out"),
        (
            "def f(path):\n    with «open(path, 'a')» as fh:\n        pass\n",
            "it may be opened for other than writing anew",
        ),
        ("with «open(wfd, 'w')» as fh:\n    pass\n", "it is opened from a descriptor"),
        ("with «open(p, 'w', opener=o)» as fh:\n    pass\n", "crashsafe has no argument `opener`"),
    ];
    for (source, why) in cases {
        declined(OPEN, "open", source, why);
    }
}
