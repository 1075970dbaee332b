# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A product's rules as JSON-ready data, each fact with its source and confidence."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .._catalogue.fact import Fact
from .._catalogue.industry import find_lifetime
from .._catalogue.products import TERMS
from .._values.order import CsrOrigin, Usage
from .schema import list_field_names

if t.TYPE_CHECKING:
    import datetime as dt

    from .._catalogue.products import Product

Json = dict[str, t.Any]


def product_rules(product: Product, *, day: dt.date) -> Json:
    """Return what a product is, what its CA asks, how long its certificates live, and which fields its orders have."""
    return {
        "product": product.id,
        "name": product.name,
        "certificate_authority": {"id": product.authority.id, "name": product.authority.name},
        "facts": _facts(product),
        "authority_facts": _facts(product.authority),
        "terms": list(TERMS),
        "longest_validity_days": find_lifetime(day).days,
        "fields": _fields(product),
    }


def _facts(value: t.Any) -> dict[str, Json]:
    result = {field.name: getattr(value, field.name) for field in dc.fields(value)}
    return {name: _fact(fact) for name, fact in result.items() if isinstance(fact, Fact)}


def _fact(fact: Fact[t.Any]) -> Json:
    return {"value": _plain(fact.value), "source": fact.source, "confidence": fact.confidence.value}


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, frozenset):
        characters = bool(value) and all(len(item) == 1 for item in value)
        return "".join(sorted(value)) if characters else sorted(value)
    return list(value) if isinstance(value, tuple) else value


def _fields(product: Product) -> list[Json]:
    """Return the fields by usage and CSR origin: which an order must have, and which it may have."""
    kinds = [(Usage.OTHER, origin) for origin in CsrOrigin] + [(Usage.LINKED_SERVICE, CsrOrigin.SERVICE)]
    rows = []
    for usage, origin in kinds:
        required, optional = list_field_names(product, usage=usage, csr_origin=origin)
        rows.append({"usage": usage.value, "csr_origin": origin.value, "required": required, "optional": optional})
    return rows


__all__ = ("product_rules",)
