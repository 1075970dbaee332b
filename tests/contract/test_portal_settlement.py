# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One purchase through the portal's screens, which keep no references: lost answers, lists that lag, lost ledgers."""

from __future__ import annotations

import concurrent.futures
import dataclasses as dc
import hashlib
import json
import re
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.attempts import AttemptOpen
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import LedgerUnusable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import audit_ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import RenewalPolicy, RenewedBy
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import IN_BOTH, portal_of
from ansible_collections.iij.server_certificate.tests.contract.test_portal_renewals import issued
from ansible_collections.iij.server_certificate.tests.contract.test_settlement import Run, two_orders

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

PLACE = {"method": "POST", "path": "/portal/orders/confirm"}
LAGGING = {"name": "status_list_lags", "method": "GET", "path": "/portal/certificates/status"}


@pytest.fixture
def run(portal: PortalDesk, tmp_path: pathlib.Path) -> Run:
    return Run(portal, tmp_path)


def attempt_in(outcome: Outcome) -> str:
    """The attempt that a message asks about."""
    found = re.search(r"certificate_not_booked=([0-9a-f]{12})", str(outcome.error))
    assert found, str(outcome.error)
    return found[1]


def errors(outcomes: tuple[Outcome, ...]) -> list[type]:
    return [type(outcome.error) for outcome in outcomes]


def twins() -> tuple[Order, ...]:
    """Two orders that buy the same on purpose."""
    entries = [sample.fields(name="a"), sample.fields(name="b", duplicate_of="a")]
    return judge_orders(read_inline(entries), day=sample.TODAY).accept()


def test_orders_are_bought_once(desk: DeskControl, run: Run) -> None:
    assert errors(run.apply(*two_orders())) == [type(None), type(None)]
    assert len(desk.purchases()) == 2
    assert run.apply(*two_orders()) == ()
    assert [line[:2] for line in run.lines()] == [(kind, name) for name in "ab" for kind in ("intent", "outcome")]


def test_the_ledger_keeps_both_sentences_of_consent_and_their_digests(desk: DeskControl, run: Run) -> None:
    run.apply(sample.order())
    (registered,) = run.performer().perform_registrations(run.plan(sample.order()).entries, {})
    assert registered.error is None
    lines = [json.loads(line) for line in run.ledger.read_text(encoding="utf-8").splitlines()]
    kept = [(line["kind"], line["step"], line.get("consent")) for line in lines]
    assert kept == [
        ("intent", "place", "前述の注意事項及び約款・規約に同意して、上記のとおりサービスの申し込みを行います。"),
        ("outcome", "place", "前述の注意事項及び約款・規約に同意して、上記のとおりサービスの申し込みを行います。"),
        ("consent", "register", "約款・規約に同意し、上記のとおりサービスを申し込みます。"),
    ]
    for line in lines:
        assert line["consent_sha256"] == hashlib.sha256(line["consent"].encode()).hexdigest()
    assert audit_ledger(run.ledger).broken is None
    assert audit_ledger(run.ledger).list_unsettled() == ()


def test_the_ledger_keeps_the_consent_of_a_renewal(desk: DeskControl, run: Run) -> None:
    issued(desk, days=2)
    # As the order of somebody who took the contract over.
    order = dc.replace(sample.order(), contract_id="rsc00000001", renewal=RenewalPolicy(when=RenewedBy.WINDOW))
    assert errors(run.apply(order)) == [type(None)]
    lines = [json.loads(line) for line in run.ledger.read_text(encoding="utf-8").splitlines()]
    assert [(line["kind"], line["step"]) for line in lines] == [("intent", "renew"), ("outcome", "renew")]
    assert all("同意" in line["consent"] for line in lines)
    assert audit_ledger(run.ledger).list_unsettled() == ()


def test_consent_that_cannot_be_recorded_is_not_given(desk: DeskControl, run: Run) -> None:
    (placed,) = run.apply(sample.order())
    assert placed.application is not None
    run.ledger.unlink()
    run.ledger.mkdir()
    (refused,) = run.performer().perform_registrations(run.plan(sample.order()).entries, {})
    assert isinstance(refused.error, LedgerUnusable)
    assert desk.list_applications()[placed.application.contract_id]["state"] == "awaiting_registration"


@IN_BOTH
def test_a_lost_answer_is_settled_by_the_list(desk: DeskControl, run: Run) -> None:
    desk.faults({"name": "drop_after_commit", **PLACE, "count": 1})
    assert errors(run.apply(*two_orders())) == [type(None), type(None)]
    assert len(desk.purchases()) == 2
    assert run.apply(*two_orders()) == ()


@pytest.mark.parametrize("fault", ["drop_before_commit", "error_503", "session_expires_mid_form"])
def test_what_the_list_cannot_tell_stops_its_order_alone(desk: DeskControl, run: Run, fault: str) -> None:
    desk.faults({"name": fault, **PLACE, "count": 1})
    unknown, other = run.apply(*two_orders())
    assert (type(unknown.error), other.error) == (OutcomeUnknown, None)
    # No later run buys again by itself, however often.
    (held,) = run.apply(*two_orders())
    assert isinstance(held.error, AttemptOpen)
    assert attempt_in(held) == attempt_in(unknown)
    assert len(desk.purchases()) == 1
    (bought,) = run.apply(*two_orders(), not_booked=frozenset({attempt_in(held)}))
    assert bought.error is None
    assert len(desk.purchases()) == 2
    # The statement is about that attempt: it settles no later one.
    assert run.apply(*two_orders(), not_booked=frozenset({attempt_in(held)})) == ()


