# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reissue is declared by the certificate that has to go, ordered once, and fulfilled for good."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.renewals import find_calendar
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import order_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.drift import digest_registration
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import (
    HostAnswer,
    Memory,
    Registered,
    make_host_answer,
    name_places,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step, Verdict
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.windows import compute_window
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import Frame, describe_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.text import render_text
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.words import list_notes
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import perform_contracts
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import _host_order
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Decision,
    Kind,
    Observed,
    State,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import CsrOrigin, SuppliedCsr
from portfolios import OV, DeskInMemory, before_end, booked, certified, now, portfolio, renewal

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

LOST = {"reissue": {"serial": "00:01", "reason": "key_lost"}}
COMPROMISED = {"reissue": {"serial": "1", "reason": "key_compromised"}}
(ORDER,) = portfolio(OV | LOST)
IN_USE = certified(booked(ORDER, "p/www/1"))
REFERENCE = f"p/www/1/reissue:1{'a' * 15}"
REISSUING = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, REFERENCE, kind=Kind.REISSUE))


def plan_at(days: float, row: Application = IN_USE, **written: t.Any) -> Plan:
    orders = portfolio(OV | (written or LOST))
    return make_plan(orders, Observed(applications=(row,), as_of=before_end(days, IN_USE)), portfolio="p", spread=False)


def entry_at(days: float, row: Application = IN_USE, **written: t.Any) -> Entry:
    (entry,) = plan_at(days, row, **written).entries
    return entry


def remarks(plan: Plan) -> list[str]:
    return [complaint.rule for complaint in (*plan.remarks, *find_remarks(plan))]


def test_it_is_ordered_and_registered_in_one_run_for_nothing() -> None:
    plan = plan_at(100)
    (entry,) = plan.entries
    assert entry.steps == (Step.REISSUE, Step.REGISTER)
    prices = read_price_table({"sureserver_cloud": {"6 months": 30_000}})
    assert prices
    assert (prices.sum_cost(plan).total, prices.sum_cost(plan).unpriced) == (0, ())
    assert entry.replaces == IN_USE.certificate_fingerprint


@pytest.mark.parametrize("serial", ["1", "01", "0001", "00:01", "0:01"])
def test_a_serial_number_counts_as_tools_write_it(serial: str) -> None:
    written = {"reissue": {"serial": serial, "reason": "key_lost"}}
    if serial == "0:01":
        with pytest.raises(OrdersRefused):
            portfolio(OV | written)
    else:
        assert entry_at(100, **written).steps == (Step.REISSUE, Step.REGISTER)


@pytest.mark.parametrize("serial", [1, "", "xyz", "1" * 41, "{{ 1 }}"])
def test_what_is_no_serial_number_is_refused(serial: t.Any) -> None:
    with pytest.raises(OrdersRefused):
        portfolio(OV | {"reissue": {"serial": serial, "reason": "key_lost"}})


def test_with_another_certificate_in_use_the_wish_is_fulfilled_for_good() -> None:
    assert entry_at(100, certified(REISSUING, 2)).steps == ()
    other = {"reissue": {"serial": "beef", "reason": "key_lost"}}
    assert entry_at(100, **other).steps == ()


@pytest.mark.parametrize("reason", ["key_lost", "key_compromised"])
@pytest.mark.parametrize("days", [100, 28])
def test_a_serial_number_that_no_certificate_of_the_contract_has_is_told(days: float, reason: str) -> None:
    mistyped = {"reissue": {"serial": "beef", "reason": reason}}
    assert "REISSUE-UNKNOWN" in remarks(plan_at(days, **mistyped))
    assert IN_USE.current is not None
    fulfilled = dc.replace(certified(IN_USE, 2), previous=(IN_USE.current,))
    assert "REISSUE-UNKNOWN" not in remarks(plan_at(days, fulfilled))


