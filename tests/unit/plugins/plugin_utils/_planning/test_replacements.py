# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that another one replaces ends once the new certificate is proved to be in use, and not before."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    OrdersRefused,
    Severity,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import order_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_host_answer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import list_deadlines
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_silent
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import perform_contracts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import _host_order
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Decision,
    Kind,
    Observed,
    Renewal,
    State,
)
from portfolios import (
    DV,
    ISSUED_AT,
    LINKED,
    OV,
    DeskInMemory,
    before_end,
    booked,
    certified,
    now,
    portfolio,
    renewal,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

(OLD_ORDER,) = portfolio(DV | {"common_name": "www.example.jp", "approval_email": "admin@example.jp"})
OLD = certified(booked(OLD_ORDER, None, number=1), 1)
(ORDER,) = portfolio(OV | {"replaces": OLD.contract_id})
NEW = certified(booked(ORDER, "p/www/1", number=2), 2, issued_at=ISSUED_AT + dt.timedelta(days=60))


def on_host(*pairs: tuple[Order, Application]) -> Memory:
    return Memory([make_host_answer(order, row, has=True) for order, row in pairs])


def plan_of(
    *rows: Application, orders: tuple[Order, ...] = (ORDER,), days: float = 100, memory: Memory | None = None,
    **more: t.Any,
) -> Plan:  # fmt: skip
    seen = {name: more.pop(name) for name in ("keeps_references", "changes_online") if name in more}
    observed = Observed(applications=rows, as_of=before_end(days, OLD), **seen)
    return make_plan(orders, observed, portfolio="p", memory=memory, spread=False, **more)


def remarks(plan: Plan) -> list[str]:
    return [complaint.rule for complaint in (*plan.remarks, *find_remarks(plan))]


def refusals(*rows: Application, orders: tuple[Order, ...] = (ORDER,)) -> list[str]:
    with pytest.raises(OrdersRefused) as caught:
        plan_of(*rows, orders=orders)
    return [complaint.rule for complaint in caught.value.complaints]


def test_the_new_one_is_bought_beside_the_old_one() -> None:
    plan = plan_of(OLD)
    assert plan.entries[0].steps == (Step.PLACE, Step.REGISTER)
    assert plan.unmanaged == ()


def test_the_same_name_and_product_needs_no_duplicate_of() -> None:
    (same,) = portfolio(OV | {"generation": 2, "replaces": "rsc00000001"})
    old = certified(booked(same, "p/www/1", number=1))
    assert plan_of(old, orders=(same,)).entries[0].steps == (Step.PLACE, Step.REGISTER)
    other = certified(booked(same, "q/x/1", number=9))
    assert refusals(old, other, orders=(same,)) == ["ALREADY-ORDERED"]


@pytest.mark.parametrize(
    "new",
    [
        booked(ORDER, "p/www/1", number=2),
        booked(ORDER, "p/www/1", number=2, state=State.APPLIED),
        booked(ORDER, "p/www/1", number=2, state=State.REJECTED),
        NEW,
    ],
)
def test_until_the_new_one_is_proved_to_be_in_use_the_old_one_stays(new: Application) -> None:
    for days in (100, 28):
        plan = plan_of(OLD, new, days=days)
        assert Step.CANCEL_REPLACED not in plan.entries[0].steps
    assert "REPLACED-GOES-ON" in remarks(plan)
    (silent,) = find_silent(plan, None)
    assert (silent.application.contract_id, silent.order) == (OLD.contract_id, "www")
    assert any(deadline.what == "cancellation" for deadline in list_deadlines(plan.entries[0]))


def test_fetched_is_not_in_use() -> None:
    said_no = Memory([make_host_answer(ORDER, NEW, has=False)])
    assert Step.CANCEL_REPLACED not in plan_of(OLD, NEW, memory=said_no).entries[0].steps
    moved = dc.replace(ORDER, host="web2")
    assert Step.CANCEL_REPLACED not in plan_of(OLD, NEW, orders=(moved,), memory=on_host((ORDER, NEW))).entries[0].steps


def test_once_its_host_has_the_new_one_the_old_one_is_cancelled() -> None:
    plan = plan_of(OLD, NEW, memory=on_host((ORDER, NEW)))
    (entry,) = plan.entries
    assert (entry.steps, entry.shown) == ((Step.CANCEL_REPLACED,), Standing.TO_CANCEL_REPLACED)
    assert remarks(plan) == []
    near = plan_of(OLD, NEW, memory=on_host((ORDER, NEW)), days=28)
    assert near.entries[0].steps == (Step.CANCEL_REPLACED,)
    assert find_silent(near, None) == ()


def test_a_linked_service_has_it_once_iij_says_so() -> None:
    (order,) = portfolio(LINKED | {"replaces": OLD.contract_id})
    row = booked(order, "p/cdn/1", number=2)
    for state, cancels in ((State.ISSUED, False), (State.INSTALLING, False), (State.INSTALLED, True)):
        plan = plan_of(OLD, certified_as(row, state), orders=(order,))
        assert (Step.CANCEL_REPLACED in plan.entries[0].steps) is cancels


def certified_as(row: Application, state: State) -> Application:
    return dc.replace(certified(row, 2), state=state)


def test_where_nobody_sees_it_in_use_a_person_cancels_by_a_day() -> None:
    written = {name: value for name, value in OV.items() if name not in ("install",)}
    (order,) = portfolio(written | {"replaces": OLD.contract_id})
    for plan in (plan_of(OLD, NEW, orders=(order,)), plan_of(OLD, NEW, changes_online=False)):
        assert plan.entries[0].steps in ((), (Step.COLLECT,))
        assert "REPLACED-IN-PERSON" in remarks(plan)


def test_what_is_cancelled_already_is_done_for_good() -> None:
    window = Renewal(**dict.fromkeys(("notice_at", "opens_at", "order_by", "update_by"), before_end(0, OLD)))
    given_up = dc.replace(OLD, renewal=dc.replace(window, decision=Decision.CANCEL))
    for old in (given_up, dc.replace(OLD, state=State.CANCELLED), dc.replace(OLD, state=State.EXPIRED)):
        plan = plan_of(old, NEW, memory=on_host((ORDER, NEW)))
        assert plan.entries[0].steps == ()
        assert (remarks(plan), find_silent(plan, None), plan.unmanaged) == ([], (), ())
    assert plan_of(NEW, memory=on_host((ORDER, NEW))).entries[0].steps == ()


def test_a_period_that_is_paid_already_is_not_cancelled() -> None:
    renewed = dc.replace(OLD, procedure=renewal(OLD.certificate_fingerprint, None))
    for old, days in ((renewed, 28), (OLD, 24)):
        plan = plan_of(old, NEW, memory=on_host((ORDER, NEW)), days=days)
        assert Step.CANCEL_REPLACED not in plan.entries[0].steps
        assert "REPLACED-RENEWED" in remarks(plan)


@pytest.mark.parametrize("kind", [Kind.CONTINUATION, Kind.REISSUE])
def test_a_certificate_inside_the_paid_period_is_no_period_that_is_paid(kind: Kind) -> None:
    """Waiting for its end would wait for a registration that nobody makes any more, and IIJ renews meanwhile."""
    old = dc.replace(OLD, procedure=renewal(OLD.certificate_fingerprint, None, kind=kind))
    plan = plan_of(old, NEW, memory=on_host((ORDER, NEW)))
    assert plan.entries[0].steps == (Step.CANCEL_REPLACED,)
    assert remarks(plan) == []
    (silent,) = find_silent(plan_of(old, NEW, days=28), None)
    assert silent.application.contract_id == OLD.contract_id


def test_what_several_orders_replace_ends_with_the_last_of_them_and_once() -> None:
    orders = tuple(portfolio(OV | {"replaces": OLD.contract_id}, DV | {"replaces": OLD.contract_id}))
    blog, www = sorted(orders, key=lambda order: order.name)
    first = certified(booked(blog, "p/blog/1", number=3), 3)
    old = dc.replace(OLD, client_reference="p/old/1")
    one = plan_of(old, NEW, first, orders=orders, memory=on_host((www, NEW)))
    assert Step.CANCEL_REPLACED not in [step for _entry, step in one.list_steps()]
    both = plan_of(old, NEW, first, orders=orders, memory=on_host((www, NEW), (blog, first)))
    assert [step for _entry, step in both.list_steps()] == [Step.CANCEL_REPLACED]


def test_a_contract_that_is_its_own_or_kept_by_another_order_is_refused_before_money_moves() -> None:
    (own,) = portfolio(OV | {"replaces": "rsc00000002"})
    assert refusals(NEW, orders=(own,)) == ["REPLACES-SELF"]
    kept = portfolio(OV | {"replaces": OLD.contract_id}, DV | {"common_name": "www.example.jp", "contract_id": OLD.contract_id, "approval_email": "admin@example.jp"})  # noqa: E501  # fmt: skip
    assert refusals(OLD, orders=kept) == ["REPLACES-KEPT"]
    assert refusals(orders=(ORDER,)) == ["REPLACES-UNKNOWN"]
    with pytest.raises(OrdersRefused):
        portfolio(OV | {"contract_id": "rsc1", "replaces": "rsc1"})


def test_the_end_of_a_contract_of_another_portfolio_is_told_with_its_name_from_the_first_plan_on() -> None:
    foreign = dc.replace(OLD, client_reference="other/shop/1", common_name="shop.example.jp")
    for rows in ((foreign,), (foreign, NEW)):
        (told,) = [each for each in plan_of(*rows).remarks if each.rule == "REPLACES-OTHER"]
        assert told.severity is Severity.WARNING and told.order == ORDER.name
        assert {"'shop.example.jp'", "'other'"} <= set(told.facts.values())
    ended = dc.replace(foreign, state=State.CANCELLED)
    for rows in ((OLD,), (dc.replace(OLD, client_reference=None),), (ended, NEW)):
        assert "REPLACES-OTHER" not in remarks(plan_of(*rows))


def test_a_desk_without_references_does_not_take_the_old_one_for_the_new_one() -> None:
    (same,) = portfolio(OV | {"replaces": "rsc00000001"})
    old = certified(booked(same, None, number=1))
    for row in (old, dc.replace(old, state=State.EXPIRED)):
        for keeps in (True, False):
            plan = plan_of(row, orders=(same,), keeps_references=keeps)
            assert plan.entries[0].steps == (Step.PLACE, Step.REGISTER)


def test_a_second_purchase_that_has_ended_is_not_bought_once_more() -> None:
    (same,) = portfolio(OV | {"generation": 2, "replaces": "rsc00000001"})
    ended = [booked(same, None, number=number, state=State.EXPIRED) for number in (1, 2)]
    assert plan_of(*ended, orders=(same,), keeps_references=False).entries[0].steps == ()


def test_what_two_orders_replace_is_renewed_by_silence_once() -> None:
    (other,) = portfolio(OV | {"name": "api", "common_name": "api.example.jp", "replaces": OLD.contract_id})
    silent = find_silent(plan_of(OLD, orders=(ORDER, other), days=34), None)
    assert [one.application.contract_id for one in silent] == [OLD.contract_id]


def test_a_run_for_what_is_due_cancels_nothing() -> None:
    plan = plan_of(OLD, NEW, memory=on_host((ORDER, NEW)), due_only=True)
    assert plan.count_changes() == 0


def test_a_run_for_what_is_due_names_what_goes_on_though_its_order_is_left_out() -> None:
    # The new contract is not ordered by such a run, or not at all, as its order has a mistake.
    (kept,) = portfolio(
        DV | {"contract_id": OLD.contract_id, "common_name": "www.example.jp", "approval_email": "admin@example.jp"}
    )
    for orders in ((ORDER,), (ORDER, kept)):
        plan = plan_of(OLD, orders=orders, days=34, due_only=True)
        assert [silent.application.contract_id for silent in find_silent(plan, None)] == [OLD.contract_id]


def test_plans_saved_before_still_hold() -> None:
    (plain,) = portfolio(OV)
    assert order_digest(dc.replace(ORDER, replaces=None)) == order_digest(plain) != order_digest(ORDER)


# --- a contract that was given up goes on to its end, and is nobody's contract any more


def given_up(row: Application) -> Application:
    window = Renewal(**dict.fromkeys(("notice_at", "opens_at", "order_by", "update_by"), before_end(0, row)))
    return dc.replace(row, renewal=dc.replace(window, decision=Decision.CANCEL))


def test_nothing_is_cancelled_for_the_sake_of_a_contract_that_was_given_up_itself() -> None:
    for new, steps in ((NEW, (Step.CANCEL_REPLACED,)), (given_up(NEW), ())):
        plan = plan_of(OLD, new, memory=on_host((ORDER, new)))
        assert plan.entries[0].steps == steps
    assert "CONTRACT-GIVEN-UP" in remarks(plan)


def test_one_that_was_replaced_and_goes_on_to_its_end_is_in_nobodys_way() -> None:
    (third,) = portfolio(OV | {"generation": 3, "replaces": "rsc00000002"})
    first, second = (certified(booked(third, f"p/www/{number}", number=number), number) for number in (1, 2))
    assert refusals(first, second, orders=(third,)) == ["ALREADY-ORDERED"]
    assert plan_of(given_up(first), second, orders=(third,)).entries[0].steps == (Step.PLACE, Step.REGISTER)
    (plain,) = portfolio(OV)
    assert refusals(given_up(dc.replace(first, client_reference="q/x/1")), orders=(plain,)) == ["ALREADY-ORDERED"]


def test_one_that_was_given_up_is_not_taken_for_the_contract_that_replaces_another() -> None:
    (third,) = portfolio(OV | {"generation": 3, "replaces": "rsc00000002"})
    by_hand = certified(booked(third, None, number=1), 1)
    second = certified(booked(third, "p/www/2", number=2), 2)
    assert plan_of(by_hand, second, orders=(third,)).entries[0].application == by_hand, "paid for, and not used"
    plan = plan_of(given_up(by_hand), second, orders=(third,))
    assert plan.entries[0].steps == (Step.PLACE, Step.REGISTER)
    (first,) = portfolio(OV)
    assert plan_of(given_up(by_hand), orders=(first,)).entries[0].application == given_up(by_hand)


def test_a_rival_that_was_given_up_holds_no_renewal() -> None:
    (order,) = portfolio(DV | {"common_name": "www.example.jp", "approval_email": "admin@example.jp", "renewal": {"when": "window"}})  # noqa: E501  # fmt: skip
    rival = certified(booked(order, None, number=9), 9, issued_at=ISSUED_AT + dt.timedelta(days=60))
    assert plan_of(OLD, rival, orders=(order,), days=28).entries[0].shown is Standing.HELD
    assert plan_of(OLD, given_up(rival), orders=(order,), days=28).entries[0].steps == (Step.RENEW, Step.REGISTER)


# --- no key of the contract that ends is certified once more


def test_the_new_certificate_gets_a_key_that_the_old_contract_never_had() -> None:
    placed = booked(ORDER, "p/www/1", number=2)
    on_its_way = renewal(OLD.certificate_fingerprint, None, state=State.APPLIED, public_key_fingerprint="c" * 64)
    (entry,) = plan_of(dc.replace(OLD, procedure=on_its_way), placed).entries
    asked = _host_order(entry)
    assert asked["retire"] == [OLD.public_key_fingerprint, "c" * 64]
    assert asked["in_use"] == "", "no certificate of its own, for which a key could wait"
    (unseen,) = plan_of(dc.replace(OLD, current=None, public_key_fingerprint=None), placed).entries
    assert _host_order(unseen)["retire_served"], "where a desk shows no keys, the one that is served"


# --- what is cancelled


def test_files_of_a_cancelled_contract_stay_in_order_to_its_expiry_unless_another_order_wants_them() -> None:
    ended = OV | {"name": "old", "state": "cancelled", "contract_id": "rsc00000002"}
    (alone,) = plan_of(NEW, orders=portfolio(ended)).entries
    assert alone.installs
    over = dc.replace(NEW, state=State.CANCELLED)
    assert not plan_of(over, orders=portfolio(ended)).entries[0].installs
    theirs = OV | {"key": {**OV["key"]}, "install": {**OV["install"]}}
    kept = {**ended, "key": {**OV["key"]}, "install": {**OV["install"]}}
    row = dc.replace(NEW, client_reference="p/old/1")
    both = {entry.order.name: entry for entry in plan_of(row, orders=portfolio(kept, theirs)).entries}
    assert not both["old"].installs
    elsewhere = {**kept, "host": "web2"}
    apart = {entry.order.name: entry for entry in plan_of(row, orders=portfolio(elsewhere, theirs)).entries}
    assert apart["old"].installs


# --- done once


@pytest.mark.parametrize("days", [100, 28])
def test_it_is_cancelled_once_and_told_in_the_ledger(days: float, tmp_path: pathlib.Path) -> None:
    desk = DeskInMemory(rows=[OLD, NEW])
    performer = Performer(
        desk=desk, ledger=Ledger(tmp_path / "ledger", now=now), portfolio="p", sleep=lambda _seconds: None, now=now,
        progress=lambda _outcome: None,
    )  # fmt: skip
    memory = on_host((ORDER, NEW))
    after, (outcome,) = perform_contracts(plan_of(OLD, NEW, memory=memory, days=days), performer)
    assert outcome.error is None
    assert [(row.contract_id, row.state) for row in desk.rows if row.state is State.CANCELLED] == [
        (OLD.contract_id, State.CANCELLED)
    ]
    (entry,) = after.entries
    assert entry.application == NEW, "the new contract is the order's own as before"
    assert entry.steps == ()
    assert perform_contracts(plan_of(*desk.rows, memory=memory), performer)[1] == ()
    told = [json.loads(line) for line in (tmp_path / "ledger").read_text(encoding="utf-8").splitlines()]
    assert [(line["step"], line["contract_id"]) for line in told] == [("cancel_replaced", OLD.contract_id)] * 2
