#!/usr/bin/env python3
"""How long a write takes here and by others, as ratios over interleaved pairs.

usage: writers.py [FOLDER] [-n PAIRS]

Every round runs each way once, in an order drawn anew, so that what the machine does meanwhile falls on all alike.
The ratio is the median over the rounds of our time by theirs, with a 95 % interval from resampling the rounds.
Libraries that are not installed are left out: pip install atomicwrites atomicwriter safer
What they do not do is said beside them: a library that syncs less is no peer, only a comparison.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

import crashsafe

Way = Callable[[str, bytes], object]
SIZES = {"4 KiB": 4096, "1 MiB": 1 << 20}


def in_place(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def by_hand(path: str, data: bytes) -> None:
    """What careful code does, and what most leave out: the directory is synced."""
    staging = f"{path}.{os.getpid()}.tmp"
    with open(staging, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(staging, path)
    directory = os.open(os.path.dirname(path), os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def by_hand_unsynced(path: str, data: bytes) -> None:
    staging = f"{path}.{os.getpid()}.tmp"
    with open(staging, "wb") as file:
        file.write(data)
    os.replace(staging, path)


def opened(path: str, data: bytes) -> None:
    with crashsafe.open(path, "wb") as file:
        file.write(data)


def peers() -> dict[str, Way]:
    """The other libraries that are installed."""
    found: dict[str, Way] = {}
    try:
        from atomicwrites import atomic_write

        def atomicwrites(path: str, data: bytes) -> None:
            with atomic_write(path, mode="wb", overwrite=True) as file:
                file.write(data)

        found["atomicwrites (loses the mode)"] = atomicwrites
    except ImportError:
        pass
    try:
        from atomicwriter import AtomicWriter

        def atomicwriter(path: str, data: bytes) -> None:
            writer = AtomicWriter(path, overwrite=True)
            writer.write_bytes(data)
            writer.commit()

        found["atomicwriter (renames before it syncs)"] = atomicwriter
    except ImportError:
        pass
    try:
        import safer as safer_

        def safer(path: str, data: bytes) -> None:
            with safer_.open(path, "wb", temp_file=True) as file:
                file.write(data)

        found["safer (syncs nothing)"] = safer
    except ImportError:
        pass
    return found


def timed(way: Way, path: str, data: bytes) -> float:
    start = time.perf_counter()
    way(path, data)
    return time.perf_counter() - start


def measure(ways: dict[str, Way], folder: str, data: bytes, rounds: int) -> dict[str, list[float]]:
    paths = {name: os.path.join(folder, f"target{number}") for number, name in enumerate(ways)}
    for name, way in ways.items():
        way(paths[name], data)
    times: dict[str, list[float]] = {name: [] for name in ways}
    gc.disable()
    for _ in range(rounds):
        for name in random.sample(list(ways), len(ways)):
            times[name].append(timed(ways[name], paths[name], data))
    gc.enable()
    return times


def interval(ratios: list[float]) -> tuple[float, float]:
    medians = sorted(statistics.median(random.choices(ratios, k=len(ratios))) for _ in range(400))
    return medians[10], medians[-11]


def report(title: str, times: dict[str, list[float]]) -> None:
    ours, *others = times
    print(f"\n{title}: {ours} {statistics.median(times[ours]) * 1e6:.1f} us")
    for name in others:
        ratios = [mine / theirs for mine, theirs in zip(times[ours], times[name])]
        low, high = interval(ratios)
        extra = statistics.median(mine - theirs for mine, theirs in zip(times[ours], times[name])) * 1e6
        median = statistics.median(times[name]) * 1e6
        print(
            f"  / {name:<42} {median:>9.1f} us  ratio {statistics.median(ratios):.3f} [{low:.3f}, {high:.3f}]  {extra:+.1f} us"
        )


def single(folder: str, rounds: int) -> None:
    for durability in ("durable", "visible"):
        crashsafe.set_default_durability(durability)
        for size, count in SIZES.items():
            ours = f"crashsafe.write_bytes, {durability}"
            hand = {"durable": by_hand, "visible": by_hand_unsynced}[durability]
            ways: dict[str, Way] = {ours: crashsafe.write_bytes, "crashsafe.open": opened, "by hand": hand}
            ways.update({**peers(), "open(path, 'wb'), torn by a crash": in_place})
            report(f"one file, {size}", measure(ways, folder, os.urandom(count), rounds))
    crashsafe.set_default_durability("durable")


def many(folder: str, rounds: int) -> None:
    def batch(path: str, data: bytes) -> None:
        with crashsafe.batch() as files:
            for number in range(64):
                files.write_bytes(f"{path}-{number}", data)

    def one_by_one(path: str, data: bytes) -> None:
        for number in range(64):
            crashsafe.write_bytes(f"{path}-{number}", data)

    ways: dict[str, Way] = {"a batch": batch, "64 single writes": one_by_one}
    report("64 files, 4 KiB, durable", measure(ways, folder, os.urandom(4096), max(rounds // 20, 5)))


def unchanged(folder: str, rounds: int) -> None:
    ways: dict[str, Way] = {"write_if_changed": crashsafe.write_if_changed, "write_bytes": crashsafe.write_bytes}
    report("unchanged content, 4 KiB, durable", measure(ways, folder, os.urandom(4096), rounds))


def overhead(folder: str, rounds: int) -> None:
    """What Python adds to the implementation, and to file objects that would be there without it."""
    from crashsafe._engine import engine
    from crashsafe._options import Options

    def written(path: str, data: bytes) -> None:
        engine.write(path, data, Options())

    def staged(path: str, data: bytes) -> None:
        staged = engine.stage(path, Options())
        with open(os.dup(staged.fd), "wb") as file:
            file.write(data)
        staged.commit()

    data = os.urandom(4096)
    report(
        "overhead",
        measure({"crashsafe.write_bytes": crashsafe.write_bytes, "the write": written}, folder, data, rounds),
    )
    report("overhead", measure({"crashsafe.open": opened, "the write and a file object": staged}, folder, data, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=tempfile.gettempdir(), type=Path)
    parser.add_argument("-n", dest="rounds", default=300, type=int)
    arguments = parser.parse_args()
    print(f"{crashsafe.implementation}, Python {sys.version.split()[0]}, {arguments.folder}, {arguments.rounds} rounds")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        single(folder, arguments.rounds)
        many(folder, arguments.rounds)
        unchanged(folder, arguments.rounds)
        overhead(folder, arguments.rounds)


if __name__ == "__main__":
    main()
