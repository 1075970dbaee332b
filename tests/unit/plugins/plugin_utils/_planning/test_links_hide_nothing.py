# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of a linked service that people ask for by e-mail hides nothing that a certificate needs of people."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.due import needs_people
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import find_next_deadline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.reasons import explain_standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.standing import next_action
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.left_out import list_left_out
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Certificate,
    Decision,
    Kind,
    LinkChange,
    Observed,
    Procedure,
    Renewal,
    State,
)
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample

DAY: t.Final = dt.timedelta(days=1)
END: t.Final = dt.datetime(2027, 6, 1, 3, tzinfo=dt.UTC)
WAS: t.Final = "rga00000001"
MOVED: t.Final = {"service": "managed_waf_link", "contract_id": "rmw00000001", "was": WAS}
CONTRACT: t.Final = Application(
    contract_id="rsc00000001", client_reference=None, customer_code=None, common_name="cdn.example.jp",
    product="secure_server_id_cloud", term=None, usage=None, linked_contract_id=WAS,
    linked_service="gio_content_acceleration", state=State.INSTALLED, not_after=END, serial_number="0a",
    current=Certificate(
        serial_number="0a", certificate_fingerprint="b" * 64, public_key_fingerprint="a" * 64, csr_origin="service",
        not_before=END - 182 * DAY, not_after=END,
    ),
)  # fmt: skip
WINDOW: t.Final = Renewal(
    notice_at=END - 35 * DAY, opens_at=END - 30 * DAY, order_by=END - 26 * DAY, update_by=END - 21 * DAY
)
LACKING: t.Final = {"applicant": None, "terms_agreed": None}
UNDER_WAY: t.Final = LinkChange(work="change", linked_contract_id="rmw00000001", linked_service="managed_waf_link")


def renewal(state: State, **more: t.Any) -> dict[str, t.Any]:
    return {"procedure": Procedure(id="x", kind=Kind.RENEWAL, state=state, **more)}


# What people have to do for the certificate, by the order and by the contract; all at day 28 before its end.
OPEN: t.Final[dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]]] = {
    "fields are lacking": (LACKING, {}),
    "cancelled by a person": ({}, {"renewal": dc.replace(WINDOW, decision=Decision.CANCEL)}),
    "another term": ({}, {"renewal": dc.replace(WINDOW, terms=("1 year",))}),
    "rejected": ({}, renewal(State.REJECTED, reason="the phone")),
    "renewed by hand, fields are lacking": (LACKING, renewal(State.AWAITING_REGISTRATION)),
    "the first one, fields are lacking": (
        LACKING,
        {"state": State.AWAITING_REGISTRATION, "current": None, "not_after": None},
    ),
    "a text that nobody knows": ({}, {"state": State.UNCLEAR, "unclear": ("移行中", "states")}),
}


def plan_of(order: dict[str, t.Any], contract: dict[str, t.Any], *, moved: bool, change: LinkChange | None) -> Plan:
    links = {"linked_contract": MOVED} if moved else {}
    fields = sample.linked_order(renewal={"when": "window"}, contract_id="rsc00000001", **order, **links)
    seen = dc.replace(CONTRACT, **contract, link_change=change if moved else None)
    observed = Observed(applications=(seen,), keeps_references=False, changes_online=False, as_of=END - 28 * DAY)
    return make_plan([fields], observed, portfolio="default", spread=False, due_only=True)


def describe(plan: Plan) -> list[t.Any]:
    (entry,) = plan.entries
    words = (explain_standing(entry, "en"), next_action(entry, "en"), find_next_deadline(entry))
    return [entry.shown, needs_people(entry, plan.as_of), *words, list_left_out((), plan, "en")]


@pytest.mark.parametrize("change", [None, UNDER_WAY], ids=["to be sent", "IIJ is at work"])
@pytest.mark.parametrize("case", OPEN)
def test_what_only_people_can_do_is_told_before_the_linked_service(case: str, change: LinkChange | None) -> None:
    order, contract = OPEN[case]
    told = describe(plan_of(order, contract, moved=False, change=None))
    assert told[1] is True and told[-1], "a run fails by it"
    assert describe(plan_of(order, contract, moved=True, change=change)) == told


@pytest.mark.parametrize(
    ("contract", "shown"),
    [
        ({"not_after": END + 90 * DAY, "current": dc.replace(CONTRACT.current, not_after=END + 90 * DAY)}, "mail"),
        (renewal(State.APPLIED), "mail"),
        ({}, "renew"),
    ],
)
def test_the_mail_is_told_where_nothing_else_waits_for_people(contract: dict[str, t.Any], shown: str) -> None:
    plan = plan_of({}, contract, moved=True, change=None)
    entry: Entry = plan.entries[0]
    assert entry.link is Standing.WAITING and not needs_people(entry, plan.as_of)
    action, _actor = next_action(entry, "en")
    assert ("send the e-mail" in action) is (shown == "mail")
