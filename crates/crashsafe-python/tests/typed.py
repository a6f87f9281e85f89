"""What a type checker has to find out; mypy reads this, nothing runs it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, Any

import crashsafe
from typing_extensions import assert_type


def kinds_of_files(mode: str) -> None:
    with crashsafe.open("x") as text, crashsafe.open("x", "w", encoding="utf-8", newline="") as more:
        assert_type(text, io.TextIOWrapper)
        assert_type(more, io.TextIOWrapper)
    with crashsafe.open(b"x", "wb") as binary, crashsafe.open(Path("x"), "xb", 0) as raw:
        assert_type(binary, io.BufferedWriter)
        assert_type(raw, io.FileIO)
    with crashsafe.open("x", "w+b", durability="atomic") as both, crashsafe.open("x", mode) as some:
        assert_type(both, io.BufferedRandom)
        assert_type(some, IO[Any])


def kinds_of_paths() -> None:
    with crashsafe.path("x") as text, crashsafe.path(Path("x")) as path, crashsafe.path(b"x") as data:
        assert_type(text, str)
        assert_type(path, Path)
        assert_type(data, bytes)


def results() -> None:
    assert_type(crashsafe.write_text("x", "", durability=crashsafe.Durability.ATOMIC), int)
    assert_type(crashsafe.write_if_changed("x", b"", hard_links="error"), bool)
    assert_type(crashsafe.Writer("x").commit(), crashsafe.Outcome)
    writer = crashsafe.Writer("x", "wb")
    assert_type(writer.write(b""), int)
    assert_type(writer.file, IO[bytes])
    with crashsafe.batch(parents=True) as batch:
        assert_type(batch, crashsafe.Batch)


def mistakes() -> None:
    crashsafe.open("x", durabilty="atomic")  # type: ignore[call-overload]
    crashsafe.write_text("x", b"")  # type: ignore[arg-type]
    crashsafe.write_bytes("x", b"", fallback="maybe")  # type: ignore[arg-type]
    crashsafe.path(1)  # type: ignore[call-overload]
    crashsafe.open("x").write("")  # type: ignore[attr-defined]
