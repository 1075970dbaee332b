# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The days of a contract's life to come: ordered, issued, checked, from certificate to certificate. Pure arithmetic.

Days are ordinals (datetime.date.toordinal), for a portfolio has hundreds of thousands of them.
"""

from __future__ import annotations

import collections
import dataclasses as dc
import enum
import functools
import operator
import typing as t

from .._catalogue.industry import LIFETIMES
from .._catalogue.products import NO_LEVEL
from .._catalogue.renewals import AGENCY, LEADS

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPENS, _ORDER_BY, _UPDATE_BY = AGENCY.opens.value, AGENCY.order_by.value, AGENCY.update_by.value
_ADVISED_LESS: t.Final = 1  # CAs issue a day less than the longest life [BR 6.3.2: "should not"]
_CAPS: t.Final = tuple(
    (row.since.toordinal(), row.days - _ADVISED_LESS, row.domain_reuse, row.organization_reuse)
    for row in LIFETIMES.value
)


class Happening(enum.StrEnum):
    """What can happen on a day of a life."""

    NEW_ORDER = "new_order"
    RENEWAL = "renewal"  # ordered by us
    SILENT_RENEWAL = "silent_renewal"  # by IIJ, since nobody ordered or cancelled
    LINK_CHANGE = "link_change"  # a change or addition of a linked service
    CONTINUATION = "continuation"  # a further certificate inside a paid period
    REGISTRATION = "registration"
    CERTIFICATE = "certificate"  # its issue
    DOMAIN_APPROVAL = "domain_approval"
    ORGANIZATION_CHECK = "organization_check"
    GAP = "gap"  # the day from which no certificate is valid


SPENDS: t.Final = frozenset({Happening.NEW_ORDER, Happening.RENEWAL, Happening.SILENT_RENEWAL, Happening.LINK_CHANGE})


class Second(enum.StrEnum):
    """What a further certificate inside a paid period costs at IIJ: nobody says, so it is an assumption."""

    PAID = "paid"
    FREE = "free"
    NONE = "none"


class Anchor(enum.StrEnum):
    """Say from which end the window of a paid renewal is counted: nobody says, so it is an assumption."""

    CERTIFICATE = "certificate"
    PERIOD = "period"


def _known_leads() -> dict[str, int]:
    return {level: days for level, days in LEADS.value.items() if level != NO_LEVEL}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What nobody knows today and what decides the figures. `lead`: days from registration to issue, by level.

    `late`: CSR and information are registered on the last day (21 before the expiry) instead of with the order.
    """

    second: Second = Second.PAID
    anchor: Anchor = Anchor.CERTIFICATE
    lead: Mapping[str, int] = dc.field(default_factory=_known_leads)
    late: bool = False


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """Where a life stands today, and how it goes on; two contracts with equal ones have the same days to come.

    `issued`, `ends`: first and last day of the certificate in use (None: not issued yet). `ordered`, `registered`: days
    of the procedure under way (None: not yet). `period_ends`: the last day that is paid (None: as `ends`). `delay`:
    days after the opening on which this contract is ordered. `lead`: days from registration to issue. `next_term`: days
    of the periods to come (None: as the first). `cancelled_on`: the day on which another contract has replaced it.
    `link_changes`: how many changes and additions of linked services are to be asked for.
    """

    term: int
    lead: int
    silent: bool
    checks_organization: bool
    delay: int = 0
    issued: int | None = None
    ends: int | None = None
    ordered: int | None = None
    registered: int | None = None
    period_ends: int | None = None
    next_term: int | None = None
    goes_on: bool = True  # False: cancelled, it ends with its certificate
    cancelled_on: int | None = None
    link_changes: int = 0


class Day(t.NamedTuple):
    """One day of a life on which something happens."""

    day: int
    what: Happening


def walk_life(life: Life, *, today: int, until: int, assumptions: Assumptions) -> tuple[Day, ...]:
    """List what happens to a life from today to the last day, both included, in order of time."""
    return _walk(life, today, until, assumptions.second, assumptions.anchor, assumptions.late)


def count_days(lives: Mapping[Life, int], *, today: int, until: int, assumptions: Assumptions) -> dict[Day, int]:
    """Count what happens on each day to so many of each life: of a million days of a portfolio few differ."""
    result: dict[Day, int] = collections.defaultdict(int)
    for life, number in lives.items():
        for day in walk_life(life, today=today, until=until, assumptions=assumptions):
            result[day] += number
    return result


