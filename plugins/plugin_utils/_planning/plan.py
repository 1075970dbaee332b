# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""plan(orders, observed) -> Plan: the one pure decision that check mode prints and a run performs."""

from __future__ import annotations

import collections
import dataclasses as dc
import typing as t

from .._complaints.complaints import OrdersRefused
from .._values.observed import State
from .claims import find_rivals, find_rivals_of_renewal, find_wrong_claims, match_applications
from .judgement import find_standing, find_standing_ahead, is_registered
from .lifecycle import day_in_japan, find_track, list_lacking_fields, name_predecessor
from .links import link_standing, relinking_of
from .lookup import find_missing_link, find_used_key, resolve_linked_contract
from .memory import Memory
from .replacements import Successor, find_giving_way, find_replaced, find_wrong_replacements
from .steps import CALL_CLASSES, STEPS, CallClass, Standing, Step, Verdict

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .._complaints.complaints import Complaint
    from .._values.links import Relinking
    from .._values.observed import Application, Observed
    from .._values.order import Order
    from .lifecycle import Track
    from .replacements import Replaced
    from .slices import Slice


_STILL: t.Final = (Standing.WAITING, Standing.HELD, Standing.ESTRANGED, Standing.ENDED)
_REPLACING: t.Final = (Standing.TO_RENEW, Standing.TO_REISSUE, Standing.TO_REGISTER)  # of the track ahead


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One order of the plan; a linked contract without ID has been looked up where it is needed.

    Two tracks: `standing` is that of the certificate in use (or of the first one on its way), `ahead` that of the
    procedure which replaces it, None where nothing is due. `track` is where the contract is in its period.
    """

    order: Order
    application: Application | None
    standing: Standing
    ahead: Standing | None = None
    track: Track | None = None
    link: Standing | None = None  # of the change of a linked service; None where there is none
    relinking: Relinking | None = None
    by_mail: bool = False  # whether a person asks for it by e-mail
    adopts: bool = False  # ordered past these files, and used instead of buying another one
    on_host: bool | None = None  # whether its host has the certificate; None where no host was heard
    gives_way: bool = False  # cancelled, and another order wants a file of its own where this one has it
    replaced: Replaced | None = None  # the contract that this order replaces
    drifted: tuple[str, ...] = ()  # fields in which the order says something else than was registered

    @property
    def steps(self) -> tuple[Step, ...]:
        tracks = (self.ahead, self.link, self.standing)
        last = (Step.CANCEL_REPLACED,) if self.replaced and self.replaced.cancels else ()
        return (*(step for standing in tracks if standing for step in STEPS.get(standing, ())), *last)

    @property
    def shown(self) -> Standing:
        """The standing that reports show: what is done here comes before what others do, the successor first."""
        if self.replaced and self.replaced.cancels and self._of_certificates is Standing.DONE and not self.link:
            return Standing.TO_CANCEL_REPLACED
        if self.link is not None and self.shows_link:
            return self.link
        return self._of_certificates

    @property
    def shows_link(self) -> bool:
        """Whether the change of the linked service is what people have to hear of first."""
        if self.link is None or STEPS.get(self._of_certificates):
            return False
        under_way = self.application is not None and self.application.link_change is not None
        return not under_way or self._of_certificates is Standing.DONE

    @property
    def _of_certificates(self) -> Standing:
        if self.ahead is None or (STEPS.get(self.standing) and not STEPS.get(self.ahead)):
            return self.standing
        return self.ahead

    @property
    def replaces(self) -> str | None:
        """Name the certificate that the steps of this order replace; None where they replace none."""
        return name_predecessor(self.application) if self.ahead in _REPLACING else None

    @property
    def renew_by(self) -> dt.datetime | None:
        """The moment by which the renewal of these steps has to be ordered."""
        return self.track.window.order_by if self.track and self.ahead is Standing.TO_RENEW else None

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
        """Whether a certificate is there to lie on a host; a cancelled one is usable to its expiry [M:3473591]."""
        issued = self.application is not None and self.application.state is State.ISSUED
        if self.standing is Standing.ESTRANGED or self.gives_way:
            return False
        return issued and self.order.install is not None


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`listed`: the contract ID of everything that the desk showed when the plan was made, at `as_of` by its clock.

    `remarks`: what people have to know of single orders, and mistakes that stopped those orders alone.
    """

    entries: tuple[Entry, ...]
    unmanaged: tuple[Application, ...]
    listed: frozenset[str] = frozenset()
    as_of: dt.datetime | None = None
    spread: bool = True
    remarks: tuple[Complaint, ...] = ()

    def count_orders(self) -> dict[str, int]:
        """Count how many orders stand where, and how many applications no order names."""
        counts = collections.Counter(entry.shown for entry in self.entries)
        return {**{standing.value: counts[standing] for standing in Standing}, "unmanaged": len(self.unmanaged)}

    def list_steps(self) -> Iterator[tuple[Entry, Step]]:
        """Yield every step of the plan in the order in which it is performed."""
        for entry in self.entries:
            for step in entry.steps:
                yield entry, step

    def count_changes(self) -> int:
        """Count how many steps change the desk."""
        return sum(len(entry.changes) for entry in self.entries)

    def find_verdict(self) -> Verdict:
        """Find whether there is something to do, somebody to wait for, or neither."""
        if any(entry.steps for entry in self.entries):
            return Verdict.CHANGES
        return Verdict.WAITING if any(entry.shown in _STILL for entry in self.entries) else Verdict.NOTHING_TO_DO

    def take_slice(self, part: Slice | None) -> Plan:
        """Take the part of the plan for one runner; which orders are compared with what stays the same."""
        if part is None:
            return self
        return dc.replace(self, entries=tuple(entry for entry in self.entries if part.holds(entry.order.name)))


