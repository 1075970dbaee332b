# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that its order keeps, and that somebody has cancelled, is named by the daily notice, too."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.notices import make_notice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    MADE_AT,
    OV,
    DeskInMemory,
    booked,
    certified,
    portfolio,
)


@pytest.mark.parametrize("first", [True, False], ids=["before its first certificate", "afterwards"])
@pytest.mark.parametrize("state", [State.WITHDRAWN, State.REVOKED, State.CANCELLED])
def test_a_contract_that_ended_against_its_order_is_in_the_notice(state: State, first: bool) -> None:
    orders = portfolio(OV)
    row = booked(orders[0], orders[0].client_reference("p"))
    row = row if first else certified(row)
    desk = DeskInMemory()
    desk.put(dc.replace(row, state=state))
    desk.as_of = MADE_AT if first or row.not_after is None else row.not_after + dt.timedelta(days=1)
    plan = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT)
    assert make_notice(describe_plan(plan, frame, planned=False)), "the host has no valid certificate"
