# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The dates of a document: until when somebody has to act, and when certificates expire."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import enum
import typing as t

from .._planning.steps import Standing
from .._values.observed import ENDED, State

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .rows import Row

# A deadline is the whole day named, and the service's days are Japan's: ours, the manual names no hour.
_JAPAN: t.Final = dt.timezone(dt.timedelta(hours=9))


class Kind(enum.StrEnum):
    """What happens on a date."""

    DEADLINE = "deadline"
    EXPIRY = "expiry"
    SILENT = "silent"  # IIJ renews by itself


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A date of one order: its day as reports show it, and the moment when it has passed."""

    kind: Kind
    row: Row
    day: dt.date
    moment: dt.datetime


def dates(document: Row) -> tuple[Date, ...]:
    """Every date that still concerns somebody, the next one first."""
    found = [date for row in document["orders"] for date in dates_of(row)]
    found += _silent_dates(document)
    return tuple(sorted(found, key=lambda date: (date.moment, date.kind, date.row["name"])))


def dates_of(row: Row) -> tuple[Date, ...]:
    """Deadline and expiry of one order; what is cancelled or ended has none, unless its certificate ran out in use."""
    ran_out = (row["state"], row["standing"]) == (State.EXPIRED, Standing.ENDED)
    if row["standing"] == Standing.TO_CANCEL or (row["state"] in ENDED and not ran_out):
        return ()
    found = []
    if row["deadline"] is not None:
        day = dt.date.fromisoformat(row["deadline"])
        over = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), _JAPAN)
        found.append(Date(kind=Kind.DEADLINE, row=row, day=day, moment=over))
    if row["not_after"] is not None:
        moment = dt.datetime.fromisoformat(row["not_after"])
        found.append(Date(kind=Kind.EXPIRY, row=row, day=moment.date(), moment=moment))
    return tuple(found)


def _silent_dates(document: Row) -> Iterator[Date]:
    """When IIJ renews by itself, also what no order names: its own contract ID stands for a name then."""
    orders = {row["name"]: row for row in document["orders"]}
    unmanaged = {row["contract_id"]: row for row in document["unmanaged"]}
    for silent in document["silent"]:
        contract_id = silent["contract_id"]
        row = orders.get(silent["order"])
        if row is None:
            row = {"host": None, "reason": "", **unmanaged.get(contract_id, {}), "name": contract_id}
        moment = dt.datetime.fromisoformat(silent["at"])
        yield Date(kind=Kind.SILENT, row=row, day=dt.date.fromisoformat(silent["day"]), moment=moment)


def by_urgency(document: Row) -> Row:
    """The document with its orders sorted by deadline, then by expiry; orders without a date come last."""

    def urgency(row: Row) -> tuple[str, ...]:
        days = {date.kind: date.day.isoformat() for date in dates_of(row)}
        return (*(days.get(kind, "without") for kind in (Kind.DEADLINE, Kind.EXPIRY)), row["name"])

    return {**document, "orders": sorted(document["orders"], key=urgency)}


def past(row: Row, document: Row) -> tuple[Kind, ...]:
    """Which dates of an order had passed when the document was made."""
    now = dt.datetime.fromisoformat(document["made_at"])
    return tuple(date.kind for date in dates_of(row) if date.moment <= now)


__all__ = ("Date", "Kind", "by_urgency", "dates", "dates_of", "past")
