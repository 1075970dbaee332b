# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Plan and status as text for a terminal."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import translate
from .columns import align_columns
from .words import HEADINGS, URGENT, advise_next_step, counts_text, list_notes, price_text, row_cells

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row


def render_text(document: Row, lang: Language) -> str:
    """Render what is urgent, the orders in a table, what is bought, used, cancelled or left, and the next step."""
    rows = [list(row_cells(row, lang).values()) for row in document["orders"]]
    table = align_columns([[translate(heading, lang) for heading in HEADINGS.values()], *rows]) if rows else []
    notes = list_notes(document, lang)
    urgent = [f"{sign} {note}" for sign, note in notes if sign == URGENT]
    lines = [f"{sign} {note}" for sign, note in notes if sign != URGENT]
    price = price_text(document, lang)
    steps = [advise_next_step(document, lang)] if document["planned"] else []
    return "\n".join([*urgent, *table, *lines, *([price] if price else []), counts_text(document, lang), *steps])


def list_warnings(document: Row, lang: Language) -> list[str]:
    """List what people have to know, of all notes: what is lost or renewed by itself, and what an order lacks."""
    return [note for sign, note in list_notes(document, lang) if sign in ("!", URGENT)]


__all__ = ("list_warnings", "render_text")
