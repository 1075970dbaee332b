# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a run that does only what is due leaves out: mistakes, and all that people start themselves. Pure."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from .steps import Standing

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .entry import Entry


def leave_undue(
    entries: Iterable[Entry], *, broken: Collection[str | None]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Leave out orders with mistakes, and all that orders, cancels or links a contract; returns both parts."""
    never = {entry.order.name for entry in entries if entry.standing in (Standing.TO_ORDER, Standing.TO_CANCEL)}
    kept, left = part_entries(entries, broken={*broken, *never})
    return tuple(_leave_to_apply(entry) for entry in kept), left


def part_entries(
    entries: Iterable[Entry], *, broken: Collection[str | None]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Part the entries from those of these orders."""
    kept = tuple(entry for entry in entries if entry.order.name not in broken)
    return kept, tuple(entry for entry in entries if entry.order.name in broken)


def _leave_to_apply(entry: Entry) -> Entry:
    """Leave the cancellation of what is replaced, and the change of a linked service, to a run that people start."""
    if entry.replaced and entry.replaced.cancels:
        entry = dc.replace(entry, replaced=dc.replace(entry.replaced, cancels=False))
    return dc.replace(entry, link=None, relinking=None) if entry.link is Standing.TO_RELINK else entry


__all__ = ("leave_undue", "part_entries")
