"""From a path to the directory and the name that must be replaced, through links, as the kernel would follow them."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from ._system import Directory

_MOST_LINKS = 40
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

    The links at its end are followed one by one, each relative to its own directory. Before the first of them the
    kernel is asked to follow the path too, so that its protection of links holds. That it finds the same file is not
    asked for: somebody else may be replacing it just now.
    """
    place = _step(path, kind, None)
    try:
        for link in range(_MOST_LINKS + 1):
            if place.status is None or not stat.S_ISLNK(place.status.st_mode):
                return _writable(place)
            # As in /proc/self/fd, where the text of a link is not where it leads.
            if _is_of_kernel(place.status) or (link == 0 and not _may_follow(path)):
                place.directory.close()
                return None
            text = _text_of_link(place)
            if text is None:
                place = place._replace(status=place.directory.status(place.name))
                continue
            behind = _step(text, kind, place.directory)
            place.directory.close()
            place = behind
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    except BaseException:
        place.directory.close()
        raise


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


def _writable(place: Place) -> Place | None:
    """The place if what it holds can be replaced: None if it can only be written through."""
    if place.status is None:
        return place
    mode = place.status.st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISREG(mode) and not _is_of_kernel(place.status):
        return place
    place.directory.close()
    return None


def _text_of_link(place: Place) -> bytes | None:
    """Where it leads; None if it is no link any more, because somebody has removed or replaced it since."""
    try:
        return place.directory.readlink(place.name)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINVAL):
            return None
        raise


def _may_follow(path: bytes) -> bool:
    """Whether the kernel, which knows more rules than are repeated here, follows it to a regular file or to nothing."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


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
