# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  # a program of its own, which finds the collection first

"""The plan is the run: random portfolios against random desks in memory, judged by what the desk saw.

Usage: plan_equals_apply.py [--seed N] [--count N]; test_plan_equals_apply.py is a short run.
"""

from __future__ import annotations

import argparse
import dataclasses as dc
import pathlib
import sys
import tempfile
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "collections"), str(pathlib.Path(__file__).resolve().parent)]

import hypothesis
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import (
    CALL_CLASSES,
    CallClass,
    Step,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import perform_contracts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import list_to_register
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import ENDED, State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Wanted
from hypothesis import strategies as st
from portfolios import DV, EV, LINKED, OV, WILDCARD, DeskInMemory, booked, now, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

Fields = dict[str, t.Any]

KINDS: t.Final = (OV, DV, WILDCARD, EV, LINKED)
# A desk that keeps references never says that an application is unclear: that is said of screens.
STATES: t.Final = tuple(state for state in State if state is not State.UNCLEAR)
LIVE: t.Final = tuple(state for state in STATES if state not in ENDED)
OURS: t.Final = "p"
READS: t.Final = ("list_products", "list_linked_contracts", "list_applications", "find_application")


class Done(t.NamedTuple):
    """One change that the desk was asked for; of an order that had none, `contract_id` is None."""

    step: Step
    order: str
    contract_id: str | None


@dc.dataclass
class WatchingDesk(DeskInMemory):
    """Writes down every change that it is asked for; `cancelled` has the orders by the contract ID that they cancel."""

    done: list[Done] = dc.field(default_factory=list)
    cancelled: dict[str, str] = dc.field(default_factory=dict)

    def place(self, order: Order, client_reference: str) -> Application:
        self.done.append(Done(Step.PLACE, order.name, None))
        return super().place(order, client_reference)

    def register(self, application: Application, order: Order, csr: str | None, agree: t.Any = None) -> Application:
        self.done.append(Done(Step.REGISTER, order.name, application.contract_id))
        return super().register(application, order, csr, agree)

    def cancel(self, application: Application) -> Application:
        name = self.cancelled.get(application.contract_id, "nobody's")
        self.done.append(Done(Step.CANCEL, name, application.contract_id))
        return super().cancel(application)


@dc.dataclass(frozen=True)
class World:
    """Orders, and the desk that they meet."""

    orders: tuple[Order, ...]
    desk: WatchingDesk

    def __repr__(self) -> str:
        wanted = [
            f"{order.name}/{order.generation} {order.common_name} {order.product.id} {order.state} {order.contract_id}"
            for order in self.orders
        ]
        there = [f"{row.contract_id} {row.common_name} {row.client_reference} {row.state}" for row in self.desk.rows]
        return "\n  ".join(["orders:", *wanted, "at the desk:", *there])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Orders of every kind, and a desk that has anything of them, of others, of earlier generations, or nothing."""
    desk = WatchingDesk()
    fields = [_order(draw, index) for index in range(draw(st.integers(1, 8)))]
    orders = portfolio(*fields)
    for number, order in enumerate(orders, start=100):
        _begin(draw, desk, order, number=number)
    strays = draw(st.integers(0, 2))
    for number in range(900, 900 + strays):
        stray = dc.replace(orders[0], common_name=f"x{number}.example.jp")
        desk.put(booked(stray, draw(st.sampled_from([None, f"q/x{number}/1"])), number=number))
    desk.cancelled = {order.contract_id: order.name for order in orders if order.contract_id}
    desk.rows = [desk.rows[index] for index in draw(st.permutations(range(len(desk.rows))))]
    return World(orders, desk)


def _order(draw: st.DrawFn, index: int) -> Fields:
    kind = draw(st.sampled_from(KINDS))
    common_name = kind["common_name"].replace("example", f"e{index}")
    fields = kind | {"name": f"n{index}", "common_name": common_name}
    if "key" in kind:
        fields |= {"key": {"path": f"/n{index}.key"}}
    if "approval_email" in fields:
        fields["approval_email"] = f"admin@{common_name.removeprefix('*.')}"
    aim = draw(st.sampled_from(["present", "present", "present", "pinned", "cancelled", "raised"]))
    if aim in ("pinned", "cancelled"):
        fields["contract_id"] = f"rsc{100 + index:08}"
    if aim == "cancelled":
        fields["state"] = "cancelled"
    if aim == "raised":
        fields["generation"] = 2
    return fields


def _begin(draw: st.DrawFn, desk: WatchingDesk, order: Order, *, number: int) -> None:
    """What stands at the desk for this order."""
    if order.generation == 2 and draw(st.booleans()):
        ended = draw(st.sampled_from(sorted(ENDED)))
        desk.put(booked(order, f"{OURS}/{order.name}/1", number=number + 500, state=ended))
    pinned = order.contract_id is not None
    state = draw(st.sampled_from([*LIVE, *LIVE, *sorted(ENDED)] if pinned else [None, None, *STATES]))
    if state is None:
        return
    # By hand without a reference; rarely bought for somebody else, which an order must not take for its own.
    references = [order.client_reference(OURS), order.client_reference(OURS), None, "other/site/1"]
    reference = draw(st.sampled_from(references)) if state in LIVE else order.client_reference(OURS)
    desk.put(booked(order, reference, number=number, state=state))


def planned(desk: WatchingDesk, orders: tuple[Order, ...]) -> Plan:
    return make_plan(orders, observe(desk, orders, portfolio=OURS), portfolio=OURS)


def applied(desk: WatchingDesk, orders: tuple[Order, ...], *, made: Plan, ledger: pathlib.Path) -> tuple[Outcome, ...]:
    """One apply as the two modules do it: contracts from this plan, registrations from a look of their own."""
    performer = Performer(
        desk=desk,
        ledger=Ledger(ledger, now=now),
        portfolio=OURS,
        now=now,
        sleep=lambda _seconds: None,
        progress=lambda _outcome: None,
    )
    _then, contracts = perform_contracts(made, performer)
    names = {order.name for order in orders}
    return (
        *contracts,
        *performer.perform_registrations(list_to_register(planned(desk, orders), names, planned=False), {}),
    )


def promised(made: Plan) -> list[Done]:
    """What the plan says that the desk will be asked for: contracts first, then registrations, each in its order."""
    changes = [
        Done(step, entry.order.name, None if entry.application is None else entry.application.contract_id)
        for entry, step in made.list_steps()
        if CALL_CLASSES[step] is not CallClass.READ
    ]
    return sorted(changes, key=lambda change: change.step is Step.REGISTER)


def check(world: World, ledger: pathlib.Path) -> bool:
    """Hold one apply against its plan; False when there is no plan, and then nothing has changed."""
    orders, desk = world.orders, world.desk
    before = {row.contract_id: row for row in desk.rows}
    try:
        made = planned(desk, orders)
    except OrdersRefused:
        assert not desk.done and set(desk.calls) <= set(READS), "a plan that is refused changes nothing"
        return False
    assert set(desk.calls) <= set(READS), "a plan is a look"
    outcomes = applied(desk, orders, made=made, ledger=ledger)
    told = [(outcome.step, outcome.entry.order.name) for outcome in outcomes if not outcome.error]
    assert told == [(change.step, change.order) for change in promised(made)], "told in the order of the plan"
    after = {row.contract_id: row for row in desk.rows}
    _hold_steps(made, desk, orders)
    touched = {change.contract_id for change in promised(made)}
    assert {key: row for key, row in before.items() if key not in touched} == {
        key: row for key, row in after.items() if key in before and key not in touched
    }, "what the plan does not name is as it was"
    again = planned(desk, orders)
    assert again.count_changes() == 0, "a second plan changes nothing"
    assert {row.contract_id for row in again.unmanaged} == {row.contract_id for row in made.unmanaged}
    return True


def _hold_steps(made: Plan, desk: WatchingDesk, orders: tuple[Order, ...]) -> None:
    placed = {row.client_reference: row.contract_id for row in desk.rows if row.client_reference}
    references = {order.name: order.client_reference(OURS) for order in orders}
    # An application that the run has placed is registered under the contract ID that the desk gave it.
    wanted = [
        change._replace(contract_id=placed[references[change.order]])
        if change.step is Step.REGISTER and change.contract_id is None
        else change
        for change in promised(made)
    ]
    assert sorted(desk.done, key=str) == sorted(wanted, key=str), "the steps of the plan, each once, and no other"
    # Several orders may be placed at the same moment, but the classes never mix.
    assert [change.step is Step.REGISTER for change in desk.done] == [c.step is Step.REGISTER for c in wanted]
    bought = sorted(references[change.order] for change in wanted if change.step is Step.PLACE)
    assert sorted(map(str, desk.purchases)) == bought
    for order in orders:
        if order.state is Wanted.PRESENT:
            assert not any(change.step is Step.CANCEL and change.order == order.name for change in desk.done)


def run(*, seed: int, count: int) -> tuple[int, int]:
    """How many worlds were held against their plans, and for how many there was no plan; raises at the first wrong."""
    seen = {True: 0, False: 0}
    with tempfile.TemporaryDirectory() as folder:
        ledger = pathlib.Path(folder) / "plan.ledger.jsonl"

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            report_multiple_bugs=False,
        )
        @hypothesis.given(worlds())
        def hold(world: World) -> None:
            seen[check(world, ledger)] += 1
            ledger.unlink(missing_ok=True)

        hold()
    return seen[True], seen[False]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    options = parser.parse_args()
    held, refused = run(seed=options.seed, count=options.count)
    sys.stdout.write(f"{held} plans equal their applies, {refused} portfolios have no plan and changed nothing\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
