# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The hosts that orders name, with the groups that they belong to and what is ordered for them."""

from __future__ import annotations

import collections
import dataclasses as dc
import pathlib
import typing as t

from .._complaints.complaints import Complaint, shorten
from .._complaints.vaulted import hide
from .._values.order import Wanted

if t.TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from .._values.order import Order

HostFacts = dict[str, t.Any]

# Every group's name starts with one of these words, an underscore between it and the value.
_KINDS: t.Final = ("product", "ca", "usage", "csr_origin", "orders")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class OrderHost:
    """A host, the facts of its orders by name, and the names of its groups."""

    name: str
    orders: dict[str, HostFacts]
    groups: tuple[str, ...]


def list_hosts(orders: Iterable[Order]) -> tuple[OrderHost, ...]:
    """List every host that an order which is not to be cancelled names."""
    result: dict[str, dict[str, HostFacts]] = collections.defaultdict(dict)
    for order in sorted(orders, key=lambda order: order.name):
        if order.host is not None and order.state is Wanted.PRESENT:
            result[str(order.host)][str(order.name)] = _facts(order)
    return tuple(OrderHost(name=host, orders=facts, groups=_groups(facts)) for host, facts in sorted(result.items()))


def find_reserved_hosts(orders: Iterable[Order], reserved: Container[str]) -> Iterator[Complaint]:
    """Find orders whose host has a name that Ansible or a group has already: a play of that name would take it in."""
    for order in orders:
        if order.host is not None and order.state is Wanted.PRESENT and order.host in reserved:
            place, facts = order.locate(("host",)), {"value": shorten(str(order.host))}
            yield Complaint(rule="HOST-RESERVED", place=place, order=order.name, path=("host",), facts=facts)


def _facts(order: Order) -> HostFacts:
    """Choose fields to show: nothing of the applicant, no address, no credential."""
    install = order.install
    files = ("certificate", "chain", "full_chain", "combined", "pkcs12")
    facts = {
        "common_name": order.common_name,
        "product": order.product.id,
        "ca": order.product.authority.id,
        "term": order.term,
        "usage": order.usage.value,
        "csr_origin": order.csr_origin.value if order.csr_origin else None,
        "contract_id": order.contract_id,
        "generation": order.generation,
        "key_path": order.key.path if order.key else None,
        "install": {name: path for name in files if (path := getattr(install, name, None))},
        "file": order.place.shown_file,
    }
    return hide(facts)


def _groups(orders: dict[str, HostFacts]) -> tuple[str, ...]:
    values = [{**facts, "orders": pathlib.Path(facts["file"]).stem} for facts in orders.values()]
    return tuple(sorted({f"{kind}_{facts[kind]}" for facts in values for kind in _KINDS if facts[kind]}))


__all__ = ("OrderHost", "find_reserved_hosts", "list_hosts")
