# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that stopped hands on what is left to people, and never what may have been booked already."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending import by_list, settlement
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_hosts_first import tasks_at
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import no_host

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

NAMES: t.Final = ("api", "www")
ORDER_FORMS: t.Final = {"api": "/applications", "portal": "/portal/orders/confirm"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_list, "_PAUSES", (0.0,))
    monkeypatch.setattr(settlement, "_PAUSE", 0)


@pytest.fixture(params=["api", "portal"])
def tasks(request: pytest.FixtureRequest, desk: DeskControl, tmp_path: pathlib.Path) -> Tasks:
    folder = tmp_path / "by-hand"
    folder.mkdir()
    (folder / "register.yml").write_text("version: 1\ncontracts: []\n", encoding="utf-8")
    orders = [sample.fields(name=name, common_name=f"{name}.example.jp") for name in NAMES]
    options = {"orders": orders, "desk_folder": str(folder), "concurrency": 1}
    return tasks_at(desk, tmp_path, no_host, request.param, **options)


def on_sheets(tasks: Tasks) -> list[str]:
    folder = pathlib.Path(tasks.options["desk_folder"]) / "sheets"
    sheets = [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*_admin.json")]
    return sorted(item["order"] for sheet in sheets for group in sheet["groups"] for item in group["items"])


def break_orders(tasks: Tasks, desk: DeskControl, *, count: int) -> None:
    adapter = tasks.desk("order").get("desk", "api")
    desk.faults({"name": "drop_before_commit", "method": "POST", "path": ORDER_FORMS[adapter], "count": count})


def test_what_may_have_been_booked_is_ordered_by_nobody(tasks: Tasks, desk: DeskControl) -> None:
    break_orders(tasks, desk, count=99)
    for _run in range(2):
        result = tasks.run("cert_portfolio", state="applied")
        assert result["failed"]
        assert on_sheets(tasks) == [], "neither while it is unknown nor while it is held back"
        assert "work sheets" not in result["msg"]
