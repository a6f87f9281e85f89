//! The whole change as one hunk, for reviews.

use crate::{marked, spelled};
use atomic_lint_ir::{RepairKind, Runtime, Twin};
use atomic_lint_source::apply;

#[test]
fn the_import_stands_right_above() {
    let source = "import os\n\n\ndef f(p):\n    with «open(p, 'w')» as fh:\n        fh.write('')\n";
    let marked = marked(RepairKind::Through(Twin::Open), "open", source);
    let spelling = spelled(&marked, Runtime::Crashsafe).expect("it is said");
    let single = spelling.single_hunk.expect("it is one hunk");
    let result = apply(&marked.text, &single).expect("its edits fit");
    let body = "    import crashsafe\n\n    with crashsafe.open(p, 'w') as fh:\n        fh.write('')\n";
    assert_eq!(result, format!("import os\n\n\ndef f(p):\n{body}"));
    assert!(spelling.needs_runtime);
}
