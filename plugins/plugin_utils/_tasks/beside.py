# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The files of orders with which nothing is done on their host now: no order that something is done with may have them.

The controller sees the names of files alone; that two of them are one, by a link, is to be seen on the host.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core.paths import csr_path_beside
from .._guards.hosts import CONTROLLER
from .._orders.schema import INSTALL_FILES
from .._values.order import CsrOrigin, Outline, Wanted

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._orders.portfolio import Judged
    from .._planning.entry import Entry
    from .._values.order import Order

Json = dict[str, t.Any]


def list_beside(orders: Iterable[Order | Outline], entries: Iterable[Entry]) -> tuple[Json, ...]:
    """List the files of these orders but those of the entries, as the host takes them among the rows of its orders.

    The orders are all of the host, whichever of them this run has: a slice and a mistake leave each what it has. A
    cancelled one stops no other.
    """
    acted_upon = {entry.order.name for entry in entries}
    rest = (order for order in orders if order.name not in acted_upon and order.state is Wanted.PRESENT)
    rows = ({"name": order.name, "is_beside": True, **_list_files(order)} for order in rest)
    return tuple(row for row in rows if row["paths"] or row["key_path"])


def list_beside_on(host: str, judged: Judged, entries: Iterable[Entry]) -> tuple[Json, ...]:
    """List what list_beside does of this host's orders, those with mistakes among them."""
    return list_beside((order for order in judged.list_outlined() if (order.host or CONTROLLER) == host), entries)


def _list_files(order: Order | Outline) -> Json:
    if isinstance(order, Outline):
        return {"paths": list(order.paths), "key_path": order.key_path}
    install, key = order.install, order.key
    key_path = key.path if key else None
    paths: list[str | None] = [getattr(install, role) for role in INSTALL_FILES] if install else []
    paths += install.was_at if install else ()
    if key and key_path and order.csr_origin is CsrOrigin.TARGET:
        paths.append(key.csr_path or csr_path_beside(key_path))
    return {"paths": [path for path in paths if path], "key_path": key_path}


__all__ = ("list_beside", "list_beside_on")
