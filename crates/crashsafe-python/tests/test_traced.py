"""What the process really asks of the kernel, and what becomes of it when the kernel refuses: by strace."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import IMPLEMENTATION, skip_loudly
from faults import ERRORS, WRITES, Outcome, check, prepare

# Those that a write makes; each is refused at its first, second, … call.
CALLS = {
    "openat": 5,
    "newfstatat": 4,
    "faccessat2": 1,
    "write": 2,
    "fchmod": 1,
    "fsync": 4,
    "renameat": 3,
    "renameat2": 1,
    "linkat": 1,
    "close": 4,
    "copy_file_range": 1,
    "syncfs": 1,
}
EVERYTHING = bool(os.environ.get("CRASHSAFE_ALL_FAULTS"))


class Worker:
    """A process that writes when it is told to, over a socket: no call of its own is among those that fail."""

    def __init__(self) -> None:
        self._socket, other = socket.socketpair()
        code = "import sys; from test_traced import work; work(int(sys.argv[1]))"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, str(other.fileno())],
            pass_fds=[other.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "CRASHSAFE_IMPLEMENTATION": IMPLEMENTATION},
        )
        other.close()

    def write(self, name: str, folder: Path) -> Outcome:
        self._socket.sendall(json.dumps([name, str(folder)]).encode())
        values = json.loads(self._socket.recv(1 << 16))
        return Outcome(*values[:3], tuple(values[3]), values[4])

    def traced(self, name: str, folder: Path, *options: str) -> "tuple[Outcome, str]":
        """The outcome of a write under strace, and what that has seen."""
        strace = subprocess.Popen(
            ["strace", "-f", "-p", str(self._process.pid), *options], stderr=subprocess.PIPE, text=True
        )
        assert strace.stderr is not None
        first = strace.stderr.readline()
        if "attached" not in first:
            strace.wait()
            skip_loudly(f"strace cannot attach here: {first}")
        outcome = self.write(name, folder)
        strace.send_signal(signal.SIGINT)
        return outcome, strace.communicate()[1]

    def end(self) -> None:
        self._socket.close()
        self._process.wait(10)


def work(fd: int) -> None:
    """The worker's side."""
    from faults import attempt

    with socket.socket(fileno=fd) as channel:
        while request := channel.recv(1 << 16):
            name, folder = json.loads(request)
            channel.sendall(json.dumps(attempt(WRITES[name], Path(folder))).encode())


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    if shutil.which("strace") is None:
        skip_loudly("strace is not installed")
    worker = Worker()
    yield worker
    worker.end()


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("call", CALLS)
def test_whichever_system_call_fails_the_target_is_old_or_new(
    worker: Worker, folder: Path, call: str, name: str
) -> None:
    inner = folder / "inner"
    inner.mkdir()
    existing = name != "open_new"
    worker.write(name, inner)  # What is done only once is done.
    for nth in range(1, CALLS[call] + 1):
        hit = False
        for injected in ERRORS if EVERYTHING else (ERRORS[(nth + len(name) + len(call)) % len(ERRORS)],):
            prepare(inner, existing)
            what = f"inject={call}:error={injected}:when={nth}"
            outcome, seen = worker.traced(name, inner, "-e", f"trace={call}", "-e", what)
            hit = hit or "(INJECTED)" in seen
            # To be interrupted is no failure: Python and Rust both ask again.
            check(inner, name, existing, outcome, injected)
        if not hit:
            assert nth > 1 or call not in ("openat", "fsync", "close"), f"{name} never calls {call}"
            break


def test_content_is_synced_before_the_rename_and_the_directory_after(worker: Worker, folder: Path) -> None:
    prepare(folder, True)
    worker.write("write_bytes", folder)
    _, seen = worker.traced("write_bytes", folder, "-y", "-e", "trace=write,fsync,fdatasync,rename,renameat,renameat2")
    order = re.findall(r"^(?:\[pid +\d+\] )?(\w+)\(.*?(\.crashsafe-|crashsafe-test-\w+>\))", seen, re.MULTILINE)
    calls = [call for call, _ in order]
    assert [call.rstrip("2").removesuffix("at") for call in calls] == ["write", "fsync", "rename", "fsync"], seen
    assert order[-1][1].startswith("crashsafe-test-")


@pytest.mark.parametrize("name", ["write_bytes", "open_and_write", "write_path", "copy", "batch"])
def test_what_may_hold_secrets_of_another_file_is_nobody_elses_to_read(worker: Worker, folder: Path, name: str) -> None:
    prepare(folder, name != "copy")
    (folder / "source").chmod(0o640)
    _, seen = worker.traced(name, folder, "-e", "trace=openat")
    modes = re.findall(r"O_EXCL.*, (0\d+)\)", seen)
    assert modes == ["0600"] + ["0666"] * (2 if name == "batch" else 0), seen


@pytest.mark.parametrize("name", WRITES)
def test_nothing_is_published_before_it_is_synced(worker: Worker, folder: Path, name: str) -> None:
    prepare(folder, name != "open_new")
    published = "rename,renameat,renameat2,link,linkat"
    _, seen = worker.traced(name, folder, "-e", f"trace=write,copy_file_range,fsync,fdatasync,syncfs,{published}")
    calls = [call for call in re.findall(r"^(?:\[pid +\d+\] )?(\w+)\(", seen, re.MULTILINE) if call != "write"]
    syncs = [call in ("fsync", "syncfs") for call in calls if call != "copy_file_range"]
    count = 3 if name == "batch" else 1
    first, last = syncs.index(False), len(syncs) - syncs[::-1].index(False)
    assert last - first == count, "it is published in one go"
    assert first == count or "syncfs" in calls, f"not all was synced before: {calls}"
    assert len(syncs) - last == 1, f"not one sync of the directory after: {calls}"


@pytest.mark.parametrize("name", WRITES)
def test_what_need_not_be_durable_is_not_synced(folder: Path, name: str) -> None:
    crashsafe = "import crashsafe; crashsafe.set_default_durability({!r})"
    for durability, syncs in (("visible", 0), ("atomic", 3 if name == "batch" else 1)):
        prepare(folder, name != "open_new")
        code = f"{crashsafe.format(durability)}; import faults, pathlib; faults.{name}(pathlib.Path({str(folder)!r}))"
        run = subprocess.run(
            ["strace", "-f", "-e", "trace=fsync,syncfs", sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        calls = re.findall(r"\b(fsync|syncfs)\(", run.stderr)
        assert len(calls) == syncs or (syncs == 3 and calls == ["syncfs"])


def test_the_interpreter_goes_on_while_a_sync_waits(worker: Worker, folder: Path) -> None:
    if IMPLEMENTATION == "portable":
        pytest.skip("as the pure one")
    code = """
import crashsafe, sys, threading, time
ticks = []
done = threading.Event()
def tick():
    while not done.is_set():
        ticks.append(time.monotonic())
        time.sleep(0.005)
thread = threading.Thread(target=tick); thread.start()
crashsafe.write_bytes(sys.argv[1], b"x")
before = time.monotonic()
crashsafe.write_bytes(sys.argv[1], b"x", durability="durable")
after = time.monotonic()
done.set(); thread.join()
print(after - before, len([tick for tick in ticks if before < tick < after]))
"""
    slow = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=300000"]
    run = subprocess.run([*slow, sys.executable, "-c", code, folder / "x"], capture_output=True, text=True, check=True)
    waited, ticks = run.stdout.split()
    assert float(waited) > 0.5
    assert int(ticks) > 20
