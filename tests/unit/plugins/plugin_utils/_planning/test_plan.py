# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: tables of what is decided, and the promises over random portfolios and desks."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import itertools
import pathlib
import tempfile
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue import products as catalogue
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused, report
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_host_answer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import (
    make_contract_result,
    perform_contracts,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Observed,
    SeenContract,
    State,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import SuppliedCsr
from hypothesis import given, settings
from hypothesis import strategies as st
from portfolios import DV, EV, LINKED, MADE_AT, OV, WILDCARD, DeskInMemory, booked, now, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

(WWW,) = portfolio(OV)


def made(orders: tuple[Order, ...], *rows: Application, desk: DeskInMemory | None = None) -> Plan:
    desk = desk or DeskInMemory()
    desk.rows.extend(rows)
    return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")


def refused(orders: tuple[Order, ...], *rows: Application, desk: DeskInMemory | None = None) -> list[str]:
    with pytest.raises(OrdersRefused) as caught:
        made(orders, *rows, desk=desk)
    assert report(caught.value.complaints, "en") and report(caught.value.complaints, "ja")
    return [complaint.rule for complaint in caught.value.complaints]


@pytest.mark.parametrize(
    ("state", "standing", "steps"),
    [
        (State.AWAITING_REGISTRATION, Standing.TO_REGISTER, (Step.REGISTER,)),
        (State.APPLIED, Standing.WAITING, ()),
        (State.AWAITING_CONFIRMATION, Standing.WAITING, ()),
        (State.ISSUED, Standing.TO_COLLECT, (Step.COLLECT,)),
        (State.INSTALLING, Standing.WAITING, ()),
        (State.INSTALLED, Standing.DONE, ()),
        (State.WITHDRAWN, Standing.ENDED, ()),
        (State.REJECTED, Standing.ENDED, ()),
        (State.CANCELLED, Standing.ENDED, ()),
        (State.EXPIRED, Standing.ENDED, ()),
        (State.REVOKED, Standing.ENDED, ()),
    ],
)
def test_every_state_has_its_standing(state: State, standing: Standing, steps: tuple[Step, ...]) -> None:
    (entry,) = made((WWW,), booked(WWW, "p/www/1", state=state)).entries
    assert (entry.standing, entry.steps) == (standing, steps)


def test_an_unknown_order_is_placed_and_registered() -> None:
    (entry,) = made((WWW,)).entries
    assert entry.steps == (Step.PLACE, Step.REGISTER)


def test_an_ended_application_is_never_bought_again_by_itself() -> None:
    ended = booked(WWW, "p/www/1", state=State.REJECTED)
    assert made((WWW,), ended).count_orders()[Standing.TO_ORDER] == 0
    again = portfolio(OV | {"generation": 2})
    assert made(again, ended).count_orders()[Standing.TO_ORDER] == 1


def test_a_generation_raised_too_early_buys_nothing() -> None:
    again = portfolio(OV | {"generation": 2})
    assert refused(again, booked(WWW, "p/www/1", state=State.ISSUED)) == ["ALREADY-ORDERED"]


def test_what_was_paid_for_by_hand_is_used_first() -> None:
    by_hand = booked(WWW, None, number=7)
    (entry,) = made((WWW,), by_hand).entries
    assert (entry.standing, entry.application) == (Standing.TO_REGISTER, by_hand)


def test_one_application_by_hand_serves_one_order_only() -> None:
    twins = portfolio(OV, OV | {"name": "www2", "duplicate_of": "www"})
    counts = made(twins, booked(WWW, None)).count_orders()
    assert (counts["to_register"], counts["to_order"]) == (1, 1)


def test_a_pinned_contract_is_adopted_after_it_was_compared() -> None:
    pinned = portfolio(OV | {"contract_id": "rsc00000005"})
    (entry,) = made(pinned, booked(WWW, "old/name/1", number=5)).entries
    assert entry.standing is Standing.TO_REGISTER
    assert refused(pinned, dc.replace(booked(WWW, None, number=5), term="1 year")) == ["TERM-BOUGHT"]
    assert refused(pinned, booked(WWW, "p/www/1", number=6)) == ["CONTRACT-UNKNOWN"]


@pytest.mark.parametrize(("generation", "advised"), [(1, 2), (2, 2), (3, 3)])
def test_the_way_to_order_again_leads_to_a_purchase(generation: int, advised: int) -> None:
    ended = booked(WWW, None, number=5, state=State.EXPIRED)
    pinned = OV | {"contract_id": ended.contract_id, "generation": generation}
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=MADE_AT)
    document = describe_plan(made(portfolio(pinned), ended), frame, planned=True)
    assert document["orders"][0]["next_action"].endswith(f"remove contract_id and set generation: {advised}")
    followed = portfolio({**OV, "generation": advised})
    assert made(followed, ended).count_orders()[Standing.TO_ORDER] == 1


