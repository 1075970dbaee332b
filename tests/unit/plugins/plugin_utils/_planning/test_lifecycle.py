# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that lives on: who acts first, by which day, and what a plan does about it."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.due import leave_undue
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.judgement import find_standing_ahead
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lifecycle import (
    Phase,
    find_track,
    is_replaced,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import (
    find_clock_difference,
    find_remarks,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_silent
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step, Verdict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Decision,
    Kind,
    Observed,
    Renewal,
    State,
)
from portfolios import OV, before_end, booked, certified, portfolio, renewal

WINDOW = {"renewal": {"when": "window"}}
(RENEWED,) = portfolio(OV | WINDOW)
(SILENT,) = portfolio(OV)
IN_USE = certified(booked(RENEWED, "p/www/1"))


def plan_at(days: float, *rows: Application, order: t.Any = RENEWED, **more: t.Any) -> Plan:
    """The plan of one order so many days before the end of the certificate in use."""
    rows = rows or (IN_USE,)
    return make_plan((order,), Observed(applications=rows, as_of=before_end(days, IN_USE)), portfolio="p", **more)


def entry_at(days: float, *rows: Application, order: t.Any = RENEWED, **more: t.Any) -> Entry:
    (entry,) = plan_at(days, *rows, order=order, spread=False, **more).entries
    return entry


def remarks(plan: Plan) -> list[str]:
    return [complaint.rule for complaint in (*plan.remarks, *find_remarks(plan))]


# Without a window of the desk's own it opens a day later and closes a day earlier than the calendar says.
@pytest.mark.parametrize(
    ("days", "phase"),
    [(36, "resting"), (34.9, "notice"), (29.1, "notice"), (28.9, "open"), (27.1, "open"), (26.9, "closed")],
)
def test_days_are_rounded_to_the_safe_side(days: float, phase: str) -> None:
    track = find_track(IN_USE, before_end(days, IN_USE))
    assert track and track.phase == phase


def test_the_desks_own_window_counts() -> None:
    moments = [before_end(days, IN_USE) for days in (40, 39, 20, 10)]
    window = Renewal(
        notice_at=moments[0], opens_at=moments[1], order_by=moments[2], update_by=moments[3], terms=("6 months",)
    )
    told = dc.replace(IN_USE, renewal=window)
    assert entry_at(20.1, told).steps == (Step.RENEW, Step.REGISTER)
    assert entry_at(19.9, told).steps == ()
    decided = dc.replace(IN_USE, renewal=dc.replace(window, decision=Decision.RENEW))
    assert entry_at(20.1, decided).steps == ()


def test_a_run_renews_within_the_window_alone() -> None:
    inside = [days for days in range(60, -10, -1) if entry_at(days).steps]
    assert inside == [29, 28]
    assert entry_at(28.5).steps == (Step.RENEW, Step.REGISTER)
    assert entry_at(28.5).shown is Standing.TO_RENEW


def test_a_desk_that_tells_no_day_renews_nothing() -> None:
    plan = make_plan((RENEWED,), Observed(applications=(IN_USE,)), portfolio="p")
    assert plan.find_verdict() is Verdict.NOTHING_TO_DO and not find_silent(plan, None)


@pytest.mark.parametrize("renewal", [None, {}, {"when": "silence"}, {"term": "6 months"}])
def test_nothing_is_bought_unless_the_order_says_window(renewal: t.Any) -> None:
    (order,) = portfolio(OV if renewal is None else OV | {"renewal": renewal})
    assert all(not entry_at(days, order=order).steps for days in range(60, -10, -1))


def test_equal_expiry_days_do_not_begin_at_once() -> None:
    window = Renewal(
        notice_at=before_end(35, IN_USE),
        opens_at=before_end(30, IN_USE),
        order_by=before_end(26, IN_USE),
        update_by=before_end(21, IN_USE),
    )
    begun: dict[int, int] = {}
    for number in range(60):
        (order,) = portfolio(OV | WINDOW | {"name": f"n{number}"})
        row = dc.replace(certified(booked(order, f"p/n{number}/1")), renewal=window)
        first = next(
            left for left in (29.9, 28.9, 27.9, 26.9) if plan_at(left, row, order=order).entries[0].ahead is not None
        )
        begun[int(first)] = begun.get(int(first), 0) + 1
    assert set(begun) == {29, 28, 27} and min(begun.values()) > 10, "the last day is kept free"


@pytest.mark.parametrize("opened_by", ["order", "silence", None])
@pytest.mark.parametrize("order", [RENEWED, SILENT])
def test_an_open_renewal_is_registered_whoever_opened_it(opened_by: str | None, order: t.Any) -> None:
    replaces = IN_USE.certificate_fingerprint
    row = dc.replace(IN_USE, procedure=renewal(replaces, None, opened_by=opened_by))
    entry = entry_at(25, row, order=order)
    assert entry.steps == (Step.REGISTER,) and entry.shown is Standing.TO_REGISTER
    assert entry.replaces == replaces


@pytest.mark.parametrize("state", [State.APPLIED, State.AWAITING_CONFIRMATION, State.UNCLEAR])
def test_a_procedure_that_others_work_at_is_waited_for(state: State) -> None:
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None, state=state))
    entry = entry_at(20, row)
    assert (entry.shown, entry.steps) == (Standing.WAITING, ())


