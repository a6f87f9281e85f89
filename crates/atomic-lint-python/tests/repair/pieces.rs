//! Records that are written in one piece.

use crate::{check, declined};
use atomic_lint_ir::{Applicability, RepairKind};

fn joined(before: &str, after: &str) {
    let head = "import os\n\n\ndef f(fd, fh, a, b):\n";
    let (before, after) = (format!("{head}{before}"), format!("{head}{after}"));
    check(RepairKind::OnePiece, "os.write", Applicability::Safe, &before, &after);
}

#[test]
fn pieces_that_follow_each_other_are_one() {
    joined("    os.write(fd, a)\n    «os.write(fd, b)»\n    g()\n", "    os.write(fd, a + b)\n    g()\n");
    joined(
        "    fh.write(a)\n    «fh.write(b)»\n    fh.write(b if a else a)\n",
        "    fh.write(a + b + (b if a else a))\n",
    );
    joined("    n = os.write(fd, a)\n    n += «os.write(fd, b)»\n", "    n = os.write(fd, a + b)\n");
}

#[test]
fn what_depends_on_the_piece_before_stays() {
    let head = "import os\ndef f(fd, fh, a, b):\n";
    let told = |source: &str, why| declined(RepairKind::OnePiece, "os.write", &format!("{head}{source}"), why);
    told("    fh.write(a)\n    «fh.write(b % fh.tell())»\n", "what is written depends on what was written before");
    told("    n = os.write(fd, a)\n    n = «os.write(fd, b)»\n", "what is written depends on what was written before");
    told("    os.write(fd, a)  # first\n    «os.write(fd, b)»\n", "comments or other code stand on its lines");
    told("    os.write(fd, a)\n    g()\n    «os.write(fd, b)»\n", "its pieces do not follow each other");
}
