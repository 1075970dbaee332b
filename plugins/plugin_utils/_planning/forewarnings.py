# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a forecast warns of: rules that change, certificates that would come too late, weeks with too much to answer."""

from __future__ import annotations

import collections
import datetime as dt
import typing as t

from .._catalogue.industry import EMAIL_VALIDATION_FORBIDDEN_SINCE, LIFETIMES
from .lives import Happening

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .forecast import Forecast
    from .lineages import Lineage

_MANY: t.Final = 5  # answers of one applicant in one week; ours
_WEEKS: t.Final = 3  # the fullest ones are told
_ASKED_OF_APPLICANTS: t.Final = frozenset({Happening.DOMAIN_APPROVAL, Happening.ORGANIZATION_CHECK})


class Forewarning(t.NamedTuple):
    """What is told: its id, from which day on (None: from now on), the orders concerned, and figures by name."""

    id: str
    day: dt.date | None
    orders: tuple[str, ...]
    facts: dict[str, t.Any]


def list_warnings(forecast: Forecast) -> tuple[Forewarning, ...]:
    """List all warnings, those without a day first, the others in order of time."""
    result = [
        *_silence(forecast),
        *_by_hand(forecast),
        *_shorter_lives(forecast),
        *_mail_approval(forecast),
        *_gaps(forecast),
        *_full_weeks(forecast),
    ]
    return tuple(sorted(result, key=lambda warning: warning.day or dt.date.min))


def _silence(forecast: Forecast) -> Iterator[Forewarning]:
    """Find contracts that renew themselves, with an order and without one."""
    for name, managed in (("silent", True), ("unmanaged", False)):
        chosen = (lineage for lineage in forecast.lineages if lineage.managed is managed and lineage.life.silent)
        first = _first_days(forecast, chosen, Happening.SILENT_RENEWAL)
        if first:
            soonest = dt.date.fromordinal(min(first.values()))
            yield Forewarning(name, None, tuple(sorted(first)), {"first": soonest.isoformat()})


def _by_hand(forecast: Forecast) -> Iterator[Forewarning]:
    """Find keys that a person downloads from the portal."""
    chosen = [lineage for lineage in forecast.lineages if lineage.by_hand]
    keys = sum(day.what is Happening.CERTIFICATE for lineage in chosen for day in forecast.days[lineage.name])
    if keys:
        quarters = max(len(forecast.quarters), 1)
        facts = {"keys": keys, "a_quarter": round(keys / quarters, 1)}
        yield Forewarning("keys_by_hand", None, tuple(lineage.name for lineage in chosen), facts)


def _shorter_lives(forecast: Forecast) -> Iterator[Forewarning]:
    for row in LIFETIMES.value:
        if forecast.today < row.since <= forecast.until:
            names = _with_event_since(forecast, row.since, forecast.lineages, frozenset({Happening.CERTIFICATE}))
            yield Forewarning(
                "shorter_lives", row.since, names, {"days": row.days - 1, "domain_reuse": row.domain_reuse}
            )


def _mail_approval(forecast: Forecast) -> Iterator[Forewarning]:
    since = EMAIL_VALIDATION_FORBIDDEN_SINCE.value
    chosen = [lineage for lineage in forecast.lineages if lineage.approved_by_mail]
    names = _with_event_since(forecast, since, chosen, frozenset({Happening.CERTIFICATE}))
    if names and since <= forecast.until:
        yield Forewarning("mail_approval_ends", max(since, forecast.today), names, {})


def _gaps(forecast: Forecast) -> Iterator[Forewarning]:
    """Find certificates that would be issued after the one before has expired."""
    first = _first_days(forecast, (lineage for lineage in forecast.lineages if lineage.life.goes_on), Happening.GAP)
    if first:
        yield Forewarning("gap", dt.date.fromordinal(min(first.values())), tuple(sorted(first)), {})


def _full_weeks(forecast: Forecast) -> Iterator[Forewarning]:
    """Yield the weeks in which one applicant has most to answer."""
    weeks: collections.Counter[tuple[str, int]] = collections.Counter()
    names: dict[tuple[str, int], set[str]] = collections.defaultdict(set)
    for lineage in forecast.lineages:
        if lineage.applicant is None:
            continue
        for day, what in forecast.days[lineage.name]:
            if what in _ASKED_OF_APPLICANTS:
                week = (lineage.applicant, day - (day - 1) % 7)  # its Monday
                weeks[week] += 1
                names[week].add(lineage.name)
    for (applicant, monday), count in sorted(weeks.items(), key=lambda item: (-item[1], item[0]))[:_WEEKS]:
        if count >= _MANY:
            orders = tuple(sorted(names[applicant, monday]))
            yield Forewarning(
                "full_week", dt.date.fromordinal(monday), orders, {"applicant": applicant, "answers": count}
            )


def _first_days(forecast: Forecast, lineages: Iterable[Lineage], what: Happening) -> dict[str, int]:
    """Return the first day on which this happens, by the lineage's name."""
    result = (
        (row.name, next((day.day for day in forecast.days[row.name] if day.what is what), None)) for row in lineages
    )
    return {name: day for name, day in result if day is not None}


def _with_event_since(
    forecast: Forecast, since: dt.date, lineages: Iterable[Lineage], kinds: frozenset[Happening]
) -> tuple[str, ...]:
    first = since.toordinal()
    return tuple(
        sorted(
            lineage.name
            for lineage in lineages
            if any(day.day >= first and day.what in kinds for day in reversed(forecast.days[lineage.name]))
        )
    )


__all__ = ("Forewarning", "list_warnings")
