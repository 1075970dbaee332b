# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is the same as before is not judged and read anew, in thousands of tasks that live in one process.

Every task of a run judges all orders, reads the desk's whole list and all that is remembered of hosts, each in a
process of its own. Here they share one, in which orders stay as they are, and few rows and lines change from one task
to the next. What makes values of them is pure, so the values are kept by what they were made from; now and then one is
made once more, and has to be equal.
"""

from __future__ import annotations

import contextlib
import itertools
import marshal
import typing as t
from unittest import mock

from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api import wire
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning import memory
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports import rows
from ansible_collections.iij.server_certificate.plugins.plugin_utils._tasks import asked_orders, memory_file

if t.TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

Value = t.TypeVar("Value")

_CHECKED_EVERY: t.Final = 97  # a prime, so that it falls on other rows of each list
_MOST: t.Final = 4_096


class Orders(list[dict[str, t.Any]]):
    """Orders that nobody changes: a copy for a task's options is the list itself."""

    def __deepcopy__(self, _memo: object) -> Orders:
        return self


@contextlib.contextmanager
def keep_unchanged() -> Iterator[None]:
    """Judge the same orders once, and read the same row or line once, for as long as the block lasts."""
    read_inline = _kept(asked_orders.read_inline, lambda orders: tuple(map(id, orders)))
    judge_orders = _kept(asked_orders.judge_orders, lambda reading, *, day, commands_of: (id(reading), day))
    read_application = _kept(wire.read_application, lambda row: marshal.dumps(row, 2))
    digest_registration = _kept(memory.digest_registration, id)
    order_digest = _kept(rows.order_digest, id)
    read_line = _kept(memory_file._parse, lambda line: line)
    with (
        mock.patch.object(asked_orders, "read_inline", read_inline),
        mock.patch.object(asked_orders, "judge_orders", judge_orders),
        mock.patch.object(wire, "read_application", read_application),
        mock.patch.object(memory, "digest_registration", digest_registration),
        mock.patch.object(rows, "order_digest", order_digest),
        mock.patch.object(memory_file, "_parse", read_line),
    ):
        yield


def _kept(make: Callable[..., Value], key_of: Callable[..., Hashable]) -> Callable[..., Value]:
    # What a value was made from is kept with it: as long as it lives, nothing else can have its id.
    kept: dict[Hashable, tuple[t.Any, Value]] = {}
    calls = itertools.count(1)

    def made(*given: t.Any, **named: t.Any) -> Value:
        key = key_of(*given, **named)
        if key not in kept or next(calls) % _CHECKED_EVERY == 0:
            value = make(*given, **named)
            if key in kept:
                assert repr(value) == repr(kept[key][1]), "the same makes the same"
                return kept[key][1]
            if len(kept) >= _MOST:
                kept.clear()
            kept[key] = given, value
        return kept[key][1]

    return made


__all__ = ("Orders", "keep_unchanged")
