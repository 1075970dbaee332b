# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules between the orders of a portfolio."""

from __future__ import annotations

import typing as t

from ...module_utils._core import keyspec
from ...module_utils._core.paths import plain_path
from ...module_utils._core.phrases import Phrase
from .._catalogue.products import find_product
from .._complaints.complaints import Complaint, list_names, shorten
from .._values.order import CsrOrigin, Wanted

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._complaints.complaints import Path
    from .._values.order import Order
    from .files import RawOrder
    from .schema import Fields

_ANOTHER: t.Final = Phrase("the name of another order", "ほかのオーダーの名前")


def find_complaints_between(orders: Iterable[RawOrder]) -> Iterator[Complaint]:
    """Find names and contracts used twice, natural keys bought twice, and duplicate_of that points nowhere."""
    orders = tuple(orders)
    yield from _equal_names(orders)
    yield from _equal_purchases(orders)
    yield from _equal_former_names(orders)
    yield from _equal_contracts(orders)
    names = {order.name for order in orders if order.name}
    ordered = sorted(names)
    for order in orders:
        contract_id = order.fields.get("contract_id")
        if contract_id is not None and contract_id == order.fields.get("replaces"):
            facts: dict[str, object] = {
                "value": shorten(order.name),
                "contract_id": shorten(contract_id),
                "generation": 2,
            }
            yield _complaint("REPLACES-SELF", order, "replaces", facts)
        named = order.fields.get("duplicate_of")
        if isinstance(named, str) and (named == order.name or not _may_name(named, names)):
            facts = {"value": shorten(named), "allowed": _list_others(ordered, order.name)}
            yield _complaint("DUPLICATE-OF", order, "duplicate_of", facts)


def find_shared_keys(judged: Iterable[tuple[RawOrder, Order]]) -> Iterator[Complaint]:
    """Find orders whose certificates would have one key, where a CA of theirs refuses that.

    A key is known by a supplied CSR, or by its path on the host that makes it.
    """
    groups: dict[tuple[str, ...], list[tuple[RawOrder, Order]]] = {}
    for raw, order in judged:
        key = _key_of(order)
        if key is not None and order.state is Wanted.PRESENT:
            groups.setdefault(key, []).append((raw, order))
    for (kind, *_rest), group in groups.items():
        refusing = next((o.product.authority for _raw, o in group if o.product.authority.refuses_used_keys.value), None)
        first, *others = group
        for raw, _order in others if refusing else ():
            facts = {"other": first[1].name, "authority": refusing.name if refusing else ""}
            path: Path = ("csr_path",) if kind == "csr" else ("key", "path")
            yield Complaint(rule="KEY-SHARED", place=raw.locate(path), order=raw.name, path=path, facts=facts)


def find_keys_not_kept(judged: Iterable[tuple[RawOrder, Order]]) -> Iterator[Complaint]:
    """Find orders that would make a new key where the certificate of another one has its key.

    It goes live with the certificate of its order, and leaves that of the other without its own.
    """
    sharing: dict[tuple[str, str], list[tuple[RawOrder, Order]]] = {}
    for raw, order in judged:
        if order.state is Wanted.PRESENT and order.key is not None and order.key.path is not None:
            sharing.setdefault((str(order.host), plain_path(order.key.path)), []).append((raw, order))
    for group in sharing.values():
        for raw, order in group if len(group) > 1 else ():
            reason = _find_new_key(order)
            if reason:
                other, *_more = (each.name for _raw, each in group if each is not order)
                facts = {"value": shorten(raw.fields["key"]["path"]), "other": other, "reason": reason}
                path: Path = ("key", "path")
                yield Complaint(rule="KEY-NOT-KEPT", place=raw.locate(path), order=raw.name, path=path, facts=facts)


def _find_new_key(order: Order) -> str | None:
    """Name what has a run make a new key for this order, after its first certificate or before."""
    if order.csr_origin is not CsrOrigin.TARGET or order.install is None or order.key is None:
        return None
    reasons = {
        "reissue": order.reissue is not None,
        "replaces": order.replaces is not None,
        "generation": order.generation > 1,
        "key.regenerate": order.key.regenerate != keyspec.NEVER,
        "renewal.key": order.rotates_key,
    }
    return next((field for field, applies in reasons.items() if applies), None)


def _key_of(order: Order) -> tuple[str, ...] | None:
    if order.csr is not None:
        return ("csr", order.csr.public_key_fingerprint)
    if order.csr_origin is CsrOrigin.TARGET and order.key is not None and order.key.path is not None:
        return ("path", str(order.host), plain_path(order.key.path))
    return None


