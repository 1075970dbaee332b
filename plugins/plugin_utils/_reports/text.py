# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Plan and status as text for a terminal."""

from __future__ import annotations

import collections
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .columns import align_columns
from .next_steps import advise_next_step
from .words import HEADINGS, URGENT, counts_text, list_notes, price_text, row_cells

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module_utils._core.phrases import Language
    from .rows import Row

_MANY: t.Final = 10  # orders that wait for the same, from which on a run shows them in one row
_MOST: t.Final = 20  # notes of a kind that a run shows
_WORK: t.Final = ("+", "~", "=", "-")  # signs of what a run does; others are of what is left to people
_SAME: t.Final = ("state", "next_action", "by", "deadline")

_ORDERS: t.Final = Phrase("{0} orders", "{0}件")
_MORE: t.Final = Phrase("... and {0} more, all of them in the plan", "ほか{0}件 (計画にすべて表示されます)")


def render_text(document: Row, lang: Language, *, brief: bool = False, after: bool = False) -> str:
    """Render what is urgent, the orders in a table, what is bought, used, cancelled or left, and the next step.

    In the `brief` form of a run, many orders that wait for the same are one row, and notes of a kind are the first.
    `after` its work, that is not told once more: what of it is left has its row.
    """
    cells = [row_cells(row, lang) for row in document["orders"]]
    rows = [list(row.values()) for row in (_join_alike(cells, lang) if brief else cells)]
    table = align_columns([[translate(heading, lang) for heading in HEADINGS.values()], *rows]) if rows else []
    notes = list_notes(document, lang)
    urgent = [f"{sign} {note}" for sign, note in notes if sign == URGENT]
    others = [note for note in notes if note[0] not in (URGENT, *(_WORK if after else ()))]
    lines = _list_first(others, lang) if brief else [f"{sign} {note}" for sign, note in others]
    price = price_text(document, lang)
    steps = [advise_next_step(document, lang)] if document["planned"] else []
    return "\n".join([*urgent, *table, *lines, *([price] if price else []), counts_text(document, lang), *steps])


def list_warnings(document: Row, lang: Language) -> list[str]:
    """List what people have to know, of all notes: what is lost or renewed by itself, and what an order lacks."""
    return [note for sign, note in list_notes(document, lang) if sign in ("!", URGENT)]


def render_work(document: Row, lang: Language) -> str:
    """Render what a run is going to do, before it does it."""
    lines = _list_first([note for note in list_notes(document, lang) if note[0] in _WORK], lang)
    price = price_text(document, lang)
    return "\n".join([*lines, *([price] if price else []), counts_text(document, lang)])


def _join_alike(rows: list[dict[str, str]], lang: Language) -> Iterator[dict[str, str]]:
    """Yield the rows of a table; of very many that wait for the same only one, with their number."""
    alike = collections.Counter(_what_for(row) for row in rows)
    shown = set()
    for row in rows:
        key = _what_for(row)
        if alike[key] <= _MANY:
            yield row
        elif key not in shown:
            shown.add(key)
            joined = {"name": translate(_ORDERS, lang).format(alike[key]), **{name: row[name] for name in _SAME}}
            yield {column: joined.get(column, "-") for column in row}


def _what_for(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[column] for column in _SAME)


def _list_first(notes: list[tuple[str, str]], lang: Language) -> list[str]:
    """List the first notes of each sign, and how many more there are."""
    lines, counts = [], collections.Counter(sign for sign, _note in notes)
    seen: collections.Counter[str] = collections.Counter()
    for sign, note in notes:
        seen[sign] += 1
        if seen[sign] <= _MOST:
            lines.append(f"{sign} {note}")
        elif seen[sign] == counts[sign]:
            lines.append(f"{sign} {translate(_MORE, lang).format(counts[sign] - _MOST)}")
    return lines


__all__ = ("list_warnings", "render_text", "render_work")
