# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Pages that a person has saved in a browser, held against the map: nothing is sent anywhere."""

from __future__ import annotations

import pathlib
import typing as t

from ....module_utils._core.phrases import Phrase
from .fit import compare_with_map
from .page import Page, Unreadable

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .fit import Finding
    from .map_parts import Screen, ScreenMap

_SUFFIXES: t.Final = (".html", ".htm", ".xhtml")
_LARGEST: t.Final = 8 << 20  # bytes; a list of 1,000 rows has 1 MB
_NONE: t.Final = Phrase(
    "there is no saved page (.html, .htm) in {0}", "{0} に、保存したページ (.html、.htm) がありません"
)
_UNREADABLE: t.Final = Phrase("{0}: {1}", "{0}: {1}")
_TOO_LARGE: t.Final = Phrase(
    "{0} is larger than {1} bytes, so it was not read", "{0} は{1}バイトを超えるため、読んでいません"
)
_TITLE: t.Final = Phrase(
    "{0}: no screen of the map has the title 「{1}」; it was taken for {2} ({3} of {4} labels are there)",
    "{0}: 「{1}」というタイトルの画面が画面マップにありません。{2} とみなしました (項目{4}個のうち{3}個が一致)",
)
_NO_SCREEN: t.Final = Phrase(
    "{0}: no screen of the map has the title 「{1}」, nor its labels",
    "{0}: 「{1}」というタイトルの画面も、その項目を持つ画面も、画面マップにありません",
)


class Saved(t.NamedTuple):
    """One saved page. `title`: what it is called, where the map has another title for the screen."""

    file: str
    screen: Screen | None
    found: tuple[Finding, ...]
    title: str | None
    problem: Phrase | None


def read_saved(folder: pathlib.Path, screen_map: ScreenMap) -> Iterator[Saved]:
    """Recognize every page that was saved in this folder, complete or bare; raises OSError."""
    # What a complete page brings along is in a folder beside it.
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not files:
        yield Saved(str(folder), None, (), None, _NONE.filled(folder))
    for file in files:
        yield _read(file, screen_map)


def _read(file: pathlib.Path, screen_map: ScreenMap) -> Saved:
    if file.stat().st_size > _LARGEST:
        return Saved(file.name, None, (), None, _TOO_LARGE.filled(file.name, _LARGEST))
    try:
        page = Page(file.read_bytes(), url="", charset=None, marks=screen_map.marks, rendered=True)
    except Unreadable as unreadable:
        return Saved(file.name, None, (), None, _UNREADABLE.filled(file.name, unreadable.phrase))
    screen = next((screen for screen in screen_map.screens.values() if page.heading in screen.title.texts), None)
    if screen:
        return Saved(file.name, screen, compare_with_map(page, screen), None, None)
    fit, screen = max(((_count(page, other), other) for other in screen_map.screens.values()), key=lambda pair: pair[0])
    labels = sum(len(part) for part in screen.parts.values())
    if fit * 2 < labels or not labels:
        return Saved(file.name, None, (), None, _NO_SCREEN.filled(file.name, page.heading))
    message = _TITLE.filled(file.name, page.heading, screen.key, fit, labels)
    return Saved(file.name, screen, compare_with_map(page, screen), page.heading, message)


def _count(page: Page, screen: Screen) -> int:
    """Count how many of the screen's labels the page has."""
    return sum(1 for finding in compare_with_map(page, screen) if finding.entry is not None and finding.count)


__all__ = ("Saved", "read_saved")
