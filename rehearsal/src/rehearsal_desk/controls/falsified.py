# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers made wrong on purpose; pure, and the same for the same seed."""

from __future__ import annotations

import dataclasses as dc
import datetime as dt
import json
import random
import typing as t

from rehearsal_desk.controls import fault_kinds as kinds
from rehearsal_desk.store.faults import Fault, Scalar

Headers = tuple[tuple[bytes, bytes], ...]
Json = dict[str, t.Any]

# What the desk learns about an application only after the order.
_LEARNT_LATER: t.Final = (
    "reason",
    "deadline",
    "csr_origin",
    "public_key_fingerprint",
    "certificate_fingerprint",
    "serial_number",
    "not_before",
    "not_after",
    "registered_at",
    "issued_at",
    "downloaded_at",
    "current",
    "procedure",
    "period",
    "renewal",
    "linked_since",
    "link_change",
)
_OF_WINDOW: t.Final = ("notice_at", "opens_at", "order_by", "update_by")
_JUST_ORDERED: t.Final[Json] = {
    "state": "awaiting_registration",
    "confirmations": [],
    "next_action": "register",
    "next_action_by": "service_admin",
    "previous": [],
    "further_links": [],
    **dict.fromkeys(_LEARNT_LATER),
}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer before it goes out."""

    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes) -> Answer:
        """Return the answer with another body, and the length of it."""
        kept = tuple(header for header in self.headers if header[0].lower() != b"content-length")
        return dc.replace(self, body=body, headers=(*kept, (b"content-length", str(len(body)).encode())))

    def with_header(self, name: bytes, value: bytes) -> Answer:
        """Return the answer with this header instead of any other of its name."""
        kept = tuple(header for header in self.headers if header[0].lower() != name)
        return dc.replace(self, headers=(*kept, (name, value)))


def falsify(answer: Answer, *, fault: Fault) -> Answer:
    """Return the answer as this fault leaves it."""
    falsify = _FALSIFIED.get(fault.kind.name)
    return answer if falsify is None else falsify(answer, fault)


def _truncated(answer: Answer, fault: Fault) -> Answer:
    last = max(1, len(answer.body) - 1)
    length = fault.number("length") or fault.draw().randint(1, last)
    return answer.with_body(answer.body[: min(length, last)])


def _typed_wrong(answer: Answer, fault: Fault) -> Answer:
    return answer.with_header(b"content-type", fault.text("content_type").encode("latin-1", "replace"))


def _altered(answer: Answer, fault: Fault) -> Answer:
    draw = fault.draw()

    def alter(content: Json) -> None:
        rows = _rows_of(content)
        if rows:
            _alter_row(draw.choice(rows), fault=fault, draw=draw)

    return _edited(answer, alter)


def _alter_row(row: Json, *, fault: Fault, draw: random.Random) -> None:
    drawn = sorted(name for name, value in row.items() if isinstance(value, str | int))
    field = fault.text("field") or (draw.choice(drawn) if drawn else "")
    if field in row:
        value = fault.value("value")
        row[field] = _another(row[field]) if value is None else value


def _another(value: object) -> Scalar:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"other-{value}" if isinstance(value, str) else "other"


def _stale(answer: Answer, _fault: Fault) -> Answer:
    def forget(content: Json) -> None:
        for row in _rows_of(content):
            if "state" in row:
                row.update(_JUST_ORDERED)

    return _edited(answer, forget)


def _lagging(answer: Answer, fault: Fault) -> Answer:
    def forget(content: Json) -> None:
        if "results" in content:
            total = max(0, content["total"] - fault.number("rows"))
            content["results"] = content["results"][: max(0, total - content["offset"])]
            content["total"] = total

    return _edited(answer, forget)


def _hidden(answer: Answer, _fault: Fault) -> Answer:
    def hide(content: Json) -> None:
        for row in _rows_of(content):
            if row.get("procedure") and row["procedure"]["kind"] != "new":
                row["procedure"] = None
                row["renewal"]["decision"] = "undecided"

    return _edited(answer, hide)


def _window_moved(answer: Answer, fault: Fault) -> Answer:
    def move(content: Json) -> None:
        for row in _rows_of(content):
            window = row.get("renewal") or {}
            window.update({name: _moved(value, fault) for name, value in window.items() if name in _OF_WINDOW})

    return _edited(answer, move)


def _not_offered(answer: Answer, _fault: Fault) -> Answer:
    def take_away(content: Json) -> None:
        for row in _rows_of(content):
            if row.get("renewal"):
                row["renewal"]["terms"] = []

    return _edited(answer, take_away)


def _skewed(answer: Answer, fault: Fault) -> Answer:
    def skew(content: Json) -> None:
        if "as_of" in content:
            content["as_of"] = _moved(content["as_of"], fault)

    return _edited(answer, skew)


def _moved(moment: str, fault: Fault) -> str:
    days = dt.timedelta(days=fault.number("days"))
    return (dt.datetime.fromisoformat(moment) + days).isoformat().replace("+00:00", "Z")


def _shifted(answer: Answer, _fault: Fault) -> Answer:
    # The line has asked the desk for the rows from one further back on.
    def shift(content: Json) -> None:
        if "results" in content:
            content["offset"] += 1
            content["total"] += 1

    return _edited(answer, shift)


def _edited(answer: Answer, edit: t.Callable[[Json], None]) -> Answer:
    """Return the answer with its JSON edited; refusals, and whatever is no JSON, stay as they are."""
    if answer.status >= 300:
        return answer
    try:
        content: object = json.loads(answer.body)
    except ValueError:
        return answer
    if not isinstance(content, dict):
        return answer
    edit(content)
    return answer.with_body(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def _rows_of(content: Json) -> list[Json]:
    result = content.get("result")
    rows = [result] if isinstance(result, dict) else content.get("results", [])
    return t.cast("list[Json]", rows)


_FALSIFIED: t.Final[dict[str, t.Callable[[Answer, Fault], Answer]]] = {
    kinds.TRUNCATED_JSON: _truncated,
    kinds.WRONG_CONTENT_TYPE: _typed_wrong,
    kinds.ALTERED_JSON: _altered,
    kinds.ECHO_DIFFERS: _altered,
    kinds.STALE_READ: _stale,
    kinds.LISTING_LAGS: _lagging,
    kinds.PROCEDURE_HIDDEN: _hidden,
    kinds.WINDOW_MOVES: _window_moved,
    kinds.TERMS_NOT_OFFERED: _not_offered,
    kinds.CLOCK_SKEW: _skewed,
    kinds.LISTING_REPEATS_ROW: _shifted,
}
