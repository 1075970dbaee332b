# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A portfolio in the middle of its life, as version 0.1.0 left it: order files, ledger, saved plan and desk go on.

The files beside this one were written by that version: one order waits for its registration, one is with the CA, one
is issued, one is being installed on its linked service, and one was planned and not ordered yet.
"""

from __future__ import annotations

import pathlib
import shutil
import sqlite3
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, running_desk
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

BEFORE: t.Final = pathlib.Path(__file__).with_name("made_by_0_1_0")
LEDGER: t.Final = "default.ledger.jsonl"
BOUGHT: t.Final = 4
Json = dict[str, t.Any]


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> t.Iterator[DeskControl]:
    database = sqlite3.connect(tmp_path / "desk.sqlite3")
    database.executescript((BEFORE / "desk.sql").read_text(encoding="utf-8"))
    database.close()
    with running_desk(tmp_path, "--now", "2026-11-28T03:00:00Z") as running:  # the day after those files
        yield running


@pytest.fixture
def tasks(desk: DeskControl, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Tasks:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copytree(BEFORE / "orders", tmp_path / "orders")
    state = tmp_path / "state" / "iij.server_certificate"
    state.mkdir(parents=True)
    shutil.copy(BEFORE / LEDGER, state)
    shutil.copy(BEFORE / "plan.json", tmp_path)
    return Tasks(
        desk=lambda role: {
            "desk_url": desk.url,
            "desk_token": desk.order_token if role == "order" else desk.register_token,
        },
        options={"order_files": str(tmp_path / "orders"), "ledger_path": str(state / LEDGER)},
        folder=tmp_path,
    )


def purchases(desk: DeskControl) -> int:
    return len(desk.control("GET", "/purchases")["results"])


def test_the_plan_buys_what_was_not_bought_and_nothing_else(desk: DeskControl, tasks: Tasks) -> None:
    told = tasks.run("cert_portfolio", state="planned")
    assert not told.get("failed"), told
    steps = {row["name"]: [step["step"] for step in row["steps"]] for row in told["orders"]}
    assert {name: did for name, did in steps.items() if did} == {
        "ordered": ["place", "register"],
        "waiting": ["register"],
    }
    assert purchases(desk) == BOUGHT


def test_it_goes_on_and_pays_once(desk: DeskControl, tasks: Tasks) -> None:
    for _run in range(3):
        told = tasks.apply()
        assert not told.get("failed"), told
    assert purchases(desk) == BOUGHT + 1
    desk.ca_work()
    desk.control("PUT", "/clock", {"advance_days": 9})
    states = {row["common_name"].partition(".")[0]: row["state"] for row in desk.list_applications().values()}
    assert states == {**dict.fromkeys(("applied", "issued", "ordered", "waiting"), "issued"), "linked": "installed"}
    assert tasks.apply()["verdict"] == "nothing_to_do"


def test_no_renewal_is_bought_by_order_files_of_before(desk: DeskControl, tasks: Tasks) -> None:
    """They say nothing of renewals, so nothing is renewed; what silence will do is told."""
    tasks.apply()
    desk.ca_work()
    desk.control("PUT", "/clock", {"advance_days": 152})  # the windows of half a year are open
    told = tasks.renew()
    assert not told.get("failed"), told
    kinds = [row["kind"] for row in desk.control("GET", "/purchases")["results"]]
    assert set(kinds) == {"new"}
    assert len(tasks.run("cert_portfolio", state="planned")["silent"]) == BOUGHT + 1


def test_the_ledger_of_before_is_whole_and_goes_on(desk: DeskControl, tasks: Tasks) -> None:
    tasks.apply()
    text = pathlib.Path(tasks.options["ledger_path"]).read_text(encoding="utf-8")
    assert text.startswith((BEFORE / LEDGER).read_text(encoding="utf-8"))
    assert text.count('"intent"') == BOUGHT + 1
    assert purchases(desk) == BOUGHT + 1


def test_a_saved_plan_of_before_buys_what_it_says_and_once(desk: DeskControl, tasks: Tasks) -> None:
    for _run in range(2):
        told = tasks.run("cert_portfolio", state="applied", plan_file=str(tasks.folder / "plan.json"))
        assert purchases(desk) == BOUGHT + 1, told
    references = [row["client_reference"] for row in desk.control("GET", "/purchases")["results"]]
    assert sorted(references) == [f"default/{name}/1" for name in ("applied", "issued", "linked", "ordered", "waiting")]
