# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host has ends on its day, whatever was edited since: the day is told until the next certificate is there."""

from __future__ import annotations

import dataclasses as dc
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import translate
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.keys import list_retired_keys
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.lifecycle import last_day_before
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import (
    Memory,
    make_host_answer,
    make_registered,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import Plan, make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.schedule import What, list_deadlines
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing, Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.document import _drift
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed, State
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils._planning.test_no_silence import (
    portal_row,
)
from ansible_collections.iij.server_certificate.tests.unit.plugins.plugin_utils.portfolios import (
    OV,
    before_end,
    booked,
    certified,
    portfolio,
    renewal,
)

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

RENEWS: t.Final = {**OV, "renewal": {"when": "window"}}
(ORDER,) = portfolio(RENEWS)
ROW: t.Final = certified(booked(ORDER, "p/www/1"), 1)
NEXT: t.Final = certified(ROW, 2, issued_at=before_end(15, ROW))
LAST_DAY: t.Final = last_day_before(before_end(0, ROW))
MORE: t.Final = {**RENEWS, "install": {**RENEWS["install"], "full_chain": "/etc/pki/tls/certs/www.full.pem"}}
BARE: t.Final = {field: value for field, value in RENEWS.items() if field != "install"}


def plan_of(
    *rows: Application, wish: dict[str, t.Any], memory: Memory, days: float = 5, at_portal: bool = True
) -> Plan:
    online = not at_portal
    observed = Observed(applications=rows, as_of=before_end(days, ROW), keeps_references=online, changes_online=online)
    return make_plan(portfolio(wish), observed, portfolio="p", memory=memory)


def installation_of(plan: Plan) -> t.Any:
    (entry,) = plan.entries
    return next((one.day for one in list_deadlines(entry) if one.what is What.INSTALLATION), None)


@pytest.mark.parametrize("wish", [RENEWS, MORE, {**RENEWS, "host": "web9"}], ids=["no edit", "one more file", "host"])
def test_other_places_do_not_move_the_last_day_of_what_is_served(wish: dict[str, t.Any]) -> None:
    memory = Memory([make_host_answer(ORDER, portal_row(ROW), has=True)])
    assert installation_of(plan_of(portal_row(NEXT), wish=wish, memory=memory)) == LAST_DAY


def test_what_is_to_replace_a_contract_is_to_be_installed_before_that_ones_end() -> None:
    old = dc.replace(portal_row(ROW), client_reference=None)
    new = portal_row(certified(booked(ORDER, None, number=2), 2, issued_at=before_end(15, ROW)))
    plan = plan_of(old, new, wish={**RENEWS, "generation": 2, "replaces": old.contract_id}, memory=Memory())
    assert plan.entries[0].application == new
    assert installation_of(plan) == LAST_DAY


@pytest.mark.parametrize("has", [False, True])
def test_what_a_run_has_fetched_in_vain_is_not_with_people(has: bool) -> None:
    """The order names no files any more, and the desk says that its certificate was downloaded."""
    memory = Memory([make_host_answer(ORDER, NEXT, has=has)])
    plan = plan_of(NEXT, wish=BARE, memory=memory, at_portal=False)
    assert installation_of(plan) == (None if has else LAST_DAY)
    assert plan.entries[0].left_to_hands is not has


def test_where_no_run_can_cancel_people_are_told_to() -> None:
    old = dc.replace(portal_row(ROW), client_reference=None)
    new = portal_row(certified(booked(ORDER, None, number=2), 2, issued_at=before_end(15, ROW)))
    wish = {**RENEWS, "generation": 2, "replaces": old.contract_id}
    for at_portal, words in ((True, "cancel it in the portal"), (False, "It is cancelled as soon as")):
        plan = plan_of(old, new, wish=wish, memory=Memory(), days=22, at_portal=at_portal)
        (remark,) = [one for one in find_remarks(plan) if one.rule == "REPLACED-RENEWED"]
        assert words in translate(remark.todo, "en")


def test_a_corrected_order_is_not_told_to_be_put_back() -> None:
    rejected = dc.replace(ROW, procedure=renewal(ROW.certificate_fingerprint, None, state=State.REJECTED))
    memory = Memory([make_registered(ORDER, ROW)])
    wish = {**RENEWS, "applicant": {**RENEWS["applicant"], "phone": "+81-3-1111-1111"}}
    plan = plan_of(rejected, wish=wish, memory=memory, days=24, at_portal=False)
    assert plan.entries[0].steps == (Step.REGISTER,) and plan.entries[0].ahead is Standing.TO_REGISTER
    assert not list(_drift(plan))


def test_the_key_of_a_csr_that_was_rejected_is_certified_no_more() -> None:
    """Another kind of key may be what the CA wants, and the host would keep the one that waits."""
    for state, retired in ((State.REJECTED, ("1b", "5c")), (State.APPLIED, ("1b",))):
        procedure = renewal(ROW.certificate_fingerprint, None, state=state, public_key_fingerprint="5c" * 32)
        assert [key[:2] for key in list_retired_keys(dc.replace(ROW, procedure=procedure))] == list(retired)
