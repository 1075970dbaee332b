# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read in a saved plan is what counts: it says nothing twice, though its digests may be right."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import (
    read_host_parts,
    require_saved_plan,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import digest, plan_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import FORMAT, VERSION

ROW: t.Final = {
    "name": "a", "order_digest": "x", "contract_id": None, "linked_contract_id": None, "steps": [], "on_host": {},
}  # fmt: skip


class _NothingPlanned:
    entries = left = ()
    as_of = None


def _hold(folder: pathlib.Path, rows: list[dict[str, t.Any]], before: str = "") -> None:
    document = {
        "format": FORMAT, "version": VERSION, "portfolio": "default", "slice": None, "verdict": "changes",
        "orders": rows,
    }  # fmt: skip
    document["digest"] = plan_digest(rows, portfolio="default", part=None)
    document["file_digest"] = digest(document)
    path = folder / "plan.json"
    path.write_text(f"{{{before}{json.dumps(document)[1:]}")
    plan = t.cast("t.Any", _NothingPlanned)
    require_saved_plan(plan, str(path), lambda _host: {}, portfolio="default", part=None, wanted=None)
    assert len(read_host_parts(str(path), portfolio="default", part=None)) == len(rows)


def _refuse(folder: pathlib.Path, rows: list[dict[str, t.Any]], before: str = "") -> None:
    with pytest.raises(OrdersRefused) as refused:
        _hold(folder, rows, before)
    (complaint,) = refused.value.complaints
    assert complaint.rule == "PLAN-FILE"
    assert "it was changed after it was made" in complaint.render("en")


def test_a_plan_that_says_each_thing_once_holds(tmp_path: pathlib.Path) -> None:
    _hold(tmp_path, [ROW, {**ROW, "name": "b"}])


@pytest.mark.parametrize("before", ['"orders": [{"name": "b"}], ', '"verdict": "nothing_to_do", ', '"slice": null, '])
def test_a_plan_that_says_two_things_is_refused(tmp_path: pathlib.Path, before: str) -> None:
    _refuse(tmp_path, [ROW], before)


@pytest.mark.parametrize("name", [["a"], {"a": 1}, None, 1])
def test_a_plan_with_a_name_that_is_none_is_refused(tmp_path: pathlib.Path, name: object) -> None:
    _refuse(tmp_path, [{**ROW, "name": name}])


def test_a_plan_has_each_order_once(tmp_path: pathlib.Path) -> None:
    _refuse(tmp_path, [ROW, {**ROW, "order_digest": "y"}])
