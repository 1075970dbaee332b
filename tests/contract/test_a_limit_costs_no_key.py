# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A limit of the daily run bounds what it buys; registering what is bought already is free, and lapses on a day."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import START, Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

DAY: t.Final = dt.timedelta(days=1)


@pytest.mark.parametrize("limit", [{}, {"max_renewals": 1}])
def test_a_renewal_that_is_open_is_registered_though_a_limit_is_passed(
    desk: DeskControl, tmp_path: pathlib.Path, limit: dict[str, int]
) -> None:
    site = Site(desk, tmp_path, renewal={"when": "silence"})
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    end = dt.datetime.fromisoformat(desk.list_applications()["rsc00000001"]["current"]["not_after"])
    for later, names in ((2, ("a", "b")), (6, ("c", "d"))):  # others whose windows open on the days that follow
        site.set_clock(START + later * DAY)
        site.tasks.options["orders"] += [
            sample.fields(name=name, common_name=f"{name}.example.jp", renewal={"when": "window"}) for name in names
        ]
        site.tasks.apply()
        desk.ca_work()
    site.tasks.options.update(limit)
    left_out = []
    for days in range(27, 19, -1):
        site.set_clock(end - days * DAY + dt.timedelta(hours=1))
        left_out += site.tasks.renew()["left_out"]
    desk.ca_work()
    www = desk.list_applications()["rsc00000001"]
    assert www["current"]["csr_origin"] == "customer", "IIJ has made the key, although a run took place every day"
    assert bool(left_out) == bool(limit), "a run with work that it leaves fails"
