# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is new in a status since somebody was told: each date once for every threshold, every other thing once."""

from __future__ import annotations

import dataclasses as dc
import math
import re
import typing as t

from .._planning.lifecycle import day_in_japan
from .._planning.schedule import What
from .._planning.steps import Standing
from .._values.observed import LOST
from .dates import Kind, list_dates

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from .rows import Row

Event = dict[str, t.Any]

_FIELDS: t.Final = (
    "common_name",
    "contract_id",
    "product",
    "host",
    "state",
    "reason",
    "next_action",
    "next_action_by",
    "deadline",
    "not_after",
)
_KINDS: t.Final = {Kind.EXPIRY: "expiring", Kind.DEADLINE: "deadline", Kind.SILENT: "silent_renewal"}
_DAY: t.Final = 24 * 60 * 60
_TEMPLATE: t.Final = re.compile(r"\{(?=[{%#])")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How many days before a date it is reported; each number once."""

    expiring: tuple[int, ...]
    deadline: tuple[int, ...]
    silent_renewal: tuple[int, ...] = (9, 4, 1)
    late: tuple[int, ...] = (1, 3, 7)  # days after a stage should have been over


class News(t.NamedTuple):
    """Events that nobody was told yet, and what has been told with them: the last threshold by subject.

    A subject is a lineage (portfolio and order) with the date or state in question. So a renewed certificate is told
    of by its own date, and what it replaced never again.
    """

    events: tuple[Event, ...]
    reported: dict[str, int]


def find_news(document: Row, reported: Mapping[str, int], *, thresholds: Thresholds, now: dt.datetime) -> News:
    """Find what this status has that is not among what was told; what is over is forgotten."""
    candidates = [*_of_dates(document, thresholds, now), *_of_lateness(document, thresholds), *_of_states(document)]
    candidates += _of_blindness(document, now)
    fresh = [event for subject, level, event in candidates if level < reported.get(subject, level + 1)]
    levels = {subject: min(level, reported.get(subject, level)) for subject, level, _event in candidates}
    # What could not be looked at is not over, and who cannot see says so once a day.
    kept = {
        subject: level
        for subject, level in reported.items()
        if document["error"] is not None or subject.startswith(_blindness(document, now))
    }
    return News(events=tuple(fresh), reported={**kept, **levels})


def _of_dates(document: Row, thresholds: Thresholds, now: dt.datetime) -> Iterator[tuple[str, int, Event]]:
    """List dates that have come within a threshold, each under the tightest one that holds."""
    for date in list_dates(document):
        kind = _KINDS[date.kind]
        if date.kind is not Kind.SILENT and now < date.alert_at:
            continue
        left = (date.moment - now).total_seconds() / _DAY
        level = min((days for days in getattr(thresholds, kind) if left <= days), default=None)
        if level is not None:
            numbers = {"what": date.what, "threshold_days": level, "days_left": math.floor(left)}
            name = kind if date.what in (kind, What.EXPIRY, Kind.SILENT) else f"{kind} {date.what}"
            yield f"{_lineage(document, date.row)} {name} {date.day}", level, _event(document, date.row, kind) | numbers


def _of_lateness(document: Row, thresholds: Thresholds) -> Iterator[tuple[str, int, Event]]:
    """List stages that should be over, each under the highest threshold that it has passed."""
    for row in document["orders"]:
        late = row["late"]
        passed = max((days for days in thresholds.late if late and late["days"] >= days), default=None)
        if passed is not None:
            numbers = {"stage": late["stage"], "days_late": late["days"], "threshold_days": passed}
            subject = f"{_lineage(document, row)} late {row['contract_id']} {late['stage']}"
            # Levels fall as matters get worse, here as with the days that are left.
            yield subject, -passed, _event(document, row, "late") | numbers


def _of_states(document: Row) -> Iterator[tuple[str, int, Event]]:
    for row in document["orders"]:
        if row["standing"] == Standing.WAITING:
            subject = f"waiting {row['contract_id']} {row['state']} {row['next_action']} {row['next_action_by']}"
            yield f"{_lineage(document, row)} {subject}", 0, _event(document, row, "waiting")
        elif row["standing"] == Standing.ENDED and row["state"] in LOST:
            subject = f"{row['state']} {row['contract_id']}"
            yield f"{_lineage(document, row)} {subject}", 0, _event(document, row, row["state"])


def _of_blindness(document: Row, now: dt.datetime) -> Iterator[tuple[str, int, Event]]:
    """List that the status could not be read, or not whole: a watch that has died looks like one that sees nothing."""
    if document["error"] is None:
        return
    part = "orders" if document["orders"] else "all"
    nothing = {"name": "", **dict.fromkeys(_FIELDS), "reason": document["error"], "next_action_by": "service_admin"}
    yield f"{_blindness(document, now)} {part}", 0, _event(document, nothing, "unreadable") | {"what": part}


def _blindness(document: Row, now: dt.datetime) -> str:
    return f"{document['portfolio']} unreadable {day_in_japan(now)}"


def _lineage(document: Row, row: Row) -> str:
    return f"{document['portfolio']}/{row['name']}"


def _event(document: Row, row: Row, kind: str) -> Event:
    return {
        "kind": kind,
        "portfolio": document["portfolio"],
        "order": row["name"],
        **{field: _read_as_text(row[field]) for field in _FIELDS},
    }


def _read_as_text(value: t.Any) -> t.Any:
    """Take from a text what begins a template: rule engines make events extra variables, which Ansible renders."""
    return _TEMPLATE.sub("{ ", value) if isinstance(value, str) else value


__all__ = ("Event", "News", "Thresholds", "find_news")
