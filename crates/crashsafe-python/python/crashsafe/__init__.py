"""Atomic and durable file writes: after a crash a file is the old one or the new one, never a torn one.

    crashsafe.write_text("settings.json", text)

    with crashsafe.open("settings.json", "w", encoding="utf-8") as file:
        json.dump(settings, file)

    with crashsafe.path("table.csv") as staging:
        frame.to_csv(staging)

What is written goes to a staging file beside the target. It is synced and renamed over the target, and the directory
is synced, when the `with` is left without an exception. An exception leaves the target as it was.

Every failure is a `CommitError`, which is also the subclass of OSError that its errno calls for; its `filename` is the
target, and `committed` says whether the new content is in place in spite of it.

Every write takes these options as keyword arguments:

- `durability`: see `Durability`; `set_default_durability` sets what the process does when a call does not say.
- `hard_links`: what to do where the target has other names. "break" leaves those with the old content, "error" refuses,
  "in_place" writes over the file, which is not atomic.
- `fallback`: what to do where no staging file can be created beside the target or renamed over it, as with a single
  mounted file. "error" refuses, "in_place" writes over the file, which is not atomic.
- `permissions`: the mode of a file that is new, before the umask; 0o666 if it is not given.
- `parents`: whether missing directories above the file are created.
"""

from __future__ import annotations

import io
import locale
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Union, overload

from ._engine import engine
from ._errors import CommitError
from ._files import Batch, Mode, Opening, Outcome, Staging, Writer
from ._options import Durability, Options, PathType, default_durability, set_default_durability

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import BothWaysMode, TextMode, Wishes, WriteOnlyMode

__all__ = [
    "Batch", "CommitError", "Durability", "Outcome", "Writer", "batch", "copy", "default_durability", "implementation",
    "open", "path", "replace", "set_default_durability", "sweep", "write_bytes", "write_if_changed", "write_text",
]  # fmt: skip

implementation: str = engine.IMPLEMENTATION
"""Which implementation runs: compiled, pure or portable."""

_Data = Union[bytes, bytearray, memoryview]


def write_text(
    path: PathType,
    text: str,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[Wishes],
) -> int:
    """Makes `text` the content of `path`, as `Path.write_text` does; returns the number of characters."""
    engine.write(os.fspath(path), _encoded(text, encoding, errors, newline), Options.of(**options))
    return len(text)


def write_bytes(
    path: PathType,
    data: _Data,
    **options: Unpack[Wishes],
) -> int:
    """Makes `data` the content of `path`, as `Path.write_bytes` does; returns the number of bytes."""
    content = _bytes(data)
    engine.write(os.fspath(path), content, Options.of(**options))
    return len(content)


def write_if_changed(
    path: PathType,
    data: str | _Data,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[Wishes],
) -> bool:
    """Writes `data` to `path` unless that is its content already; tells whether it wrote."""
    content = _encoded(data, encoding, errors, newline) if isinstance(data, str) else _bytes(data)
    return engine.write_if_changed(os.fspath(path), content, Options.of(**options))


def copy(
    source: PathType,
    path: PathType,
    **options: Unpack[Wishes],
) -> int:
    """Makes the content and the mode of `source` those of `path`; returns the number of bytes."""
    return engine.copy(os.fspath(source), os.fspath(path), Options.of(**options))


def replace(source: PathType, path: PathType, **options: Unpack[Wishes]) -> None:
    """Renames `source` over `path` as `os.replace` does, but syncs it before and the directories after."""
    engine.replace(os.fspath(source), os.fspath(path), Options.of(**options))


def sweep(directory: PathType = ".", *, older_than: float | None = None) -> list[str]:
    """Removes the staging files in `directory` that processes left when they died; returns their paths.

    Those of living processes stay, and also those of other hosts and containers, of which nobody can tell, unless they
    have not been written to for `older_than` seconds.
    """
    folder = os.fspath(directory)
    names = engine.sweep(folder, older_than)
    return [os.path.join(os.fsdecode(folder), os.fsdecode(name)) for name in names]


@overload
def open(
    path: PathType,
    mode: TextMode = "w",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[Wishes],
) -> Opening[io.TextIOWrapper]: ...
@overload
def open(  # type: ignore[overload-overlap]
    path: PathType,
    mode: WriteOnlyMode,
    buffering: Literal[0],
    encoding: None = None,
    errors: None = None,
    newline: None = None,
    **options: Unpack[Wishes],
) -> Opening[io.FileIO]: ...
@overload
def open(
    path: PathType,
    mode: WriteOnlyMode,
    buffering: int = -1,
    encoding: None = None,
    errors: None = None,
    newline: None = None,
    **options: Unpack[Wishes],
) -> Opening[io.BufferedWriter]: ...
@overload
def open(
    path: PathType,
    mode: BothWaysMode,
    buffering: int = -1,
    encoding: None = None,
    errors: None = None,
    newline: None = None,
    **options: Unpack[Wishes],
) -> Opening[io.BufferedRandom]: ...
@overload
def open(
    path: PathType,
    mode: str,
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[Wishes],
) -> Opening[IO[Any]]: ...
def open(
    path: PathType,
    mode: str = "w",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[Wishes],
) -> Opening[Any]:
    """A context manager over a real file object, as the built-in `open` makes it for "w", "x" and their variants.

    Leaving it publishes what was written; an exception, also SystemExit, leaves the target as it was. The file may be
    closed within.
    """
    how = Mode(mode, buffering, encoding, errors, newline)
    how.check()
    return Opening(path, how, Options.of(**options))


@overload
def path(path: bytes, **options: Unpack[Wishes]) -> Staging[bytes]: ...
@overload
def path(path: Path, **options: Unpack[Wishes]) -> Staging[Path]: ...  # type: ignore[overload-overlap]
@overload
def path(
    path: str | os.PathLike[str] | os.PathLike[bytes],
    **options: Unpack[Wishes],
) -> Staging[str]: ...
def path(path: PathType, **options: Unpack[Wishes]) -> Staging[Any]:
    """A context manager over the path of a staging file, for libraries that want a path.

    It is in the same directory and has the same suffix; it is a `Path` if `path` is one, else a text. What is there
    when the `with` is left becomes the target; an exception leaves the target as it was.
    """
    os.fspath(path)
    return Staging(path, Options.of(**options))


def batch(**options: Unpack[Wishes]) -> Batch:
    """A context manager over several writes that are published together, with syncs that wait together."""
    return Batch(Options.of(**options))


def _bytes(data: _Data) -> bytes:
    return data if type(data) is bytes else bytes(memoryview(data))


def _encoded(text: str, encoding: str | None, errors: str | None, newline: str | None) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"text must be str, not {type(text).__name__}")
    if newline not in (None, "", "\n", "\r", "\r\n"):
        raise ValueError(f"illegal newline value: {newline!r}")
    ends = os.linesep if newline is None else newline
    if ends in ("\r", "\r\n"):
        text = text.replace("\n", ends)
    if hasattr(io, "text_encoding"):  # Warns under -X warn_default_encoding.
        encoding = io.text_encoding(encoding, 3)
    if encoding in (None, "locale"):
        encoding = locale.getpreferredencoding(False)
    return text.encode(encoding or "utf-8", errors or "strict")


for _name in __all__:  # Errors and help say where users find a thing, not where it is written.
    if hasattr(globals()[_name], "__module__"):
        globals()[_name].__module__ = __name__
del _name
