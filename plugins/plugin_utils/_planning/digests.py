# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Digests: by them a saved plan knows an order, and a reviewer the plan, without holding what is in them."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import json
import operator
import typing as t

from .._complaints.vaulted import Vaulted

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._values.order import Order
    from .host_part import HostPart

HostRow = tuple[str, str | None, "HostPart"]  # the order's name, its contract ID, what its host is asked

# The place is where the order stands, not what it says; what it lacks follows from the rest; two are told by their ID.
_LEFT_OUT = ("locate", "missing", "product", "linked_contract")
# Fields that came later count only where they are used, so that plans saved before them still hold.
_LATER = {
    "plain_files": False,
    "was_at": (),
    "pkcs12_encryption": "modern",
    "renewal": None,
    "reissue": None,
    "replaces": None,
    "was_named": None,
}
_NONE_WAS = {"address": "127.0.0.1"}
# One for all: json.dumps() makes an encoder for each value that is not to be written by default.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def order_digest(order: Order) -> str:
    """Return the SHA-256 of all that the order says; a vaulted value counts by its sealed text, never by itself.

    The contract ID of a linked contract is left out, since the look-up at the desk may add it.
    """
    names = tuple(name for name in _fields(order) if name not in _LEFT_OUT and not _is_new(order, name))
    facts = {"product": order.product.id, "linked_contract": _linked(order)}
    return digest({**facts, **{name: _plain(getattr(order, name)) for name in names}})


def _linked(order: Order) -> object:
    """Return what counts of a linked contract.

    Where it is changed or added to, everything, since nothing is looked up.
    """
    linked = order.linked_contract
    if linked is None or not (linked.was or linked.also):
        return linked.service if linked else None
    also = [[link.service, link.contract_id] for link in linked.also]
    return [linked.service, linked.contract_id if linked.was else None, linked.was, also]


def digest(value: object) -> str:
    """Return the SHA-256 of JSON-ready data, whatever the order of its keys."""
    return f"sha256:{hashlib.sha256(_ENCODER.encode(value).encode()).hexdigest()}"


def plan_digest(
    rows: Iterable[dict[str, t.Any]],
    *,
    portfolio: str,
    part: str | None,
    on_hosts: Iterable[HostRow] = (),
    desk: str | None = None,
) -> str:
    """Digest what a plan changes, at which desk, which steps for which order and contract, and what hosts are asked.

    Without `on_hosts`, or `desk`, it is the digest of plans that were saved before hosts, or desks, were bound.
    """
    changing = [
        [
            *(row[field] for field in ("name", "order_digest", "contract_id", "linked_contract_id")),
            list_desk_steps(row),
            *_bound_to(row),
        ]
        for row in rows
        if list_desk_steps(row)
    ]
    bound = sorted((row for row in on_hosts if row[2]), key=operator.itemgetter(0))
    return digest([portfolio, part, sorted(changing), *([bound] if bound else []), *([desk] if desk else [])])


def _bound_to(row: dict[str, t.Any]) -> list[str | None]:
    """Return what binds the steps of a renewal or a link: what is replaced, and the last moment to order it."""
    return [*([row["replaces"], row.get("renew_by")] if row.get("replaces") else []), *list_links(row)]


def list_links(row: dict[str, t.Any]) -> list[str | None]:
    """List what binds the change or addition of a linked service; in plans of before, not since when it was linked."""
    wanted = row.get("relinking")
    if not wanted:
        return []
    bound = [wanted[field] for field in ("work", "was", "linked_contract_id")]
    return [wanted["since"], *bound] if wanted.get("since") else bound


def list_desk_steps(row: dict[str, t.Any]) -> list[str]:
    """List the steps of an order's row that change the desk."""
    return [step["step"] for step in row["steps"] if step["call_class"] != "read"]


def seal(value: object) -> object:
    """Put the sealed text in the place of each vaulted value."""
    if isinstance(value, dict):
        return {name: seal(part) for name, part in value.items()}
    return {"sealed": value.sealed} if isinstance(value, Vaulted) else value


def _is_new(order: Order, name: str) -> bool:
    """Check whether a field came later and is not used."""
    return name in _LATER and getattr(order, name) == _LATER[name]


def _plain(value: object) -> object:
    if isinstance(value, Vaulted):
        return {"sealed": value.sealed}
    if isinstance(value, tuple) and value:
        return [_plain(entry) for entry in value]
    if dc.is_dataclass(value):
        fields = {name: _plain(getattr(value, name)) for name in _fields(value)}
        return {
            name: _NONE_WAS.get(name) if field is None else field
            for name, field in fields.items()
            if name not in _LATER or field != _LATER[name]
        }
    return value


def _fields(value: t.Any) -> tuple[str, ...]:
    return tuple(value.__dataclass_fields__)


__all__ = ("HostRow", "digest", "list_desk_steps", "list_links", "order_digest", "plan_digest", "seal")
