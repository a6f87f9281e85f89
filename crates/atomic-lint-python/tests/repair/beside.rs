//! Temporary files that are made beside their target.

use crate::{check, declined};
use atomic_lint_ir::{Applicability, RepairKind};

#[track_caller]
fn beside(head: &str, target: &str, directory: &str) {
    let head = format!("import os\nimport tempfile\nfrom pathlib import Path\n\ndef f({head}):\n");
    check(
        RepairKind::Beside,
        "os.replace",
        Applicability::Safe,
        &format!("{head}    fd, s = ‹tempfile.mkstemp()›\n    «os.replace(s, {target})»\n"),
        &format!("{head}    fd, s = tempfile.mkstemp(dir={directory})\n    os.replace(s, {target})\n"),
    );
}

#[test]
fn the_directory_of_the_target_is_given() {
    beside("p", "p", "os.path.dirname(os.path.abspath(p))");
}

#[test]
fn a_directory_that_is_spelled_out_serves() {
    beside("d", "os.path.join(d, 'y')", "d");
    beside("p: Path", "p", "p.parent");
}

#[test]
fn a_target_that_comes_later_is_declined() {
    let source =
        "import os, tempfile\ndef f():\n    fd, s = tempfile.mkstemp()\n    p = name()\n    «os.replace(s, p)»\n";
    declined(RepairKind::Beside, "os.replace", source, "its target is not known yet where it is made");
    let source = "import os, tempfile\ndef f(p):\n    fd, s = tempfile.mkstemp(dir='x')\n    «os.replace(s, p)»\n";
    declined(RepairKind::Beside, "os.replace", source, "its directory is given already");
}