def test_what_is_under_way_is_registered_and_not_ordered_again() -> None:
    assert entry_at(100, REISSUING).steps == (Step.REGISTER,)
    registered = dc.replace(REISSUING.procedure, state=State.APPLIED) if REISSUING.procedure else None
    assert entry_at(100, dc.replace(REISSUING, procedure=registered)).shown is Standing.WAITING


@pytest.mark.parametrize("row", [IN_USE, REISSUING], ids=["to be ordered", "under way"])
@pytest.mark.parametrize("has", [True, False, None])
def test_no_host_is_given_a_certificate_whose_key_is_lost(row: Application, has: bool | None) -> None:
    """The order has moved to a new host, whose key waits for the reissue; a host that has it keeps it meanwhile."""
    answer = HostAnswer(
        contract_id=row.contract_id,
        certificate_fingerprint=row.certificate_fingerprint,
        places=name_places(ORDER),
        has=bool(has),
    )
    memory = Memory([] if has is None else [answer])
    observed = Observed(applications=(row,), as_of=before_end(100, IN_USE))
    (entry,) = make_plan([ORDER], observed, portfolio="p", memory=memory, spread=False).entries
    assert (entry.standing, entry.installs) == (Standing.DONE, has is True)
    (other,) = make_plan(portfolio(OV | COMPROMISED), observed, portfolio="p", memory=memory, spread=False).entries
    assert (other.standing, other.installs) == (Standing.TO_COLLECT if has is False else Standing.DONE, True)


RENEWING = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None))
IN_PORTAL = dc.replace(IN_USE, current=None, certificate_fingerprint=None)


@pytest.mark.parametrize(
    ("row", "days", "waits"),
    [(IN_USE, 100, False), (IN_USE, 28, True), (IN_PORTAL, 28, True), (RENEWING, 26, True)],
    ids=["too early", "to be renewed", "without a fingerprint", "under way"],
)
def test_the_key_of_the_certificate_in_use_stays_on_the_host_before(row: Application, days: int, waits: bool) -> None:
    """An order that has moved waits for its renewal; moved before that can come, it fails until it is put back."""
    (before,) = portfolio(OV | {"renewal": {"when": "window"}})
    (moved,) = portfolio(OV | {"renewal": {"when": "window"}, "host": "web2"})
    heard = [make_host_answer(before, row, has=True), make_host_answer(moved, row, has=False)]
    observed = Observed(applications=(row,), as_of=before_end(days, IN_USE))
    for memory in (Memory(heard[:1]), Memory(heard)):
        (entry,) = make_plan([moved], observed, portfolio="p", memory=memory, spread=False).entries
        assert (entry.standing, entry.installs) == ((Standing.DONE, False) if waits else (Standing.TO_COLLECT, True))
        (stays,) = make_plan([before], observed, portfolio="p", memory=Memory(heard[:1]), spread=False).entries
        assert (stays.standing, stays.installs) == (Standing.DONE, True)


def test_what_a_reissue_is_registered_with_anew_is_no_drift() -> None:
    moved = dict.fromkeys(digest_registration(ORDER), "another digest")
    memory = Memory([Registered(contract_id=IN_USE.contract_id, digests=moved)])
    frame = Frame(portfolio="p", part=None, prices=None, lang="en", made_at=now())
    for wish, told in ((LOST, False), ({}, True)):
        observed = Observed(applications=(IN_USE,), as_of=before_end(100, IN_USE))
        plan = make_plan(portfolio(OV | wish), observed, portfolio="p", memory=memory, spread=False)
        rules = [complaint["rule"] for complaint in describe_plan(plan, frame, planned=True)["complaints"]]
        assert ("REGISTRATION-DRIFT" in rules) == told


def test_its_key_is_new_whatever_renewals_do() -> None:
    keep = LOST | {"renewal": {"key": "keep"}}
    for row in (IN_USE, REISSUING):
        asked = _host_order(entry_at(100, row, **keep))
        assert asked["retire"] == [IN_USE.public_key_fingerprint]


