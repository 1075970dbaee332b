# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan is the run, also where orders of every kind are due at once: its steps, their order, and the money."""

from __future__ import annotations

import pathlib
import tempfile
import typing as t

import pytest
from all_is_due import NOW, PRICES, WholeDesk, World, worlds
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import perform_contracts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import list_to_register
from hypothesis import HealthCheck, Phase, given, settings

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan

NOT_ASKED = (Step.COLLECT,)  # what hosts do, and no desk
SPENT = {"place": "new", "renew": "renewals", "relink": "links"}


def run(world: World, made: Plan) -> list[tuple[Step, str]]:
    """One apply of this plan as the modules do it; returns what it tells to have done."""
    with tempfile.TemporaryDirectory() as folder:
        performer = Performer(
            desk=world.desk, ledger=Ledger(pathlib.Path(folder) / "ledger", now=lambda: NOW), portfolio="p",
            now=lambda: NOW, sleep=lambda _seconds: None, progress=lambda _outcome: None,
        )  # fmt: skip
        _then, contracts = perform_contracts(made, performer)
        todo = list_to_register(world.plan(), {order.name for order in world.orders}, planned=False)
        outcomes = (*contracts, *performer.perform_registrations(todo, {}))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    return [(outcome.step, outcome.entry.order.name) for outcome in outcomes]


def check(world: World) -> None:
    made = world.plan()
    assert {entry.order.name: entry.steps for entry in made.entries} == world.due
    frame = Frame(portfolio="p", part=None, prices=read_price_table(PRICES), lang="en", made_at=NOW)
    said = describe_plan(made, frame, planned=True)
    assert {row["name"]: tuple(step["step"] for step in row["steps"]) for row in said["orders"]} == world.due
    assert (said["price"]["total"], said["price"]["unpriced"]) == (world.sum_prices(), [])
    assert world.desk.done == [], "a plan is a look"
    wanted = world.list_done(world.due)
    assert run(world, made) == wanted, "told in the order of the plan"
    assert [(_as_planned(done.step, done.order, world), done.order) for done in world.desk.done] == wanted
    spent = {key: sum(step["price"] for row in said["orders"] for step in row["steps"] if step["step"] == word)
             for word, key in SPENT.items()}  # fmt: skip
    assert spent == {key: said["price"][key] for key in SPENT.values()}, "each step with its price"
    _check_what_is_left(world)


def _as_planned(step: Step, order: str, world: World) -> Step:
    """The desk knows one kind of cancellation only."""
    return Step.CANCEL_REPLACED if step is Step.CANCEL and Step.CANCEL not in world.due[order] else step


def _check_what_is_left(world: World) -> None:
    """The next run does what had to wait, and the one after it nothing."""
    world.desk.done.clear()
    again = world.plan()
    left = {entry.order.name: entry.changes for entry in again.entries}
    assert left == world.later
    run(world, again)
    assert [(done.step, done.order) for done in world.desk.done] == world.list_done(world.later)
    assert world.plan().count_changes() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_an_apply_does_what_its_plan_says_where_all_is_due_at_once(world: World) -> None:
    check(world)


@pytest.mark.parametrize("call", ["place", "renew", "reissue", "relink", "cancel"])
def test_a_step_that_is_done_twice_is_found(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(WholeDesk, call)

    def twice(desk: WholeDesk, *asked: t.Any) -> t.Any:
        real(desk, *asked)
        return real(desk, *asked)

    monkeypatch.setattr(WholeDesk, call, twice)
    with pytest.raises(AssertionError):
        _check_some()


@pytest.mark.parametrize("step", [Step.RENEW, Step.REISSUE, Step.RELINK, Step.CANCEL_REPLACED, Step.REGISTER])
def test_a_step_that_is_left_out_is_found(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Performer._each

    def without(self: Performer, todo: t.Any, act: t.Any) -> t.Any:
        return real(self, [task for task in todo if task[1] is not step], act)

    monkeypatch.setattr(Performer, "_each", without)
    with pytest.raises(AssertionError):
        _check_some()


def _check_some() -> None:
    @settings(max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(worlds())
    def hold(world: World) -> None:
        check(world)

    hold()
