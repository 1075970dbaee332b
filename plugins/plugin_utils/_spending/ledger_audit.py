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

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.cells import guard_cell
from .ledger_file import START, TORN, Line, hash_line, parse, read_texts

if t.TYPE_CHECKING:
    import pathlib

# In this order in CSV; what a line has beside them is in JSON only.
_COLUMNS: t.Final = {
    "at": Phrase("at", "日時"),
    "desk": Phrase("desk", "窓口"),
    "kind": Phrase("kind", "種別"),
    "step": Phrase("step", "操作"),
    "order": Phrase("order", "オーダー"),
    "common_name": Phrase("common_name", "コモンネーム"),
    "product": Phrase("product", "品目"),
    "term": Phrase("term", "有効期間"),
    "client_reference": Phrase("client_reference", "参照名"),
    "contract_id": Phrase("contract_id", "対象のサービスコード"),
    "booked": Phrase("booked", "受け付けられたサービスコード"),
    "state": Phrase("state", "状態"),
    "unknown": Phrase("unknown", "結果不明"),
    "error": Phrase("error", "エラー"),
    "hash": Phrase("hash", "ハッシュ"),
}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What a ledger holds. Line numbers count from 1.

    `torn`: lines that a crash cut off, which breaks nothing. `broken`: the first line that was changed, or before which
    one is missing; None when the chain is whole. Lines missing at the end show only by a `head` that was noted before.
    """

    lines: tuple[Line, ...]
    torn: tuple[int, ...]
    broken: int | None
    exists: bool = True

    @property
    def head(self) -> str | None:
        """The hash of the last line."""
        return str(self.lines[-1].get("hash")) if self.lines else None

    def is_intact(self, head: str | None) -> bool:
        """Check whether there is a ledger whose chain is whole and goes on from this head, if one was noted."""
        noted = head is None or any(line.get("hash") == head for line in self.lines)
        return self.exists and self.broken is None and noted

    def list_unsettled(self) -> tuple[Line, ...]:
        """Find the attempts whose outcome is not known from here; an apply settles what it finds."""
        still: dict[str, Line] = {}
        for line in self.lines:
            what = line.get("client_reference") or line.get("contract_id")
            key = f"{line.get('desk')} {line.get('step')} {line.get('order')} {what}"
            if line.get("kind") == "intent":
                still[key] = line
            elif line.get("unknown"):
                still.setdefault(key, line)
            else:
                still.pop(key, None)
        return tuple(still.values())


def audit_ledger(path: pathlib.Path) -> Audit:
    """Read a ledger and check its chain; raises LedgerUnusable for what is no file of lines."""
    lines: list[Line] = []
    torn: list[int] = []
    broken, previous = None, START
    for number, text in enumerate(read_texts(path), start=1):
        line = parse(text)
        if line is TORN:
            torn.append(number)
            continue
        sound = isinstance(line, dict) and line.get("previous") == previous and line.get("hash") == hash_line(line)
        if not sound and broken is None:
            broken = number
        if isinstance(line, dict):
            lines.append(line)
            previous = str(line.get("hash"))
    return Audit(lines=tuple(lines), torn=tuple(torn), broken=broken, exists=path.exists())


def export_ledger(lines: tuple[Line, ...], *, form: str, lang: str | None = None) -> str:
    """Make a JSON list of the lines, or CSV with a heading."""
    if form == "json":
        return json.dumps(lines, ensure_ascii=False, indent=1) + "\n"
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([translate(heading, lang) for heading in _COLUMNS.values()])
    table.writerows([_cell(line.get(column)) for column in _COLUMNS] for line in lines)
    # Without a byte order mark Excel takes UTF-8 for the code page of its country.
    return f"\ufeff{text.getvalue()}"


def _cell(value: object) -> str:
    return guard_cell("" if value is None else str(value))


__all__ = ("Audit", "audit_ledger", "export_ledger")
