# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may have been booked already is handed to nobody, until the ledger knows that it was not."""

from __future__ import annotations

import dataclasses as dc
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import HIDDEN
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending import unsettled
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.unsettled import (
    find_unsettled,
    leave_unsettled,
)
from portfolios import DV, LINKED, OV, DeskInMemory, before_end, booked, certified, now, portfolio

NEW = portfolio(OV, DV)
(RENEWED,) = portfolio(OV | {"renewal": {"when": "window"}})
ROW = certified(booked(RENEWED, "p/www/1"))
SERVICE = {"service": "gio_content_acceleration", "contract_id": "gca00000001", "was": "gca00000009"}
(LINK,) = portfolio(LINKED | {"linked_contract": SERVICE})
OLD_LINK = dc.replace(certified(booked(LINK, "p/cdn/1")), linked_contract_id="gca00000009")


def plan_of(desk: DeskInMemory, *orders: t.Any) -> Plan:
    return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p", spread=False)


@pytest.mark.parametrize(
    ("orders", "rows", "step"),
    [(NEW, [], Step.PLACE), ((RENEWED,), [ROW], Step.RENEW), ((LINK,), [OLD_LINK], Step.RELINK)],
    ids=["new", "renewal", "link"],
)
def test_a_call_without_an_answer_is_nobodys_to_repeat(
    orders: t.Any, rows: t.Any, step: Step, tmp_path: pathlib.Path
) -> None:
    desk = DeskInMemory(rows=list(rows), as_of=before_end(28, ROW), losses=iter(["before"] * 4))
    ledger = Ledger(tmp_path / "ledger", now=now)
    performer = Performer(
        desk=desk, ledger=ledger, portfolio="p", sleep=lambda _seconds: None, now=now, progress=lambda _outcome: None
    )
    plan = plan_of(desk, *orders)
    assert step in {one for _entry, one in plan.list_steps()}
    assert leave_unsettled(plan, ledger, portfolio="p") == plan, "nothing was tried yet"
    first = next((entry, one) for entry, one in plan.list_steps() if one is step)
    (outcome,) = performer.perform_contracts([first])
    assert outcome.unknown
    left = leave_unsettled(plan_of(desk, *orders), ledger, portfolio="p")
    assert [entry.order.name for entry in left.entries] == [one.name for one in orders if one != first[0].order]
    (outcome,) = performer.perform_contracts([first])
    assert outcome.error is None
    assert step not in {one for _entry, one in plan_of(desk, first[0].order).list_steps()}


@pytest.mark.parametrize(
    ("line", "is_held"),
    [
        ({"common_name": NEW[0].common_name}, True),
        ({"common_name": HIDDEN}, True),
        ({}, True),  # a ledger of before
        ({"common_name": "other.example.jp"}, False),
        ({"common_name": "other.example.jp", "client_reference": "p/www/1"}, True),  # its name was corrected since
        ({"common_name": NEW[0].common_name, "client_reference": "p/other/1"}, True),
    ],
)
def test_an_attempt_is_found_by_whatever_it_names(
    line: dict[str, str], tmp_path: pathlib.Path, *, is_held: bool
) -> None:
    ledger = Ledger(tmp_path / "ledger", now=now)
    ledger.intend(Step.PLACE.value, order="any", **line)
    plan = plan_of(DeskInMemory(), NEW[0])
    assert [entry.order for entry in find_unsettled(plan, ledger, portfolio="p")] == [NEW[0]] * is_held


def test_no_order_costs_a_walk_through_an_old_ledger(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = tuple(dc.replace(NEW[0], name=f"w{number}", common_name=f"w{number}.example.jp") for number in range(50))
    ledger = Ledger(tmp_path / "ledger", now=now)
    for order in orders:
        ledger.intend(Step.PLACE.value, order=order.name, common_name=order.common_name)
    compared: list[object] = []
    is_about = unsettled._is_about
    monkeypatch.setattr(unsettled, "_is_about", lambda *what, **of: compared.append(what) or is_about(*what, **of))
    assert len(find_unsettled(plan_of(DeskInMemory(), *orders), ledger, portfolio="p")) == len(orders)
    assert len(compared) <= 2 * len(orders)
