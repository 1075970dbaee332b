# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With desk: by_hand a work sheet is what spends: nobody is asked to buy what a limit forbids."""

from __future__ import annotations

import dataclasses as dc
import json
import typing as t

import pytest
import yaml
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

PRICES: t.Final = {"sureserver_cloud": {"6 months": 30_000}}
FREE: t.Final[dict[str, t.Any]] = {"max_new_orders": None, "budget": None, "prices": PRICES}
LIMITS: t.Final = ({"max_new_orders": 1}, {"budget": 59_999}, {"max_new_orders": 0, "budget": 0})


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """A register in which one contract of three orders waits for its registration."""
    folder = tmp_path / "by-hand"
    folder.mkdir()
    contract = {
        "contract_id": "rsc00000001", "client_reference": "default/www/1", "common_name": "www.example.jp",
        "product": "sureserver_cloud", "term": "6 months", "usage": "other", "state": "awaiting_registration",
    }  # fmt: skip
    (folder / "register.yml").write_text(yaml.safe_dump({"version": 1, "contracts": [contract]}), encoding="utf-8")
    return folder


@pytest.fixture
def tasks(desk: DeskControl, tmp_path: pathlib.Path, folder: pathlib.Path) -> Tasks:
    tasks = dc.replace(Site(desk, tmp_path).tasks, desk=lambda _role: {"desk": "by_hand", "desk_folder": str(folder)})
    orders = [sample.fields(name=name, common_name=f"{name}.example.jp") for name in ("www", "api", "shop")]
    tasks.options.update(orders=orders, **FREE)
    return tasks


def on_sheets(folder: pathlib.Path) -> dict[str, list[str]]:
    sheets = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((folder / "sheets").glob("*_admin.json"))]
    return {sheet["role"]: [item["order"] for group in sheet["groups"] for item in group["items"]] for sheet in sheets}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_plan_past_a_limit_asks_nobody_to_buy(tasks: Tasks, folder: pathlib.Path, limit: dict[str, int]) -> None:
    tasks.options.update(limit)
    result = tasks.run("cert_portfolio", state="planned")
    assert result["complaints"], "what an apply would refuse is told"
    assert on_sheets(folder) == {"service_admin": ["www"]}, "what is bought already is registered in time"
    assert "group_admin.html" not in result["text"]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_run_that_a_limit_refuses_leaves_no_sheet_that_asks_for_it(
    tasks: Tasks, folder: pathlib.Path, limit: dict[str, int]
) -> None:
    tasks.run("cert_portfolio", state="planned")
    assert on_sheets(folder) == {"group_admin": ["api", "shop"], "service_admin": ["www"]}
    tasks.options.update(limit)
    assert tasks.apply()["failed"]
    assert on_sheets(folder) == {"service_admin": ["www"]}
    assert not list((folder / "sheets").glob("*group_admin*")), "nobody had filled it in"


def test_what_was_filled_in_before_the_refusal_is_kept(tasks: Tasks, folder: pathlib.Path) -> None:
    tasks.run("cert_portfolio", state="planned")
    (file,) = (folder / "sheets").glob("record_group_admin_*.yml")
    filled = file.read_text(encoding="utf-8").replace("date:", "date: 2026-11-20", 1)
    file.write_text(filled, encoding="utf-8")
    tasks.options["max_new_orders"] = 1
    assert tasks.apply()["failed"]
    assert file.read_text(encoding="utf-8") == filled
    assert on_sheets(folder) == {"service_admin": ["www"]}


def test_within_the_limits_people_are_asked_for_all_of_it(tasks: Tasks, folder: pathlib.Path) -> None:
    tasks.options.update(max_new_orders=2, budget=60_000)
    assert "complaints" not in tasks.run("cert_portfolio", state="planned")
    assert on_sheets(folder)["group_admin"] == ["api", "shop"]


def test_a_task_for_one_order_says_that_people_have_to_do_it(tasks: Tasks, folder: pathlib.Path) -> None:
    """It writes no sheet, which would take the place of that of all orders, and changes nothing."""
    tasks.run("cert_portfolio", state="planned")
    before = on_sheets(folder)
    alone = dc.replace(tasks, options=FREE)
    for name in ("www", "api"):
        order = sample.fields(name=name, common_name=f"{name}.example.jp")
        for check in (True, False):
            result = alone.run("cert_application", order=order, check=check)
            assert result["changed"] is False and not result.get("failed")
            assert any(warning.startswith(f"{name}: nothing is done by this task") for warning in result["warnings"])
    assert on_sheets(folder) == before


def test_a_check_foretells_what_the_run_reports(tasks: Tasks) -> None:
    """People register: what changes is on the host, and once its CSR is kept nothing does."""
    result = tasks.run("csr_register", check=True)
    assert "www" in [row["name"] for row in result["registrations"]]
    assert result["changed"] is False and not result["diff"]["after"]
    for check in (False, True, False):
        result = tasks.run("csr_register", check=check)
        assert result["changed"] is False, check
