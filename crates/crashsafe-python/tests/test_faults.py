"""Every call of the pure implementation fails once, with every error that matters."""

from __future__ import annotations

import builtins
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import crashsafe
import pytest
from conftest import IMPLEMENTATION
from faults import ERRORS, WRITES, attempt, check, prepare

if IMPLEMENTATION == "compiled":
    pytest.skip("its calls are not Python's; test_traced.py lets those fail", allow_module_level=True)

pytestmark = pytest.mark.durable

CALLS = [
    "open", "close", "stat", "lstat", "fstat", "readlink", "access", "write", "read", "copy_file_range", "chmod",
    "chown", "listxattr", "getxattr", "setxattr", "removexattr", "truncate", "fsync", "replace", "link", "unlink", "dup",
]  # fmt: skip


class Injector:
    """Lets the `nth` call of `os.<call>` fail, counting from 1; 0 lets all succeed."""

    def __init__(self, call: str, nth: int, number: int) -> None:
        self.call, self.nth, self.number, self.calls = call, nth, number, 0
        self._real = getattr(os, call)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls == self.nth:
            raise OSError(self.number, os.strerror(self.number))
        return self._real(*arguments, **named)

    @contextmanager
    def active(self) -> Iterator[None]:
        setattr(os, self.call, self)
        try:
            yield
        finally:
            setattr(os, self.call, self._real)


def calls_of(call: str, write: Any, folder: Path, existing: bool) -> int:
    prepare(folder, existing)
    counter = Injector(call, 0, 0)
    with counter.active():
        attempt(write, folder)
    return counter.calls


@pytest.mark.parametrize("existing", [True, False], ids=["existing", "absent"])
@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("call", CALLS)
def test_whichever_call_fails_the_target_is_old_or_new(folder: Path, call: str, name: str, existing: bool) -> None:
    existing = existing and name != "open_new"
    write = WRITES[name]
    for nth in range(1, calls_of(call, write, folder, existing) + 1):
        for injected in ERRORS:
            prepare(folder, existing)
            before = os.listdir("/proc/self/fd")
            injector = Injector(call, nth, getattr(errno, injected))
            with injector.active():
                outcome = attempt(write, folder)
            assert call != "open" or injector.calls >= nth
            check(folder, name, existing, outcome, injected)
            if call != "close":
                assert os.listdir("/proc/self/fd") == before, (call, nth, injected)


@pytest.mark.parametrize("name", ["write_bytes", "open_and_write", "write_path", "copy", "batch", "replace"])
def test_a_failed_sync_is_not_repeated_and_publishes_nothing(folder: Path, name: str) -> None:
    prepare(folder, True)
    injector = Injector("fsync", 1, errno.EIO)
    with injector.active():
        outcome = attempt(WRITES[name], folder)
    assert outcome.failed
    assert not outcome.committed
    assert name == "batch" or injector.calls == 1


def test_only_the_sync_of_the_directory_fails_after_the_commit(folder: Path) -> None:
    prepare(folder, True)
    with Injector("fsync", 2, errno.EIO).active(), pytest.raises(OSError, match="power failure") as caught:
        WRITES["write_bytes"](folder)
    assert caught.value.committed  # type: ignore[attr-defined]
    assert caught.value.stage == "sync-directory"  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_a_directory_that_knows_no_sync_is_no_failure(folder: Path, number: int) -> None:
    writer = crashsafe.Writer(folder / "target")
    with Injector("fsync", 2, number).active():
        assert writer.commit() == (True, False)


def test_a_short_write_is_continued(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:7]))
    crashsafe.write_bytes(folder / "target", b"0123456789" * 10)
    monkeypatch.undo()
    assert (folder / "target").read_bytes() == b"0123456789" * 10


def test_a_rename_whose_answer_was_lost_is_a_success(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def twice(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        real(*arguments, **named)

    monkeypatch.setattr(os, "replace", twice)
    crashsafe.write_bytes(folder / "target", b"new")
    assert (folder / "target").read_bytes() == b"new"


def test_what_already_has_the_name_of_a_staging_file_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crashsafe import _names

    draws = iter([bytes(8), bytes(8), b"12345678"])
    monkeypatch.setattr(os, "urandom", lambda size: next(draws))
    planted = folder / os.fsdecode(_names.staging(b"target"))
    victim = folder / "victim"
    victim.write_bytes(b"victim")
    planted.symlink_to("victim")
    crashsafe.write_bytes(folder / "target", b"new")
    assert (folder / "target").read_bytes() == b"new"
    assert victim.read_bytes() == b"victim"
    assert planted.is_symlink()


def test_a_name_that_the_file_system_finds_too_long_is_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def narrow(path: Any, *arguments: Any, **named: Any) -> int:
        if len(os.path.basename(os.fsencode(path))) > 143:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", narrow)
    with crashsafe.path(folder / ("n" * 136 + ".json")) as staging:
        assert len(staging.name) == 143
        assert staging.suffix == ".json"
        with builtins.open(staging, "w") as file:
            file.write("new")
    assert os.listdir(folder) == ["n" * 136 + ".json"]
