# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  # a program of its own, which finds the collection first

"""The long run of lives in the pure core; test_lives.py and test_changing_lives.py are short ones.

Usage: long_lives.py [--seeds N] [--orders N] [--lines N] [--processes N]. So many orders live undisturbed for three
years, then there are N disturbed lives, and N lives of so many lines in which people change their orders.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import functools
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "collections"), str(pathlib.Path(__file__).resolve().parent)]

from changing_lives import changing
from lives import YEARS, begin, disturbed, live, shared_memory

_NONE: collections.Counter[str] = collections.Counter()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--lines", type=int, default=3)
    parser.add_argument("--processes", type=int)
    options = parser.parse_args()
    cores = min(len(os.sched_getaffinity(0)), options.processes or 1_000)
    with concurrent.futures.ProcessPoolExecutor(cores) as pool:
        _report_undisturbed(options.orders, pool, cores)
        _report_disturbed(options.seeds, pool)
        wrong = _report_changing(options.seeds, options.lines, pool)
    return 1 if wrong else 0


def _report_undisturbed(orders: int, pool: concurrent.futures.Executor, cores: int) -> None:
    began = time.monotonic()
    parts = [slice(first, None, cores) for first in range(cores)]
    renewals = sum(pool.map(count_undisturbed, [orders] * cores, parts))
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{orders} orders, {YEARS} days: {renewals} renewals, each once; 0 expired, 0 keys lost; "
        f"{seconds:.0f} s on {cores} cores\n"
    )


def count_undisturbed(orders: int, part: slice) -> int:
    with tempfile.TemporaryDirectory(dir=shared_memory()) as folder:
        life = live(begin(orders, pathlib.Path(folder), part=part))
    assert not life.lost, "undisturbed lives lose nothing"
    assert all(by == "run" for _contract, _certificate, by in life.desk.bought), "nor does silence buy"
    return len(life.desk.bought)


def count_disturbed(seed: int) -> tuple[int, int]:
    with tempfile.TemporaryDirectory(dir=shared_memory()) as folder:
        life = live(disturbed(seed, 3, pathlib.Path(folder)), days=800)
    return len(life.desk.bought), len(life.lost)


def _report_disturbed(seeds: int, pool: concurrent.futures.Executor) -> None:
    began = time.monotonic()
    counts = list(pool.map(count_disturbed, range(seeds), chunksize=10))
    renewals, lost = (sum(column) for column in zip(*counts, strict=True))
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{seeds} disturbed lives: {renewals} renewals, none twice; {lost} keys went to silence, each while no run "
        f"could register; none expired that a run could have saved; {seconds:.0f} s\n"
    )


def _report_changing(seeds: int, lines: int, pool: concurrent.futures.Executor) -> int:
    began = time.monotonic()
    lived = list(pool.map(functools.partial(count_changing, lines=lines), range(seeds), chunksize=10))
    counts = sum((each for each, _wrong in lived), start=_NONE)
    found = [wrong for _each, wrong in lived if wrong]
    drawn = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{seeds} lives of {lines} lines with changes, {YEARS} days, every other one disturbed: {drawn}; "
        f"{len(found)} wrong: nothing twice, none expired in an undisturbed one; {seconds:.0f} s\n"
    )
    sys.stdout.writelines(f"  {wrong}\n" for wrong in found)
    return len(found)


def count_changing(seed: int, *, lines: int) -> tuple[collections.Counter[str], str | None]:
    """Live one life with changes; returns what came of it, and what was wrong with it."""
    with tempfile.TemporaryDirectory(dir=shared_memory()) as folder:
        life = changing(seed, lines, pathlib.Path(folder))
        try:
            life.live()
        except Exception as wrong:  # the other lives are told of as well
            return life.count(), f"seed {seed}, day {life.number}: {wrong}"
    return life.count(), None


if __name__ == "__main__":
    sys.exit(main())
