# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""duplicate_of with a contract ID: "the contract of which this is meant to be a second purchase" is not the order's."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed, State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import Screens
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    MADE_AT,
    OV,
    DeskInMemory,
    booked,
    portfolio,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

ORDER: t.Final = {**OV, "name": "xtra", "duplicate_of": "rsc00000050"}


@pytest.mark.parametrize("kind", [DeskInMemory, Screens])
@pytest.mark.parametrize("state", [State.AWAITING_REGISTRATION, State.ISSUED])
def test_the_contract_that_an_order_doubles_is_another_one(kind: type[DeskInMemory], state: State) -> None:
    (order,) = orders = portfolio(ORDER)
    desk = kind()
    desk.put(booked(order, None, number=50, state=state))  # another team's, ordered in a browser
    (entry,) = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p").entries
    assert entry.application is None, "its registration, renewal and files would be those of the other contract"
    assert entry.standing is Standing.TO_ORDER


def standings_of(orders: tuple[Order, ...], ended: int, memory: Memory | None = None) -> dict[str, Standing]:
    """At a desk that does not tell whose a contract is, and shows so many rejected ones."""
    rows = tuple(booked(orders[0], None, number=1 + number, state=State.REJECTED) for number in range(ended))
    observed = Observed(applications=rows, keeps_references=False, as_of=MADE_AT)
    plan = make_plan(orders, observed, portfolio="p", memory=memory)
    return {entry.order.name: entry.standing for entry in plan.entries}


@pytest.mark.parametrize("twin", ["dr", "www2"])
@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("second", [1, 2])
def test_an_ended_contract_is_the_first_purchase_and_not_the_second(twin: str, generation: int, second: int) -> None:
    """The CA has rejected the first, and only then its twin was written; a newer generation asks for one more."""
    doubled = {**OV, "name": twin, "duplicate_of": "www", "generation": second}
    orders = portfolio({**OV, "generation": generation}, doubled)
    for ended in range(5):
        assert standings_of(orders, ended) == {
            "www": Standing.ENDED if ended >= generation + (second < generation) else Standing.TO_ORDER,
            twin: Standing.ENDED
            if ended >= second + (generation if generation <= second else 0)
            else Standing.TO_ORDER,
        }


def test_whose_an_ended_contract_was_is_remembered() -> None:
    """The twin was rejected, and the first purchase is to come: it was taken out of the files, and is back."""
    orders = portfolio(OV, {**OV, "name": "dr", "duplicate_of": "www"})
    twin = next(order for order in orders if order.name == "dr")
    row = booked(twin, None, state=State.REJECTED)
    assert standings_of(orders, 1, Memory([make_registered(twin, row)])) == {
        "www": Standing.TO_ORDER,
        "dr": Standing.ENDED,
    }
    (renamed,) = portfolio({**OV, "name": "other", "was_named": "dr"})
    assert standings_of((renamed,), 1, Memory([make_registered(twin, row)])) == {"other": Standing.ENDED}
    (stranger,) = portfolio({**OV, "name": "other"})
    assert standings_of((stranger,), 1, Memory([make_registered(twin, row)])) == {"other": Standing.ENDED}


def test_a_twin_whose_first_order_is_gone_keeps_its_own_contract_as_it_is_told_to() -> None:
    """At a desk that does not tell whose a contract is, by a runner that remembers nothing."""
    twin = {**OV, "name": "www2"}
    with pytest.raises(OrdersRefused) as caught:
        portfolio({**twin, "duplicate_of": "www"})
    (complaint,) = caught.value.complaints
    assert complaint.rule == "DUPLICATE-OF"
    for words in (complaint.todo.en, complaint.todo.ja):
        assert "contract_id" in words, "without duplicate_of alone it would take the older one"
    (order,) = portfolio({**twin, "contract_id": "rsc00000002"})
    rows = tuple(booked(order, None, number=number, state=State.ISSUED) for number in (1, 2))
    plan = make_plan((order,), Observed(applications=rows, keeps_references=False, as_of=MADE_AT), portfolio="p")
    (entry,) = plan.entries
    assert entry.application == rows[1] and plan.unmanaged == rows[:1]


_EV: t.Final = {
    "product": "secure_server_id_ev",
    "approval_email": "admin@example.jp",
    "certificate_transparency": True,
}
OTHERS: t.Final = ({"common_name": "shop.example.jp"}, _EV, {**_EV, "common_name": "shop.example.jp"})


@pytest.mark.parametrize("change", OTHERS)
@pytest.mark.parametrize("is_bought", [False, True])
def test_the_contract_of_something_else_excuses_no_second_purchase(change: dict[str, t.Any], is_bought: bool) -> None:
    """A copy of an order keeps its duplicate_of, a contract ID, of which only the desk can tell what it is."""
    orders = portfolio({**OV, **change}, {**OV, **change, "name": "www2", "duplicate_of": "rsc00000050"})
    (doubled,) = portfolio(OV)
    desk = DeskInMemory()
    desk.put(booked(doubled, None, number=50, state=State.ISSUED))
    if is_bought:
        desk.put(booked(orders[0], "p/www/1", number=1, state=State.ISSUED))
    with pytest.raises(OrdersRefused) as caught:
        make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    assert [(complaint.rule, complaint.order) for complaint in caught.value.complaints] == [("ORDER-DUPLICATE", "www2")]
    desk.put(booked(orders[1], "p/www2/1", number=2, state=State.ISSUED))  # paid already, and meant by now
    assert make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p").entries


@pytest.mark.parametrize("change", OTHERS)
@pytest.mark.parametrize("named", ["old", "rsc00000050"])
def test_a_second_purchase_of_something_else_is_beside_no_contract_of_others(
    change: dict[str, t.Any], named: str
) -> None:
    """What another order names as doubled is bought beside it alone."""
    other, copy = {**OV, "name": "old", **change}, {**OV, "name": "www2", "duplicate_of": named}
    orders = portfolio(other, {**OV, "duplicate_of": "rsc00000001"}, copy)
    desk = DeskInMemory()
    old = next(order for order in orders if order.name == "old")
    desk.put(booked(old, None, number=50, state=State.ISSUED))
    desk.put(booked(portfolio(OV)[0], "elsewhere/www/7", number=1, state=State.ISSUED))
    with pytest.raises(OrdersRefused) as caught:
        make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    assert {complaint.order for complaint in caught.value.complaints} == {"www2"}
    assert "ALREADY-ORDERED" in {complaint.rule for complaint in caught.value.complaints}
