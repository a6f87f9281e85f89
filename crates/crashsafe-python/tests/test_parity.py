"""What `crashsafe.open` and `crashsafe.write_bytes` leave behind is what the built-in `open` would."""

from __future__ import annotations

import builtins
import errno
import os
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any, Callable

import crashsafe
import pytest
from conftest import IMPLEMENTATION, NOBODY, as_nobody, in_child, mode_of, skip_loudly, staging_files

linux_only = pytest.mark.skipif(IMPLEMENTATION == "portable", reason="the portable implementation cannot do this")
root_only = pytest.mark.skipif(os.getuid() != 0, reason="NOT TESTED without root")


def builtin(path: Any, data: bytes) -> None:
    with builtins.open(path, "wb") as file:
        file.write(data)


def opened(path: Any, data: bytes) -> None:
    with crashsafe.open(path, "wb") as file:
        file.write(data)


def one_shot(path: Any, data: bytes) -> None:
    assert crashsafe.write_bytes(path, data) == len(data)


def by_path(path: Any, data: bytes) -> None:
    with crashsafe.path(path) as staging:
        with builtins.open(staging, "wb") as file:
            file.write(data)


def batched(path: Any, data: bytes) -> None:
    with crashsafe.batch() as batch:
        batch.write_bytes(path, data)


WAYS = [opened, one_shot, by_path, batched]
Way = Callable[[Any, bytes], None]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", [0, 1, 4097, 1 << 20])
def test_content_is_replaced(folder: Path, way: Way, size: int) -> None:
    target = folder / "target"
    target.write_bytes(b"old" * 3000)
    way(target, b"n" * size)
    assert target.read_bytes() == b"n" * size
    assert os.listdir(folder) == ["target"]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_a_new_file_has_the_mode_of_the_umask(folder: Path, way: Way, umask: int) -> None:
    before = os.umask(umask)
    try:
        way(folder / "ours", b"x")
        builtin(folder / "theirs", b"x")
    finally:
        os.umask(before)
    assert mode_of(folder / "ours") == mode_of(folder / "theirs") == 0o666 & ~umask


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o666, 0o4755, 0o2755, 0o1644])
def test_an_existing_file_keeps_its_mode(folder: Path, way: Way, mode: int) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    target.chmod(mode)
    way(target, b"new")
    assert mode_of(target) == mode


@root_only
def test_an_existing_file_keeps_its_owner(folder: Path, way: Way) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    os.chown(target, 1234, 2345)
    target.chmod(0o6751)
    way(target, b"new")
    status = target.stat()
    assert (status.st_uid, status.st_gid, mode_of(target)) == (1234, 2345, 0o6751)


