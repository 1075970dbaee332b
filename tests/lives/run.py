# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Portfolios over years against a rehearsal desk: `run.py ORDERS DAYS SEEDS [--postgresql]`.

Prints a line for the undisturbed life and one for each disturbed one, and what was wrong; the exit code is 1 when
anything was. What is said by the runs themselves goes nowhere. With --postgresql each desk has two workers on
a database of its own, of a PostgreSQL that is started for them; else it is one process on SQLite.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import time
import typing as t

_IN_MEMORY = "/dev/shm"
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "rehearsal" / "tests")]

import postgres  # noqa: E402
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk  # noqa: E402
from ansible_collections.iij.server_certificate.tests.lives.desk_lives import Life, Lived, Trouble  # noqa: E402


def main(arguments: list[str]) -> int:
    """Live so many lives."""
    numbers = [int(argument) for argument in arguments if argument != "--postgresql"]
    orders, days, seeds = (*numbers, *(20, 1100, 3)[len(numbers) :])
    wrong = 0
    with databases() if "--postgresql" in arguments else contextlib.nullcontext(lambda: None) as new_database:
        for seed in range(seeds + 1):
            started = time.monotonic()
            lived = live(orders, days=days, trouble=troubled(seed) if seed else None, postgresql=new_database())
            wrong += len(lived.wrong)
            print(f"seed {seed}: {orders} orders, {lived}; {time.monotonic() - started:.0f} s", flush=True)
            for line in lived.wrong:
                print(f"  {line}", flush=True)
    return 1 if wrong else 0


@contextlib.contextmanager
def databases() -> t.Iterator[t.Callable[[], str]]:
    """A PostgreSQL for as long as the block lasts, and what makes a new database there."""
    binaries = postgres.programs()
    if binaries is None:
        sys.exit("PostgreSQL is not installed")
    with postgres.cluster(binaries) as cluster:
        yield cluster.new_database


def troubled(seed: int) -> Trouble:
    """A life in which much goes wrong."""
    return Trouble(seed=seed, dead_days=12, by_hand=0.05, down=0.1, forgets=0.01, ca_days=seed % 10)


def live(orders: int, *, days: int, trouble: Trouble | None, postgresql: str | None = None) -> Lived:
    """One life, at a desk of its own; in memory where there is room for files, since no life is about a lost disk."""
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None) as scratch:
        folder = pathlib.Path(scratch)
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CACHE_HOME"] = scratch
        with running_desk(folder, postgresql=postgresql) as desk, contextlib.redirect_stdout(io.StringIO()):
            return Life(desk, folder, orders=orders, trouble=trouble).live(days)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
