# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What people say that they have done at the portal: a small file that they fill in, or the same as a list."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import typing as t

from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase
from ..._complaints.complaints import Breach, Complaint, OrdersRefused, Place, find_nearest, shorten
from ..._complaints.yaml_text import YamlText
from ..._values.observed import State
from ..boundary import allow_only_file_errors
from ..forms import YEARS, find_misfit

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..._complaints.complaints import Path

Json = dict[str, t.Any]

# What was done, and the state that the contract is in after that; None where it stays what it is.
STATES: t.Final[dict[str, State | None]] = {
    "ordered": State.AWAITING_REGISTRATION,
    "renewed": None,
    "reissued": None,
    "relinked": None,
    "registered": State.APPLIED,
    "rejected": State.REJECTED,
    "withdrawn": State.WITHDRAWN,
    "cancelled": State.CANCELLED,
}
FIELDS: t.Final = ("order", "state", "contract_id", "date", "deadline", "linked_contract_id", "reason", "sheet")
_FORMS: t.Final = {"contract_id": "contract_id", "linked_contract_id": "contract_id", "deadline": "deadline"}
_MAPPING: t.Final = Phrase("a mapping of fields", "項目のマッピング")
_A_DAY: t.Final = Phrase("a day as YYYY-MM-DD", "YYYY-MM-DD の日付")
_NO_VAULT: t.Final = Phrase("such a file holds no secrets", "このファイルに秘密は含まれません")
_INLINE: t.Final = "records"


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that a person has done; `locate` finds its place, for complaints."""

    order: str
    state: str
    contract_id: str | None
    date: dt.date
    deadline: str | None
    linked_contract_id: str | None
    reason: str | None
    sheet: str | None
    locate: Callable[[Path], Place] = dc.field(repr=False, compare=False)

    def make_complaint(self, rule: str, field: str, **facts: object) -> Complaint:
        """Make a complaint about a field of this record."""
        return Complaint(rule=rule, place=self.locate((field,)), order=self.order, path=(field,), facts=facts)


def read_record_file(path: str) -> tuple[Record, ...]:
    """Read a file that was filled in; entries without a date are not done yet. Raises OrdersRefused."""
    with allow_only_file_errors(path):
        return _read_file(path)


def _read_file(path: str) -> tuple[Record, ...]:
    file = YamlText(name=path, text=expand_home(path).read_text(encoding="utf-8", errors="replace"))
    document, doubled = file.read_document(_no_vault)
    whole = isinstance(document, dict) and set(document) == {"version", "records"} and document["version"] == 1
    if not whole or not isinstance(document["records"], list):
        raise OrdersRefused([*doubled, Complaint(rule="RECORD-CONTENT", place=file.place(()))])
    return _read(document["records"], lambda path: file.place(("records", *path)), doubled)


def read_record_list(records: list[t.Any]) -> tuple[Record, ...]:
    """Read records that a task names itself."""
    with allow_only_file_errors(_INLINE):
        return _read(records, lambda _path: Place(file=_INLINE), ())


def _read(records: list[t.Any], locate: Callable[[Path], Place], doubled: tuple[Complaint, ...]) -> tuple[Record, ...]:
    done = [(index, row) for index, row in enumerate(records) if not _is_open(row)]
    breaches = [(index, breach) for index, row in done for breach in _judge(row)]
    if breaches or doubled:
        raise OrdersRefused(
            [
                *doubled,
                *(
                    Complaint(rule=b.rule, place=locate((index, *b.path)), path=(index, *b.path), facts=b.facts)
                    for index, b in breaches
                ),
            ]
        )
    return tuple(_record(index, row, locate) for index, row in done)


def _is_open(row: t.Any) -> bool:
    """Check whether a person has not filled this in yet."""
    if not isinstance(row, dict) or row.get("date") is not None:
        return False
    return row.get("contract_id") is None or row.get("state") != "ordered"


def _judge(row: t.Any) -> Iterator[Breach]:
    if not isinstance(row, dict):
        yield Breach(rule="VALUE-TYPE", facts={"value": shorten(row), "expected": _MAPPING})
        return
    for name in row:
        if name not in FIELDS:
            facts = {"value": shorten(name), "allowed": ", ".join(FIELDS), "near": find_nearest(name, FIELDS)}
            yield Breach(rule="KEY-UNKNOWN", path=(str(name),), facts=facts)
    needed = ("order", "state", "date", *(("contract_id",) if row.get("state") == "ordered" else ()))
    for name in needed:
        if row.get(name) is None:
            yield Breach(rule="KEY-MISSING", facts={"value": name, "named": name, "allowed": ", ".join(needed)})
    state = row.get("state")
    if state is not None and state not in STATES:
        facts = {"value": shorten(state), "allowed": ", ".join(STATES), "near": find_nearest(state, STATES)}
        yield Breach(rule="VALUE-CHOICE", path=("state",), facts=facts)
    for name, value in row.items():
        allowed = _misfit(name, value)
        if value is not None and allowed:
            yield Breach(rule="REGISTER-VALUE", path=(name,), facts={"value": shorten(value), "allowed": allowed})


def _misfit(name: str, value: t.Any) -> Phrase | None:
    if name == "date":
        return None if _day(value) else _A_DAY
    if name in _FORMS:
        return find_misfit(_FORMS[name], _text(value))
    return find_misfit("product", str(value)) if name in FIELDS else None  # one printable line


def _record(index: int, row: Json, locate: Callable[[Path], Place]) -> Record:
    texts = {name: _text(row[name]) if row.get(name) is not None else None for name in FIELDS}
    day = _day(row["date"])
    if day is None:
        raise RuntimeError("contract broken: a judged record has a day")
    return Record(**{**texts, "date": day}, locate=lambda path: locate((index, *path)))  # type: ignore[arg-type]


def _day(value: t.Any) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(_text(value))
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None


def _text(value: t.Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _no_vault(_text: str) -> str:
    raise ValueError(_NO_VAULT)


__all__ = ("FIELDS", "STATES", "Record", "read_record_file", "read_record_list")
