//! Errors that are passed on.

use crate::{check, declined};
use atomic_lint_ir::{Applicability, RepairKind};

#[test]
fn what_swallows_the_error_goes() {
    let line = "        «os.fsync(fd)»  # to the device\n";
    for (head, tail) in [("try:", "    except OSError:\n        pass\n"), ("with suppress(OSError):", "")] {
        check(
            RepairKind::PassError,
            "os.fsync",
            Applicability::Unsafe,
            &format!("import os\ndef f(fd):\n    {head}\n{line}{tail}    g()\n"),
            "import os\ndef f(fd):\n    os.fsync(fd)  # to the device\n    g()\n",
        );
    }
}

#[test]
fn a_reason_in_a_comment_stays() {
    let source = "import os\ntry:\n    «os.fsync(fd)»\nexcept OSError:\n    pass  # as well as it goes\n";
    declined(RepairKind::PassError, "os.fsync", source, "comments say why its error is dropped");
}

#[test]
fn what_was_not_written_is_not_published() {
    let write = "open(s, 'w') as f:\n            «f.write(t)»\n";
    let case = |before: &str, after: &str| {
        let head = "import os\nfrom contextlib import suppress\n\n\ndef f(s, p, t):\n";
        let (before, after) = (format!("{head}{before}"), format!("{head}{after}"));
        check(RepairKind::PassWriteError, "open", Applicability::Unsafe, &before, &after);
    };
    let fixed = "    with open(s, 'w') as f:\n            f.write(t)\n    os.replace(s, p)\n    suppress()\n";
    case(&format!("    with suppress(OSError), {write}    os.replace(s, p)\n    suppress()\n"), fixed);
    let body = "        with open(s, 'w') as f:\n            «f.write(t)»\n";
    let told = "    except OSError:\n        print(s)\n";
    case(
        &format!("    try:\n{body}{told}    os.replace(s, p)\n"),
        &format!("    try:\n{body}{told}        raise\n    os.replace(s, p)\n").replace(['«', '»'], ""),
    );
    case(
        &format!("    try:\n{body}{told}        raise\n    finally:\n        ‹os.replace(s, p)›\n"),
        &format!("    try:\n{body}{told}        raise\n    else:\n        os.replace(s, p)\n").replace(['«', '»'], ""),
    );
}

#[test]
fn a_publish_that_a_return_relies_on_stays_in_its_finally() {
    let source = "import os\ndef f(s, p, t):\n    try:\n        with open(s, 'w') as f:\n            return «f.write(t)»\n    finally:\n        ‹os.replace(s, p)›\n";
    let why = "its `try` is left in the middle, and only the `finally` publishes it then";
    declined(RepairKind::PassWriteError, "open", source, why);
}
