//! Content that is synced before it is published.

use crate::{check, declined};
use atomic_lint_ir::{Applicability, RepairKind};

#[track_caller]
fn synced(source: &str, result: &str) {
    check(RepairKind::Sync, "os.replace", Applicability::Safe, source, result);
}

#[test]
fn a_with_ends_with_flush_and_sync() {
    synced(
        r#"
        import json
        import os


        def save(directory, state):
            with ‹open(staging, "w")› as fh:
                json.dump(state, fh)
            «os.replace(staging, target)»
        "#,
        r#"
        import json
        import os


        def save(directory, state):
            with open(staging, "w") as fh:
                json.dump(state, fh)
                fh.flush()
                os.fsync(fh.fileno())
            os.replace(staging, target)
        "#,
    );
}

#[test]
fn a_flush_that_is_there_serves() {
    synced(
        "import os\ndef f(s, t):\n    fh = open(s, 'w')\n    fh.flush()\n    fh.close()\n    «os.replace(s, t)»\n",
        "import os\ndef f(s, t):\n    fh = open(s, 'w')\n    fh.flush()\n    os.fsync(fh.fileno())\n    fh.close()\n    os.replace(s, t)\n",
    );
}

#[test]
fn a_descriptor_is_synced_before_it_is_closed() {
    synced(
        r#"
        import os
        def save(data, target):
            fd, staging = ‹tempfile.mkstemp()›
            try:
                os.write(fd, data)
            finally:
                os.close(fd)
            «os.rename(staging, target)»
        "#,
        r#"
        import os
        def save(data, target):
            fd, staging = tempfile.mkstemp()
            try:
                os.write(fd, data)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.rename(staging, target)
        "#,
    );
}

#[test]
fn without_a_handle_the_runtime_renames() {
    synced(
        "import os\n\nimport crashsafe\n\nnp.save(staging, x)\n«os.replace(staging, target)»\n",
        "import crashsafe\n\nnp.save(staging, x)\ncrashsafe.replace(staging, target)\n",
    );
}

#[test]
fn a_publish_of_another_kind_is_declined() {
    let why = "where its file is opened is not seen here";
    declined(RepairKind::Sync, "move", "import os\n«move_it(staging, target)»\n", why);
}
