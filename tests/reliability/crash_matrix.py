# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The crash matrix as a whole: every cell of an adapter, dealt to workers, and the figures of what they found."""

from __future__ import annotations

import collections
import concurrent.futures
import multiprocessing
import pathlib
import random
import tempfile
import typing as t

from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk
from ansible_collections.iij.server_certificate.tests.reliability import matrix, mistakes
from ansible_collections.iij.server_certificate.tests.reliability.adapters import ADAPTERS
from ansible_collections.iij.server_certificate.tests.reliability.cells import Cell, fault_cells, kill_cells
from ansible_collections.iij.server_certificate.tests.reliability.judging import FIGURES

Json = dict[str, t.Any]
Work = t.TypeVar("Work")
Found = t.TypeVar("Found")

BLOCK: t.Final = 250  # cells at one desk; progress is told after each block


class Block(t.NamedTuple):
    """What one worker does at a time."""

    cells: tuple[Cell, ...]
    seed: int
    evidence: pathlib.Path
    mistake: str | None


def every_cell(adapter: str) -> list[Cell]:
    """All cells of this adapter; a desk says which faults there are, an undisturbed apply which moments."""
    kind = ADAPTERS[adapter]
    with tempfile.TemporaryDirectory(prefix="reliability-") as scratch:
        folder = pathlib.Path(scratch)
        with running_desk(folder, variant=kind.variant) as desk:
            faults = desk.control("GET", "/faults")["kinds"]
        moments = matrix.moments_of(adapter, folder / "scout")
    return [*kill_cells(kind, moments), *fault_cells(kind, faults)]


def dealt(cells: t.Sequence[Cell], *, seed: int, workers: int) -> list[tuple[Cell, ...]]:
    """The cells shuffled into blocks, so that none takes much longer than the others."""
    shuffled = random.Random(seed).sample(cells, len(cells))
    count = max(min(workers, len(shuffled)), -(-len(shuffled) // BLOCK))
    return [tuple(shuffled[number::count]) for number in range(count)]


def judged(block: Block) -> list[matrix.Verdict]:
    """The verdicts on one block."""
    if block.mistake:
        mistakes.put_in(block.mistake)
    return matrix.run_block(block.cells, seed=block.seed, evidence=block.evidence)


def side_by_side(work: t.Callable[[Work], Found], todo: t.Sequence[Work], *, workers: int) -> t.Iterator[Found]:
    """The results in any order; each piece of work gets a fresh process."""
    # Not multiprocessing's own pool, whose workers may start no processes of theirs: each has a desk.
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=spawn, max_tasks_per_child=1) as pool:
        for done in concurrent.futures.as_completed([pool.submit(work, each) for each in todo]):
            yield done.result()


def figures(verdicts: t.Iterable[matrix.Verdict]) -> Json:
    """How many cells there were, and how often what was wrong."""
    counts = collections.Counter(dict.fromkeys(("cells", *FIGURES, "kills", "not_reached"), 0))
    for verdict in verdicts:
        counts.update({figure: len(told) for figure, told in verdict.wrong.items()})
        counts.update(cells=1, kills=verdict.kills, not_reached=not verdict.reached)
    return dict(counts)


def told(verdict: matrix.Verdict) -> str:
    """A wrong cell for people: what is wrong, and how to repeat it."""
    lines = [f"WRONG --only {verdict.cell!r}"]
    lines += [f"  {figure}: {words}" for figure, told in verdict.wrong.items() for words in told]
    return "\n".join([*lines, f"  evidence: {verdict.evidence}"])


__all__ = ("Block", "dealt", "every_cell", "figures", "judged", "side_by_side", "told")
