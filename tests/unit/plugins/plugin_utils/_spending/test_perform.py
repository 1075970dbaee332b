# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One purchase, however a spending call ends; one order's failure leaves the others done."""

from __future__ import annotations

import csv
import dataclasses as dc
import io
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    AccessRefused,
    DeskBusy,
    DeskError,
    DeskUnreachable,
    OutcomeUnknown,
    RequestRefused,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.by_reference import EchoDiffers
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import (
    Audit,
    audit_ledger,
    export_ledger,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from portfolios import DV, OV, WILDCARD, DeskInMemory, booked, now, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

ORDERS = portfolio(OV, DV, WILDCARD)


@pytest.fixture
def ledger(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "state" / "p.ledger.jsonl"


def outcomes(desk: DeskInMemory, ledger: pathlib.Path, orders: tuple[Order, ...] = ORDERS) -> tuple[Outcome, ...]:
    slept: list[float] = []
    performer = Performer(
        desk=desk, ledger=Ledger(ledger, now=now), portfolio="p", now=now, sleep=slept.append, progress=lambda _o: None
    )
    return performer.perform_contracts(
        make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p").list_steps()
    )


class Failing(DeskInMemory):
    """Raises the same error at every order of one common name."""

    def __init__(self, error: Exception, common_name: str = "blog.example.jp") -> None:
        super().__init__()
        self.error = error
        self.common_name = common_name

    def place(self, order: Order, client_reference: str) -> Application:
        if order.common_name == self.common_name:
            raise self.error
        return super().place(order, client_reference)


def proved(error: DeskError) -> DeskError:
    """A documented refusal: the desk has done nothing."""
    error.nothing_done = True
    return error


@pytest.mark.parametrize("losses", [("after",), ("before",), ("before", "after"), ("before", "before", "before")])
def test_lost_answers_are_settled_by_the_reference(losses: tuple[str, ...], ledger: pathlib.Path) -> None:
    desk = DeskInMemory(losses=iter(losses))
    found = outcomes(desk, ledger, portfolio(OV))
    assert [outcome.error for outcome in found] == [None]
    assert desk.purchases == ["p/www/1"]


def test_an_outcome_that_stays_unknown_is_told_as_unknown(ledger: pathlib.Path) -> None:
    desk = DeskInMemory(losses=iter(["before"] * 4))
    (outcome,) = outcomes(desk, ledger, portfolio(OV))
    assert outcome.unknown and "settles it" in str(outcome.error)
    assert desk.calls.count("place") == 4


def test_a_refusal_proves_nothing_of_the_call_before_it(ledger: pathlib.Path) -> None:
    class Revoked(DeskInMemory):
        """Books, loses the answer, lists late, and then refuses the token."""

        def find_application(self, client_reference: str) -> None:
            return None

        def place(self, order: Order, client_reference: str) -> Application:
            if self.purchases:
                raise proved(AccessRefused("no"))
            super().place(order, client_reference)
            raise OutcomeUnknown("lost")

    (outcome,) = outcomes(Revoked(), ledger, portfolio(OV))
    assert outcome.unknown and lines(ledger)[-1]["unknown"] is True


def test_a_refused_order_leaves_the_others_done(ledger: pathlib.Path) -> None:
    desk = Failing(proved(RequestRefused("no")))
    found = {outcome.entry.order.name: outcome.error for outcome in outcomes(desk, ledger)}
    assert isinstance(found["blog"], RequestRefused)
    assert sorted(filter(None, desk.purchases)) == ["p/shop/1", "p/www/1"]


def test_a_refused_credential_stops_the_run(ledger: pathlib.Path) -> None:
    desk = Failing(proved(AccessRefused("no")))
    assert len(outcomes(desk, ledger)) == 1
    assert desk.purchases == []


@pytest.mark.parametrize(
    "error", [RequestRefused("no"), DeskBusy("later", retry_after=1), AccessRefused("no"), ValueError("no number")]
)
def test_what_proves_nothing_leaves_the_outcome_unknown(error: Exception, ledger: pathlib.Path) -> None:
    found = {outcome.entry.order.name: outcome for outcome in outcomes(Failing(error), ledger)}
    assert found["blog"].unknown and str(error) in str(found["blog"].error)
    assert (lines(ledger)[1]["order"], lines(ledger)[1]["unknown"]) == ("blog", True)


def test_two_unknown_outcomes_in_a_row_stop_the_run(ledger: pathlib.Path) -> None:
    desk = DeskInMemory(losses=iter(["before"] * 100))
    assert [outcome.unknown for outcome in outcomes(desk, ledger)] == [True, True]


def test_a_look_up_that_fails_leaves_the_outcome_unknown(ledger: pathlib.Path) -> None:
    class Gone(DeskInMemory):
        def find_application(self, client_reference: str) -> Application | None:
            raise DeskUnreachable("gone")

    desk = Gone(losses=iter(["after"]))
    (outcome,) = outcomes(desk, ledger, portfolio(OV))
    assert isinstance(outcome.error, OutcomeUnknown)
    assert desk.calls.count("place") == 1, "a desk that cannot be asked is not asked to book again"


def test_a_busy_desk_is_given_the_time_it_asks_for(ledger: pathlib.Path) -> None:
    class Busy(DeskInMemory):
        waits: t.ClassVar = [7.0, 500.0]

        def place(self, order: Order, client_reference: str) -> Application:
            if self.waits:
                raise DeskBusy("later", retry_after=self.waits.pop(0))
            return super().place(order, client_reference)

    slept: list[float] = []
    desk, orders = Busy(), portfolio(OV)
    performer = Performer(
        desk=desk, ledger=Ledger(ledger, now=now), portfolio="p", now=now, sleep=slept.append, progress=lambda _o: None
    )
    performer.perform_contracts(make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p").list_steps())
    assert slept == [7.0, 60.0]
    assert desk.purchases == ["p/www/1"]


def test_an_echo_that_differs_is_told_and_nothing_more_is_done(ledger: pathlib.Path) -> None:
    class Careless(DeskInMemory):
        def place(self, order: Order, client_reference: str) -> Application:
            return dc.replace(super().place(order, client_reference), term="1 year")

    (outcome,) = outcomes(Careless(), ledger, portfolio(OV))
    assert isinstance(outcome.error, EchoDiffers)
    assert "term is '1 year' at the desk, '6 months' in the order" in str(outcome.error)


def test_a_cancellation_is_repeated_until_it_is_answered(ledger: pathlib.Path) -> None:
    class Dropping(DeskInMemory):
        drops = 2

        def cancel(self, application: Application) -> Application:
            self.drops -= 1
            row = super().cancel(application)
            if self.drops >= 0:
                raise OutcomeUnknown("dropped")
            return row

    (www,) = portfolio(OV)
    desk = Dropping()
    desk.put(booked(www, "p/www/1", state=State.ISSUED))
    (outcome,) = outcomes(desk, ledger, portfolio(OV | {"state": "cancelled", "contract_id": "rsc00000001"}))
    assert outcome.application and outcome.application.state is State.CANCELLED


# --- the ledger


def lines(ledger: pathlib.Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]


def test_every_spending_call_is_recorded_before_and_after(ledger: pathlib.Path) -> None:
    outcomes(DeskInMemory(), ledger)
    assert [(line["kind"], line["order"]) for line in lines(ledger)] == [
        (kind, name) for name in ("blog", "shop", "www") for kind in ("intent", "outcome")
    ]
    assert lines(ledger)[1]["booked"] == "rsc00000001"
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_the_intent_is_on_disk_when_the_desk_is_called(ledger: pathlib.Path) -> None:
    class Watching(DeskInMemory):
        def place(self, order: Order, client_reference: str) -> Application:
            assert lines(ledger)[-1]["client_reference"] == client_reference
            return super().place(order, client_reference)

    assert [outcome.error for outcome in outcomes(Watching(), ledger)] == [None, None, None]


def test_failures_are_recorded_too(ledger: pathlib.Path) -> None:
    outcomes(Failing(proved(RequestRefused("no"))), ledger)
    assert lines(ledger)[1]["error"] == "no" and lines(ledger)[1]["unknown"] is False


def test_a_whole_ledger_verifies_and_a_changed_one_does_not(ledger: pathlib.Path) -> None:
    outcomes(DeskInMemory(), ledger)
    assert audit_ledger(ledger).broken is None
    whole = ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.write_text("".join(whole[:2] + whole[3:]), encoding="utf-8")
    assert audit_ledger(ledger).broken == 3
    ledger.write_text("".join(whole).replace("rsc00000002", "rsc00000009"), encoding="utf-8")
    assert audit_ledger(ledger).broken == 4


def test_a_torn_last_line_is_kept_and_written_past(ledger: pathlib.Path) -> None:
    outcomes(DeskInMemory(), ledger, portfolio(OV))
    with ledger.open("ab") as file:
        file.write(b'{"at": "2026')
    outcomes(DeskInMemory(), ledger, portfolio(DV))
    assert (audit_ledger(ledger).torn, audit_ledger(ledger).broken) == ((3,), None)
    assert json.loads(ledger.read_bytes().splitlines()[3])["previous"] == lines_before(ledger)


def lines_before(ledger: pathlib.Path) -> str:
    return str(json.loads(ledger.read_bytes().splitlines()[1])["hash"])


def test_a_line_that_was_made_unreadable_is_found(ledger: pathlib.Path) -> None:
    outcomes(DeskInMemory(), ledger)
    whole = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join([*whole[:2], b"x" + whole[2], *whole[3:]]))
    assert (audit_ledger(ledger).torn, audit_ledger(ledger).broken) == ((), 3), "no crash writes this"
    torn = whole[2][: len(whole[2]) // 2] + b"\n"
    ledger.write_bytes(b"".join([*whole[:2], torn, *whole[3:]]))
    assert (audit_ledger(ledger).torn, audit_ledger(ledger).broken) == ((3,), 4), "the next line tells what stood there"


def test_what_a_ledger_leaves_unsettled(ledger: pathlib.Path) -> None:
    outcomes(Failing(OutcomeUnknown("lost")), ledger)
    assert [line["order"] for line in audit_ledger(ledger).list_unsettled()] == ["blog"]
    outcomes(DeskInMemory(), ledger)
    assert audit_ledger(ledger).list_unsettled() == ()
    assert audit_ledger(ledger.with_name("none")) == Audit(lines=(), torn=(), broken=None, exists=False)


def test_exports_of_a_ledger(ledger: pathlib.Path) -> None:
    outcomes(Failing(proved(RequestRefused("=1+1, refused"))), ledger)
    found = audit_ledger(ledger)
    assert json.loads(export_ledger(found.lines, form="json")) == list(found.lines)
    rows = list(csv.DictReader(io.StringIO(export_ledger(found.lines, form="csv"))))
    assert [row["order"] for row in rows] == [line["order"] for line in found.lines]
    assert rows[1]["error"] == "'=1+1, refused", "no spreadsheet takes it for a formula"
    assert rows[3]["booked"] == "rsc00000001" and rows[0]["booked"] == ""
