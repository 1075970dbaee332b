# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One purchase without references, against a desk in memory whose list can lag."""

from __future__ import annotations

import contextlib
import dataclasses as dc
import json
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Phrase
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import (
    VaultedWithFile,
    hide_vaulted,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import OutcomeUnknown, RequestRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger_audit import audit_ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    DV,
    OV,
    DeskInMemory,
    booked,
    now,
    portfolio,
)

if t.TYPE_CHECKING:
    import pathlib

    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

TWIN = {
    **OV,
    "name": "xtra",
    "duplicate_of": "www",
    "key": {"path": "/etc/pki/x.key"},
    "install": {"certificate": "/x"},
}


@dc.dataclass
class Screens(DeskInMemory):
    """Keeps no references; `late` are contract IDs that the list does not show yet."""

    keeps_references = False
    by_people = False
    late: set[str] = dc.field(default_factory=set)
    losses_of: dict[str, str] = dc.field(default_factory=dict)

    def turn(self) -> contextlib.AbstractContextManager[None]:
        self.calls.append("turn")
        return contextlib.nullcontext()

    def quote(self, order: Order, renews: Application | None = None) -> None:
        self.calls.append("quote")

    def list_applications(self) -> tuple[Application, ...]:
        shown = [row for row in super().list_applications() if row.contract_id not in self.late]
        return tuple(dc.replace(row, term=None, customer_code=None) for row in shown)

    def place(self, order: Order, client_reference: str) -> Application:
        loss = self.losses_of.pop(order.name, None)
        if loss == "before":
            raise OutcomeUnknown("lost before it was booked")
        self.purchases.append(order.name)
        found = self.put(booked(order, None, number=len(self.purchases)))
        if loss:
            if loss == "late":
                self.late.add(found.contract_id)
            raise OutcomeUnknown("booked, and the answer was lost")
        return found


class Runs:
    def __init__(self, desk: Screens, folder: pathlib.Path) -> None:
        self.desk = desk
        self.ledger = folder / "ledger.jsonl"
        self.pauses: list[float] = []

    def apply(self, *orders: Order, **settings: t.Any) -> list[str]:
        """What became of each order that something was done for."""
        made = make_plan(orders, observe(self.desk, orders, portfolio="p"), portfolio="p")
        performer = Performer(
            desk=self.desk, ledger=Ledger(self.ledger, now=now), portfolio="p", now=now, sleep=self.pauses.append,
            progress=lambda _outcome: None, **settings,
        )  # fmt: skip
        outcomes = performer.perform_contracts(made.list_steps(), listed=made.listed)
        return [f"{o.entry.order.name} {type(o.error).__name__ if o.error else 'bought'}" for o in outcomes]


def test_every_long_wait_says_what_for(runs: Runs) -> None:
    orders = portfolio(OV, TWIN)
    runs.desk.losses_of = {"www": "late"}
    told: list[Phrase] = []
    runs.apply(*orders, listing_lag=60, tell=told.append)
    assert [pause for pause in runs.pauses if pause >= 5] == [60, 60]
    assert [phrase.en for phrase in told] == [
        "waiting for 60 s: until the portal's list shows what was bought before (listing_lag)",
        "waiting for 60 s: until the portal's list shows whether www was bought, since no answer came (listing_lag)",
    ]
    assert all("60秒待ちます" in phrase.ja for phrase in told)


@pytest.fixture
def runs(tmp_path: pathlib.Path) -> Runs:
    return Runs(Screens(), tmp_path)


def test_the_first_of_two_shows_late(runs: Runs) -> None:
    orders = portfolio(OV, TWIN)
    runs.desk.losses_of = {"www": "late"}
    assert runs.apply(*orders) == ["www OutcomeUnknown", "xtra AttemptOpen"]
    assert runs.apply(*orders) == ["www AttemptOpen", "xtra AttemptOpen"]
    runs.desk.late.clear()
    assert runs.apply(*orders) == ["xtra bought"]
    assert runs.desk.purchases == ["www", "xtra"]


def test_a_contract_that_was_there_before_settles_nothing(runs: Runs) -> None:
    orders = portfolio(OV, TWIN)
    runs.desk.put(booked(orders[0], None, number=50))
    runs.desk.losses_of = {"xtra": "late"}
    assert runs.apply(*orders) == ["xtra OutcomeUnknown"]
    assert runs.apply(*orders) == ["xtra AttemptOpen"]
    runs.desk.late.clear()
    assert runs.apply(*orders) == []
    assert runs.desk.purchases == ["xtra"]


def test_no_sealed_contract_id_is_hidden_from_what_settles_an_attempt(runs: Runs) -> None:
    with hide_vaulted():
        orders = portfolio(OV, {**TWIN, "duplicate_of": VaultedWithFile("rsc00000050")})
        runs.desk.put(booked(orders[0], None, number=50))
        runs.desk.losses_of = {"xtra": "late"}
        assert runs.apply(*orders) == ["xtra OutcomeUnknown"]
        assert runs.apply(*orders) == ["xtra AttemptOpen"], "what was there before is not what is missing"
    assert runs.desk.purchases == ["xtra"]


