# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate that has to go, from end to end: collection, rehearsal desk and hosts as folders."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import ReissueReason
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


def declare(site: Site, reason: str = "key_lost") -> None:
    """Write into the order that the certificate in use has to go."""
    site.fields["reissue"] = {"serial": site.application()["serial_number"], "reason": reason}


def test_a_new_key_and_certificate_for_nothing_and_once_for_good(site: Site) -> None:
    serial, key = site.first_certificate(), site.hosts.key("web1", "www")
    end = site.application()["not_after"]
    declare(site)
    site.tasks.apply()
    procedure = site.application()["procedure"]
    assert (procedure["kind"], procedure["state"]) == ("reissue", "applied")
    assert site.hosts.key("web1", "www") == key, "the key in use stays until the next certificate is there"
    site.tasks.apply()
    site.tasks.collect()
    assert site.hosts.serial("web1", "www") == serial
    site.set_clock(site.now() + dt.timedelta(days=5))
    site.desk.ca_work()
    site.tasks.collect()
    assert site.hosts.serial("web1", "www") != serial
    assert site.hosts.key("web1", "www") != key
    assert site.application()["not_after"] == end
    for _run in range(2):
        site.tasks.apply()
    assert site.application()["procedure"] is None
    assert kinds(site.desk) == ["new"]
    site.days_before_end(28)
    site.tasks.renew()
    assert kinds(site.desk) == ["new", "renewal"]


@pytest.mark.parametrize("reason", [*ReissueReason])
@pytest.mark.parametrize("last", ["new", "renewal", "reissue"])
def test_what_its_host_has_not_taken_yet_can_be_reissued(site: Site, last: str, reason: ReissueReason) -> None:
    """The key of the certificate waits on the host, as nobody has collected it yet."""
    if last == "new":
        site.tasks.apply()
    else:
        site.first_certificate()
        if last == "renewal":
            site.days_before_end(28)
        else:
            declare(site)
        site.tasks.apply()
    site.desk.ca_work()
    declare(site, reason)
    for _run in range(2):  # where the certificate can be installed first, the first run says so
        site.tasks.apply()
        site.tasks.collect()
    procedure = site.application()["procedure"]
    assert (procedure["kind"], procedure["state"]) == ("reissue", "applied")
    site.desk.ca_work()
    site.tasks.collect()
    assert site.hosts.serial("web1", "www") == site.application()["serial_number"] != site.fields["reissue"]["serial"]
    site.tasks.apply()
    assert not any(result.get("failed") for result in site.tasks.results[-2:])


def test_a_lost_answer_reissues_once(site: Site) -> None:
    site.first_certificate()
    declare(site, "key_compromised")
    path = f"/api/v1/applications/{site.application()['contract_id']}/reissues"
    site.desk.fault("drop_after_commit", method="POST", path=path)
    site.tasks.apply()
    site.tasks.apply()
    assert site.application()["procedure"]["kind"] == "reissue"
    assert site.application()["procedure"]["state"] == "applied"
    assert site.application()["previous"] == []


def test_a_host_that_is_down_has_nothing_reissued(site: Site) -> None:
    site.first_certificate()
    declare(site)
    site.hosts.down = {"web1"}
    site.tasks.apply()
    assert site.application()["procedure"] is None
    site.hosts.down = set()
    site.tasks.apply()
    assert site.application()["procedure"]["state"] == "applied"


def test_in_the_window_it_is_renewed_with_a_new_key(site: Site) -> None:
    site.first_certificate()
    declare(site)
    site.days_before_end(28)
    site.tasks.apply()
    assert site.application()["procedure"]["kind"] == "renewal"
    assert kinds(site.desk) == ["new", "renewal"]


def test_a_log_in_that_may_only_register_leaves_it_to_the_group_admin(site: Site) -> None:
    site.first_certificate()
    declare(site)
    registering = {"desk_url": site.desk.url, "desk_token": site.desk.register_token}
    tasks = dc.replace(site.tasks, desk=lambda _role: registering, results=[])
    found = tasks.renew()
    assert [(row["standing"], row["next_action_by"]) for row in found["orders"]] == [("to_reissue", "group_admin")]
    assert all(not result.get("failed") for result in tasks.results)
    assert site.application()["procedure"] is None
    site.tasks.renew()
    assert site.application()["procedure"]["state"] == "applied"
