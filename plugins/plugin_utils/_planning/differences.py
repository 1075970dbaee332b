# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""In what a contract is something else than an order asks for, as far as a desk shows it."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ...module_utils._core.phrases import Phrase
from .._complaints.complaints import shorten
from .._values.observed import Kind
from .._values.order import Usage

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._values.observed import Application
    from .._values.order import Order


def purchase_key(common_name: str, product: str) -> tuple[str, str]:
    """Return what a list of applications shows at least of what was bought."""
    return common_name.casefold(), product


def may_be_alike(order: Order, app: Application) -> bool:
    """Check whether the names are no difference: of thousands of contracts that tells nearly all apart, at no cost."""
    return app.common_name in (None, order.common_name)


def is_same_purchase(order: Order, other: Order) -> bool:
    """Check whether two orders ask for the same; a linked contract without its ID may be any."""
    wanted, others = order.linked_contract, other.linked_contract
    if purchase_key(order.common_name, order.product.id) != purchase_key(other.common_name, other.product.id):
        return False
    if order.usage is not other.usage or (wanted and wanted.service) != (others and others.service):
        return False
    return not (wanted and others) or wanted.contract_id in (None, others.contract_id) or others.contract_id is None


def find_differences(order: Order, app: Application) -> tuple[Phrase, ...]:
    """Find every way in which an application, as far as the desk shows it, is not what the order asks for."""
    differing = list(find_natural_differences(order, app))
    if app.term not in (None, order.term) and not _was_renewed(app):
        differing.append(_difference("term", order.term, app.term))
    if app.customer_code not in (None, order.customer_code):
        differing.append(_difference("customer_code", order.customer_code, app.customer_code))
    return tuple(differing)


def _was_renewed(app: Application) -> bool:
    """Check whether a contract is past its first period, whose term is all that an order's own term says."""
    later = app.period is not None and app.period.number > 1
    return bool(app.previous) or later or (app.procedure is not None and app.procedure.kind is not Kind.NEW)


def find_natural_differences(order: Order, app: Application) -> Iterator[Phrase]:
    # What a desk does not show may be what the order asks for.
    if app.common_name not in (None, order.common_name):
        yield _difference("common_name", order.common_name, app.common_name)
    if app.product not in (None, order.product.id):
        yield _difference("product", order.product.id, app.product)
    if app.usage not in (None, order.usage):
        yield _difference("usage", order.usage.value, app.usage)
    linked = order.linked_contract
    if order.usage is Usage.LINKED_SERVICE and linked:
        if app.usage is None and app.linked_service is None:
            return
        if linked.was is not None and app.linked_contract_id in (None, linked.was):
            return  # what the order wants changed is no difference
        if linked.service != app.linked_service:
            yield _difference("linked_contract.service", linked.service, app.linked_service)
        if linked.contract_id not in (None, app.linked_contract_id):
            yield _difference("linked_contract.contract_id", linked.contract_id, app.linked_contract_id)


def is_linked_otherwise(order: Order, app: Application) -> bool:
    """Check whether the linked contract, which the desk shows, is all in which an application differs."""
    linked = order.linked_contract
    if linked is None or app.linked_contract_id is None or linked.contract_id in (None, app.linked_contract_id):
        return False
    there = dc.replace(linked, service=app.linked_service or linked.service, contract_id=app.linked_contract_id)
    return bool(find_differences(order, app)) and not find_differences(dc.replace(order, linked_contract=there), app)


def is_for_another_term(order: Order, app: Application) -> bool:
    """Check whether the term is all in which an application differs."""
    return app.term is not None and not find_differences(dc.replace(order, term=app.term), app)


def _difference(field: str, wanted: object, bought: object) -> Phrase:
    words = Phrase("{0} is {1} at the desk, {2} in the order", "{0} は窓口では {1}、オーダーでは {2}")
    return words.filled(field, shorten(bought), shorten(wanted))


__all__ = (
    "find_differences",
    "find_natural_differences",
    "is_for_another_term",
    "is_linked_otherwise",
    "is_same_purchase",
    "may_be_alike",
    "purchase_key",
)
