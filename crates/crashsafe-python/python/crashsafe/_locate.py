"""From a path to the directory and the name that must be replaced, through links, as the kernel would follow them."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from ._system import Directory

_MOST_LINKS = 40
_TRIES = 8
# File systems whose files are windows into the kernel. A rename cannot replace them.
_KERNEL = {
    b"proc", b"sysfs", b"cgroup", b"cgroup2", b"debugfs", b"tracefs", b"securityfs", b"configfs", b"selinuxfs",
    b"bpf", b"pstore", b"efivarfs", b"binfmt_misc", b"mqueue", b"fusectl",
}  # fmt: skip


class Place(NamedTuple):
    """A name in an open directory, and the regular file that has it now."""

    directory: Directory
    name: bytes
    status: os.stat_result | None


def locate(path: bytes, kind: type[Directory]) -> Place | None:
    """The place that a write to `path` must replace; None if it is no regular file and must be written through.

    The kernel resolves the path first, so that its protection of links holds. The links are then followed one by
    one, each relative to its own directory, and what is found at the end has to be the same file.
    """
    for _ in range(_TRIES):
        known = _known(path)
        if known is not None and not stat.S_ISREG(known.st_mode):
            _refuse_directory(known)
            return None
        place = _follow(path, kind)
        if place is None:
            return None
        if _same(place.status, known):
            if known is None or not _is_of_kernel(known):
                return place
            place.directory.close()
            return None
        place.directory.close()
    raise OSError(errno.ESTALE, "the path leads elsewhere each time it is followed")


def entry(path: bytes, kind: type[Directory]) -> Place:
    """The place that `path` itself names: a link at its end is not followed."""
    return _step(path, kind, None)


def mount_point(place: Place) -> bool:
    """Whether the file is mounted by itself, as containers do with configuration files."""
    try:
        path = os.path.join(place.directory.path(), place.name)
        return any(_unescape(fields[4]) == path for fields in _mounts())
    except OSError:
        return False


def _known(path: bytes) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _refuse_directory(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _same(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    if one is None or other is None:
        return one is other
    return os.path.samestat(one, other)


def _follow(path: bytes, kind: type[Directory]) -> Place | None:
    directory: Directory | None = None
    for _ in range(_MOST_LINKS + 1):
        try:
            place = _step(path, kind, directory)
        finally:
            if directory is not None:
                directory.close()
        if place.status is None or not stat.S_ISLNK(place.status.st_mode):
            return place
        directory = place.directory
        try:
            magic = _is_of_kernel(place.status)
            path = directory.readlink(place.name)
        except BaseException:
            directory.close()
            raise
        if magic:  # As in /proc/self/fd: the text of such a link is not where it leads.
            directory.close()
            return None
    if directory is not None:
        directory.close()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _step(path: bytes, kind: type[Directory], at: Directory | None) -> Place:
    parent, name = os.path.split(path)
    if not path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if name in (b"", b".", b".."):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    directory = kind(parent or b".", at)  # type: ignore[arg-type]
    try:
        return Place(directory, name, directory.status(name))
    except BaseException:
        directory.close()
        raise


def _is_of_kernel(status: os.stat_result) -> bool:
    # Files of the kernel occupy no blocks of an unnamed device; few others are like that, so the list is seldom read.
    if os.name == "nt" or status.st_blocks or os.major(status.st_dev):
        return False
    device = b"%d:%d" % (os.major(status.st_dev), os.minor(status.st_dev))
    try:
        return any(fields[2] == device and fields[fields.index(b"-") + 1] in _KERNEL for fields in _mounts())
    except OSError:
        return False


def _mounts() -> list[list[bytes]]:
    with open("/proc/self/mountinfo", "rb") as file:
        return [line.split() for line in file]


def _unescape(text: bytes) -> bytes:
    for code in (b"\\040", b"\\011", b"\\012", b"\\134"):
        text = text.replace(code, bytes([int(code[1:], 8)]))
    return text