@pytest.mark.parametrize(("key", "served"), [("rotate", True), ("keep", False)])
def test_back_on_a_host_of_before_the_key_that_serves_there_is_not_certified_again(key: str, served: bool) -> None:
    """The desk need not show that key any more: its contract may be another one, which was replaced since."""
    asked = _host_order(entry_at(28, renewal={"when": "window", "key": key}))
    assert asked["retire_served"] is served
    assert _host_order(entry_at(100))["retire_served"]


def test_in_the_window_it_is_renewed_instead_unless_the_key_is_compromised() -> None:
    lost = plan_at(28, **LOST)
    assert lost.entries[0].steps == ()
    assert "REISSUE-IN-WINDOW" in remarks(lost)
    both = plan_at(28, **(LOST | {"renewal": {"when": "window"}}))
    assert both.entries[0].steps == (Step.RENEW, Step.REGISTER)
    compromised = plan_at(28, **COMPROMISED)
    assert compromised.entries[0].steps == (Step.REISSUE, Step.REGISTER)
    assert "KEY-COMPROMISED" in remarks(compromised)


@pytest.mark.parametrize("days", [34.9, 31])
def test_a_reissue_that_would_last_into_the_window_waits_for_the_renewal(days: float) -> None:
    """It takes about five business days, and while it is under way nobody can renew: the window would close on it."""
    both = plan_at(days, **(LOST | {"renewal": {"when": "window"}}))
    assert both.entries[0].steps == ()
    assert "REISSUE-IN-WINDOW" in remarks(both)
    assert plan_at(36, **LOST).entries[0].steps == (Step.REISSUE, Step.REGISTER)
    assert plan_at(days, **COMPROMISED).entries[0].steps == (Step.REISSUE, Step.REGISTER)


def test_people_are_told_of_a_compromised_key_until_another_one_is_in_use() -> None:
    assert "KEY-COMPROMISED" in remarks(plan_at(100, REISSUING, **COMPROMISED))
    assert remarks(plan_at(100, certified(REISSUING, 2), **COMPROMISED)) == []


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_compromised_key_is_the_first_of_all_lines(lang: Language) -> None:
    frame = Frame(portfolio="p", part=None, prices=None, lang=lang, made_at=before_end(100, IN_USE))
    first, heading, *_rest = render_text(
        describe_plan(plan_at(100, **COMPROMISED), frame, planned=True), lang
    ).splitlines()
    assert first.startswith("!! ") and "[KEY-COMPROMISED]" in first and {"en": "30 days", "ja": "30日"}[lang] in first
    assert heading.startswith({"en": "order", "ja": "オーダー"}[lang])


def test_a_life_that_becomes_shorter_is_told() -> None:
    issued = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    long = certified(booked(ORDER, "p/www/1"), issued_at=issued)
    observed = Observed(applications=(long,), as_of=dt.datetime(2027, 3, 20, tzinfo=dt.UTC))
    plan = make_plan(portfolio(OV | LOST), observed, portfolio="p")
    assert "REISSUE-SHORTENS" in remarks(plan)
    assert "REISSUE-SHORTENS" not in remarks(plan_at(100))


def test_where_no_serial_number_is_shown_people_are_told_that_nothing_is_ordered() -> None:
    bare = dc.replace(IN_USE, current=None, serial_number=None)  # as the portal shows it
    for days in (100, 28):
        plan = plan_at(days, bare)
        assert plan.entries[0].steps == ()
        assert remarks(plan) == ["REISSUE-UNSEEN"]
    assert remarks(plan_at(100, bare, **COMPROMISED)) == ["KEY-COMPROMISED", "REISSUE-UNSEEN"]
    assert remarks(plan_at(100, dc.replace(bare, state=State.CANCELLED))) == []


def test_plans_saved_before_still_hold() -> None:
    (plain,) = portfolio(OV)
    assert order_digest(plain) != order_digest(ORDER)
    assert order_digest(dc.replace(plain, reissue=None)) == order_digest(plain)


# --- ordered once


