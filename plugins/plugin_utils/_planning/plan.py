# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""plan(orders, observed) -> Plan: the one pure decision that check mode prints and a run performs."""

from __future__ import annotations

import collections
import dataclasses as dc
import typing as t

from .._complaints.complaints import Complaint, OrdersRefused
from .claims import find_unsure_claims, find_wrong_claims, list_unmanaged, match_applications
from .due import leave_undue, part_entries
from .entry import Entry
from .holding import hold_where_unclear
from .judgement import find_standing, find_standing_ahead, is_registered
from .lifecycle import find_track, is_key_lost
from .links import link_standing, relinking_of
from .lookup import find_missing_link, resolve_linked_contract
from .memory import Memory
from .replacements import (
    Successor,
    find_giving_way,
    find_replaced,
    find_replaced_of_others,
    find_wrong_replacements,
)
from .rivals import find_bought_before, find_rivals
from .steps import Standing, Step, Verdict
from .used_keys import UsedKeys, add_used_keys

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.observed import Application, Observed
    from .._values.order import Order, Outline
    from .lifecycle import Track
    from .slices import Slice


_COMING: t.Final = (Standing.TO_RENEW, Standing.TO_REISSUE, Standing.TO_REGISTER, Standing.WAITING)
_STILL: t.Final = (Standing.WAITING, Standing.HELD, Standing.ESTRANGED, Standing.ENDED)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`applications`: everything that the desk showed when the plan was made, at `as_of` by its clock.

    `remarks`: what people have to know of single orders, and mistakes that stopped those orders alone. `left`: orders
    for whose contracts this run does nothing, though they go on. `mistaken`: the contracts of orders that could not be
    judged, by their names. `keys`: those of all contracts.
    """

    entries: tuple[Entry, ...]
    unmanaged: tuple[Application, ...]
    applications: tuple[Application, ...] = dc.field(default=(), compare=False)
    as_of: dt.datetime | None = None
    spread: bool = True
    remarks: tuple[Complaint, ...] = ()
    left: tuple[Entry, ...] = ()
    mistaken: tuple[tuple[str, Application], ...] = ()
    keys: UsedKeys = dc.field(default_factory=UsedKeys, compare=False, repr=False)

    @property
    def listed(self) -> frozenset[str]:
        """The contract IDs of all that the desk showed."""
        return frozenset(application.contract_id for application in self.applications)

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
        entries, left = (
            tuple(entry for entry in group if part.holds(entry.order.name)) for group in (self.entries, self.left)
        )
        mistaken = tuple((name, application) for name, application in self.mistaken if part.holds(name))
        return dc.replace(self, entries=entries, left=left, mistaken=mistaken)

    def leave(self, complaints: Iterable[Complaint]) -> Plan:
        """Leave out the orders that are complained of: a run of what is due goes on with the others."""
        complaints = tuple(complaints)
        kept, left = part_entries(self.entries, broken={complaint.order for complaint in complaints})
        return dc.replace(self, entries=kept, left=(*self.left, *left), remarks=(*self.remarks, *complaints))


def make_plan(
    orders: Iterable[Order],
    observed: Observed,
    *,
    portfolio: str,
    memory: Memory | None = None,
    spread: bool = True,
    due_only: bool = False,
    leave_wrong: bool = False,
    outlines: tuple[Outline, ...] = (),
) -> Plan:
    """Plan what has to be done so that the desk shows what the orders ask for.

    Raises OrdersRefused with every order that cannot be planned; `leave_wrong` leaves them out instead, as `due_only`
    does with all that orders, cancels or links a contract. `outlines` are of orders with mistakes, which keep theirs.
    """
    orders = tuple(sorted(orders, key=lambda order: order.name))
    claims = match_applications(orders, observed, portfolio=portfolio, memory=memory, outlines=outlines)
    keys = UsedKeys(observed.applications, memory)
    entries, wrong, remarks = _plan_each(
        orders, claims, observed, memory or Memory(), keys, portfolio=portfolio, spread=spread
    )
    complaints = [*_find_wrong(orders, claims, observed, outlines, memory), *wrong]
    entries = _with_replaced(entries, observed)
    if complaints and not (due_only or leave_wrong):
        raise OrdersRefused(complaints)
    kept, left = (leave_undue if due_only else part_entries)(entries, broken={one.order for one in complaints})
    remarks += _find_unmeant(kept, (*orders, *outlines), observed, portfolio)
    return Plan(
        entries=kept,
        left=left,
        mistaken=tuple((outline.name, claims[outline.name]) for outline in outlines if outline.name in claims),
        unmanaged=list_unmanaged(observed, claims, replaced={e.order.replaces for e in entries if e.replaced}),
        applications=tuple(observed.applications),
        as_of=observed.as_of,
        spread=spread,
        remarks=(*complaints, *remarks),
        keys=keys,
    )


def _find_wrong(
    orders: tuple[Order, ...],
    claims: Mapping[str, Application],
    observed: Observed,
    outlines: tuple[Outline, ...],
    memory: Memory | None,
) -> Iterator[Complaint]:
    """Find what is wrong with the orders' contracts, before any of them is planned."""
    yield from find_wrong_claims(orders, claims, observed, memory)
    yield from find_unsure_claims(orders, claims, outlines)
    yield from find_wrong_replacements(orders, claims, observed)


