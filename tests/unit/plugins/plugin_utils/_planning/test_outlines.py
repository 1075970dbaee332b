# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order with a mistake is left out of a run of what is due, and keeps its contract, also where no desk names it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_silent
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.slices import Slice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed, State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Wanted
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import Screens
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    DV,
    OV,
    TODAY,
    apart,
    before_end,
    booked,
    certified,
    portfolio,
)

FIRST: t.Final = {**OV, "name": "www"}
OLDEST: t.Final = {"name": "aaa", "duplicate_of": "www", "key": {"path": "/k/a"}, "install": {"certificate": "/a"}}
LATEST: t.Final = {"name": "xtra", "duplicate_of": "www", "key": {"path": "/k/x"}, "install": {"certificate": "/x"}}
WRONG: t.Final = {"approval_email": "nobody"}


def due(*fields: dict[str, t.Any], contracts: int) -> tuple[dict[str, str], list[str], list[str]]:
    """Which order has which contract, the rules of what is left out, and the contracts that no order names."""
    judged, desk = judge_orders(read_inline(apart(fields)), day=TODAY), Screens()
    for number in range(1, contracts + 1):
        desk.put(booked(portfolio(FIRST)[0], None, number=number, state=State.ISSUED))
    orders = judged.list_flawless()
    seen = observe(desk, orders, portfolio="p", offers=False)
    plan = make_plan(orders, seen, portfolio="p", due_only=True, outlines=judged.outlines)
    claimed = {entry.order.name: entry.application.contract_id for entry in plan.entries if entry.application}
    return claimed, [remark.rule for remark in plan.remarks], [app.contract_id for app in plan.unmanaged]


@pytest.mark.parametrize("twin", [OLDEST, LATEST])
@pytest.mark.parametrize("wrong", ["www", "twin"])
def test_a_mistake_changes_nobodys_contract(twin: dict[str, t.Any], wrong: str) -> None:
    both = (FIRST, {**FIRST, **twin})
    whole, _remarks, _unmanaged = due(*both, contracts=2)
    names = ("www", twin["name"])
    assert sorted(whole) == sorted(names)
    left = names[wrong == "twin"]
    mistaken = [{**fields, **WRONG} if fields["name"] == left else fields for fields in both]
    claimed, remarks, unmanaged = due(*mistaken, contracts=2)
    assert claimed == {name: contract for name, contract in whole.items() if name != left}
    assert (remarks, unmanaged) == ([], [])


def test_a_twin_that_may_have_the_contract_of_what_cannot_be_read_is_left() -> None:
    claimed, remarks, _unmanaged = due(
        {**FIRST, "common_name": 1}, {**FIRST, **LATEST}, {**DV, "name": "blog"}, contracts=1
    )
    assert (claimed, remarks) == ({}, ["CONTRACT-UNSURE"])


@pytest.mark.parametrize("part", [None, *(Slice(number=number, count=2) for number in (1, 2))])
@pytest.mark.parametrize("days", [60, 34, 28, 20])
def test_what_silence_renews_is_told_under_the_name_of_an_order_with_a_mistake(days: int, part: Slice | None) -> None:
    """Once, by the runner whose order it is."""
    judged = judge_orders(read_inline([{**FIRST, **WRONG}]), day=TODAY)
    row = certified(booked(portfolio(FIRST)[0], None))
    seen = Observed(applications=(row,), keeps_references=False, as_of=before_end(days, row))
    plan = make_plan((), seen, portfolio="p", due_only=True, outlines=judged.outlines).take_slice(part)
    expected = 28 <= days < 35 and (part is None or part.holds("www"))
    assert [(one.order, one.application) for one in find_silent(plan, None)] == ([("www", row)] if expected else [])


def test_what_no_order_names_is_told_whatever_has_a_mistake() -> None:
    assert due({**DV, "name": "blog", **WRONG}, contracts=1)[2] == ["rsc00000001"]
    assert due({**FIRST, **WRONG}, contracts=1)[2] == []


@pytest.mark.parametrize("wrong", [WRONG, {"product": "none"}, {"state": "cancelled", "key": {"path": "/k/w", "x": 1}}])
def test_what_can_be_read_of_the_files_of_an_order_with_a_mistake(wrong: t.Any) -> None:
    fields = {**FIRST, "key": {"path": "/k//w"}, "install": {"certificate": "/w", "chain": "w"}, **wrong}
    (outline,) = judge_orders(read_inline([fields]), day=TODAY).outlines
    assert (outline.host, outline.key_path) == ("web1", "/k/w")
    assert "/w" in outline.paths and "w" not in outline.paths
    assert (outline.state is Wanted.CANCELLED) == ("state" in wrong)
    (nowhere,) = judge_orders(read_inline([{**fields, "host": 7}]), day=TODAY).outlines
    assert (nowhere.key_path, nowhere.paths) == (None, ()), "they are on no host that is known"


def test_a_file_that_another_order_has_by_name_is_not_its_own() -> None:
    added = {**FIRST, "name": "xtra", "duplicate_of": "www", "key": {"path": "/k/x"}}
    both = ({**FIRST, "install": {"certificate": "/w"}}, {**added, "install": {"certificate": "/./w", "chain": "/x"}})
    judged = judge_orders(read_inline(apart(both)), day=TODAY)
    assert [order.name for order in judged.list_flawless()] == ["www"]
    (outline,) = judged.outlines
    assert outline.key_path == "/k/x" and "/w" not in outline.paths and "/x" in outline.paths
