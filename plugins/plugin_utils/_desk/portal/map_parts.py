# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a map of screens is made of: entries, screens, and the steps of walks."""

from __future__ import annotations

import dataclasses as dc
import typing as t

from ....module_utils._core.phrases import Phrase

if t.TYPE_CHECKING:
    from collections.abc import Mapping

Part = t.Literal["sections", "fields", "buttons", "links", "facts", "columns"]

PARTS: t.Final[tuple[Part, ...]] = ("sections", "fields", "buttons", "links", "facts", "columns")
PART_WORDS: t.Final = {
    "section": Phrase("section", "見出し"),
    "field": Phrase("field", "入力欄"),
    "button": Phrase("button", "ボタン"),
    "link": Phrase("link", "リンク"),
    "fact": Phrase("fact", "表示"),
    "column": Phrase("column", "列"),
}
# One of each part: what results, messages and tables of the doctor call it.
KINDS: t.Final[dict[Part, str]] = dict(zip(PARTS, PART_WORDS, strict=True))
# Where a word is known from, as far as that is no page of the manual.
SOURCES: t.Final = {
    "catalogue": Phrase("catalogue", "カタログ"),
    "ours": Phrase("ours", "本コレクション"),
    "your map": Phrase("your map", "ご自分の画面マップ"),
}


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to see on a screen; any of `texts` will do. `at` is what a map of one's own calls it."""

    key: str
    texts: tuple[str, ...]
    source: str
    at: str
    needed: bool = True

    @property
    def text(self) -> str:
        return self.texts[0]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What one screen has."""

    key: str
    title: Entry
    parts: Mapping[Part, Mapping[str, Entry]]
    leave_alone: frozenset[str]

    def find_entry(self, part: Part, key: str) -> Entry:
        return self.parts[part][key]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class WalkStep:
    """What is done on one screen of a walk. `at_times`: the screen comes only at times.

    `only_with` names a value that an order must have. `press` is a button, `if_there` says that it may be missing, and
    `commits` that pressing it cannot be taken back. `place` is where a user's map says so, None in the collection's.
    """

    screen: str
    at_times: bool = False
    only_with: str | None = None
    follow: str | None = None
    open: str | None = None
    fill: tuple[str, ...] = ()
    tick: tuple[str, ...] = ()
    press: str | None = None
    if_there: bool = False
    commits: bool = False
    place: tuple[str | int, ...] | None = None

    @property
    def acts(self) -> bool:
        return bool(self.follow or self.open or self.fill or self.tick or self.press)


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ScreenMap:
    """The words of screens, and the walks over them."""

    screens: Mapping[str, Screen]
    options: Mapping[str, Mapping[str, Entry]]
    marks: tuple[str, ...]
    walks: Mapping[str, tuple[WalkStep, ...]]

    def find_option(self, group: str, key: str) -> Entry:
        return self.options[group][key]

    def find_meaning(self, group: str, text: str) -> str | None:
        """Find the key of the option that says this, or None."""
        return next((key for key, entry in self.options[group].items() if text in entry.texts), None)


__all__ = ("KINDS", "PARTS", "PART_WORDS", "SOURCES", "Entry", "Part", "Screen", "ScreenMap", "WalkStep")
