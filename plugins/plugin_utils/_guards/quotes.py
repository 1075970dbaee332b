# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Quotes: orders and renewals go all the way except for the purchase; the desk's echo is compared with them."""

from __future__ import annotations

import typing as t

from .._complaints.complaints import Complaint, OrdersRefused, Place
from .._desk.desk import RequestRefused, ScreenUnexpected
from .._planning.steps import Step

if t.TYPE_CHECKING:
    from .._desk.desk import Desk
    from .._planning.plan import Plan


def quote_purchases(plan: Plan, desk: Desk) -> tuple[Complaint, ...]:
    """Ask the desk for a quote of every new order and renewal; returns a note of how many it would take.

    Raises OrdersRefused with each that it would not take.
    """
    complaints = []
    purchases = [(entry, step) for entry, step in plan.list_steps() if step in (Step.PLACE, Step.RENEW)]
    if desk.by_people:  # who compares the confirm screen
        return ()
    for entry, step in purchases:
        try:
            desk.quote(entry.order, entry.application if step is Step.RENEW else None)
        except (RequestRefused, ScreenUnexpected) as refused:
            order = entry.order
            facts = {"value": order.common_name, "problem": refused.phrase}
            complaints.append(Complaint(rule="QUOTE-REFUSED", place=order.place, order=order.name, facts=facts))
    if complaints:
        raise OrdersRefused(complaints)
    note = Complaint(rule="QUOTE-TAKEN", place=Place(file="quote"), facts={"count": len(purchases)})
    return (note,) if purchases else ()


__all__ = ("quote_purchases",)
