//! What waits for the device in a coroutine is waited for in another thread.

use crate::{check, declined, doubtful};
use atomic_lint_ir::{Applicability, RepairKind, Twin};

#[test]
fn a_write_in_a_coroutine_is_awaited() {
    doubtful(
        Twin::Write,
        "pathlib.Path.write_text",
        "from pathlib import Path\n\n\nasync def f(p: Path, t):\n    «p.write_text(t, encoding=\"utf-8\")»\n",
        "import asyncio\nfrom pathlib import Path\n\nimport crashsafe\n\n\nasync def f(p: Path, t):\n    \
         await asyncio.to_thread(crashsafe.write_text, p, t, encoding=\"utf-8\")\n",
    );
    doubtful(
        Twin::Open,
        "open",
        "import asyncio\n\nimport crashsafe\n\n\nasync def f(p, t):\n    n = «open(p, \"wb\")».write(t)\n",
        "import asyncio\n\nimport crashsafe\n\n\nasync def f(p, t):\n    \
         n = await asyncio.to_thread(crashsafe.write_bytes, p, t)\n",
    );
    doubtful(
        Twin::Copy,
        "shutil.copy",
        "import asyncio\nimport shutil\n\nimport crashsafe\n\n\nasync def f(a, d):\n    «shutil.copy(a, d + '/x')»\n",
        "import asyncio\n\nimport crashsafe\n\n\nasync def f(a, d):\n    \
         await asyncio.to_thread(crashsafe.copy, a, d + '/x')\n",
    );
}

#[test]
fn what_is_no_coroutine_of_asyncio_or_cannot_wait_here_is_called_as_it_is() {
    for (head, call) in [("import trio\n", "«p.write_text(t)»"), ("", "g(«p.write_text(t)»)")] {
        let before = format!("{head}from pathlib import Path\n\nimport crashsafe\n\n\nasync def f(p: Path, t):\n    ");
        let after = call.replace(['«', '»'], "").replace("p.write_text(t)", "crashsafe.write_text(p, t)");
        doubtful(Twin::Write, "pathlib.Path.write_text", &format!("{before}{call}\n"), &format!("{before}{after}\n"));
    }
}

#[test]
fn a_call_that_waits_is_handed_over() {
    check(
        RepairKind::OffThread,
        "os.fsync",
        Applicability::Unsafe,
        "import os\n\n\nasync def f(fh):\n    «os.fsync(fh.fileno())»\n",
        "import asyncio\nimport os\n\n\nasync def f(fh):\n    await asyncio.to_thread(os.fsync, fh.fileno())\n",
    );
    let why = "it cannot be waited for here";
    declined(RepairKind::OffThread, "os.fsync", "import os\ndef f(fd):\n    «os.fsync(fd)»\n", why);
    declined(RepairKind::OffThread, "os.fsync", "import anyio, os\nasync def f(d):\n    «os.fsync(d)»\n", why);
}
