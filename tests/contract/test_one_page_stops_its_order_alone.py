# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract whose page the portal does not show, or shows otherwise, stops the orders that it may belong to."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import contracts
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

OTHER: t.Final = sample.fields(name="api", common_name="api.example.jp")


@pytest.mark.parametrize("state", ["kept", "cancelled"])
def test_a_row_without_a_link_costs_no_other_order_its_certificate(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    site = Site(desk, tmp_path, renewal={"when": "silence"})
    user, password = desk.group_admin
    portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip
    site.tasks.options["orders"].append(OTHER)
    site.tasks.apply()
    desk.ca_work()
    other = next(
        row["contract_id"] for row in desk.list_applications().values() if row["common_name"] == "api.example.jp"
    )
    if state == "cancelled":
        desk.control("POST", "/by-hand", {"contract_id": other, "act": "cancel"})
    read = contracts.read_status_list

    def without_link(window: t.Any) -> contracts.Listing:
        listing = read(window)
        listing.addresses[other] = ""  # the portal lists it, and offers nothing behind it
        return listing

    monkeypatch.setattr(contracts, "read_status_list", without_link)
    result = dc.replace(site.tasks, desk=lambda _role: portal).collect(due_only=True, repair=False)
    assert "look" in result, result["msg"]
