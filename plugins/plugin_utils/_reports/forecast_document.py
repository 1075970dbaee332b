# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A forecast as one document, forecast.json, and its rows of events; all that is shown of it is made from these."""

from __future__ import annotations

import collections
import datetime as dt
import typing as t

from .._complaints.vaulted import hide
from .._planning.forecast import ON_HOSTS, add_up
from .._planning.lives import SPENDS, Happening

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...module_utils._core.phrases import Language
    from .._planning.forecast import Forecast, Sum
    from .._planning.forewarnings import Forewarning
    from .._planning.levers import Lever
    from .._planning.lineages import Lineage
    from .rows import Row

FORMAT: t.Final = "iij.server_certificate/forecast"
VERSION: t.Final = 1
COUNTED: t.Final = (*(what.value for what in Happening), ON_HOSTS)


def describe_forecast(
    forecast: Forecast,
    levers: Iterable[Lever],
    warnings: Iterable[Forewarning],
    *,
    portfolio: str,
    lang: Language,
    made_at: dt.datetime,
    desk_asked: bool,
    priced: bool,
    left_out: tuple[str, ...] = (),
) -> Row:
    """Describe a forecast; amounts are yen by the user's own price table, null without one."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "portfolio": portfolio,
        "lang": lang,
        "today": forecast.today.isoformat(),
        "until": forecast.until.isoformat(),
        "desk_asked": desk_asked,
        "assumptions": _describe_assumptions(forecast),
        "lineages": _count_lineages(forecast),
        "left_out": list(left_out),
        "quarters": [
            {"quarter": f"{year}-Q{quarter}", **_sum_row(part, priced)}
            for (year, quarter), part in forecast.quarters.items()
        ],
        "years": [{"year": year, **_sum_row(part, priced)} for year, part in _by_year(forecast).items()],
        "total": _sum_row(forecast.total, priced),
        "least": _sum_row(forecast.least, priced),
        "levers": [_lever_row(lever, priced) for lever in levers],
        "warnings": [
            {"id": row.id, "day": row.day and row.day.isoformat(), "orders": list(row.orders), "facts": row.facts}
            for row in warnings
        ],
    }
    return hide(document)


def list_events(forecast: Forecast) -> Iterator[Row]:
    """Yield one row for each event of each lineage, lineage by lineage in order of time."""
    for lineage in forecast.lineages:
        for day, what in forecast.days[lineage.name]:
            yield hide(
                {
                    "day": dt.date.fromordinal(day).isoformat(),
                    "order": lineage.name if lineage.managed else None,
                    "contract_id": lineage.contract_id,
                    "common_name": lineage.common_name,
                    "product": lineage.product,
                    "event": what.value,
                    "yen": _yen(lineage, what),
                }
            )


def _yen(lineage: Lineage, what: Happening) -> int | None:
    return lineage.prices.price_event(what) if what in SPENDS else None


def _describe_assumptions(forecast: Forecast) -> Row:
    assumed = forecast.assumptions
    return {
        "second": assumed.second.value,
        "anchor": assumed.anchor.value,
        "late_registration": assumed.late,
        "lead": dict(assumed.lead),
    }


def _count_lineages(forecast: Forecast) -> Row:
    managed = sum(lineage.managed for lineage in forecast.lineages)
    return {"managed": managed, "unmanaged": len(forecast.lineages) - managed}


def _by_year(forecast: Forecast) -> dict[int, Sum]:
    parts: dict[int, list[Sum]] = collections.defaultdict(list)
    for (year, _quarter), part in forecast.quarters.items():
        parts[year].append(part)
    return {year: add_up(rows) for year, rows in parts.items()}


def _sum_row(part: Sum, priced: bool) -> Row:
    return {
        "counts": {name: part.counts.get(name, 0) for name in COUNTED},
        "yen": part.yen if priced else None,
        "unpriced": part.unpriced if priced else None,
    }


def _lever_row(lever: Lever, priced: bool) -> Row:
    whole = priced and not lever.before.unpriced and not lever.after.unpriced
    return {
        "id": lever.id,
        "orders": lever.orders,
        "saved": {
            name: lever.before.counts.get(name, 0) - lever.after.counts.get(name, 0)
            for name in COUNTED
            if lever.before.counts.get(name, 0) != lever.after.counts.get(name, 0)
        },
        "saved_yen": lever.before.yen - lever.after.yen if whole else None,
    }


__all__ = ("COUNTED", "FORMAT", "VERSION", "describe_forecast", "list_events")
