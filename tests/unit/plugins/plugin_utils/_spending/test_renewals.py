# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One renewal for each certificate, however a call ends and whoever renews; and the guards before it."""

from __future__ import annotations

import dataclasses as dc
import json
import pathlib
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    OrdersRefused,
    report,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import OutcomeUnknown
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.limits import Limits, judge_limits
from ansible_collections.iij.server_certificate.plugins.plugin_utils._guards.saved_plan import require_saved_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.digests import digest, plan_digest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.observe import observe
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.prices import read_price_table
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.silence import find_open_renewals
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import (
    Frame,
    describe_plan,
    have_no_commands,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.pages import write_reports
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.by_reference import EchoDiffers
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.ledger import Ledger
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.perform import Performer
from ansible_collections.iij.server_certificate.plugins.plugin_utils._spending.seen import note_renewals_of_others
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.contracts import perform_contracts
from portfolios import DV, MADE_AT, OV, DeskInMemory, before_end, booked, certified, now, portfolio, renewal

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.outcome import Outcome
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

WINDOW = {"renewal": {"when": "window", "term": "6 months"}}
ORDERS = portfolio(OV | WINDOW)
IN_USE = certified(booked(ORDERS[0], "p/www/1"))
REFERENCE = f"p/www/1/renewal:1{'a' * 15}"
PRICES = read_price_table({"sureserver_cloud": {"6 months": 30_000}})


@dc.dataclass
class Lists(DeskInMemory):
    """A desk that keeps no references, and shows what its screens show."""

    keeps_references = False
    shows: bool = True

    def list_applications(self) -> tuple[Application, ...]:
        rows = super().list_applications()
        return rows if self.shows else tuple(dc.replace(row, procedure=None) for row in rows)


def due(kind: type[DeskInMemory] = DeskInMemory, *losses: str | None, days: float = 28) -> DeskInMemory:
    desk = kind(losses=iter(losses))
    desk.rows = [IN_USE]
    desk.as_of = before_end(days, IN_USE)
    return desk


def planned(desk: DeskInMemory, orders: t.Any = ORDERS) -> Plan:
    return make_plan(orders, observe(desk, orders, portfolio="p"), portfolio="p", spread=False)


def performer(desk: DeskInMemory, ledger: pathlib.Path, **more: t.Any) -> Performer:
    return Performer(
        desk=desk,
        ledger=Ledger(ledger, now=now),
        portfolio="p",
        sleep=lambda _seconds: None,
        now=now,
        progress=lambda _outcome: None,
        **more,
    )


def renew(desk: DeskInMemory, ledger: pathlib.Path, plan: Plan | None = None, **more: t.Any) -> list[Outcome]:
    made = plan or planned(desk)
    return list(performer(desk, ledger, **more).perform_contracts(made.list_steps(), listed=made.listed))


@pytest.fixture
def ledger(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "p.ledger.jsonl"


def lines(ledger: pathlib.Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]


LOSSES = [(), ("after",), ("before",), ("before", "after"), ("before", "before", "before"), ("after", "after")]


@pytest.mark.parametrize("losses", LOSSES)
def test_a_lost_answer_is_settled_and_renews_once(losses: tuple[str, ...], ledger: pathlib.Path) -> None:
    desk = due(DeskInMemory, *losses)
    (outcome,) = renew(desk, ledger)
    assert outcome.error is None and desk.renewals == [REFERENCE]
    assert planned(desk).entries[0].steps == (Step.REGISTER,)


def test_five_runs_of_one_plan_renew_once(ledger: pathlib.Path) -> None:
    desk = due()
    plan = planned(desk)
    assert [renew(desk, ledger, plan)[0].error for _run in range(5)] == [None] * 5
    assert desk.renewals == [REFERENCE]


@pytest.mark.parametrize("opened_by", ["silence", "order"])
@pytest.mark.parametrize("issued", [False, True])
def test_renewed_by_others_meanwhile_is_an_adoption(opened_by: str, issued: bool, ledger: pathlib.Path) -> None:
    desk = due()
    plan = planned(desk)
    by_hand = dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None, opened_by=opened_by))
    desk.rows = [certified(by_hand, 2) if issued else by_hand]
    (outcome,) = renew(desk, ledger, plan)
    assert outcome.error is None and desk.renewals == []


