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
