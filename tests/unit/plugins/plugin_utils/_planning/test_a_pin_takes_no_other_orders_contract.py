# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that an order names by its ID is not taken from the order that has it by fitting: that one would buy."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import (
    Memory,
    make_host_answer,
    make_registered,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed, State
from portfolios import MADE_AT, OV, booked, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

WWW: t.Final[dict[str, t.Any]] = OV
PINNED: t.Final[dict[str, t.Any]] = {
    **OV, "name": "pinned", "contract_id": "rsc00000001", "duplicate_of": "www",
    "key": {"path": "/p.key"}, "install": {"certificate": "/p.pem"},
}  # fmt: skip
CANCELLED: t.Final = {**PINNED, "state": "cancelled"}
(ORDER,) = portfolio(WWW)
ROW: t.Final = booked(ORDER, None, number=1, state=State.ISSUED)
(STRANGER,) = portfolio({**OV, "name": "stranger"})
(OWNER,) = (order for order in portfolio(WWW, PINNED) if order.name == "pinned")
FIRST: t.Final = booked(ORDER, "p/www/1", number=9, state=State.ISSUED)
TWICE: t.Final = ["CONTRACT-TWICE", "CONTRACT-TWICE"]
OF_WWW, OF_NOBODY = Memory([make_registered(ORDER, ROW)]), Memory()
OF_PINNED, OF_STRANGER = Memory([make_registered(OWNER, ROW)]), Memory([make_registered(STRANGER, ROW)])
OF_BOTH = Memory([make_registered(ORDER, ROW), make_host_answer(OWNER, ROW, has=True)])


def complaints(
    *wishes: dict[str, t.Any], rows: tuple[Application, ...] = (ROW,), memory: Memory | None = None, **seen: t.Any
) -> list[str]:
    observed = Observed(applications=rows, as_of=MADE_AT, **seen)
    try:
        make_plan(portfolio(*wishes), observed, portfolio="p", memory=memory)
    except OrdersRefused as error:
        return [complaint.rule for complaint in error.complaints]
    return []


@pytest.mark.parametrize("keeps_references", [True, False])
@pytest.mark.parametrize(
    ("pinned", "memory", "expected"),
    [
        (CANCELLED, None, TWICE),
        (CANCELLED, OF_NOBODY, TWICE),
        (CANCELLED, OF_WWW, TWICE),
        (CANCELLED, OF_PINNED, []),
        (CANCELLED, OF_STRANGER, []),
        (CANCELLED, OF_BOTH, []),
        (PINNED, OF_WWW, TWICE),
        (PINNED, None, []),
        (PINNED, OF_NOBODY, []),
        (PINNED, OF_PINNED, []),
        (PINNED, OF_STRANGER, []),
        (PINNED, OF_BOTH, []),
    ],
)
def test_whose_contract_it_is(
    pinned: dict[str, t.Any], memory: Memory | None, expected: list[str], keeps_references: bool
) -> None:
    assert complaints(WWW, memory=memory) == []
    assert complaints(WWW, pinned, memory=memory, keeps_references=keeps_references) == expected


@pytest.mark.parametrize(
    ("www", "row"),
    [
        ({**WWW, "generation": 2, "replaces": "rsc00000001"}, ROW),
        ({**WWW, "product": "sureserver_ev_cloud"}, ROW),
        ({**WWW, "state": "cancelled", "contract_id": "rsc00000002"}, ROW),
        ({**WWW, "contract_id": "rsc00000002"}, ROW),
        (WWW, dc.replace(ROW, given_up=True)),
        (WWW, dc.replace(ROW, state=State.EXPIRED)),
        (WWW, dc.replace(ROW, client_reference="p/pinned/1")),
    ],
    ids=["replaces", "product", "both cancelled", "both pinned", "given up", "ended", "by reference"],
)
def test_what_is_meant_goes_on(www: dict[str, t.Any], row: Application) -> None:
    """Another purchase is asked for, each order has its own, or the contract is cancelled already."""
    other = booked(ORDER, None, number=2, state=State.ISSUED)
    rows = (row, other) if "contract_id" in www else (row,)
    assert complaints(www, CANCELLED, rows=rows) == []


