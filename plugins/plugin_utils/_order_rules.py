# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules that join several fields of one order, or several orders; all of them can be judged without the desk."""

from __future__ import annotations

import typing as t

from ._catalogue import APPROVAL_LOCAL_PARTS, CYBERTRUST, PRODUCTS, product_named
from ._complaints import Breach, Complaint, shortened
from ._order import CsrOrigin, Usage, Wanted
from ._order_schema import branch_of

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ._catalogue import Product
    from ._order_files import RawOrder
    from ._order_schema import Fields


def breaches_of_rules(order: Fields) -> Iterator[Breach]:
    """Every rule between the fields of an order; unusable fields are simply absent here."""
    name = order.get("product")
    product = product_named(name) if isinstance(name, str) else None
    if product is not None:
        yield from _wildcard(order, product)
        yield from _linked_only(order, product)
        yield from _approval_email(order, product)
        yield from _key(order, product)
    if order.get("state") == Wanted.CANCELLED and "contract_id" not in order:
        yield Breach(rule="CANCEL-CONTRACT-ID", path=("state",))


def complaints_between(orders: Iterable[RawOrder]) -> Iterator[Complaint]:
    """Names used twice, natural keys bought twice, and duplicate_of that points nowhere."""
    orders = tuple(orders)
    yield from _equal_names(orders)
    yield from _equal_purchases(orders)
    known = {order.name for order in orders if order.name}
    for order in orders:
        named = order.fields.get("duplicate_of")
        if isinstance(named, str) and (named == order.name or not _may_name(named, known)):
            facts = {"value": shortened(named), "allowed": sorted(known - {order.name or ""})}
            yield _complaint("DUPLICATE-OF", order, "duplicate_of", facts)


def _equal_names(orders: tuple[RawOrder, ...]) -> Iterator[Complaint]:
    first: dict[str, RawOrder] = {}
    for order in orders:
        if order.name and first.setdefault(order.name, order) is not order:
            facts = {"value": shortened(order.name), "other": str(first[order.name].locate(("name",)))}
            yield _complaint("NAME-DUPLICATE", order, "name", facts)


def _equal_purchases(orders: tuple[RawOrder, ...]) -> Iterator[Complaint]:
    first: dict[tuple[str, ...], RawOrder] = {}
    for order in orders:
        key = _natural_key(order.fields)
        if key is None or order.fields.get("duplicate_of") or order.fields.get("state") == Wanted.CANCELLED:
            continue
        bought = first.setdefault(key, order)
        if bought is not order and bought.name != order.name:
            facts = {"value": shortened(order.fields["common_name"]), "other": bought.name}
            yield _complaint("ORDER-DUPLICATE", order, "common_name", facts)


def _natural_key(order: Fields) -> tuple[str, ...] | None:
    """What makes two orders the same purchase, or None where a part of it is unusable."""
    name, product, usage = (order.get(field) for field in ("common_name", "product", "usage"))
    linked = order.get("linked_contract")
    if not (isinstance(name, str) and isinstance(product, str) and isinstance(usage, str)):
        return None
    found = product_named(product)
    contract = [str(linked.get(part)) for part in ("service", "contract_id")] if isinstance(linked, dict) else []
    return (name.lower(), found.id if found else product, usage, *contract)


def permitted_addresses(common_name: str) -> tuple[str, ...]:
    """Five local parts at the name and at each parent domain: what a CA may construct [BR 3.2.2.4.4]."""
    labels = common_name.removeprefix("*.").split(".")
    domains = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    return tuple(f"{local}@{domain}" for domain in domains for local in APPROVAL_LOCAL_PARTS)


def _wildcard(order: Fields, product: Product) -> Iterator[Breach]:
    name = order.get("common_name")
    if not isinstance(name, str) or name.startswith("*.") == product.wildcard:
        return
    facts = {"value": shortened(name), "product": product.name}
    if product.wildcard:
        yield Breach(rule="PRODUCT-WILDCARD-NEEDED", path=("common_name",), facts=facts)
    else:
        allowed = tuple(item.id for item in PRODUCTS.values() if item.wildcard)
        yield Breach(rule="PRODUCT-WILDCARD", path=("common_name",), facts={**facts, "allowed": allowed})


def _linked_only(order: Fields, product: Product) -> Iterator[Breach]:
    usage, linked = order.get("usage"), order.get("linked_contract")
    if product.linked_services is None or usage is None:
        return
    service = linked.get("service") if isinstance(linked, dict) and usage == Usage.LINKED_SERVICE else None
    if service not in product.linked_services and (service or usage == Usage.OTHER):
        facts = {"product": product.name, "value": service or f"usage: {usage}", "allowed": product.linked_services}
        yield Breach(rule="PRODUCT-LINKED", path=("linked_contract", "service") if service else ("usage",), facts=facts)


def _approval_email(order: Fields, product: Product) -> Iterator[Breach]:
    address, name = order.get("approval_email"), order.get("common_name")
    if not product.authority.approval_email or not isinstance(address, str) or not isinstance(name, str):
        return
    permitted = permitted_addresses(name.lower())
    if address.lower() not in permitted:
        facts = {
            "value": shortened(address),
            "authority": product.authority.name,
            "common_name": name,
            "allowed": permitted,
        }
        yield Breach(rule="APPROVAL-EMAIL-ADDRESS", path=("approval_email",), facts=facts)


def _key(order: Fields, product: Product) -> Iterator[Breach]:
    key = order.get("key")
    if (
        product.authority is not CYBERTRUST
        or branch_of(order).csr_origin is not CsrOrigin.TARGET
        or not isinstance(key, dict)
    ):
        return
    kind, size = key.get("type", "RSA"), key.get("size", 2048)
    if (kind, size) != ("RSA", 2048):
        facts = {
            "authority": CYBERTRUST.name,
            "value": f"{kind} {size if kind == 'RSA' else ''}".strip(),
            "allowed": "RSA 2048",
        }
        yield Breach(rule="KEY-AUTHORITY", path=("key", "size" if kind == "RSA" else "type"), facts=facts)


def _may_name(duplicate_of: str, known: set[str]) -> bool:
    # A contract ID of another portfolio has no form that is known, so only the desk can tell; a name must be ours.
    return duplicate_of in known or any(character.isdigit() for character in duplicate_of)


def _complaint(rule: str, order: RawOrder, field: str, facts: Mapping[str, object]) -> Complaint:
    return Complaint(rule=rule, place=order.locate((field,)), order=order.name, path=(field,), facts=facts)


__all__ = ("breaches_of_rules", "complaints_between", "permitted_addresses")
