# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A contract whose cancellation was recorded by hand goes on to the end of its certificate, and ends with it."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.adapter import ByHandDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.by_hand.rows import read_application
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lifecycle import is_given_up
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Verdict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import list_hosts_with_work
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.left_out import list_left_out
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.planned import plan_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Reissue, ReissueReason, Wanted
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_listings import copied
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_renewals_by_hand import (
    DAY,
    JST,
    NEXT,
    OLD,
    TODAY,
    Life,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan
    from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._tasks.test_work_sheets import Desk

END: t.Final = dt.datetime(2027, 6, 1, 3, tzinfo=dt.UTC)
# As version 1.5.0 wrote it.
ROW: t.Final[dict[str, t.Any]] = {
    "contract_id": "rsc00000001", "client_reference": "default/www/1", "customer_code": "SG00000001",
    "common_name": "www.example.jp", "product": "sureserver_cloud", "term": "6 months", "usage": "other",
    "state": "cancelled", "ordered_at": "2026-11-20", "ended_at": "2027-01-10", "csr_origin": "customer",
    "not_before": "2026-12-01T03:00:00Z", "not_after": "2027-06-01T03:00:00Z", "certificate_fingerprint": "b" * 64,
    "public_key_fingerprint": "a" * 64,
}  # fmt: skip
WITHOUT: t.Final = {"not_before": None, "not_after": None, "certificate_fingerprint": None}


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({}, State.ISSUED, State.CANCELLED),
        ({"usage": "linked_service", "linked_service": "managed_waf_link"}, State.INSTALLED, State.CANCELLED),
        ({"usage": None, "certificate_fingerprint": None}, State.ISSUED, State.CANCELLED),  # a list alone has shown it
        ({"ended_at": None}, State.ISSUED, State.CANCELLED),  # of a list that was taken over
        (WITHOUT, State.CANCELLED, State.CANCELLED),
        ({"state": "withdrawn"}, State.WITHDRAWN, State.WITHDRAWN),
        ({"state": "revoked"}, State.REVOKED, State.REVOKED),
        ({"state": "issued"}, State.ISSUED, State.EXPIRED),
    ],
)
def test_a_row_is_read_by_the_end_of_its_certificate(changes: dict[str, t.Any], before: State, after: State) -> None:
    row = {name: value for name, value in (ROW | changes).items() if value is not None}
    for moment, state in ((END - dt.timedelta(hours=1), before), (END + dt.timedelta(hours=1), after)):
        application = read_application(row, now=moment)
        assert application.state is state
        goes_on = row["state"] == "cancelled" and state in (State.ISSUED, State.INSTALLED)
        assert is_given_up(application) is goes_on
        assert application.live is (state in (State.ISSUED, State.INSTALLED))


def cancelled(desk: Desk, **changes: t.Any) -> Life:
    life = Life(desk, days=100, contract_id="rsc00000001", **changes)
    life.order = dc.replace(life.order, state=Wanted.CANCELLED)
    assert life.record("cancelled")["changed"] and not life.record("cancelled")["changed"]
    return life


def plan_of(life: Life, *, days: float = 0) -> Plan:
    desk = ByHandDesk(str(life.desk.folder), now=lambda: TODAY + days * DAY)
    return plan_orders(life.desk.options, desk, (life.order,))


def test_hosts_keep_the_certificate_to_its_end(desk: Desk) -> None:
    life = cancelled(desk)
    plan = plan_of(life)
    assert list_hosts_with_work(plan)["collect"] == [life.order.host]
    assert ByHandDesk(str(desk.folder)).fetch_certificate(*life.applications()).certificate
    assert plan.count_changes() == 0 and not list_left_out((), plan, "en")
    row = life.row()
    assert row["steps"] == [] and row["standing"] == "done"
    assert "expiry" in {deadline["what"] for deadline in row["deadlines"]}
    assert not desk.file("group_admin.json").exists(), "nobody is asked to cancel it again"
    over = plan_of(life, days=101)
    assert list_hosts_with_work(over)["collect"] == []
    assert over.find_verdict() is Verdict.NOTHING_TO_DO


