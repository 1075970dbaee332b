# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Contracts that orders replace by another purchase (`replaces`): cancelled once the new certificates are in use. Pure.

A cancellation cannot be taken back, so it rests on proof only: IIJ has installed the new certificate, or its host has
answered that it has it where the order wants it. Everything else is a person's task.
"""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._complaints.complaints import Complaint, shorten
from .._values.observed import State
from .._values.order import Usage, Wanted
from .differences import may_be_alike
from .lifecycle import Phase, find_track, is_given_up, is_renewing
from .memory import name_places
from .steps import Standing, Step

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.observed import Application, Observed
    from .._values.order import Order
    from .lifecycle import Track

_TOO_LATE: t.Final = (Phase.CLOSED, Phase.RENEWED)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The contract that an order replaces, where it is in its period, and what is to become of it.

    `cancels`: this plan cancels it. `in_person`: no run of ours can do that, so a person has to.
    """

    application: Application
    track: Track | None
    cancels: bool = False
    in_person: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether it is still to be cancelled."""
        return self.application.live and not is_given_up(self.application)

    @property
    def is_too_late(self) -> bool:
        """Whether its next period is paid already, so that it can be cancelled before the end of that one only."""
        return self.goes_on and self.track is not None and self.track.phase in _TOO_LATE


class Successor(t.NamedTuple):
    """An order with what is known of its certificate; `on_host` as its host has answered, None where it did not."""

    order: Order
    application: Application | None
    standing: Standing
    on_host: bool | None


def find_replaced(successors: Iterable[Successor], observed: Observed) -> dict[str, Replaced]:
    """Find the contract that each order replaces, by order name; where several replace one, the last ends it."""
    groups: dict[str, list[Successor]] = {}
    for one in successors:
        if one.order.replaces is not None and one.order.state is Wanted.PRESENT:
            groups.setdefault(one.order.replaces, []).append(one)
    there = {app.contract_id: app for app in observed.applications if app.contract_id in groups}
    return {
        one.order.name: _judge_replaced(there[contract_id], group, observed, first=one is group[0])
        for contract_id, group in groups.items()
        if contract_id in there
        for one in group
    }


def _judge_replaced(old: Application, group: list[Successor], observed: Observed, *, first: bool) -> Replaced:
    replaced = Replaced(application=old, track=find_track(old, observed.as_of))
    in_person = not observed.changes_online or any(is_in_nobodys_sight(one.order) for one in group)
    free = replaced.goes_on and not replaced.is_too_late and not is_renewing(old)
    cancels = first and free and not in_person and all(is_in_use(one) for one in group)
    return dc.replace(replaced, cancels=cancels, in_person=in_person)


def is_in_use(one: Successor) -> bool:
    """Check whether the new certificate is proved to be in use."""
    application = one.application
    if application is None or not application.live or one.standing is Standing.ESTRANGED or is_given_up(application):
        return False
    if application.state is State.INSTALLED:
        return True
    return application.state is State.ISSUED and one.order.install is not None and one.on_host is True


def is_in_nobodys_sight(order: Order) -> bool:
    """Check whether neither a host of ours nor IIJ tells when a certificate is in use."""
    return order.usage is Usage.OTHER and order.install is None


def find_giving_way(orders: Iterable[Order]) -> set[str]:
    """Find cancelled orders that have a file where another order wants one of its own; the others keep their files."""
    orders = tuple(orders)
    ended = [order for order in orders if order.state is Wanted.CANCELLED and order.install is not None]
    wanted = {place for order in orders if ended and order.state is Wanted.PRESENT for place in _places(order)}
    return {order.name for order in ended if not wanted.isdisjoint(_places(order))}


def _places(order: Order) -> set[tuple[str | None, str]]:
    host, *paths = name_places(order)
    return {(host, path) for path in paths if path is not None}


def find_wrong_replacements(
    orders: Iterable[Order], claims: Mapping[str, Application], observed: Observed
) -> Iterator[Complaint]:
    """Find replacements of the order's own contract, of one that another order keeps, and of none at all."""
    there = {app.contract_id for app in observed.applications}
    owners = {claims[order.name].contract_id: order for order in orders if order.name in claims}
    for order in orders:
        if order.replaces is None or order.state is not Wanted.PRESENT:
            continue
        owner = owners.get(order.replaces)
        facts = {"value": shorten(order.name), "contract_id": shorten(order.replaces)}
        if owner is order:
            yield _complaint("REPLACES-SELF", order, {**facts, "generation": order.generation + 1})
        elif owner is not None and owner.state is Wanted.PRESENT:
            yield _complaint("REPLACES-KEPT", order, {**facts, "other": owner.name})
        elif order.replaces not in there and order.name not in claims:
            yield _complaint("REPLACES-UNKNOWN", order, facts)


def find_replaced_of_others(
    replaced: Iterable[tuple[Order, Replaced | None, tuple[Step, ...]]], portfolio: str
) -> Iterator[Complaint]:
    """Find contracts that a replacement ends although they may be kept: another portfolio's, or for another name.

    A copied entry may still name what its model has replaced. That a name is another one may be meant, so it is told
    only with the purchase and with the cancellation.
    """
    for order, one, steps in replaced:
        if one is None or not one.goes_on:
            continue
        old = one.application
        common_name, (buyer, slash, _name) = shorten(old.common_name), (old.client_reference or "").partition("/")
        facts = {"contract_id": old.contract_id, "common_name": common_name, "value": shorten(order.name)}
        if slash and buyer != portfolio:
            yield _complaint("REPLACES-OTHER", order, {**facts, "portfolio": shorten(buyer)})
        elif not may_be_alike(order, old) and {Step.PLACE, Step.CANCEL_REPLACED} & set(steps):
            yield _complaint("REPLACES-UNLIKE", order, {**facts, "reference": shorten(old.client_reference or "-")})


def _complaint(rule: str, order: Order, facts: Mapping[str, object]) -> Complaint:
    place = order.locate(("replaces",))
    return Complaint(rule=rule, place=place, order=order.name, path=("replaces",), facts=facts)


__all__ = (
    "Replaced",
    "Successor",
    "find_giving_way",
    "find_replaced",
    "find_replaced_of_others",
    "find_wrong_replacements",
    "is_in_nobodys_sight",
    "is_in_use",
)
