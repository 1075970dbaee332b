# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order whose contract has ended stands still until it asks for another purchase."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import ENDED, State
from portfolios import DV, OV, DeskInMemory, booked, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order


def plan_of(orders: tuple[Order, ...], row: Application) -> Plan:
    desk = DeskInMemory(rows=[row])
    return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")


@pytest.mark.parametrize(
    "change", [{"term": "1 year"}, {"common_name": "w3.example.jp"}, {"customer_code": "SG00000002"}]
)
@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_order_corrected_after_its_contract_has_ended_is_told_how_to_order_again(
    change: dict[str, str], state: State
) -> None:
    """Nothing is done with what has ended, so it stops no other order; one that is pinned to it may name a wrong ID."""
    ended = booked(portfolio(OV)[0], "p/www/1", state=state)
    orders = portfolio(OV | change, DV)
    standings = {entry.order.name: entry.standing for entry in plan_of(orders, ended).entries}
    assert standings == {"www": Standing.ENDED, "blog": Standing.TO_ORDER}
    with pytest.raises(OrdersRefused):
        plan_of(portfolio(OV | change | {"contract_id": ended.contract_id}), ended)
