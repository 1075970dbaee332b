# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The branch of the forms that an order belongs to: what decides which fields it is asked for."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._catalogue.products import PRODUCTS, find_product
from .._values.order import CsrOrigin, Usage

if t.TYPE_CHECKING:
    from .._catalogue.products import Product
    from .shape_breaches import Fields


@dc.dataclass(frozen=True, slots=True)
class Branch:
    """What decides which fields are asked; None where the order's own value is unusable."""

    product: str | None
    usage: Usage | None
    csr_origin: CsrOrigin | None
    pinned: bool = False  # an existing application is named, so what was asked to get there need not be repeated


def find_branch(order: Fields) -> Branch:
    """Find the branch that an order belongs to; linked services leave no choice of the CSR's origin [M:2261096]."""
    named = order.get("product")
    product = find_product(named) if isinstance(named, str) else None
    usage = _member(Usage, order.get("usage"))
    linked = usage is Usage.LINKED_SERVICE
    origin = CsrOrigin.SERVICE if linked else _member(CsrOrigin, order.get("csr_origin"))
    return Branch(product.id if product else None, usage, origin, pinned="contract_id" in order)


def product_of(branch: Branch) -> Product | None:
    """Return the product of a branch, where its order names one that is known."""
    return PRODUCTS[branch.product] if branch.product else None


def _member(kind: t.Any, value: object) -> t.Any:
    return next((member for member in kind if member == value), None)


__all__ = ("Branch", "find_branch", "product_of")
