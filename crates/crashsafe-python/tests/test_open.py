"""`crashsafe.open` and `crashsafe.Writer`: real file objects, and what decides whether their content is published."""

from __future__ import annotations

import builtins
import contextlib
import errno
import gc
import io
import os
import resource
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import crashsafe
import pytest
from conftest import in_child, staging_files


@pytest.fixture
def target(folder: Path) -> Path:
    path = folder / "target"
    path.write_text("old")
    return path


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("w", io.TextIOWrapper),
        ("wt", io.TextIOWrapper),
        ("wb", io.BufferedWriter),
        ("bw", io.BufferedWriter),
        ("w+", io.TextIOWrapper),
        ("wb+", io.BufferedRandom),
    ],
)
def test_the_file_is_what_open_makes(folder: Path, mode: str, kind: type) -> None:
    with builtins.open(folder / "theirs", mode) as theirs, crashsafe.open(folder / "ours", mode) as ours:
        assert type(ours) is type(theirs) is kind
        assert ours.name == str(folder / "ours")
        assert ours.mode == theirs.mode
        for name in ("encoding", "errors", "newlines", "line_buffering", "write_through"):
            assert getattr(ours, name, None) == getattr(theirs, name, None)
        for question in ("readable", "writable", "seekable", "isatty"):
            assert getattr(ours, question)() == getattr(theirs, question)()
        ours.fileno()
    assert ours.closed


def test_an_unbuffered_file_is_raw(target: Path) -> None:
    with crashsafe.open(target, "wb", 0) as file:
        assert isinstance(file, io.FileIO)
        file.write(b"new")
    assert target.read_text() == "new"


def test_nothing_is_seen_before_the_end(target: Path) -> None:
    with crashsafe.open(target, "w") as file:
        file.write("new")
        file.flush()
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_what_was_written_can_be_read_and_changed(target: Path) -> None:
    with crashsafe.open(target, "w+") as file:
        assert file.read() == ""
        file.write("abc")
        file.seek(0)
        assert file.read() == "abc"
        file.seek(0)
        file.truncate(1)
    assert target.read_text() == "a"


def test_the_name_is_what_was_given(target: Path) -> None:
    os.chdir(target.parent)
    for path in ("target", b"target", Path("target")):
        with crashsafe.open(path, "wb") as file:
            assert file.name == os.fspath(path)


def test_the_file_may_be_closed_within(target: Path) -> None:
    with crashsafe.open(target, "w") as file:
        file.write("new")
        file.close()
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_a_failure_that_was_swallowed_is_not_published(target: Path) -> None:
    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with crashsafe.open(target, "wb") as file:
            file.write(b"new" * 1000)
            with contextlib.suppress(OSError):
                file.close()

    with pytest.raises(OSError) as caught:
        in_child(write)
    assert caught.value.errno == errno.EFBIG
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


@pytest.mark.parametrize("buffering", [0, -1])
def test_a_later_write_does_not_make_up_for_one_that_failed(target: Path, buffering: int) -> None:
    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        with crashsafe.open(target, "wb", buffering) as file:
            file.write(b"x" * 100_000)
            with contextlib.suppress(OSError):
                file.write(b"lost" * 100_000)
            file.seek(0)
            file.write(b"small")

    with pytest.raises(OSError) as caught:
        in_child(write)
    assert caught.value.errno == errno.EFBIG
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


def test_a_failure_within_is_about_the_target(target: Path) -> None:
    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            with crashsafe.open(target, "wb", 0) as file:
                while True:
                    file.write(b"new" * 1000)
        except crashsafe.CommitError as error:
            assert (error.filename, error.stage, error.committed) == (str(target), "write", False)

    in_child(write)
    assert target.read_text() == "old"


def test_the_layers_may_be_taken_apart(target: Path) -> None:
    with crashsafe.open(target, "w") as file:
        file.write("new")
        buffer = file.detach()
        buffer.write(b"er")
    assert target.read_text() == "newer"


