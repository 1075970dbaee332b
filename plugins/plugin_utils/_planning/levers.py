# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What would make a forecast cheaper or easier, each reckoned against it: the levers that people can pull."""

from __future__ import annotations

import collections
import dataclasses as dc
import typing as t

from .._catalogue.products import PRODUCTS, TERMS
from .forecast import Sum, add_up, sum_by_quarter

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .forecast import Forecast
    from .lineages import Lineage
    from .lives import Assumptions
    from .prices import PriceTable

_LONG: t.Final = "1 year"
_DOMAIN_ONLY: t.Final = "quick_ssl"
_WILDCARDS: t.Final = {"DV": "quick_ssl_wildcard", "OV": "organization_ssl_wildcard"}


class Lever(t.NamedTuple):
    """A change, how many orders it concerns, and their sums without and with it."""

    id: str
    orders: int
    before: Sum
    after: Sum


def list_levers(forecast: Forecast, prices: PriceTable | None) -> tuple[Lever, ...]:
    """Reckon every lever that concerns an order."""
    result = (
        _reckon(forecast, "one_year_term", _with_long_term(prices), lambda lineage: lineage.term != _LONG),
        _reckon_late(forecast),
        _reckon_wildcards(forecast, prices),
        _reckon(forecast, "domain_only", _with_domain_only(prices, forecast.assumptions), _checks_more_than_the_name),
    )
    return tuple(lever for lever in result if lever is not None)


def _reckon(
    forecast: Forecast, name: str, change: Callable[[Lineage], Lineage], concerns: Callable[[Lineage], bool]
) -> Lever | None:
    chosen = [lineage for lineage in forecast.lineages if lineage.managed and concerns(lineage)]
    if not chosen:
        return None
    return Lever(name, len(chosen), _sum(chosen, forecast), _sum(map(change, chosen), forecast))


def _reckon_late(forecast: Forecast) -> Lever | None:
    """Register on the last day: a certificate that is issued later lives longer beyond its predecessor."""
    chosen = [lineage for lineage in forecast.lineages if lineage.managed]
    if not chosen or forecast.assumptions.late:
        return None
    late = dc.replace(forecast.assumptions, late=True)
    return Lever("late_registration", len(chosen), _sum(chosen, forecast), _sum(chosen, forecast, late))


def _reckon_wildcards(forecast: Forecast, prices: PriceTable | None) -> Lever | None:
    """Reckon with one wildcard in place of several names directly below one domain."""
    groups = [group for group in _group_siblings(forecast.lineages) if len(group) > 1]
    if not groups:
        return None
    chosen = [lineage for group in groups for lineage in group]
    wildcards = [_as_wildcard(group[0], prices) for group in groups]
    return Lever("wildcard", len(chosen), _sum(chosen, forecast), _sum(wildcards, forecast))


def _group_siblings(lineages: Iterable[Lineage]) -> Iterator[list[Lineage]]:
    groups: dict[tuple[str, str, str], list[Lineage]] = collections.defaultdict(list)
    for lineage in lineages:
        domain = lineage.common_name.partition(".")[2]
        single = lineage.managed and not lineage.common_name.startswith("*") and domain.count(".") > 0
        if single and lineage.level in _WILDCARDS:
            groups[lineage.level, lineage.term, domain].append(lineage)
    yield from groups.values()


def _as_wildcard(lineage: Lineage, prices: PriceTable | None) -> Lineage:
    product = _WILDCARDS[lineage.level]
    return _priced(dc.replace(lineage, product=product), prices)


def _with_long_term(prices: PriceTable | None) -> Callable[[Lineage], Lineage]:
    def change(lineage: Lineage) -> Lineage:
        life = dc.replace(lineage.life, term=TERMS[_LONG], next_term=TERMS[_LONG])
        return _priced(dc.replace(lineage, term=_LONG, life=life), prices)

    return change


def _with_domain_only(prices: PriceTable | None, assumptions: Assumptions) -> Callable[[Lineage], Lineage]:
    def change(lineage: Lineage) -> Lineage:
        life = dc.replace(lineage.life, lead=assumptions.lead["DV"], checks_organization=False)
        return _priced(dc.replace(lineage, product=_DOMAIN_ONLY, level="DV", life=life), prices)

    return change


def _checks_more_than_the_name(lineage: Lineage) -> bool:
    return lineage.level == "OV" and not PRODUCTS[lineage.product].wildcard.value


def _priced(lineage: Lineage, prices: PriceTable | None) -> Lineage:
    """Return the lineage with the prices of its product and term."""
    if prices is None:
        return lineage
    first = prices.amounts.get((lineage.product, lineage.term))
    return dc.replace(lineage, price=first, renewal_price=prices.price_renewal(lineage.product, lineage.term))


def _sum(lineages: Iterable[Lineage], forecast: Forecast, assumptions: Assumptions | None = None) -> Sum:
    return add_up(
        sum_by_quarter(lineages, forecast.today, forecast.until, assumptions or forecast.assumptions).values()
    )


__all__ = ("Lever", "list_levers")
