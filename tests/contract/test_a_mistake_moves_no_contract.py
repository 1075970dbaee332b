# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order with a mistake is left out of the daily run, and keeps its contract: its twin takes nothing over."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "with a mistake"])
@pytest.mark.parametrize("twin", ["on a host, nothing remembered", "IIJ makes its key"])
def test_the_twin_of_an_order_with_a_mistake_renews_its_own_contract(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, twin: str, broken: bool
) -> None:
    site = Site(desk, tmp_path)
    user, password = desk.group_admin
    portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip
    site.tasks = dc.replace(site.tasks, desk=lambda _role: portal, inventory=("localhost", "web1", "web2"))
    place = site.hosts.place("web2", "xtra") if twin.startswith("on a host") else {}
    site.tasks.apply()
    site.tasks.options["orders"].append(
        sample.fields(**place, name="xtra", duplicate_of="www", renewal={"when": "window"})
    )
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    www, xtra = sorted(desk.list_applications())
    if place:  # another runner, or one that keeps nothing
        for folder in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(folder, str(tmp_path / "elsewhere" / folder))
    end = dt.datetime.fromisoformat(desk.list_applications()[www]["current"]["not_after"])
    site.set_clock(end - dt.timedelta(days=28))
    if broken:
        site.fields["applicant"] = {**site.fields["applicant"], "email": "nobody"}
    site.tasks.renew()
    assert desk.list_applications()[xtra]["procedure"], "it is due, and has no mistake"
    site.fields["applicant"] = dict(sample.APPLICANT)
    site.tasks.renew()
    desk.ca_work()
    for _run in range(2):
        site.tasks.renew()
    assert site.hosts.serial("web1", "www") == desk.list_applications()[www]["serial_number"]
