//! Targets that are kept until they are replaced.

use crate::{check, declined, marked, spelled};
use atomic_lint_ir::{Applicability, Decline, FlowStep, RepairKind, Runtime};

#[track_caller]
fn kept(applicability: Applicability, removal: &str) {
    let source = format!("import os\ndef f(a, b):\n{removal}    «os.rename(a, b)»\n");
    let result = "import os\ndef f(a, b):\n    os.replace(a, b)\n";
    check(RepairKind::KeepTarget, "os.rename", applicability, &source, result);
}

#[test]
fn the_removal_goes_with_what_asks_for_the_target_only() {
    let safe = |removal| kept(Applicability::Safe, removal);
    safe("    os.remove(b)\n");
    safe("    b.unlink(missing_ok=True)\n");
    safe("    if os.path.exists(b):\n        os.remove(b)\n");
    safe("    try:\n        os.unlink(b)\n    except FileNotFoundError:\n        pass\n");
    safe(
        "    if os.name == 'nt':\n        try:\n            os.unlink(b)\n        except OSError:\n            pass\n",
    );
}

#[test]
fn a_condition_of_another_kind_makes_it_doubtful() {
    kept(Applicability::Unsafe, "    if fresh:\n        os.remove(b)\n");
}

#[test]
fn a_removal_that_may_be_meant_is_declined() {
    let source = "import os\ndef f(a, b):\n    ‹os.rename(b, c)›\n    «os.rename(a, b)»\n";
    let mut marked = marked(RepairKind::KeepTarget, "os.rename", source);
    marked.repair.steps[0].0 = FlowStep::Remove;
    let why = "the target is moved, and may be wanted there".to_string();
    assert_eq!(spelled(&marked, Runtime::Crashsafe), Err(Decline(why)));
    let branch = "    if x:\n        os.remove(b)\n    else:\n        y()\n";
    let source = format!("import os\ndef f(a, b):\n{branch}    «os.rename(a, b)»\n");
    declined(RepairKind::KeepTarget, "os.rename", &source, "it is all that its block does");
}
