# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract that lives on, over the portal's screens: 更新 is pressed once, and what a renewal wants is registered."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import (
    OutcomeUnknown,
    RequestRefused,
    StateConflict,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application, Kind, State
from ansible_collections.iij.server_certificate.tests.contract import sample_orders as sample
from ansible_collections.iij.server_certificate.tests.contract.portal_desks import IN_BOTH

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.adapter import PortalDesk
    from ansible_collections.iij.server_certificate.tests.contract.desk_process import DeskControl, Json

ORDER: t.Final = sample.order()
DAY: t.Final = dt.timedelta(days=1)
REFERENCE: t.Final = "default/www/1/renewal:0"


def issued(desk: DeskControl, *, days: float = 1) -> Json:
    """A contract whose window has opened so many days ago; made over the JSON interface, which is faster."""
    desk.control("PUT", "/clock", {"now": "2026-12-01T12:00:00Z"})
    order = {
        "client_reference": None, "customer_code": ORDER.customer_code, "common_name": ORDER.common_name,
        "product": ORDER.product.id, "term": ORDER.term, "usage": "other", "linked_contract_id": None,
        "terms_agreed": True,
    }  # fmt: skip
    contract_id = desk.api("POST", "/applications", order)["result"]["contract_id"]
    registration = {
        "csr_origin": "service", "subject": {**ORDER.subject.filled_fields()}, "terms_agreed": True,
        "applicant": dc.asdict(ORDER.applicant) if ORDER.applicant else None,
    }  # fmt: skip
    desk.api("PUT", f"/applications/{contract_id}/registration", registration, token=desk.register_token)
    desk.ca_work()
    told = desk.api("GET", f"/applications/{contract_id}")["result"]
    opens = dt.datetime.fromisoformat(told["renewal"]["opens_at"])
    desk.control("PUT", "/clock", {"now": (opens + days * DAY).isoformat()})
    return t.cast("Json", told)


def listed(portal: PortalDesk) -> Application:
    (application,) = portal.list_applications()
    return application


def kinds(desk: DeskControl) -> list[str]:
    return [row["kind"] for row in desk.control("GET", "/purchases")["results"]]


@IN_BOTH
def test_a_renewal_from_its_press_to_its_certificate(desk: DeskControl, portal: PortalDesk) -> None:
    told = issued(desk)
    before = listed(portal)
    assert (before.state, before.procedure) == (State.ISSUED, None)
    assert portal.as_of is not None
    assert portal.as_of.date().isoformat() == desk.control("GET", "/clock")["now"][:10]
    renewed = portal.renew(before, ORDER, REFERENCE)
    assert renewed.procedure is not None
    assert (renewed.procedure.kind, renewed.procedure.state) == (Kind.RENEWAL, State.AWAITING_REGISTRATION)
    assert renewed.procedure.deadline is not None
    assert renewed.procedure.deadline.isoformat() == told["renewal"]["update_by"][:10]
    at_desk = desk.list_applications()[before.contract_id]
    assert at_desk["procedure"]["replaces"] == told["certificate_fingerprint"]
    assert kinds(desk) == ["new", "renewal"]
    seen = listed(portal)
    assert (seen.state, seen.not_after) == (State.ISSUED, before.not_after)
    assert seen.procedure is not None
    full = portal.read_in_full(seen)
    assert full.procedure is not None
    assert full.procedure.deadline == renewed.procedure.deadline
    applied = portal.register(seen, sample.target_order(), sample.csr_of(sample.new_key(), ORDER.common_name))
    assert applied.procedure is not None
    assert applied.procedure.state is State.APPLIED
    desk.ca_work()
    after = listed(portal)
    assert (after.state, after.procedure) == (State.ISSUED, None)
    assert after.not_after is not None
    assert before.not_after is not None
    assert after.not_after > before.not_after
    portal.fetch_certificate(after)
    assert desk.list_applications()[after.contract_id]["csr_origin"] == "customer"


