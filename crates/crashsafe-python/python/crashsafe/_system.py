"""The calls that differ between systems: names within a directory, and syncing.

`ByDescriptor` is for Linux; `ByPath` is for all others, and works wherever `os.replace` does.
"""

from __future__ import annotations

import errno
import os
import random
import stat
import sys
import time
from contextlib import suppress
from typing import Any, Callable, Union

try:
    import fcntl
except ImportError:  # Windows has none.
    fcntl = None  # type: ignore[assignment]

# What is answered where there is no sync: by some file systems of directories, and of pipes and devices.
_KNOWS_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
# Windows refuses to replace a file that a virus scanner or an indexer has open just now.
_RETRY_SECONDS = 1.0

# `O_BINARY` and `O_NOINHERIT` are of Windows, `O_NOFOLLOW` and `O_NONBLOCK` of the others.
BINARY: int = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
_NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NOFOLLOW | BINARY
READ = os.O_RDONLY | _NOFOLLOW | NONBLOCK | BINARY
WRITE = os.O_WRONLY | _NOFOLLOW | NONBLOCK | BINARY


def sync_file(fd: int) -> None:
    """Syncs a file to the device. An error is final: the kernel has dropped the pages, so it is never retried."""
    # atomic-lint: allow(retried-sync): the next file of a batch is another one
    if hasattr(fcntl, "F_FULLFSYNC"):  # On macOS fsync leaves the data in the cache of the drive.
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


def close(fd: int) -> None:
    """Closes what nothing was written to that could be lost."""
    with suppress(OSError):
        os.close(fd)


def sync_if_possible(fd: int) -> bool:
    """Syncs a directory, pipe or device; False if its kind knows no sync."""
    try:
        sync_file(fd)
        return True
    except OSError as error:
        if error.errno not in _KNOWS_NO_SYNC:
            raise
        return False


class ByDescriptor:
    """A directory that is held open: renaming it, or changing the working directory, does no harm."""

    def __init__(self, path: bytes, at: ByDescriptor | None = None) -> None:
        self.fd: int
        origin = None if at is None else at.fd
        try:
            self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=origin)
            self.syncable = True
        except PermissionError:  # It may be written but not read, so it cannot be synced.
            self.fd = os.open(path, os.O_PATH | os.O_DIRECTORY, dir_fd=origin)
            self.syncable = False

    def open(self, name: bytes, flags: int, mode: int = 0) -> int:
        return os.open(name, flags, mode, dir_fd=self.fd)

    def status(self, name: bytes) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def is_writable(self, name: bytes) -> bool:
        return os.access(name, os.W_OK, dir_fd=self.fd, effective_ids=True)

    def readlink(self, name: bytes) -> bytes:
        return os.readlink(name, dir_fd=self.fd)

    def move(self, old: bytes, to: Any, new: bytes) -> None:
        os.replace(old, new, src_dir_fd=self.fd, dst_dir_fd=to.fd)

    def link(self, old: bytes, new: bytes) -> None:
        os.link(old, new, src_dir_fd=self.fd, dst_dir_fd=self.fd, follow_symlinks=False)

    def unlink(self, name: bytes) -> None:
        os.unlink(name, dir_fd=self.fd)

    def names(self) -> list[bytes]:
        return [os.fsencode(name) for name in os.listdir(self.fd)]

    def path(self) -> bytes:
        """Where the directory is at this moment."""
        return os.readlink(b"/proc/self/fd/%d" % self.fd)

    def identity(self) -> tuple[int, int]:
        status = os.fstat(self.fd)
        return status.st_dev, status.st_ino

    def sync(self) -> bool:
        """Syncs the names in it; False where that cannot be done."""
        return self.syncable and sync_if_possible(self.fd)

    def close(self) -> None:
        fd, self.fd = self.fd, -1
        if fd >= 0:
            close(fd)


class ByPath:
    """A directory by its absolute path, for systems without calls relative to a descriptor."""

    def __init__(self, path: bytes, at: ByPath | None = None) -> None:
        self._path: bytes = os.path.abspath(path if at is None else os.path.join(at._path, path))
        if not stat.S_ISDIR(os.stat(self._path).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))

    def _join(self, name: bytes) -> bytes:
        return os.path.join(self._path, name)

    def open(self, name: bytes, flags: int, mode: int = 0) -> int:
        return os.open(self._join(name), flags, mode)

    def status(self, name: bytes) -> os.stat_result | None:
        try:
            return os.lstat(self._join(name))
        except FileNotFoundError:
            return None

    def is_writable(self, name: bytes) -> bool:
        return os.access(self._join(name), os.W_OK)

    def readlink(self, name: bytes) -> bytes:
        return os.readlink(self._join(name))

    def move(self, old: bytes, to: Any, new: bytes) -> None:
        _retry_on_windows(os.replace, self._join(old), to._join(new))

    def link(self, old: bytes, new: bytes) -> None:
        if sys.platform == "win32":
            os.rename(self._join(old), self._join(new))  # There it refuses to replace.
        else:
            os.link(self._join(old), self._join(new), follow_symlinks=False)

    def unlink(self, name: bytes) -> None:
        os.unlink(self._join(name))

    def names(self) -> list[bytes]:
        return os.listdir(self._path)

    def path(self) -> bytes:
        return self._path

    def identity(self) -> tuple[int, int]:
        status = os.stat(self._path)
        return status.st_dev, status.st_ino

    def sync(self) -> bool:
        """Syncs the names in it; False where that cannot be done."""
        try:
            fd = os.open(self._path, os.O_RDONLY)
        except PermissionError:  # So says Windows of any directory, and Unix of one that may not be read.
            return False
        try:
            return sync_if_possible(fd)
        finally:
            close(fd)

    def close(self) -> None:
        pass


Directory = Union[ByDescriptor, ByPath]


def _retry_on_windows(call: Callable[[bytes, bytes], None], old: bytes, new: bytes) -> None:
    deadline = time.monotonic() + _RETRY_SECONDS
    while True:
        try:
            call(old, new)
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.001, 0.05))