@functools.lru_cache(maxsize=100_000)
def _walk(life: Life, today: int, until: int, second: Second, anchor: Anchor, late: bool) -> tuple[Day, ...]:
    walker = _Walker(life, today, until, second, anchor, late)
    # Sorting is stable: what happens on one day stays in its order.
    return tuple(sorted((day for day in walker.walk_days() if today <= day.day <= until), key=operator.itemgetter(0)))


class _Walker:
    """Goes from certificate to certificate; each is issued after the one before, so the walk ends."""

    def __init__(self, life: Life, today: int, until: int, second: Second, anchor: Anchor, late: bool) -> None:
        self._life, self._today, self._until = life, today, until
        self._second, self._anchor, self._late = second, anchor, late
        self._domain = self._organization = life.issued
        self._issued, self._ends = life.issued, life.ends
        self._paid_to = life.period_ends or life.ends
        self._first = life.ends is None

    def walk_days(self) -> Iterator[Day]:
        """Yield every day on which something happens, some of them before today."""
        life = self._life
        yield from [Day(self._today, Happening.LINK_CHANGE)] * life.link_changes
        if self._ends is not None and not life.goes_on:
            yield Day(self._ends + 1, Happening.GAP)
            return
        if self._ends is None and life.ordered is None:
            yield Day(self._today, Happening.NEW_ORDER)
        if self._ends is None or life.ordered is not None:
            if life.registered is None:
                yield Day(self._today, Happening.REGISTRATION)
            yield from self._issue(self._today if life.registered is None else life.registered, paid=True)
        while _known(self._issued) <= self._until and not self._is_cancelled():
            yield from self._renew()

    def _is_cancelled(self) -> bool:
        """Check whether it is cancelled before silence renews it once more."""
        day = self._life.cancelled_on
        return day is not None and day < _known(self._ends) - _ORDER_BY

    def _renew(self) -> Iterator[Day]:
        issued, ends, paid_to = _known(self._issued), _known(self._ends), _known(self._paid_to)
        paid = self._second is Second.PAID or paid_to <= ends
        if not paid and self._second is Second.NONE:
            ends, paid = paid_to, True  # nothing comes before the period is over
        end = paid_to if paid and self._anchor is Anchor.PERIOD and self._second is not Second.PAID else ends
        begins = end - _ORDER_BY if self._life.silent and paid else max(end - _OPENS, issued + 1) + self._life.delay
        # A window opens after the issue, and what is overdue happens today.
        ordered = max(begins, issued + 1, self._today)
        registered = max(ordered, end - _UPDATE_BY) if self._late else ordered
        if not paid:
            yield Day(ordered, Happening.CONTINUATION)
        else:
            yield Day(ordered, Happening.SILENT_RENEWAL if self._life.silent else Happening.RENEWAL)
        yield Day(registered, Happening.REGISTRATION)
        yield from self._issue(registered, paid=paid)

    def _issue(self, registered: int, *, paid: bool) -> Iterator[Day]:
        """Register on that day, and be issued when the CA is done; one that is late is done today."""
        day = max(registered + self._life.lead, self._today)
        longest, domain_reuse, organization_reuse = _limits_of(day)
        if self._ends is not None and day > self._ends:
            yield Day(self._ends + 1, Happening.GAP)
        if self._domain is None or day - self._domain > domain_reuse:
            self._domain = day
            yield Day(day, Happening.DOMAIN_APPROVAL)
        if self._life.checks_organization and (
            self._organization is None or day - self._organization > organization_reuse
        ):
            self._organization = day
            yield Day(day, Happening.ORGANIZATION_CHECK)
        yield Day(day, Happening.CERTIFICATE)
        renewed, self._first = not self._first, False
        term = self._life.next_term or self._life.term if renewed else self._life.term
        self._issued, self._ends = day, day + min(longest, term)
        if paid:
            before = self._paid_to
            begins = day if before is None or self._second is Second.PAID else max(before, day)
            self._paid_to = self._ends if self._second is Second.PAID else begins + term


def _limits_of(day: int) -> tuple[int, int, int]:
    """Return the longest advised life of a certificate issued on this day, and reuse of approvals and checks."""
    result = _CAPS[0]
    for row in _CAPS:
        if row[0] <= day:
            result = row
    return result[1:]


def _known(day: int | None) -> int:
    if day is None:
        raise RuntimeError("contract broken: only a certificate that was issued is renewed")
    return day


__all__ = (
    "SPENDS",
    "Anchor",
    "Assumptions",
    "Day",
    "Happening",
    "Life",
    "Second",
    "count_days",
    "walk_life",
)
