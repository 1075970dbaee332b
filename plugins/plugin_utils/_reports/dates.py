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

from .._catalogue.renewals import AGENCY, JAPAN, LEADS
from .._planning.lifecycle import Phase
from .._planning.schedule import What
from .moments import read_now

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .rows import Row

_SILENT_SOON: t.Final = dt.timedelta(days=9)  # before IIJ renews by itself; ours
_SOON: t.Final = 30  # days before an expiry, where no renewal is to come
_SHARE: t.Final = 3  # an expiry is worth an alert in the last third of a life at the earliest
_UNSEEN: t.Final = {
    "host": None,
    "state": "unknown",
    "reason": "",
    **dict.fromkeys(("next_action", "next_action_by", "deadline", "not_after")),
}
_LIFE: t.Final = 199.0  # days of a certificate whose beginning the desk does not show


class Kind(enum.StrEnum):
    """What happens on a date."""

    DEADLINE = "deadline"
    EXPIRY = "expiry"
    SILENT = "silent"  # IIJ renews by itself


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A date of one order: its day as reports show it, and the moment when it has passed.

    `what` has to happen before (a name of `deadlines` in the document), in words `action`, by the actor `by`.
    `alert_at`: from when on it is worth an alert.
    """

    kind: Kind
    what: str
    row: Row
    day: dt.date
    moment: dt.datetime
    alert_at: dt.datetime
    action: str = ""
    by: str = "group_admin"


def list_dates(document: Row) -> tuple[Date, ...]:
    """List every date that still concerns somebody, the next one first."""
    result = [date for row in document["orders"] for date in order_dates(row)]
    result += _silent_dates(document)
    return tuple(sorted(result, key=lambda date: (date.moment, date.kind, date.row["name"])))


def order_dates(row: Row) -> tuple[Date, ...]:
    """List deadlines and expiry of one order; what is cancelled or ended has none, unless it ran out in use."""
    return tuple(_date(row, deadline) for deadline in row["deadlines"])


def _date(row: Row, deadline: Row) -> Date:
    day = dt.date.fromisoformat(deadline["day"])
    # The next action says more, such as what exactly the CA asks.
    is_next = deadline["what"] == What.EXPIRY or deadline["day"] == row["deadline"]
    action, by = (row["next_action"], row["next_action_by"]) if is_next else (deadline["action"], deadline["by"])
    facts = {"what": deadline["what"], "row": row, "day": day, "action": action, "by": by}
    if deadline["what"] == What.EXPIRY:
        moment = dt.datetime.fromisoformat(row["not_after"])
        alert_at = moment - dt.timedelta(days=alert_days(row))
        return Date(kind=Kind.EXPIRY, moment=moment, alert_at=alert_at, **facts)
    over = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), JAPAN)
    return Date(kind=Kind.DEADLINE, moment=over, alert_at=dt.datetime.fromisoformat(deadline["alert_at"]), **facts)


def _silent_dates(document: Row) -> Iterator[Date]:
    """Yield when IIJ renews by itself, also what no order names: its contract ID is its name then.

    An order with a mistake has no row, and is named all the same.
    """
    orders = {row["name"]: row for row in document["orders"]}
    unmanaged = {row["contract_id"]: row for row in document["unmanaged"]}
    for silent in document["silent"]:
        contract_id = silent["contract_id"]
        row = orders.get(silent["order"])
        if row is None:
            row = {**_UNSEEN, **silent, **unmanaged.get(contract_id, {}), "name": silent["order"] or contract_id}
        moment = dt.datetime.fromisoformat(silent["at"])
        day = dt.date.fromisoformat(silent["day"])
        yield Date(kind=Kind.SILENT, what=Kind.SILENT, row=row, day=day, moment=moment, alert_at=moment - _SILENT_SOON)


def sort_by_urgency(document: Row) -> Row:
    """Sort the orders of the document by deadline, then by expiry; orders without a date come last."""

    def urgency(row: Row) -> tuple[str, ...]:
        shown = ("deadline", "not_after") if row["deadlines"] else ()
        return (*((row[field] or "without") for field in shown), *("without",) * (2 - len(shown)), row["name"])

    return {**document, "orders": sorted(document["orders"], key=urgency)}


def alert_days(row: Row) -> float:
    """Count the days before the expiry from which a certificate is worth an alert; ours.

    Not before the last third of its life, nor while its renewal is on schedule: not begun before the last day to order,
    or under way and not late for a CA that takes two weeks from that day.
    """
    renewal, life = row["renewal"], _LIFE
    if row["not_before"] is not None and row["not_after"] is not None:
        begin, end = (dt.datetime.fromisoformat(row[name]) for name in ("not_before", "not_after"))
        life = (end - begin) / dt.timedelta(days=1)
    days = _SOON
    if renewal is not None and renewal["phase"] != Phase.CANCELLED:
        ordered = AGENCY.order_by.value
        days = ordered if renewal["state"] is None else ordered - max(LEADS.value.values())
    return min(days, life / _SHARE)


def list_passed_dates(row: Row, document: Row) -> tuple[Kind, ...]:
    """List which dates of an order had passed when the document was made."""
    now = read_now(document)
    return tuple(date.kind for date in order_dates(row) if date.moment <= now)


__all__ = ("Date", "Kind", "alert_days", "list_dates", "list_passed_dates", "order_dates", "sort_by_urgency")
