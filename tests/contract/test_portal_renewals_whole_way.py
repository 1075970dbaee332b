# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that lives on, from end to end, over the portal's screens, which show no fingerprints."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal import remembered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import START, Site, kinds
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    at_api = Site(desk, tmp_path)
    user, password = desk.group_admin
    portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
              "request_interval": 0, "listing_lag": 0}  # fmt: skip
    at_api.tasks = dc.replace(at_api.tasks, desk=lambda _role: portal)
    return at_api


def test_two_periods_with_a_new_key_each(site: Site) -> None:
    serial, key = site.first_certificate(), site.hosts.key("web1", "www")
    for _period in range(2):
        site.days_before_end(28)
        site.tasks.renew()
        assert site.application()["procedure"]["state"] == "applied", "ordered and registered in one run"
        site.desk.ca_work()
        site.tasks.renew()
        assert site.hosts.serial("web1", "www") != serial
        assert site.hosts.key("web1", "www") != key
        serial, key = site.hosts.serial("web1", "www"), site.hosts.key("web1", "www")
    assert kinds(site.desk) == ["new", "renewal", "renewal"]


def test_a_reissue_in_a_browser_reaches_its_host_within_a_week(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row may be the one of before, so a certificate that nobody has looked at for a week is looked at."""
    serial = site.first_certificate()
    api, (order,) = api_of(site), judge_orders(read_inline([site.fields]), day=START.date()).accept()
    (application,) = api.list_applications()
    site.set_clock(START + dt.timedelta(days=40))
    reissued = api.reissue(application, order, "by-hand/www/1", "wrong_content")
    api.register(
        reissued, order, sample.csr_of(load_pem_private_key(site.hosts.key("web1", "www"), None), "www.example.jp")
    )
    site.desk.ca_work()
    site.hosts.visits.clear()
    site.tasks.renew()
    assert site.hosts.visits == []
    monkeypatch.setattr(remembered, "_OLDEST_FINGERPRINT", -1)
    site.tasks.renew()
    assert site.hosts.serial("web1", "www") != serial


def api_of(site: Site) -> ApiDesk:
    return ApiDesk(ApiConnection(url=site.desk.url, token=site.desk.order_token))
