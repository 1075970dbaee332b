# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""From desk: by_hand to another desk and back: contracts of the register are used there by their contract ID."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._desk.by_hand.register import read_register
from .asked_orders import check_portfolio_name

if t.TYPE_CHECKING:
    from .._values.order import Order
    from .asked_orders import Options


def pin_recorded(orders: tuple[Order, ...], options: Options) -> tuple[Order, ...]:
    """Give each order without a contract ID the one that people have recorded for it.

    So it buys nothing, also where another desk does not tell whose a contract is, or does not list one that has ended.
    """
    if not options.get("desk_folder"):
        return orders
    rows = read_register(options["desk_folder"]).rows
    recorded = {row["client_reference"]: key for key, row in rows.items() if "client_reference" in row}
    portfolio = check_portfolio_name(options)
    return tuple(
        dc.replace(order, contract_id=recorded.get(order.client_reference(portfolio)))
        if order.contract_id is None
        else order
        for order in orders
    )


__all__ = ("pin_recorded",)
