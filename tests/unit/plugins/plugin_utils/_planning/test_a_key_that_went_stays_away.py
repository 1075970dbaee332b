# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CSR of a certificate before comes back, by a revert: its key is not new, and one that had to go is never used."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.due import needs_people
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Kind, Observed, State
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import CsrOrigin, SuppliedCsr
from portfolios import OV, before_end, booked, certified, portfolio, renewal

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

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


def judge(row: Application, days: float, csr: str = "1", **written: t.Any) -> tuple[bool, set[str]]:
    """Whether the CSR of this certificate is registered for the next one now, and what is said of it."""
    (order,) = portfolio(OV | written)
    key = csr.ljust(64, "b")
    order = dc.replace(order, csr_origin=CsrOrigin.SUPPLIED, csr=SuppliedCsr(pem="", public_key_fingerprint=key))
    seen = Observed(applications=(row,), as_of=before_end(days, row))
    plan = make_plan((order,), seen, portfolio="p", spread=False)
    (entry,) = plan.entries
    if row.procedure:
        assert needs_people(entry, plan.as_of) is (Step.REGISTER not in entry.steps)
    return Step.REGISTER in entry.steps, {one.rule for one in find_remarks(plan) if one.path == ("csr_path",)}


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
        (REISSUED, RENEWAL, 28, (False, GONE)),
        (REISSUED, RENEWAL, 19.5, (False, GONE)),
        (REISSUED, KEEP, 19.5, (False, GONE)),
        (LONG_AGO, KEEP, 19.5, (False, GONE)),
    ],
)
def test_the_csr_of_a_certificate_before(
    row: Application, written: dict[str, t.Any], days: float, expected: tuple[bool, set[str]]
) -> None:
    assert judge(renewing(row), days, **written) == expected
    assert judge(renewing(row), days, csr="9", **written) == (True, set()), "a new key"


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
