# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Notes on orders without mistakes, one for each file."""

from __future__ import annotations

import typing as t

from .._catalogue.industry import find_lifetime
from .._catalogue.products import TERMS
from .._complaints.complaints import Complaint, Place, list_names
from .._values.order import Wanted

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from .._values.order import Order


def note_by_file(orders: Iterable[Order], *, day: dt.date) -> tuple[Complaint, ...]:
    """Note once for each file what its orders leave open, and what none could change of certificates of this day."""
    # Of a brought certificate nobody knows what silence does, and the plan says so in time.
    ours = [order for order in orders if order.state is Wanted.PRESENT and not order.product.brought]
    longest = find_lifetime(day).days
    short = ours if longest < min(TERMS.values()) else ()
    return (
        *_note("TERM-OUTLASTS", short, {"day": day, "days": longest - 1}),
        *_note("RENEWAL-UNSAID", (order for order in ours if order.renewal is None), {}),
    )


def _note(rule: str, orders: Iterable[Order], facts: Mapping[str, object]) -> Iterator[Complaint]:
    names: dict[str, list[str]] = {}
    for order in orders:
        names.setdefault(order.locate(()).file, []).append(str(order.name))
    for file, result in names.items():
        yield Complaint(rule=rule, place=Place(file=file), order=list_names(result), facts=facts)


__all__ = ("note_by_file",)
