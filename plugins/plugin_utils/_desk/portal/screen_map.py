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
from ....module_utils._core.phrases import Phrase, join_phrases
from ..._catalogue.products import PRODUCTS
from ..._catalogue.services import LINKED_SERVICES
from ..._complaints.yaml_text import YamlText
from ..desk import DeskError
from .map_document import find_problems, take_mapping, take_texts
from .map_parts import PARTS, Entry, Part, Screen, ScreenMap
from .walks import drop_missing_steps, judge_walks, make_walk

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .walks import Place, Problem

_UNUSABLE: t.Final = Phrase("the screen map cannot be used: {0}", "画面マップを使えません: {0}")
_AT: t.Final = Phrase("{0}: {1}", "{0}: {1}")
_NOT_UTF8: t.Final = Phrase(
    "the screen map {0} is not written in UTF-8",
    "画面マップ {0} をUTF-8で保存し直してください (Shift_JISなどは使えません)",
)
_DOUBLED: t.Final = Phrase("a key is given twice", "同じキーが2回書かれています")
_NO_VAULT: t.Final = Phrase(
    "a screen map holds no secrets and cannot be vaulted", "画面マップは秘密を含まないため、Vaultで暗号化できません"
)
_DEFAULT: t.Final = pathlib.Path(__file__).with_name("screen_map.yml")


class ScreenMapUnusable(DeskError):
    """The user's screen map says something that no map can say."""


def read_screen_map(path: str | None = None) -> ScreenMap:
    """Read the collection's map, changed by the user's file where there is one; raises ScreenMapUnusable."""
    if path is None:
        return _default_map()
    file = expand_home(path)
    try:
        written = YamlText(name=str(path), text=file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ScreenMapUnusable(_NOT_UTF8.filled(path)) from None
    document, doubled = written.read_document(_no_vault)
    problems = [_AT.filled(complaint.place, _DOUBLED) for complaint in doubled]
    misplaced = list(find_problems(document, _default()))
    result = None
    if not misplaced:
        result, misplaced = _make_map(_default(), document)
    problems += [_AT.filled(written.place(where), problem) for where, problem in misplaced]
    if problems or result is None:
        raise ScreenMapUnusable(_UNUSABLE.filled(join_phrases(problems)))
    return result


@functools.cache
def _default_map() -> ScreenMap:
    """Make the collection's own map once, for all who read it as it is: none of them can change it."""
    return _make_map(_default(), {})[0]


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


def _make_map(default: Mapping[str, t.Any], own: Mapping[str, t.Any]) -> tuple[ScreenMap, list[Problem]]:
    """Make the map, and find what its walks must not do."""
    words = _entries(default["words"], own.get("words", {}), at="words")
    options = {
        group: _entries(entries, take_mapping(own.get("options")).get(group, {}), at=f"options.{group}")
        for group, entries in default["options"].items()
    }
    changed = take_mapping(own.get("screens"))
    screens = {
        key: _screen(key, default["screens"].get(key, {}), own=changed.get(key, {}), words=words)
        for key in (*default["screens"], *changed)
    }
    problems: list[Problem] = []
    walks = {}
    for name, steps in default["walks"].items():
        walk, misplaced = make_walk(name, steps, take_mapping(own.get("walks")).get(name, []))
        walks[name] = drop_missing_steps(walk, screens)
        problems += misplaced
    result = ScreenMap(
        screens=screens, options=options, marks=take_texts(own.get("marks", default["marks"])), walks=walks
    )
    problems += [(_blamed(place, result, own), problem) for place, problem in judge_walks(walks, screens)]
    return result, problems


def _blamed(place: Place, screen_map: ScreenMap, own: Mapping[str, t.Any]) -> Place:
    """Return where the user's map causes a problem of a walk: its step, else a screen of the walk that it changes."""
    name = str(place[1])
    if len(place) > 2 or name in take_mapping(own.get("walks")):
        return place
    changed = [step.screen for step in screen_map.walks[name] if step.screen in take_mapping(own.get("screens"))]
    return ("screens", changed[-1]) if changed else ("words",)


def _entries(default: Mapping[str, t.Any], own: Mapping[str, t.Any], *, at: str) -> dict[str, Entry]:
    result = {}
    for key, (texts, source) in default.items():
        entry = Entry(key=key, texts=take_texts(texts), source=source, at=f"{at}.{key}")
        result[key] = _changed(entry, own[key]) if key in own else entry
    return result


def _changed(entry: Entry, value: t.Any) -> Entry:
    return dc.replace(entry, texts=take_texts(value), source="your map")


def _screen(key: str, default: Mapping[str, t.Any], *, own: Mapping[str, t.Any], words: Mapping[str, Entry]) -> Screen:
    at = f"screens.{key}"
    dropped = take_texts(own["without"]) if "without" in own else ()
    parts: dict[Part, dict[str, Entry]] = {}
    for part in PARTS:
        entries = _own_part(default.get(part, ()), own.get(part, {}), words, at=f"{at}.{part}")
        parts[part] = {name: entry for name, entry in entries if name not in dropped}
    title = Entry(key=key, texts=(), source="your map", at=f"{at}.title") if not default else words[default["title"]]
    return Screen(
        key=key,
        title=_changed(title, own["title"]) if "title" in own else title,
        parts=parts,
        leave_alone=frozenset((*default.get("leave_alone", ()), *take_texts(own.get("leave_alone", [])))),
    )


def _own_part(
    default: t.Iterable[str], own: t.Any, words: Mapping[str, Entry], *, at: str
) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of one part of a screen.

    The collection's, as the user's map changes them, and the user's own.
    """
    fields = dict.fromkeys(own) if isinstance(own, list) else take_mapping(own)
    changes = {written.rstrip("?"): (written, texts) for written, texts in fields.items()}
    for written in default:
        name = written.rstrip("?")
        entry = dc.replace(words[name], needed=written == name)
        own_name, texts = changes.pop(name, (name, None))
        entry = dc.replace(entry, needed=entry.needed and own_name == name)  # a "?" of the user's makes it optional
        yield name, entry if texts is None else _changed(dc.replace(entry, at=f"{at}.{name}"), texts)
    for name, (written, texts) in changes.items():
        entry = words.get(name) or Entry(key=name, texts=(), source="your map", at=f"{at}.{name}")
        entry = dc.replace(entry, needed=written == name)
        yield name, entry if texts is None else _changed(dc.replace(entry, at=f"{at}.{name}"), texts)


__all__ = ("ScreenMapUnusable", "read_screen_map")
