//! Renames that replace and never copy, and modes that are set before them.

use crate::{check, declined, marked, spelled};
use atomic_lint_ir::{Applicability, FlowStep, RepairKind, Runtime};
use atomic_lint_source::apply;

#[test]
fn a_rename_becomes_a_replace() {
    let renamed = |source, result| check(RepairKind::Rename, "os.rename", Applicability::Safe, source, result);
    renamed("import os\n«os.rename(a, b)»\n", "import os\nos.replace(a, b)\n");
    renamed("«a.rename(b)»\n", "a.replace(b)\n");
    renamed(
        "import os\nfrom os import rename\n\n«rename(a, b)»\nos.sync()\n",
        "import os\n\nos.replace(a, b)\nos.sync()\n",
    );
}

#[test]
fn a_move_becomes_a_replace_and_is_safe_only_within_a_directory() {
    let moved = |applicability, before: &str, source: &str| {
        let head = "import os\n";
        check(
            RepairKind::Rename,
            "shutil.move",
            applicability,
            &format!("{head}import shutil\n\ndef f(s, p):\n{before}    «shutil.move({source}, p)»\n"),
            &format!("{head}\ndef f(s, p):\n{before}    os.replace({source}, p)\n"),
        );
    };
    moved(Applicability::Safe, "    t = p + '.tmp'\n", "t");
    moved(Applicability::Safe, "", "f'{p}.tmp'");
    moved(Applicability::Unsafe, "", "s");
}

#[test]
fn a_move_whose_result_is_kept_is_declined() {
    let source = "import shutil\nx = «shutil.move(a, b)»\n";
    declined(RepairKind::Rename, "shutil.move", source, "what it returns is used");
}

#[test]
fn a_mode_is_set_on_what_is_renamed() {
    let source = "import os\n‹os.replace(a, b)›\n«os.chmod(b, 0o600)»  # private\n";
    let mut marked = marked(RepairKind::ModeFirst, "os.chmod", source);
    marked.repair.steps[0].0 = FlowStep::Publish;
    let spelling = spelled(&marked, Runtime::None).expect("it is said");
    let result = apply(&marked.text, &spelling.edits).expect("its edits fit");
    assert_eq!(result, "import os\nos.chmod(a, 0o600)  # private\nos.replace(a, b)\n");
}
