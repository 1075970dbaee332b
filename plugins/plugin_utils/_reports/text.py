# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Plan and status as text for a terminal."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import said
from .columns import aligned
from .words import HEADINGS, cells, counted, next_step, notes, priced

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row


def text(document: Row, lang: Language) -> str:
    """The document's orders as a table, then what it buys, uses, cancels or leaves alone, counts and the next step."""
    rows = [list(cells(row, lang).values()) for row in document["orders"]]
    table = aligned([[said(heading, lang) for heading in HEADINGS.values()], *rows]) if rows else []
    told = [f"{sign} {note}" for sign, note in notes(document, lang)]
    price = priced(document, lang)
    steps = [next_step(document, lang)] if document["planned"] else []
    return "\n".join([*table, *told, *([price] if price else []), counted(document, lang), *steps])


__all__ = ("text",)
