//! Files that are copied.

use crate::{declined, doubtful, safe};
use atomic_lint_ir::{RepairKind, Twin};

#[test]
fn a_copy_is_one_call_and_its_import_goes() {
    safe(
        Twin::Copy,
        "shutil.copy",
        "import os\nimport shutil\n\n\ndef f(a, d):\n    «shutil.copy(a, os.path.join(d, 'x'))»\n",
        "import os\n\nimport crashsafe\n\n\ndef f(a, d):\n    crashsafe.copy(a, os.path.join(d, 'x'))\n",
    );
}

#[test]
fn an_import_that_is_used_elsewhere_stays() {
    safe(
        Twin::Copy,
        "shutil.copy",
        "import shutil\n\nimport crashsafe\n\n«shutil.copy(a, d + '/x')»\nshutil.rmtree(d)\n",
        "import shutil\n\nimport crashsafe\n\ncrashsafe.copy(a, d + '/x')\nshutil.rmtree(d)\n",
    );
}

#[test]
fn content_alone_and_content_with_times_are_copied_to_a_staging_path() {
    let copied = |function: &str, check: fn(Twin, &str, &str, &str)| {
        let source = format!("import shutil\n\nimport crashsafe\n\n«shutil.{function}(a, d + '/x')»\n");
        let result = format!("with crashsafe.path(d + '/x') as staging:\n    shutil.{function}(a, staging)\n");
        check(Twin::Copy, "shutil.copyfile", &source, &format!("import shutil\n\nimport crashsafe\n\n{result}"));
    };
    copied("copyfile", safe);
    copied("copy2", doubtful);
}

#[test]
fn a_target_that_may_be_a_directory_is_doubtful_and_one_that_is_called_so_is_declined() {
    doubtful(
        Twin::Copy,
        "shutil.copy",
        "import shutil\n\nimport crashsafe\n\n«shutil.copy(a, b)»\nshutil.rmtree(c)\n",
        "import shutil\n\nimport crashsafe\n\ncrashsafe.copy(a, b)\nshutil.rmtree(c)\n",
    );
    let source = "import shutil\n«shutil.copy(a, self.wheel_dir)»\n";
    declined(RepairKind::Through(Twin::Copy), "shutil.copy", source, "it may be copied into a directory");
}

#[test]
fn a_copy_in_a_thread_names_the_other_function() {
    let head = "import asyncio\n";
    let tail = "\nimport crashsafe\n\nasync def f(a, b):\n    await ";
    doubtful(
        Twin::Copy,
        "shutil.copyfile",
        &format!("{head}import shutil\n{tail}«asyncio.to_thread(shutil.copyfile, a, b)»\n"),
        &format!("{head}{tail}asyncio.to_thread(crashsafe.copy, a, b)\n"),
    );
}

#[test]
fn a_tree_is_declined() {
    let why = "it copies in a way that has no twin";
    declined(RepairKind::Through(Twin::Copy), "shutil.copytree", "import shutil\n«shutil.copytree(a, b)»\n", why);
}
