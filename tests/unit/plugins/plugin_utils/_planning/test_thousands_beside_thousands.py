# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New orders beside contracts of others: that they are not alike is seen by their names, before anything is worded."""

from __future__ import annotations

import dataclasses as dc

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning import claims, rivals
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from portfolios import OV, booked, portfolio

MANY = 60


@pytest.mark.parametrize("reference", [None, "other/x/1"])
def test_contracts_of_other_names_are_not_compared(reference: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def count(order: object, app: object) -> tuple[()]:
        compared.append(f"{order} {app}")
        return ()

    (order,) = portfolio(OV)
    orders = [dc.replace(order, name=f"n{each}", common_name=f"n{each}.example.jp") for each in range(MANY)]
    rows = [
        dc.replace(
            booked(order, reference and f"{reference}{each}", number=each + 1), common_name=f"m{each}.example.jp"
        )
        for each in range(MANY)
    ]
    monkeypatch.setattr(claims, "find_differences", count)
    monkeypatch.setattr(rivals, "find_natural_differences", count)
    plan = make_plan(orders, Observed(applications=tuple(rows)), portfolio="p")
    assert len(list(plan.list_steps())) == 2 * MANY
    assert not compared
