"""The other calls: `path`, `batch`, `copy`, `replace`, `write_if_changed`, `sweep`, the default durability, errors."""

from __future__ import annotations

import ctypes
import errno
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import crashsafe
import pytest
from conftest import IMPLEMENTATION, NOBODY, as_nobody, in_child, mode_of, skip_loudly, staging_files


@pytest.fixture
def target(folder: Path) -> Path:
    path = folder / "target"
    path.write_text("old")
    return path


# path


def test_a_path_is_not_staged_twice(target: Path) -> None:
    staging = crashsafe.path(target)
    with staging as first:
        with pytest.raises(RuntimeError):
            staging.__enter__()
        first.write_text("new")
    assert target.read_text() == "new"
    assert staging_files(target.parent) == []
    with staging as second:
        second.write_text("newer")
    assert target.read_text() == "newer"


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz", "plain", "n" * 250 + ".json"])
def test_a_staging_path_has_the_same_directory_and_suffix(folder: Path, name: str) -> None:
    with crashsafe.path(folder / name) as staging:
        assert staging.parent == folder
        assert staging.name != name
        assert staging.suffixes[-1:] == Path(name).suffixes[-1:]
        staging.write_text("new")
    assert (folder / name).read_text() == "new"


def test_a_staging_path_is_of_the_type_that_was_given(folder: Path) -> None:
    os.chdir(folder)
    given: list[Any] = ["target", b"target", Path("target")]
    for one in given:
        with crashsafe.path(one) as staging:
            assert isinstance(staging, type(one))
            assert os.path.isabs(staging)


def test_a_staging_file_may_be_replaced_by_its_writer(target: Path) -> None:
    target.chmod(0o600)
    with crashsafe.path(target) as staging:
        staging.unlink()
        other = target.with_name("other")
        other.write_text("new")
        other.replace(staging)
    assert target.read_text() == "new"
    assert mode_of(target) == 0o600
    assert os.listdir(target.parent) == ["target"]


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, os.mkfifo], ids=["nothing", "directory", "pipe"])
def test_only_a_file_can_have_been_staged(target: Path, make: Any) -> None:
    with pytest.raises(OSError) as caught:
        with crashsafe.path(target) as staging:
            staging.unlink()
            make(staging)
    assert caught.value.filename == str(target)
    assert not caught.value.committed  # type: ignore[attr-defined]
    assert target.read_text() == "old"


def test_an_exception_discards_what_was_staged(target: Path) -> None:
    with pytest.raises(KeyError):
        with crashsafe.path(target) as staging:
            staging.write_text("new")
            raise KeyError
    assert target.read_text() == "old"
    assert os.listdir(target.parent) == ["target"]


# batch


def test_a_batch_publishes_all_at_the_end(folder: Path) -> None:
    (folder / "inner").mkdir()
    with crashsafe.batch() as batch:
        for number in range(20):
            assert batch.write_text(folder / f"{number}", "é\n", "utf-8") == 2
        assert batch.write_bytes(folder / "inner/bytes", bytearray(b"new")) == 3
        with batch.open(folder / "closed", "wb") as file:
            file.write(b"new")
        left_open = batch.open(folder / "open", "w", newline="\r\n")
        left_open.write("new\n")
        assert len(staging_files(folder)) == 22
        assert not (folder / "0").exists()
    assert left_open.closed
    assert (folder / "19").read_bytes() == "é\n".encode()
    assert (folder / "inner/bytes").read_bytes() == (folder / "closed").read_bytes() == b"new"
    assert (folder / "open").read_bytes() == b"new\r\n"
    assert staging_files(folder) == staging_files(folder / "inner") == []


def test_an_exception_discards_a_batch(target: Path) -> None:
    with pytest.raises(KeyError):
        with crashsafe.batch() as batch:
            batch.write_text(target, "new")
            batch.write_text(target.with_name("other"), "new")
            raise KeyError
    assert target.read_text() == "old"
    assert os.listdir(target.parent) == ["target"]


def test_a_batch_that_fails_while_staging_changes_nothing(target: Path) -> None:
    with pytest.raises(FileNotFoundError):
        with crashsafe.batch() as batch:
            batch.write_text(target, "new")
            batch.write_text(target.parent / "no/target", "new")
    assert target.read_text() == "old"
    assert os.listdir(target.parent) == ["target"]


