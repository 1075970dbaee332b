# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that no order names goes on by itself: the daily run tells it, also while another order has a mistake."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.watch import Watch
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


def leave_a_contract(site: Site) -> str:
    """Buy a contract, remove its order, and go to nine days before IIJ renews it; returns its ID."""
    orders = site.tasks.options["orders"]
    orders.append(sample.fields(name="old", common_name="old.example.jp"))
    site.tasks.apply()
    site.desk.ca_work()
    site.tasks.collect()
    orders.pop()
    old = next(row for row in site.desk.list_applications().values() if row["common_name"] == "old.example.jp")
    site.set_clock(dt.datetime.fromisoformat(old["current"]["not_after"]) - dt.timedelta(days=27.5))
    return str(old["contract_id"])


def make_mistake(site: Site, mistake: str) -> str:
    """Make a mistake that is none of the contract's; returns the folder of the order files."""
    orders, folder = site.tasks.options["orders"], site.hosts.folder.parent / "orders"
    wrong = {
        "no term": {"name": "new", "common_name": "new.example.jp", "term": "7 months"},
        "no name": {"name": "new", "common_name": 7},
        "unlike what was bought": {**site.fields, "name": "www", "term": "1 year"},
        "everything": {"name": "www", "common_name": "www.example.jp", "term": "7 months"},
    }.get(mistake)
    if mistake in ("unlike what was bought", "everything"):
        orders.clear()
    orders += [sample.fields(**wrong)] if wrong else []
    folder.mkdir()
    (folder / "orders.yml").write_text(yaml.safe_dump({"version": 1, "orders": orders}, allow_unicode=True))
    if mistake == "no order file":
        (folder / "other.yml").write_text("version: 1\norders: [")
    return str(folder)


MISTAKES: t.Final = ("none", "no term", "no name", "unlike what was bought", "everything", "no order file")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_channel_tells_what_silence_renews_whatever_has_a_mistake(
    desk: DeskControl, tmp_path: pathlib.Path, mistake: str
) -> None:
    site = Site(desk, tmp_path)
    contract_id, folder = leave_a_contract(site), make_mistake(site, mistake)
    tasks = dc.replace(site.tasks, options={"order_files": folder})
    notice = tasks.run("status_notice", command=["/bin/true"])
    assert f"IIJ renews {contract_id} (old.example.jp) by itself on" in notice["text"]
    assert notice["sent"] == ["command"] and bool(notice.get("failed")) is (mistake != "none")
    status = tasks.run("cert_application_info", reports_path=str(tmp_path / "reports"))
    document = json.loads((tmp_path / "reports" / "status.json").read_text(encoding="utf-8"))
    assert [row["contract_id"] for row in document["silent"] if row["order"] is None] == [contract_id]
    assert [row["contract_id"] for row in document["unmanaged"]] == [contract_id]
    assert status["verdict"] == ("changes" if mistake == "none" else "error")
    watch = Watch({"order_files": folder, "desk_url": desk.url, "desk_token": desk.register_token})
    told = [event["order"] for event in watch.look() if event["kind"] == "silent_renewal"]
    assert contract_id in told


def test_the_contract_of_an_order_with_a_mistake_is_not_told_as_nobodys(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    site = Site(desk, tmp_path)
    contract_id = leave_a_contract(site)
    site.fields["term"] = "7 months"
    status = site.tasks.run("cert_application_info")
    assert status["failed"] and [row["contract_id"] for row in status["applications"]] == [contract_id]


def test_what_silence_renews_of_an_order_that_the_desk_contradicts_is_told_by_its_name(
    desk: DeskControl, tmp_path: pathlib.Path
) -> None:
    site = Site(desk, tmp_path)
    site.first_certificate()
    site.days_before_end(27.5)
    site.tasks.options["orders"][0] = {**site.fields, "term": "1 year"}
    notice = site.tasks.run("status_notice", command=["/bin/true"])
    assert "IIJ renews www (www.example.jp) by itself on" in notice["text"]
    assert notice["text"].count("TERM-BOUGHT") == 1


@pytest.mark.parametrize("mistake", [{"term": "7 months"}, {"term": "1 year"}], ids=["in its fields", "at the desk"])
def test_what_silence_renews_is_told_while_its_own_order_has_a_mistake(
    desk: DeskControl, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], mistake: dict[str, str]
) -> None:
    """Its contract is no other one's, and no run renews it."""
    site = Site(desk, tmp_path)
    site.tasks.options["prices"] = {"sureserver_cloud": {"6 months": 30_000}}
    site.first_certificate()
    contract_id = site.application()["contract_id"]
    site.fields |= mistake
    for days in (60, 34, 29, 28, 27.1):
        site.days_before_end(days)
        capsys.readouterr()
        result = site.tasks.renew()
        out = capsys.readouterr().out
        near = days < 35
        rows = [(row["order"], row["contract_id"], row["yen"]) for row in result["silent"]]
        assert rows == ([("www", contract_id, 30_000)] if near else [])
        assert (f"IIJ renews {contract_id} by itself on" in out) is near
        assert (result["unmanaged"], bool(result["left_out"])) == ([], True)
    site.fields["term"] = "6 months"
    assert site.tasks.renew()["silent"] == []