@root_only
def test_nobody_acts_as_an_owner_that_could_not_be_kept(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    folder.chmod(0o777)
    target.chmod(0o6777)
    as_nobody(lambda: crashsafe.write_bytes(target, b"new"))
    assert target.read_bytes() == b"new"
    assert target.stat().st_uid == NOBODY
    assert mode_of(target) & 0o6000 == 0


@root_only
def test_another_group_gets_what_everybody_has(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    folder.chmod(0o777)
    os.chown(target, NOBODY, 2345)
    target.chmod(0o2674)
    as_nobody(lambda: crashsafe.write_bytes(target, b"new"))
    assert target.stat().st_gid == NOBODY
    assert mode_of(target) == 0o644


def test_attributes_are_kept(folder: Path, way: Way) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    try:
        os.setxattr(target, "user.origin", b"somewhere")
    except OSError:
        skip_loudly("no extended attributes here")
    way(target, b"new")
    assert os.getxattr(target, "user.origin") == b"somewhere"


ACCESS_LIST = bytes.fromhex(  # u::rw- u:1234:rw- g::r-- m::rw- o::---
    "0200000001000600ffffffff02000600d204000004000400ffffffff10000600ffffffff20000000ffffffff"
)


def test_an_access_list_is_kept(folder: Path, way: Way) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    try:
        os.setxattr(target, "system.posix_acl_access", ACCESS_LIST)
    except OSError:
        skip_loudly("no access control lists here")
    mode = mode_of(target)
    way(target, b"new")
    assert os.getxattr(target, "system.posix_acl_access") == ACCESS_LIST
    assert mode_of(target) == mode


@root_only
def test_an_access_list_grants_another_group_nothing(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    folder.chmod(0o777)
    # The same for nobody, where the group may read.
    access_list = ACCESS_LIST.replace((1234).to_bytes(4, "little"), NOBODY.to_bytes(4, "little"))
    narrow = access_list.replace(bytes.fromhex("04000400"), bytes.fromhex("04000000"))
    try:
        os.setxattr(target, "system.posix_acl_access", access_list)
    except OSError:
        skip_loudly("no access control lists here")
    as_nobody(lambda: crashsafe.write_bytes(target, b"new"))
    assert target.stat().st_gid == NOBODY
    assert os.getxattr(target, "system.posix_acl_access") == narrow


def test_an_access_list_that_the_directory_gives_by_default_is_for_new_files(folder: Path, way: Way) -> None:
    old, new, theirs = folder / "old", folder / "new", folder / "theirs"
    old.write_bytes(b"old")
    old.chmod(0o640)
    try:
        os.setxattr(folder, "system.posix_acl_default", ACCESS_LIST)
    except OSError:
        skip_loudly("no access control lists here")
    way(old, b"new")
    way(new, b"new")
    builtin(theirs, b"new")
    assert os.listxattr(old) == []
    assert mode_of(old) == 0o640
    assert os.getxattr(new, "system.posix_acl_access") == os.getxattr(theirs, "system.posix_acl_access")
    assert mode_of(new) == mode_of(theirs)


def test_a_new_file_has_the_permissions_that_were_asked_for(folder: Path) -> None:
    crashsafe.write_bytes(folder / "key", b"secret", permissions=0o600)
    assert mode_of(folder / "key") == 0o600


def links(folder: Path) -> dict[str, Path]:
    """Links to `folder`/real/target of every kind."""
    real = folder / "real"
    real.mkdir()
    (folder / "absolute").symlink_to(real / "target")
    (folder / "relative").symlink_to("real/target")
    (real / "second").symlink_to("target")
    (folder / "chain").symlink_to("real/second")
    (folder / "alias").symlink_to("real")
    (folder / "up").symlink_to("alias/../real/target")
    return {name: folder / name for name in ("absolute", "relative", "chain", "up")}


@pytest.mark.parametrize("name", ["absolute", "relative", "chain", "up"])
@pytest.mark.parametrize("exists", [True, False], ids=["existing", "dangling"])
def test_links_are_followed(folder: Path, way: Way, name: str, exists: bool) -> None:
    link = links(folder)[name]
    if exists:
        (folder / "real/target").write_bytes(b"old")
    way(link, b"new")
    assert link.is_symlink()
    assert (folder / "real/target").read_bytes() == b"new"
    assert not (folder / "real/target").is_symlink()
    assert staging_files(folder) == staging_files(folder / "real") == []


def test_a_loop_of_links_is_an_error(folder: Path, way: Way) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    for write in (builtin, way):
        with pytest.raises(OSError) as caught:
            write(folder / "a", b"x")
        assert caught.value.errno == errno.ELOOP
    assert sorted(os.listdir(folder)) == ["a", "b"]


def test_a_link_of_another_in_a_shared_folder_is_followed_as_the_kernel_does(folder: Path) -> None:
    protected = Path("/proc/sys/fs/protected_symlinks")
    if os.getuid() != 0 or not protected.exists() or protected.read_text().strip() != "1":
        skip_loudly("links in shared folders are not protected here")
    (folder / "target").write_bytes(b"old")
    (folder / "target").chmod(0o666)
    folder.chmod(0o1777)
    (folder / "link").symlink_to("target")
    os.lchown(folder / "link", 1234, 1234)
    for write in (builtin, one_shot):
        with pytest.raises(PermissionError):
            as_nobody(lambda write=write: write(folder / "link", b"new"))
    assert (folder / "target").read_bytes() == b"old"


def test_a_pipe_is_written_through(folder: Path, way: Way) -> None:
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    received = []
    reader = threading.Thread(target=lambda: received.append(fifo.read_bytes()))
    reader.start()
    way(fifo, b"through")
    reader.join(10)
    assert received == [b"through"]
    assert stat.S_ISFIFO(os.lstat(fifo).st_mode)
    assert staging_files(folder) == []


@root_only
def test_a_device_is_written_through(folder: Path, way: Way) -> None:
    device = folder / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        builtin(device, b"x")
    except OSError:
        skip_loudly("no device nodes here")
    (folder / "link").symlink_to("null")
    for path in (device, folder / "link"):
        way(path, b"gone")
        assert stat.S_ISCHR(os.lstat(device).st_mode)
    assert staging_files(folder) == []


def test_what_a_descriptor_stands_for_is_written_through(folder: Path, way: Way) -> None:
    target = folder / "target"
    with builtins.open(target, "wb") as file:
        before = os.fstat(file.fileno()).st_ino
        way(f"/proc/self/fd/{file.fileno()}", b"through")
    assert target.read_bytes() == b"through"
    assert target.stat().st_ino == before


def test_files_of_the_kernel_are_written_through(way: Way) -> None:
    mine = Path("/proc/self/oom_score_adj")
    before = mine.read_bytes()
    way(mine, before)
    assert mine.read_bytes() == before


def test_a_directory_is_no_file(folder: Path, way: Way) -> None:
    for path in (folder, f"{folder}/", f"{folder}/."):
        with pytest.raises(IsADirectoryError) as caught:
            way(path, b"x")
        assert caught.value.filename == os.fspath(path)


@pytest.mark.parametrize("path", ["missing/target", "file/target", ""])
def test_paths_that_lead_nowhere_are_the_same_errors(folder: Path, way: Way, path: str) -> None:
    os.chdir(folder)
    Path("file").write_bytes(b"")
    with pytest.raises(OSError) as theirs:
        builtin(path, b"x")
    with pytest.raises(OSError) as ours:
        way(path, b"x")
    assert isinstance(ours.value, type(theirs.value))
    assert (ours.value.errno, ours.value.filename) == (theirs.value.errno, path)
    assert os.listdir(folder) == ["file"]


def test_a_read_only_file_is_refused(folder: Path, way: Way) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    folder.chmod(0o777)
    target.chmod(0o444)
    for write in (builtin, way):
        with pytest.raises(PermissionError):
            as_nobody(lambda write=write: write(target, b"new"))
    assert target.read_bytes() == b"old"
    assert os.listdir(folder) == ["target"]


def test_a_directory_that_takes_no_file_is_said_to_be_the_cause(folder: Path, way: Way) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    target.chmod(0o666)
    with pytest.raises(PermissionError, match="in.?place"):
        as_nobody(lambda: way(target, b"new"))
    assert target.read_bytes() == b"old"


def test_writing_in_place_is_a_wish(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"old and long")
    target.chmod(0o666)
    number = target.stat().st_ino

    def write() -> None:
        crashsafe.write_bytes(target, b"new", fallback="in_place")
        writer = crashsafe.Writer(target, "wb", fallback="in_place")
        writer.write(b"newer")
        assert writer.commit() == (False, False)

    as_nobody(write)
    assert target.read_bytes() == b"newer"
    assert target.stat().st_ino == number


def test_writing_in_place_is_still_discarded_by_an_exception(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    target.chmod(0o666)

    def write() -> None:
        with crashsafe.open(target, "wb", fallback="in_place") as file:
            file.write(b"new")
            raise KeyError

    with pytest.raises(KeyError):
        as_nobody(write)
    assert target.read_bytes() == b"old"


def test_a_path_can_be_written_in_place(folder: Path) -> None:
    target = folder / "target.csv"
    target.write_bytes(b"old")
    target.chmod(0o666)

    def write() -> str:
        with crashsafe.path(target, fallback="in_place") as staging:
            staging.write_bytes(b"new")
        return staging.suffix

    assert as_nobody(write) == ".csv"
    assert target.read_bytes() == b"new"


@linux_only
def test_a_directory_that_may_be_written_but_not_read_will_do(folder: Path, way: Way) -> None:
    inner = folder / "inner"
    inner.mkdir()
    inner.chmod(0o733)
    os.chdir(folder)
    for path in (inner / "target", "inner/target"):
        for _ in range(2):
            as_nobody(lambda path=path: way(path, b"new"))
    assert (inner / "target").read_bytes() == b"new"
    assert os.listdir(inner) == ["target"]


@linux_only
def test_a_directory_that_cannot_be_synced_is_reported(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    inner.chmod(0o733)

    def write() -> Any:
        writer = crashsafe.Writer(inner / "target", durability="durable")
        writer.write("x")
        return tuple(writer.commit())

    assert as_nobody(write) == (True, False)
    inner.chmod(0o777)
    assert as_nobody(write) == (True, True)


@pytest.mark.parametrize("options", [{}, {"fallback": "in_place"}], ids=["error", "in_place"])
def test_a_file_that_is_mounted_by_itself_is_said_to_be(folder: Path, way: Way, options: dict[str, Any]) -> None:
    inner, target = folder / "inner", folder / "target"
    inner.write_bytes(b"old")
    target.write_bytes(b"hidden")
    mount = subprocess.run(["mount", "--bind", inner, target], capture_output=True, check=False)
    if mount.returncode != 0:
        skip_loudly("nothing can be mounted here")
    try:
        if options:
            crashsafe.write_bytes(target, b"new", **options)
            assert inner.read_bytes() == b"new"
        else:
            with pytest.raises(OSError, match=r"mount") as caught:
                way(target, b"new")
            assert caught.value.errno == errno.EBUSY
            assert not caught.value.committed  # type: ignore[attr-defined]
            assert inner.read_bytes() == b"old"
    finally:
        subprocess.run(["umount", target], check=True)
    assert staging_files(folder) == []


@pytest.mark.parametrize("name", [b"n" * 255, "é".encode() * 127 + b"x", b"\xff" * 255, b"caf\xe9", b"a\nb -\\ '"])
def test_any_name_will_do(folder: Path, way: Way, name: bytes) -> None:
    target = os.path.join(os.fsencode(folder), name)
    for data in (b"first", b"second"):
        way(target, data)
    way(os.fsdecode(target), b"third")
    assert os.listdir(os.fsencode(folder)) == [name]
    assert Path(os.fsdecode(target)).read_bytes() == b"third"


def test_a_name_that_is_too_long_is_the_same_error(folder: Path, way: Way) -> None:
    for write in (builtin, way):
        with pytest.raises(OSError) as caught:
            write(folder / ("n" * 256), b"x")
        assert caught.value.errno == errno.ENAMETOOLONG


def test_a_change_of_the_working_directory_leads_nowhere_else(folder: Path) -> None:
    (folder / "other").mkdir()
    os.chdir(folder)
    with crashsafe.open("target", "w") as file, crashsafe.path("second") as staging:
        os.chdir("other")
        file.write("new")
        Path(staging).write_text("new")
    assert sorted(os.listdir(folder)) == ["other", "second", "target"]
    assert os.listdir(folder / "other") == []


@linux_only
def test_a_parent_that_is_renamed_takes_the_file_along(folder: Path) -> None:
    (folder / "before").mkdir()
    with crashsafe.open(folder / "before/target", "w") as file:
        file.write("new")
        (folder / "before").rename(folder / "after")
        (folder / "before").mkdir()
    assert os.listdir(folder / "before") == []
    assert (folder / "after/target").read_text() == "new"


def test_a_mode_changed_meanwhile_is_the_mode(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"old")
    with crashsafe.open(target, "w") as file:
        file.write("new")
        target.chmod(0o711)
    assert mode_of(target) == 0o711


def test_hard_links_are_broken_refused_or_written_over(folder: Path) -> None:
    one, other = folder / "one", folder / "other"
    one.write_bytes(b"old")
    other.hardlink_to(one) if hasattr(other, "hardlink_to") else os.link(one, other)
    with pytest.raises(OSError, match="names"):
        crashsafe.write_bytes(one, b"new", hard_links="error")
    crashsafe.write_bytes(one, b"both", hard_links="in_place")
    assert one.read_bytes() == other.read_bytes() == b"both"
    crashsafe.write_bytes(one, b"new")
    assert (one.read_bytes(), other.read_bytes()) == (b"new", b"both")
    assert staging_files(folder) == []


def test_an_integer_and_a_nul_are_no_paths(folder: Path, way: Way) -> None:
    with pytest.raises(TypeError):
        way(1, b"x")
    with pytest.raises(ValueError, match="null"):
        way(f"{folder}/a\0b", b"x")


def test_parents_are_created_only_when_asked_for(folder: Path) -> None:
    target = folder / "a/b/target"
    with pytest.raises(FileNotFoundError):
        crashsafe.write_bytes(target, b"x")
    crashsafe.write_bytes(target, b"x", parents=True)
    assert target.read_bytes() == b"x"


def test_a_program_that_runs_can_be_replaced(folder: Path) -> None:
    program = folder / "program"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    running = subprocess.Popen([program, "60"])
    try:
        crashsafe.write_bytes(program, b"#!/bin/sh\nexit 7\n")
        assert subprocess.run([program], check=False).returncode == 7
    finally:
        running.kill()
        running.wait()


def test_no_descriptor_is_left_open(folder: Path, way: Way) -> None:
    way(folder / "target", b"x")
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        way(folder / "target", b"x")
        with pytest.raises(OSError):
            way(folder / "no/target", b"x")
    assert os.listdir("/proc/self/fd") == before


def test_a_child_inherits_no_descriptor(folder: Path) -> None:
    before = subprocess.check_output(["ls", "/proc/self/fd"], close_fds=False)
    with crashsafe.open(folder / "target", "w"):
        assert subprocess.check_output(["ls", "/proc/self/fd"], close_fds=False) == before


def test_the_error_of_a_child_is_seen() -> None:
    with pytest.raises(ZeroDivisionError):
        in_child(lambda: 1 // 0)