@pytest.mark.parametrize("error", [KeyError, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_an_exception_discards_and_goes_on(target: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        with crashsafe.open(target, "w") as file:
            file.write("new")
            file.flush()
            raise error
    assert file.closed
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


def test_exit_within_the_block_discards(target: Path) -> None:
    code = "import crashsafe, sys\nwith crashsafe.open(sys.argv[1], 'w') as f:\n f.write('new')\n sys.exit(3)\n"
    assert subprocess.run([sys.executable, "-c", code, target], check=False).returncode == 3
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


def test_an_abandoned_generator_discards(target: Path) -> None:
    def lines() -> Any:
        with crashsafe.open(target, "w") as file:
            while True:
                file.write((yield))

    generator = lines()
    next(generator)
    generator.send("new")
    generator.close()
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


def test_only_entering_opens(target: Path) -> None:
    opening = crashsafe.open(target, "w")
    assert not hasattr(opening, "write")
    assert not hasattr(opening, "close")
    assert staging_files(target.parent) == []


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("a", "adds to a file in place"),
        ("ab", "adds to a file in place"),
        ("r+", "changes a file in place"),
        ("rb+", "changes a file in place"),
        ("r", "is for writing"),
        ("", "create/write"),
        ("wx", "exactly one"),
        ("wbt", "text and binary"),
        ("ww", "invalid mode"),
        ("wU", "invalid mode"),
    ],
)
def test_other_modes_are_refused_with_the_reason(target: Path, mode: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        crashsafe.open(target, mode)
    with pytest.raises(ValueError, match=reason):
        crashsafe.Writer(target, mode)
    assert target.read_text() == "old"


@pytest.mark.parametrize(
    "arguments",
    [
        {"mode": "wb", "encoding": "utf-8"},
        {"mode": "wb", "errors": "strict"},
        {"mode": "wb", "newline": "\n"},
        {"mode": "w", "buffering": 0},
        {"mode": "w", "newline": "x"},
        {"mode": "w", "encoding": "no-such-encoding"},
    ],
)
def test_arguments_that_open_refuses_are_refused(folder: Path, arguments: dict[str, Any]) -> None:
    with pytest.raises((ValueError, LookupError)) as theirs:
        builtins.open(folder / "theirs", **arguments)
    with pytest.raises(type(theirs.value)) as ours:
        with crashsafe.open(folder / "ours", **arguments):
            pass
    assert str(ours.value) == str(theirs.value)
    assert not (folder / "ours").exists()
    assert staging_files(folder) == []


def test_an_unknown_option_is_refused(target: Path) -> None:
    with pytest.raises(TypeError, match="durabilty"):
        crashsafe.open(target, "w", durabilty="atomic")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="sometimes"):
        crashsafe.open(target, "w", durability="sometimes")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="fallback"):
        crashsafe.write_text(target, "", fallback="yes")  # type: ignore[arg-type]


TEXTS = ["", "a\nb\r\nc\rd\n", "é漢😀\n"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("newline", [None, "", "\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-7"])
def test_text_is_encoded_as_open_does(folder: Path, text: str, newline: Any, encoding: Any) -> None:
    theirs, ours, shot = folder / "theirs", folder / "ours", folder / "shot"
    with builtins.open(theirs, "w", encoding=encoding, newline=newline) as file:
        file.write(text)
    with crashsafe.open(ours, "w", encoding=encoding, newline=newline) as file:
        file.write(text)
    assert crashsafe.write_text(shot, text, encoding, newline=newline) == len(text)
    assert ours.read_bytes() == shot.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("errors", ["replace", "xmlcharrefreplace", "backslashreplace", "ignore"])
def test_what_cannot_be_encoded_is_treated_as_open_does(folder: Path, errors: str) -> None:
    theirs, ours = folder / "theirs", folder / "ours"
    theirs.write_text("é漢", "ascii", errors)
    crashsafe.write_text(ours, "é漢", "ascii", errors)
    assert ours.read_bytes() == theirs.read_bytes()


def test_what_cannot_be_encoded_leaves_the_target(target: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        crashsafe.write_text(target, "é", "ascii")
    with pytest.raises(UnicodeEncodeError):
        with crashsafe.open(target, "w", encoding="ascii") as file:
            file.write("a" * 100000)
            file.write("é")
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


def test_the_locale_decides_where_no_encoding_is_given(folder: Path) -> None:
    code = "import crashsafe, sys; crashsafe.write_text(sys.argv[1], 'é')"
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    strict = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code, folder / "a"], env=environment, capture_output=True, check=False
    )
    assert b"UnicodeEncodeError" in strict.stderr
    subprocess.run([sys.executable, "-X", "utf8=1", "-c", code, folder / "a"], env=environment, check=True)
    assert (folder / "a").read_bytes() == "é".encode()


