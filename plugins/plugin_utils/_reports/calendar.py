# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A document's dates as iCalendar [RFC 5545]: an all-day event with alarms for each deadline and each expiry."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ...module_utils._core.phrases import Phrase, said
from .dates import Kind, dates
from .words import HEADINGS, cells

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module_utils._core.phrases import Language
    from .dates import Date
    from .rows import Row

_NAME: t.Final = Phrase("Certificate orders ({0})", "証明書のオーダー ({0})")
_SUMMARIES: t.Final = {
    Kind.DEADLINE: Phrase(
        "Deadline: {name} ({common_name}): {next_action}", "期限: {name} ({common_name}) {next_action}"
    ),
    Kind.EXPIRY: Phrase("Certificate expires: {name} ({common_name})", "証明書の有効期限: {name} ({common_name})"),
}
# Days before, ours: a deadline is met within days, a renewal takes weeks.
ALARM_DAYS: t.Final = {Kind.DEADLINE: (7, 1), Kind.EXPIRY: (30, 7)}

_ESCAPED: t.Final = re.compile(r"([\\;,])")
_CONTROLS: t.Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_OCTETS: t.Final = 75  # the longest line


def calendar(document: Row) -> str:
    """The calendar; an event keeps its UID from run to run, so that importing it again moves it."""
    lang: Language = document["lang"]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//iij.server_certificate//status//EN",
        f"X-WR-CALNAME:{_text(said(_NAME, lang).format(document['portfolio']))}",
    ]
    for date in dates(document):
        lines += _event(date, document["made_at"], lang)
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _event(date: Date, made_at: str, lang: Language) -> Iterator[str]:
    row, stamp = date.row, dt.datetime.fromisoformat(made_at)
    shown = cells(row, lang)
    summary = _text(said(_SUMMARIES[date.kind], lang).format(**shown))
    told = [f"{said(heading, lang)}: {shown[column]}" for column, heading in HEADINGS.items()]
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(row['contract_id'])}-{date.kind}@iij.server_certificate"
    yield f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{date.day:%Y%m%d}"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{summary}"
    yield f"DESCRIPTION:{_text(chr(10).join((*told, row['reason'])))}"
    for days in ALARM_DAYS[date.kind]:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-P{days}D", f"DESCRIPTION:{summary}", "END:VALARM")
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A value of the type TEXT; the desk's words cannot end a line."""
    plain = _CONTROLS.sub(" ", value.replace("\r\n", "\n"))
    return _ESCAPED.sub(r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line in pieces that are short enough, none of them ending within a character."""
    pieces, octets = [""], 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS:
            pieces.append("")
            octets = 1  # the space that a continued line starts with
        pieces[-1] += character
        octets += size
    return "\r\n ".join(pieces)


__all__ = ("ALARM_DAYS", "calendar")
