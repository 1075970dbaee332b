# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a new order must know from the desk before it is submitted: its linked contract, and that it is offered."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._catalogue.services import LINKED_SERVICES
from .._complaints.complaints import Complaint, shorten

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._values.links import Relinking
    from .._values.observed import Observed, OfferedProduct, SeenContract
    from .._values.order import Order


def resolve_linked_contract(order: Order, observed: Observed) -> tuple[Order, tuple[Complaint, ...]]:
    """Complete the order with the ID of its linked contract; returns what keeps it from being submitted, too.

    As it is where the desk was not asked what it offers: then nothing is to be submitted. A desk may show its linked
    contracts and no products before an order is filled in.
    """
    complaints = () if observed.products is None else tuple(_not_offered(order, observed.products))
    linked = order.linked_contract
    if linked is None or (observed.products is None and linked.service not in observed.linked_contracts):
        return order, complaints
    seen = tuple(
        contract
        for contract in observed.linked_contracts.get(linked.service, ())
        if contract.customer_code == order.customer_code
    )
    fitting = [contract for contract in seen if linked.contract_id in (None, contract.contract_id)]
    if len(fitting) != 1:
        return order, (*complaints, _not_found(order, linked.service, seen, linked.contract_id))
    return dc.replace(order, linked_contract=dc.replace(linked, contract_id=fitting[0].contract_id)), complaints


def find_missing_link(order: Order, wanted: Relinking | None, observed: Observed) -> Iterator[Complaint]:
    """Find out whether this admin can see the contract that is to be linked; nothing where nobody looked."""
    seen = observed.linked_contracts.get(wanted.service) if wanted else None
    if wanted is None or seen is None:
        return
    mine = tuple(contract for contract in seen if contract.customer_code == order.customer_code)
    if wanted.contract_id not in {contract.contract_id for contract in mine}:
        yield _not_found(order, wanted.service, mine, wanted.contract_id)


def _not_found(order: Order, service: str, seen: tuple[SeenContract, ...], wanted: str | None) -> Complaint:
    facts = {
        "service": LINKED_SERVICES[service].name,
        "service_id": service,
        "count": len(seen),
        "value": shorten(wanted),
        "allowed": [f"{contract.contract_id} ({contract.name})" for contract in seen],
    }
    rule = "LINKED-CONTRACT-NONE" if not seen else "LINKED-CONTRACT-UNLISTED" if wanted else "LINKED-CONTRACT-SEVERAL"
    return Complaint(rule=rule, place=order.place, order=order.name, path=("linked_contract",), facts=facts)


def _not_offered(order: Order, products: tuple[OfferedProduct, ...]) -> Iterator[Complaint]:
    offered = {(product.product, term) for product in products for term in product.terms}
    if (order.product.id, order.term) not in offered:
        # With another term the product itself is right, so only its terms are of use.
        same = [product for product in products if product.product == order.product.id] or products
        facts = {
            "value": f"{order.product.id}, {order.term}",
            "allowed": [f"{product.product}: {' / '.join(product.terms)}" for product in same],
        }
        yield Complaint(rule="PRODUCT-NOT-OFFERED", place=order.place, order=order.name, path=("term",), facts=facts)


__all__ = ("find_missing_link", "resolve_linked_contract")
