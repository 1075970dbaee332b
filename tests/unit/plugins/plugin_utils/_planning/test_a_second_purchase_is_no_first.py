# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""duplicate_of with a contract ID: "the contract of which this is meant to be a second purchase" is not the order's."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import Screens
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    OV,
    DeskInMemory,
    booked,
    portfolio,
)

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
