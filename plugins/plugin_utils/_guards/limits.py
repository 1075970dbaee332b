# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a run may spend: complaints about a whole plan, before the first call that spends."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Complaint, Place, list_names
from .._planning.lifecycle import day_in_japan
from .._planning.prices import PAID
from .._planning.silence import find_silent
from .._planning.steps import Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .._planning.prices import PriceTable

_SILENT: t.Final = Phrase(
    " IIJ renews these by itself unless somebody cancels them: {0}.",
    "解約しなければIIJ側で自動更新される契約があります: {0}。",
)
_LIMITS: t.Final = (("MAX-NEW-ORDERS", "max_new_orders", Step.PLACE), ("MAX-RENEWALS", "max_renewals", Step.RENEW))


class Limits(t.NamedTuple):
    """What the user allows a run; None allows everything."""

    max_new_orders: int | None = None
    max_renewals: int | None = None
    budget: int | None = None


def judge_limits(plan: Plan, limits: Limits, *, prices: PriceTable | None) -> tuple[Complaint, ...]:
    """Judge whether the run would buy, renew or cost more than the user allows."""
    return (*_too_many(plan, limits), *_too_dear(plan, limits.budget, prices))


def leave_past_limits(plan: Plan, limits: Limits, *, prices: PriceTable | None) -> Plan:
    """Leave out whatever costs money where it would go past a limit: what is bought already is registered in time."""
    past = judge_limits(plan, limits, prices=prices)
    costly = [entry.order.name for entry in plan.entries if set(PAID) & set(entry.steps)]
    return plan.leave(dc.replace(complaint, order=name) for complaint in past for name in costly)


def _too_many(plan: Plan, limits: Limits) -> Iterator[Complaint]:
    for rule, option, step in _LIMITS:
        count, allowed = sum(one is step for _entry, one in plan.list_steps()), getattr(limits, option)
        if allowed is not None and count > allowed:
            facts: dict[str, object] = {"count": count, "allowed": allowed, "silent": _say_silent(plan)}
            yield Complaint(rule=rule, place=Place(file=option), facts=facts)


def _too_dear(plan: Plan, allowed: int | None, prices: PriceTable | None) -> Iterator[Complaint]:
    if allowed is None:
        return
    unpriced: dict[str, list[str]] = {}
    total = 0
    for entry, step in plan.list_steps():
        if step in PAID:
            price = prices.price_step(entry.order, step) if prices else None
            total += price or 0
            if price is None:
                unpriced.setdefault(_bought(entry, step), []).append(entry.order.name)
    for bought, orders in unpriced.items():
        unknown = {"value": bought, "orders": list_names(orders)}
        yield Complaint(rule="BUDGET-UNPRICED", place=Place(file="prices"), facts=unknown)
    if total > allowed:
        over = {"total": f"{total:,}", "allowed": f"{allowed:,}", "silent": _say_silent(plan)}
        yield Complaint(rule="BUDGET", place=Place(file="budget"), facts=over)


def _bought(entry: Entry, step: Step) -> str:
    order = entry.order
    if step is Step.RELINK:
        return f"{order.product.id}, link_change"
    return f"{order.product.id}, {order.renewal_term if step is Step.RENEW else order.term}"


def _say_silent(plan: Plan) -> Phrase:
    """Name what is renewed all the same: a limit of ours does not stop IIJ."""
    renewed = [entry for entry, step in plan.list_steps() if step is Step.RENEW]
    days = {
        entry.application.contract_id: day_in_japan(entry.track.window.order_by)
        for entry in renewed
        if entry.application and entry.track
    }
    days.update({silent.application.contract_id: silent.day for silent in find_silent(plan, None)})
    contracts = ", ".join(
        f"{contract_id} ({day})" for contract_id, day in sorted(days.items(), key=lambda item: item[1])
    )
    return _SILENT.filled(contracts) if contracts else Phrase("", "")


__all__ = ("Limits", "judge_limits", "leave_past_limits")