def test_the_wrong_kind_of_content_touches_nothing(target: Path) -> None:
    with pytest.raises(TypeError):
        crashsafe.write_text(target, b"bytes")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        crashsafe.write_bytes(target, "text")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        with crashsafe.open(target, "wb") as file:
            file.write("text")  # type: ignore[arg-type]
    assert target.read_text() == "old"


def test_anything_that_holds_bytes_can_be_written(target: Path) -> None:
    import array

    numbers = array.array("i", range(1000))
    for data in (bytearray(b"x" * 10), memoryview(b"abcdef")[::2], numbers, memoryview(numbers)):
        crashsafe.write_bytes(target, data)  # type: ignore[arg-type]
        assert target.read_bytes() == bytes(memoryview(data))


def test_create_new_fails_when_it_begins(target: Path) -> None:
    with pytest.raises(FileExistsError) as caught:
        with crashsafe.open(target, "x"):
            pass
    assert caught.value.filename == str(target)
    (target.parent / "dangling").symlink_to("nothing")
    with pytest.raises(FileExistsError):
        with crashsafe.open(target.parent / "dangling", "x"):
            pass


def test_create_new_replaces_nothing_that_came_meanwhile(folder: Path) -> None:
    target = folder / "target"
    with pytest.raises(FileExistsError) as caught:
        with crashsafe.open(target, "xb") as file:
            file.write(b"mine")
            target.write_bytes(b"theirs")
    assert target.read_bytes() == b"theirs"
    assert caught.value.filename == str(target)
    assert not caught.value.committed  # type: ignore[attr-defined]
    assert staging_files(folder) == []


def test_create_new_creates(folder: Path) -> None:
    with crashsafe.open(folder / "target", "x") as file:
        file.write("new")
    assert os.listdir(folder) == ["target"]
    assert (folder / "target").stat().st_nlink == 1


def test_the_target_may_go_meanwhile(target: Path) -> None:
    target.chmod(0o640)
    with crashsafe.open(target, "w") as file:
        file.write("new")
        target.unlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("else")], ids=str)
def test_nothing_but_a_file_is_replaced(target: Path, make: Any) -> None:
    with pytest.raises(OSError) as caught:
        with crashsafe.open(target, "w") as file:
            file.write("new")
            target.unlink()
            make(target)
    assert caught.value.filename == str(target)
    assert not target.is_file()
    assert staging_files(target.parent) == []


def test_a_writer_is_ended_by_its_owner(target: Path) -> None:
    writer = crashsafe.Writer(target)
    assert writer.write("new") == 3
    assert isinstance(writer.file, io.TextIOWrapper)
    assert target.read_text() == "old"
    outcome = writer.commit()
    assert outcome.is_atomic
    assert target.read_text() == "new"
    assert writer.file.closed
    writer.discard()
    with pytest.raises(ValueError, match="ended"):
        writer.commit()


def test_a_writer_can_be_discarded(target: Path) -> None:
    writer = crashsafe.Writer(target, "wb")
    writer.write(b"new")
    writer.discard()
    writer.discard()
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []
    with pytest.raises(ValueError, match="ended"):
        writer.commit()


def test_a_forgotten_writer_warns_and_discards(target: Path) -> None:
    def forget() -> None:
        crashsafe.Writer(target).write("new")

    with pytest.warns(RuntimeWarning, match="target.* is discarded: it was never committed"):
        forget()
        gc.collect()
    assert target.read_text() == "old"
    assert staging_files(target.parent) == []


def test_an_ended_writer_does_not_warn(target: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crashsafe.Writer(target).discard()
        writer = crashsafe.Writer(target)
        writer.commit()
        del writer
        with pytest.raises(FileNotFoundError):
            crashsafe.Writer(target.parent / "no/target")
        gc.collect()


def test_an_exception_in_a_forked_child_does_not_end_its_parents_write(target: Path) -> None:
    code = """
import crashsafe, os, sys
with crashsafe.open(sys.argv[1], "w") as file, crashsafe.path(sys.argv[1] + "2") as staging:
    file.write("new")
    open(staging, "w").write("new")
    if os.fork() == 0:
        sys.exit(0)
    os.wait()
"""
    subprocess.run([sys.executable, "-c", code, target], check=True)
    assert target.read_text() == "new"
    assert Path(f"{target}2").read_text() == "new"
    assert staging_files(target.parent) == []


def test_a_child_may_write_files_of_its_own(target: Path) -> None:
    in_child(lambda: crashsafe.write_text(target, "new"))
    assert target.read_text() == "new"