def _find_unmeant(
    entries: tuple[Entry, ...], orders: Iterable[Order | Outline], observed: Observed, portfolio: str
) -> Iterator[Complaint]:
    """Find purchases and cancellations of this plan that may come of a copied or renamed order."""
    buying = (entry.order for entry in entries if entry.standing is Standing.TO_ORDER)
    yield from find_bought_before(buying, orders, observed.applications, portfolio)
    yield from find_replaced_of_others([(one.order, one.replaced, one.steps) for one in entries], portfolio)


def _plan_each(
    orders: tuple[Order, ...],
    claims: Mapping[str, Application],
    observed: Observed,
    memory: Memory,
    keys: UsedKeys,
    *,
    portfolio: str,
    spread: bool,
) -> tuple[list[Entry], list[Complaint], list[Complaint]]:
    """Plan one order after the other; returns their entries, what is wrong with them, and the rivals of renewals."""
    entries, complaints, rivals = list[Entry](), list[Complaint](), list[Complaint]()
    for order in orders:
        planned, wrong = _plan_one(order, orders, claims, observed, memory, spread=spread)
        planned, used = add_used_keys(planned, keys)
        entry, others = hold_where_unclear(planned, observed, claims, portfolio, memory)
        entries.append(entry)
        complaints += (*wrong, *used)
        rivals += others
    return entries, complaints, rivals


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


def _plan_one(
    order: Order,
    orders: tuple[Order, ...],
    claims: Mapping[str, Application],
    observed: Observed,
    memory: Memory,
    *,
    spread: bool,
) -> tuple[Entry, tuple[Complaint, ...]]:
    """Plan one order; returns its entry, and what is wrong with it."""
    application = memory.add_key(order, claims.get(order.name))
    on_host, drifted = memory.has_certificate(order, application), memory.drifted_fields(order, application)
    track = find_track(application, observed.as_of)
    ahead = _find_ahead(order, application, track, memory, drifted, spread=spread)
    elsewhere = _is_elsewhere(order, application, memory, ahead)
    standing = find_standing(order, application, track, on_host=on_host, elsewhere=elsewhere)
    online = observed.changes_online and not order.product.brought  # of those, links change by e-mail [M:2261082]
    relinking = relinking_of(order, application)
    complaints = tuple(find_missing_link(order, relinking, observed))
    if standing is Standing.TO_ORDER and order.contract_id is None:  # a pinned one has its complaint, and buys nothing
        order, result = resolve_linked_contract(order, observed)
        complaints = (*complaints, *result, *find_rivals(order, orders, observed.applications, claims))
    return Entry(
        order=order,
        application=application,
        standing=standing,
        ahead=ahead,
        track=track,
        link=link_standing(relinking, application, ahead=ahead, online=online),
        relinking=relinking,
        by_mail=not online,
        adopts=observed.keeps_references and _is_unnamed(order, application),
        on_host=on_host,
        on_host_until=memory.find_end_on_host(order, application) if _may_lie_before(order, standing) else None,
        elsewhere=elsewhere,
        key_unknown=memory.is_key_unknown(order, application),
        csr_reason=memory.find_reissue_reason(order, application),
        drifted=drifted if is_registered(order, application) else (),
    ), complaints


def _find_ahead(
    order: Order,
    application: Application | None,
    track: Track | None,
    memory: Memory,
    drifted: tuple[str, ...],
    *,
    spread: bool,
) -> Standing | None:
    """Decide what is due for the next certificate, by what is remembered of registrations."""
    return find_standing_ahead(
        order,
        application,
        track,
        spread=spread,
        mended=memory.is_mended(application, drifted),
        key_unknown=memory.is_key_unknown(order, application),
        csr_reason=memory.find_reissue_reason(order, application),
    )


def _is_elsewhere(order: Order, application: Application | None, memory: Memory, ahead: Standing | None) -> bool:
    """Check whether the order's host cannot have the certificate in use, for no key moves, and the next one comes."""
    if is_key_lost(order, application):
        return not memory.has_certificate(order, application)
    return ahead in _COMING and memory.is_elsewhere(order, application)


def _may_lie_before(order: Order, standing: Standing) -> bool:
    """Check whether the host may still have the certificate before: it lacks this one, or people bring it there."""
    return standing is Standing.TO_COLLECT or order.install is None


def _is_unnamed(order: Order, application: Application | None) -> bool:
    """Check whether neither the desk nor the order says whose an application is."""
    return application is not None and application.client_reference is None and order.contract_id is None


__all__ = ("Plan", "make_plan")
