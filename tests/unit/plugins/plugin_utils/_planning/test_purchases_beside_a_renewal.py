# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was bought beside a contract keeps its renewal from being ordered only where it may be in place of it."""

from __future__ import annotations

import dataclasses as dc

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.memory import Memory, Registered
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.plan import make_plan
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import Standing
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import Observed
from portfolios import OV, before_end, booked, certified, portfolio

WINDOW = {"renewal": {"when": "window"}}
(RENEWED,) = portfolio(OV | WINDOW)
(RENAMED,) = portfolio(OV | WINDOW | {"name": "web", "was_named": "www"})
IN_USE = certified(booked(RENEWED, "p/www/1"))


def is_held(reference: str | None, *, order: object = RENEWED, memory: Memory | None = None) -> bool:
    other = dc.replace(IN_USE, contract_id="rsc00000002", client_reference=reference, ordered_at=before_end(60, IN_USE))
    seen = Observed(applications=(IN_USE, other), as_of=before_end(28.5, IN_USE))
    plan = make_plan((order,), seen, portfolio="p", memory=memory, spread=False, due_only=True)
    assert [one.rule for one in plan.remarks] in ([], ["RENEWAL-RIVAL"])
    assert (plan.entries[0].shown is Standing.HELD) is bool(plan.remarks)
    return bool(plan.remarks)


@pytest.mark.parametrize(
    ("reference", "held"),
    [
        (None, True),  # by hand, of whatever kind
        ("ticket 4711", True),
        ("p/www/2", True),  # the next generation of this order, from files that are newer or older than these
        ("p/blog/1", False),  # of an order that is in a file with a mistake, or was removed
        ("p/blog/12", False),
        ("q/www/1", False),  # of another portfolio, where a second purchase must be meant
        ("q/x/1", False),
    ],
)
def test_the_purchase_of_another_order_holds_no_renewal(reference: str | None, held: bool) -> None:
    assert is_held(reference) is held
    assert is_held(reference, order=RENAMED) is held


def test_where_no_reference_is_kept_the_memory_tells_whose_a_purchase_is() -> None:
    for name, held in (("blog", False), ("www", True), (None, True)):
        registered = Registered(contract_id="rsc00000002", digests={}, order=name)
        assert is_held(None, memory=Memory([registered])) is held, name