def make_plan(
    orders: Iterable[Order],
    observed: Observed,
    *,
    portfolio: str,
    memory: Memory | None = None,
    spread: bool = True,
    due_only: bool = False,
) -> Plan:
    """Plan what has to be done so that the desk shows what the orders ask for.

    Raises OrdersRefused with every order that cannot be planned. `due_only` leaves such orders out instead, and all
    that orders, cancels or links a contract: an order with a mistake costs no other one its deadline.
    """
    orders = tuple(sorted(orders, key=lambda order: order.name))
    claims = match_applications(orders, observed, portfolio=portfolio)
    complaints = (*find_wrong_claims(orders, claims), *find_wrong_replacements(orders, claims, observed))
    memory = memory or Memory()
    entries: list[Entry] = []
    remarks: list[Complaint] = []
    for order in orders:
        planned, wrong = _plan_one(order, claims, observed, memory, spread=spread)
        entry, rivals = _hold_where_unclear(planned, observed, claims)
        complaints = (*complaints, *wrong)
        remarks.extend(rivals)
        entries.append(entry)
    entries = _with_replaced(entries, observed)
    if complaints and not due_only:
        raise OrdersRefused(complaints)
    if due_only:
        entries = _due(entries, broken={complaint.order for complaint in complaints})
    return Plan(
        entries=tuple(entries),
        unmanaged=_unmanaged(observed, claims, replaced={e.order.replaces for e in entries if e.replaced}),
        listed=frozenset(application.contract_id for application in observed.applications),
        as_of=observed.as_of,
        spread=spread,
        remarks=(*complaints, *remarks),
    )


def _hold_where_unclear(
    entry: Entry, observed: Observed, claims: Mapping[str, Application]
) -> tuple[Entry, tuple[Complaint, ...]]:
    """Hold a renewal or reissue that lacks something or has a rival; returns the rivals."""
    if entry.ahead not in (Standing.TO_RENEW, Standing.TO_REISSUE):
        return entry, ()
    rivals = _find_rivals_of(entry, observed, claims) if entry.ahead is Standing.TO_RENEW else ()
    held = bool(rivals) or bool(list_lacking_fields(entry.order))
    return (dc.replace(entry, ahead=Standing.HELD) if held else entry), rivals


