# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An order that is cancelled while a reissue or a continuation is open: that one is registered, and the contract ends.

The certificate that nothing costs is used to its end like one that is paid for.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.contract.test_desks_with_other_habits import EARLY, YEARLY
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(desk: DeskControl, tmp_path: pathlib.Path) -> Site:
    return Site(desk, tmp_path)


@pytest.fixture
def continuing(tmp_path: pathlib.Path) -> Iterator[Site]:
    """A paid year, at a desk whose second certificate inside of it takes another CSR."""
    with running_desk(tmp_path, "--second-certificate", "with-csr") as control:
        site = Site(control, tmp_path, **YEARLY)
        site.set_clock(EARLY)
        yield site


def reissued(site: Site) -> None:
    """Order a reissue, and leave it unregistered."""
    site.first_certificate()
    site.fields["reissue"] = {"serial": site.application()["serial_number"], "reason": "key_lost"}
    site.tasks.run("cert_portfolio", state="applied")
    assert site.application()["procedure"]["state"] == "awaiting_registration"


def cancel(site: Site) -> None:
    site.fields |= {"state": "cancelled", "contract_id": site.application()["contract_id"]}


def followed(site: Site, serial: str) -> None:
    """Require that the contract ends, and that the certificate that was under way is on its host."""
    site.tasks.apply()
    assert site.application()["renewal"]["decision"] == "cancel"
    site.tasks.renew()
    assert site.application()["procedure"]["csr_origin"] == "customer"
    site.desk.ca_work()
    site.tasks.renew()
    assert site.hosts.serial("web1", "www") == site.application()["serial_number"] != serial
    assert site.tasks.renew()["verdict"] == "nothing_to_do"
    assert kinds(site.desk) == ["new"]


@pytest.mark.parametrize("first_run", ["apply", "renew"])
def test_a_reissue_that_is_open_is_registered(site: Site, first_run: str) -> None:
    reissued(site)
    serial = site.application()["serial_number"]
    cancel(site)
    getattr(site.tasks, first_run)()
    assert site.application()["procedure"]["state"] == "applied", "in the first run, also the one that cancels nothing"
    followed(site, serial)


def test_a_continuation_that_is_open_is_registered(continuing: Site) -> None:
    site = continuing
    serial = site.first_certificate()
    site.days_before_end(28)
    assert site.application()["procedure"]["kind"] == "continuation"
    cancel(site)
    followed(site, serial)


def test_what_the_desk_no_longer_cancels_is_waited_for(site: Site) -> None:
    """With its certificate past its end, or its last day to cancel, a contract goes on by what is open."""
    reissued(site)
    site.tasks.apply()
    end = dt.datetime.fromisoformat(site.application()["not_after"])
    cancel(site)
    for days in (20, -1):
        site.set_clock(end - dt.timedelta(days=days))
        result = site.tasks.apply()
        assert not result.get("failed")
        (row,) = result["orders"]
        assert (row["standing"], row["steps"]) == ("waiting", [])
        (remark,) = (line for line in result["complaints"] if line["rule"] == "CANCEL-TOO-LATE")
        assert "goes on" in remark["wrong"]
        assert "stays valid" not in result["text"]
    site.desk.ca_work()
    assert site.application()["procedure"]["state"] == "rejected", "nothing is left that it could replace"
    assert site.tasks.apply()["verdict"] == "nothing_to_do"
    assert kinds(site.desk) == ["new"]