def test_a_batch_says_what_it_has_published(folder: Path) -> None:
    names = [folder / name for name in "abcd"]
    with pytest.raises(FileExistsError) as caught:
        with crashsafe.batch() as batch:
            for path in names:
                batch.open(path, "x").write("new")
            names[2].write_text("theirs")
    error = caught.value
    assert isinstance(error, crashsafe.CommitError)
    assert error.filename == str(names[2])
    assert list(error.published) == [str(path) for path in names[:2]]
    assert not error.committed
    assert error.stage == "publish"
    assert [path.exists() for path in names] == [True, True, True, False]
    assert names[2].read_text() == "theirs"
    assert staging_files(folder) == []


def test_a_batch_can_be_used_again(folder: Path) -> None:
    batch = crashsafe.batch()
    for text in ("first", "second"):
        batch.write_text(folder / "target", text)
        batch.commit()
        assert (folder / "target").read_text() == text
    batch.commit()
    batch.write_text(folder / "target", "third")
    batch.discard()
    assert (folder / "target").read_text() == "second"


def test_an_empty_batch_is_nothing(folder: Path) -> None:
    with crashsafe.batch():
        pass


# copy and replace


@pytest.mark.parametrize("size", [0, 1, 3 << 20])
def test_a_copy_has_content_and_mode(folder: Path, size: int) -> None:
    source, target = folder / "source", folder / "target"
    source.write_bytes(os.urandom(size))
    source.chmod(0o751)
    for _ in range(2):
        assert crashsafe.copy(source, target) == size
        assert target.read_bytes() == source.read_bytes()
        assert mode_of(target) == 0o751
    assert sorted(os.listdir(folder)) == ["source", "target"]


@pytest.mark.skipif(os.getuid() != 0, reason="NOT TESTED: only the superuser can act as somebody else")
@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6755])
def test_a_copy_by_somebody_runs_as_nobody_else(folder: Path, mode: int) -> None:
    source, target = folder / "source", folder / "target"
    source.write_bytes(b"program")
    source.chmod(mode)
    folder.chmod(0o777)
    for _ in range(2):
        as_nobody(lambda: crashsafe.copy(source, target))
        assert mode_of(target) == 0o755


def test_a_file_can_be_copied_over_itself_and_its_link(target: Path) -> None:
    link = target.with_name("link")
    link.symlink_to("target")
    crashsafe.copy(target, target)
    crashsafe.copy(link, target)
    crashsafe.copy(target, link)
    assert target.read_text() == "old"
    assert link.is_symlink()


def test_files_of_the_kernel_can_be_copied(folder: Path) -> None:
    assert crashsafe.copy("/proc/self/limits", folder / "limits") > 0
    assert b"Max open files" in (folder / "limits").read_bytes()


