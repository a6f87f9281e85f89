"""What the tests share: a folder that other users may enter, acting as another user, and what is left in a folder."""

from __future__ import annotations

import os
import pickle
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import crashsafe
import pytest

IMPLEMENTATION = crashsafe.implementation
NOBODY = 65534


def pytest_report_header() -> str:
    return f"crashsafe: {IMPLEMENTATION}, from {Path(crashsafe.__file__).parent}"


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tests need not survive a power failure, except for those that look at the syncs."""
    crashsafe.set_default_durability("durable" if "durable" in request.keywords else "visible")
    yield
    crashsafe.set_default_durability("durable")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter, which pytest's own are not."""
    path = Path(tempfile.mkdtemp(prefix="crashsafe-test-"))
    path.chmod(0o755)
    here = os.getcwd()
    yield path
    os.chdir(here)
    shutil.rmtree(path, ignore_errors=True)


def staging_files(folder: Path) -> list[str]:
    """What is left of writes in `folder`."""
    return [name for name in os.listdir(folder) if name.startswith(".crashsafe-")]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(os.lstat(path).st_mode)


def in_child(act: Callable[[], Any]) -> Any:
    """The result of `act` in a forked child; what it raises is raised here."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            result = True, act()
        except BaseException as error:
            kind = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
            result = False, (kind, getattr(error, "errno", None), str(error))
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(result, pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        ok, value = pickle.load(pipe)
    os.waitpid(child, 0)
    if ok:
        return value
    kind, errno, text = value
    raise (kind(errno, text) if errno else kind(text))


def as_nobody(act: Callable[[], Any]) -> Any:
    """The result of `act` by a user without privileges."""

    def drop() -> Any:
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        return act()

    return in_child(drop)


def skip_loudly(reason: str) -> None:
    """Skips a test that this machine cannot run, so that the end of the report says it."""
    pytest.skip(f"NOT TESTED: {reason}")