TWIN = OV | {"name": "www2", "duplicate_of": "www", "host": "web2"}


def test_what_fits_several_orders_stays_where_its_certificate_is() -> None:
    """A twin that is renamed, left out or bought first by itself takes no contract over, however the list is sorted."""
    both = portfolio(OV, TWIN)
    rows = [dc.replace(booked(order, None, number=n), state=State.ISSUED) for n, order in enumerate(both[::-1], 1)]
    memory = Memory([make_host_answer(order, row, has=True) for order, row in zip(both[::-1], rows, strict=True)])
    rows = [dc.replace(row, not_after=MADE_AT) for row in rows]  # renewed since: the next certificates stay there, too
    for orders, shown in itertools.product((both, both[:1], both[1:]), (rows, rows[::-1])):
        observed = Observed(applications=tuple(shown), keeps_references=False)
        plan = make_plan(orders, observed, portfolio="p", memory=memory)
        assert {entry.order.name: entry.application for entry in plan.entries} == {
            order.name: row for order, row in zip(both[::-1], rows, strict=True) if order in orders
        }
        assert {entry.standing for entry in plan.entries} == {Standing.TO_COLLECT}


def test_what_others_order_later_takes_over_no_order() -> None:
    own = dc.replace(booked(WWW, None, number=7), ordered_at=MADE_AT)
    later = dc.replace(booked(WWW, None, number=3), ordered_at=MADE_AT + dt.timedelta(days=1))
    for rows in ((own, later), (later, own), (own, dc.replace(later, ordered_at=None))):
        plan = make_plan((WWW,), Observed(applications=rows, keeps_references=False), portfolio="p")
        assert plan.entries[0].application == own


@pytest.mark.parametrize("change", [{"name": "www3"}, {"generation": 2}])
def test_a_duplicate_is_a_second_purchase_and_no_third_one(change: dict[str, t.Any]) -> None:
    (twin,) = portfolio(OV, TWIN)[1:]
    rows = booked(WWW, "p/www/1", number=1), booked(twin, "p/www2/1", number=2)
    assert refused(portfolio(OV, TWIN | change), *rows) == ["ALREADY-ORDERED"]
    excused = portfolio(OV | {"duplicate_of": rows[1].contract_id}, TWIN | change)
    assert made(excused, *rows).count_orders()[Standing.TO_ORDER] == 1


@pytest.mark.parametrize("state", ["present", "cancelled"])
def test_a_contract_of_two_orders_is_nobodys(state: str) -> None:
    """One would cancel, renew or register what the other keeps; a run of what is due leaves both out."""
    row = booked(WWW, "p/www/1", number=1, state=State.ISSUED)
    other = OV | {"name": "old", "contract_id": row.contract_id, "duplicate_of": "www", "state": state}
    orders = portfolio(OV, other | {"key": {"path": "/o.key"}, "install": {"certificate": "/o.pem"}})
    assert refused(orders, row) == ["CONTRACT-TWICE", "CONTRACT-TWICE"]
    due = make_plan(orders, Observed(applications=(row,)), portfolio="p", due_only=True)
    assert not due.entries and {remark.order for remark in due.remarks} == {"www", "old"}


def test_a_name_ordered_elsewhere_is_not_ordered_again() -> None:
    elsewhere = booked(WWW, "q/www/1")
    assert refused((WWW,), elsewhere) == ["PORTFOLIO-OTHER"]
    assert refused((WWW,), booked(WWW, "q/web/1")) == ["ALREADY-ORDERED"]
    second = portfolio(OV | {"duplicate_of": elsewhere.contract_id})
    assert made(second, elsewhere).count_orders()[Standing.TO_ORDER] == 1
    assert made((WWW,), dc.replace(elsewhere, state=State.EXPIRED)).count_orders()[Standing.TO_ORDER] == 1


def test_another_portfolio_is_one_mistake_however_many_orders_there_are() -> None:
    orders = portfolio(OV, DV, EV)
    rows = [booked(order, order.client_reference("default"), number=n) for n, order in enumerate(orders, 1)]
    with pytest.raises(OrdersRefused) as caught:
        made(orders, *rows)
    (complaint,) = caught.value.complaints
    assert (complaint.rule, complaint.order) == ("PORTFOLIO-OTHER", "bank, blog, www")
    assert "certificate_portfolio=default" in complaint.render("en")


def test_an_order_changed_after_it_was_bought_is_a_complaint() -> None:
    assert refused(portfolio(OV | {"term": "1 year"}), booked(WWW, "p/www/1")) == ["TERM-BOUGHT"]
    other = portfolio(OV | {"term": "1 year", "common_name": "www2.example.jp"})
    assert refused(other, booked(WWW, "p/www/1")) == ["CONTRACT-DIFFERS"]


