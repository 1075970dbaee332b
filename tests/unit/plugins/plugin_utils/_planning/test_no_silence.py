# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes on and costs although its order does not want it, and what ends although it does: told by every plan."""

from __future__ import annotations

import dataclasses as dc
import itertools
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.hosts import leave_lost_hosts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lifecycle import (
    find_track,
    last_day_before,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import (
    What,
    find_next_deadline,
    list_deadlines,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_silent
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step, Verdict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.windows import compute_window
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.left_out import list_left_out
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Decision, Observed, State
from portfolios import DV, OV, before_end, booked, certified, portfolio, renewal

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

RENEWS = {"renewal": {"when": "window"}}
(ORDER,) = portfolio(OV | RENEWS)
ROW = certified(booked(ORDER, "p/www/1"), 1)
WISHES = {
    "cancelled": OV | {"state": "cancelled", "contract_id": ROW.contract_id},
    "differs": OV | RENEWS | {"term": "1 year"},
    "unsaid": OV,
}


def plan_at(days: float, *wishes: dict[str, t.Any], row: Application = ROW, due_only: bool = True) -> Plan:
    observed = Observed(applications=(row,), as_of=before_end(days, ROW))
    return make_plan(portfolio(*wishes), observed, portfolio="p", spread=False, due_only=due_only)


def given_up(row: Application = ROW) -> Application:
    track = find_track(row, before_end(100, row))
    assert track is not None
    window = compute_window(track.certificate, track.calendar)
    return dc.replace(row, renewal=dc.replace(window, decision=Decision.CANCEL))


def rules_of(plan: Plan) -> list[str]:
    return [remark.rule for remark in find_remarks(plan)]


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("days", [34, 29, 28])
def test_a_run_of_what_is_due_tells_every_renewal_that_it_does_not_avert(wish: str, days: float) -> None:
    plan = plan_at(days, WISHES[wish])
    assert not list(plan.list_steps())
    assert [(silent.order, silent.application) for silent in find_silent(plan, None)] == [("www", ROW)]
    assert not plan.unmanaged, "it has an order"


def test_a_cancellation_that_nobody_has_carried_out_has_its_last_day() -> None:
    for days in (60, 29, 28):
        plan = plan_at(days, WISHES["cancelled"], due_only=False)
        (entry,) = plan.entries
        (deadline,) = list_deadlines(entry)
        assert (entry.steps, deadline.what, deadline.by) == ((Step.CANCEL,), What.CANCELLATION, "group_admin")
        assert entry.track is not None and deadline.day < entry.track.window.order_by.date()
        assert bool(find_silent(plan, None)) is (days < 35)


def test_a_cancellation_that_comes_too_late_is_told() -> None:
    under_way = dc.replace(ROW, procedure=renewal(ROW.certificate_fingerprint, None))
    for days, row in ((25, ROW), (20, under_way)):
        plan = plan_at(days, WISHES["cancelled"], row=row, due_only=False)
        assert rules_of(plan) == ["CANCEL-TOO-LATE"]
    assert rules_of(plan_at(60, WISHES["cancelled"], due_only=False)) == []


@pytest.mark.parametrize(("days", "due_only"), list(itertools.product([100, 29, 2], [True, False])))
def test_a_contract_that_a_person_cancelled_is_held_and_told_while_its_order_keeps_it(
    days: float, due_only: bool
) -> None:
    plan = plan_at(days, OV | RENEWS, row=given_up(), due_only=due_only)
    (entry,) = plan.entries
    assert (entry.ahead, plan.find_verdict()) == (Standing.HELD, Verdict.CHANGES if entry.steps else Verdict.WAITING)
    assert rules_of(plan) == ["CONTRACT-GIVEN-UP"]
    assert rules_of(plan_at(days, WISHES["cancelled"], row=given_up(), due_only=False)) == []


@pytest.mark.parametrize("days", [29, 10, 1])
def test_what_is_known_of_a_row_that_is_not_understood_is_told_and_nothing_is_bought(days: float) -> None:
    unclear = dc.replace(ROW, state=State.UNCLEAR, unclear=("謎", "options.states"))
    plan = plan_at(days, OV | RENEWS, row=unclear)
    (entry,) = plan.entries
    assert entry.steps == () and entry.track is not None
    assert What.EXPIRY in [deadline.what for deadline in list_deadlines(entry)]
    assert bool(find_silent(plan, None)) is (days > 27)


@pytest.mark.parametrize(
    ("row", "tells_day", "what"),
    [
        (ROW, False, "its day"),
        (dc.replace(ROW, current=None, not_after=None), True, "when they expire"),
    ],
)
def test_a_window_that_nobody_knows_of_fails_the_daily_run(row: Application, tells_day: bool, what: str) -> None:
    observed = Observed(applications=(row,), as_of=before_end(29, ROW) if tells_day else None)
    plan = make_plan(portfolio(OV | RENEWS), observed, portfolio="p", spread=False, due_only=True)
    assert not list(plan.list_steps()) and "WINDOW-UNKNOWN" in rules_of(plan)
    (line,) = list_left_out((), plan, "en")
    assert line.startswith(f"www: Of {row.contract_id} no window or deadline is known") and what in line
    assert "WINDOW-UNKNOWN" not in rules_of(plan_at(100, OV | RENEWS))


def test_a_reissue_that_lacks_something_is_not_said_to_be_a_renewal() -> None:
    row = dc.replace(ROW, client_reference=None)
    fields = {name: OV[name] for name in ("name", "customer_code", "common_name", "product", "term", "usage")}
    reissue = {"serial": row.serial_number, "reason": "key_lost"}
    plan = plan_at(100, {**fields, **RENEWS, "contract_id": row.contract_id, "reissue": reissue}, row=row)
    (line,) = list_left_out((), plan, "en")
    assert "complete the order: applicant" in line
    assert "not renewed" not in line


@pytest.mark.parametrize("days", [25, 20, 1])
def test_a_renewal_that_nobody_sees_fails_the_daily_run(days: float) -> None:
    """Silence should have renewed; where people are the desk, nobody may have recorded it."""
    plan = plan_at(days, OV | RENEWS)
    assert not list(plan.list_steps()) and "RENEWAL-UNSEEN" in rules_of(plan)
    (line,) = list_left_out((), plan, "en")
    assert line.startswith(f"www: No renewal of {ROW.contract_id} is seen")
    under_way = dc.replace(ROW, procedure=renewal(ROW.certificate_fingerprint, None))
    assert "RENEWAL-UNSEEN" not in rules_of(plan_at(days, OV | RENEWS, row=under_way))


def test_a_certificate_that_iij_does_not_install_has_a_last_day() -> None:
    renewed = dc.replace(certified(ROW, 2, issued_at=before_end(15, ROW)), state=State.INSTALLING)
    (entry,) = plan_at(10, OV | RENEWS, row=renewed).entries
    (deadline,) = [one for one in list_deadlines(entry) if one.what is What.INSTALLATION]
    end = before_end(0, ROW)
    assert (deadline.by, deadline.day) == ("iij", last_day_before(end))
    assert find_next_deadline(entry) == deadline.day


def portal_row(row: Application) -> Application:
    """Return the contract as a desk shows it that has no certificates of before, and does not tell of downloads."""
    return dc.replace(row, current=None, previous=(), certificate_fingerprint=None, downloaded_at=None)


@pytest.mark.parametrize("later", [False, True])
def test_a_certificate_that_people_install_has_a_last_day_where_the_desk_forgets_the_one_before(later: bool) -> None:
    (wanted,) = portfolio({field: value for field, value in (OV | RENEWS).items() if field != "install"})
    renewing = portal_row(dc.replace(ROW, procedure=renewal(ROW.certificate_fingerprint, None)))
    known = [make_registered(wanted, renewing)]
    renewed = certified(ROW, 2, issued_at=before_end(15, ROW))
    if later:
        known.append(make_registered(wanted, portal_row(dc.replace(renewed, not_after=None))))
    observed = Observed(applications=(portal_row(renewed),), as_of=before_end(10, ROW))
    (entry,) = make_plan((wanted,), observed, portfolio="p", memory=Memory(known)).entries
    last_day = last_day_before(before_end(0, ROW))
    if later:  # the last registration counts, and it had nothing to replace
        assert not entry.left_to_hands
        return
    assert entry.left_to_hands and find_next_deadline(entry) == last_day
    (entry,) = make_plan(
        (wanted,), dc.replace(observed, as_of=before_end(-1, ROW)), portfolio="p", memory=Memory(known)
    ).entries
    assert not entry.left_to_hands, "it has ended, so it is there or it is too late"
    (entry,) = make_plan((wanted,), observed, portfolio="p").entries
    assert not entry.left_to_hands, "nobody knows that there was one before"


def test_an_order_whose_host_is_gone_costs_no_other_one_its_deadline() -> None:
    other = certified(booked(portfolio(DV | RENEWS)[0], "p/blog/1", number=2), 2)
    observed = Observed(applications=(ROW, other), as_of=before_end(28, ROW))
    orders = portfolio(OV | RENEWS, DV | RENEWS | {"host": "web2"})
    plan = leave_lost_hosts(
        make_plan(orders, observed, portfolio="p", spread=False, due_only=True), frozenset({"web1"})
    )
    assert [(entry.order.name, Step.RENEW in entry.steps) for entry in plan.entries] == [("www", True)]
    assert [(remark.rule, remark.order) for remark in plan.remarks] == [("HOST-NOT-IN-INVENTORY", "blog")]
    assert [silent.order for silent in find_silent(plan, None)] == ["blog"]
