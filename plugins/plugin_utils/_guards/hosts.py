# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Hosts of orders that the inventory has: work that is given to nobody costs a contract and is never done."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import Complaint, OrdersRefused, Place, find_nearest, shorten
from .._planning.steps import Step
from .._values.order import Wanted

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._planning.entry import Entry
    from .._planning.plan import Plan
    from .._values.order import Order

_NEAR: t.Final = Phrase("Did you mean {0}? ", "{0} のことですか。")
CONTROLLER: t.Final = "localhost"
_HOSTLESS: t.Final = frozenset({Step.CANCEL, Step.CANCEL_REPLACED, Step.RELINK})  # done at the desk alone


def require_hosts(plan: Plan, inventory: frozenset[str]) -> tuple[Complaint, ...]:
    """Refuse a plan that orders or registers for a host that the inventory lacks; raises OrdersRefused.

    A certificate that waits for such a host holds up no other order: the complaint is returned. So is that of an order
    that is cancelled, as its host may be out of service. Only of the controller nothing is asked by its name, since it
    does the work of orders that name no host.
    """
    lost = _list_lost(plan, inventory)
    complaints = tuple(_no_host(entry.order, inventory) for entry in lost)
    if any(_is_held_up(entry) and entry.order.state is Wanted.PRESENT for entry in lost):
        raise OrdersRefused(complaints)
    return complaints


def leave_lost_hosts(plan: Plan, inventory: frozenset[str]) -> Plan:
    """Leave out what a run of what is due would order or register for a host that the inventory lacks."""
    lost = (entry for entry in _list_lost(plan, inventory) if _is_held_up(entry))
    return plan.leave(_no_host(entry.order, inventory) for entry in lost)


def _list_lost(plan: Plan, inventory: frozenset[str]) -> list[Entry]:
    """List the entries with work for a host that the inventory lacks."""
    return [
        entry
        for entry in plan.entries
        if set(entry.steps) - _HOSTLESS and entry.order.host is not None and entry.order.host not in inventory
    ]


def _is_held_up(entry: Entry) -> bool:
    return bool(set(entry.changes) - _HOSTLESS) or entry.order.host == CONTROLLER


def require_controller(orders: Iterable[Order], inventory: frozenset[str]) -> None:
    """Refuse orders that name the controller where the inventory does not have it; raises OrdersRefused."""
    lost = [order for order in orders if order.host == CONTROLLER and CONTROLLER not in inventory]
    if lost:
        raise OrdersRefused([_no_host(order, inventory) for order in lost])


def warn_of_unready_hosts(plan: Plan) -> tuple[Complaint, ...]:
    """Name in the plan that its new orders are bought before their hosts are ready."""
    count = sum(Step.PLACE in entry.steps for entry in plan.entries)
    place = Place(file="buy_before_host")
    return (Complaint(rule="BUY-BEFORE-HOST", place=place, facts={"count": count}),) if count else ()


def _no_host(order: Order, inventory: frozenset[str]) -> Complaint:
    return Complaint(
        rule="HOST-NOT-IN-INVENTORY",
        place=order.locate(("host",)),
        order=order.name,
        path=("host",),
        facts={"value": shorten(order.host), "meant": _meant(order.host or "", inventory)},
    )


def _meant(host: str, inventory: frozenset[str]) -> Phrase:
    near = find_nearest(host, sorted(inventory))
    return _NEAR.filled(near) if near else Phrase("", "")


def find_missing_hosts(plan: Plan, inventory: frozenset[str]) -> dict[str, str]:
    """Find the host of each order whose issued certificate no host of the inventory holds, by order name."""
    return {
        entry.order.name: entry.order.host
        for entry in plan.entries
        if entry.installs and entry.order.host is not None and entry.order.host not in inventory
    }


__all__ = (
    "CONTROLLER",
    "find_missing_hosts",
    "leave_lost_hosts",
    "require_controller",
    "require_hosts",
    "warn_of_unready_hosts",
)
