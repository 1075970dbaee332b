# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The ledger read back: whether it is whole, what it leaves unsettled, and its lines for other programs."""

from __future__ import annotations

import csv
import dataclasses as dc
import io
import json
import typing as t

from .ledger import START, hash_of

if t.TYPE_CHECKING:
    import pathlib

Line = dict[str, t.Any]

# In this order in CSV; what a line has beside them stands in JSON only.
_COLUMNS: t.Final = (
    "at",
    "kind",
    "step",
    "order",
    "common_name",
    "product",
    "term",
    "client_reference",
    "contract_id",
    "booked",
    "state",
    "unknown",
    "error",
    "hash",
)
_RISKY: t.Final = ("=", "+", "-", "@", "\t", "\r")


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What a ledger holds. Line numbers count from 1.

    `torn`: lines that a crash cut off, which breaks nothing. `broken`: the first line that was changed, or before which
    one is missing; None when the chain is whole. Lines missing at the end cannot be told from a ledger that ends there.
    """

    lines: tuple[Line, ...]
    torn: tuple[int, ...]
    broken: int | None

    def unsettled(self) -> tuple[Line, ...]:
        """The intents whose outcome is not known from here; the next apply settles them."""
        still: dict[str, Line] = {}
        for line in self.lines:
            key = f"{line.get('step')} {line.get('order')} {line.get('client_reference') or line.get('contract_id')}"
            if line.get("kind") == "intent":
                still[key] = line
            elif not line.get("unknown"):
                still.pop(key, None)
        return tuple(still.values())


def audit_ledger(path: pathlib.Path) -> Audit:
    """Read a ledger and check its chain; a ledger that is not there is empty."""
    lines: list[Line] = []
    torn: list[int] = []
    broken, previous = None, START
    for number, text in enumerate(path.read_bytes().splitlines() if path.exists() else (), start=1):
        try:
            line = json.loads(text)
        except ValueError:
            torn.append(number)
            continue
        sound = isinstance(line, dict) and line.get("previous") == previous and line.get("hash") == hash_of(line)
        if not sound and broken is None:
            broken = number
        if isinstance(line, dict):
            lines.append(line)
            previous = str(line.get("hash"))
    return Audit(lines=tuple(lines), torn=tuple(torn), broken=broken)


def export_ledger(lines: tuple[Line, ...], *, form: str) -> str:
    """The lines as a JSON list or as CSV with a heading."""
    if form == "json":
        return json.dumps(lines, ensure_ascii=False, indent=1) + "\n"
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows([_cell(line.get(column)) for column in _COLUMNS] for line in lines)
    return text.getvalue()


def _cell(value: object) -> str:
    # A spreadsheet would take the desk's words for a formula.
    said = "" if value is None else str(value)
    return f"'{said}" if said.startswith(_RISKY) else said


__all__ = ("Audit", "audit_ledger", "export_ledger")
