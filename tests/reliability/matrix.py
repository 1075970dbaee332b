# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs cells: disturb, lose, run the same again until nothing is left to do, judge."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import itertools
import json
import os
import pathlib
import re
import shutil
import sqlite3
import tempfile
import typing as t
import unittest.mock

from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskError
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.memory_file import read_memory
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk
from ansible_collections.iij.server_certificate.tests.reliability import beginnings, judging, wishes, worlds
from ansible_collections.iij.server_certificate.tests.reliability.adapters import ADAPTERS
from ansible_collections.iij.server_certificate.tests.reliability.applying import Apply, Ended, performed
from ansible_collections.iij.server_certificate.tests.reliability.cells import Cell
from ansible_collections.iij.server_certificate.tests.reliability.crash_points import (
    EXCHANGE_POINTS,
    LEDGER_POINTS,
    Moment,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.reliability.adapter_parts import Adapter
    from ansible_collections.iij.server_certificate.tests.reliability.wishes import Place, Wish

Json = dict[str, t.Any]

MOST_RUNS: t.Final = 4  # applies after the disturbance that may be needed until a plan is empty
MOST_ROUNDS: t.Final = 12  # how often something may happen at CA, IIJ, hosts and with people until nothing more does
_NUMBERS: t.Final = itertools.count(1)
_EXCHANGE: t.Final = re.compile(r"(.+)/(.*)#\d+")


@dc.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a cell: everything wrong with it, by figure."""

    cell: str
    wrong: t.Mapping[str, tuple[str, ...]]
    kills: int
    reached: bool
    evidence: str | None = None

    @property
    def ok(self) -> bool:
        return not any(self.wrong.values())


def moments_of(adapter: str, folder: pathlib.Path) -> dict[tuple[str, str], list[Moment]]:
    """Every moment of an apply that nothing kills, for each of the adapter's `killed_in`."""
    found = {}
    with _at_a_desk(adapter, folder) as stand:
        for world, loss in stand.kind.killed_in:
            stand.control.control("PUT", "/faults", {"faults": list(stand.kind.losses[loss])})
            (ended,) = performed([Apply(place=stand.place(world), adapter=stand.adapter, label="scout")])
            stand.control.no_faults()
            seen = ended.apply.file("moments.txt").read_text(encoding="utf-8").splitlines()
            exchanges = dict.fromkeys(line.rpartition(" ")[0] for line in seen)
            # An exchange that is cut off has no last moments, which is why they are written out here.
            found[world, loss] = [
                Moment(exchange, point)
                for exchange in exchanges
                for point in (LEDGER_POINTS if exchange.startswith("ledger") else EXCHANGE_POINTS)
                if f"{exchange} {point}" in seen
            ]
    return found


def run_block(cells: Sequence[Cell], *, seed: int, evidence: pathlib.Path | None = None) -> list[Verdict]:
    """These cells, one after the other, at one desk."""
    with tempfile.TemporaryDirectory(prefix="reliability-") as scratch:
        folder = pathlib.Path(scratch)
        with _at_a_desk(cells[0].adapter, folder) as stand:
            return [stand.judged(cell, seed=seed, evidence=evidence) for cell in cells]


@contextlib.contextmanager
def _at_a_desk(adapter: str, folder: pathlib.Path) -> Iterator[Stand]:
    (folder / "desk").mkdir(parents=True)
    with running_desk(folder / "desk", variant=ADAPTERS[adapter].variant) as control:
        yield Stand(control=control, folder=folder, kind=ADAPTERS[adapter])


@dc.dataclass(frozen=True, kw_only=True)
class Stand:
    """Where cells are run: a desk, and a folder for their places."""

    control: DeskControl
    folder: pathlib.Path
    kind: type[Adapter]

    @property
    def adapter(self) -> Adapter:
        return self.kind(self.control)

    def place(self, world: str) -> Place:
        """A new place for this world; the desk shows nothing of those before."""
        _put_aside(self.control.database)
        number = f"c{next(_NUMBERS)}"
        place = worlds.made(wishes.WORLDS[world], folder=self.folder / number, number=number, desk=self.control)
        if world in wishes.PREPARED:
            performed([Apply(place=place, adapter=self.adapter, label="before")])
            while beginnings.go_on(place, desk=self.control) or self._collected(place):
                pass
        return place

    def judged(self, cell: Cell, *, seed: int, evidence: pathlib.Path | None) -> Verdict:
        """Run the cell to its end and say what is wrong with it."""
        place = self.place(cell.world)
        wrong: dict[str, list[str]] = {figure: [] for figure in judging.FIGURES}
        ended = self._disturbed(cell, place, seed=seed)
        if cell.ledger == "lost":
            wrong["secrets_leaked"] += judging.secrets_leaked(self.control, _written(place))
            place.ledger.unlink(missing_ok=True)
        ended += self._run_to_the_end(cell, place, wrong)
        found = judging.records(self.control, place)
        wrong["purchases_wrong"] += judging.purchases_wrong(found, place)
        wrong["orders_lost"] += judging.orders_lost(found, place)
        wrong["secrets_leaked"] += judging.secrets_leaked(self.control, _written(place))
        wrong["unexplained_ends"] += [f"{end.apply.label}: {problem}" for end in ended if (problem := end.problem())]
        kills = sum(end.killed for end in ended)
        verdict = Verdict(
            cell=cell.id,
            wrong={figure: tuple(told) for figure, told in wrong.items()},
            kills=kills,
            reached=cell.kill is None or kills > 0,
        )
        return verdict if verdict.ok or evidence is None else self._with_evidence(verdict, cell, place, evidence)

    def _disturbed(self, cell: Cell, place: Place, *, seed: int) -> list[Ended]:
        adapter = self.adapter if cell.patience is None else self.kind(self.control, patience=cell.patience)
        killed = cell.killed(seed)
        draw = cell.draw(seed)
        faults = [{**fault, "seed": draw.randrange(1000)} for fault in cell.faults]
        self.control.control("PUT", "/faults", {"faults": faults})
        ended = performed(
            [
                Apply(
                    place=place, adapter=adapter, label=f"apply{number}", kill=cell.kill if number in killed else None
                )
                for number in range(cell.applies)
            ]
        )
        self.control.no_faults()
        return ended

    def _run_to_the_end(self, cell: Cell, place: Place, wrong: dict[str, list[str]]) -> list[Ended]:
        """Run the same until nothing is left to do, and again as long as something happens that a run may follow."""
        late = self._in_flight(cell, place)
        ended = self._run_again(place, wrong, late=late)
        for number in range(MOST_ROUNDS):
            found = judging.records(self.control, place)
            wrong["purchases_wrong"] += judging.cancelled_early(found, place)
            if number == 0 and not self.kind.changes_online:
                wrong["purchases_wrong"] += judging.pressed(found, place)
            if any(wrong.values()) or not self._goes_on(place, wrong):
                return ended
            ended += self._run_again(place, wrong, label=f"round{number}-")
        wrong["orders_lost"].append(f"something goes on after {MOST_ROUNDS} rounds")
        return ended

    def _goes_on(self, place: Place, wrong: dict[str, list[str]]) -> bool:
        """Let the next thing happen; people act last, and only where no run can."""
        if beginnings.go_on(place, desk=self.control) or self._collected(place):
            return True
        return not self.kind.changes_online and self._people_act(place, wrong)

    def _collected(self, place: Place) -> bool:
        """Hosts fetch what was issued for them; False where they have it all."""
        missing = [wish for wish in place.wishes if wish.installed and not place.installation(wish).exists()]
        issued = judging.records(self.control, place).issued if missing else []
        lacking = [
            wish
            for wish in missing
            for row in issued
            if row["common_name"] == place.common_name(wish) and row["contract_id"] != place.replaced(wish)
        ]
        if lacking:
            performed([Apply(place=place, adapter=self.adapter, label="collect", collects=True)])
        return bool(lacking)

    def _people_act(self, place: Place, wrong: dict[str, list[str]]) -> bool:
        """People do what an apply tells them to, and register what no apply sees; who is not told is lost."""
        changing = [wish for wish in place.wishes if wish.change]
        told = performed([Apply(place=place, adapter=self.adapter, label="told")] if changing else [])
        asked = [wish for wish in changing if beginnings.ask(wish, place.begun[wish.name], desk=self.control)]
        for ended in told:
            wrong["orders_lost"] += judging.told_nobody(ended.text, asked)
        registered = [beginnings.register(place, wish, desk=self.control) for wish in changing]
        return bool(asked or any(registered))

    def _run_again(
        self, place: Place, wrong: dict[str, list[str]], *, label: str = "again", late: judging.Done = frozenset()
    ) -> list[Ended]:
        """Run the same until the plan is empty; every plan is compared with what the desk then saw done.

        What was under way (`late`) at the moment of death may be done by the desk at any time after it.
        """
        ended: list[Ended] = []
        not_booked: frozenset[str] = frozenset()
        for number in range(MOST_RUNS):
            try:
                planned = judging.planned(self.adapter.desk(), place, memory=self._memory(place))
            except (OrdersRefused, DeskError) as refused:
                wrong["orders_lost"].append(f"no plan can be made: {refused}")
                return ended
            if not planned:
                return ended
            before = judging.records(self.control, place)
            again = Apply(place=place, adapter=self.adapter, label=f"{label}{number}", not_booked=not_booked)
            ended += performed([again])
            after = judging.records(self.control, place)
            asked = ended[-1].asked()
            not_booked = _said(asked, after, place)
            # An order that was held back, with a question, is neither done nor left out in silence.
            held = {step for step in planned if step[1] in asked}
            differing = (planned ^ after.done_since(before, place)) - held - (late if number == 0 else frozenset())
            if differing:
                wrong["plan_apply_mismatch"].append(f"planned {sorted(planned)}, differing {sorted(differing)}")
        wrong["orders_lost"].append(f"there is something left to do after {MOST_RUNS} undisturbed applies")
        return ended

    def _memory(self, place: Place) -> Memory:
        """What the controller of this place remembers of its hosts."""
        with unittest.mock.patch.dict(os.environ, XDG_STATE_HOME=str(place.folder)):
            return read_memory({**self.adapter.options("order"), "portfolio": place.portfolio})

    def _in_flight(self, cell: Cell, place: Place) -> judging.Done:
        """The steps that killed applies had begun to send without an answer: some have several of them under way."""
        if cell.kill is None:
            return frozenset()
        last: dict[str, str] = {}
        for file in place.folder.glob("apply*.moments.txt"):
            for line in file.read_text(encoding="utf-8").splitlines():
                exchange, _space, point = line.rpartition(" ")
                last[f"{file.name} {exchange}"] = point
        unanswered = [name.partition(" ")[2] for name, point in last.items() if point != "answered"]
        found = [match for exchange in unanswered if (match := _EXCHANGE.fullmatch(exchange))]
        return frozenset((step, match[2]) for match in found for step in self.kind.changes.get(match[1], ()))

    def _with_evidence(self, verdict: Verdict, cell: Cell, place: Place, evidence: pathlib.Path) -> Verdict:
        kept = evidence / re.sub(r"[^A-Za-z0-9]+", "-", cell.id)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(place.folder, kept)
        rows = {"applications": judging.records(self.control, place).applications, "wrong": verdict.wrong}
        (kept / "desk.json").write_text(json.dumps(rows, indent=2), encoding="utf-8")
        return dc.replace(verdict, evidence=str(kept))


def _put_aside(database: pathlib.Path) -> None:
    """Give what there is to a customer whom nobody sees: lists stay short, and no contract ID is ever used again."""
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        for table in ("applications", "procedures"):
            connection.execute(f"UPDATE {table} SET customer_code = 'SG-PAST' WHERE customer_code != 'SG-PAST'")


def _written(place: Place) -> list[pathlib.Path]:
    """The ledger, every result, all that was said, copies of screens, and the order files themselves."""
    return sorted(file for file in place.folder.rglob("*") if file.is_file())


def _said(asked: t.Mapping[str, str], found: judging.Records, place: Place) -> frozenset[str]:
    """What a person says who looks at the portal, at rest: the attempts that have surely booked nothing."""
    wishes = {wish.name: wish for wish in place.wishes}
    return frozenset(attempt for order, attempt in asked.items() if not _was_bought(found, place, wishes[order]))


def _was_bought(found: judging.Records, place: Place, wish: Wish) -> bool:
    """Whether what the order asks for now was bought: the contract, or the renewal of one that was there before."""
    act = "renewal" if wish.acts["renewal"] else "purchase"
    return found.acts[act][place.common_name(wish)] >= wish.acts[act]


__all__ = ("Verdict", "moments_of", "run_block")
