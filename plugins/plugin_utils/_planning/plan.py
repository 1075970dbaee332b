# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""plan(orders, observed) -> Plan: the one pure decision that check mode prints and a run performs."""

from __future__ import annotations

import collections
import dataclasses as dc
import enum
import typing as t

from .._complaints.complaints import OrdersRefused
from .._values.observed import ENDED, State
from .._values.order import Wanted
from .claims import find_rivals, match_applications
from .lookup import find_used_key, resolve_linked_contract
from .memory import Memory

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.observed import Application, Observed
    from .._values.order import Order
    from .slices import Slice


class Step(enum.StrEnum):
    """What is done for an order, in this order."""

    CANCEL = "cancel"
    PLACE = "place"
    REGISTER = "register"
    COLLECT = "collect"


class CallClass(enum.StrEnum):
    """How a step's call may be repeated: reads and safe writes at will, spending calls never blindly."""

    READ = "read"
    SAFE_WRITE = "safe write"
    SPEND = "spend"


CALL_CLASSES: t.Final = {
    Step.CANCEL: CallClass.SPEND,
    Step.PLACE: CallClass.SPEND,
    Step.REGISTER: CallClass.SAFE_WRITE,
    Step.COLLECT: CallClass.READ,
}


class Standing(enum.StrEnum):
    """Where an order stands between its file and the desk."""

    TO_ORDER = "to_order"
    TO_REGISTER = "to_register"
    TO_COLLECT = "to_collect"
    TO_CANCEL = "to_cancel"
    WAITING = "waiting"
    ENDED = "ended"
    DONE = "done"


class Verdict(enum.StrEnum):
    """What a plan or a run comes to; pipelines decide by it."""

    NOTHING_TO_DO = "nothing_to_do"
    CHANGES = "changes"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    ERROR = "error"


_STEPS: t.Final[dict[Standing, tuple[Step, ...]]] = {
    Standing.TO_ORDER: (Step.PLACE, Step.REGISTER),
    Standing.TO_REGISTER: (Step.REGISTER,),
    Standing.TO_COLLECT: (Step.COLLECT,),
    Standing.TO_CANCEL: (Step.CANCEL,),
}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order of the plan; a linked contract without ID has been looked up where it is needed."""

    order: Order
    application: Application | None
    standing: Standing
    adopts: bool = False  # ordered past these files, and used instead of buying another one
    on_host: bool | None = None  # whether its host has the certificate; None where no host was heard
    drifted: tuple[str, ...] = ()  # fields in which the order says something else than was registered

    @property
    def steps(self) -> tuple[Step, ...]:
        return _STEPS.get(self.standing, ())

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change the desk."""
        return tuple(step for step in self.steps if CALL_CLASSES[step] is not CallClass.READ)

    @property
    def unconfirmed(self) -> bool:
        """Whether the certificate was fetched, and no host was heard to have it."""
        return self.installs and self.standing is Standing.DONE and self.on_host is None

    @property
    def installs(self) -> bool:
        """Whether a certificate is there to lie on a host."""
        issued = self.application is not None and self.application.state is State.ISSUED
        return issued and self.order.install is not None and self.order.state is Wanted.PRESENT


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`listed`: the contract ID of everything that the desk showed when the plan was made."""

    entries: tuple[Entry, ...]
    unmanaged: tuple[Application, ...]
    listed: frozenset[str] = frozenset()

    def counts(self) -> dict[str, int]:
        """How many orders stand where, and how many applications no order names."""
        found = collections.Counter(entry.standing for entry in self.entries)
        return {**{standing.value: found[standing] for standing in Standing}, "unmanaged": len(self.unmanaged)}

    def steps(self) -> Iterator[tuple[Entry, Step]]:
        """Every step of the plan in the order in which it is performed."""
        for entry in self.entries:
            for step in entry.steps:
                yield entry, step

    def changes(self) -> int:
        """How many steps change the desk."""
        return sum(len(entry.changes) for entry in self.entries)

    def verdict(self) -> Verdict:
        """Whether there is something to do, somebody to wait for, or neither."""
        if any(entry.steps for entry in self.entries):
            return Verdict.CHANGES
        still = (Standing.WAITING, Standing.ENDED)
        return Verdict.WAITING if any(entry.standing in still for entry in self.entries) else Verdict.NOTHING_TO_DO

    def sliced(self, part: Slice | None) -> Plan:
        """The plan of one runner among several; which orders are compared with what stays the same."""
        if part is None:
            return self
        return dc.replace(self, entries=tuple(entry for entry in self.entries if part.holds(entry.order.name)))


def make_plan(orders: Iterable[Order], observed: Observed, *, portfolio: str, memory: Memory | None = None) -> Plan:
    """What has to be done so that the desk shows what the orders ask for.

    Raises OrdersRefused with every order that cannot be planned.
    """
    orders = tuple(sorted(orders, key=lambda order: order.name))
    claims, complaints = match_applications(orders, observed, portfolio=portfolio)
    memory = memory or Memory()
    entries: list[Entry] = []
    for order in orders:
        application = claims.get(order.name)
        on_host = memory.has_certificate(order, application)
        standing = standing_of(order, application, on_host=on_host)
        # A pinned application that is not there has its complaint already, and buys nothing.
        if standing is Standing.TO_ORDER and order.contract_id is None:
            order, found = resolve_linked_contract(order, observed)
            complaints = (*complaints, *found, *find_rivals(order, observed.applications, claims))
        if Step.REGISTER in _STEPS.get(standing, ()):
            complaints = (*complaints, *find_used_key(order, application, observed.applications))
        unnamed = application is not None and application.client_reference is None and order.contract_id is None
        adopts = unnamed and observed.keeps_references
        entries.append(
            Entry(
                order=order,
                application=application,
                standing=standing,
                adopts=adopts,
                on_host=on_host,
                drifted=_drift(order, application, memory),
            )
        )
    if complaints:
        raise OrdersRefused(complaints)
    listed = frozenset(application.contract_id for application in observed.applications)
    return Plan(entries=tuple(entries), unmanaged=_unmanaged(observed, claims), listed=listed)


def standing_of(order: Order, application: Application | None, *, on_host: bool | None = None) -> Standing:
    """Decide where an order stands whose application is this one."""
    if order.state is Wanted.CANCELLED:
        return Standing.TO_CANCEL if application and application.live else Standing.DONE
    if application is None:
        return Standing.TO_ORDER
    if application.state in ENDED:
        return Standing.ENDED
    if application.state is State.AWAITING_REGISTRATION:
        return Standing.WAITING if order.missing else Standing.TO_REGISTER
    if application.state is State.INSTALLED:
        return Standing.DONE
    if application.state is State.ISSUED:
        fetched = application.downloaded_at is not None if on_host is None else on_host
        return Standing.TO_COLLECT if order.install and not fetched else Standing.DONE
    return Standing.WAITING


def _drift(order: Order, application: Application | None, memory: Memory) -> tuple[str, ...]:
    """What can no longer be registered otherwise; before the registration the order simply counts."""
    open_yet = application is None or not application.live or application.state is State.AWAITING_REGISTRATION
    return () if open_yet or order.state is Wanted.CANCELLED else memory.drifted_fields(order, application)


def _unmanaged(observed: Observed, claims: Mapping[str, Application]) -> tuple[Application, ...]:
    ours = {application.contract_id for application in claims.values()}
    return tuple(app for app in observed.applications if app.live and app.contract_id not in ours)


__all__ = ("CALL_CLASSES", "CallClass", "Entry", "Plan", "Standing", "Step", "Verdict", "make_plan", "standing_of")