def test_what_was_rejected_is_registered_again_where_nobody_knows_what_was_registered() -> None:
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None, state=State.REJECTED))
    entry = entry_at(20, row)
    assert (entry.shown, entry.steps) == (Standing.TO_REGISTER, (Step.REGISTER,))
    ((daily,), _left) = leave_undue([entry], broken=())
    assert (daily.shown, daily.steps) == (Standing.WAITING, ()), "a daily run would repeat it each day"


def test_a_certificate_that_ran_out_while_the_next_one_is_made_has_not_ended() -> None:
    late = dc.replace(
        IN_USE,
        state=State.EXPIRED,
        procedure=renewal(IN_USE.certificate_fingerprint, None, state=State.APPLIED),
    )
    assert late.live
    assert entry_at(-1, late).shown is Standing.WAITING
    assert entry_at(-1, dc.replace(IN_USE, state=State.EXPIRED)).shown is Standing.ENDED


def test_the_successor_is_collected_and_its_term_is_no_difference() -> None:
    renewed = dc.replace(certified(IN_USE, 2, downloaded_at=None), term="1 year")
    entry = entry_at(20, renewed)
    assert entry.steps == (Step.COLLECT,)


def test_another_term_before_the_first_renewal_is_refused_as_before() -> None:
    with pytest.raises(OrdersRefused) as caught:
        entry_at(100, dc.replace(IN_USE, term="1 year"))
    assert [complaint.rule for complaint in caught.value.complaints] == ["TERM-BOUGHT"]


def test_a_key_of_iijs_is_never_installed_in_place_of_an_own_one() -> None:
    estranged = certified(IN_USE, 2, csr_origin="service", downloaded_at=None)
    entry = entry_at(20, estranged)
    assert (entry.shown, entry.steps, entry.installs) == (Standing.ESTRANGED, (), False)
    assert "csr_origin" not in entry.drifted, "the order has not changed"


def test_another_kind_of_key_follows_with_the_renewal_and_mends_what_was_rejected() -> None:
    (wanted,) = portfolio(OV)
    row = certified(booked(wanted, "p/www/1"))
    rejected = dc.replace(row, procedure=renewal(row.certificate_fingerprint, None, state=State.REJECTED))
    kinds = [{"type": "RSA", "size": 2048}, {"type": "RSA", "size": 4096}, {"type": "ECDSA", "curve": "P-256"}]
    for kind in kinds:
        assert wanted.key
        order = dc.replace(wanted, key=dc.replace(wanted.key, **{"size": None, **kind}))
        memory = Memory([make_registered(wanted, row)])
        drifted = memory.drifted_fields(order, row)
        assert drifted == (() if kind == kinds[0] else ("key",))
        ahead = find_standing_ahead(order, rejected, None, spread=False, mended=bool(drifted))
        assert ahead is (Standing.TO_REGISTER if drifted else Standing.WAITING)
    moved = dc.replace(wanted, key=dc.replace(wanted.key, path="/srv/www.key", mode="0640")) if wanted.key else wanted
    assert Memory([make_registered(wanted, row)]).drifted_fields(moved, row) == ()


def test_an_order_that_is_to_have_a_key_of_its_own_from_now_on_is_not_at_odds_with_those_before() -> None:
    """The way out of keys that people download: nothing has gone wrong, and the certificate in use is installed."""
    by_service = certified(dc.replace(IN_USE, current=None), 1, csr_origin="service")
    switched = certified(by_service, 2, csr_origin="service")
    assert {one.csr_origin for one in switched.previous} == {"service"}
    assert entry_at(20, switched).standing is Standing.DONE
    assert entry_at(20, dc.replace(switched, downloaded_at=None)).standing is Standing.TO_COLLECT


