# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CSR of a certificate before comes back, by a revert: its key is not new, and one that had to go is never used."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._catalogue.renewals import JAPAN
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.due import needs_people
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, make_registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Kind, Observed, State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import (
    CsrOrigin,
    ReissueReason,
    SuppliedCsr,
)
from portfolios import OV, before_end, booked, certified, portfolio, renewal

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import Complaint
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.entry import Entry
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import Order

(ORDER,) = portfolio(OV)
FIRST: t.Final = certified(booked(ORDER, "p/www/1"), 1)
ROTATED: t.Final = certified(FIRST, 2)
REVOKED: t.Final = dc.replace(FIRST, current=FIRST.current and dc.replace(FIRST.current, revoke_on=dt.date(2027, 3, 1)))
REISSUED: t.Final = certified(REVOKED, 2)
LONG_AGO: t.Final = certified(REISSUED, 3)
RENEWAL: t.Final = {"renewal": {"when": "window"}}
KEEP: t.Final = {"renewal": {"when": "window", "key": "keep"}}
NAMED: t.Final = {"reissue": {"serial": "1", "reason": "key_compromised"}}
MISTYPED: t.Final = {"reissue": {"serial": "1", "reason": "wrong_content"}}
BEFORE, GONE = {"RENEWAL-CSR-SAME"}, {"REISSUE-CSR-SAME"}
# A reissue for wrong content leaves the key an ordinary one of before.
ORDINARY: t.Final = (
    (RENEWAL, 28, (False, BEFORE)),
    (RENEWAL, 19.5, (True, BEFORE)),
    (KEEP, 28, (True, set())),
    (KEEP, 19.5, (True, set())),
)
# Nobody knows why: people have time to say it, and IIJ makes no key.
FORGOTTEN: t.Final = tuple((kept, days, (days < 25, GONE)) for kept in (RENEWAL, KEEP) for days in (28, 26, 19.5))


def judge(
    row: Application, days: float, csr: str = "1", memory: Memory | None = None, **written: t.Any
) -> tuple[bool, set[str]]:
    """Whether the CSR of this certificate is registered for the next one now, and what is said of it."""
    entry, remarks = plan_of(row, days, csr, memory, **written)
    return Step.REGISTER in entry.steps, {one.rule for one in remarks}


def plan_of(
    row: Application, days: float, csr: str = "1", memory: Memory | None = None, **written: t.Any
) -> tuple[Entry, list[Complaint]]:
    order = supplied(csr, **written)
    seen = Observed(applications=(row,), as_of=before_end(days, row))
    plan = make_plan((order,), seen, portfolio="p", spread=False, memory=memory)
    (entry,) = plan.entries
    if row.procedure and row.procedure.state in (State.AWAITING_REGISTRATION, State.REJECTED):
        assert needs_people(entry, plan.as_of) is (Step.REGISTER not in entry.steps)
    return entry, [one for one in find_remarks(plan) if one.path == ("csr_path",)]


def supplied(csr: str, **written: t.Any) -> Order:
    (order,) = portfolio(OV | written)
    key = csr.ljust(64, "b")
    return dc.replace(order, csr_origin=CsrOrigin.SUPPLIED, csr=SuppliedCsr(pem="", public_key_fingerprint=key))


def renewing(row: Application, **more: t.Any) -> Application:
    return dc.replace(row, procedure=renewal(row.certificate_fingerprint, None, **more))


