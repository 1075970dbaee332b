# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What the portal's screens should say: the map that comes with the collection, and the user's changes to it."""

from __future__ import annotations

import dataclasses as dc
import functools
import pathlib
import typing as t

import yaml

from ....module_utils._core.paths import expand_home
from ....module_utils._core.phrases import Phrase, together
from ..._catalogue.products import PRODUCTS
from ..._catalogue.services import LINKED_SERVICES
from ..._complaints.complaints import nearest
from ..._complaints.yaml_text import YamlText
from ..desk import DeskError

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Part = t.Literal["fields", "buttons", "links", "facts", "columns"]

PARTS: t.Final[tuple[Part, ...]] = ("fields", "buttons", "links", "facts", "columns")
PART_WORDS: t.Final = {
    "link": Phrase("link", "リンク"),
    "field": Phrase("field", "入力欄"),
    "button": Phrase("button", "ボタン"),
    "fact": Phrase("fact", "表示"),
    "column": Phrase("column", "列"),
}
# Where a word is known from, as far as that is no page of the manual.
SOURCES: t.Final = {
    "catalogue": Phrase("catalogue", "カタログ"),
    "your map": Phrase("your map", "ご自分の画面マップ"),
}

_UNUSABLE: t.Final = Phrase("the screen map cannot be used: {0}", "画面マップを使えません: {0}")
_AT: t.Final = Phrase("{0}: {1}", "{0}: {1}")
_NOT_UTF8: t.Final = Phrase("the screen map {0} is not written in UTF-8", "画面マップ {0} はUTF-8ではありません")
_DOUBLED: t.Final = Phrase("a key is given twice", "同じキーが2回書かれています")
_NO_VAULT: t.Final = Phrase(
    "a screen map holds no secrets and cannot be vaulted", "画面マップは秘密を含まないため、Vaultで暗号化できません"
)
_TOP: t.Final = Phrase(
    "a screen map is a mapping with version, words, options, screens",
    "画面マップは version、words、options、screens を持つマッピングです",
)
_VERSIONS: t.Final = Phrase("this collection reads version {0}", "このコレクションが読めるのはバージョン {0} です")
_TEXTS: t.Final = Phrase("{0} is a text or a list of texts", "{0} は文字列か、文字列のリストです")
_ANY_OF: t.Final = Phrase(
    "{0} is a text, or a list of texts of which any will do", "{0} は文字列か、どれかと一致すればよい文字列のリストです"
)
_MAPPING: t.Final = Phrase("{0} is a mapping", "{0} はマッピングです")
_NOT_IN_MAP: t.Final = Phrase("{0} is not in the map; {1}", "{0} は画面マップにありません。{1}")
_NEAR: t.Final = Phrase("did you mean {0}?", "{0} のことですか")
_KNOWN: t.Final = Phrase("known are {0}", "使えるもの: {0}")
_DEFAULT: t.Final = pathlib.Path(__file__).with_name("screen_map.yml")
_VERSION: t.Final = 1


class ScreenMapUnusable(DeskError):
    """The user's screen map says something that no map can say."""


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

    def entry(self, part: Part, key: str) -> Entry:
        return self.parts[part][key]


@dc.dataclass(frozen=True, slots=True, kw_only=True)
class ScreenMap:
    screens: Mapping[str, Screen]
    options: Mapping[str, Mapping[str, Entry]]
    marks: tuple[str, ...]

    def option(self, group: str, key: str) -> Entry:
        return self.options[group][key]

    def meaning(self, group: str, text: str) -> str | None:
        """The key of the option that says this, or None."""
        return next((key for key, entry in self.options[group].items() if text in entry.texts), None)


