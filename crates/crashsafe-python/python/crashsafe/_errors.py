"""What a failed write says: the right subclass of OSError, about the target, and whether it is in place already."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Union

Target = Union[str, bytes]


class CommitError(OSError):
    """A write that failed. It is also a PermissionError, FileExistsError and so on, as its `errno` says.

    `filename` is the target, whatever file the failing call was about.
    """

    committed: bool = False
    """Whether the target holds the new content already. It does when only the sync of its directory failed."""
    stage: str = ""
    """The step that failed: resolve, create, write, flush, metadata, sync, publish, sync-directory or in-place."""
    published: Sequence[Target] = ()
    """The targets of a batch that hold their new content already."""

    def __reduce__(self) -> tuple:  # type: ignore[type-arg]
        state = (self.errno, self.strerror, self.filename, self.stage, self.committed, tuple(self.published))
        return make, state


_CLASSES: dict[type[OSError], type[CommitError]] = {OSError: CommitError}


def _class_for(errno: int) -> type[CommitError]:
    """The subclass of CommitError that is also what Python raises for `errno`."""
    base = type(OSError(errno, ""))
    if base not in _CLASSES:
        names = {"__module__": CommitError.__module__, "__doc__": CommitError.__doc__}
        _CLASSES[base] = type("CommitError", (CommitError, base), names)
    return _CLASSES[base]


def make(
    errno: int, message: str, target: Target, stage: str, committed: bool, published: Sequence[Target]
) -> CommitError:
    error = _class_for(errno)(errno, message, target)
    error.stage, error.committed, error.published = stage, committed, list(published)
    return error


def tell(
    errno: int,
    words: str,
    target: Target,
    stage: str,
    committed: bool = False,
    reason: str = "",
    published: Sequence[Target] = (),
) -> CommitError:
    """The error of `stage` for `target`, in `words` or in those of the system. Both implementations call this."""
    message = words or os.strerror(errno)
    if reason:
        message = f"{message} ({reason})"
    if committed:
        message = f"{message} (the new content is in place, but a power failure may still undo that)"
    return make(errno, message, target, stage, committed, published)


def failure(cause: OSError, target: Target, stage: str, committed: bool = False, reason: str = "") -> CommitError:
    """`cause`, told of `target`."""
    return tell(cause.errno or 0, cause.strerror or str(cause), target, stage, committed, reason)


class step:
    """Tells errors of the calls within as failures of `stage`, before anything is published."""

    __slots__ = ("_stage", "_target")

    def __init__(self, stage: str, target: Target) -> None:
        self._stage, self._target = stage, target

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, CommitError):
            raise failure(error, self._target, self._stage) from None
