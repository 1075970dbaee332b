# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a run may spend: complaints about a whole plan, before the first call that spends."""

from __future__ import annotations

import typing as t

from .._complaints.complaints import Complaint, Place, named
from .._planning.plan import Standing, Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._planning.plan import Plan
    from .._planning.prices import PriceTable


def judge_limits(
    made: Plan, *, max_new_orders: int | None, budget: int | None, prices: PriceTable | None
) -> tuple[Complaint, ...]:
    """Judge whether the run would buy or cost more than the user allows; None allows everything."""
    return (*_too_many(made, max_new_orders), *_too_dear(made, budget, prices))


def _too_many(made: Plan, allowed: int | None) -> Iterator[Complaint]:
    count = made.counts()[Standing.TO_ORDER]
    if allowed is not None and count > allowed:
        facts = {"count": count, "allowed": allowed}
        yield Complaint(rule="MAX-NEW-ORDERS", place=Place(file="max_new_orders"), facts=facts)


def _too_dear(made: Plan, allowed: int | None, prices: PriceTable | None) -> Iterator[Complaint]:
    if allowed is None:
        return
    unpriced: dict[str, list[str]] = {}
    total = 0
    for entry in made.entries:
        if Step.PLACE in entry.steps:
            price = prices.price(entry.order) if prices else None
            total += price or 0
            if price is None:
                unpriced.setdefault(f"{entry.order.product.id}, {entry.order.term}", []).append(entry.order.name)
    for bought, orders in unpriced.items():
        facts = {"value": bought, "orders": named(orders)}
        yield Complaint(rule="BUDGET-UNPRICED", place=Place(file="prices"), facts=facts)
    if total > allowed:
        facts = {"total": f"{total:,}", "allowed": f"{allowed:,}"}
        yield Complaint(rule="BUDGET", place=Place(file="budget"), facts=facts)


__all__ = ("judge_limits",)
