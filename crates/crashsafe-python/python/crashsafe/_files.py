"""Real file objects over a staging file, and when what was written to them becomes the target."""

from __future__ import annotations

import io
import os
import warnings
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, AnyStr, Generic, NamedTuple, TypeVar, overload

from ._engine import engine
from ._errors import CommitError, failure, step
from ._options import Options, PathType

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import BothWaysMode, TextMode, Wishes, WriteOnlyMode

_F = TypeVar("_F", bound=IO[Any])
_P = TypeVar("_P", str, bytes, Path)


class Outcome(NamedTuple):
    """What a finished write did."""

    is_atomic: bool
    """Whether the target was replaced in one step: a device or pipe cannot be, and `in_place` was a wish."""
    directory_synced: bool
    """Whether the directory was synced: it is not if that was not asked for, or if it may not be read."""


class Mode(NamedTuple):
    """The arguments of `open` that say what kind of file object it makes."""

    mode: str = "w"
    buffering: int = -1
    encoding: str | None = None
    errors: str | None = None
    newline: str | None = None

    def check(self) -> None:
        """Refuses what `open` refuses, and the modes that change a file in place."""
        if self.mode not in ("w", "wb"):
            self._check_letters()
        self._check_kind()

    def _check_letters(self) -> None:
        kinds = set(self.mode)
        if kinds - set("rwxabt+") or len(kinds) < len(self.mode):
            raise ValueError(f"invalid mode: {self.mode!r}")
        if "a" in kinds:
            raise ValueError(
                "mode 'a' adds to a file in place, and a replacement would have to copy it first: "
                "open a log with the built-in open, and write a document as a whole with 'w'"
            )
        if "r" in kinds and "+" in kinds:
            raise ValueError(
                "mode 'r+' changes a file in place, which a crash can tear: read it, and write it as a whole with 'w'"
            )
        if "r" in kinds:
            raise ValueError("crashsafe.open is for writing: read with the built-in open")
        if len(kinds & set("wx")) != 1:
            raise ValueError("must have exactly one of create/write mode")

    def _check_kind(self) -> None:
        if "b" not in self.mode:
            if self.buffering == 0:
                raise ValueError("can't have unbuffered text I/O")
            return
        if "t" in self.mode:
            raise ValueError("can't have text and binary mode at once")
        for name, value in zip(self._fields[2:], self[2:]):
            if value is not None:
                raise ValueError(f"binary mode doesn't take {'an' if name[0] == 'e' else 'a'} {name} argument")

    @property
    def is_exclusive(self) -> bool:
        return "x" in self.mode

    @property
    def reads(self) -> bool:
        return "+" in self.mode


class _Raw(io.FileIO):
    """A descriptor of the staging file that goes by the name of the target."""

    def __init__(self, fd: int, mode: str, target: str | bytes) -> None:
        super().__init__(fd, mode)
        self.name = target
        self.failure: CommitError | None = None

    def write(self, data: Any) -> int:
        """Remembers a failure: a caller that goes on regardless must not publish what is incomplete."""
        try:
            return super().write(data)
        except OSError as cause:
            # For good: what a later write adds says nothing of whether this one was ever made up for.
            self.failure = failure(cause, self.name, "write")
            raise self.failure from None

    def close(self) -> None:
        try:
            super().close()
        except OSError as cause:
            raise failure(cause, self.name, "flush") from None


