# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A supplied CSR is to have a new key at each renewal: the old one waits to the last days, and that is told."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.mark.parametrize("way", ["api", "portal", "portal, by a new runner"])
def test_the_csr_of_last_time_is_not_registered_on_the_first_day(
    desk: DeskControl, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    csr = tmp_path / "www.csr"
    csr.write_text(sample.csr_of(sample.new_key(), "www.example.jp"), encoding="utf-8")
    site = Site(
        desk, tmp_path, csr_origin="supplied", csr_path=str(csr), host=None, key=None, install=None, subject=None
    )
    if way != "api":
        user, password = desk.group_admin
        portal = {"desk": "portal", "desk_url": desk.portal_url, "portal_user": user, "portal_password": password,
                  "request_interval": 0, "listing_lag": 0}  # fmt: skip
        site.tasks = dc.replace(site.tasks, desk=lambda _role: portal)
    site.tasks.apply()
    desk.ca_work()
    site.days_before_end(28)
    if "new runner" in way:
        (memory,) = (tmp_path / "XDG_STATE_HOME").rglob("*.memory.jsonl")  # of this test alone (conftest)
        memory.unlink()
    capsys.readouterr()
    site.tasks.renew()
    told = capsys.readouterr().out
    assert site.application()["procedure"]["state"] == "awaiting_registration", told
    assert ("RENEWAL-KEY-UNKNOWN" if "new runner" in way else "RENEWAL-CSR-SAME") in told
