# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other paths for all orders in one commit: what each order has bought stays its own, also where no desk says whose."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


def test_twins_keep_their_contracts_when_their_paths_change(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    site = Site(desk, tmp_path)
    user, password = desk.group_admin
    portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip
    site.tasks = dc.replace(site.tasks, desk=lambda _role: portal, inventory=("localhost", "web1", "web2"))
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    twin = sample.fields(**site.hosts.place("web2", "aaa"), name="aaa", duplicate_of="www", renewal={"when": "window"})
    site.tasks.options["orders"].append(twin)
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    www, aaa = sorted(desk.list_applications())
    serials = {contract: row["serial_number"] for contract, row in desk.list_applications().items()}
    assert (site.hosts.serial("web1", "www"), site.hosts.serial("web2", "aaa")) == (serials[www], serials[aaa])
    for order, host in ((site.fields, "web1"), (twin, "web2")):
        folder = site.hosts.folder / host / "tls"
        folder.mkdir()
        order["install"] = {"certificate": str(folder / "site.pem")}
    site.tasks.results.clear()
    site.tasks.collect()
    failed = [result["msg"] for result in site.tasks.results if result.get("failed")]
    assert not failed
