# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Desks that go about it in another way than the collection expects: the desk's word counts, from plan to host."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.desk_process import running_desk
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Start = t.Callable[..., Site]
# So early that two certificates of 199 days are in a period of a year [BR 6.3.2].
EARLY: t.Final = dt.datetime(2026, 3, 20, 3, tzinfo=dt.UTC)
YEARLY: t.Final = {
    "product": "secure_server_id",
    "term": "1 year",
    "approval_email": "admin@example.jp",
    "certificate_transparency": True,
}


@pytest.fixture
def start(tmp_path: pathlib.Path) -> Iterator[Callable[..., Site]]:
    """Starts a desk with these knobs, and a site with this order."""
    with contextlib.ExitStack() as stack:

        def started(*knobs: str, **order: t.Any) -> Site:
            site = Site(stack.enter_context(running_desk(tmp_path, *knobs)), tmp_path, **order)
            site.set_clock(EARLY)
            return site

        yield started


@pytest.mark.parametrize("opens", [16, 60])
def test_the_calendar_of_the_desk_counts(start: Start, tmp_path: pathlib.Path, opens: int) -> None:
    """IIJ may move its days; orders then begin on the desk's days, and every day that is told is the desk's."""
    row = {"since": "2026-01-01", "notice": opens + 5, "addresses": opens + 1, "opens": opens}
    file = tmp_path / "calendar.json"
    file.write_text(json.dumps([{**row, "order_by": opens - 4, "update_by": opens - 9}]), encoding="utf-8")
    site = start("--calendar", str(file))
    site.first_certificate()
    site.days_before_end(opens + 0.1)
    assert site.tasks.renew()["verdict"] == "nothing_to_do"
    site.days_before_end(opens - 0.1)
    site.tasks.renew()
    assert kinds(site.desk) == ["new", "renewal"]
    assert site.application()["procedure"]["state"] == "applied"


@pytest.mark.parametrize("csr", ["on", "with-csr"])
def test_a_second_certificate_is_collected_and_not_paid(start: Start, csr: str) -> None:
    site = start("--second-certificate", csr, **YEARLY)
    first, key = site.first_certificate(), site.hosts.key("web1", "www")
    site.days_before_end(30.5)
    assert site.tasks.renew()["verdict"] == "nothing_to_do"
    site.days_before_end(28)
    site.tasks.renew()
    assert site.application()["procedure"]["kind"] == "continuation"
    assert site.application()["procedure"]["state"] == "applied", "where a CSR is wanted, the run registers it"
    assert kinds(site.desk) == ["new"]
    site.desk.ca_work()
    site.tasks.renew()
    assert site.hosts.serial("web1", "www") != first
    assert (site.hosts.key("web1", "www") == key) is (csr == "on")
    assert site.tasks.renew()["verdict"] == "nothing_to_do"
    # The next period is ordered at its end, once.
    site.days_before_end(28)
    site.tasks.renew()
    assert kinds(site.desk) == ["new", "renewal"]


def test_a_plan_says_why_nothing_is_ordered(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    site = start("--second-certificate", "with-csr", **YEARLY)
    site.first_certificate()
    site.days_before_end(28)
    site.tasks.run("cert_portfolio", state="planned", check=True)
    assert "= www: rsc00000001 gets another certificate inside its paid period" in capsys.readouterr().out


def test_a_reissue_that_asks_for_no_csr(start: Start) -> None:
    """The certificate comes back for the key that has it already: the plan goes through, and nothing is lost."""
    site = start("--reissue-asks-csr", "off")
    serial, key = site.first_certificate(), site.hosts.key("web1", "www")
    site.fields["reissue"] = {"serial": site.application()["serial_number"], "reason": "wrong_content"}
    site.tasks.apply()
    assert site.application()["procedure"]["state"] == "applied"
    site.desk.ca_work()
    site.tasks.collect()
    assert site.hosts.serial("web1", "www") != serial
    assert site.hosts.key("web1", "www") == key
    assert kinds(site.desk) == ["new"]
