# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One look at the desk: one listing, and the look-ups that new orders need before anything is submitted."""

from __future__ import annotations

import typing as t

from ._claims import claimed
from ._observed import Observed
from ._order import Wanted

if t.TYPE_CHECKING:
    from ._desk.desk import Desk
    from ._order import Order


def observe(desk: Desk, orders: tuple[Order, ...], *, portfolio: str) -> Observed:
    """What the desk shows; linked contracts and products are read only when an order has no application yet."""
    applications = desk.applications()
    claims, _complaints = claimed(orders, applications, portfolio=portfolio)
    new = [order for order in orders if order.name not in claims and order.state is Wanted.PRESENT]
    if not new:
        return Observed(applications=applications)
    services = sorted({order.linked_contract.service for order in new if order.linked_contract})
    return Observed(
        applications=applications,
        linked_contracts={service: desk.linked_contracts(service) for service in services},
        products=desk.products(),
    )


__all__ = ("observe",)