def test_a_lost_answer_and_a_list_that_lags(desk: DeskControl, run: Run) -> None:
    desk.faults({"name": "drop_after_commit", **PLACE, "count": 1}, LAGGING)
    (unknown,) = run.apply(sample.order())
    assert isinstance(unknown.error, OutcomeUnknown)
    (held,) = run.apply(sample.order())
    assert isinstance(held.error, AttemptOpen)
    assert len(desk.purchases()) == 1
    desk.no_faults()
    assert run.apply(sample.order()) == ()
    assert len(desk.purchases()) == 1


def test_what_the_ledger_says_was_bought_is_not_bought_again_while_the_list_lags(desk: DeskControl, run: Run) -> None:
    (bought,) = run.apply(sample.order())
    assert bought.application is not None
    desk.faults(LAGGING)
    (held,) = run.apply(sample.order())
    assert isinstance(held.error, AttemptOpen)
    assert bought.application.contract_id in str(held.error)
    assert len(desk.purchases()) == 1
    desk.no_faults()
    assert run.apply(sample.order()) == ()


def test_a_contract_that_is_gone_for_ever_can_be_said_to_be(desk: DeskControl, run: Run) -> None:
    run.apply(sample.order())
    desk.faults(LAGGING)
    (held,) = run.apply(sample.order())
    (again,) = run.apply(sample.order(), not_booked=frozenset({attempt_in(held)}))
    assert again.error is None
    assert len(desk.purchases()) == 2


def test_a_lost_ledger_and_a_list_that_lags_at_first(desk: DeskControl, run: Run) -> None:
    desk.faults({"name": "drop_after_commit", **PLACE, "count": 1}, LAGGING)
    run.apply(sample.order())
    run.ledger.unlink()
    # The list catches up while the run waits for as long as the user says that it may lag.
    desk.faults({**LAGGING, "count": 1})
    (adopted,) = run.apply(sample.order(), listing_lag=90)
    assert adopted.application is not None
    assert 90 in run.pauses
    assert len(desk.purchases()) == 1


def test_a_run_killed_before_the_answer_came(desk: DeskControl, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_self: object, submission: object) -> t.NoReturn:
        raise KeyboardInterrupt

    made = run.plan(sample.order())
    with monkeypatch.context() as broken:
        broken.setattr(
            "ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.ordering.place_order", killed
        )
        with pytest.raises(KeyboardInterrupt):
            run.perform(made)
    (held,) = run.apply(sample.order())
    assert isinstance(held.error, AttemptOpen)
    assert desk.purchases() == []


def test_the_same_common_name_twice(desk: DeskControl, run: Run) -> None:
    pair = twins()
    desk.faults({"name": "drop_after_commit", **PLACE, "count": 1})
    assert errors(run.apply(*pair)) == [type(None), type(None)]
    assert len(desk.purchases()) == 2
    assert run.apply(*pair) == ()


def test_a_purchase_in_doubt_holds_its_twin_back(desk: DeskControl, run: Run) -> None:
    pair = twins()
    desk.faults({"name": "drop_before_commit", **PLACE, "count": 1})
    unknown, held = run.apply(*pair)
    assert (type(unknown.error), type(held.error)) == (OutcomeUnknown, AttemptOpen)
    assert desk.purchases() == []


def test_two_runs_at_once_on_one_machine(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    runs = [Run(portal_of(desk, tmp_path), tmp_path) for _ in range(3)]
    plans = [each.plan(*two_orders()) for each in runs]
    with concurrent.futures.ThreadPoolExecutor(len(runs)) as pool:
        outcomes = list(pool.map(lambda pair: pair[0].perform(pair[1]), zip(runs, plans, strict=True)))
    assert [errors(each) for each in outcomes] == [[type(None), type(None)]] * 3
    assert len(desk.purchases()) == 2


def test_what_was_bought_in_a_browser_since_the_plan_is_used(desk: DeskControl, run: Run) -> None:
    made = run.plan(sample.order())
    by_hand = run.desk.place(sample.order(), "by hand")
    (adopted,) = run.perform(made)
    assert adopted.application is not None
    assert adopted.application.contract_id == by_hand.contract_id
    assert len(desk.purchases()) == 1


def test_an_application_that_ended_is_not_bought_again(desk: DeskControl, run: Run) -> None:
    (placed,) = run.apply(sample.order())
    assert placed.application is not None
    run.desk.register(placed.application, sample.order(), None)
    desk.ca_reject(placed.application.contract_id, reason="The organization was not found.")
    made = run.plan(sample.order())
    assert [entry.standing for entry in made.entries] == [Standing.ENDED]
    assert run.perform(made) == ()
    (again,) = run.apply(sample.order(generation=2))
    assert again.error is None
    assert len(desk.purchases()) == 2
    assert run.apply(sample.order(generation=2)) == ()
