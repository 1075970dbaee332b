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
from .._values.observed import Decision, State
from .._values.order import Usage, Wanted
from .lifecycle import Phase, find_track, renews
from .steps import Standing

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.observed import Application, Observed
    from .._values.order import Order
    from .lifecycle import Track
    from .plan import Entry

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


def is_given_up(application: Application) -> bool:
    """Check whether a contract was cancelled, also where it goes on to the end of its certificate."""
    return application.renewal is not None and application.renewal.decision is Decision.CANCEL


def with_replaced(entries: Iterable[Entry], observed: Observed) -> list[Entry]:
    """Add to each entry the contract that it replaces; a contract that several replace ends with the last of them."""
    entries = list(entries)
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.order.replaces is not None and entry.order.state is Wanted.PRESENT:
            groups.setdefault(entry.order.replaces, []).append(entry)
    there = {app.contract_id: app for app in observed.applications if app.contract_id in groups}
    return [_with_replaced(entry, groups, there, observed) for entry in entries]


def _with_replaced(
    entry: Entry, groups: Mapping[str, list[Entry]], there: Mapping[str, Application], observed: Observed
) -> Entry:
    group, old = groups.get(entry.order.replaces or "", []), there.get(entry.order.replaces or "")
    if old is None or not any(one is entry for one in group):
        return entry
    replaced = Replaced(application=old, track=find_track(old, observed.as_of))
    in_person = not observed.cancels_online or any(_is_in_nobodys_sight(one.order) for one in group)
    free = replaced.goes_on and not replaced.is_too_late and not renews(old)
    cancels = free and not in_person and entry is group[0] and all(is_in_use(one) for one in group)
    return dc.replace(entry, replaced=dc.replace(replaced, cancels=cancels, in_person=in_person))


def is_in_use(entry: Entry) -> bool:
    """Check whether the new certificate is proved to be where it is used."""
    application = entry.application
    if application is None or not application.live or entry.standing is Standing.ESTRANGED:
        return False
    if application.state is State.INSTALLED:
        return True
    return application.state is State.ISSUED and entry.order.install is not None and entry.on_host is True


def _is_in_nobodys_sight(order: Order) -> bool:
    """Check whether neither a host of ours nor IIJ tells when a certificate is in use."""
    return order.usage is Usage.OTHER and order.install is None


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


def _complaint(rule: str, order: Order, facts: Mapping[str, object]) -> Complaint:
    place = order.locate(("replaces",))
    return Complaint(rule=rule, place=place, order=order.name, path=("replaces",), facts=facts)


__all__ = ("Replaced", "find_wrong_replacements", "is_given_up", "is_in_use", "with_replaced")