def test_a_contract_that_the_ledger_knows_settles_no_other_attempt(runs: Runs) -> None:
    alone = {name: value for name, value in TWIN.items() if name != "duplicate_of"}
    assert runs.apply(*portfolio(alone)) == ["xtra bought"]
    # From now on that contract is taken for the first order's, and its twin is bought under a name of its own.
    orders = portfolio(OV, {**TWIN, "name": "yoke"})
    runs.desk.losses_of = {"yoke": "late"}
    assert runs.apply(*orders) == ["yoke OutcomeUnknown"]
    assert runs.apply(*orders) == ["yoke AttemptOpen"]
    runs.desk.late.clear()
    assert runs.apply(*orders) == []
    assert len(runs.desk.purchases) == 2


def test_other_orders_go_on(runs: Runs) -> None:
    orders = portfolio(OV, DV)
    runs.desk.losses_of = {"blog": "before"}
    assert runs.apply(*orders) == ["blog OutcomeUnknown", "www bought"]
    assert runs.apply(*orders) == ["blog AttemptOpen"]
    assert audit_ledger(runs.ledger).broken is None


def test_an_attempt_is_over_when_the_user_says_so(runs: Runs) -> None:
    (order,) = portfolio(OV)
    runs.desk.losses_of = {"www": "before"}
    assert runs.apply(order) == ["www OutcomeUnknown"]
    assert runs.apply(order, settle_after=3600) == ["www AttemptOpen"]
    assert runs.apply(order, settle_after=0) == ["www bought"]
    assert runs.apply(order, settle_after=0) == []
    assert runs.desk.purchases == ["www"]


def test_a_torn_ledger_still_holds_back(runs: Runs) -> None:
    (order,) = portfolio(OV)
    runs.desk.losses_of = {"www": "before"}
    runs.apply(order)
    whole = runs.ledger.read_bytes().splitlines(keepends=True)
    runs.ledger.write_bytes(whole[0] + whole[1][:40])
    assert runs.apply(order) == ["www AttemptOpen"]


def test_ended_applications_count_by_generation(runs: Runs) -> None:
    orders = portfolio(OV, TWIN)
    for number in (11, 12):
        runs.desk.put(booked(orders[0], None, number=number, state=State.REJECTED))
    made = make_plan(orders, observe(runs.desk, orders, portfolio="p"), portfolio="p")
    assert {entry.standing for entry in made.entries} == {Standing.ENDED}
    again = portfolio({**OV, "generation": 2}, TWIN)
    assert runs.apply(*again) == ["www bought"]
    assert runs.apply(*again) == []
    assert len(runs.desk.purchases) == 1


def test_nothing_waits_when_nothing_is_bought(runs: Runs) -> None:
    orders = portfolio(OV)
    runs.apply(*orders, listing_lag=60)
    assert runs.pauses == [60]
    runs.apply(*orders, listing_lag=60)
    assert runs.pauses == [60]


def test_everything_that_can_be_refused_is_asked_before_the_ledger_is_written(runs: Runs) -> None:
    runs.apply(*portfolio(OV))
    assert [call for call in runs.desk.calls if call in ("turn", "quote")] == ["turn", "quote"]
    runs.desk.purchases.clear()

    def refuse(_order: Order) -> None:
        raise RequestRefused("not as it is")

    runs.desk.quote = refuse  # type: ignore[method-assign]
    lines = runs.ledger.read_bytes()
    assert runs.apply(*portfolio(DV)) == ["blog RequestRefused"]
    assert (runs.ledger.read_bytes(), runs.desk.purchases) == (lines, [])


@pytest.mark.parametrize(
    "edited", [OV | {"common_name": "www2.example.jp"}, DV | {"name": "www", "common_name": "www.example.jp"}]
)
@pytest.mark.parametrize("loss", [None, "late", "before"])
def test_an_order_that_was_edited_after_its_purchase_buys_nothing_more(
    runs: Runs, edited: dict[str, t.Any], loss: str | None
) -> None:
    before, after = portfolio(OV), portfolio(edited)
    runs.desk.losses_of = {"www": loss} if loss else {}
    runs.apply(*before)
    pressed = len(runs.desk.purchases)
    for orders in (after, before, after):
        assert "www bought" not in runs.apply(*orders)
        assert len(runs.desk.purchases) == pressed
    runs.desk.late.clear()
    runs.apply(*after)
    assert len(runs.desk.purchases) == pressed
    if loss != "before":
        runs.apply(*portfolio(edited | {"generation": 2}))
        assert len(runs.desk.purchases) == 2, "a higher generation says that it is meant"


def test_an_attempt_stays_open_though_a_later_one_ends(runs: Runs) -> None:
    wrong, right = portfolio(OV | {"common_name": "wwww.example.jp"}), portfolio(OV)
    runs.desk.losses_of = {"www": "late"}
    assert runs.apply(*wrong) == ["www OutcomeUnknown"]
    lines = [json.loads(line) for line in runs.ledger.read_text(encoding="utf-8").splitlines()]
    attempt = next(line["attempt"] for line in lines if line.get("unknown"))
    assert runs.apply(*right) == ["www AttemptOpen"]
    assert runs.apply(*right, not_booked=frozenset({attempt})) == ["www bought"]
    assert runs.apply(*wrong) == ["www AttemptOpen"], "what was bought since is another contract"
