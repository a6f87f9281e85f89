"""The protocol of a safe write in Python alone, under the names that `_crashsafe`, the compiled one, has too.

Resolve the target, create a staging file beside it, write, keep the metadata, sync, rename over the target, sync the
directory. What the caller's file object is, and when to commit, is not decided here but in `_files`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from typing import Callable

from . import _metadata, _names, _system
from ._errors import CommitError, Target, failure, step
from ._locate import Place, entry, locate, mount_point
from ._options import Options
from ._system import ByDescriptor, ByPath, Directory

_PORTABLE = sys.platform != "linux" or os.environ.get("CRASHSAFE_IMPLEMENTATION") == "portable"
_KIND: type[Directory] = ByPath if _PORTABLE else ByDescriptor
IMPLEMENTATION: str = "portable" if _PORTABLE else "pure"

# What says that the directory takes no staging file, while the file itself may be writable. A full or broken
# disk is not among it: there a write in place would destroy the only copy.
_NOT_REPLACEABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_ROOM = "the directory takes no new file, so the file cannot be replaced; fallback='in_place' would write over it"
_MOUNTED = (
    "something is mounted on the file itself, as containers do with single files, so it cannot be replaced; "
    "fallback='in_place' would write over it"
)
_ELSEWHERE = "they are on different file systems, where nothing can be renamed in one step; copy it instead"
_CHUNK = 1 << 20


def stage(path: Target, options: Options, exclusive: bool = False, read: bool = False, by_name: bool = False) -> Staged:
    """Prepares a write to `path`: what is written to the `fd` of the result becomes its content by `commit`.

    With `by_name` somebody else will write to the `path` of the result.
    """
    raw = os.fsencode(path)
    with step("resolve", path):
        if options.parents:
            _make_parents(raw, options.durability == "durable")
        place = _vacant(raw) if exclusive else locate(raw, _KIND)
    if place is None:
        return Stream(path, raw, read, by_name)
    try:
        with step("resolve", path):
            _check(place, options)
        return _stage_at(place, path, options, exclusive, by_name)
    except BaseException:
        place.directory.close()
        raise


def write(path: Target, data: bytes, options: Options) -> None:
    """Makes `data` the content of `path`."""
    staged = stage(path, options)
    _fill(staged, lambda fd: _write_all(fd, memoryview(data)))


def write_if_changed(path: Target, data: bytes, options: Options) -> bool:
    """Writes unless `path` is a file with just this content; tells whether it wrote."""
    if _holds(path, data):
        return False
    write(path, data, options)
    return True


def copy(source: Target, path: Target, options: Options) -> int:
    """Makes the content and the mode of `source` those of `path`; returns the number of bytes."""
    with step("resolve", source):
        origin = os.open(source, os.O_RDONLY | _system.BINARY | _system.NONBLOCK)
    try:
        with step("resolve", source):
            status = os.fstat(origin)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "only a regular file can be copied")
        staged = stage(path, options._replace(permissions=0o600))  # Until it has its mode nobody else reads it.
        return _fill(staged, lambda fd: _pour_with_mode(origin, fd, staged, stat.S_IMODE(status.st_mode)))
    finally:
        _system.close(origin)


def replace(source: Target, path: Target, options: Options) -> None:
    """Renames `source` to `path`, after syncing its content."""
    with step("resolve", source):
        origin = entry(os.fsencode(source), _KIND)
    try:
        with step("resolve", source):
            if origin.status is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with step("resolve", path):
            place = entry(os.fsencode(path), _KIND)
        try:
            with step("resolve", path):
                _check_replaceable(place)
            _move(origin, source, place, path, options.durability)
        finally:
            place.directory.close()
    finally:
        origin.directory.close()


def sweep(directory: Target, age: float | None) -> list[bytes]:
    """Removes staging files whose makers are dead, or unknown and the files older than `age`; returns their names."""
    with step("resolve", directory):
        place = _KIND(os.fsencode(directory))
        try:
            return _remove_all(place, [name for name in place.names() if _is_abandoned(place, name, age)])
        finally:
            place.close()


def commit(files: Sequence[Staged]) -> None:
    """Publishes all of `files`, none before the content of all is synced."""
    try:
        for file in files:
            file.keep_metadata()
        _sync_all(files)
    except BaseException:
        discard(files)
        raise
    published: list[Staged] = []
    try:
        _publish(files, published)
        _sync_directories(published)
    except CommitError as error:
        error.published = [file.target for file in published]
        raise
    finally:
        discard(files)


def discard(files: Iterable[Staged]) -> None:
    """Removes what is not published of `files`, and closes them."""
    for file in files:
        file.discard()


class Staged:
    """A staging file beside its target."""

    mode: int | None = None
    """The mode that the target will have, if it is not to keep its own."""
    is_atomic = True
    directory_synced = False

    def __init__(
        self, target: Target, place: Place, options: Options, name: bytes | None, fd: int, exclusive: bool = False
    ) -> None:
        self.target, self.fd = target, fd
        self._place, self._options, self._exclusive = place, options, exclusive
        self._name = name
        self._identity: os.stat_result | None = None

    @property
    def path(self) -> bytes:
        """The staging file as it can be opened by others."""
        with step("create", self.target):
            return os.path.join(self._place.directory.path(), self._name or b"")

    def commit(self) -> tuple[bool, bool]:
        """Publishes it; tells whether that was in one step, and whether the directory was synced."""
        try:
            commit([self])
        except CommitError as error:
            error.published = []  # It is of a batch that this tells anything.
            raise
        return self.is_atomic, self.directory_synced

    def discard(self) -> None:
        if self._name is not None:
            _forget(self._place.directory, self._name)
        self.abandon()

    def abandon(self) -> None:
        """Lets go of everything and changes nothing, as a forked child has to."""
        self._name = None
        with contextlib.suppress(OSError):
            self._close()
        self._place.directory.close()

    def keep_metadata(self) -> None:
        if self.fd < 0:
            self._reopen()
        with step("metadata", self.target):
            if not self._exclusive:
                _metadata.keep(self.fd, self._current())
            if self.mode is not None and os.name != "nt":
                os.chmod(self.fd, self.mode)

    def sync(self) -> None:
        with step("sync", self.target):
            if self._options.durability != "visible":
                _system.sync_file(self.fd)
            self._identity = os.fstat(self.fd)
            # Some network file systems tell only now that they could not store the data, and Windows renames no file
            # that is open.
            self._close()

    def publish(self) -> None:
        try:
            self._rename()
        except OSError as cause:
            if self._has_landed():
                pass
            elif self._options.fallback == "in_place" and self._is_mounted(cause):
                self._publish_in_place()
            else:
                raise failure(cause, self.target, "publish", reason=self._hint(cause)) from None
        self._name = None

    def directory_to_sync(self) -> Directory | None:
        return self._place.directory if self._options.durability == "durable" else None

    def _current(self) -> Place:
        """The target as it is now, or as it was if it has gone meanwhile."""
        with step("resolve", self.target):
            now = self._place.directory.status(self._place.name)
            if now is not None and not stat.S_ISREG(now.st_mode):
                raise OSError(errno.EINVAL, "it is no regular file any more")
        return self._place if now is None else self._place._replace(status=now)

    def _reopen(self) -> None:
        assert self._name is not None
        with step("write", self.target):
            self.fd = _open_any(self._place.directory, self._name)
            if not stat.S_ISREG(os.fstat(self.fd).st_mode):
                raise OSError(errno.EINVAL, "what was written is no regular file")

    def _rename(self) -> None:
        assert self._name is not None
        directory, name = self._place.directory, self._place.name
        if self._exclusive:
            directory.link(self._name, name)  # atomic-lint: allow(unsynced-rename): not where visibility is all
            return _forget(directory, self._name)
        # atomic-lint: allow(unsynced-rename): synced before, unless the caller asked for visibility alone
        directory.move(self._name, directory, name)

    def _has_landed(self) -> bool:
        """Whether the rename was done all the same: a server may lose its answer, and find nothing when asked again."""
        with contextlib.suppress(OSError):
            now = self._place.directory.status(self._place.name)
            return now is not None and self._identity is not None and os.path.samestat(now, self._identity)
        return False

    def _is_mounted(self, cause: OSError) -> bool:
        return cause.errno == errno.EBUSY and mount_point(self._place)

    def _publish_in_place(self) -> None:
        assert self._name is not None
        with step("in-place", self.target):
            content = self._place.directory.open(self._name, _system.READ)
            try:
                _write_in_place(content, self._place, self._options)
            finally:
                _system.close(content)
        self.is_atomic = False
        _forget(self._place.directory, self._name)

    def _hint(self, cause: OSError) -> str:
        if self._is_mounted(cause):
            return _MOUNTED
        if self._exclusive and cause.errno in (errno.EPERM, errno.ENOTSUP):
            return "the file system has no hard links, which creating without replacing needs"
        return ""

    def _close(self) -> None:
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)


class Spool(Staged):
    """Content that has no name yet, because it will be written over the target in place.

    Who asks for a path gets the target itself.
    """

    is_atomic = False

    def __init__(self, target: Target, place: Place, options: Options, by_name: bool) -> None:
        self._spool = None if by_name else tempfile.TemporaryFile(buffering=0)
        super().__init__(target, place, options, None, -1 if self._spool is None else self._spool.fileno())

    @property
    def path(self) -> bytes:
        with step("create", self.target):
            return os.path.join(self._place.directory.path(), self._place.name)

    def keep_metadata(self) -> None:
        pass

    def sync(self) -> None:
        pass

    def publish(self) -> None:
        with step("in-place", self.target):
            if self._spool is not None:
                _write_in_place(self.fd, self._place, self._options)
            elif self._options.durability != "visible":
                fd = _open_any(self._place.directory, self._place.name)
                _sync_and_close(fd)

    def _close(self) -> None:
        self.fd = -1
        if self._spool is not None:
            self._spool.close()


class Stream(Staged):
    """A device, pipe or kernel file: it can only be written to, and what is written is there at once."""

    is_atomic = False

    def __init__(self, target: Target, path: bytes, read: bool, by_name: bool) -> None:
        self.target, self._path = target, path
        flags = (os.O_RDWR if read else os.O_WRONLY) | os.O_TRUNC | _system.BINARY
        with step("write", target):
            # atomic-lint: allow(direct-write): a device or pipe can only be written to
            self.fd = -1 if by_name else os.open(path, flags)

    @property
    def path(self) -> bytes:
        return self._path

    def keep_metadata(self) -> None:
        pass

    def sync(self) -> None:
        try:
            if self.fd >= 0:
                _system.sync_if_possible(self.fd)
            self._close()
        except OSError as cause:
            raise failure(cause, self.target, "sync", committed=True) from None

    def publish(self) -> None:
        pass

    def directory_to_sync(self) -> None:
        return None

    def discard(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        with contextlib.suppress(OSError):
            self._close()


def _check(place: Place, options: Options) -> None:
    """Refuses what opening the file for writing would refuse, and hard links where they must not be broken."""
    if place.status is None:
        return
    if not place.directory.is_writable(place.name):
        # The open says why not; a program that is being executed may well be replaced, and who has removed the file
        # since has not forbidden to write it.
        try:
            _system.close(place.directory.open(place.name, _system.WRITE))
        except OSError as error:
            if error.errno not in (errno.ETXTBSY, errno.ENOENT):
                raise
    if place.status.st_nlink > 1 and options.hard_links == "error":
        raise OSError(errno.EINVAL, "the file has other names, which would keep the old content")


def _vacant(path: bytes) -> Place:
    place = entry(path, _KIND)
    if place.status is not None:  # A link is something too, wherever it leads.
        place.directory.close()
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    return place


def _make_parents(path: bytes, durable: bool) -> None:
    """Creates the directories above `path`, each synced into the one above it."""
    parent = os.path.dirname(path)
    if not parent or os.path.isdir(parent):
        return
    _make_parents(parent, durable)
    with contextlib.suppress(FileExistsError):
        os.mkdir(parent)
    if durable:
        above = _KIND(os.path.dirname(parent) or b".")
        try:
            above.sync()
        finally:
            above.close()


def _check_replaceable(place: Place) -> None:
    mode = stat.S_IFREG if place.status is None else place.status.st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "a device, pipe or socket is not replaced by a file")


def _move(origin: Place, source: Target, place: Place, path: Target, durability: str) -> None:
    with step("sync", source):
        if durability != "visible" and origin.status is not None and stat.S_ISREG(origin.status.st_mode):
            _sync_and_close(_open_any(origin.directory, origin.name))
    try:
        origin.directory.move(origin.name, place.directory, place.name)
    except OSError as cause:
        raise failure(cause, path, "publish", reason=_ELSEWHERE if cause.errno == errno.EXDEV else "") from None
    if durability != "durable":
        return
    try:
        # The new name first: until it is on the device, the old one must not be off it.
        for directory in {one.identity(): one for one in (place.directory, origin.directory)}.values():
            directory.sync()
    except OSError as cause:
        raise failure(cause, path, "sync-directory", committed=True) from None


def _stage_at(place: Place, target: Target, options: Options, exclusive: bool, by_name: bool) -> Staged:
    status = place.status
    if status is not None and status.st_nlink > 1 and options.hard_links == "in_place":
        return Spool(target, place, options, by_name)
    try:
        name, fd = _create(place, 0o666 if options.permissions is None else options.permissions)
    except OSError as cause:
        if status is None or cause.errno not in _NOT_REPLACEABLE:
            raise failure(cause, target, "create") from None
        if options.fallback == "in_place":
            return Spool(target, place, options, by_name)
        raise failure(cause, target, "create", reason=_NO_ROOM) from None
    if by_name:
        _system.close(fd)
        fd = -1
    return Staged(target, place, options, name, fd, exclusive)


def _create(place: Place, mode: int) -> tuple[bytes, int]:
    # A new file has the mode and access list that the kernel makes of what was asked for. One that will replace another
    # may hold secrets of it, so nobody else may read it until it has the other's mode.
    mode = mode if place.status is None else 0o600
    limit = _names.LONGEST
    while True:
        name = _names.staging(place.name, limit)
        try:
            return name, place.directory.open(name, _system.CREATE, mode)
        except FileExistsError:
            continue
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG or limit == _names.SHORTEST_LIMIT:
                raise
            limit = _names.SHORTEST_LIMIT


def _fill(staged: Staged, fill: Callable[[int], int]) -> int:
    try:
        with step("write", staged.target):
            size = fill(staged.fd)
        staged.commit()
        return size
    except BaseException:
        staged.discard()
        raise


def _write_all(fd: int, data: memoryview) -> int:
    rest = data
    while len(rest):
        rest = rest[os.write(fd, rest) :]
    return len(data)


def _pour(source: int, fd: int) -> int:
    """Copies all that is left to read of one descriptor to another."""
    size = 0
    with contextlib.suppress(OSError, AttributeError):  # Between some file systems the kernel does not copy.
        while count := os.copy_file_range(source, fd, _CHUNK << 8):
            size += count
    while chunk := os.read(source, _CHUNK):  # And of some files it says that they are empty.
        size += _write_all(fd, memoryview(chunk))
    return size


def _pour_with_mode(source: int, fd: int, staged: Staged, mode: int) -> int:
    """Copies the content, and what a write by this process leaves of `mode`.

    The bits by which a program runs as somebody are not given to a copy by one who could not write without losing them.
    """
    size = _pour(source, fd)
    staged.mode = mode
    if staged.is_atomic and mode & (stat.S_ISUID | stat.S_ISGID) and os.name != "nt":
        os.chmod(fd, mode)
        os.truncate(fd, size)
        staged.mode = stat.S_IMODE(os.fstat(fd).st_mode)
    return size


def _write_in_place(content: int, place: Place, options: Options) -> None:
    fd = place.directory.open(place.name, _system.WRITE)
    try:
        os.lseek(content, 0, os.SEEK_SET)
        os.truncate(fd, _pour(content, fd))  # Last, so that the file is never empty.
        if options.durability != "visible":
            _system.sync_file(fd)
    finally:
        os.close(fd)


def _open_any(directory: Directory, name: bytes) -> int:
    """A descriptor to sync a file by, for whatever this process may do with it."""
    try:
        return directory.open(name, _system.WRITE)
    except PermissionError:
        return directory.open(name, _system.READ)


def _sync_and_close(fd: int) -> None:
    try:
        _system.sync_file(fd)
    finally:
        _system.close(fd)


def _holds(path: Target, data: bytes) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | _system.BINARY | _system.NONBLOCK)
    except OSError:
        return False
    with os.fdopen(fd, "rb", buffering=0) as file:
        status = os.fstat(fd)
        return stat.S_ISREG(status.st_mode) and status.st_size == len(data) and file.read() == data


def _sync_all(files: Sequence[Staged]) -> None:
    if len(files) < 3:
        for file in files:
            file.sync()
        return
    # Syncs that wait together share the file system's journal commits.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(16, "crashsafe") as pool:
        for done in [pool.submit(file.sync) for file in files]:
            done.result()


def _publish(files: Sequence[Staged], published: list[Staged]) -> None:
    try:
        for file in files:
            file.publish()
            published.append(file)
    except CommitError:
        with contextlib.suppress(CommitError):  # What is in place should stay there.
            _sync_directories(published)
        raise


def _sync_directories(files: Sequence[Staged]) -> None:
    done = set()
    failed: CommitError | None = None
    for file in files:
        directory = file.directory_to_sync()
        if directory is None:
            continue
        try:
            if directory.identity() not in done:
                done.add(directory.identity())
                file.directory_synced = directory.sync()
        except OSError as cause:  # No reason to leave out the others.
            failed = failed or failure(cause, file.target, "sync-directory", committed=True)
    if failed is not None:
        raise failed


def _forget(directory: Directory, name: bytes) -> None:
    """Removes a staging file, and tries once more if that fails: nobody else will, and a sweep finds what is left."""
    for _ in range(2):
        try:
            return directory.unlink(name)
        except FileNotFoundError:
            return
        except OSError:
            continue


def _is_abandoned(directory: Directory, name: bytes, age: float | None) -> bool:
    if _names.maker_of(name) is None:
        return False
    status = directory.status(name)
    if status is None or not stat.S_ISREG(status.st_mode):
        return False
    is_dead = _names.is_dead(name)
    return age is not None and time.time() - status.st_mtime >= age if is_dead is None else is_dead


def _remove_all(directory: Directory, names: Sequence[bytes]) -> list[bytes]:
    removed, failed = [], None
    for name in names:
        try:
            if _remove(directory, name):
                removed.append(name)
        except OSError as error:  # One that is not ours to remove is no reason to leave the others.
            failed = failed or error
    if failed is not None:
        raise failed
    return removed


def _remove(directory: Directory, name: bytes) -> bool:
    try:
        directory.unlink(name)
        return True
    except FileNotFoundError:  # Somebody else was sweeping too.
        return False
