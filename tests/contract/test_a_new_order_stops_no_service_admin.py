# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The daily run of a service admin registers and collects, also while an order of the files is still to be placed."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import DeskUnreachable
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

NEW: t.Final = sample.fields(name="new", common_name="new.example.jp")
LINKED: t.Final = sample.linked_fields(name="cdn", common_name="cdn.example.jp")


@pytest.mark.parametrize("new", [NEW, LINKED], ids=["other", "linked"])
@pytest.mark.parametrize("way", ["api", "portal"])
def test_the_daily_run_of_a_service_admin_keeps_the_key_while_another_order_is_new(
    desk: DeskControl, tmp_path: pathlib.Path, way: str, new: dict[str, t.Any]
) -> None:
    site = Site(desk, tmp_path, renewal={"when": "silence"})
    user, password = desk.service_admin
    registering = {
        "api": {"desk_url": desk.url, "desk_token": desk.register_token},
        "portal": {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
                   "request_interval": 0, "listing_lag": 0},
    }[way]  # fmt: skip
    site.tasks.apply()
    desk.ca_work()
    site.tasks.options["orders"].append(new)  # reviewed and merged; the group admin has not applied it yet
    daily = dc.replace(site.tasks, desk=lambda _role: registering)
    looked = daily.run("cert_portfolio", state="planned")
    assert looked["verdict"] == "changes", looked["msg"]  # what the group admin has to do is shown to others
    result = daily.collect()
    assert "look" in result, result["msg"]
    assert site.hosts.serial("web1", "www") == desk.list_applications()["rsc00000001"]["serial_number"]
    site.days_before_end(25)  # silence has renewed
    result = daily.renew()
    assert site.application()["procedure"]["state"] == "applied", result.get("msg")


def test_the_daily_run_reads_no_offer(
    desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It places nothing, so an offer that cannot be read is no reason to keep certificates and keys waiting."""
    site = Site(desk, tmp_path, renewal={"when": "silence"})
    site.tasks.apply()
    desk.ca_work()
    site.tasks.options["orders"].append(NEW)

    def list_products(_desk: object) -> t.NoReturn:
        raise DeskUnreachable("the offer cannot be read")

    monkeypatch.setattr(ApiDesk, "list_products", list_products)
    result = site.tasks.collect(due_only=True, repair=False)  # what renew.yml begins with
    assert "look" in result, result["msg"]
    assert site.hosts.serial("web1", "www") == desk.list_applications()["rsc00000001"]["serial_number"]
