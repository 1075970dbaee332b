# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Slices of a portfolio for several runners at once: 2/5 is the second of five."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import re

from .._complaints.complaints import Complaint, OrdersRefused, Place, shorten

_FORM = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The orders of one runner. An order stays in its slice whatever is added to or removed from the files."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, name: str) -> bool:
        """Check whether the order of this name belongs to the slice: by a digest of the name alone."""
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % self.count == self.number - 1


def read_slice(text: str | None) -> Slice | None:
    """Read the slice that is asked for as "2/5"; raises OrdersRefused for anything else."""
    if text is None:
        return None
    match = _FORM.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise OrdersRefused([Complaint(rule="SLICE", place=Place(file="slice"), facts={"value": shorten(text)})])
    return Slice(number=int(match[1]), count=int(match[2]))


__all__ = ("Slice", "read_slice")
