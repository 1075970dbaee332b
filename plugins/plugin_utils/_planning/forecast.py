# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""make_forecast(lineages) -> Forecast: what the orders of today come to, day by day, in events and in yen. Pure."""

from __future__ import annotations

import collections
import dataclasses as dc
import datetime as dt
import typing as t

from .lives import SPENDS, Assumptions, Happening, Life, Second, count_days, walk_life

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .lineages import Lineage, Prices
    from .lives import Day

ON_HOSTS: t.Final = "host_swap"  # a certificate that is changed on a host


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Events of a span of time by kind, and what they cost; `unpriced` purchases are not in `yen`."""

    counts: Mapping[str, int]
    yen: int = 0
    unpriced: int = 0


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The days to come of all lineages, and their sums by quarter; `least` is what the same costs at the least."""

    today: dt.date
    until: dt.date
    assumptions: Assumptions
    lineages: tuple[Lineage, ...]
    days: Mapping[str, tuple[Day, ...]]  # by the lineage's name
    quarters: Mapping[tuple[int, int], Sum]
    total: Sum
    least: Sum


def make_forecast(lineages: Iterable[Lineage], *, today: dt.date, until: dt.date, assumptions: Assumptions) -> Forecast:
    """Walk all lineages to the last day.

    The default assumptions are the upper bound: each certificate is paid for. `least` has them free inside a paid
    period.
    """
    lineages, first, last = tuple(lineages), today.toordinal(), until.toordinal()
    quarters = sum_by_quarter(lineages, today, until, assumptions)
    least = sum_by_quarter(lineages, today, until, dc.replace(assumptions, second=Second.FREE))
    return Forecast(
        today=today,
        until=until,
        assumptions=assumptions,
        lineages=lineages,
        days={
            lineage.name: walk_life(lineage.life, today=first, until=last, assumptions=assumptions)
            for lineage in lineages
        },
        quarters={quarter: quarters.get(quarter, Sum(counts={})) for quarter in _quarters(today, until)},
        total=add_up(quarters.values()),
        least=add_up(least.values()),
    )


def sum_by_quarter(
    lineages: Iterable[Lineage], today: dt.date, until: dt.date, assumptions: Assumptions
) -> dict[tuple[int, int], Sum]:
    """Add events and yen up by year and quarter; lineages that are alike are walked once."""
    lives: dict[tuple[Prices, bool], collections.Counter[Life]] = collections.defaultdict(collections.Counter)
    for row in lineages:
        lives[row.prices, row.on_host][row.life] += 1
    first, last = today.toordinal(), until.toordinal()
    counts: dict[tuple[int, int], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    yen: collections.Counter[tuple[int, int]] = collections.Counter()
    unpriced: collections.Counter[tuple[int, int]] = collections.Counter()
    for (prices, on_host), group in lives.items():
        for (day, what), number in count_days(group, today=first, until=last, assumptions=assumptions).items():
            quarter = _quarter_of(dt.date.fromordinal(day))
            counts[quarter][what.value] += number
            if what is Happening.CERTIFICATE and on_host:
                counts[quarter][ON_HOSTS] += number
            if what in SPENDS:
                price = prices.price_event(what)
                yen[quarter] += number * (price or 0)
                unpriced[quarter] += number if price is None else 0
    return {
        quarter: Sum(counts=dict(counts[quarter]), yen=yen[quarter], unpriced=unpriced[quarter])
        for quarter in sorted(counts)
    }


def add_up(sums: Iterable[Sum]) -> Sum:
    """Add several sums up."""
    counts: collections.Counter[str] = collections.Counter()
    yen = unpriced = 0
    for part in sums:
        counts.update(part.counts)
        yen, unpriced = yen + part.yen, unpriced + part.unpriced
    return Sum(counts=dict(counts), yen=yen, unpriced=unpriced)


def _quarter_of(day: dt.date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _quarters(first: dt.date, last: dt.date) -> Iterator[tuple[int, int]]:
    year, quarter = _quarter_of(first)
    while (year, quarter) <= _quarter_of(last):
        yield year, quarter
        year, quarter = (year, quarter + 1) if quarter < 4 else (year + 1, 1)


__all__ = (
    "ON_HOSTS",
    "Forecast",
    "Sum",
    "add_up",
    "make_forecast",
    "sum_by_quarter",
)
