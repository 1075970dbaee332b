# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list that lags shows the contract of one twin before that of the other, whose answer was lost."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._spending.test_by_list import (
    OV,
    TWIN,
    Runs,
    Screens,
    portfolio,
)

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order


class Lagging(Screens):
    """Its list shows nothing of what was bought lately."""

    def place(self, order: Order, client_reference: str) -> Application:
        try:
            return super().place(order, client_reference)
        finally:
            self.late |= {row.contract_id for row in self.rows}


@pytest.fixture
def runs(tmp_path: pathlib.Path) -> Runs:
    return Runs(Lagging(), tmp_path)


def test_what_the_ledger_says_was_booked_by_another_attempt_is_no_arrival(runs: Runs) -> None:
    orders = portfolio(OV, TWIN)
    runs.desk.losses_of = {"xtra": "late"}
    assert runs.apply(*orders) == ["www bought", "xtra OutcomeUnknown"]
    runs.desk.late.discard("rsc00000001")  # the list has caught up with the first purchase, not with the second one
    runs.apply(*orders)
    assert runs.desk.purchases == ["www", "xtra"], "each order was pressed once"