def test_a_key_that_another_application_has_is_told_before_the_purchase() -> None:
    """GlobalSign refuses the public key of another application; other CAs are not known to."""
    csr, other = SuppliedCsr(pem="", public_key_fingerprint="AA"), booked(WWW, "q/www/1", number=9)
    used = dc.replace(other, common_name="other.example.jp", public_key_fingerprint="AA")
    at_globalsign, elsewhere = ((dc.replace(portfolio(each)[0], csr=csr),) for each in (DV, OV))
    assert refused(at_globalsign, used) == ["KEY-USED"]
    assert made(at_globalsign, dc.replace(used, public_key_fingerprint="BB")).count_orders()[Standing.TO_ORDER] == 1
    assert made(elsewhere, used).count_orders()[Standing.TO_ORDER] == 1
    own = dc.replace(booked(at_globalsign[0], "p/blog/1"), public_key_fingerprint="AA", state=State.APPLIED)
    assert made(at_globalsign, own).count_orders()[Standing.WAITING] == 1, "its own registration is no reuse"


def test_a_product_that_is_not_offered() -> None:
    orders = portfolio(OV | {"term": "1 year"})
    with pytest.raises(OrdersRefused) as caught:
        made(orders)
    (complaint,) = caught.value.complaints
    assert complaint.rule == "PRODUCT-NOT-OFFERED"
    # With a wrong term the product is right: the terms of thirteen others are of no use.
    assert [text.partition(":")[0] for text in complaint.facts["allowed"]] == [orders[0].product.id]


def test_a_linked_contract_is_looked_up_before_anything_is_submitted() -> None:
    desk = DeskInMemory()
    (entry,) = made(portfolio(LINKED), desk=desk).entries
    assert entry.order.linked_contract and entry.order.linked_contract.contract_id == "gca00000001"
    assert desk.calls == ["list_applications", "list_linked_contracts", "list_products"]


def test_linked_contracts_that_are_none_several_or_unlisted() -> None:
    (contract,) = DeskInMemory().contracts
    two = (contract, dc.replace(contract, contract_id="gca00000002"))
    foreign = (dc.replace(contract, customer_code="SG99999999"),)
    named = LINKED | {"linked_contract": {"service": "gio_content_acceleration", "contract_id": "gca00000009"}}
    assert refused(portfolio(LINKED), desk=DeskInMemory(contracts=())) == ["LINKED-CONTRACT-NONE"]
    assert refused(portfolio(LINKED), desk=DeskInMemory(contracts=foreign)) == ["LINKED-CONTRACT-NONE"]
    assert refused(portfolio(LINKED), desk=DeskInMemory(contracts=two)) == ["LINKED-CONTRACT-SEVERAL"]
    assert refused(portfolio(named), desk=DeskInMemory(contracts=two)) == ["LINKED-CONTRACT-UNLISTED"]


def test_the_candidates_are_listed() -> None:
    contracts = tuple(
        SeenContract(
            contract_id=f"gca0000000{n}",
            service="gio_content_acceleration",
            name=f"site {n}",
            customer_code="SG00000001",
        )
        for n in (1, 2)
    )
    with pytest.raises(OrdersRefused) as caught:
        made(portfolio(LINKED), desk=DeskInMemory(contracts=contracts))
    assert "gca00000001 (site 1), gca00000002 (site 2)" in report(caught.value.complaints, "en")


def test_nothing_is_looked_up_when_nothing_is_new() -> None:
    desk = DeskInMemory()
    made((WWW,), booked(WWW, "p/www/1"), desk=desk)
    assert desk.calls == ["list_applications"]


def test_cancelling_takes_a_state_and_the_contract() -> None:
    cancelled = portfolio(OV | {"state": "cancelled", "contract_id": "rsc00000001"})
    row = booked(WWW, "p/www/1", state=State.ISSUED)
    assert [step for _entry, step in made(cancelled, row).list_steps()] == [Step.CANCEL]
    assert made(cancelled, dc.replace(row, state=State.CANCELLED)).count_changes() == 0


def test_what_no_order_names_is_unmanaged() -> None:
    stray = dc.replace(booked(WWW, "q/x/1", number=9), common_name="x.example.jp")
    found = made((WWW,), booked(WWW, "p/www/1"), stray)
    assert [app.contract_id for app in found.unmanaged] == ["rsc00000009"]
    assert found.count_changes() == 1


# --- promises over random portfolios

