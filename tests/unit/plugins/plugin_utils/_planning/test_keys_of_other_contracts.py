# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which keys a host is not to use again, where the CA refuses those of other contracts: as desk and memory tell."""

from __future__ import annotations

import dataclasses as dc
import time
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, Registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.used_keys import UsedKeys
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks.registrations import _host_order
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import (
    Kind,
    Observed,
    Procedure,
    State,
)
from portfolios import DV, ISSUED_AT, OV, before_end, booked, certified, portfolio

if t.TYPE_CHECKING:
    from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Application

A, B, C = (letter * 64 for letter in "abc")
(FIRST,) = portfolio(DV)
SECOND = DV | {"generation": 2}
OTHER = booked(FIRST, "p/blog/1", number=1, state=State.REJECTED)  # a portal shows no key of it
SHOWN = dc.replace(OTHER, public_key_fingerprint=A)
RENEWED = certified(OTHER, 1)
EARLIER = dc.replace(RENEWED.current, public_key_fingerprint=B) if RENEWED.current else None


def remember(contract_id: str, *keys: str) -> Memory:
    return Memory([Registered(contract_id=contract_id, digests={}, keys=(key,)) for key in keys])


def ask_host(order: dict[str, t.Any], *rows: Application, memory: Memory | None = None) -> tuple[list[str], bool]:
    """The keys that the host is told not to use, and whether any live one counts as such."""
    observed = Observed(applications=rows, as_of=ISSUED_AT)
    (entry,) = make_plan(portfolio(order), observed, portfolio="p", memory=memory, spread=False).entries
    asked = _host_order(entry)
    return asked["retire"], asked["retire_live"]


@pytest.mark.parametrize(
    ("order", "row", "memory", "expected"),
    [
        (SECOND, SHOWN, None, ([A], False)),
        (SECOND, SHOWN, remember("rsc00000001", B), ([A, B], False)),
        (SECOND, OTHER, remember("rsc00000001", B, C), ([B, C], False)),
        (SECOND, OTHER, remember("rsc00000009", B), ([], True)),
        (SECOND, OTHER, None, ([], True)),
        (SECOND, dc.replace(OTHER, csr_origin="service"), None, ([], False)),
        (SECOND, dc.replace(OTHER, common_name="other.example.jp"), None, ([], False)),
        (DV | {"name": "news"}, OTHER, None, ([], False)),  # who knows whose key lies there
        (DV | {"name": "news"}, OTHER, remember("rsc00000001", B), ([B], False)),
        (OV | {"generation": 2}, dc.replace(OTHER, common_name="www.example.jp"), None, ([], False)),  # any key will do
    ],
)
def test_keys_of_a_contract_in_whose_place_one_comes(
    order: dict[str, t.Any], row: Application, memory: Memory | None, expected: tuple[list[str], bool]
) -> None:
    assert ask_host(order, row, memory=memory) == expected


def test_every_key_that_the_desk_shows_of_a_contract_counts() -> None:
    rejected = Procedure(id="1", kind=Kind.RENEWAL, state=State.REJECTED, public_key_fingerprint=C)
    assert EARLIER and RENEWED.current
    current = dc.replace(RENEWED.current, public_key_fingerprint=A)
    ended = dc.replace(RENEWED, state=State.EXPIRED, current=current, public_key_fingerprint=A, procedure=rejected)
    row = dc.replace(ended, previous=(EARLIER,))
    keys = UsedKeys((row,))
    (order,) = portfolio(SECOND)
    assert set(keys.list_refused(order, None)) == {A, B, C}
    assert {keys.find_user(order, None, key) for key in (A, B, C)} == {row.contract_id}
    assert keys.list_refused(order, row) == () and keys.find_user(order, row, B) is None
    own = dc.replace(booked(order, "p/blog/2", number=2), public_key_fingerprint=A)
    assert set(keys.list_refused(order, own)) == {B, C}, "the CA has taken A for this contract"
    assert keys.find_user(order, own, A) is None and keys.find_user(order, own, B) == row.contract_id


def test_a_key_is_kept_where_a_renewal_keeps_it_whatever_nobody_knows() -> None:
    own = certified(booked(portfolio(SECOND)[0], "p/blog/2", number=2), 2)
    own = dc.replace(own, public_key_fingerprint=None, current=None, previous=())
    order = SECOND | {"renewal": {"when": "window", "key": "keep"}}
    observed = Observed(applications=(OTHER, own), as_of=before_end(28, own))
    (entry,) = make_plan(portfolio(order), observed, portfolio="p", spread=False).entries
    assert entry.steps and entry.replaces and not _host_order(entry)["retire_live"]


def test_very_many_contracts_are_gathered_once() -> None:
    rows = tuple(
        dc.replace(booked(FIRST, None, number=n), common_name=f"{n}.example.jp", public_key_fingerprint=f"{n:064x}")
        for n in range(10_000)
    )
    (order,) = portfolio(SECOND)
    keys, began = UsedKeys(rows), time.process_time()
    for row in rows:
        own = dc.replace(order, common_name=row.common_name)
        assert keys.list_refused(own, row) == () and keys.find_user(order, None, row.public_key_fingerprint or "")
    assert time.process_time() - began < 5, "one pass for all takes a tenth of a second, one for each takes minutes"
