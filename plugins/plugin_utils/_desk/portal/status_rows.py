# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What one page tells of contracts, whoever has fetched it: rows of ステータス一覧, and facts under labels."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .map_parts import Screen
    from .page import Page

Cell = tuple[str, str | None]

_ALL: t.Final = re.compile(r"[全計]\s*([\d,]{1,12})\s*件|(?<![\d,])([\d,]{1,12})\s*件中")
_COUNT: t.Final = re.compile(r"(?<![\d,])([\d,]{1,12})\s*件")


def read_rows(page: Page, screen: Screen) -> Iterator[dict[str, Cell]]:
    """Read each row by the names of the screen's columns: text and address; raises Unreadable."""
    columns = screen.parts["columns"]
    for text in columns["contract_id"].texts:
        for cells in page.list_rows(text):
            yield {key: _cell(cells, entry.texts) for key, entry in columns.items()}


def read_fact(page: Page, screen: Screen, key: str) -> str | None:
    """Read what the page tells under this label of the screen."""
    entry = screen.parts["facts"].get(key)
    texts = entry.texts if entry else ()
    return next((value for label, value in page.facts if label in texts), None)


def read_total(texts: Iterable[str]) -> int | None:
    """Read how many rows a list counts in all; None where it does not. A page may also say which part of it this is."""
    texts = tuple(texts)
    matches = [match for text in texts for match in _ALL.finditer(text)]
    matches = matches or [match for text in texts if (match := _COUNT.search(text))]
    counts = (next(filter(None, match.groups())).replace(",", "") for match in matches)
    return max((int(count) for count in counts if count), default=None)


def _cell(cells: dict[str, Cell], texts: tuple[str, ...]) -> Cell:
    return next((cells[text] for text in texts if text in cells), ("", None))


__all__ = ("Cell", "read_fact", "read_rows", "read_total")