def test_a_life_shorter_than_the_calendar_opens_no_window_before_it_has_begun() -> None:
    life = dt.timedelta(days=25)
    short = certified(booked(RENEWED, "p/www/1"), not_after=IN_USE.issued_at + life if IN_USE.issued_at else None)
    begun = short.issued_at
    assert begun is not None
    track = find_track(short, begun)
    assert track is not None and track.phase is Phase.RESTING
    assert track.window.notice_at == track.window.opens_at == begun + dt.timedelta(days=1)
    assert track.window.order_by >= track.window.opens_at and track.window.update_by >= track.window.order_by


@pytest.mark.parametrize("kind", [Kind.CONTINUATION, Kind.RENEWAL])
def test_a_further_certificate_that_wants_a_csr_gets_one_of_the_host(kind: Kind) -> None:
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None, kind=kind))
    assert entry_at(60, row, order=SILENT).steps == (Step.REGISTER,)


# --- cancellations


def test_a_cancellation_that_is_ordered_is_not_ordered_again() -> None:
    (order,) = portfolio(OV | {"state": "cancelled", "contract_id": IN_USE.contract_id})
    window = Renewal(
        notice_at=before_end(35, IN_USE),
        opens_at=before_end(30, IN_USE),
        order_by=before_end(26, IN_USE),
        update_by=before_end(21, IN_USE),
        decision=Decision.CANCEL,
    )
    assert entry_at(100, order=order).steps == (Step.CANCEL,)
    assert entry_at(28, dc.replace(IN_USE, renewal=window), order=order).steps == ()
    assert entry_at(28, dc.replace(IN_USE, renewal=window)).steps == (), "a person has cancelled it: nothing is bought"


@pytest.mark.parametrize("kind", [Kind.CONTINUATION, Kind.REISSUE])
def test_a_cancellation_waits_for_no_certificate_inside_the_paid_period(kind: Kind) -> None:
    (order,) = portfolio(OV | {"state": "cancelled", "contract_id": IN_USE.contract_id})
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None, kind=kind))
    plan = plan_at(30, row, order=order)
    assert (plan.entries[0].steps, remarks(plan)) == ((Step.CANCEL, Step.REGISTER), [])


def test_a_continuation_is_not_taken_for_a_renewal() -> None:
    fingerprint = IN_USE.certificate_fingerprint
    assert fingerprint is not None
    for kind, replaced in ((Kind.CONTINUATION, False), (Kind.RENEWAL, True)):
        row = dc.replace(IN_USE, procedure=renewal(fingerprint, None, kind=kind))
        assert is_replaced(row, [fingerprint]) is replaced
        track = find_track(row, before_end(28, row))
        assert track is not None and (track.silent_on is None) is replaced


def test_a_cancellation_after_the_renewal_waits_and_what_is_paid_is_registered() -> None:
    """Else IIJ makes the key of a period that was paid for."""
    (order,) = portfolio(OV | {"state": "cancelled", "contract_id": IN_USE.contract_id})
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None))
    entry = entry_at(25, row, order=order)
    assert (entry.standing, entry.ahead, entry.steps) == (Standing.WAITING, Standing.TO_REGISTER, (Step.REGISTER,))
    assert entry_at(25, IN_USE, order=order).steps == (Step.CANCEL,)


# --- silence


def silent_at(days: float, *rows: Application, order: t.Any = SILENT, priced: bool = True) -> list[tuple[t.Any, ...]]:
    prices = read_price_table({"sureserver_cloud": {"6 months": 30_000, "renewal": {"6 months": 28_000}}})
    found = find_silent(plan_at(days, *rows, order=order), prices if priced else None)
    return [(silent.application.contract_id, silent.order, silent.yen) for silent in found]


def test_silence_is_told_from_its_notice_on_with_its_price() -> None:
    told = [days for days in range(60, 20, -1) if silent_at(days)]
    assert told == list(range(35, 27, -1))
    assert silent_at(34) == [("rsc00000001", "www", 28_000)]
    assert silent_at(34, priced=False) == [("rsc00000001", "www", None)]


def test_silence_is_not_told_of_what_a_run_renews() -> None:
    assert silent_at(34, order=RENEWED) == []
    assert find_silent(plan_at(28.5, order=RENEWED, spread=False), None) == ()


def test_a_contract_without_an_order_is_told_of_by_day() -> None:
    stray = dc.replace(IN_USE, contract_id="rsc00000009", common_name="old.example.jp", client_reference=None)
    assert silent_at(34, IN_USE, stray, order=RENEWED) == [("rsc00000009", None, 28_000)]


# --- remarks


