# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Keys of other contracts, for CAs that refuse a key which served another contract. Pure."""

from __future__ import annotations

import dataclasses as dc
import functools
import typing as t

from .._complaints.complaints import Complaint
from .._values.observed import State
from .._values.order import CsrOrigin
from .keys import list_keys_of_contract
from .steps import Step

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.observed import Application
    from .._values.order import Order
    from .entry import Entry
    from .memory import Memory


class UsedKeys:
    """Which contract has or had which key, as the desk shows it and as the controller remembers it.

    A desk may show the key in use only, or none. Gathered once, when an order needs it first.
    """

    def __init__(self, applications: Iterable[Application] = (), memory: Memory | None = None) -> None:
        self._applications = tuple(applications)
        self._remembered: Mapping[str, tuple[str, ...]] = memory.list_registered_keys() if memory else {}

    def find_user(self, order: Order, own: Application | None, public_key_fingerprint: str) -> str | None:
        """Find another contract that has or had this key, where the order's CA refuses that; returns its ID.

        A key that was registered for the order's own contract is none that is refused there.
        """
        if not order.product.authority.refuses_used_keys.value or public_key_fingerprint in self._list_keys(own):
            return None
        return next(iter(self._users.get(public_key_fingerprint, ())), None)

    def list_refused(self, order: Order, own: Application | None) -> tuple[str, ...]:
        """List the keys that the order's CA refuses and that may lie where the order's key does.

        Such are those of contracts for the same name that were rejected or have ended, in whose place this one comes.
        """
        keys = dict.fromkeys(key for other in self._list_others(order, own) for key in self._list_keys(other))
        own_keys = self._list_keys(own)
        return tuple(key for key in keys if key not in own_keys)

    def has_unseen(self, order: Order, own: Application | None) -> bool:
        """Check whether nobody knows the key of one of these contracts, which the order's CA would refuse."""
        others = (one for one in self._list_others(order, own) if one.state is not State.AWAITING_REGISTRATION)
        return any(one.csr_origin != CsrOrigin.SERVICE.value and not self._list_keys(one) for one in others)

    def _list_others(self, order: Order, own: Application | None) -> tuple[Application, ...]:
        if order.csr_origin is not CsrOrigin.TARGET or not order.product.authority.refuses_used_keys.value:
            return ()
        own_id = own.contract_id if own else None
        alike = (*self._by_name.get(order.common_name, ()), *self._by_id.get(order.replaces or "", ()))
        return tuple(application for application in alike if application.contract_id != own_id)

    def _list_keys(self, application: Application | None) -> tuple[str, ...]:
        if application is None:
            return ()
        shown = (application.public_key_fingerprint, *list_keys_of_contract(application))
        return (*(key for key in shown if key), *self._remembered.get(application.contract_id, ()))

    @functools.cached_property
    def _by_name(self) -> Mapping[str, list[Application]]:
        return _group(self._applications, lambda application: application.common_name)

    @functools.cached_property
    def _by_id(self) -> Mapping[str, list[Application]]:
        return _group(self._applications, lambda application: application.contract_id)

    @functools.cached_property
    def _users(self) -> Mapping[str, dict[str, None]]:
        """The IDs of the contracts by key, those first that the desk shows; it may no longer list an ended one."""
        users: dict[str, dict[str, None]] = {}
        shown = ((application.contract_id, self._list_keys(application)) for application in self._applications)
        for contract_id, keys in (*shown, *self._remembered.items()):
            for key in keys:
                users.setdefault(key, {})[contract_id] = None
        return users


def add_used_keys(entry: Entry, keys: UsedKeys) -> tuple[Entry, tuple[Complaint, ...]]:
    """Add the keys that the CA refuses, where the order is to be registered; returns whether its own is one, too."""
    order, application = entry.order, entry.application
    if Step.REGISTER not in entry.steps or not order.product.authority.refuses_used_keys.value:
        return entry, ()
    refused, unseen = keys.list_refused(order, application), keys.has_unseen(order, application)
    return dc.replace(entry, used_keys=refused, has_unseen_keys=unseen), tuple(_find_used_key(order, application, keys))


def _find_used_key(order: Order, own: Application | None, keys: UsedKeys) -> Iterator[Complaint]:
    """Find the contract that has the key of an order's CSR already, where the order's CA refuses that."""
    used = order.csr and keys.find_user(order, own, order.csr.public_key_fingerprint)
    if used:
        facts = {"contract_id": used, "authority": order.product.authority.name}
        path = ("csr_path",)
        yield Complaint(rule="KEY-USED", place=order.locate(path), order=order.name, path=path, facts=facts)


def _group(
    applications: Iterable[Application], key_of: t.Callable[[Application], str]
) -> Mapping[str, list[Application]]:
    groups: dict[str, list[Application]] = {}
    for application in applications:
        groups.setdefault(key_of(application), []).append(application)
    return groups


__all__ = ("UsedKeys", "add_used_keys")
