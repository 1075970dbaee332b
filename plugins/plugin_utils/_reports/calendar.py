# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A document's dates as iCalendar [RFC 5545]: an all-day event with alarms for each deadline and each expiry."""

from __future__ import annotations

import datetime as dt
import re
import traceback
import typing as t

from ansible.module_utils.basic import missing_required_lib

from ...module_utils._core.phrases import Phrase, translate
from .._planning.schedule import What
from .dates import Kind, list_dates
from .words import HEADINGS, row_cells

try:
    import icalendar

    ICALENDAR_TRACEBACK = None
except ImportError:
    ICALENDAR_TRACEBACK = traceback.format_exc()

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .dates import Date
    from .rows import Row

_NAME: t.Final = Phrase("Certificate orders ({0})", "証明書のオーダー ({0})")
_SUMMARIES: t.Final = {
    Kind.DEADLINE: Phrase("Deadline: {name} ({common_name}): {action}", "期限: {name} ({common_name}) {action}"),
    Kind.SILENT: Phrase(
        "IIJ renews by itself, unless it is cancelled: {name} ({common_name})",
        "解約しなければ自動更新: {name} ({common_name})",
    ),
    Kind.EXPIRY: Phrase("Certificate expires: {name} ({common_name})", "証明書の有効期限: {name} ({common_name})"),
}
# Days before, ours: a deadline is met within days, a renewal takes weeks.
ALARM_DAYS: t.Final = {Kind.DEADLINE: (7, 1), Kind.EXPIRY: (30, 7), Kind.SILENT: (9, 4, 1)}

_CONTROLS: t.Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def explain_missing_icalendar() -> str | None:
    """Say that icalendar is missing, in the message for the user; None where it is there."""
    return missing_required_lib("icalendar") if ICALENDAR_TRACEBACK else None


def render_calendar(document: Row) -> str:
    """Render the dates of a document; an event keeps its UID from run to run, so that importing it again moves it."""
    lang: Language = document["lang"]
    calendar = make_calendar(translate(_NAME, lang).format(document["portfolio"]), lang, kind="status")
    for date in list_dates(document):
        calendar.add_component(_event(date, document["made_at"], lang))
    return str(calendar.to_ical().decode())


def make_calendar(name: str, lang: Language, *, kind: str) -> icalendar.Calendar:
    """Make an empty calendar of this kind with a name for people."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//iij.server_certificate//{kind}//{lang.upper()}")
    calendar.add("x-wr-calname", name)
    return calendar


def make_day(uid: str, day: dt.date, summary: str, text: str, *, made_at: dt.datetime) -> icalendar.Event:
    """Make an all-day event without alarms, known again by `uid` from run to run."""
    event = icalendar.Event()
    event.add("uid", _plain(f"{uid}@iij.server_certificate"))
    event.add("dtstamp", made_at)
    event.add("dtstart", day)
    event.add("transp", "TRANSPARENT")
    event.add("summary", _plain(summary))
    event.add("description", _plain(text))
    return event


def _event(date: Date, made_at: str, lang: Language) -> icalendar.Event:
    row = date.row
    shown = row_cells(row, lang)
    summary = _plain(translate(_SUMMARIES[date.kind], lang).format(**shown, action=date.action))
    lines = [f"{translate(heading, lang)}: {shown[column]}" for column, heading in HEADINGS.items()]
    # The events of a period become those of the next one; only replaced certificates can be several.
    which = f"{date.what}-{date.day}" if date.what == What.REVOCATION else date.what
    uid, text = f"{row['contract_id']}-{which}", "\n".join((*lines, row["reason"]))
    event = make_day(uid, date.day, summary, text, made_at=dt.datetime.fromisoformat(made_at))
    for days in ALARM_DAYS[date.kind]:
        if date.kind is Kind.DEADLINE and date.moment - dt.timedelta(days=days) < date.alert_at:
            continue  # a run of ours is on schedule to do it before
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", dt.timedelta(days=-days))
        alarm.add("description", summary)
        event.add_component(alarm)
    return event


def _plain(value: str) -> str:
    """Return the text without control characters, which no calendar has a form for; line breaks stay."""
    return _CONTROLS.sub(" ", value.replace("\r\n", "\n"))


__all__ = (
    "ALARM_DAYS",
    "ICALENDAR_TRACEBACK",
    "explain_missing_icalendar",
    "make_calendar",
    "make_day",
    "render_calendar",
)