def _with_replaced(entries: list[Entry], observed: Observed) -> list[Entry]:
    """Add what each order replaces, and which cancelled ones leave their files to another order."""
    successors = (Successor(entry.order, entry.application, entry.standing, entry.on_host) for entry in entries)
    found, giving_way = find_replaced(successors, observed), find_giving_way([entry.order for entry in entries])
    touched = {*found, *giving_way}
    return [
        dc.replace(entry, replaced=found.get(name), gives_way=name in giving_way)
        if (name := entry.order.name) in touched
        else entry
        for entry in entries
    ]


def _due(entries: Iterable[Entry], *, broken: Collection[str | None]) -> list[Entry]:
    """Leave out orders with mistakes, and all that orders, cancels or links a contract."""
    never = (Standing.TO_ORDER, Standing.TO_CANCEL)
    return [
        _leave_to_apply(entry) for entry in entries if entry.order.name not in broken and entry.standing not in never
    ]


def _leave_to_apply(entry: Entry) -> Entry:
    """Leave the cancellation of what is replaced, and the change of a linked service, to a run that people start."""
    if entry.replaced and entry.replaced.cancels:
        entry = dc.replace(entry, replaced=dc.replace(entry.replaced, cancels=False))
    return dc.replace(entry, link=None, relinking=None) if entry.link is Standing.TO_RELINK else entry


def _plan_one(
    order: Order, claims: Mapping[str, Application], observed: Observed, memory: Memory, *, spread: bool
) -> tuple[Entry, tuple[Complaint, ...]]:
    """Plan one order; returns its entry, and what is wrong with it."""
    application = claims.get(order.name)
    on_host = memory.has_certificate(order, application)
    standing = find_standing(order, application, on_host=on_host)
    drifted = memory.drifted_fields(order, application)
    track = find_track(application, observed.as_of)
    ahead = find_standing_ahead(order, application, track, spread=spread, mended=bool(drifted))
    online = observed.changes_online and not order.product.brought  # of those, links change by e-mail [M:2261082]
    relinking = relinking_of(order, application)
    link = link_standing(relinking, application, ahead=ahead, online=online)
    complaints: tuple[Complaint, ...] = ()
    # A pinned application that is not there has its complaint already, and buys nothing.
    if standing is Standing.TO_ORDER and order.contract_id is None:
        order, result = resolve_linked_contract(order, observed)
        complaints = (*result, *find_rivals(order, observed.applications, claims))
    complaints = (*complaints, *find_missing_link(order, relinking, observed))
    if standing in (Standing.TO_ORDER, Standing.TO_REGISTER) or ahead in _REPLACING:
        complaints = (*complaints, *find_used_key(order, application, observed.applications))
    unnamed = application is not None and application.client_reference is None and order.contract_id is None
    entry = Entry(
        order=order,
        application=application,
        standing=standing,
        ahead=ahead,
        track=track,
        link=link,
        relinking=relinking,
        by_mail=not online,
        adopts=unnamed and observed.keeps_references,
        on_host=on_host,
        drifted=drifted if is_registered(order, application) else (),
    )
    return entry, complaints


def _find_rivals_of(entry: Entry, observed: Observed, claims: Mapping[str, Application]) -> tuple[Complaint, ...]:
    if entry.application is None or entry.track is None:
        return ()
    day = day_in_japan(entry.track.window.order_by)
    return tuple(find_rivals_of_renewal(entry.order, entry.application, observed.applications, claims, day))


def _unmanaged(
    observed: Observed, claims: Mapping[str, Application], *, replaced: Collection[str | None]
) -> tuple[Application, ...]:
    ours = {*(application.contract_id for application in claims.values()), *replaced}
    return tuple(app for app in observed.applications if app.live and app.contract_id not in ours)


__all__ = ("Entry", "Plan", "make_plan")
