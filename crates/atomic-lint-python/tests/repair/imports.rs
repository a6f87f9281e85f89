//! Where an import goes.

use crate::{declined, repaired};
use atomic_lint_ir::{RepairKind, Twin};

const OPEN: RepairKind = RepairKind::Through(Twin::Open);

/// The file with `head` at its top, after a repair that needs crashsafe.
#[track_caller]
fn head(head: &str, expected: &str) {
    let body = "with «open(path, 'w')» as fh:\n    fh.write('')\n";
    let fixed = "with crashsafe.open(path, 'w') as fh:\n    fh.write('')\n";
    let (_, actual) = repaired(OPEN, "open", &format!("{head}{body}"));
    let expected = format!("{expected}{fixed}");
    assert!(actual == expected, "expected:\n{expected}\nactual:\n{actual}");
}

#[test]
fn it_stands_among_those_of_its_section() {
    head("import os\n\nimport attr\nimport yaml\n\n", "import os\n\nimport attr\nimport crashsafe\nimport yaml\n\n");
    head("import os\n\nimport yaml\n\n", "import os\n\nimport crashsafe\nimport yaml\n\n");
    head("from click import echo\n\n", "import crashsafe\nfrom click import echo\n\n");
    head("import os\nimport sys\n\n", "import os\nimport sys\n\nimport crashsafe\n\n");
    head("import os\n\nfrom . import x\n\n", "import os\n\nimport crashsafe\n\nfrom . import x\n\n");
    head("from .a import x\n\n", "import crashsafe\n\nfrom .a import x\n\n");
}

#[test]
fn it_stands_behind_what_must_be_first() {
    head("\"\"\"What.\"\"\"\n\n", "\"\"\"What.\"\"\"\n\nimport crashsafe\n\n");
    head("#!/usr/bin/python3\n\n", "#!/usr/bin/python3\n\nimport crashsafe\n\n");
    head("from __future__ import annotations\n\n", "from __future__ import annotations\n\nimport crashsafe\n\n");
    head("\u{feff}import os\r\n\r\n", "\u{feff}import os\r\n\r\nimport crashsafe\r\n\r\n");
    head(
        "try:\n    import x\nexcept ImportError:\n    x = None\n",
        "import crashsafe\n\ntry:\n    import x\nexcept ImportError:\n    x = None\n",
    );
}

#[test]
fn one_that_is_there_serves() {
    let source = "import crashsafe as safe\n\nwith «open(path, 'w')» as fh:\n    fh.write('')\n";
    let (_, actual) = repaired(OPEN, "open", source);
    assert_eq!(actual, "import crashsafe as safe\n\nwith safe.open(path, 'w') as fh:\n    fh.write('')\n");
}

#[test]
fn a_name_that_is_taken_is_declined() {
    let source = "crashsafe = 1\nwith «open(path, 'w')» as fh:\n    fh.write('')\n";
    declined(OPEN, "open", source, "`crashsafe` is the name of something else here");
}
