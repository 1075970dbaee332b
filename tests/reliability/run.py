# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Promises 1 and 3 on trial; writes build/reliability.json.

The crash matrix: applies killed at every moment, faults at every step, several at once, ledgers lost. Random portfolios
whose plan must be their run: thousands with a desk in memory, some with playbooks.

Usage: run.py [--seed N] [--cells N] [--only CELL] [--portfolios N] [--playbooks N]
The same seed does the same. --cells draws so many of each adapter's cells (by default the api's are all run, and of the
portal's, which has many more and slower requests, a part is drawn); --only takes those whose names hold these words.
What is needed to look into a wrong cell is kept in build/reliability/.
"""

from __future__ import annotations

import argparse
import dataclasses as dc
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "collections")]

from ansible_collections.iij.server_certificate.tests.reliability import crash_matrix, mistakes  # noqa: E402
from ansible_collections.iij.server_certificate.tests.reliability import playbook_portfolios as playbooks  # noqa: E402
from ansible_collections.iij.server_certificate.tests.reliability.adapters import ADAPTERS  # noqa: E402

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.reliability.matrix import Verdict

Json = dict[str, t.Any]

BUILD: t.Final = ROOT / "build"
PURE: t.Final = ROOT / "tests" / "unit" / "plugins" / "plugin_utils" / "plan_equals_apply.py"
_BEGIN: t.Final = time.monotonic()


@dc.dataclass(frozen=True)
class Share:
    """The random portfolios of one worker."""

    numbers: range
    seed: int


def tell(text: str) -> None:
    """A line of progress."""
    sys.stdout.write(f"{time.monotonic() - _BEGIN:5.0f} s  {text}\n")
    sys.stdout.flush()


def kept_in(options: argparse.Namespace) -> pathlib.Path:
    """Where the evidence of wrong cells is kept: beside the report."""
    report: pathlib.Path = options.output
    return report.with_suffix("")


def of_the_matrix(options: argparse.Namespace) -> tuple[dict[str, list[Verdict]], list[Json]]:
    """The verdicts by adapter, and the wrong cells with all that is needed to repeat them."""
    verdicts: dict[str, list[Verdict]] = {}
    wrong: list[Json] = []
    for adapter in options.adapter or list(ADAPTERS):
        there = [cell for cell in crash_matrix.every_cell(adapter) if any(words in cell.id for words in options.only)]
        most = ADAPTERS[adapter].drawn if options.cells is None and options.only == [""] else options.cells
        cells = there if most is None else random.Random(options.seed).sample(there, min(most, len(there)))
        tell(f"{adapter}: {len(cells)} of {len(there)} cells")
        todo = [
            crash_matrix.Block(block, options.seed, kept_in(options), options.mistake)
            for block in crash_matrix.dealt(cells, seed=options.seed, workers=options.workers)
        ]
        found = verdicts[adapter] = []
        for verdicts_of_block in crash_matrix.side_by_side(crash_matrix.judged, todo, workers=options.workers):
            found += verdicts_of_block
            bad = [verdict for verdict in verdicts_of_block if not verdict.ok]
            tell("\n".join([f"{len(found)} of {len(cells)} cells", *map(crash_matrix.told, bad)]))
            wrong += [{"cell": v.cell, "seed": options.seed, **v.wrong, "evidence": v.evidence} for v in bad]
    return verdicts, wrong


def of_portfolios(options: argparse.Namespace) -> list[str]:
    """Every random portfolio whose apply was not its plan."""
    found: list[str] = []
    if options.portfolios:
        command = [sys.executable, str(PURE), "--seed", str(options.seed), "--count", str(options.portfolios)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found += [done.stderr] if done.returncode else []
        tell(done.stdout.strip() or done.stderr)
    shares = [
        Share(range(number, options.playbooks, options.workers), options.seed)
        for number in range(min(options.workers, options.playbooks))
    ]
    for mismatches in crash_matrix.side_by_side(with_playbooks, shares, workers=options.workers) if shares else ():
        found += mismatches
        tell("\n".join([f"portfolios with playbooks: {len(mismatches)} mismatches in this share", *mismatches]))
    return found


def with_playbooks(share: Share) -> list[str]:
    """The mismatches of these portfolios, run as a user runs them."""
    with tempfile.TemporaryDirectory(prefix="reliability-") as scratch, playbooks.a_site(pathlib.Path(scratch)) as site:
        return [
            words for number in share.numbers for words in playbooks.mismatches(site, seed=share.seed, number=number)
        ]


def report_of(verdicts: t.Mapping[str, list[Verdict]], wrong: list[Json], mismatches: list[str], seed: int) -> Json:
    """What build/reliability.json says."""
    whole = crash_matrix.figures(verdict for found in verdicts.values() for verdict in found)
    whole["plan_apply_mismatch"] += len(mismatches)
    by_adapter = {adapter: crash_matrix.figures(found) for adapter, found in verdicts.items()}
    return {"seed": seed, **whole, "by_adapter": by_adapter, "wrong": wrong, "mismatches": mismatches}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, help="draw so many of each adapter's cells")
    parser.add_argument(
        "--only", metavar="CELL", action="append", help="only cells whose names hold this; may be repeated"
    )
    parser.add_argument("--adapter", choices=sorted(ADAPTERS), action="append", help="may be repeated (default: all)")
    parser.add_argument("--portfolios", type=int, help="random portfolios with a desk in memory (default: 10,000)")
    parser.add_argument("--playbooks", type=int, help="random portfolios with playbooks (default: 50)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "reliability.json")
    parser.add_argument("--mistake", choices=sorted(mistakes.MISTAKES), help="make it, to see that it is found")
    options = parser.parse_args()
    whole = not options.only
    options.only = options.only or [""]
    options.portfolios = options.portfolios if options.portfolios is not None else 10_000 * whole
    options.playbooks = options.playbooks if options.playbooks is not None else 50 * whole
    return options


def main() -> int:
    options = parsed()
    shutil.rmtree(kept_in(options), ignore_errors=True)
    mismatches = of_portfolios(options)
    verdicts, wrong = of_the_matrix(options)
    report = report_of(verdicts, wrong, mismatches, options.seed)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    tell(", ".join(f"{name} {count}" for name, count in report.items() if isinstance(count, int)))
    return 0 if report["cells"] and not wrong and not mismatches else 1


if __name__ == "__main__":
    sys.exit(main())
