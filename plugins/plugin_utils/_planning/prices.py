# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What orders cost, by the user's own price table: IIJ publishes no prices, and the desk tells none."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase
from .._catalogue.products import PRODUCTS, TERMS, find_product
from .._complaints.complaints import Complaint, OrdersRefused, Place, find_nearest, shorten
from .steps import Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._complaints.complaints import Path
    from .._values.order import Order
    from .plan import Plan

PAID: t.Final = (Step.PLACE, Step.RENEW, Step.RELINK)  # what costs something, or may: nobody says what a link costs
_RENEWAL: t.Final = "renewal"
_LINK_CHANGE: t.Final = "link_change"
_PLACE = Place(file="prices")
_AMOUNT = Phrase("a whole amount of yen, 0 or more", "0以上の円単位の整数")
_MAPPING = Phrase("a mapping of terms to amounts", "有効期間と金額のマッピング")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a plan comes to, in yen: new contracts, renewals and links, without those of the `unpriced` orders."""

    new: int
    renewals: int
    links: int
    unpriced: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.new + self.renewals + self.links


@dc.dataclass(frozen=True, slots=True)
class PriceTable:
    """Amounts in yen by product and term; a renewal costs as much as the term, unless the table has its price."""

    amounts: Mapping[tuple[str, str], int]
    renewals: Mapping[tuple[str, str], int] = dc.field(default_factory=dict)
    links: Mapping[str, int] = dc.field(default_factory=dict)  # of a change or addition of a linked service, by product

    def price_order(self, order: Order) -> int | None:
        """Price a new contract."""
        return self.amounts.get((order.product.id, order.term))

    def price_renewal(self, product: str, term: str | None) -> int | None:
        """Price one more period of a contract."""
        if term is None:
            return None
        own = self.renewals.get((product, term))
        return self.amounts.get((product, term)) if own is None else own

    def price_step(self, order: Order, step: Step) -> int | None:
        """Price what a step of an order spends; None also for steps that spend nothing."""
        if step is Step.RENEW:
            return self.price_renewal(order.product.id, order.renewal_term)
        if step is Step.RELINK:
            return self.links.get(order.product.id)
        return self.price_order(order) if step is Step.PLACE else None

    def sum_cost(self, plan: Plan) -> Cost:
        """Sum what everything costs that the plan places, renews and links."""
        bought = [(entry.order, step) for entry, step in plan.list_steps() if step in PAID]
        sums = dict.fromkeys(PAID, 0)
        unpriced = []
        for order, step in bought:
            price = self.price_step(order, step)
            sums[step] += price or 0
            unpriced += [order.name] if price is None else []
        return Cost(new=sums[Step.PLACE], renewals=sums[Step.RENEW], links=sums[Step.RELINK], unpriced=tuple(unpriced))


def read_price_table(written: Mapping[str, t.Any] | None) -> PriceTable | None:
    """Read the table as the user wrote it, {product: {term: yen, renewal: {term: yen}, link_change: yen}}.

    Raises OrdersRefused with everything wrong in it.
    """
    if written is None:
        return None
    amounts: dict[tuple[str, str], int] = {}
    renewals: dict[tuple[str, str], int] = {}
    links: dict[str, int] = {}
    complaints: list[Complaint] = list(_find_doubled(written))
    for name, terms in written.items():
        product = find_product(str(name))
        if product is None:
            complaints.append(_unknown(str(name), PRODUCTS, ()))
        if not isinstance(terms, dict):
            complaints.append(_not(_MAPPING, terms, (str(name),)))
            continue
        again = terms.get(_RENEWAL, {})
        first = {term: amount for term, amount in terms.items() if term not in (_RENEWAL, _LINK_CHANGE)}
        complaints.extend(_wrong_terms(first, (str(name),), allowed=(*TERMS, _RENEWAL, _LINK_CHANGE)))
        complaints.extend(_wrong_amount(terms.get(_LINK_CHANGE, 0), (str(name), _LINK_CHANGE)))
        complaints.extend(_wrong_renewals(again, (str(name), _RENEWAL)))
        if product and isinstance(again, dict):
            amounts.update({(product.id, term): amount for term, amount in first.items()})
            renewals.update({(product.id, term): amount for term, amount in again.items()})
            links.update({product.id: terms[_LINK_CHANGE]} if _LINK_CHANGE in terms else {})
    if complaints:
        raise OrdersRefused(complaints)
    return PriceTable(amounts, renewals, links)


def _find_doubled(written: Mapping[str, t.Any]) -> Iterator[Complaint]:
    """Find products that have prices under both of their names, of which one would be lost."""
    names: dict[str, str] = {}
    for name in map(str, written):
        product = find_product(name)
        first = names.setdefault(product.id, name) if product else name
        if first != name:
            facts = {"value": shorten(name), "other": shorten(first)}
            yield Complaint(rule="PRICE-TWICE", place=_PLACE, path=(name,), facts=facts)


def _wrong_renewals(written: object, path: Path) -> Iterator[Complaint]:
    if isinstance(written, dict):
        yield from _wrong_terms(written, path, allowed=tuple(TERMS))
    else:
        yield _not(_MAPPING, written, path)


def _wrong_terms(terms: Mapping[str, t.Any], path: Path, *, allowed: tuple[str, ...]) -> Iterator[Complaint]:
    for term, amount in terms.items():
        if term not in TERMS:
            yield _unknown(str(term), allowed, path)
        yield from _wrong_amount(amount, (*path, str(term)))


def _wrong_amount(amount: object, path: Path) -> Iterator[Complaint]:
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        yield _not(_AMOUNT, amount, path)


def _unknown(value: str, allowed: Mapping[str, t.Any] | tuple[str, ...], below: Path) -> Complaint:
    facts = {"value": shorten(value), "allowed": tuple(allowed), "near": find_nearest(value, allowed)}
    return Complaint(rule="KEY-UNKNOWN", place=_PLACE, path=(*below, value), facts=facts)


def _not(expected: Phrase, value: object, path: Path) -> Complaint:
    return Complaint(rule="VALUE-TYPE", place=_PLACE, path=path, facts={"value": shorten(value), "expected": expected})


__all__ = ("PAID", "Cost", "PriceTable", "read_price_table")