@pytest.mark.parametrize("days", [72, 80, 99])
def test_what_is_cancelled_is_neither_renewed_nor_told_as_silent(desk: Desk, days: int) -> None:
    life = cancelled(desk)
    plan = plan_of(life, days=days)
    assert plan.find_verdict() is not Verdict.WAITING and plan.count_changes() == 0
    assert desk.plan(life.order)["document"]["silent"] == []


def test_no_reissue_is_asked_for_that_could_not_be_recorded(desk: Desk) -> None:
    life = cancelled(desk, install=None)
    serial = (life.applications()[0].serial_number or "").lower().lstrip("0")
    reissue = Reissue(serial=serial, reason=ReissueReason.KEY_COMPROMISED)
    life.order = dc.replace(life.order, state=Wanted.PRESENT, reissue=reissue)
    assert (life.row()["standing"], life.row()["steps"]) == ("held", [])


def test_an_order_that_keeps_what_was_cancelled_is_told_while_it_lasts(desk: Desk) -> None:
    life = cancelled(desk, install=None)
    life.order = dc.replace(life.order, state=Wanted.PRESENT)
    row = life.row()
    assert row["standing"] == "held" and row["state"] == "issued"
    rules = {complaint["rule"] for complaint in desk.plan(life.order)["document"]["complaints"]}
    assert "CONTRACT-GIVEN-UP" in rules
    (ended,) = plan_of(life, days=101).entries
    assert ended.standing.value == "ended"


def test_its_certificate_may_come_after_the_record(desk: Desk) -> None:
    """It was downloaded late, or again, or a reissue was open: the contract stays cancelled."""
    life = cancelled(desk)
    for file in (desk.folder / "certificates").iterdir():
        file.unlink()
    inbox = desk.folder.parent / "inbox"
    assert "left_in_inbox" in life.record(inbox=str(inbox)) and not life.record(inbox=str(inbox))["left_in_inbox"]
    assert ByHandDesk(str(desk.folder)).fetch_certificate(*life.applications()).certificate
    life.host_answers(NEXT)
    assert life.bring(OLD, since=TODAY - DAY, until=TODAY + 100 * DAY)["changed"]
    (application,) = life.applications()
    assert application.state is State.ISSUED and is_given_up(application)
    assert "state: cancelled" in (desk.folder / "register.yml").read_text(encoding="utf-8")


def test_no_certificate_is_taken_for_what_was_cancelled_before_one_came(desk: Desk) -> None:
    life = Life(desk, days=100)
    desk.rows.clear()
    desk.write({name: value for name, value in ROW.items() if name not in WITHOUT})
    assert not life.bring(OLD, since=TODAY - DAY, until=TODAY + 100 * DAY)["changed"]


def test_the_list_that_shows_the_cancellation_says_nothing_else(desk: Desk) -> None:
    life = cancelled(desk)
    (application,) = life.applications()
    day = application.not_after.astimezone(JST).date().isoformat()
    listing = desk.folder.parent / "list.txt"
    row = ("rsc00000001", "www.example.jp", "SureServer for クラウド", day, "解約済み")
    listing.write_text(copied(row), encoding="utf-8")
    result = life.record(listing=str(listing), take_over=True)
    assert result["differences"] == [] and not result["changed"]


@pytest.mark.parametrize("state", ["renewed", "reissued", "registered", "rejected", "withdrawn"])
def test_nothing_else_is_recorded_of_it_any_more(desk: Desk, state: str) -> None:
    life = cancelled(desk)
    before = (desk.folder / "register.yml").read_text(encoding="utf-8")
    with contextlib.suppress(OrdersRefused):
        life.record(state)
    assert (desk.folder / "register.yml").read_text(encoding="utf-8") == before
