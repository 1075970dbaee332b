# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""One look at the desk: one listing, and the look-ups that new orders need before anything is submitted."""

from __future__ import annotations

import dataclasses as dc
import threading
import typing as t

from .._values.observed import Observed
from .._values.order import Wanted
from .claims import match_applications
from .differences import purchase_key
from .links import relinking_of

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._desk.desk import Desk
    from .._values.observed import Application, SeenContract
    from .._values.order import Order


class Listing:
    """The desk's applications, asked for at once, while the order files are read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._found: tuple[Application, ...] = ()
        self._error: Exception | None = None
        # A daemon: nobody waits for the desk when the orders turn out to be refused.
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def wait(self) -> tuple[Application, ...]:
        """Wait for the listing; raises what asking for it raised."""
        self._thread.join()
        if self._error:
            raise self._error
        return self._found

    def _ask(self) -> None:
        try:
            self._found = self._desk.list_applications()
        except Exception as error:  # told where the listing is needed
            self._error = error


def observe(
    desk: Desk, orders: tuple[Order, ...], *, portfolio: str, listing: Listing | None = None, offers: bool = True
) -> Observed:
    """Return what the desk shows; linked contracts and products are read only when an order has no application yet.

    Without `offers` they are not read at all: who may not order may not see them everywhere.
    """
    listed = desk.list_applications() if listing is None else listing.wait()
    online = desk.keeps_references and not desk.by_people
    seen = Observed(
        applications=_in_full(listed, orders, desk=desk),
        keeps_references=desk.keeps_references,
        changes_online=online,
        as_of=desk.as_of,
    )
    claims = match_applications(orders, seen, portfolio=portfolio)
    if not online and (waiting := [order for order in orders if relinking_of(order, claims.get(order.name))]):
        # What a person has asked for by e-mail changes nothing of a row in the list.
        seen = dc.replace(seen, applications=_anew(seen.applications, _names_of(waiting), desk=desk))
        claims = match_applications(orders, seen, portfolio=portfolio)
    new = [order for order in orders if order.name not in claims and order.state is Wanted.PRESENT]
    if offers and online:
        seen = dc.replace(seen, linked_contracts=_find_links(desk, orders, claims))
    if not new or not offers:
        return seen
    # An order that seems to be new may be one that was bought, of which something else is remembered.
    seen = dc.replace(seen, applications=_anew(seen.applications, _names_of(new), desk=desk))
    services = sorted({order.linked_contract.service for order in new if order.linked_contract})
    return dc.replace(
        seen,
        linked_contracts={
            **seen.linked_contracts,
            **{
                service: desk.list_linked_contracts(service)
                for service in services
                if service not in seen.linked_contracts
            },
        },
        products=desk.list_products(),
    )


def _find_links(
    desk: Desk, orders: tuple[Order, ...], claims: Mapping[str, Application]
) -> dict[str, tuple[SeenContract, ...]]:
    """Find the contracts of the services to which contracts are to be linked now."""
    wanted = [relinking for order in orders if (relinking := relinking_of(order, claims.get(order.name)))]
    return {service: desk.list_linked_contracts(service) for service in sorted({each.service for each in wanted})}


def _in_full(
    applications: tuple[Application, ...], orders: tuple[Order, ...], *, desk: Desk
) -> tuple[Application, ...]:
    """Return the applications, those that an order may mean with everything that the desk shows of them."""
    pinned = {order.contract_id for order in orders}
    bought = {purchase_key(order.common_name, order.product.id) for order in orders}
    return tuple(
        desk.read_in_full(app)
        if app.contract_id in pinned or purchase_key(app.common_name, app.product) in bought
        else app
        for app in applications
    )


def _names_of(orders: Iterable[Order]) -> set[tuple[str, str]]:
    return {purchase_key(order.common_name, order.product.id) for order in orders}


def _anew(applications: tuple[Application, ...], names: set[tuple[str, str]], *, desk: Desk) -> tuple[Application, ...]:
    """Return the applications, those under these names read again."""
    return tuple(
        desk.read_in_full(app, anew=True) if purchase_key(app.common_name, app.product) in names else app
        for app in applications
    )


__all__ = (
    "Listing",
    "observe",
)
