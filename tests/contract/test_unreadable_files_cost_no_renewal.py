# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that nobody can read costs its own orders their work, and no other order anything."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

Json = dict[str, t.Any]
UNREADABLE: t.Final = (
    b"version: 1\norders:\n  - name: [\n",
    b"version: 7\norders: []\n",
    b"version: 1\norders: {}\n",
    b"\xff",
    b"version: 1\norders:\n  - term: 6 months\n",  # and no name
)
UNSURE: t.Final = "What is shown as not managed may be what an order that cannot be read is for."


class Files:
    """The order files of a site."""

    def __init__(self, site: Site, folder: pathlib.Path) -> None:
        self.site, self.folder = site, folder / "orders"
        (self.folder / ".git").mkdir(parents=True)
        site.tasks.options.pop("orders")
        site.tasks.options["order_files"] = str(self.folder)
        other = sample.fields(**site.hosts.place("web1", "blog"), renewal={"when": "window"})
        self.www, self.blog = dict(site.fields), {**other, "name": "blog"}

    def write(self, name: str, *orders: Json) -> None:
        document = json.loads(json.dumps({"version": 1, "orders": orders}))
        (self.folder / f"{name}.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    def buy(self) -> None:
        self.site.tasks.apply()
        self.site.desk.ca_work()
        self.site.tasks.collect()

    def go_to_renewal(self) -> None:
        """Go to the window of the contract that ends first."""
        ends = [row["current"]["not_after"] for row in self.site.desk.list_applications().values()]
        self.site.set_clock(dt.datetime.fromisoformat(min(ends)) - dt.timedelta(days=28))


@pytest.fixture
def files(desk: DeskControl, tmp_path: pathlib.Path) -> Files:
    return Files(Site(desk, tmp_path), tmp_path)


@pytest.mark.parametrize("broken", UNREADABLE)
def test_no_contract_of_an_unreadable_file_is_said_to_be_nobodys(
    files: Files, capsys: pytest.CaptureFixture[str], broken: bytes
) -> None:
    files.write("a", files.www)
    files.write("b", {**files.blog, "common_name": "blog.example.jp"})
    files.buy()
    files.site.desk.advance(60)
    files.write("c", sample.fields(name="far", common_name="far.example.jp"))
    files.buy()
    files.go_to_renewal()
    (files.folder / "b.yml").write_bytes(broken)
    (files.folder / "c.yml").unlink()
    capsys.readouterr()
    result = files.site.tasks.renew()
    shown = capsys.readouterr().out
    assert kinds(files.site.desk) == ["new", "new", "new", "renewal"]
    assert shown.count(UNSURE) == 1 and shown.index(UNSURE) > shown.index("unmanaged: ")
    assert {row["contract_id"] for row in result["silent"]} >= set(result["unmanaged"]), "only what is about to cost"


def test_what_no_order_names_is_told_without_doubt_where_all_files_are_read(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write("a", files.www)
    files.write("b", {**files.blog, "common_name": "blog.example.jp"})
    files.buy()
    files.go_to_renewal()
    (files.folder / "b.yml").unlink()
    capsys.readouterr()
    files.site.tasks.renew()
    shown = capsys.readouterr().out
    assert "no order names it" in shown and UNSURE not in shown


@pytest.mark.parametrize("case", ["in an unreadable file", "of another portfolio", "beside a pinned one"])
def test_a_double_that_is_meant_holds_no_renewal(files: Files, case: str) -> None:
    files.write("a", files.www)
    files.buy()
    files.site.desk.advance(30)
    double, options = {**files.blog, "common_name": "www.example.jp"}, files.site.tasks.options
    if case == "in an unreadable file":
        files.write("b", {**double, "duplicate_of": "www"})
        files.buy()
        (files.folder / "b.yml").write_bytes(UNREADABLE[0])
    else:
        options["portfolio"] = "two"
        files.write("a", {**double, "duplicate_of": "rsc00000001"})
        files.buy()
        options["portfolio"] = "default"
        files.write("a", {**files.www, **({"contract_id": "rsc00000001"} if case == "beside a pinned one" else {})})
    files.go_to_renewal()
    result = files.site.tasks.renew()
    assert kinds(files.site.desk) == ["new", "new", "renewal"]
    assert files.site.desk.list_applications()["rsc00000001"]["procedure"]["state"] == "applied"
    assert all("www" not in line.partition(":")[0] for line in result["left_out"]), result["left_out"]