def screen_map(path: str | None = None) -> ScreenMap:
    """The collection's map, changed by the user's file where there is one; raises ScreenMapUnusable."""
    if path is None:
        return _made(_default(), {})
    file = expand_home(path)
    try:
        written = YamlText(name=str(path), text=file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ScreenMapUnusable(_NOT_UTF8.filled(path)) from None
    document, doubled = written.content(_no_vault)
    problems = [_AT.filled(complaint.place, _DOUBLED) for complaint in doubled]
    problems += [_AT.filled(written.place(where), problem) for where, problem in _problems(document)]
    if problems:
        raise ScreenMapUnusable(_UNUSABLE.filled(together(problems)))
    return _made(_default(), document)


@functools.cache
def _default() -> dict[str, t.Any]:
    content: dict[str, t.Any] = yaml.safe_load(_DEFAULT.read_text(encoding="utf-8"))
    catalogue = {
        "products": {product.id: [product.name, "catalogue"] for product in PRODUCTS.values()},
        "services": {service.id: [service.name, "catalogue"] for service in LINKED_SERVICES.values()},
    }
    return {**content, "options": {**content["options"], **catalogue}}


def _no_vault(_text: str) -> str:
    raise ValueError(_NO_VAULT)


Problem = tuple[tuple[str | int, ...], Phrase]


def _problems(document: t.Any) -> Iterator[Problem]:
    """Everything in a user's document that the collection's map has no place for."""
    if not isinstance(document, dict):
        yield (), _TOP
        return
    default = _default()
    yield from _unknown((), document, (*default, "version"))
    if document.get("version", _VERSION) != _VERSION:
        yield ("version",), _VERSIONS.filled(_VERSION)
    if "marks" in document and not _texts(document["marks"]):
        yield ("marks",), Phrase("marks is a list of texts", "marks は文字列のリストです")
    yield from _texts_problems(("words",), document.get("words", {}), default["words"])
    for group, own in _mapping(document.get("options")).items():
        yield from _texts_problems(("options", group), own, default["options"].get(group, {}))
    yield from _unknown(("options",), document.get("options", {}), default["options"])
    yield from _unknown(("screens",), document.get("screens", {}), default["screens"])
    for name, own in _mapping(document.get("screens")).items():
        yield from _screen_problems(name, own, default["screens"].get(name, {}))


def _screen_problems(name: str, own: t.Any, default: Mapping[str, t.Any]) -> Iterator[Problem]:
    yield from _unknown(("screens", name), own, (*default, "leave_alone"))
    for part, value in _mapping(own).items():
        where = ("screens", name, part)
        if part in ("title", "leave_alone"):
            if not _texts(value):
                yield where, _TEXTS.filled(part)
        else:
            yield from _texts_problems(where, value, [key.rstrip("?") for key in default.get(part, ())])


def _texts_problems(where: tuple[str, ...], own: t.Any, known: t.Any) -> Iterator[Problem]:
    yield from _unknown(where, own, known)
    for key, value in _mapping(own).items():
        if not _texts(value):
            yield (*where, key), _ANY_OF.filled(key)


def _unknown(where: tuple[str, ...], own: t.Any, known: t.Any) -> Iterator[Problem]:
    if not isinstance(own, dict):
        yield where, _MAPPING.filled(".".join(where))
        return
    for key in own:
        if key not in known:
            near = nearest(key, list(known))
            hint = _NEAR.filled(near) if near else _KNOWN.filled(", ".join(sorted(map(str, known))))
            yield (*where, key), _NOT_IN_MAP.filled(".".join((*where, str(key))), hint)


def _mapping(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: t.Any) -> tuple[str, ...]:
    """The texts that a user gave for one entry, none when they are no texts."""
    values = value if isinstance(value, list) else [value]
    whole = values and all(isinstance(text, str) and text.strip() for text in values)
    return tuple(" ".join(text.split()) for text in values) if whole else ()


def _made(default: Mapping[str, t.Any], own: Mapping[str, t.Any]) -> ScreenMap:
    words = _entries(default["words"], own.get("words", {}), at="words")
    options = {
        group: _entries(entries, _mapping(own.get("options")).get(group, {}), at=f"options.{group}")
        for group, entries in default["options"].items()
    }
    screens = {
        key: _screen(key, screen, own=_mapping(own.get("screens")).get(key, {}), words=words)
        for key, screen in default["screens"].items()
    }
    return ScreenMap(screens=screens, options=options, marks=_texts(own.get("marks", default["marks"])))


def _entries(default: Mapping[str, t.Any], own: Mapping[str, t.Any], *, at: str) -> dict[str, Entry]:
    made = {}
    for key, (text, source) in default.items():
        entry = Entry(key=key, texts=(text,), source=source, at=f"{at}.{key}")
        made[key] = _changed(entry, own[key]) if key in own else entry
    return made


def _changed(entry: Entry, value: t.Any) -> Entry:
    return dc.replace(entry, texts=_texts(value), source="your map")


def _screen(key: str, default: Mapping[str, t.Any], *, own: Mapping[str, t.Any], words: Mapping[str, Entry]) -> Screen:
    title = words[default["title"]]
    parts: dict[Part, dict[str, Entry]] = {part: {} for part in PARTS}
    for part in PARTS:
        for written in default.get(part, ()):
            name = written.rstrip("?")
            entry = dc.replace(words[name], needed=written == name)
            changed = _mapping(own.get(part)).get(name)
            own_entry = dc.replace(entry, at=f"screens.{key}.{part}.{name}")
            parts[part][name] = entry if changed is None else _changed(own_entry, changed)
    return Screen(
        key=key,
        title=_changed(title, own["title"]) if "title" in own else title,
        parts=parts,
        leave_alone=frozenset((*default.get("leave_alone", ()), *_texts(own.get("leave_alone", [])))),
    )


__all__ = ("PARTS", "PART_WORDS", "SOURCES", "Entry", "Part", "Screen", "ScreenMap", "ScreenMapUnusable", "screen_map")