def test_an_answer_for_another_contract_is_never_taken(ledger: pathlib.Path) -> None:
    class Mixed(DeskInMemory):
        def renew(self, application: Application, order: t.Any, client_reference: str) -> Application:
            return dc.replace(super().renew(application, order, client_reference), contract_id="rsc00000009")

    (outcome,) = renew(due(Mixed), ledger)
    assert isinstance(outcome.error, EchoDiffers)


def test_the_next_period_has_a_reference_of_its_own(ledger: pathlib.Path) -> None:
    desk = due()
    renew(desk, ledger)
    desk.rows = [certified(desk.rows[0], 2, issued_at=before_end(20, IN_USE))]
    desk.as_of = before_end(28, desk.rows[0])
    renew(desk, ledger)
    assert len(set(desk.renewals)) == 2
    assert all(reference.startswith("p/www/1/renewal:") for reference in desk.renewals)


def test_the_ledger_names_what_is_replaced(ledger: pathlib.Path) -> None:
    renew(due(), ledger)
    intent, outcome = lines(ledger)
    told = {"step": "renew", "contract_id": "rsc00000001", "replaces": IN_USE.certificate_fingerprint}
    assert told.items() <= intent.items() and told.items() <= outcome.items()
    assert (intent["expires"], intent["term"], intent["client_reference"]) == ("2027-05-25", "6 months", REFERENCE)


# --- a desk without references


@pytest.mark.parametrize("kind", [DeskInMemory, Lists])
def test_an_own_renewal_is_not_noted_as_one_of_others(kind: type[DeskInMemory], ledger: pathlib.Path) -> None:
    desk = due(kind)
    renew(desk, ledger)
    # Not every look at a desk shows the fingerprint by which the renewal was ordered.
    bare = dc.replace(desk.rows[0], current=None, certificate_fingerprint=None)
    bare = dc.replace(bare, procedure=bare.procedure and dc.replace(bare.procedure, replaces=None))
    for row in (desk.rows[0], bare):
        desk.rows = [row]
        note_renewals_of_others(Ledger(ledger, now=now), find_open_renewals(planned(desk)))
    assert [line["kind"] for line in lines(ledger)] == ["intent", "outcome"]


@pytest.mark.parametrize("losses", [(), ("after",)])
def test_the_portal_is_pressed_once(losses: tuple[str, ...], ledger: pathlib.Path) -> None:
    desk = due(Lists, *losses)
    (outcome,) = renew(desk, ledger)
    assert outcome.error is None and len(desk.renewals) == 1 and desk.calls.count("renew") == 1


def test_what_cannot_be_told_holds_and_says_that_holding_is_safe(ledger: pathlib.Path) -> None:
    desk = due(Lists, "after")
    desk.shows = False
    plan = planned(desk)
    (first,) = renew(desk, ledger, plan)
    assert isinstance(first.error, OutcomeUnknown) and "Waiting is safe" in str(first.error)
    (second,) = renew(desk, ledger, plan)
    assert second.error and second.error.nothing_done and "Waiting is safe" in str(second.error)
    assert "待っても問題ありません" in second.error.phrase.ja
    assert desk.calls.count("renew") == 1, "never pressed twice"


def test_only_a_persons_word_presses_again(ledger: pathlib.Path) -> None:
    desk = due(Lists, "before")
    renew(desk, ledger)
    attempt = next(line["attempt"] for line in lines(ledger) if line["kind"] == "outcome")
    (held,) = renew(desk, ledger)
    assert held.error and attempt in str(held.error)
    (outcome,) = renew(desk, ledger, not_booked=frozenset({attempt}))
    assert outcome.error is None and len(desk.renewals) == 1


