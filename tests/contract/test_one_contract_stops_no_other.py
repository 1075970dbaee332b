# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the desk does with single contracts, on every day: the orders after them have their turn, too."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import NotAllowed, OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending import settlement
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    import pytest
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def three(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    site = Site(desk, tmp_path)
    for name in ("a", "b"):
        site.tasks.options["orders"].append(
            sample.fields(name=name, common_name=f"{name}.example.jp", renewal={"when": "window"})
        )
    site.tasks.options["concurrency"] = 1  # as the portal's only one; with more, the same after as many orders
    return site


def in_window(desk: DeskControl, site: Site) -> None:
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    end = min(row["current"]["not_after"] for row in desk.list_applications().values())
    site.set_clock(dt.datetime.fromisoformat(end) - dt.timedelta(days=28))


def state_of(desk: DeskControl, common_name: str) -> str | None:
    row = next(row for row in desk.list_applications().values() if row["common_name"] == common_name)
    return (row["procedure"] or {"state": None})["state"]


def test_a_contract_for_which_this_admin_may_not_register_keeps_no_other_from_it(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = three(desk, tmp_path)
    in_window(desk, site)
    register = ApiDesk.register

    def refuse_one(self: ApiDesk, application: t.Any, order: t.Any, csr: t.Any, *more: t.Any) -> t.Any:
        if order.name == "a":
            raise NotAllowed("this contract has another service admin")
        return register(self, application, order, csr, *more)

    monkeypatch.setattr(ApiDesk, "register", refuse_one)
    for _day in range(3):
        site.tasks.renew()
        site.set_clock(site.now() + dt.timedelta(days=1))
    assert state_of(desk, "a.example.jp") == "awaiting_registration"
    assert state_of(desk, "b.example.jp") == "applied"
    assert state_of(desk, "www.example.jp") == "applied"


def test_two_contracts_that_are_never_answered_keep_no_other_from_its_renewal(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = three(desk, tmp_path)
    in_window(desk, site)
    renew = ApiDesk.renew

    def lose_two(self: ApiDesk, application: t.Any, order: t.Any, reference: str) -> t.Any:
        if order.name in ("a", "b"):
            raise OutcomeUnknown("the desk answered 500")
        return renew(self, application, order, reference)

    monkeypatch.setattr(ApiDesk, "renew", lose_two)
    monkeypatch.setattr(settlement, "_PAUSE", 0)
    for _run in range(2):
        site.tasks.renew()
    assert state_of(desk, "www.example.jp") == "applied", "it was never tried"
