# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a run that does only what is due leaves: mistakes, all that people start, and what only they can do. Pure."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._values.observed import State
from .._values.order import Wanted
from .entry import STUCK
from .schedule import What, list_deadlines
from .steps import STEPS, Standing

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from .entry import Entry

_BY_PEOPLE: t.Final = (Standing.TO_ORDER, Standing.TO_CANCEL)


def leave_undue(
    entries: Iterable[Entry], *, broken: Collection[str | None]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Leave out orders with mistakes, and all that orders, cancels or links a contract; returns both parts."""
    never = {entry.order.name for entry in entries if entry.standing in _BY_PEOPLE and not _is_followed(entry)}
    kept, left = part_entries(entries, broken={*broken, *never})
    return tuple(_leave_to_apply(entry) for entry in kept), left


def part_entries(
    entries: Iterable[Entry], *, broken: Collection[str | None]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Part the entries from those of these orders."""
    kept = tuple(entry for entry in entries if entry.order.name not in broken)
    return kept, tuple(entry for entry in entries if entry.order.name in broken)


def needs_people(entry: Entry, as_of: dt.datetime | None) -> bool:
    """Check whether an order goes on only once somebody has done something: no run will, and no CA, and it would end.

    An answer that the CA waits for is none: the CA asks for it by itself. A brought certificate has months for it, so
    nobody is called before its last days.
    """
    if entry.order.state is not Wanted.PRESENT or entry.application is None:
        return False
    if entry.shown in STEPS:  # a run does that
        return False
    if entry.order.product.brought and entry.shown not in STUCK:
        days = (deadline for deadline in list_deadlines(entry) if deadline.what in (What.UPLOAD, What.RENEWAL))
        return as_of is not None and any(deadline.alert_at <= as_of for deadline in days)
    return entry.is_stuck


def _is_followed(entry: Entry) -> bool:
    """Check whether an order that is cancelled has a certificate to be registered, or to be brought to its host."""
    return entry.is_left_over or entry.ahead is Standing.TO_REGISTER


def _leave_to_apply(entry: Entry) -> Entry:
    """Leave to a run that people start: the end of what is replaced, another linked service, and what a CA rejected.

    The same is not registered day after day where nobody remembers what was: only whoever has corrected it knows.
    """
    if entry.is_left_over or entry.standing is Standing.TO_CANCEL:  # its certificates go their way all the same
        entry = dc.replace(entry, standing=Standing.DONE)
    procedure = entry.application.procedure if entry.application else None
    if entry.ahead is Standing.TO_REGISTER and procedure and procedure.state is State.REJECTED and not entry.drifted:
        entry = dc.replace(entry, ahead=Standing.WAITING)
    if entry.replaced and entry.replaced.cancels:
        entry = dc.replace(entry, replaced=dc.replace(entry.replaced, cancels=False))
    return dc.replace(entry, link=None, relinking=None) if entry.link is Standing.TO_RELINK else entry


__all__ = ("leave_undue", "needs_people", "part_entries")
