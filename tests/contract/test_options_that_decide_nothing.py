# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that a state of the task does not know: refused, for whoever gives them takes them to decide something."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl


@pytest.fixture
def tasks(desk: DeskControl, tmp_path: pathlib.Path) -> Tasks:
    options = {"desk_url": desk.url, "desk_token": desk.order_token}
    return Tasks(desk=lambda _role: options, options={"orders": [sample.fields()]}, folder=tmp_path)


@pytest.mark.parametrize("names", [[], ["www"]])
@pytest.mark.parametrize("state", ["checked", "planned", "prepared", "applied", "forecast"])
def test_names_to_fetch_belong_to_collecting(tasks: Tasks, desk: DeskControl, state: str, names: list[str]) -> None:
    result = tasks.run("cert_portfolio", state=state, missing=names)
    assert result["failed"] and result["msg"].startswith(f"missing works only with state=collected; with state={state}")
    assert desk.purchases() == []


@pytest.mark.parametrize("state", ["planned", "prepared", "applied"])
def test_a_digest_is_held_to_by_whoever_plans(tasks: Tasks, desk: DeskControl, state: str) -> None:
    digest = tasks.run("cert_portfolio")["digest"]
    result = tasks.run("cert_portfolio", state=state, plan_digest=digest[:-1] + ("0" if digest[-1] != "0" else "1"))
    assert result["failed"] and desk.purchases() == []
    assert not tasks.run("cert_portfolio", state=state, plan_digest=digest).get("failed")
