# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells of the crash matrix: every axis written out, nothing drawn but which of several applies are killed.

Axes: the moment of the kill (found by one undisturbed apply), or the fault and the call that it befalls; one, two or
five applies at the same moment; the ledger kept or lost before somebody runs the same again.
"""

from __future__ import annotations

import dataclasses as dc
import random
import typing as t

from ansible_collections.iij.server_certificate.tests.reliability.crash_points import Moment

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.iij.server_certificate.tests.reliability.adapter_parts import Adapter, Step

Json = dict[str, t.Any]

APPLIES: t.Final = (1, 2, 5)
LEDGERS: t.Final = ("kept", "lost")
# Where nobody is killed, each apply ends its lines in the ledger itself, so that not every pair is of interest.
SURVIVORS: t.Final = ((1, "kept"), (1, "lost"), (2, "lost"), (5, "kept"))
# Of an answer about an application: what is bought, where it stands, whose it is.
ALTERED_FIELDS: t.Final = ("contract_id", "client_reference", "common_name", "product", "term", "state")


@dc.dataclass(frozen=True, kw_only=True)
class Cell:
    """One disturbance: what happens to how many applies, and what is lost."""

    adapter: str
    world: str
    what: str
    applies: int
    ledger: str
    kill: Moment | None = None
    faults: tuple[Json, ...] = ()
    patience: int | None = None  # seconds that a call may take

    @property
    def id(self) -> str:
        """Its name: the same in every run, and all that is needed to repeat it."""
        return f"{self.adapter}: {self.world}: {self.what}: {self.applies} applies: ledger {self.ledger}"

    def draw(self, seed: int) -> random.Random:
        """Chance, the same for the same seed and cell."""
        return random.Random(f"{seed}/{self.id}")

    def killed(self, seed: int) -> frozenset[int]:
        """Which of the applies are killed: one of one, and any number of several."""
        if self.kill is None:
            return frozenset()
        draw = self.draw(seed)
        return frozenset(draw.sample(range(self.applies), draw.randint(1, self.applies)))


def kill_cells(adapter: type[Adapter], moments: t.Mapping[tuple[str, str], Sequence[Moment]]) -> Iterator[Cell]:
    """A kill at every moment of every kind of apply; `moments` has those of each world that it is killed in."""
    for world, loss in adapter.killed_in:
        for moment in moments[world, loss]:
            for applies in APPLIES:
                for ledger in LEDGERS:
                    yield Cell(
                        adapter=adapter.name,
                        world=world,
                        what=f"{loss}: {moment}" if loss else str(moment),
                        applies=applies,
                        ledger=ledger,
                        kill=moment,
                        faults=tuple({**fault, "count": applies} for fault in adapter.losses[loss]),
                    )


def fault_cells(adapter: type[Adapter], kinds: Sequence[Json]) -> Iterator[Cell]:
    """Every kind of fault that befalls a call, at every step: once for each apply, and for one apply without end."""
    for step in adapter.steps:
        for kind in kinds:
            if not _befalls(kind, adapter, step):
                continue
            for label, variant in _variants(kind, step.method):
                yield from _fault_cells(adapter.name, step, label, {"name": kind["name"], **variant})


def _befalls(kind: Json, adapter: type[Adapter], step: Step) -> bool:
    if kind["stage"] not in adapter.stages or kind["name"] in adapter.never_met:
        return False
    # A list that lags says so for its own screen only, and where its fault is put.
    return step.method in kind["methods"] and (kind["name"] != "status_list_lags" or step.path == kind["path"])


def _fault_cells(adapter: str, step: Step, label: str, fault: Json) -> Iterator[Cell]:
    fault = {**fault, "method": step.method, "path": step.path}
    patience = 1 if label.endswith("too slow") else None
    for applies, ledger in SURVIVORS:
        times = {"count": applies, "skip": step.before * applies}
        faults = (*({**first, "count": applies} for first in step.faults_before), {**fault, **times})
        yield Cell(
            adapter=adapter,
            world=step.world,
            what=f"{label} at {step.name}",
            applies=applies,
            ledger=ledger,
            faults=faults,
            patience=patience,
        )
    if patience is None:
        without_end = (*step.faults_before, {**fault, "every": True, "skip": step.before})
        yield Cell(
            adapter=adapter,
            world=step.world,
            what=f"{label} at {step.name} and ever after",
            applies=1,
            ledger="lost",
            faults=without_end,
        )


def _variants(kind: Json, method: str) -> Iterator[tuple[str, Json]]:
    """The settings of a fault that make a difference to the caller."""
    name, settings = kind["name"], {setting["name"] for setting in kind["settings"]}
    if name == "altered_json":
        for field in ALTERED_FIELDS:
            yield f"{name} {field}", {"settings": {"field": field}}
        return
    if name == "slow_drip":
        yield name, {"settings": {"bytes": 256, "pause_ms": 5}}
        yield f"{name} too slow", {"settings": {"bytes": 400, "pause_ms": 2500}}
        return
    yield name, {}
    if "retry_after" in settings and name != "too_many_requests":
        yield f"{name} retry after", {"settings": {"retry_after": 3}}
    if "after_commit" in settings and method != "GET":
        yield f"{name} after commit", {"settings": {"after_commit": True}}


__all__ = ("Cell", "fault_cells", "kill_cells")
