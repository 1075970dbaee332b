# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever edits term in the first period means the next one: renewal.term is advised, and no second purchase."""

from __future__ import annotations

import dataclasses as dc

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    OV,
    DeskInMemory,
    booked,
    certified,
    portfolio,
)


def test_another_term_leads_to_no_second_contract() -> None:
    (order,) = portfolio(OV)
    desk = DeskInMemory()
    desk.put(certified(booked(order, order.client_reference("p"))))
    orders = (dc.replace(order, term="1 year"),)
    with pytest.raises(OrdersRefused) as refused:
        make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    (complaint,) = refused.value.complaints
    assert "renewal" in complaint.render("en"), complaint.render("en")
