//! Files that are read and written back.

use crate::declined;
use atomic_lint_ir::RepairKind;

#[test]
fn what_is_read_back_needs_the_handle_that_there_is() {
    for read in ["return fh.read()", "return json.load(fh)", "return [line for line in fh]"] {
        let source = format!(
            "import json\ndef f(p, t):\n    with «open(p, 'r+')» as fh:\n        old = fh.read()\n        fh.seek(0)\n        fh.truncate()\n        ‹fh.write(t)›\n        fh.seek(0)\n        {read}\n"
        );
        let why = "what is written is read back through the same handle";
        declined(RepairKind::ReadThenReplace, "open", &source, why);
    }
}
