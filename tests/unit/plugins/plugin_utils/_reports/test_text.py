# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run shows on a terminal: the work before it, and what is left after it, however many orders there are."""

from __future__ import annotations

import dataclasses as dc
import re
import typing as t

from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text, render_work
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from portfolios import MADE_AT, OV, DeskInMemory, booked, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.rows import Row


def a_plan(orders: int, *, state: State | None = None) -> Row:
    """The document of a plan for so many orders, ordered and in this state or not ordered yet."""
    names = [f"shop{number:03}" for number in range(orders)]
    wanted = portfolio(*({**OV, "name": name, "common_name": f"{name}.example.jp", "key": {"path": f"/{name}.key"},
                          "install": {"certificate": f"/{name}.pem"}} for name in names))  # fmt: skip
    rows = [booked(order, order.client_reference("p"), number=number) for number, order in enumerate(wanted, start=1)]
    waits: dict[str, t.Any] = {"state": state, "next_action": "wait_for_ca", "next_action_by": "ca"}
    desk = DeskInMemory(rows=[dc.replace(row, **waits) for row in rows] if state else [])
    plan = make_plan(wanted, observe(desk, wanted, portfolio="p"), portfolio="p")
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT)
    return describe_plan(plan, frame, planned=True)


def test_a_run_of_few_orders_names_each_of_them() -> None:
    lines = render_text(a_plan(3, state=State.APPLIED), "en", brief=True).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["shop000", "shop001", "shop002"]


def test_a_run_of_many_orders_shows_those_in_one_row_that_wait_for_the_same() -> None:
    document = a_plan(300, state=State.APPLIED)
    heading, row, *rest = render_text(document, "en", brief=True).splitlines()
    assert heading.startswith("order")
    assert re.fullmatch(r"300 orders +- +- +applied +- +wait: .* +CA +-", row)
    assert rest == ["waiting: 300", "Nothing to do here now; the column 'next action' tells whom it waits for."]
    assert "300件" in render_text(document, "ja", brief=True)
    assert len(render_text(document, "en").splitlines()) > 300


def test_an_order_whose_outcome_is_unknown_is_named_among_many() -> None:
    document = a_plan(300, state=State.APPLIED)
    document["orders"][7].update(error="lost", state="unknown")
    _heading, *rows = render_text(document, "en", brief=True).splitlines()
    assert [row.split("  ")[0] for row in rows[:2]] == ["299 orders", "shop007"]


def test_the_work_before_a_run_is_its_first_lines_and_a_count() -> None:
    assert render_work(a_plan(2), "en").splitlines() == [
        "+ shop000: order SureServer for クラウド, 6 months",
        "+ shop001: order SureServer for クラウド, 6 months",
        "to order: 2",
    ]
    lines = render_work(a_plan(300), "en").splitlines()
    assert len(lines) == 22
    assert lines[-2:] == ["+ ... and 280 more, all of them in the plan", "to order: 300"]
    assert "ほか280件" in render_work(a_plan(300), "ja")


def test_after_a_run_its_work_is_not_told_once_more() -> None:
    lines = render_text(a_plan(2), "en", brief=True, after=True).splitlines()
    assert not [line for line in lines if line.startswith("+")]
    assert [line.split()[0] for line in lines[1:3]] == ["shop000", "shop001"]


def test_warnings_of_many_orders_are_shortened_too() -> None:
    document = a_plan(30)
    brief = render_text(document, "en", brief=True).splitlines()
    assert sum(line.startswith("+") for line in brief) == 21


def test_who_has_to_act_is_not_told_that_there_is_nothing_to_do() -> None:
    document = a_plan(2, state=State.APPLIED)
    document["orders"][1].update(next_action_by="service_admin")
    assert render_text(document, "en").splitlines()[-1] == (
        "No playbook has anything to do now, but you have: see the column 'next action' of shop001."
    )
    assert render_text(document, "ja").splitlines()[-1].endswith("「次の作業」を確認してください: shop001")
