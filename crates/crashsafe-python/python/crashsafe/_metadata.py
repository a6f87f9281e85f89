"""Gives a staging file the owner, mode, access list and attributes of the file that it will replace."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable

from ._locate import Place

_ACCESS_LIST = "system.posix_acl_access"


def keep(fd: int, place: Place) -> None:
    """Owner first, because changing it clears the set-id bits; then mode; then attributes, whose mask the mode knows."""
    old = place.status
    if old is None or sys.platform == "win32":
        return
    new = os.fstat(fd)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        _give(fd, old)
        new = os.fstat(fd)
    mode = _mode(old, new)
    if stat.S_IMODE(new.st_mode) != mode:
        os.chmod(fd, mode)
    if sys.platform == "linux":
        _keep_attributes(fd, place)


def _give(fd: int, old: os.stat_result) -> None:
    """Gives away the file as far as that is allowed: all of it, or at least to the group."""
    try:
        os.chown(fd, old.st_uid, old.st_gid)
    except OSError:
        with contextlib.suppress(OSError):
            os.chown(fd, -1, old.st_gid)


def _mode(old: os.stat_result, new: os.stat_result) -> int:
    """The old mode, without the right to act as an owner or group that could not be kept."""
    mode = stat.S_IMODE(old.st_mode)
    if new.st_uid != old.st_uid:
        mode &= ~stat.S_ISUID
    if new.st_gid != old.st_gid:
        mode &= ~stat.S_ISGID
    return mode


def _keep_attributes(fd: int, place: Place) -> None:
    """Best effort, as not every file system has attributes, and not every process may set them."""
    with contextlib.suppress(OSError):
        old = place.directory.open(place.name, os.O_PATH | os.O_NOFOLLOW)
        try:
            # Attributes cannot be read from a descriptor that names a file without opening it, only by its link.
            _copy_attributes(b"/proc/self/fd/%d" % old, fd)
        finally:
            os.close(old)


def _copy_attributes(old: bytes, fd: int) -> None:
    theirs = list(_kept(os.listxattr(old)))
    for name in theirs:
        with contextlib.suppress(OSError):
            os.setxattr(fd, name, os.getxattr(old, name))
    if _ACCESS_LIST not in theirs:  # A default of the directory may have given the staging file one.
        with contextlib.suppress(OSError):
            os.removexattr(fd, _ACCESS_LIST)


def _kept(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if name.startswith("user.") or name in (_ACCESS_LIST, "security.selinux"))