@pytest.mark.parametrize(
    ("row", "written", "days", "expected"),
    [
        (ROTATED, RENEWAL, 28, (False, BEFORE)),
        (ROTATED, RENEWAL, 19.5, (True, BEFORE)),  # rather than a key of IIJ's
        (ROTATED, KEEP, 28, (True, set())),
        (ROTATED, RENEWAL | NAMED, 28, (False, GONE)),
        (ROTATED, RENEWAL | NAMED, 19.5, (False, GONE)),
        (ROTATED, KEEP | NAMED, 28, (False, GONE)),
        (ROTATED, KEEP | MISTYPED, 28, (True, set())),
        (REISSUED, RENEWAL | NAMED, 28, (False, GONE)),
        (REISSUED, RENEWAL | NAMED, 19.5, (False, GONE)),
        (REISSUED, KEEP | NAMED, 19.5, (False, GONE)),
        (LONG_AGO, KEEP | NAMED, 19.5, (False, GONE)),
        *((row, kept | MISTYPED, *then) for row in (REISSUED, LONG_AGO) for kept, *then in ORDINARY),
        *((row, kept, *then) for row in (REISSUED, LONG_AGO) for kept, *then in FORGOTTEN),
    ],
)
def test_the_csr_of_a_certificate_before(
    row: Application, written: dict[str, t.Any], days: float, expected: tuple[bool, set[str]]
) -> None:
    assert judge(renewing(row), days, **written) == expected
    assert judge(renewing(row), days, csr="9", **written) == (True, set()), "a new key"


@pytest.mark.parametrize("row", [REISSUED, LONG_AGO])
@pytest.mark.parametrize("kept", [RENEWAL, KEEP])
@pytest.mark.parametrize("reason", ReissueReason)
def test_the_reason_is_remembered(row: Application, kept: dict[str, t.Any], reason: ReissueReason) -> None:
    """The order no longer says why: a revert took that away, and brought the CSR of before."""
    memory = remembering(reason)
    for written, days, expected in ORDINARY:
        if written == kept:
            banned = (False, GONE)
            expected = expected if reason is ReissueReason.WRONG_CONTENT else banned
            assert judge(renewing(row), days, memory=memory, **kept) == expected
            assert judge(renewing(row), days, memory=memory, **kept | NAMED) == banned, "the order may know better"
    assert judge(renewing(row), 28, csr="9", memory=memory, **kept) == (True, set()), "a new key"


@pytest.mark.parametrize("first", ReissueReason)
@pytest.mark.parametrize("second", ReissueReason)
def test_a_key_that_had_to_go_is_remembered_as_one(first: ReissueReason, second: ReissueReason) -> None:
    lines = [*remembering(first).list_lines(), *remembering(second).list_lines()]
    is_ordinary = first is second is ReissueReason.WRONG_CONTENT
    for memory in (Memory(lines), Memory(Memory(lines).list_lines())):
        assert judge(renewing(REISSUED), 28, memory=memory, **KEEP)[0] is is_ordinary


def test_what_waits_for_a_reason_is_told_with_its_day_until_something_is_registered() -> None:
    day = f"{before_end(22, REISSUED).astimezone(JAPAN):%Y-%m-%d}"
    for memory, word in ((None, "wrong_content"), (remembering(ReissueReason.KEY_LOST), "IIJ")):
        for row in (REISSUED, renewing(REISSUED)):
            (remark,) = plan_of(row, 28, memory=memory, **KEEP)[1]
            for words in (remark.todo.en, remark.todo.ja):
                assert day in words and word in words
        for state in (State.APPLIED, State.AWAITING_CONFIRMATION):
            assert plan_of(renewing(REISSUED, state=state), 20, memory=memory, **KEEP)[1] == []


def remembering(reason: ReissueReason) -> Memory:
    """What the registration of the reissue left behind."""
    order = supplied("2", reissue={"serial": "1", "reason": reason.value})
    return Memory([make_registered(order, renewing(FIRST, kind=Kind.REISSUE), "2".ljust(64, "b"))])


@pytest.mark.parametrize("row", [ROTATED, REISSUED, LONG_AGO])
def test_no_reissue_takes_a_key_of_before(row: Application) -> None:
    reissuing = renewing(row, kind=Kind.REISSUE)
    assert judge(reissuing, 100, **KEEP) == (False, GONE)
    assert judge(reissuing, 100, csr="9", **KEEP) == (True, set())


def test_what_the_ca_has_rejected_is_not_registered_again_with_a_key_that_went() -> None:
    assert judge(renewing(REISSUED, state=State.REJECTED), 28, **KEEP) == (False, GONE)
    assert judge(renewing(ROTATED, state=State.REJECTED), 28, **KEEP) == (True, set())


def test_it_is_told_before_anything_is_ordered() -> None:
    assert judge(REISSUED, 100) == (False, GONE)
    assert judge(ROTATED, 100) == (False, set())
