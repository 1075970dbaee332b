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
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lifecycle import last_day_before
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.notices import make_notice
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.memory_file import read_memory
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import portal_of
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


def test_what_a_host_still_has_ends_as_a_deadline(site: Site, tmp_path: pathlib.Path) -> None:
    """The portal shows the next certificate only; the host's is known by its last answer."""
    site.first_certificate()
    site.days_before_end(28)
    end = dt.datetime.fromisoformat(site.application()["current"]["not_after"])
    site.tasks.renew()
    site.desk.ca_work()
    site.hosts.down = {"web1"}
    site.set_clock(end - dt.timedelta(days=5))
    for _run in range(2):
        site.tasks.renew()
    orders = judge_orders(read_inline([site.fields]), day=START.date()).accept()
    options = {"portfolio": "default", **site.tasks.desk("order")}
    observed = observe(portal_of(site.desk, tmp_path), orders, portfolio="default")
    plan = make_plan(orders, observed, portfolio="default", memory=read_memory(options))
    frame = Frame(portfolio="default", part=None, prices=None, lang="en", made_at=site.now())
    notice = make_notice(describe_plan(plan, frame, planned=False))
    assert notice
    assert f"until {last_day_before(end)}" in notice.text


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
