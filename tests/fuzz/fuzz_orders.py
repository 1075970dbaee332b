# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order files and CSRs that nobody would write: each ends in complaints or is accepted, and quickly.

Usage: fuzz_orders.py [--seed N] [--count N] [--minutes M]; the same seed feeds the same inputs.
An input that fails is written to build/fuzz/, from where --again FILE feeds it once more.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses as dc
import datetime as dt
import gc
import itertools
import json
import pathlib
import random
import signal
import sys
import tempfile
import time
import traceback
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests" / "unit" / "plugins" / "plugin_utils")]

from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import report  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.rule import Severity  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import Reader, read_folder  # noqa: E402
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders  # noqa: E402
from every_order import CSR_PATH  # noqa: E402
from fuzz_inputs import KINDS, Input  # noqa: E402

BUILD = ROOT / "build" / "fuzz"
DAYS = tuple(dt.date(year, 11, 22) for year in (2026, 2028, 2030))
SLOWEST = 1.0  # seconds of computing that one input may take
HANGS = 20  # seconds on the wall after which an input is given up


class Failure(Exception):
    """What should never happen, in words."""


@dc.dataclass
class Run:
    """What was seen so far."""

    outcomes: collections.Counter[tuple[str, str]] = dc.field(default_factory=collections.Counter)
    rules: collections.Counter[str] = dc.field(default_factory=collections.Counter)
    failures: list[pathlib.Path] = dc.field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def phrase(self, seed: int, took: float) -> str:
        """The figures, for people."""
        lines = [f"seed {seed}: {self.outcomes.total():,} inputs in {took:.0f} s, {len(self.rules)} rules told"]
        kinds = sorted({kind for kind, _outcome in self.outcomes})
        for kind in kinds:
            outcomes = {outcome: count for (of, outcome), count in sorted(self.outcomes.items()) if of == kind}
            lines.append(f"  {kind:6} " + ", ".join(f"{outcome} {count:,}" for outcome, count in outcomes.items()))
        lines.append(f"  slowest {self.slowest[0] * 1000:.0f} ms ({self.slowest[1]})")
        lines.extend(f"  FAILED {path}" for path in self.failures)
        return "\n".join(lines)


def rendered(text: str) -> object:
    """Stands for the template engine: what it gives back may be anything, and it may refuse."""
    if "raw" in text:
        raise ValueError("template error")
    return None if len(text) % 3 == 0 else text


def closed(_text: str) -> str:
    raise ValueError("no vault secret is there")


READER = Reader(render=rendered, decrypt=closed)


def fed(given: Input, folder: pathlib.Path, *, day: dt.date) -> tuple[tuple[str, ...], bool]:
    """The rules that were told, and whether all is accepted; raises whatever goes wrong."""
    (folder / "orders.yml").write_bytes(given.orders)
    if given.csr is not None:
        (folder / CSR_PATH).write_bytes(given.csr)
    found = judge_orders(read_folder(str(folder / "orders.yml"), READER), day=day)
    for lang in ("en", "ja"):
        report(found.complaints, t.cast("t.Literal['en', 'ja']", lang)).encode()
        json.dumps([complaint.as_dict(t.cast("t.Literal['en', 'ja']", lang)) for complaint in found.complaints])
    errors = [complaint for complaint in found.complaints if complaint.severity is Severity.ERROR]
    if not found.orders and not errors and not _is_empty(folder):
        raise Failure("neither an order nor a mistake")
    return tuple(complaint.rule for complaint in found.complaints), not errors


def _is_empty(folder: pathlib.Path) -> bool:
    return not read_folder(str(folder / "orders.yml"), READER).orders  # orders: [] says nothing, and that is right


def run(*, seed: int, count: int, seconds: float = float("inf")) -> Run:
    """Feeds so many inputs, or for so long."""
    seen, end = Run(), time.monotonic() + seconds
    signal.signal(signal.SIGALRM, _give_up)
    with tempfile.TemporaryDirectory() as name:
        for number in itertools.islice(itertools.count(), count):
            if time.monotonic() > end:
                break
            # Every input has a generator of its own, so that it can be made again by itself.
            source = random.Random(f"{seed}/{number}")
            given = KINDS[number % len(KINDS)](source)
            _feed(given, pathlib.Path(name), seen, day=source.choice(DAYS), label=f"seed{seed}-{number}-{given.kind}")
    return seen


def _feed(given: Input, folder: pathlib.Path, seen: Run, *, day: dt.date, label: str) -> None:
    gc_was_on = gc.isenabled()
    gc.disable()  # a collection that happens to fall here is not this input's time
    begin = time.process_time()  # not the clock on the wall, which counts what else the machine is doing
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    try:
        rules, accepted = fed(given, folder, day=day)
        signal.setitimer(signal.ITIMER_REAL, 0)
        took = time.process_time() - begin
        if took > SLOWEST:
            raise Failure(f"took {took:.1f} s")
    except Exception:
        signal.setitimer(signal.ITIMER_REAL, 0)
        seen.outcomes[given.kind, "FAILED"] += 1
        seen.failures.append(_kept(given, label, day))
        return
    finally:
        if gc_was_on:
            gc.enable()
    seen.outcomes[given.kind, "accepted" if accepted else "complaints"] += 1
    seen.rules.update(rules)
    seen.slowest = max(seen.slowest, (took, label))


def _give_up(_signal: int, _frame: object) -> None:
    raise Failure(f"took more than {HANGS} s")


def _kept(given: Input, label: str, day: dt.date) -> pathlib.Path:
    """Where the input and its traceback now lie."""
    folder = BUILD / label
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orders.yml").write_bytes(given.orders)
    if given.csr is not None:
        (folder / CSR_PATH).write_bytes(given.csr)
    (folder / "traceback.txt").write_text(f"judged for {day}\n{traceback.format_exc()}", encoding="utf-8")
    return folder


def _again(folder: pathlib.Path) -> int:
    found = judge_orders(read_folder(str(folder / "orders.yml"), READER), day=DAYS[0])
    sys.stdout.write(report(found.complaints, "en") + "\n")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--again", type=pathlib.Path, metavar="FOLDER", help="feed one input of build/fuzz/ once more")
    options = parser.parse_args()
    if options.again:
        return _again(options.again)
    begin = time.monotonic()
    seen = run(seed=options.seed, count=options.count, seconds=options.minutes * 60)
    sys.stdout.write(seen.phrase(options.seed, time.monotonic() - begin) + "\n")
    return 1 if seen.failures else 0


if __name__ == "__main__":
    sys.exit(main())
