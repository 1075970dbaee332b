# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What orders cost, by the user's own price table: IIJ publishes no prices, and the desk tells none."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase
from .._catalogue.products import PRODUCTS, TERMS, product_named
from .._complaints.complaints import Complaint, OrdersRefused, Place, nearest, shortened
from .plan import Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._complaints.complaints import Path
    from .._values.order import Order
    from .plan import Plan

_PLACE = Place(file="prices")
_AMOUNT = Phrase("a whole amount of yen, 0 or more", "0以上の円単位の整数")
_MAPPING = Phrase("a mapping of terms to amounts", "有効期間と金額のマッピング")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a plan's purchases come to, in yen; the price of the `unpriced` orders is not in it."""

    total: int
    unpriced: tuple[str, ...]


@dc.dataclass(frozen=True, slots=True)
class PriceTable:
    """Amounts in yen by product and term."""

    amounts: Mapping[tuple[str, str], int]

    def price(self, order: Order) -> int | None:
        return self.amounts.get((order.product.id, order.term))

    def cost(self, made: Plan) -> Cost:
        """The cost of everything that the plan places."""
        placed = [entry.order for entry in made.entries if Step.PLACE in entry.steps]
        prices = {order.name: self.price(order) for order in placed}
        return Cost(
            total=sum(price for price in prices.values() if price is not None),
            unpriced=tuple(name for name, price in prices.items() if price is None),
        )


def price_table(written: Mapping[str, t.Any] | None) -> PriceTable | None:
    """The table as the user wrote it, {product: {term: yen}}; raises OrdersRefused with everything wrong in it."""
    if written is None:
        return None
    amounts: dict[tuple[str, str], int] = {}
    complaints: list[Complaint] = []
    for name, terms in written.items():
        product = product_named(str(name))
        if product is None:
            complaints.append(_unknown(str(name), PRODUCTS, ()))
        if not isinstance(terms, dict):
            complaints.append(_not(_MAPPING, terms, (str(name),)))
            continue
        complaints.extend(_wrong_terms(str(name), terms))
        amounts.update({(product.id, term): amount for term, amount in terms.items()} if product else {})
    if complaints:
        raise OrdersRefused(complaints)
    return PriceTable(amounts)


def _wrong_terms(name: str, terms: Mapping[str, t.Any]) -> Iterator[Complaint]:
    for term, amount in terms.items():
        if term not in TERMS:
            yield _unknown(str(term), TERMS, (name,))
        if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
            yield _not(_AMOUNT, amount, (name, str(term)))


def _unknown(value: str, allowed: Mapping[str, t.Any] | tuple[str, ...], below: Path) -> Complaint:
    facts = {"value": shortened(value), "allowed": tuple(allowed), "near": nearest(value, allowed)}
    return Complaint(rule="KEY-UNKNOWN", place=_PLACE, path=(*below, value), facts=facts)


def _not(expected: Phrase, value: object, path: Path) -> Complaint:
    return Complaint(
        rule="VALUE-TYPE", place=_PLACE, path=path, facts={"value": shortened(value), "expected": expected}
    )


__all__ = ("Cost", "PriceTable", "price_table")