def perform(desk: DeskInMemory, path: pathlib.Path) -> t.Any:
    observed = Observed(applications=tuple(desk.rows), as_of=before_end(100, IN_USE))
    plan = make_plan((ORDER,), observed, portfolio="p")
    performer = Performer(
        desk=desk, ledger=Ledger(path, now=now), portfolio="p", sleep=lambda _seconds: None, now=now,
        progress=lambda _outcome: None,
    )  # fmt: skip
    _after, outcomes = perform_contracts(plan, performer)
    return outcomes


@pytest.mark.parametrize("losses", [(), ("after",), ("before",), ("before", "after"), ("after", "after")])
def test_it_is_ordered_once_however_calls_end(losses: tuple[str, ...], tmp_path: pathlib.Path) -> None:
    desk = DeskInMemory(rows=[IN_USE], losses=iter(losses))
    (outcome,) = perform(desk, tmp_path / "ledger")
    assert outcome.error is None
    assert desk.reissues == [REFERENCE]
    assert perform(desk, tmp_path / "ledger") == ()
    told = [json.loads(line) for line in (tmp_path / "ledger").read_text(encoding="utf-8").splitlines()]
    assert [line["step"] for line in told] == ["reissue", "reissue"]
    assert told[0]["reason"] == "key_lost"
    assert told[0]["replaces"] == IN_USE.certificate_fingerprint


def test_one_that_somebody_ordered_first_is_adopted(tmp_path: pathlib.Path) -> None:
    desk = DeskInMemory(rows=[IN_USE])
    observed = Observed(applications=(IN_USE,), as_of=before_end(100, IN_USE))
    plan = make_plan((ORDER,), observed, portfolio="p")
    desk.rows = [dc.replace(REISSUING, procedure=dc.replace(REISSUING.procedure, client_reference=None))]  # type: ignore[type-var]
    performer = Performer(
        desk=desk, ledger=Ledger(tmp_path / "ledger", now=now), portfolio="p", sleep=lambda _seconds: None, now=now,
        progress=lambda _outcome: None,
    )  # fmt: skip
    _after, (outcome,) = perform_contracts(plan, performer)
    assert outcome.error is None
    assert desk.reissues == []


# --- a CSR that the user gives


def supplied(name: str, **written: t.Any) -> t.Any:
    """The order with a CSR whose key is that of the certificate with this number."""
    (order,) = portfolio(OV | (written or LOST))
    same = certified(booked(order, "p/www/1"), int(name)).public_key_fingerprint or ""
    return dc.replace(order, csr_origin=CsrOrigin.SUPPLIED, csr=SuppliedCsr(pem="", public_key_fingerprint=same))


def plan_of(order: t.Any, row: Application, days: float = 100) -> Plan:
    return make_plan((order,), Observed(applications=(row,), as_of=before_end(days, IN_USE)), portfolio="p")


@pytest.mark.parametrize("written", [LOST, COMPROMISED, LOST | {"renewal": {"key": "keep"}}])
def test_a_key_that_has_to_go_is_never_certified_again(written: dict[str, t.Any]) -> None:
    for days in (100, 19.5):
        held = plan_of(supplied("1", **written), IN_USE, days)
        if days == 100:
            assert (held.entries[0].steps, held.entries[0].shown) == ((), Standing.HELD)
        waits = plan_of(supplied("1", **written), REISSUING, days)
        assert (waits.entries[0].steps, waits.entries[0].shown) == ((), Standing.WAITING)
        assert "REISSUE-CSR-SAME" in remarks(waits)
        assert "RENEWAL-CSR-SAME" not in remarks(waits)


def test_with_a_new_csr_it_goes_on() -> None:
    assert plan_of(supplied("2"), IN_USE).entries[0].steps == (Step.REISSUE, Step.REGISTER)
    assert plan_of(supplied("2"), REISSUING).entries[0].steps == (Step.REGISTER,)


# --- cancelled meanwhile


