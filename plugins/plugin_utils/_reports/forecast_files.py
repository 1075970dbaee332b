# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A forecast for people and machines: text for the terminal, and files (JSON, Markdown, HTML, CSV, iCalendar)."""

from __future__ import annotations

import collections
import datetime as dt
import json
import typing as t

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase, translate, verbatim
from .._complaints.complaints import OptionsWrong
from .._complaints.whole_file import write_whole
from .calendar import explain_missing_icalendar, make_calendar, make_day
from .columns import align_columns
from .forecast_document import COUNTED
from .forecast_words import (
    EVENTS,
    HEADINGS,
    ONE_EVENT,
    TITLE,
    TOTAL,
    YEN,
    amount_words,
    lever_lines,
    list_assumptions,
    span_words,
    warning_lines,
)
from .pages import make_environment
from .papers import render_spreadsheet

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ...module_utils._core.phrases import Language
    from .rows import Row

_CALENDAR_DAYS: t.Final = 396  # 13 months
_IN_CALENDAR: t.Final = frozenset(
    (
        "new_order",
        "renewal",
        "silent_renewal",
        "link_change",
        "continuation",
        "domain_approval",
        "organization_check",
        "gap",
    )
)
_LISTED: t.Final = 20  # names in one entry of the calendar
_LEVERS: t.Final = Phrase("What would change it:", "変更した場合の差:")
_ASSUMPTIONS: t.Final = Phrase("How it is reckoned:", "計算の前提:")
_WARNINGS: t.Final = Phrase("Needs attention:", "注意点:")
_BAR: t.Final = 240  # pixels of the longest bar
_BARS: t.Final = ("certificates", "yen")


def render_forecast(document: Row, lang: Language) -> str:
    """Render the forecast for a terminal."""
    head, *rows = _table(document, lang)
    return "\n".join(
        [
            f"{translate(TITLE, lang)}: {span_words(document, lang)}",
            "",
            *align_columns([head, *rows]),
            "",
            amount_words(document, lang),
            *(f"! {line}" for line in warning_lines(document, lang)),
            *([translate(_LEVERS, lang)] if document["levers"] else []),
            *(f"  {line}" for line in lever_lines(document, lang)),
            *list_assumptions(document, lang),
        ]
    )


def write_forecast(document: Row, events: Iterable[Row], folder: str) -> None:
    """Write forecast.json, .md, .html, .csv and .ics into the folder; each is complete or as it was."""
    missing = explain_missing_icalendar()
    if missing:
        raise OptionsWrong(verbatim(missing))
    lang: Language = document["lang"]
    rows = list(events)
    files = {
        "json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        "md": _page("forecast.md.j2", document, lang),
        "html": _page("forecast.html.j2", document, lang),
        "csv": _spreadsheet(rows, lang),
        "ics": _calendar(document, rows, lang),
    }
    target = expand_home(folder)
    target.mkdir(parents=True, exist_ok=True)
    for suffix, text in files.items():
        write_whole(target / f"forecast.{suffix}", text)


def _table(document: Row, lang: Language) -> list[list[str]]:
    """Count by quarter, without the columns that stay empty; the total is in the last row."""
    shown = [name for name in COUNTED if document["total"]["counts"][name]]
    priced = document["total"]["yen"] is not None
    rows = [(row["quarter"], row) for row in document["quarters"]] + [(translate(TOTAL, lang), document["total"])]
    return [
        ["", *(translate(EVENTS[name], lang) for name in shown), *([translate(YEN, lang)] if priced else [])],
        *(
            [label, *(f"{row['counts'][name]:,}" for name in shown), *([f"{row['yen']:,}"] if priced else [])]
            for label, row in rows
        ),
    ]


def _page(template: str, document: Row, lang: Language) -> str:
    return (
        make_environment()
        .get_template(template)
        .render(
            document=document,
            lang=lang,
            title=translate(TITLE, lang),
            span=span_words(document, lang),
            band=amount_words(document, lang),
            table=_table(document, lang),
            bars=_bars(document, lang),
            levers=list(lever_lines(document, lang)),
            warnings=list(warning_lines(document, lang)),
            assumptions=list_assumptions(document, lang),
            words={
                "levers": translate(_LEVERS, lang),
                "warnings": translate(_WARNINGS, lang),
                "assumptions": translate(_ASSUMPTIONS, lang),
            },
        )
    )


def _bars(document: Row, lang: Language) -> list[Row]:
    """Return one chart for certificates, one for yen where there are prices: a bar for each quarter, drawn to scale."""
    charts = []
    for name in _BARS:
        values = [row["yen"] if name == "yen" else row["counts"]["certificate"] for row in document["quarters"]]
        if None in values or not any(values):
            continue
        scale = _BAR / max(values)
        bars = [
            {"label": row["quarter"], "value": f"{value:,}", "width": round(value * scale, 1), "y": 24 * number}
            for number, (row, value) in enumerate(zip(document["quarters"], values, strict=True))
        ]
        title = translate(YEN if name == "yen" else EVENTS["certificate"], lang)
        charts.append({"title": title, "bars": bars, "height": 24 * len(bars)})
    return charts


def _spreadsheet(rows: list[Row], lang: Language) -> str:
    shown = ({**row, "event": translate(ONE_EVENT[row["event"]], lang)} for row in rows)
    cells = [["" if row[name] is None else str(row[name]) for name in HEADINGS] for row in shown]
    return render_spreadsheet([translate(heading, lang) for heading in HEADINGS.values()], cells)


def _calendar(document: Row, rows: list[Row], lang: Language) -> str:
    """Return the next 13 months: one entry for each day and kind of event, with the names it is about."""
    last = dt.date.fromisoformat(document["today"]) + dt.timedelta(days=_CALENDAR_DAYS)
    days: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for row in rows:
        if row["event"] in _IN_CALENDAR and row["day"] <= last.isoformat():
            days[row["day"], row["event"]].append(str(row["order"] or row["contract_id"]))
    calendar = make_calendar(f"{translate(TITLE, lang)} ({document['portfolio']})", lang, kind="forecast")
    for (day, event), names in sorted(days.items()):
        summary = f"{translate(ONE_EVENT[event], lang)}: {_shortened(names)}"
        text = "\n".join(names)
        result = dt.datetime.fromisoformat(document["made_at"])
        calendar.add_component(
            make_day(
                f"{document['portfolio']}-{event}-{day}", dt.date.fromisoformat(day), summary, text, made_at=result
            )
        )
    return str(calendar.to_ical().decode())


def _shortened(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (f", … ({len(names)})" if len(names) > _LISTED else "")


__all__ = ("render_forecast", "write_forecast")
