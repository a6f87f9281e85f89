"""What a write may be told beside its content, and what the process does when it is not told."""

from __future__ import annotations

import enum
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from typing_extensions import Literal, TypedDict, Unpack

    TextMode = Literal["w", "wt", "tw", "x", "xt", "tx", "w+", "x+", "w+t", "wt+", "x+t", "xt+"]
    WriteOnlyMode = Literal["wb", "bw", "xb", "bx"]
    BothWaysMode = Literal["wb+", "w+b", "xb+", "x+b"]

    class Wishes(TypedDict, total=False):
        """The keyword arguments that every write takes."""

        durability: Durability | Literal["durable", "atomic", "visible"] | None
        hard_links: Literal["break", "error", "in_place"]
        fallback: Literal["error", "in_place"]
        permissions: int | None
        parents: bool


PathType = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


class Durability(enum.Enum):
    """What a finished write has been made to survive. No reader ever sees a torn file with any of them."""

    DURABLE = "durable"
    """Sync the file, rename, sync the directory: what was reported as done stays done. The default."""
    ATOMIC = "atomic"
    """Sync the file, rename: old or new even after a power failure, which may undo a write reported as done."""
    VISIBLE = "visible"
    """Rename only: a power failure may leave the file empty or torn. For caches and tests."""


class Options(NamedTuple):
    """The options of a write, checked, in the words of the implementations."""

    durability: str = "durable"
    hard_links: str = "break"
    fallback: str = "error"
    permissions: int | None = None
    parents: bool = False

    @classmethod
    def of(cls, **wishes: Unpack[Wishes]) -> Options:
        return _checked(**wishes) if wishes else _defaults


_defaults = Options()


def set_default_durability(durability: Durability | str) -> None:
    """Sets what writes of this process do when they do not say it themselves, as for a test suite."""
    global _defaults
    _defaults = Options(Durability(durability).value)


def default_durability() -> Durability:
    """What writes of this process do when they do not say it themselves."""
    return Durability(_defaults.durability)


def _checked(
    durability: Durability | str | None = None,
    hard_links: str = "break",
    fallback: str = "error",
    permissions: int | None = None,
    parents: bool = False,
) -> Options:
    _check("hard_links", hard_links, ("break", "error", "in_place"))
    _check("fallback", fallback, ("error", "in_place"))
    chosen = _defaults.durability if durability is None else Durability(durability).value
    return Options(chosen, hard_links, fallback, permissions, parents)


def _check(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}")
