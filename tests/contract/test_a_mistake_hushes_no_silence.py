# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that no order names goes on by itself: the daily run tells it, also while another order has a mistake."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "with a mistake elsewhere"])
def test_what_silence_renews_is_told_while_an_order_has_a_mistake(
    desk: DeskControl, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], broken: bool
) -> None:
    site = Site(desk, tmp_path)
    site.tasks.options["orders"].append(sample.fields(name="old", common_name="old.example.jp"))
    site.tasks.apply()
    desk.ca_work()
    site.tasks.collect()
    old = next(row for row in desk.list_applications().values() if row["common_name"] == "old.example.jp")
    site.tasks.options["orders"].pop()  # removed, and never cancelled
    if broken:
        site.tasks.options["orders"].append(sample.fields(name="new", common_name="new.example.jp", term="7 months"))
    told = []
    for days in (34, 33, 32, 31, 30, 29, 28, 27):
        site.set_clock(dt.datetime.fromisoformat(old["current"]["not_after"]) - dt.timedelta(days=days))
        capsys.readouterr()
        result = site.tasks.renew()
        out = capsys.readouterr().out
        told.append(old["contract_id"] in f"{out} {result.get('left_out')} {result.get('silent')} {result.get('msg')}")
    site.set_clock(dt.datetime.fromisoformat(old["current"]["not_after"]) - dt.timedelta(days=25))
    assert "silence" in [row["kind"] for row in desk.control("GET", "/purchases")["results"]]
    assert any(told), f"{old['contract_id']} was renewed by itself, and no run had said so"
