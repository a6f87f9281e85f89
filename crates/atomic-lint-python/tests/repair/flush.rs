//! Buffers that are flushed before their file is synced or published.

use crate::{check, declined};
use atomic_lint_ir::{Applicability, RepairKind};

#[track_caller]
fn flushed(source: &str, result: &str) {
    check(RepairKind::Flush, "os.fsync", Applicability::Safe, source, result);
}

#[test]
fn a_flush_goes_before_the_sync() {
    flushed(
        "import os\nwith open(s, 'w') as fh:\n    fh.write(x)\n    «os.fsync(fh.fileno())»\n",
        "import os\nwith open(s, 'w') as fh:\n    fh.write(x)\n    fh.flush()\n    os.fsync(fh.fileno())\n",
    );
}

#[test]
fn a_publish_goes_behind_the_with_of_its_file() {
    flushed(
        "import os\nwith ‹open(s, 'w')› as fh:\n    fh.write(x)\n    # Now.\n    «os.replace(s, t)»\n    print(t)\ndone()\n",
        "import os\nwith open(s, 'w') as fh:\n    fh.write(x)\n    # Now.\nos.replace(s, t)\nprint(t)\ndone()\n",
    );
}

#[test]
fn where_the_handle_is_used_behind_the_publish_it_is_flushed_and_synced_in_place() {
    let head = "import os\nwith open(s, 'w') as fh:\n    fh.write(x)\n";
    flushed(
        &format!("{head}    «os.replace(s, t)»\n    log(fh)\n"),
        &format!("{head}    fh.flush()\n    os.fsync(fh.fileno())\n    os.replace(s, t)\n    log(fh)\n"),
    );
}

#[test]
fn a_close_that_comes_later_comes_first() {
    flushed(
        "import os\nfh = ‹open(s, 'w')›\nfh.write(x)\n«os.replace(s, t)»\nfh.close()\n",
        "import os\nfh = open(s, 'w')\nfh.write(x)\nfh.close()\nos.replace(s, t)\n",
    );
}

#[test]
fn compression_ends_before_what_it_wrote_is_synced() {
    flushed(
        r#"
        import gzip, os
        with open(s, 'wb') as raw:
            with gzip.GzipFile(fileobj=raw) as out:
                out.write(x)
                «os.fsync(raw.fileno())»
        "#,
        r#"
        import gzip, os
        with open(s, 'wb') as raw:
            with gzip.GzipFile(fileobj=raw) as out:
                out.write(x)
            raw.flush()
            os.fsync(raw.fileno())
        "#,
    );
}

#[test]
fn what_is_synced_by_number_alone_is_declined() {
    declined(RepairKind::Flush, "os.fsync", "import os\n«os.fsync(number)»\n", "what is synced is not known");
}