@pytest.mark.parametrize("kind", [Kind.REISSUE, Kind.CONTINUATION])
@pytest.mark.parametrize("state", [State.AWAITING_REGISTRATION, State.APPLIED])
@pytest.mark.parametrize(("days", "steps"), [(100, [Step.CANCEL]), (26, []), (-1, [])])
def test_what_is_open_goes_on_although_the_contract_is_cancelled(
    days: float, steps: list[Step], kind: Kind, state: State
) -> None:
    """It is cancelled first, while that is possible, and a run of what is due leaves nothing but that."""
    under_way = renewal(IN_USE.certificate_fingerprint, None, kind=kind, state=state)
    row = dc.replace(IN_USE, procedure=under_way, state=State.EXPIRED if days < 0 else IN_USE.state)
    registers = [Step.REGISTER] if state is State.AWAITING_REGISTRATION else []
    (order,) = portfolio(OV | LOST | {"state": "cancelled", "contract_id": row.contract_id})
    observed = Observed(applications=(row,), as_of=before_end(days, IN_USE))
    for due_only, wanted in ((False, [*steps, *registers]), (True, registers)):
        plan = make_plan([order], observed, portfolio="p", due_only=due_only)
        assert [step for _entry, step in plan.list_steps()] == wanted
    ended = dc.replace(row, state=State.CANCELLED)
    plan = make_plan([order], dc.replace(observed, applications=(ended,)), portfolio="p")
    assert not list(plan.list_steps()) and plan.find_verdict() is Verdict.NOTHING_TO_DO


@pytest.mark.parametrize("done", [False, True], ids=["to be cancelled", "cancelled"])
@pytest.mark.parametrize("wish", [LOST, COMPROMISED], ids=["lost", "compromised"])
def test_a_certificate_that_has_to_go_is_told_although_its_contract_is_cancelled(
    wish: dict[str, t.Any], done: bool
) -> None:
    """Nobody reissues it, and it is valid to its end."""
    urgent = ["KEY-COMPROMISED"] if wish is COMPROMISED else []
    gone = {**wish, "state": "cancelled", "contract_id": IN_USE.contract_id}
    window = compute_window(IN_USE.current, find_calendar(ORDER.product)) if IN_USE.current else None
    over = dc.replace(window, decision=Decision.CANCEL) if window else None
    row = dc.replace(IN_USE, renewal=over) if done else IN_USE
    plan = plan_at(100, row, **gone)
    assert plan.entries[0].steps == (() if done else (Step.CANCEL,))
    assert remarks(plan) == [*urgent, "REISSUE-CANCELLED"]
    reissuing = dc.replace(row, procedure=REISSUING.procedure)
    assert remarks(plan_at(100, reissuing, **gone)) == urgent
    assert remarks(plan_at(100, certified(row, 2), **gone)) == []
    assert remarks(plan_at(-1, dc.replace(row, state=State.CANCELLED), **gone)) == []


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("state", [State.AWAITING_REGISTRATION, State.APPLIED])
@pytest.mark.parametrize("opened_by", [None, "order", "iij"])
def test_only_what_is_bought_is_called_a_renewal(lang: Language, state: State, opened_by: str | None) -> None:
    """A reissue or continuation costs nothing: whoever reads of a renewal looks for an invoice."""
    frame = Frame(portfolio="p", part=None, prices=None, lang=lang, made_at=before_end(100, IN_USE))
    said: dict[Kind, str] = {}
    for kind in (Kind.RENEWAL, Kind.REISSUE, Kind.CONTINUATION):
        under_way = renewal(IN_USE.certificate_fingerprint, None, kind=kind, state=state, opened_by=opened_by)
        plan = plan_at(100, dc.replace(IN_USE, procedure=under_way))
        document = describe_plan(plan, frame, planned=True)
        said[kind] = f"{document['orders'][0]['reason']} {list_notes(document, lang)}"
    word = {"en": "renew", "ja": "更新"}[lang]
    assert [kind for kind, text in said.items() if word in text] == [Kind.RENEWAL]
    assert {"en": "reissue", "ja": "再発行"}[lang] in said[Kind.REISSUE]
    assert {"en": "inside the paid period", "ja": "契約期間内"}[lang] in said[Kind.CONTINUATION]
