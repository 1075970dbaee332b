# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A document in files: JSON for machines, Markdown for a merge request, one HTML page for people; dates of a status."""

from __future__ import annotations

import datetime as dt
import functools
import json
import pathlib
import re
import typing as t

import jinja2

from ...module_utils._core.paths import expand_home
from ...module_utils._core.phrases import Phrase, one_line, translate, verbatim
from .._catalogue.renewals import JAPAN
from .._complaints.complaints import OptionsWrong
from .._complaints.whole_file import write_whole
from .._planning.digests import digest
from .calendar import explain_missing_icalendar, render_calendar
from .dates import list_passed_dates, sort_by_urgency
from .deadlines import next_deadlines
from .host_words import note_missing_comparison
from .metrics import render_metrics
from .next_steps import advise_next_step, verdict_words
from .papers import REGISTER, describe_approval, list_register, render_spreadsheet
from .timeline import LEGEND, NOTHING, TITLE, WIDTH, draw_timeline
from .words import (
    HEADINGS,
    counts_text,
    list_notes,
    price_text,
    row_cells,
    step_words,
    yen_text,
)

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row

_TEMPLATES: t.Final = pathlib.Path(__file__).with_name("templates")
# Everything but letters, digits, blanks and a little punctuation; and what becomes a link or a picture by itself.
_INTERPRETED: t.Final = re.compile(r"[^\w ,;:.()/¥、。・「」（）：￥…→―+-]|_|:\S|www\.|GH-", re.IGNORECASE)
_LONGEST_CELL: t.Final = 2_000  # characters
_LONGEST_NOTE: t.Final = 1_000_000  # characters; what changes on a host is never cut, since it is what is approved
_IN_JAPAN: t.Final = Phrase("{0} (Japan time)", "{0} (日本時間)")
_BACKTICKS: t.Final = re.compile(r"`+")


def write_reports(document: Row, folder: str, *, name: str) -> None:
    """Write NAME.json, .md and .html into the folder, of a plan .approval.html too; each is complete or as it was."""
    files = _pages(document, form="plan")
    if document["planned"] and document["error"] is None:
        files["approval.html"] = _approval(document)
    _write_all(files, folder, name=name)


def write_status(document: Row, folder: str) -> None:
    """Write status.json, .md, .html, .ics, .prom, .timeline.html and .register.csv and .html into the folder.

    Each is complete or as it was. A look that came to nothing writes the first three alone: no date is wiped, and the
    metrics tell their age.
    """
    missing = explain_missing_icalendar()
    if missing:
        raise OptionsWrong(verbatim(missing))
    sorted_ = sort_by_urgency(document)
    files = _pages(sorted_, form="status")
    if document["error"] is None:
        files |= {"ics": render_calendar(sorted_), "prom": render_metrics(sorted_), **_pictures(sorted_)}
    _write_all(files, folder, name="status")


def _pages(document: Row, *, form: str) -> dict[str, str]:
    # The digest of the file finds what its other digest leaves out: prices, counts, words.
    written = json.dumps({**document, "file_digest": digest(document)}, ensure_ascii=False, indent=1)
    return {
        "json": f"{written}\n",
        "md": _rendered(f"{form}.md.j2", document, document["lang"]),
        "html": _rendered(f"{form}.html.j2", document, document["lang"]),
    }


def _approval(document: Row) -> str:
    columns = ("act", "name", "common_name", "product", "term", "usage", "contract_id", "reason", "yen")
    return _filled("approval.html.j2", document, paper=describe_approval(document), columns=columns)


def _pictures(document: Row) -> dict[str, str]:
    lang: Language = document["lang"]
    head, rows = list_register(document)
    legend = {kind: translate(words, lang) for kind, words in LEGEND.items()}
    drawn = {"picture": draw_timeline(document), "legend": legend, "nothing": translate(NOTHING, lang), "width": WIDTH}
    return {
        "timeline.html": _filled("timeline.html.j2", document, title=translate(TITLE, lang), **drawn),
        "register.html": _filled("register.html.j2", document, title=translate(REGISTER, lang), head=head, rows=rows),
        "register.csv": render_spreadsheet(head, rows),
    }


def _filled(template: str, document: Row, **values: t.Any) -> str:
    values |= {"document": document, "lang": document["lang"]}
    return make_environment().get_template(template).render(**values)


def _write_all(files: dict[str, str], folder: str, *, name: str) -> None:
    target = expand_home(folder)
    target.mkdir(parents=True, exist_ok=True)
    for suffix, text in files.items():
        write_whole(target / f"{name}.{suffix}", text)


def make_environment() -> jinja2.Environment:
    """Make what renders the templates of pages: HTML is escaped, Markdown quotes what a code host would interpret."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=jinja2.select_autoescape(("html.j2",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["japan_time"] = _word_moment
    environment.filters["markdown"] = _markdown
    environment.filters["note"] = functools.partial(_markdown, longest=_LONGEST_NOTE)
    return environment


def _word_moment(moment: str, lang: Language) -> str:
    """Word a moment for people by the clock of the service, as deadlines are."""
    in_japan = dt.datetime.fromisoformat(moment).astimezone(JAPAN)
    return translate(_IN_JAPAN, lang).format(f"{in_japan:%Y-%m-%d %H:%M}")


def _rendered(template: str, document: Row, lang: Language) -> str:
    return (
        make_environment()
        .get_template(template)
        .render(
            document=document,
            lang=lang,
            title=verdict_words(document, lang),
            next_step=advise_next_step(document, lang) if document["planned"] else None,
            counts=counts_text(document, lang) if document["counts"] else None,
            price=price_text(document, lang),
            notes=list_notes(document, lang),
            not_compared=note_missing_comparison(document, lang),
            headings={column: translate(heading, lang) for column, heading in HEADINGS.items()},
            rows=[_page_row(row, document, lang) for row in document["orders"]],
            deadlines=next_deadlines(document, lang),
        )
    )


def _page_row(row: Row, document: Row, lang: Language) -> Row:
    price = next((step["price"] for step in row["steps"] if step["price"] is not None), None)
    return {
        "cells": row_cells(row, lang),
        "standing": row["standing"],
        "past": list_passed_dates(row, document),
        "steps": [step_words(step, lang) for step in row["steps"]],
        "reason": row["reason"],
        "price": None if price is None else yen_text(price, lang),
        "error": row.get("error"),
    }


def _markdown(value: object, longest: int = _LONGEST_CELL) -> str:
    """Put text that a code host would interpret into a code span, which all of them leave alone, in a table too."""
    text = one_line(value, longest)
    if not _INTERPRETED.search(text):
        return text
    backticks = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * (backticks + 1)
    blank = " " if backticks else ""  # a backtick at the end of a span is taken for its fence
    # A bar ends the cell even in a span, and a backslash before it is shown wherever there is no table.
    return f"{fence}{blank}{text.replace('|', '¦')}{blank}{fence}"


__all__ = ("make_environment", "write_reports", "write_status")
