# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another linked service is declared by the new contract and the one before, and asked for once."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.limits import Limits, judge_limits
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import require_saved_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import order_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.links import relinking_of
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import (
    Frame,
    describe_plan,
    have_no_commands,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.standing import next_action
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import perform_contracts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Link,
    Observed,
    SeenContract,
    State,
)
from portfolios import (
    LINKED,
    MADE_AT,
    DeskInMemory,
    before_end,
    booked,
    certified,
    link_change,
    linked_to,
    now,
    portfolio,
    rules_broken,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.links import Relinking
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

GCA: t.Final = "gio_content_acceleration"
FIRST, SECOND, THIRD = "gca00000001", "gca00000002", "gca00000003"
CONTRACTS: t.Final = tuple(
    SeenContract(contract_id=contract_id, service=GCA, name="delivery", customer_code="SG00000001")
    for contract_id in (FIRST, SECOND, THIRD)
)


def orders_of(**linked: t.Any) -> tuple[Order, ...]:
    return portfolio(LINKED | {"linked_contract": {"service": GCA, **linked}})


def changing(**linked: t.Any) -> dict[str, t.Any]:
    return {"contract_id": SECOND, "was": FIRST, **linked}


(PLAIN,) = orders_of(contract_id=FIRST)
IN_USE = certified(booked(PLAIN, "p/cdn/1"), csr_origin="service")
IN_USE = dc.replace(IN_USE, state=State.INSTALLED)


def plan_of(row: Application = IN_USE, days: float = 100, **linked: t.Any) -> Plan:
    how = {name: linked.pop(name) for name in ("changes_online", "linked_contracts") if name in linked}
    due_only = linked.pop("due_only", False)
    observed = Observed(applications=(row,), as_of=before_end(days, IN_USE), **how)
    return make_plan(orders_of(**(linked or changing())), observed, portfolio="p", spread=False, due_only=due_only)


def entry_of(row: Application = IN_USE, **linked: t.Any) -> Entry:
    (entry,) = plan_of(row, **linked).entries
    return entry


def asked_of(order: Order, row: Application = IN_USE) -> Relinking:
    asked = relinking_of(order, row)
    assert asked is not None
    return asked


def remarks(plan: Plan) -> list[str]:
    return [complaint.rule for complaint in (*plan.remarks, *find_remarks(plan))]


def refused(**linked: t.Any) -> list[str]:
    with pytest.raises(OrdersRefused) as wrong:
        plan_of(**linked)
    return [complaint.rule for complaint in wrong.value.complaints]


def test_a_run_for_what_is_due_asks_for_no_other_service() -> None:
    plan = plan_of(due_only=True)
    assert plan.count_changes() == 0 and plan.entries[0].shown is Standing.DONE


def test_it_is_one_step_and_people_hear_what_nobody_knows() -> None:
    plan = plan_of()
    assert plan.entries[0].steps == (Step.RELINK,)
    assert plan.entries[0].shown is Standing.TO_RELINK
    assert remarks(plan)[:1] == ["LINK-COST"]
    assert next_action(plan.entries[0], "en")[1] == "group_admin"


def test_once_the_desk_shows_it_the_wish_is_fulfilled_for_good() -> None:
    (order,) = orders_of(**changing())
    there = linked_to(IN_USE, asked_of(order))
    assert entry_of(there).steps == ()
    assert "LINK-COST" not in remarks(plan_of(there))


def test_what_is_under_way_waits_for_iij_and_is_not_asked_for_again() -> None:
    (order,) = orders_of(**changing())
    installing = {"state": State.INSTALLING, "next_action": "wait_for_installation", "next_action_by": "iij"}
    entry = entry_of(dc.replace(IN_USE, link_change=link_change(asked_of(order)), **installing))
    assert (entry.steps, entry.shown) == ((), Standing.WAITING)
    assert next_action(entry, "en")[1] == "iij"


def test_without_was_another_linked_contract_is_a_complaint_that_names_it() -> None:
    assert refused(contract_id=SECOND) == ["LINK-MOVED"]
    assert refused(**changing(contract_id=THIRD, was=SECOND)) == ["LINK-MOVED"]


def test_what_somebody_else_has_changed_meanwhile_is_never_changed_back() -> None:
    moved = dc.replace(IN_USE, linked_contract_id=THIRD)
    with pytest.raises(OrdersRefused):
        plan_of(moved)


def test_a_contract_that_this_admin_cannot_see_is_not_asked_for() -> None:
    seen = {"linked_contracts": {GCA: CONTRACTS}}
    assert entry_of(**seen, **changing()).steps == (Step.RELINK,)
    assert refused(**seen, **changing(contract_id="gca00000009")) == ["LINKED-CONTRACT-UNLISTED"]


def test_an_order_with_was_adopts_what_was_ordered_by_hand_and_buys_nothing() -> None:
    by_hand = dc.replace(IN_USE, client_reference=None)
    assert entry_of(by_hand).application == by_hand
    foreign = dc.replace(IN_USE, client_reference="other/web/1")
    observed = {"linked_contracts": {GCA: CONTRACTS}}
    with pytest.raises(OrdersRefused) as wrong:
        plan_of(foreign, **observed, **changing())
    assert [complaint.rule for complaint in wrong.value.complaints] == ["ALREADY-ORDERED"]


def test_a_new_order_with_was_is_placed_at_the_new_contract_at_once() -> None:
    observed = Observed(applications=(), linked_contracts={GCA: CONTRACTS})
    (entry,) = make_plan(orders_of(**changing()), observed, portfolio="p").entries
    assert Step.RELINK not in entry.steps
    assert entry.order.linked_contract
    assert entry.order.linked_contract.contract_id == SECOND


# --- additions


ALSO = {"contract_id": FIRST, "also": [{"service": GCA, "contract_id": SECOND}, {"service": GCA, "contract_id": THIRD}]}


def test_additions_come_one_after_the_other() -> None:
    (order,) = orders_of(**ALSO)
    assert asked_of(order).contract_id == SECOND
    one = dc.replace(IN_USE, further_links=(Link(contract_id=SECOND, service=GCA),))
    assert asked_of(order, one).contract_id == THIRD
    both = dc.replace(one, further_links=(*one.further_links, Link(contract_id=THIRD, service=GCA)))
    assert entry_of(both, **ALSO).steps == ()


def test_nothing_is_added_before_there_is_a_certificate() -> None:
    waiting = booked(PLAIN, "p/cdn/1", state=State.APPLIED)
    assert entry_of(waiting, **ALSO).steps == ()
    assert entry_of(waiting, **changing()).steps == (Step.RELINK,)


def test_a_link_that_no_order_names_is_told() -> None:
    row = dc.replace(IN_USE, further_links=(Link(contract_id=THIRD, service=GCA),))
    assert remarks(plan_of(row, contract_id=FIRST)) == ["LINK-UNNAMED"]


@pytest.mark.parametrize(
    ("linked", "rule"),
    [
        ({"was": FIRST}, "LINKED-WAS"),
        ({"contract_id": FIRST, "was": FIRST}, "LINKED-WAS"),
        ({"contract_id": FIRST, "also": [{"service": GCA, "contract_id": FIRST}]}, "LINKED-TWICE"),
        ({"also": [{"service": GCA, "contract_id": FIRST}] * 2}, "LINKED-TWICE"),
        ({"also": [{"service": "web_high_grade_2", "contract_id": FIRST}]}, "PRODUCT-LINKED"),
        ({"also": []}, "VALUE-TYPE"),
        ({"also": {"service": GCA, "contract_id": FIRST}}, "VALUE-TYPE"),
        ({"also": [{"service": GCA}]}, "VALUE-TYPE"),
        ({"also": [{"service": GCA, "contract_id": 3}]}, "VALUE-TYPE"),
        ({"also": [{"service": "cdn", "contract_id": FIRST}]}, "VALUE-CHOICE"),
        ({"also": [{"service": [], "contract_id": FIRST}]}, "VALUE-CHOICE"),
        ({"was": 3}, "VALUE-TYPE"),
    ],
)
def test_what_contradicts_itself_is_refused(linked: dict[str, t.Any], rule: str) -> None:
    assert rule in rules_broken([LINKED | {"linked_contract": {"service": GCA, **linked}}])


# --- renewals and orders of before


def test_with_a_renewal_due_the_change_waits_for_the_next_run() -> None:
    orders = portfolio(LINKED | {"linked_contract": {"service": GCA, **changing()}, "renewal": {"when": "window"}})
    observed = Observed(applications=(IN_USE,), as_of=before_end(28, IN_USE))
    (entry,) = make_plan(orders, observed, portfolio="p", spread=False).entries
    assert entry.steps == (Step.RENEW, Step.REGISTER)


def test_plans_saved_before_still_hold_and_one_for_another_service_does_not() -> None:
    (plain,), (named,) = portfolio(LINKED), orders_of(contract_id=FIRST)
    assert order_digest(plain) == order_digest(named)
    (one,), (other,) = orders_of(**changing()), orders_of(**changing(contract_id=THIRD))
    assert len({order_digest(order) for order in (plain, one, other)}) == 3


# --- money


def test_a_price_that_nobody_knows_is_not_zero() -> None:
    plan = plan_of()
    prices = read_price_table({"secure_server_id_cloud": {"6 months": 30_000}})
    assert prices
    assert prices.sum_cost(plan).unpriced == ("cdn",)
    limits = Limits(budget=1_000_000)
    assert [complaint.rule for complaint in judge_limits(plan, limits, prices=prices)] == ["BUDGET-UNPRICED"]
    known = read_price_table({"secure_server_id_cloud": {"6 months": 30_000, "link_change": 5_000}})
    assert known
    assert (known.sum_cost(plan).total, known.sum_cost(plan).links) == (5_000, 5_000)
    assert judge_limits(plan, limits, prices=known) == ()
    assert [complaint.rule for complaint in judge_limits(plan, Limits(budget=1), prices=known)] == ["BUDGET"]
    with pytest.raises(OrdersRefused):
        read_price_table({"secure_server_id_cloud": {"link_change": "5,000"}})


# --- where people do it


def test_at_a_desk_without_a_way_online_the_mail_is_ready_and_the_order_waits() -> None:
    plan = plan_of(changes_online=False, **changing())
    (entry,) = plan.entries
    assert (entry.steps, entry.shown) == ((), Standing.WAITING)
    assert next_action(entry, "ja")[1] == "group_admin"
    assert remarks(plan)[:2] == ["LINK-COST", "LINK-BY-MAIL"]
    frame = Frame(portfolio="p", part=None, prices=None, lang="ja", made_at=MADE_AT)
    (row,) = describe_plan(plan, frame, planned=True)["orders"]
    for word in ("rsc00000001", "cdn.example.jp", SECOND, FIRST, "連携対応サービスの変更", "差出人"):
        assert word in row["mail"]
    for secret in ("certs@example.jp", "+81-3"):
        assert secret not in row["mail"]


def test_a_desk_that_does_not_show_the_link_says_who_ends_the_waiting() -> None:
    unseen = dc.replace(IN_USE, linked_contract_id=None)
    plan = plan_of(unseen, changes_online=False, **changing())
    assert "LINK-UNSEEN" in remarks(plan)
    assert plan.entries[0].shown is Standing.WAITING


# --- asked for once


def perform(desk: DeskInMemory, path: pathlib.Path, **linked: t.Any) -> t.Any:
    orders = orders_of(**(linked or changing()))
    plan = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    performer = Performer(
        desk=desk, ledger=Ledger(path, now=now), portfolio="p", sleep=lambda _seconds: None, now=now,
        progress=lambda _outcome: None,
    )  # fmt: skip
    _after, outcomes = perform_contracts(plan, performer)
    return outcomes


def desk_with(**more: t.Any) -> DeskInMemory:
    return DeskInMemory(**{"rows": [IN_USE], "contracts": CONTRACTS, "as_of": before_end(100, IN_USE), **more})


@pytest.mark.parametrize("losses", [(), ("after",), ("before",), ("before", "after"), ("after", "after")])
def test_it_is_asked_for_once_however_calls_end(losses: tuple[str, ...], tmp_path: pathlib.Path) -> None:
    desk = desk_with(losses=iter(losses))
    (outcome,) = perform(desk, tmp_path / "ledger")
    assert outcome.error is None
    assert len(desk.relinks) == 1
    assert perform(desk, tmp_path / "ledger") == ()
    told = [json.loads(line) for line in (tmp_path / "ledger").read_text(encoding="utf-8").splitlines()]
    assert [line["step"] for line in told] == ["relink", "relink"]
    assert (told[0]["was"], told[0]["linked_contract_id"]) == (FIRST, SECOND)


def test_there_and_back_and_there_again_asks_three_times(tmp_path: pathlib.Path) -> None:
    desk = desk_with()
    for day, (was, contract_id) in enumerate([(FIRST, SECOND), (SECOND, FIRST), (FIRST, SECOND)]):
        linked = {"was": was, "contract_id": contract_id}
        (outcome,) = perform(desk, tmp_path / "ledger", **linked)
        assert outcome.error is None
        (order,) = orders_of(**linked)
        since = MADE_AT + dt.timedelta(days=day)
        desk.put(linked_to(desk.rows[0], asked_of(order, desk.rows[0]), since=since))
    assert len(set(desk.relinks)) == 3


def test_one_that_somebody_asked_for_first_is_adopted(tmp_path: pathlib.Path) -> None:
    desk = desk_with()
    orders = orders_of(**changing())
    plan = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    desk.put(dc.replace(IN_USE, link_change=link_change(asked_of(orders[0]))))
    performer = Performer(
        desk=desk, ledger=Ledger(tmp_path / "ledger", now=now), portfolio="p", sleep=lambda _seconds: None, now=now,
        progress=lambda _outcome: None,
    )  # fmt: skip
    _after, (outcome,) = perform_contracts(plan, performer)
    assert outcome.error is None
    assert desk.relinks == []


# --- saved plans


def test_a_saved_plan_asks_for_what_was_reviewed_and_for_no_further_link(tmp_path: pathlib.Path) -> None:
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT)
    write_reports(describe_plan(plan_of(**ALSO), frame, planned=True), str(tmp_path), name="plan")
    held = {"portfolio": "p", "part": None, "wanted": None}
    require_saved_plan(plan_of(**ALSO), str(tmp_path / "plan.json"), have_no_commands, **held)
    one = dc.replace(IN_USE, further_links=(Link(contract_id=SECOND, service=GCA),))
    with pytest.raises(OrdersRefused) as wrong:
        require_saved_plan(plan_of(one, **ALSO), str(tmp_path / "plan.json"), have_no_commands, **held)
    (complaint,) = wrong.value.complaints
    assert complaint.rule == "PLAN-DESK-MOVED"
    assert f"relink {SECOND} (rsc00000001). Now it would be: relink {THIRD} (rsc00000001)" in complaint.render("en")
    done = dc.replace(one, further_links=(*one.further_links, Link(contract_id=THIRD, service=GCA)))
    require_saved_plan(plan_of(done, **ALSO), str(tmp_path / "plan.json"), have_no_commands, **held)