class Writer(Generic[AnyStr]):
    """A write whose end the caller decides: nothing is seen of it before `commit`, and nothing stays after `discard`.

    `file` is a real file object. A writer that is garbage collected without either warns, and discards.
    """

    file: IO[AnyStr]
    _done = True

    @overload
    def __init__(
        self: Writer[str],
        path: PathType,
        mode: TextMode = "w",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        **options: Unpack[Wishes],
    ) -> None: ...
    @overload
    def __init__(
        self: Writer[bytes],
        path: PathType,
        mode: WriteOnlyMode | BothWaysMode,
        buffering: int = -1,
        **options: Unpack[Wishes],
    ) -> None: ...
    @overload
    def __init__(
        self: Writer[Any],
        path: PathType,
        mode: str,
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        **options: Unpack[Wishes],
    ) -> None: ...
    def __init__(
        self,
        path: PathType,
        mode: str = "w",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        **options: Unpack[Wishes],
    ) -> None:
        how = Mode(mode, buffering, encoding, errors, newline)
        how.check()
        self._start(path, how, Options.of(**options))

    @classmethod
    def _of(cls, path: PathType, how: Mode, options: Options) -> Writer[AnyStr]:
        writer = cls.__new__(cls)
        writer._start(path, how, options)
        return writer

    def _start(self, path: PathType, how: Mode, options: Options) -> None:
        self._target = os.fspath(path)
        self._process = os.getpid()
        self._staged = engine.stage(self._target, options, how.is_exclusive, how.reads)
        try:
            self._open(how)
        except BaseException:
            self._staged.discard()
            raise
        self._done = False

    def _open(self, how: Mode) -> None:
        # A descriptor of its own, so that closing the file does not take the staging file away from `commit`.
        with step("create", self._target):
            self._raw = _Raw(os.dup(self._staged.fd), how.mode.replace("t", ""), self._target)
        try:
            self._wrap(how)
        except BaseException:
            self._raw.close()
            raise

    def _wrap(self, how: Mode) -> None:
        self._layers: list[Any] = [self._raw]
        if how.buffering == 0:
            self.file = self._raw  # type: ignore[assignment]
            return
        size = how.buffering if how.buffering > 1 else io.DEFAULT_BUFFER_SIZE
        self._layers.insert(0, (io.BufferedRandom if how.reads else io.BufferedWriter)(self._raw, size))
        if "b" not in how.mode:
            by_line = how.buffering == 1 or (how.buffering < 0 and self._raw.isatty())
            text = io.TextIOWrapper(self._layers[0], how.encoding, how.errors, how.newline, by_line)
            text.mode = how.mode  # type: ignore[misc]
            self._layers.insert(0, text)
        self.file = self._layers[0]

    def write(self, data: AnyStr) -> int:
        """Writes to `file`."""
        return self.file.write(data)

    def commit(self) -> Outcome:
        """Makes what was written the content of the target, and closes the file."""
        if self._done:
            raise ValueError(f"the write to {self._target!r} has ended already")
        try:
            self._finish()
            return Outcome(*self._staged.commit())
        finally:
            self.discard()

    def discard(self) -> None:
        """Leaves the target as it is, and closes the file. After a commit or another discard it does nothing."""
        if self._done:
            return
        self._done = True
        # The lowest layer first: the buffers above, which a forked child shares with its parent, must go nowhere.
        if not self._raw.closed:
            with suppress(OSError):
                self._raw.close()
        if self._process == os.getpid():
            self._staged.discard()
        else:
            self._staged.abandon()

    def _finish(self) -> None:
        with step("flush", self._target):
            for layer in self._layers:
                if not _is_detached(layer):
                    layer.close()  # And with it those below.
                    break
        if self._raw.failure is not None:
            raise self._raw.failure

    def __del__(self) -> None:
        if self._done:
            return
        process, target = self._process, self._target
        self.discard()
        if process == os.getpid():
            warnings.warn(
                f"what was written to {target!r} is discarded: it was never committed", RuntimeWarning, 2, self
            )


class Opening(Generic[_F]):
    """The context manager that `open` returns: entering it opens the file, leaving it commits, an exception discards."""

    _writer: Writer[Any] | None = None

    def __init__(self, path: PathType, how: Mode, options: Options) -> None:
        self._arguments = path, how, options

    def __enter__(self) -> _F:
        if self._writer is not None:
            raise RuntimeError("this file is open already")
        self._writer = Writer._of(*self._arguments)
        return self._writer.file  # type: ignore[return-value]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if kind is None:
            writer.commit()
        else:
            writer.discard()


class Staging(Generic[_P]):
    """The context manager that `path` returns: it gives the path of the staging file, of the type that it was given."""

    def __init__(self, path: PathType, options: Options) -> None:
        self._path, self._options = path, options
        self._staged: Any = None

    def __enter__(self) -> _P:
        if self._staged is not None:
            raise RuntimeError("this path is staged already")
        self._process = os.getpid()
        self._staged = engine.stage(os.fspath(self._path), self._options, False, False, True)
        try:
            staging: _P = _like(self._path, self._staged.path)
            return staging
        except BaseException:
            self._staged.discard()
            self._staged = None
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        staged, self._staged = self._staged, None
        if staged is None:
            return
        if self._process != os.getpid():
            staged.abandon()
        elif kind is None:
            staged.commit()
        else:
            staged.discard()


class Batch:
    """Several files that are published together: none before the content of all is written and synced.

    It commits when its `with` is left, and discards when an exception leaves it. Each file is old or new; a crash
    within the publishing can leave some old and some new.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._writers: list[Writer[Any]] = []

    def open(
        self,
        path: PathType,
        mode: str = "w",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> IO[Any]:
        """A file of the batch. It may be closed, and is closed by the commit at the latest."""
        how = Mode(mode, buffering, encoding, errors, newline)
        how.check()
        writer: Writer[Any] = Writer._of(path, how, self._options)
        self._writers.append(writer)
        return writer.file

    def write_bytes(self, path: PathType, data: bytes | bytearray | memoryview) -> int:
        """Adds a file with the content `data`."""
        with self.open(path, "wb", 0) as file:
            return _write_all(file, memoryview(data).cast("B"))

    def write_text(
        self,
        path: PathType,
        text: str,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> int:
        """Adds a file with the content `text`."""
        with self.open(path, "w", -1, encoding, errors, newline) as file:
            return file.write(text)

    def commit(self) -> None:
        """Publishes the files of the batch, which is then empty."""
        try:
            for writer in self._writers:
                writer._finish()
            engine.commit([writer._staged for writer in self._writers])
        finally:
            self.discard()

    def discard(self) -> None:
        """Leaves all targets as they are."""
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.discard()

    def __enter__(self) -> Batch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.discard()


def _is_detached(layer: Any) -> bool:
    try:
        bool(layer.closed)
    except ValueError:  # So answers a text layer without a buffer.
        return True
    return False


def _write_all(file: IO[Any], data: memoryview) -> int:
    done = 0
    while done < len(data):
        done += file.write(data[done:])
    return done


def _like(given: PathType, path: str | bytes) -> Any:
    if isinstance(given, bytes):
        return os.fsencode(path)
    return Path(os.fsdecode(path)) if isinstance(given, Path) else os.fsdecode(path)
