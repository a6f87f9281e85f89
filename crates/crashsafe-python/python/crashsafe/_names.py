"""How staging files are called, so that they can be told from all others and their makers found dead.

    .crashsafe-<host>-<pid>-<start>-<random>-<name>

The format is that of the Rust crate `crashsafe`, whose `name.rs` describes it.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

PREFIX = b".crashsafe-"
LONGEST = 255
SHORTEST_LIMIT = 143
"""The longest names that usual file systems and the narrowest known one, eCryptfs, take."""

_FORMAT = re.compile(rb"\.crashsafe-([0-9a-f]{8})-([0-9a-f]+)-([0-9a-f]+)-[0-9a-f]{16}-", re.DOTALL)


class Maker(NamedTuple):
    """The process that made a staging file: its host and process namespace, its id there, and when it started."""

    host: int
    pid: int
    start: int


def staging(name: bytes, limit: int = LONGEST) -> bytes:
    """A new name for the staging file of the target `name`, with the same suffix."""
    host, pid, start = this_process()
    head = PREFIX + b"%08x-%x-%x-%s-" % (host, pid, start, os.urandom(8).hex().encode())
    return head + _tail(name, limit - len(head))


def maker_of(name: bytes) -> Maker | None:
    """Who made the staging file called `name`; None if it is none."""
    match = _FORMAT.match(name)
    return Maker(*(int(digits, 16) for digits in match.groups())) if match else None


def is_dead(name: bytes) -> bool | None:
    """Whether the maker of the staging file called `name` is dead; None if that cannot be told from here."""
    maker = maker_of(name)
    if maker is None or maker.host == 0 or maker.host != this_process().host:
        return None
    return _is_dead(maker)


_this_process: Maker | None = None


def this_process() -> Maker:
    global _this_process
    # A forked child has its parent's memory, but is another process.
    if _this_process is None or _this_process.pid != os.getpid():
        _this_process = Maker(_host(), os.getpid(), _start_of(os.getpid()))
    return _this_process


def _tail(name: bytes, room: int) -> bytes:
    if len(name) <= room:
        return name
    cut = len(name) - max(room, 0)
    while cut < len(name) and name[cut] & 0xC0 == 0x80:  # Not within a character of UTF-8.
        cut += 1
    return name[cut:]


def _is_dead(maker: Maker) -> bool:
    try:
        os.kill(maker.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass  # It is there, but not ours to signal.
    start = _start_of(maker.pid)
    return 0 not in (start, maker.start) and start != maker.start


def _host() -> int:
    try:
        with open("/proc/sys/kernel/hostname", "rb") as file:
            hostname = file.read().rstrip(b"\n")
        return _fnv1a(hostname + b"\0" + os.readlink(b"/proc/self/ns/pid"))
    except OSError:
        return 0


def _start_of(pid: int) -> int:
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return 0  # It shows another process namespace, where the number is that of somebody else.
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The second field is the name of the program in parentheses, and may hold anything.
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


def _fnv1a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value
