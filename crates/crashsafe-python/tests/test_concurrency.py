"""Many writers and readers of one file, and writers that are killed."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Callable

import crashsafe
import pytest
from conftest import staging_files

SECONDS = float(os.environ.get("CRASHSAFE_HAMMER_SECONDS", "2"))

WRITER = """
import crashsafe, sys, random
crashsafe.set_default_durability("visible")
target, letter = sys.argv[1], sys.argv[2].encode()
print("ready", flush=True)
while True:
    data = letter * random.choice([1, 4096, 50000, 300000])
    way = random.randrange(3)
    if way == 0:
        crashsafe.write_bytes(target, data)
    elif way == 1:
        with crashsafe.open(target, "wb") as file:
            for at in range(0, len(data), 1000):
                file.write(data[at:at + 1000])
    else:
        with crashsafe.path(target) as staging:
            open(staging, "wb").write(data)
"""
SIZES = {1, 4096, 50000, 300000}


def writer(target: Path, letter: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-c", WRITER, target, letter], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    with process:
        process.kill()


def is_whole(data: bytes) -> bool:
    return len(data) in SIZES and data == data[:1] * len(data)


def test_no_reader_sees_a_torn_file(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"0")
    writers = [writer(target, letter) for letter in "abc"]
    torn: list[bytes] = []
    reads = [0, 0]

    def read(which: int, until: float) -> None:
        while time.monotonic() < until:
            data = target.read_bytes()
            reads[which] += 1
            if not is_whole(data):
                torn.append(data[:10])

    try:
        threads = [threading.Thread(target=read, args=(which, time.monotonic() + SECONDS)) for which in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.poll() for one in writers] == [None] * 3
    finally:
        for one in writers:
            kill(one)
    print(f"{sum(reads)} reads, {len(torn)} torn")
    assert torn == []
    assert sum(reads) > 50 * SECONDS


def test_a_killed_writer_leaves_a_whole_file_and_what_a_sweep_finds(folder: Path) -> None:
    target = folder / "target"
    target.write_bytes(b"0")
    kills, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until or kills < 5:
        one = writer(target, random.choice("abc"))
        time.sleep(random.uniform(0, 0.03))
        kill(one)
        kills += 1
        assert is_whole(target.read_bytes())
        left = set(os.listdir(folder)) - {"target"}
        assert left == set(staging_files(folder))
        assert len(left) <= 1
        assert crashsafe.sweep(folder) == [str(folder / name) for name in left]
    print(f"{kills} kills")
    assert os.listdir(folder) == ["target"]


def test_many_threads_write_the_same_file(folder: Path) -> None:
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(30):
                crashsafe.write_bytes(folder / "target", bytes([number]) * 5000)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set((folder / "target").read_bytes())) == 1
    assert os.listdir(folder) == ["target"]


def crowd(write: Callable[[], object], meanwhile: Callable[[int], object]) -> None:
    """Lets threads write while somebody else interferes, for as long as the tests of this file take."""
    errors: list[BaseException] = []
    until = time.monotonic() + SECONDS

    def run() -> None:
        try:
            while time.monotonic() < until:
                write()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for number in itertools.takewhile(lambda _: time.monotonic() < until, itertools.count()):
        meanwhile(number)
    for thread in threads:
        thread.join()
    assert errors == []


def test_writers_do_not_mind_who_removes_the_file(folder: Path) -> None:
    target = folder / "target"
    crowd(
        lambda: crashsafe.write_text(target, "text", durability="visible"),
        lambda _: target.unlink(missing_ok=True),
    )
    assert set(os.listdir(folder)) <= {"target"}


def test_writers_through_links_do_not_mind_who_relinks_them(folder: Path) -> None:
    (folder / "sub").mkdir()

    def relink(number: int) -> None:
        (folder / "new").symlink_to(["sub/one", "two"][number % 2])
        (folder / "new").rename(folder / "link")

    relink(0)
    crowd(lambda: crashsafe.write_text(folder / "link", "text", durability="visible", hard_links="error"), relink)
    assert (folder / "link").is_symlink()
    assert set(os.listdir(folder)) <= {"sub", "link", "two"}


def test_of_many_that_create_one_succeeds(folder: Path) -> None:
    successes: list[int] = []
    start = threading.Barrier(8)

    def create(number: int) -> None:
        start.wait()
        try:
            with crashsafe.open(folder / "target", "xb") as file:
                file.write(bytes([number]) * 5000)
            successes.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(successes) == 1
    assert (folder / "target").read_bytes() == bytes(successes) * 5000
    assert os.listdir(folder) == ["target"]


@pytest.mark.parametrize("count", [64])
def test_a_batch_of_many_is_written_once(folder: Path, count: int) -> None:
    with crashsafe.batch(durability="durable") as batch:
        for number in range(count):
            batch.write_bytes(folder / str(number), b"x" * 4096)
    assert len(os.listdir(folder)) == count