def test_the_error_of_a_copy_names_the_file_it_is_about(target: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        crashsafe.copy(target.parent / "nothing", target)
    assert caught.value.filename == str(target.parent / "nothing")
    with pytest.raises(FileNotFoundError) as caught:
        crashsafe.copy(target, target.parent / "no/target")
    assert caught.value.filename == str(target.parent / "no/target")
    fifo = target.with_name("fifo")
    os.mkfifo(fifo)
    with pytest.raises(OSError) as other:
        crashsafe.copy(fifo, target)
    assert other.value.filename == str(fifo)
    assert target.read_text() == "old"


def test_replace_renames_as_os_replace_does(target: Path) -> None:
    source = target.with_name("source")
    source.write_text("new")
    crashsafe.replace(source, target)
    assert target.read_text() == "new"
    assert not source.exists()
    (target.parent / "inner").mkdir()
    crashsafe.replace(os.fsencode(target), target.parent / "inner/target", durability="durable")
    assert (target.parent / "inner/target").read_text() == "new"


def test_replace_replaces_a_link_and_no_device(target: Path) -> None:
    source, link, fifo = (target.with_name(name) for name in ("source", "link", "fifo"))
    source.write_text("new")
    link.symlink_to("target")
    os.mkfifo(fifo)
    with pytest.raises(OSError, match="not replaced"):
        crashsafe.replace(source, fifo)
    crashsafe.replace(source, link)
    assert not link.is_symlink()
    assert link.read_text() == "new"
    assert target.read_text() == "old"


def test_the_error_of_a_replace_names_the_file_it_is_about(target: Path) -> None:
    nothing = target.with_name("nothing")
    with pytest.raises(FileNotFoundError) as caught:
        crashsafe.replace(nothing, target)
    assert caught.value.filename == str(nothing)
    with pytest.raises(FileNotFoundError) as caught:
        crashsafe.replace(target, nothing / "x")
    assert caught.value.filename == str(nothing / "x")


def test_replace_does_not_copy_between_file_systems(target: Path) -> None:
    elsewhere = Path("/dev/shm") / f"crashsafe-test-{os.getpid()}"
    if not os.path.ismount("/dev/shm") or os.stat("/dev/shm").st_dev == target.stat().st_dev:
        skip_loudly("there is no second file system here")
    with pytest.raises(OSError, match="copy it") as caught:
        crashsafe.replace(target, elsewhere)
    assert caught.value.errno == errno.EXDEV
    assert target.read_text() == "old"


# write_if_changed


def test_only_what_has_changed_is_written(target: Path) -> None:
    before = target.stat()
    assert not crashsafe.write_if_changed(target, "old")
    assert not crashsafe.write_if_changed(target, b"old")
    assert not crashsafe.write_if_changed(target, bytearray(b"old"))
    assert target.stat() == before
    assert crashsafe.write_if_changed(target, "new")
    assert crashsafe.write_if_changed(target, b"newer")
    assert crashsafe.write_if_changed(target, "é", "latin-1")
    assert target.read_bytes() == b"\xe9"
    assert crashsafe.write_if_changed(target, b"")
    assert crashsafe.write_if_changed(target.with_name("other"), b"")
    assert not crashsafe.write_if_changed(target.with_name("other"), b"")


# sweep


def staged_and_killed(folder: Path) -> None:
    code = (
        "import crashsafe, os, signal, sys; w = crashsafe.Writer(sys.argv[1]); w.write('x'); w.file.flush();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, folder / "target"], check=False)


def test_a_sweep_removes_what_the_dead_have_left(folder: Path) -> None:
    staged_and_killed(folder)
    left = staging_files(folder)
    assert len(left) == 1
    with crashsafe.open(folder / "mine", "w") as file:
        swept = crashsafe.sweep(folder)
        file.write("x")
    assert swept == [str(folder / left[0])]
    assert os.listdir(folder) == ["mine"]
    assert crashsafe.sweep(folder) == []


def test_a_sweep_removes_nothing_of_the_living_and_of_others(folder: Path) -> None:
    staged_and_killed(folder)
    (name,) = staging_files(folder)
    (folder / name).unlink()
    _, host, pid, start, random, _ = name[1:].split("-")
    others = {
        f".crashsafe-{host}-{os.getpid():x}-0-{random}-alive",
        f".crashsafe-{host[::-1]}-{pid}-{start}-{random}-otherhost",
        f".crashsafe-00000000-{pid}-{start}-{random}-unknownhost",
        f".crashsafe-{host}-{pid}-{start}-short-name",
        f".crashsafe-{host.upper()}X-{pid}-{start}-{random}-name",
        "crashsafe-notes",
        ".hidden",
    }
    for other in others:
        (folder / other).write_text("")
    (folder / f".crashsafe-{host}-{pid}-{start}-{random}-folder").mkdir()
    before = sorted(os.listdir(folder))
    assert crashsafe.sweep(folder) == []
    assert sorted(os.listdir(folder)) == before
    reborn = folder / f".crashsafe-{host}-{os.getpid():x}-{int(start, 16):x}-{random}-reborn"
    reborn.write_text("")
    assert crashsafe.sweep(folder) == [str(reborn)]


def test_a_sweep_by_age_removes_what_nobody_can_tell_of(folder: Path) -> None:
    stranger = folder / f".crashsafe-00000000-1-1-{'0' * 16}-name"
    stranger.write_text("")
    assert crashsafe.sweep(folder, older_than=3600) == []
    long_ago = time.time() - 7200
    os.utime(stranger, (long_ago, long_ago))
    assert crashsafe.sweep(folder) == []
    assert crashsafe.sweep(folder, older_than=3600) == [str(stranger)]


@pytest.mark.skipif(os.getuid() != 0, reason="NOT TESTED: only the superuser can leave files of several users")
def test_what_a_sweep_may_not_remove_does_not_keep_the_others(folder: Path) -> None:
    folder.chmod(0o1777)
    staged_and_killed(folder)
    (name,) = staging_files(folder)
    theirs = [folder / (name + suffix) for suffix in "ab"]
    for path in theirs:
        path.write_text("")
        os.chown(path, NOBODY, NOBODY)
    with pytest.raises(PermissionError):
        as_nobody(lambda: crashsafe.sweep(folder))
    assert os.listdir(folder) == [name]


def test_who_made_a_file_is_told_right_in_another_process_namespace(folder: Path) -> None:
    def name() -> str:
        with crashsafe.path(folder / "target") as staging:
            return os.path.basename(staging)

    def name_in_another() -> str:
        if ctypes.CDLL(None, use_errno=True).unshare(0x20000000) != 0:  # CLONE_NEWPID
            return ""
        found: str = in_child(name)  # The first child is where the new namespace begins.
        return found

    name()  # What is found out here must not be believed there.
    here, there = name().split("-"), in_child(name_in_another).split("-")
    if there == [""]:
        skip_loudly("no process namespaces here")
    assert there[1] not in (here[1], "00000000")
    # `/proc` is still that of the outer one, and its process 1 is another.
    assert there[2:4] == ["1", "0"]


def test_a_sweep_of_nothing_is_an_error(folder: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        crashsafe.sweep(folder / "nothing")
    assert caught.value.filename == str(folder / "nothing")


def test_both_implementations_use_the_same_names(folder: Path) -> None:
    from crashsafe import _names

    with crashsafe.open(folder / "table.csv", "w"):
        (name,) = staging_files(folder)
    maker = _names.maker_of(os.fsencode(name))
    assert maker == _names.this_process()
    assert name.endswith("-table.csv")
    assert _names.is_dead(os.fsencode(name)) is False


@pytest.mark.parametrize(("data", "hash"), [(b"", 0x811C9DC5), (b"a", 0xE40C292C), (b"foobar", 0xBF9CF968)])
def test_the_hash_of_a_host_is_the_published_one(data: bytes, hash: int) -> None:
    from crashsafe import _names

    assert _names._fnv1a(data) == hash


# errors and settings


def test_an_error_says_what_it_is_about(folder: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        crashsafe.write_text(folder / "no/target", "x")
    error = caught.value
    assert isinstance(error, crashsafe.CommitError)
    assert error.errno == errno.ENOENT
    assert error.filename == str(folder / "no/target")
    assert error.stage == "resolve"
    assert (error.committed, list(error.published)) == (False, [])
    assert str(error) == f"[Errno 2] No such file or directory: {str(folder / 'no/target')!r}"
    assert f"{type(error).__module__}.{type(error).__qualname__}" == "crashsafe.CommitError"


def test_an_error_can_be_sent_to_another_process(folder: Path) -> None:
    with pytest.raises(crashsafe.CommitError) as caught:
        crashsafe.write_text(folder / "no/target", "x")
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, FileNotFoundError)
    assert isinstance(again, crashsafe.CommitError)
    assert again.__dict__ == caught.value.__dict__
    assert str(again) == str(caught.value)


def test_the_default_durability_is_the_process_wide_one() -> None:
    for durability in crashsafe.Durability:
        crashsafe.set_default_durability(durability.value)
        assert crashsafe.default_durability() is durability
    with pytest.raises(ValueError):
        crashsafe.set_default_durability("sometimes")


def test_the_implementation_can_be_asked_for() -> None:
    def run(asked: str) -> str:
        environment = {**os.environ, "CRASHSAFE_IMPLEMENTATION": asked}
        code = "import crashsafe; print(crashsafe.implementation)"
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        ).stdout.strip()

    assert run("pure") == "pure"
    assert run("portable") == "portable"
    assert run("else") == ""
    assert run(IMPLEMENTATION) == IMPLEMENTATION


def test_the_package_can_be_laid_into_another(folder: Path) -> None:
    source = Path(crashsafe.__file__).parent
    inner = folder / "project" / "safely"
    inner.mkdir(parents=True)
    for file in source.glob("*.py"):
        (inner / file.name).write_bytes(file.read_bytes())
    code = """
from project import safely
import sys
assert "crashsafe" not in sys.modules, "it needs nothing that is installed"
safely.write_text("target", "new")
try:
    safely.write_text("no/target", "new")
except safely.CommitError as error:
    print(safely.implementation, type(error).__module__)
"""
    environment = {name: value for name, value in os.environ.items() if name != "CRASHSAFE_IMPLEMENTATION"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["portable" if sys.platform != "linux" else "pure", "project.safely"]
    assert (folder / "target").read_text() == "new"


def test_every_public_name_is_documented() -> None:
    for name in crashsafe.__all__:
        thing = getattr(crashsafe, name)
        assert name == "implementation" or (thing.__doc__ or "").strip(), name
