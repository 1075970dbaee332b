# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan that was performed changes no link again: what was gone back to since is another link."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import typing as t

import jsonschema
import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import require_saved_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import digest, plan_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import (
    Frame,
    describe_plan,
    have_no_commands,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.planned import require_reviewed
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._guards.test_saved_plan import SCHEMA
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._planning.test_links import (
    IN_USE,
    plan_of,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import MADE_AT

if t.TYPE_CHECKING:
    import pathlib


def seal_as_before(path: pathlib.Path, document: dict[str, t.Any]) -> str:
    """Write a plan as versions did that bound neither its desk nor since when a service was linked."""
    for row in document["orders"]:
        row["relinking"].pop("since")
    rows = document["orders"]
    bound = [(row["name"], row["contract_id"], row["on_host"]) for row in rows if row["on_host"]]
    document["digest"] = plan_digest(rows, portfolio="p", part=None, on_hosts=bound)
    document["file_digest"] = digest({field: value for field, value in document.items() if field != "file_digest"})
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(document["digest"])


def test_a_saved_plan_changes_the_link_of_its_time_alone(tmp_path: pathlib.Path) -> None:
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT)
    held = {"portfolio": "p", "part": None, "wanted": None}
    linked, again = (dc.replace(IN_USE, linked_since=MADE_AT + dt.timedelta(days=day)) for day in (0, 20))
    document = describe_plan(plan_of(linked), frame, planned=True)
    write_reports(document, str(tmp_path), name="plan")
    path = tmp_path / "plan.json"
    jsonschema.validate(json.loads(path.read_text()), json.loads(SCHEMA.read_text()))
    require_saved_plan(plan_of(linked), str(path), have_no_commands, **held)
    require_reviewed(plan_of(linked), frame, document["digest"])
    with pytest.raises(OrdersRefused) as wrong:
        require_saved_plan(plan_of(again), str(path), have_no_commands, **held)
    (complaint,) = wrong.value.complaints
    planned, now = complaint.render("en").split("Now it would be")
    assert complaint.rule == "PLAN-DESK-MOVED" and "2026-11-22" in planned and "2026-12-12" in now
    with pytest.raises(OrdersRefused):
        require_reviewed(plan_of(again), frame, document["digest"])
    before = seal_as_before(path, json.loads(path.read_text()))
    require_saved_plan(plan_of(linked), str(path), have_no_commands, **held)
    require_reviewed(plan_of(linked), frame, before)