def test_an_imported_order_is_told_what_its_renewal_will_need_from_the_first_day() -> None:
    fields = {name: OV[name] for name in ("name", "customer_code", "common_name", "product", "term", "usage")}
    (order,) = portfolio(fields | {"contract_id": IN_USE.contract_id} | WINDOW)
    assert remarks(plan_at(190, order=order)) == ["RENEWAL-INCOMPLETE"]
    due = plan_at(28.5, order=order, spread=False)
    assert due.entries[0].shown is Standing.HELD and not due.count_changes()
    assert [silent.order for silent in find_silent(due, None)] == ["www"], "silence renews it all the same"


def test_a_contract_bought_instead_of_the_renewal_holds_it() -> None:
    rival = dc.replace(IN_USE, contract_id="rsc00000002", client_reference=None, ordered_at=before_end(60, IN_USE))
    plan = plan_at(28.5, IN_USE, rival, spread=False)
    assert plan.entries[0].shown is Standing.HELD and remarks(plan) == ["RENEWAL-RIVAL"]
    older = dc.replace(rival, ordered_at=before_end(400, IN_USE))
    assert plan_at(28.5, IN_USE, older, spread=False).entries[0].shown is Standing.TO_RENEW


def test_a_contract_that_was_replaced_by_another_goes_on() -> None:
    (order,) = portfolio(OV | {"generation": 2, "duplicate_of": "rsc00000001"})
    new = certified(booked(order, "p/www/2", number=2))
    assert remarks(plan_at(100, IN_USE, new, order=order)) == ["DUPLICATE-RENEWS"]


def test_a_life_too_short_for_its_checks_is_told() -> None:
    assert remarks(plan_at(28.5, spread=False)) == []
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None))
    assert remarks(plan_at(10, row)) == ["WINDOW-SHORT"]


@pytest.mark.parametrize(("day", "told"), [(28, False), (1, True), (14, True), (15, False)])
def test_a_certificate_whose_life_depends_on_the_speed_of_its_ca_is_told(day: int, told: bool) -> None:
    now = dt.datetime(2027, 3 if day < 20 else 2, day, 3, tzinfo=dt.UTC)
    plan = make_plan((RENEWED,), Observed(applications=(), as_of=now), portfolio="p")
    found = [complaint for complaint in find_remarks(plan) if complaint.rule == "STEP-DOWN"]
    assert [complaint.wrong.en for complaint in found] == [
        "Issued by 2027-03-14 the certificate lives 199 days, later 99."
    ] * told


def test_two_clocks_that_differ_by_a_day_are_told() -> None:
    plan = plan_at(28, spread=False)
    there = before_end(28, IN_USE)
    assert find_clock_difference(plan, there - dt.timedelta(hours=23)) == ()
    assert find_clock_difference(plan_at(100), there + dt.timedelta(days=175)) == (), "where nothing is renewed by it"
    (told,) = find_clock_difference(plan, there + dt.timedelta(days=175))
    assert f"{there:%Y-%m-%d}" in told.render("en") and told.render("ja")


# --- runs that do what is due alone


def test_a_mistake_in_one_order_costs_no_other_one_its_deadline() -> None:
    orders = portfolio(OV | WINDOW, OV | {"name": "b", "common_name": "b.example.jp"})
    wrong = dc.replace(booked(orders[1], "p/b/1", number=2), common_name="c.example.jp")
    seen = Observed(applications=(IN_USE, wrong), as_of=before_end(28, IN_USE))
    with pytest.raises(OrdersRefused):
        make_plan(orders, seen, portfolio="p", spread=False)
    plan = make_plan(orders, seen, portfolio="p", spread=False, due_only=True)
    assert [(entry.order.name, entry.steps) for entry in plan.entries] == [("www", (Step.RENEW, Step.REGISTER))]
    assert [complaint.order for complaint in plan.remarks] == ["b"]


def test_a_run_of_what_is_due_orders_and_cancels_no_contract() -> None:
    orders = portfolio(
        OV | {"name": "new", "common_name": "new.example.jp"}, OV | {"state": "cancelled", "contract_id": "rsc00000001"}
    )
    plan = make_plan(
        orders, Observed(applications=(IN_USE,), as_of=before_end(28, IN_USE)), portfolio="p", due_only=True
    )
    assert plan.count_changes() == 0


def test_every_phase_is_met() -> None:
    row = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None))
    found = {
        track.phase
        for days in range(60, -5, -1)
        for one in (IN_USE, row)
        if (track := find_track(one, before_end(days, IN_USE)))
    }
    assert found == set(Phase) - {Phase.CANCELLED}
