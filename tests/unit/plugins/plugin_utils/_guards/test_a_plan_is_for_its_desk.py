# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was reviewed at one desk, such as a rehearsal, buys nothing at another one."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import (
    VaultedWithFile,
    hide,
    hide_vaulted,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import require_saved_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import (
    describe_plan,
    have_no_commands,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.planned import (
    make_frame,
    require_reviewed,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._guards.test_saved_plan import (
    ORDERS,
    made,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import DeskInMemory

if t.TYPE_CHECKING:
    import pathlib

HERE: t.Final = "https://desk.example.jp:443"
OTHERS: t.Final = ("http://127.0.0.1:8750", "https://desk.example.jp:8443", "by_hand")


def save(folder: pathlib.Path, **options: t.Any) -> pathlib.Path:
    folder.mkdir()
    frame = make_frame({"portfolio": "p", **options}, "en")
    write_reports(describe_plan(made(ORDERS, DeskInMemory()), frame, planned=True), str(folder), name="plan")
    return folder / "plan.json"


def hold(path: pathlib.Path, *, desk: str) -> None:
    plan = made(ORDERS, DeskInMemory())
    require_saved_plan(plan, str(path), have_no_commands, portfolio="p", part=None, wanted=None, desk=desk)


def test_a_plan_is_held_to_its_desk_and_to_no_path_of_it(tmp_path: pathlib.Path) -> None:
    plan = save(tmp_path / "a", desk="api", desk_url="https://desk.example.jp/certificates/")
    hold(plan, desk=HERE)
    for other in OTHERS:
        with pytest.raises(OrdersRefused) as caught:
            hold(plan, desk=other)
        (complaint,) = caught.value.complaints
        assert complaint.rule == "PLAN-FILE" and f"not '{other}'" in complaint.render("en")


def test_another_desk_is_another_digest(tmp_path: pathlib.Path) -> None:
    urls = ("https://desk.example.jp", "http://127.0.0.1:8750")
    plans = [save(tmp_path / str(number), desk="api", desk_url=url) for number, url in enumerate(urls)]
    here, there = (json.loads(plan.read_text()) for plan in plans)
    assert here["digest"] != there["digest"]
    here["desk"] = there["desk"]
    plans[0].write_text(json.dumps(here))
    with pytest.raises(OrdersRefused):
        hold(plans[0], desk=there["desk"])


def test_a_plan_of_before_desks_were_bound_still_holds(tmp_path: pathlib.Path) -> None:
    frame = make_frame({"portfolio": "p", "desk": "api", "desk_url": "https://desk.example.jp"}, "en")
    document = describe_plan(made(ORDERS, DeskInMemory()), frame._replace(desk=None), planned=True)
    write_reports({name: value for name, value in document.items() if name != "desk"}, str(tmp_path), name="plan")
    hold(tmp_path / "plan.json", desk=HERE)
    require_reviewed(made(ORDERS, DeskInMemory()), frame, document["digest"])


def test_a_desk_that_is_sealed_is_known_again(tmp_path: pathlib.Path) -> None:
    with hide_vaulted():
        VaultedWithFile("desk.example.jp")
        plan = save(tmp_path / "a", desk="api", desk_url="https://desk.example.jp")
        assert "desk.example" not in plan.read_text()
        hold(plan, desk=hide(HERE))
