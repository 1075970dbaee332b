# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One purchase, however it fails: the performing loop against the desk, with answers lost before and after booking."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.adapter import ApiDesk
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.transport import ApiConnection
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    DeskUnreachable,
    NotAllowed,
    OutcomeUnknown,
    RequestRefused,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.by_reference import EchoDiffers
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import audit_ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.fake_desk import Answer, Asked, fake_desk, told
from ansible_collections.iij.server_certificate.tests.contract.test_api_answers import APPLICATION, api_of
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import now

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import Desk
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl

FAULTS = ("drop_before_commit", "drop_after_commit", "server_error")


class Run:
    """One run of the performing loop; `pauses` are the seconds that it would have slept."""

    def __init__(self, desk: Desk, folder: pathlib.Path) -> None:
        self.desk = desk
        self.pauses: list[float] = []
        self.phrase: list[Outcome] = []
        self.ledger = folder / "ledger.jsonl"

    def plan(self, *orders: Order) -> Plan:
        return make_plan(orders, observe(self.desk, orders, portfolio="default"), portfolio="default")

    def apply(self, *orders: Order, **settings: t.Any) -> tuple[Outcome, ...]:
        return self.perform(self.plan(*orders), **settings)

    def perform(self, made: Plan, **settings: t.Any) -> tuple[Outcome, ...]:
        return self.performer(**settings).perform_contracts(made.list_steps(), listed=made.listed)

    def performer(self, **settings: t.Any) -> Performer:
        return Performer(
            desk=self.desk,
            ledger=Ledger(self.ledger, now=now),
            portfolio="default",
            sleep=self.pauses.append,
            now=now,
            progress=self.phrase.append,
            **settings,
        )

    def lines(self) -> list[tuple[str, str, bool]]:
        """Kind, order and whether the outcome is unknown, line by line."""
        written = map(json.loads, self.ledger.read_text(encoding="utf-8").splitlines())
        return [(line["kind"], line["order"], line.get("unknown", False)) for line in written]


@pytest.fixture
def run(api: ApiDesk, tmp_path: pathlib.Path) -> Run:
    return Run(api, tmp_path)


def two_orders() -> tuple[Order, Order]:
    return sample.order(name="a", common_name="a.example.jp"), sample.order(name="b", common_name="b.example.jp")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_answer_is_settled_in_the_same_run(desk: DeskControl, run: Run, fault: str) -> None:
    desk.fault(fault, method="POST", path="/applications", count=3)
    outcomes = run.apply(*two_orders())
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert run.phrase == list(outcomes)
    assert desk.purchases() == ["default/a/1", "default/b/1"]
    assert run.lines() == [(kind, name, False) for name in "ab" for kind in ("intent", "outcome")]
    assert audit_ledger(run.ledger).broken is None
    assert run.apply(*two_orders()) == ()
    assert run.pauses
    desk.fault(fault, method="POST", path="/applications")
    (single,) = run.apply(sample.order(name="c", common_name="c.example.jp"))
    assert single.error is None
    assert desk.purchases() == ["default/a/1", "default/b/1", "default/c/1"]


