# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Lives and windows of certificates as one picture page: a bar for each contract, no scripts, fit for a telephone."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .dates import list_passed_dates
from .moments import read_now
from .words import state_word

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module_utils._core.phrases import Language
    from .rows import Row

WIDTH: t.Final = 1000  # units of a bar's picture, which is drawn as wide as there is room
_BEFORE, _AFTER, _LONGEST = 45, 20, 400  # days shown before today and after the last end, and in all
_LIFE: t.Final = 199  # days of a certificate whose beginning the desk does not show [BR 6.3.2]

TITLE: t.Final = Phrase("Timeline of certificates", "証明書のタイムライン")
LEGEND: t.Final = {
    "life": Phrase("certificate", "証明書の有効期間"),
    "window": Phrase("renewal window", "更新の受付期間"),
    "over": Phrase("past its date", "期限超過"),
    "silence": Phrase("renewed by silence", "自動更新の日"),
    "deadline": Phrase("deadline", "期限"),
    "today": Phrase("today", "本日"),
}
NOTHING: t.Final = Phrase(
    "No order has a certificate or a deadline yet.", "証明書や期限のあるオーダーはまだありません。"
)


def draw_timeline(document: Row) -> Row:
    """Draw what the page timeline.html.j2 shows: the axis, and a row for each order, the first to end on top."""
    lang: Language = document["lang"]
    today = read_now(document).date()
    rows = sorted((row for row in document["orders"] if _end_of(row)), key=lambda row: (_end_of(row), row["name"]))
    last = max((day for row in rows if (day := _end_of(row))), default=today)
    first = today - dt.timedelta(days=_BEFORE)
    axis = _Axis(first, min(max(last, today) + dt.timedelta(days=_AFTER), first + dt.timedelta(days=_LONGEST)))
    silent = {row["order"]: dt.date.fromisoformat(row["day"]) for row in document["silent"] if row["order"]}
    return {
        "ticks": [{"at": axis.locate_percent(day), "label": _month(day, lang)} for day in _months(axis)],
        "today": axis.locate(today),
        "rows": [
            {
                "name": row["name"],
                "common_name": row["common_name"],
                "end": row["not_after"][:10] if row["not_after"] else row["deadline"],
                "state": state_word(row["state"], lang),
                "next_action": row["next_action"],
                "shapes": list(
                    _shapes(row, axis, silent.get(row["name"]), over=bool(list_passed_dates(row, document)))
                ),
            }
            for row in rows
        ],
    }


class _Axis(t.NamedTuple):
    """Days from left to right."""

    first: dt.date
    last: dt.date

    def locate(self, day: dt.date) -> float:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)

    def locate_percent(self, day: dt.date) -> float:
        return round(self.locate(day) * 100 / WIDTH, 2)


def _shapes(row: Row, axis: _Axis, silence: dt.date | None, *, over: bool) -> Iterator[Row]:
    """Yield the shapes of one bar, from back to front: each a kind with its left edge and its width."""
    end = _day(row["not_after"])
    if end is not None:
        begin = _day(row["not_before"]) or end - dt.timedelta(days=_LIFE)
        yield _shape("over" if over else "life", axis, begin, end)
        if row["renewal"]:
            yield _shape("window", axis, dt.date.fromisoformat(row["renewal"]["opens_on"]), end)
    for kind, day in (("deadline", _day(row["deadline"])), ("silence", silence)):
        if day is not None and axis.first <= day <= axis.last:
            yield {"kind": kind, "left": axis.locate(day) - 2, "width": 4}


def _shape(kind: str, axis: _Axis, begin: dt.date, end: dt.date) -> Row:
    left = axis.locate(begin)
    return {"kind": kind, "left": left, "width": round(max(axis.locate(end) - left, 1), 1)}


def _end_of(row: Row) -> dt.date | None:
    """Return the day by which a row is sorted: the end of its certificate, else its deadline."""
    return _day(row["not_after"]) or _day(row["deadline"])


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text[:10])


def _months(axis: _Axis) -> Iterator[dt.date]:
    year, month = axis.first.year, axis.first.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day = dt.date(year, month, 1)
        if day > axis.last:
            return
        yield day


def _month(day: dt.date, lang: Language) -> str:
    if day.month == 1:
        return str(day.year)
    return translate(Phrase("{0}", "{0}月"), lang).format(day.month)


__all__ = ("LEGEND", "NOTHING", "TITLE", "WIDTH", "draw_timeline")
