# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was reviewed at a rehearsal, or for people, is bought at no other desk, by its file as by its digest."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.tests.contract.test_plans_at_the_portal import at_the_portal
from ansible_collections.iij.server_certificate.tests.contract.test_renewals_whole_way import Site, kinds

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl
    from ansible_collections.iij.server_certificate.tests.runs_of_tasks import Tasks


def planned_by_hand(tasks: Tasks, folder: pathlib.Path) -> Tasks:
    desk = folder / "desk"
    desk.mkdir()
    (desk / "register.yml").write_text("version: 1\ncontracts: []\n", encoding="utf-8")
    return dc.replace(tasks, desk=lambda _role: {"desk": "by_hand", "desk_folder": str(desk)}, results=[])


def planned_by_another_name(tasks: Tasks, _folder: pathlib.Path) -> Tasks:
    here = tasks.desk("order")
    elsewhere = {**here, "desk_url": here["desk_url"].replace("127.0.0.1", "localhost")}
    return dc.replace(tasks, desk=lambda _role: elsewhere, results=[])


@pytest.mark.parametrize("where", [Site, at_the_portal])
@pytest.mark.parametrize("elsewhere", [planned_by_hand, planned_by_another_name])
@pytest.mark.parametrize("by", ["file", "digest", "both"])
def test_a_plan_is_for_its_desk(
    desk: DeskControl,
    tmp_path: pathlib.Path,
    where: Callable[..., Site],
    elsewhere: Callable[[Tasks, pathlib.Path], Tasks],
    by: str,
) -> None:
    site = where(desk, tmp_path)
    for tasks in (elsewhere(site.tasks, tmp_path), site.tasks):
        plan = tasks.run("cert_portfolio", state="planned", reports_path=str(tmp_path / "build"))
        file = {"plan_file": str(tmp_path / "build" / "plan.json")} if by != "digest" else {}
        digest = {"plan_digest": plan["digest"]} if by != "file" else {}
        result = site.tasks.run("cert_portfolio", state="applied", **file, **digest)
        assert kinds(desk) == (["new"] if tasks is site.tasks else []), result.get("msg")