def _equal_names(orders: tuple[RawOrder, ...]) -> Iterator[Complaint]:
    first: dict[str, RawOrder] = {}
    for order in orders:
        if order.name and first.setdefault(order.name, order) is not order:
            facts = {"value": shorten(order.name), "other": str(first[order.name].locate(("name",)))}
            yield _complaint("NAME-DUPLICATE", order, "name", facts)


def _equal_former_names(orders: tuple[RawOrder, ...]) -> Iterator[Complaint]:
    """Find orders that were named as another one is or was: both would be the same contract."""
    first = {order.name: order for order in orders if order.name and "was_named" not in order.fields}
    for order in orders:
        former = order.fields.get("was_named")
        other = first.setdefault(former, order) if isinstance(former, str) else order
        if other is not order:
            facts = {"value": shorten(former), "other": other.name}
            yield _complaint("WAS-NAMED", order, "was_named", facts)


def _equal_contracts(orders: tuple[RawOrder, ...]) -> Iterator[Complaint]:
    pinned: dict[str, list[RawOrder]] = {}
    for order in orders:
        contract_id = order.fields.get("contract_id")
        if isinstance(contract_id, str):
            pinned.setdefault(contract_id, []).append(order)
    for contract_id, sharing in pinned.items():
        facts = {"contract_id": shorten(contract_id), "others": list_names(order.name for order in sharing)}
        for order in sharing if len(sharing) > 1 else ():
            yield _complaint("CONTRACT-TWICE", order, "contract_id", facts)


def _equal_purchases(orders: tuple[RawOrder, ...]) -> Iterator[Complaint]:
    first: dict[tuple[str, ...], dict[str | None, RawOrder]] = {}
    by_name = {order.name: order for order in orders if order.name}
    for order in orders:
        key = _natural_key(order.fields)
        if key is None or order.fields.get("state") == Wanted.CANCELLED or _is_second(order, by_name):
            continue
        alike, contract_id = first.setdefault(key, {}), _linked_contract_id(order.fields)
        # Without its ID a linked contract is looked up, and may be the one that another order names.
        bought = alike.get(contract_id) or alike.get(None) or (contract_id is None and next(iter(alike.values()), None))
        alike.setdefault(contract_id, order)
        if bought and bought.name != order.name:
            facts = {"value": shorten(order.fields["common_name"]), "other": bought.name}
            yield _complaint("ORDER-DUPLICATE", order, "common_name", facts)


def _is_second(order: RawOrder, by_name: Mapping[str, RawOrder]) -> bool:
    """Check whether an order is meant beside the one that it names, as far as files tell what is bought by that name.

    A copy may name an order of something else, and excuses nothing by it.
    """
    named = order.fields.get("duplicate_of")
    first = by_name.get(named) if isinstance(named, str) else None
    if first is None:
        return bool(named)
    (own, own_link), (key, link) = (
        (_natural_key(each.fields), _linked_contract_id(each.fields)) for each in (order, first)
    )
    return key in (None, own) and (None in (own_link, link) or own_link == link)


def _natural_key(order: Fields) -> tuple[str, ...] | None:
    """Return what makes two orders the same purchase, or None where a part of it is unusable."""
    name, product, usage = (order.get(field) for field in ("common_name", "product", "usage"))
    linked = order.get("linked_contract")
    if not (isinstance(name, str) and isinstance(product, str) and isinstance(usage, str)):
        return None
    result = find_product(product)
    service = [str(linked.get("service"))] if isinstance(linked, dict) else []
    return (name.lower(), result.id if result else product, usage, *service)


def _linked_contract_id(order: Fields) -> str | None:
    linked = order.get("linked_contract")
    contract_id = linked.get("contract_id") if isinstance(linked, dict) else None
    return None if contract_id is None else str(contract_id)


def _list_others(names: list[str], own: str | None) -> str | Phrase:
    """List some of the names of other orders, and how many more there are: each of many complaints says it."""
    some = [name for name in names[:10] if name != own]
    return list_names(some, further=len(names) - bool(own) - len(some)) or _ANOTHER


def _may_name(duplicate_of: str, names: set[str]) -> bool:
    # A contract ID of another portfolio has no form that is known, so only the desk can tell; a name must be ours.
    return duplicate_of in names or any(character.isdigit() for character in duplicate_of)


def _complaint(rule: str, order: RawOrder, field: str, facts: Mapping[str, object]) -> Complaint:
    return Complaint(rule=rule, place=order.locate((field,)), order=order.name, path=(field,), facts=facts)


__all__ = ("find_complaints_between", "find_keys_not_kept", "find_shared_keys")
