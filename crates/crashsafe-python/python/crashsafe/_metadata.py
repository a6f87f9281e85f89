"""Gives a staging file the owner, mode, access list and attributes of the file that it will replace."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable

from . import _system
from ._locate import Place

_ACCESS_LIST = "system.posix_acl_access"
# Tags of its entries.
_OWNING_GROUP = 0x04
_EVERYBODY = 0x20


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
    if sys.platform == "linux" and not _keep_attributes(fd, place, new.st_gid == old.st_gid):
        # Beside an access list the group's bits are its mask, which may grant more than the group had.
        os.chmod(fd, mode & ~stat.S_IRWXG)
    if mode & (stat.S_ISUID | stat.S_ISGID):
        # A truncation, even to the length that the file has, drops what a write by this process would have dropped.
        with contextlib.suppress(OSError):
            os.truncate(fd, new.st_size)


def _give(fd: int, old: os.stat_result) -> None:
    """Gives away the file as far as that is allowed: all of it, or at least to the group."""
    try:
        os.chown(fd, old.st_uid, old.st_gid)
    except OSError:
        with contextlib.suppress(OSError):
            os.chown(fd, -1, old.st_gid)


def _mode(old: os.stat_result, new: os.stat_result) -> int:
    """The old mode, as far as it lets in nobody whom it did not let in with the old owner and group."""
    mode = stat.S_IMODE(old.st_mode)
    if new.st_uid != old.st_uid:
        mode &= ~stat.S_ISUID
    if new.st_gid != old.st_gid:  # It is another group now, and may do what everybody may.
        mode &= ~stat.S_ISGID & (~stat.S_IRWXG | mode << 3)
    return mode


def _keep_attributes(fd: int, place: Place, keeps_group: bool) -> bool:
    """Best effort, as not every file system has attributes, nor may every process set them.

    False if there is an access list that could not be kept.
    """
    try:
        old = place.directory.open(place.name, os.O_PATH | os.O_NOFOLLOW)
    except OSError:
        return True
    try:
        # Attributes cannot be read from a descriptor that names a file without opening it, only by its link.
        return _copy_attributes(b"/proc/self/fd/%d" % old, fd, keeps_group)
    finally:
        _system.close(old)


def _copy_attributes(old: bytes, fd: int, keeps_group: bool) -> bool:
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = list(_kept(os.listxattr(old)))
    if _ACCESS_LIST not in names:  # A default of the directory may have given the staging file one.
        with contextlib.suppress(OSError):
            os.removexattr(fd, _ACCESS_LIST)
    refused = [name for name in names if not _copy_attribute(old, fd, name, keeps_group)]
    return _ACCESS_LIST not in refused


def _copy_attribute(old: bytes, fd: int, name: str, keeps_group: bool) -> bool:
    try:
        value = os.getxattr(old, name)
        if name == _ACCESS_LIST and not keeps_group:
            value = _with_group_as_others(value)
        os.setxattr(fd, name, value)
        return True
    except OSError:
        return False


def _with_group_as_others(access_list: bytes) -> bytes:
    """An access list with no more for the file's group, which is another one now, than for everybody.

    After a header of four bytes, each entry is a tag and permissions of two bytes, and an id of four.
    """
    entries = [bytearray(access_list[at : at + 8]) for at in range(4, len(access_list) - 7, 8)]
    everybody = next((entry[2] for entry in entries if entry[0] == _EVERYBODY), 0)
    for entry in entries:
        if entry[0] == _OWNING_GROUP:
            entry[2] &= everybody
    return access_list[:4] + b"".join(entries)


def _kept(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if name.startswith("user.") or name in (_ACCESS_LIST, "security.selinux"))