def test_a_press_that_was_booked_and_is_not_shown_is_not_repeated(ledger: pathlib.Path) -> None:
    desk = due(Lists)
    plan = planned(desk)
    renew(desk, ledger, plan)
    desk.shows = False
    (outcome,) = renew(desk, ledger, plan)
    assert outcome.error and desk.calls.count("renew") == 1


def test_a_desk_that_shows_a_fingerprint_at_times_is_pressed_once(ledger: pathlib.Path) -> None:
    """The portal shows fingerprints of certificates that were fetched, and neither periods nor what was before."""

    class Screens(Lists):
        def list_applications(self) -> tuple[Application, ...]:
            hidden = {"current": None, "previous": (), "certificate_fingerprint": None}
            rows = [dc.replace(row, **hidden) for row in super().list_applications()]
            opened = [row.procedure and dc.replace(row.procedure, replaces=None) for row in rows]
            return tuple(dc.replace(row, procedure=procedure) for row, procedure in zip(rows, opened, strict=True))

        def read_in_full(self, application: Application, *, anew: bool = False) -> Application:
            return dc.replace(application, certificate_fingerprint="f" * 64) if anew else application

        def renew(self, application: Application, order: t.Any, client_reference: str) -> Application:
            row = dc.replace(IN_USE, procedure=renewal(None, None))
            self.calls.append("renew")
            self.renewals.append(client_reference)
            return self.put(row)

    desk = due(Screens)
    plan = planned(desk)
    (outcome,) = renew(desk, ledger, plan)
    assert outcome.error is None and desk.calls.count("renew") == 1
    (outcome,) = renew(desk, ledger, plan)
    assert outcome.error is None and desk.calls.count("renew") == 1, "found as renewed"
    desk.rows = [certified(desk.rows[0], 2, issued_at=before_end(20, IN_USE))]
    (outcome,) = renew(desk, ledger, plan)
    assert outcome.error is None and desk.calls.count("renew") == 1, "found as replaced"


# --- saved plans


def saved(plan: Plan, folder: pathlib.Path) -> str:
    frame = Frame(portfolio="p", part=None, prices=PRICES, lang="en", made_at=MADE_AT)
    write_reports(describe_plan(plan, frame, planned=True), str(folder), name="plan")
    return str(folder / "plan.json")


def refused(plan: Plan, path: str) -> list[str]:
    try:
        require_saved_plan(plan, path, have_no_commands, portfolio="p", part=None, wanted=None)
    except OrdersRefused as told:
        assert report(told.complaints, "ja")
        return [complaint.rule for complaint in told.complaints]
    return []


def test_a_saved_plan_is_applied_and_finished_within_its_window(tmp_path: pathlib.Path, ledger: pathlib.Path) -> None:
    desk = due()
    path = saved(planned(desk), tmp_path)
    assert refused(planned(desk), path) == []
    renew(desk, ledger)
    assert refused(planned(desk), path) == [], "the registration is what is left of it"


def test_a_saved_plan_dies_with_its_window(tmp_path: pathlib.Path) -> None:
    desk = due()
    path = saved(planned(desk), tmp_path)
    # A desk whose window moved to later days would renew; the plan was reviewed for the days before.
    plan = dc.replace(planned(desk), as_of=before_end(25, IN_USE))
    assert refused(plan, path) == ["PLAN-EXPIRED"]


