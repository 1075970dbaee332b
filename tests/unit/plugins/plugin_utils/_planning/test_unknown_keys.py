# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key the certificate in use has may not be known: then a CSR for its renewal waits, and that is told."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.due import needs_people
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import (
    Memory,
    Registered,
    make_registered,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.remarks import find_remarks
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Step
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.standing import next_action
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Application,
    Kind,
    Observed,
    Procedure,
    State,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.order import CsrOrigin, SuppliedCsr
from portfolios import OV, portfolio

END: t.Final = dt.datetime(2027, 6, 1, 3, tzinfo=dt.UTC)
NEW: t.Final = Application(  # as the portal shows it
    contract_id="rsc00000001", client_reference=None, customer_code=None, common_name="www.example.jp",
    product="sureserver_cloud", term=None, usage=None, linked_contract_id=None, linked_service=None,
    state=State.AWAITING_REGISTRATION,
)  # fmt: skip
IN_USE: t.Final = dc.replace(
    NEW, state=State.ISSUED, not_after=END,
    procedure=Procedure(id="renewal", kind=Kind.RENEWAL, state=State.AWAITING_REGISTRATION),
)  # fmt: skip
OLD, NEXT = "a" * 64, "b" * 64


def order_of(csr_key: str, **renewal: str) -> t.Any:
    (order,) = portfolio(OV | {"contract_id": "rsc00000001", "renewal": {"when": "window", **renewal}})
    csr = SuppliedCsr(pem="", public_key_fingerprint=csr_key)
    return dc.replace(order, csr_origin=CsrOrigin.SUPPLIED, csr=csr, install=None)


def remembered(key: str | None) -> Memory:
    """What this runner has registered for the certificate in use."""
    return Memory() if key is None else Memory([make_registered(order_of(key), NEW)])


def judge(order: t.Any, memory: Memory, row: Application = IN_USE, days: float = 28) -> tuple[bool, set[str]]:
    """Whether the next CSR is registered now, and what is said of it."""
    seen = Observed(
        applications=(row,), keeps_references=False, changes_online=False, as_of=END - days * dt.timedelta(1)
    )
    plan = make_plan((order,), seen, portfolio="p", memory=memory, due_only=True)
    (entry,) = plan.entries
    registers = Step.REGISTER in entry.steps
    assert needs_people(entry, plan.as_of) is not registers
    return registers, {one.rule for one in find_remarks(plan) if one.path == ("csr_path",)}


SAME, UNKNOWN = {"RENEWAL-CSR-SAME"}, {"RENEWAL-KEY-UNKNOWN"}


@pytest.mark.parametrize(
    ("before", "days", "registers", "rules"),
    [
        (OLD, 28, False, SAME),
        (NEXT, 28, True, set()),
        (None, 28, False, UNKNOWN),
        (None, 25.5, False, UNKNOWN),
        (None, 24.5, True, UNKNOWN),  # rather than a key of IIJ's
        (OLD, 25.5, False, SAME),
        (OLD, 24.5, True, SAME),
    ],
)
def test_what_nobody_remembers_waits_as_what_is_known_to_be_the_same(
    before: str | None, days: float, registers: bool, rules: set[str]
) -> None:
    assert judge(order_of(OLD), remembered(before), days=days) == (registers, rules)


def test_who_knows_the_key_says_so() -> None:
    """A new runner with a CSR of its own, at a desk that shows no keys."""
    assert judge(order_of(NEXT, key="keep"), Memory()) == (True, set())
    shown = dc.replace(IN_USE, public_key_fingerprint=OLD)
    assert judge(order_of(NEXT), Memory(), shown) == (True, set())
    assert judge(order_of(OLD), Memory(), shown) == (False, SAME)


def test_what_was_registered_without_a_csr_of_the_user_is_no_unknown_key() -> None:
    by_host = Registered(contract_id="rsc00000001", digests={"host": "x", "key": "y"})
    assert judge(order_of(NEXT), Memory([by_host])) == (True, set())


def test_a_key_that_iij_has_made_is_none_of_the_users() -> None:
    assert judge(order_of(NEXT), Memory(), dc.replace(IN_USE, csr_origin="service")) == (True, set())


def test_an_order_without_a_csr_of_the_user_does_not_wait() -> None:
    (order,) = portfolio(OV | {"contract_id": "rsc00000001", "renewal": {"when": "window"}})
    order = dc.replace(order, install=None)
    assert judge(order, Memory()) == (True, set())


def test_the_row_names_the_warning() -> None:
    for before, action in ((None, "look at the warning"), (OLD, "give a CSR with a new key")):
        seen = Observed(applications=(IN_USE,), keeps_references=False, as_of=END - dt.timedelta(28))
        (entry,) = make_plan((order_of(OLD),), seen, portfolio="p", memory=remembered(before)).entries
        assert next_action(entry, "en")[0].startswith(action)