KINDS = (OV, DV, WILDCARD, EV, LINKED)
STATES = [None, *State]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[Order, ...], DeskInMemory]:
    """Orders of all kinds, and a desk where some of them already stand somewhere, under our reference or by hand."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    fields = [
        kind
        | {"name": f"n{index}", "common_name": kind["common_name"].replace("example", f"e{index}")}
        | ({"key": {"path": f"/n{index}.key"}} if "key" in kind else {})
        for index, kind in enumerate(kinds)
    ]
    for order in fields:
        if "approval_email" in order:
            order["approval_email"] = f"admin@{order['common_name'].removeprefix('*.')}"
    orders = portfolio(*fields)
    desk = DeskInMemory()
    for number, order in enumerate(orders, start=100):
        state = draw(st.sampled_from(STATES))
        if state is not None:
            live = state not in (State.WITHDRAWN, State.REJECTED, State.CANCELLED, State.EXPIRED, State.REVOKED)
            reference = (
                draw(st.sampled_from([order.client_reference("p"), None])) if live else order.client_reference("p")
            )
            desk.put(booked(order, reference, number=number, state=state))
    return orders, desk


FOLDER = tempfile.TemporaryDirectory()


def performer(desk: DeskInMemory) -> Performer:
    ledger = Ledger(pathlib.Path(FOLDER.name) / "ledger.jsonl", now=now)
    return Performer(desk=desk, ledger=ledger, portfolio="p", now=now, sleep=lambda _s: None, progress=lambda _o: None)


def run(orders: tuple[Order, ...], desk: DeskInMemory) -> tuple[Plan, int]:
    """One apply as the modules do it; the plan it made, and how many steps it performed."""
    before = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p")
    after, contracts = perform_contracts(before, performer(desk))
    entries = [entry for entry in after.entries if entry.steps == (Step.REGISTER,)]
    registrations = performer(desk).perform_registrations(entries, {})
    return before, len(contracts) + len(registrations)


@settings(max_examples=200)
@given(worlds())
def test_check_mode_plans_what_a_run_performs(world: tuple[tuple[Order, ...], DeskInMemory]) -> None:
    orders, desk = world
    before, performed = run(orders, desk)
    assert performed == before.count_changes()


@settings(max_examples=200)
@given(worlds(), st.integers(1, 4))
def test_every_further_run_changes_nothing(world: tuple[tuple[Order, ...], DeskInMemory], runs: int) -> None:
    orders, desk = world
    run(orders, desk)
    bought = len(desk.purchases)
    for _number in range(runs):
        before, performed = run(orders, desk)
        assert (before.count_changes(), performed) == (0, 0)
    assert len(desk.purchases) == bought == len(set(desk.purchases))


@settings(max_examples=200)
@given(worlds(), st.lists(st.sampled_from(["before", "after", None]), max_size=12))
def test_lost_answers_buy_nothing_twice(
    world: tuple[tuple[Order, ...], DeskInMemory], losses: list[str | None]
) -> None:
    orders, desk = world
    wanted = make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p").count_orders()[Standing.TO_ORDER]
    desk.losses = iter(losses)
    for _number in range(20):
        _before, performed = run(orders, desk)
        if not performed:
            break
    assert len(desk.purchases) == wanted == len(set(desk.purchases))


@settings(max_examples=100)
@given(worlds())
def test_the_plan_does_not_depend_on_the_order_of_anything(world: tuple[tuple[Order, ...], DeskInMemory]) -> None:
    orders, desk = world
    observed = observe(desk, orders, portfolio="p")
    turned = dc.replace(observed, applications=observed.applications[::-1])
    assert make_plan(orders, observed, portfolio="p") == dc.replace(
        make_plan(orders[::-1], turned, portfolio="p"), unmanaged=make_plan(orders, observed, portfolio="p").unmanaged
    )


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_result_tells_every_order(lang: t.Any) -> None:
    orders = portfolio(*KINDS)
    before = made(orders)
    told = describe_plan(before, Frame(portfolio="p", part=None, prices=None, lang=lang, made_at=MADE_AT), planned=True)
    result = make_contract_result(told, before, frozenset(), before=before, outcomes=())
    assert [row["name"] for row in result["orders"]] == ["bank", "blog", "cdn", "shop", "www"]
    assert result["counts"]["to_order"] == 5 and result["changed"]
    assert result["hosts"] == {"register": ["localhost", "web1"], "collect": []}
    assert set(result["diff"]["before"]) == set(result["diff"]["after"]) == {"bank", "blog", "cdn", "shop", "www"}
    assert result["diff"]["after"]["cdn"]["linked_contract_id"] == "gca00000001"


def test_every_product_of_the_catalogue_has_a_known_authority_and_level() -> None:
    assert len(catalogue.PRODUCTS) == 15
    assert {product.level.value for product in catalogue.PRODUCTS.values()} == {"DV", "OV", "EV", catalogue.NO_LEVEL}
    assert [product.id for product in catalogue.PRODUCTS.values() if product.wildcard.value] == [
        "organization_ssl_wildcard",
        "quick_ssl_wildcard",
    ]


def test_observed_defaults_to_no_lookups() -> None:
    assert Observed(applications=()).products is None