ANOTHER: t.Final = {**WWW, "generation": 2}
SECOND: t.Final = {key: value for key, value in PINNED.items() if key != "duplicate_of"}
GIVEN_UP: t.Final = dc.replace(ROW, given_up=True)


@pytest.mark.parametrize("memory", [None, OF_NOBODY, OF_WWW, OF_PINNED, OF_STRANGER, OF_BOTH])
@pytest.mark.parametrize("keeps_references", [True, False])
@pytest.mark.parametrize(
    ("www", "pinned", "row"),
    [
        (ANOTHER, CANCELLED, ROW),
        (ANOTHER, PINNED, ROW),
        ({**ANOTHER, "duplicate_of": "pinned"}, SECOND, ROW),
        ({**WWW, "duplicate_of": "pinned"}, SECOND, ROW),
        ({**WWW, "duplicate_of": "rsc00000001"}, SECOND, ROW),
        (WWW, CANCELLED, GIVEN_UP),
        (WWW, PINNED, GIVEN_UP),
    ],
)
def test_another_purchase_may_be_meant(
    www: dict[str, t.Any], pinned: dict[str, t.Any], row: Application, memory: Memory | None, keeps_references: bool
) -> None:
    assert complaints(www, pinned, rows=(row,), memory=memory, keeps_references=keeps_references) == []


@pytest.mark.parametrize(
    ("written", "before", "expected"),
    [
        ({"generation": 2}, dc.replace(ROW, contract_id="rsc00000009", state=State.REJECTED), TWICE),
        ({"generation": 2}, dc.replace(GIVEN_UP, contract_id="rsc00000009"), TWICE),
        ({"generation": 3}, dc.replace(ROW, contract_id="rsc00000009", state=State.REJECTED), []),
        ({"generation": 2, "replaces": "rsc00000009"}, dc.replace(ROW, contract_id="rsc00000009"), TWICE),
        ({"generation": 3, "replaces": "rsc00000009"}, dc.replace(ROW, contract_id="rsc00000009"), []),
        ({"generation": 2}, dc.replace(ROW, contract_id="rsc00000009", common_name="x.example.jp"), []),
        # It was its own first, before its product or name was changed.
        ({"generation": 2}, dc.replace(FIRST, common_name="x.example.jp"), TWICE),
        ({"generation": 2}, dc.replace(FIRST, product="secure_server_id_ev"), TWICE),
        ({"generation": 3}, dc.replace(FIRST, product="secure_server_id_ev"), []),
    ],
)
@pytest.mark.parametrize("memory", [None, OF_WWW])
def test_the_generation_of_a_contract_is_told_by_those_before(
    written: dict[str, t.Any], before: Application, expected: list[str], memory: Memory | None
) -> None:
    """The CA has rejected the first, say, and the second was bought in a browser: it is that of this generation."""
    assert complaints({**WWW, **written}, CANCELLED, rows=(before, ROW), memory=memory) == expected


def test_both_orders_are_told_how_another_purchase_is_meant() -> None:
    with pytest.raises(OrdersRefused) as caught:
        make_plan(portfolio(WWW, CANCELLED), Observed(applications=(ROW,), as_of=MADE_AT), portfolio="p")
    for complaint in caught.value.complaints:
        for words in (complaint.todo.en, complaint.todo.ja):
            assert "generation" in words and "replaces: rsc00000001" in words
    advised = {**WWW, "generation": 2, "replaces": "rsc00000001"}
    assert complaints(advised) == complaints(advised, CANCELLED) == []


def test_an_order_that_has_another_contract_is_asked_nothing() -> None:
    other = booked(ORDER, "p/www/1", number=2, state=State.ISSUED)
    assert complaints(WWW, CANCELLED, rows=(ROW, other)) == []


def test_a_run_of_what_is_due_leaves_both_out() -> None:
    plan = make_plan(
        portfolio(WWW, CANCELLED), Observed(applications=(ROW,), as_of=MADE_AT), portfolio="p", due_only=True
    )
    assert not plan.entries and {remark.order for remark in plan.remarks} == {"www", "pinned"}