def test_a_saved_plan_is_never_that_of_the_next_period(tmp_path: pathlib.Path, ledger: pathlib.Path) -> None:
    desk = due()
    path = saved(planned(desk), tmp_path)
    renew(desk, ledger)
    desk.rows = [certified(desk.rows[0], 2, issued_at=before_end(20, IN_USE))]
    for days in range(199, -1, -1):
        desk.as_of = before_end(days, desk.rows[0])
        plan = planned(desk)
        assert not plan.count_changes() or refused(plan, path), "a plan of the period before does nothing"
    desk.as_of = before_end(28, desk.rows[0])
    assert refused(planned(desk), path) == ["PLAN-EXPIRED"]
    early = dc.replace(planned(desk), as_of=before_end(28, IN_USE))
    assert refused(early, path) == ["PLAN-DESK-MOVED"]


def test_a_changed_last_day_or_predecessor_is_found_in_the_file(tmp_path: pathlib.Path) -> None:
    path = pathlib.Path(saved(planned(due()), tmp_path))
    whole = path.read_text(encoding="utf-8")
    for field in ("replaces", "renew_by"):
        document = json.loads(whole)
        document["orders"][0][field] = None
        # Somebody who makes the digest of the file fit as well is found by that of the work.
        del document["file_digest"]
        document["file_digest"] = digest(document)
        path.write_text(json.dumps(document), encoding="utf-8")
        assert refused(planned(due()), str(path)) == ["PLAN-FILE"]


# --- limits


def past(plan: Plan, **limits: t.Any) -> dict[str, str]:
    return {one.rule: one.render("en") for one in judge_limits(plan, Limits(**limits), prices=PRICES)}


def test_renewals_have_a_limit_and_a_price_of_their_own() -> None:
    plan = planned(due())
    assert past(plan, max_new_orders=0, max_renewals=1, budget=30_000) == {}
    told = past(plan, max_renewals=0, budget=29_999)
    assert list(told) == ["MAX-RENEWALS", "BUDGET"]
    assert all("rsc00000001 (2027-04-28)" in text for text in told.values()), "what IIJ renews all the same"


def test_the_document_tells_what_renewals_and_silence_cost() -> None:
    desk = due(days=28)
    silent = certified(booked(portfolio(DV)[0], "p/blog/1", number=2))
    desk.rows.append(silent)
    plan = planned(desk, (*ORDERS, *portfolio(DV)))
    prices = read_price_table({"sureserver_cloud": {"6 months": 30_000}, "quick_ssl": {"6 months": 9_000}})
    frame = Frame(portfolio="p", part=None, prices=prices, lang="en", made_at=MADE_AT)
    document = describe_plan(plan, frame, planned=True)
    assert document["price"] == {
        "currency": "JPY",
        "total": 30_000,
        "new": 0,
        "renewals": 30_000,
        "links": 0,
        "unpriced": [],
    }
    assert [(row["contract_id"], row["yen"]) for row in document["silent"]] == [("rsc00000002", 9_000)]


def test_the_plan_after_the_run_waits_for_the_registration(ledger: pathlib.Path) -> None:
    desk = due()
    after, _outcomes = perform_contracts(planned(desk), performer(desk, ledger))
    assert [(entry.shown, entry.steps) for entry in after.entries] == [(Standing.TO_REGISTER, (Step.REGISTER,))]


def test_old_files_and_plans_renew_nothing(tmp_path: pathlib.Path) -> None:
    desk = due()
    (order,) = portfolio(OV)
    plan = planned(desk, (order,))
    assert plan.count_changes() == 0
    path = saved(plan, tmp_path)
    document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    for row in document["orders"]:
        for field in ("replaces", "renew_by", "renewal", "on_host"):
            del row[field]
    del document["silent"], document["file_digest"]
    document["digest"] = plan_digest(document["orders"], portfolio="p", part=None)
    pathlib.Path(path).write_text(json.dumps(document), encoding="utf-8")
    assert refused(plan, path) == [], "a plan of an earlier version"
    desk.rows = [dc.replace(IN_USE, procedure=renewal(IN_USE.certificate_fingerprint, None))]
    assert refused(planned(desk, (order,)), path) == ["PLAN-DESK-MOVED"]