@pytest.mark.parametrize("fault", ["drop_before_commit", "drop_after_commit"])
def test_a_lost_answer_and_a_lost_look_up_are_settled_by_the_next_run(
    desk: DeskControl, run: Run, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, other = two_orders()

    def lost(_reference: str) -> t.NoReturn:
        raise DeskUnreachable("gone")

    desk.fault(fault, method="POST", path="/applications", count=2)
    with monkeypatch.context() as broken:
        broken.setattr(run.desk, "find_application", lost)
        outcomes = run.apply(order, other)
    assert [outcome.unknown for outcome in outcomes] == [True, True]
    assert "running the same again settles it" in str(outcomes[0].error)
    assert run.lines() == [
        ("intent", "a", False),
        ("outcome", "a", True),
        ("intent", "b", False),
        ("outcome", "b", True),
    ]
    desk.no_faults()
    again = run.apply(order, other)
    assert not [outcome for outcome in again if outcome.error]
    assert desk.purchases() == ["default/a/1", "default/b/1"]


def test_a_desk_that_never_answers_a_purchase_is_left_after_two_orders(desk: DeskControl, run: Run) -> None:
    desk.fault("drop_before_commit", method="POST", path="/applications", count=100)
    orders = [sample.order(name=name, common_name=f"{name}.example.jp") for name in "abcd"]
    outcomes = run.apply(*orders)
    assert [(outcome.entry.order.name, outcome.unknown) for outcome in outcomes] == [("a", True), ("b", True)]
    assert desk.purchases() == []
    desk.no_faults()
    assert len(run.apply(*orders)) == 4
    assert len(desk.purchases()) == 4


def test_one_refused_order_holds_up_no_other(desk: DeskControl, run: Run) -> None:
    # The order value is made past the look at the desk's offer, as if the offer had changed in between.
    good, other = two_orders()
    outcomes = run.apply(good, sample.order(name="aa", customer_code="SG99999999", common_name="aa.example.jp"), other)
    assert [type(outcome.error) for outcome in outcomes] == [type(None), RequestRefused, type(None)]
    assert desk.purchases() == ["default/a/1", "default/b/1"]


def test_without_the_role_nothing_more_is_tried(desk: DeskControl, tmp_path: pathlib.Path) -> None:
    run = Run(ApiDesk(ApiConnection(url=desk.url, token=desk.register_token)), tmp_path)
    outcomes = run.apply(*two_orders())
    assert [type(outcome.error) for outcome in outcomes] == [NotAllowed]
    assert desk.purchases() == []


def test_a_lost_answer_to_a_cancellation(desk: DeskControl, run: Run) -> None:
    (placed,) = run.apply(sample.order())
    assert placed.application is not None
    desk.fault("drop_after_commit", method="POST", path="/applications/*/cancellation")
    (outcome,) = run.apply(sample.order(state="cancelled", contract_id=placed.application.contract_id))
    assert outcome.error is None
    assert desk.application("default/www/1")["state"] == "cancelled"
    assert desk.purchases() == ["default/www/1"]


def listed(asked: Asked) -> dict[str, object]:
    """A desk that offers one product and has no applications."""
    rows = [{"product": "sureserver_cloud", "terms": ["6 months"]}] if "/products" in asked.path else []
    return {"results": rows, "total": len(rows)}


@pytest.mark.parametrize(
    ("field", "value"),
    [("term", "1 year"), ("common_name", "ww.example.jp"), ("client_reference", "default/other/1"), ("product", "x")],
)
def test_a_desk_that_books_something_else_is_told_on(tmp_path: pathlib.Path, field: str, value: str) -> None:
    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return told({"request_id": "r", "result": {**APPLICATION, field: value}}, status=201)
        return told({"request_id": "r", **listed(asked)})

    with fake_desk(script) as desk:
        (outcome,) = Run(api_of(desk), tmp_path).apply(sample.order())
    assert isinstance(outcome.error, EchoDiffers)
    assert field in str(outcome.error)
    assert [asked.method for asked in desk.asked].count("POST") == 1


def test_a_busy_desk_is_asked_again_when_it_said(tmp_path: pathlib.Path) -> None:
    def script(asked: Asked) -> Answer:
        if asked.method == "POST" and [seen.method for seen in desk.asked].count("POST") <= 2:
            return Answer(status=429, headers=(("Retry-After", "7"),), body=b"{}")
        return told({"request_id": "r", "result": APPLICATION, **listed(asked)})

    with fake_desk(script) as desk:
        run = Run(api_of(desk), tmp_path)
        (outcome,) = run.apply(sample.order())
    assert (outcome.error, run.pauses) == (None, [7.0, 7.0])


def test_an_unreadable_answer_to_a_purchase_is_settled(tmp_path: pathlib.Path) -> None:
    def script(asked: Asked) -> Answer:
        if asked.method == "POST":
            return Answer(body=b"<html>")
        if "client_reference=" in asked.path:
            return told({"request_id": "r", "results": [APPLICATION], "total": 1})
        return told({"request_id": "r", **listed(asked)})

    with fake_desk(script) as desk:
        (outcome,) = Run(api_of(desk), tmp_path).apply(sample.order())
    assert outcome.error is None
    assert outcome.application is not None
    assert outcome.application.contract_id == "rsc00000001"


def test_nobody_else_is_asked_when_the_outcome_stays_unknown(tmp_path: pathlib.Path) -> None:
    def script(asked: Asked) -> Answer:
        offer = [{"product": "sureserver_cloud", "terms": ["6 months"]}]
        rows = offer if "/products" in asked.path else []
        return (
            Answer(status=502)
            if asked.method == "POST"
            else told({"request_id": "r", "results": rows, "total": len(rows)})
        )

    with fake_desk(script) as desk:
        run = Run(api_of(desk), tmp_path)
        (outcome,) = run.apply(sample.order())
    assert isinstance(outcome.error, OutcomeUnknown)
    bodies = {asked.body for asked in desk.asked if asked.method == "POST"}
    assert len(bodies) == 1, "every attempt bears the same reference"
    assert run.pauses == [0.5, 1.0, 2.0]