@IN_BOTH
def test_a_quote_of_a_renewal_goes_as_far_as_its_confirm_screen(desk: DeskControl, portal: PortalDesk) -> None:
    issued(desk)
    before = listed(portal)
    consent = portal.quote(ORDER, before)
    assert consent and "同意" in consent
    assert kinds(desk) == ["new"]
    with pytest.raises(RequestRefused, match="ends on"):
        portal.quote(ORDER, dc.replace(before, not_after=before.not_after and before.not_after - DAY))
    portal.quote(ORDER, before)
    portal.renew(before, ORDER, REFERENCE)
    assert kinds(desk) == ["new", "renewal"]


@IN_BOTH
def test_a_press_whose_answer_is_lost_is_not_repeated(desk: DeskControl, portal: PortalDesk) -> None:
    issued(desk)
    before = listed(portal)
    desk.fault("drop_after_commit", method="POST", path="/portal/renewals/*/confirm", count=9)
    with pytest.raises(OutcomeUnknown, match="更新"):
        portal.renew(before, ORDER, REFERENCE)
    desk.no_faults()
    assert kinds(desk) == ["new", "renewal"]
    seen = listed(portal)
    assert seen.procedure is not None
    assert seen.procedure.kind is Kind.RENEWAL
    with pytest.raises(RequestRefused, match="does not offer") as refused:
        portal.renew(seen, ORDER, REFERENCE)
    assert refused.value.nothing_done
    assert kinds(desk) == ["new", "renewal"]


@pytest.mark.parametrize("days", [-0.5, 4.5])
def test_what_is_not_offered_is_not_renewed(desk: DeskControl, portal: PortalDesk, days: float) -> None:
    issued(desk, days=days)
    with pytest.raises(RequestRefused, match="does not offer") as refused:
        portal.renew(listed(portal), ORDER, REFERENCE)
    assert refused.value.nothing_done
    assert "renewal" not in kinds(desk)


def test_another_certificate_than_the_one_that_was_seen_is_not_renewed(desk: DeskControl, portal: PortalDesk) -> None:
    """A renewal is named by the certificate that it replaces, and the screens show its last day."""
    issued(desk)
    before = listed(portal)
    assert before.not_after is not None
    with pytest.raises(RequestRefused, match="ends on") as refused:
        portal.renew(dc.replace(before, not_after=before.not_after - DAY), ORDER, REFERENCE)
    assert refused.value.nothing_done
    assert kinds(desk) == ["new"]


def test_what_the_order_does_not_say_is_not_renewed(desk: DeskControl, portal: PortalDesk) -> None:
    issued(desk)
    before = listed(portal)
    for order in (sample.order(common_name="shop.example.jp"), dc.replace(ORDER, terms_agreed=False)):
        with pytest.raises(RequestRefused) as refused:
            portal.renew(before, order, REFERENCE)
        assert refused.value.nothing_done
    assert kinds(desk) == ["new"]


def test_what_silence_has_opened_is_registered(desk: DeskControl, portal: PortalDesk) -> None:
    issued(desk, days=5)
    assert kinds(desk) == ["new", "silence"]
    seen = listed(portal)
    assert seen.procedure is not None
    assert seen.procedure.state is State.AWAITING_REGISTRATION
    applied = portal.register(seen, ORDER, None)
    assert applied.procedure is not None
    assert applied.procedure.state is State.APPLIED
    with pytest.raises(StateConflict):
        portal.register(seen, sample.target_order(), sample.csr_of(sample.new_key(), ORDER.common_name))


def test_a_rejected_renewal_is_registered_once_more(desk: DeskControl, portal: PortalDesk) -> None:
    issued(desk, days=5)
    portal.register(listed(portal), ORDER, None)
    desk.ca_reject(listed(portal).contract_id, reason="Nobody answered.")
    rejected = portal.read_in_full(listed(portal))
    assert rejected.procedure is not None
    assert (rejected.procedure.state, rejected.procedure.reason) == (State.REJECTED, "Nobody answered.")
    again = portal.register(rejected, sample.target_order(), sample.csr_of(sample.new_key(), ORDER.common_name))
    assert again.procedure is not None
    assert again.procedure.state is State.APPLIED


def test_what_was_cancelled_is_told(desk: DeskControl, portal: PortalDesk) -> None:
    told = issued(desk)
    desk.control("POST", "/by-hand", {"contract_id": told["contract_id"], "act": "cancel"})
    assert listed(portal).state is State.CANCELLED
