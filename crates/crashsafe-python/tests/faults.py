"""What must hold whichever system call fails: the writes that are tried, and what may be left of them."""

from __future__ import annotations

import builtins
import errno
import os
from pathlib import Path
from typing import Callable, NamedTuple

import crashsafe
from conftest import staging_files

ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EINTR", "EBUSY", "EACCES", "EPERM", "EXDEV")
OLD, NEW = b"old" * 100, b"new" * 3000


def write_bytes(folder: Path) -> None:
    crashsafe.write_bytes(folder / "target", NEW)


def open_and_write(folder: Path) -> None:
    with crashsafe.open(folder / "target", "wb") as file:
        file.write(NEW[:4000])
        file.write(NEW[4000:])


def open_new(folder: Path) -> None:
    with crashsafe.open(folder / "target", "xb", 0) as file:
        file.write(NEW)


def write_path(folder: Path) -> None:
    with crashsafe.path(folder / "target") as staging:
        with builtins.open(staging, "wb", buffering=0) as file:
            file.write(NEW)


def copy(folder: Path) -> None:
    crashsafe.copy(folder / "source", folder / "target")


def replace(folder: Path) -> None:
    crashsafe.replace(folder / "source", folder / "target")


def write_link(folder: Path) -> None:
    crashsafe.write_bytes(folder / "link", NEW)


def batch(folder: Path) -> None:
    with crashsafe.batch() as many:
        for name in ("target", "second", "third"):
            many.write_bytes(folder / name, NEW)


WRITES: dict[str, Callable[[Path], None]] = {
    write.__name__: write
    for write in (write_bytes, open_and_write, open_new, write_path, copy, replace, write_link, batch)
}


class Outcome(NamedTuple):
    """What a write said: nothing, or what its error did."""

    failed: bool = False
    errno: int = 0
    committed: bool = False
    published: tuple[str, ...] = ()
    kind: str = ""


def prepare(folder: Path, existing: bool) -> None:
    """Makes `folder` as it is before each write."""
    for name in os.listdir(folder):
        os.unlink(folder / name)
    os.symlink("target", folder / "link")
    (folder / "source").write_bytes(NEW)
    if existing:
        (folder / "target").write_bytes(OLD)
        (folder / "target").chmod(0o640)


def attempt(write: Callable[[Path], None], folder: Path) -> Outcome:
    """The outcome of `write`."""
    try:
        write(folder)
    except crashsafe.CommitError as error:
        published = tuple(os.path.basename(os.fsdecode(name)) for name in error.published)
        return Outcome(True, error.errno or 0, error.committed, published, type(error).__name__)
    except OSError as error:
        return Outcome(True, error.errno or 0, False, (), type(error).__name__)
    return Outcome()


def check(folder: Path, name: str, existing: bool, outcome: Outcome, injected: str) -> None:
    """The target is exactly old or exactly new, as the outcome says, and nothing else is left."""
    target = folder / "target"
    found = target.read_bytes() if target.exists() else None
    before = OLD if existing and name != "open_new" else None
    is_in_place = not outcome.failed or outcome.committed or "target" in outcome.published
    assert found == (NEW if is_in_place else before), (name, outcome, injected, found and found[:9])
    assert staging_files(folder) == [], (name, outcome, injected)
    if outcome.failed:
        # Within the block of `path` it is the caller who writes.
        assert outcome.kind == "CommitError" or name == "write_path", (name, outcome, injected)
        assert outcome.errno == getattr(errno, injected), (name, outcome, injected)
    if name == "batch" and not outcome.failed:
        assert (folder / "third").read_bytes() == NEW
    if existing and name != "copy" and found == OLD:
        assert target.stat().st_mode & 0o777 == 0o640
