# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a desk keeps no references, each generation of an order buys once, whoever seems to have its contract today."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import (
    Memory,
    make_host_answer,
    make_registered,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import (
    TWIN,
    Runs,
    Screens,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    OV,
    booked,
    certified,
    portfolio,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

EMAIL: t.Final = "admin@example.jp"
OTHER: t.Final = {"product": "secure_server_id_ev", "approval_email": EMAIL, "certificate_transparency": True}
OLD: t.Final = "rsc00000001"
# Goes before www by its name.
FIRST: t.Final = {**TWIN, "name": "api", "key": {"path": "/etc/pki/a.key"}, "install": {"certificate": "/a"}}


@pytest.fixture
def runs(tmp_path: pathlib.Path) -> Runs:
    return Runs(Screens(), tmp_path)


def plan(runs: Runs, *orders: Order, memory: Memory | None = None) -> dict[str, Entry]:
    made = make_plan(orders, observe(runs.desk, orders, portfolio="p"), portfolio="p", memory=memory)
    return {entry.order.name: entry for entry in made.entries}


@pytest.mark.parametrize("fields", [{}, OTHER], ids=["same product", "another product"])
@pytest.mark.parametrize("ended", [State.REJECTED, State.WITHDRAWN, State.CANCELLED])
def test_what_was_to_replace_a_contract_and_ended_is_not_bought_again(
    runs: Runs, fields: dict[str, t.Any], ended: State
) -> None:
    runs.apply(*portfolio(OV))
    anew = portfolio({**OV, **fields, "generation": 2, "replaces": OLD})
    assert runs.apply(*anew) == ["www bought"]
    new = next(row for row in runs.desk.list_applications() if row.contract_id != OLD)
    runs.desk.put(dc.replace(new, state=ended))
    assert plan(runs, *anew)["www"].standing is Standing.ENDED
    assert runs.apply(*anew) == []
    runs.ledger.unlink()
    assert runs.apply(*anew) == []
    assert runs.apply(*portfolio({**OV, **fields, "generation": 3, "replaces": OLD})) == ["www bought"]


def test_a_ledger_that_knows_a_purchase_of_this_generation_holds_the_next_one_back(runs: Runs) -> None:
    (order,) = orders = portfolio(OV)
    runs.apply(*orders)
    (row,) = runs.desk.list_applications()
    taken = portfolio(OV, {**TWIN, "contract_id": row.contract_id})
    assert plan(runs, *taken)["www"].standing is Standing.TO_ORDER
    assert runs.apply(*taken) == ["www AttemptOpen"]
    assert runs.desk.purchases == [order.name]


@pytest.mark.parametrize("state", [State.AWAITING_REGISTRATION, State.ISSUED])
def test_a_second_purchase_leaves_the_first_one_its_contract(runs: Runs, state: State) -> None:
    """Its name goes before the other one's in the alphabet, and nothing is remembered of hosts."""
    runs.apply(*portfolio(OV))
    (row,) = runs.desk.list_applications()
    runs.desk.put(dc.replace(row, state=state))
    both = portfolio(OV, FIRST)
    entries = plan(runs, *both)
    assert entries["www"].application is not None and entries["www"].application.contract_id == OLD
    assert entries["api"].standing is Standing.TO_ORDER
    assert runs.apply(*both) == ["api bought"]
    runs.ledger.unlink()
    assert runs.apply(*both) == []


def test_of_several_second_purchases_each_keeps_what_was_registered_for_it(runs: Runs) -> None:
    """No host has answered yet, and the one that comes last goes first by its name."""
    www, xtra = portfolio(OV, TWIN)
    rows = {order.name: booked(order, None, number=n) for n, order in enumerate((www, xtra), start=1)}
    for row in rows.values():
        runs.desk.put(dc.replace(row, state=State.APPLIED))
    memory = Memory([make_registered(order, rows[order.name]) for order in (www, xtra)])
    entries = plan(runs, *portfolio(OV, TWIN, FIRST), memory=memory)
    found = {name: entry.application and entry.application.contract_id for name, entry in entries.items()}
    assert found == {"www": "rsc00000001", "xtra": "rsc00000002", "api": None}
    renamed = portfolio(OV, {**TWIN, "name": "zeta", "was_named": "xtra"}, FIRST)
    assert plan(runs, *renamed, memory=memory)["zeta"].application == entries["xtra"].application


def test_the_certificate_that_came_last_to_its_places_says_whose_the_contract_is(runs: Runs) -> None:
    """The order no longer says what it replaces, and what it replaced is not cancelled yet."""
    (order,) = portfolio({**OV, "generation": 2})
    rows = [certified(booked(order, None, number=number)) for number in (1, 2)]
    for row in rows:
        runs.desk.put(row)
    heard = [make_host_answer(order, row, has=True) for row in rows]
    for lines in (heard, Memory(heard).list_lines(), [*heard, heard[1]], [heard[1], *heard]):
        entry = plan(runs, order, memory=Memory(lines))["www"]
        assert entry.application is not None and entry.application.contract_id == "rsc00000002"
