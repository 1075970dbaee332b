# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Words of orders that are shown even where a vault holds them: by them orders, hosts and contracts are known."""

from __future__ import annotations

import typing as t

from .._catalogue.products import PRODUCTS
from .._complaints.vaulted import publish
from .field_words import FIELD_WORDS
from .top_of_file import TOP_FIELDS
from .vocabulary import CHOICES

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._values.order import Order


def publish_words(orders: Iterable[Order]) -> None:
    """Publish names of fields and choices, and what Ansible, the desk and saved plans know accepted orders by."""
    publish(_words(orders))


def _words(orders: Iterable[Order]) -> Iterator[str]:
    yield from (*CHOICES, *FIELD_WORDS, *TOP_FIELDS)
    yield from (word for product in PRODUCTS.values() for word in (product.id, product.name))
    for order in orders:
        linked, key, install = order.linked_contract, order.key, order.install
        reload = install.reload if install else None
        words = (
            order.name,
            order.host,
            order.contract_id,
            order.duplicate_of,
            order.replaces,
            order.was_named,
            *((linked.contract_id, linked.was, *(link.contract_id for link in linked.also)) if linked else ()),
            key.mode if key else None,
            install.mode if install else None,
            install.validate if install else None,
            *((reload.service, reload.command) if reload else ()),
        )
        yield from (word for word in words if word is not None)


__all__ = ("publish_words",)
