# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a user's map may say, held against the collection's; everything else is told with its place."""

from __future__ import annotations

import typing as t

from ....module_utils._core.phrases import Phrase
from ..._complaints.complaints import find_nearest
from .map_parts import PARTS
from .walks import VERBS, WHERE

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .walks import Place, Problem

VERSION: t.Final = 1
_OF_A_SCREEN: t.Final = ("title", "leave_alone", "without")
# Values of an order that can be fields of their own, though no screen of the collection's has them so.
MORE_VALUES: t.Final = ("product", "term")

_TOP: t.Final = Phrase(
    "a screen map is a mapping with version, words, options, screens, walks",
    "画面マップは version、words、options、screens、walks を持つマッピングです",
)
_VERSIONS: t.Final = Phrase("this collection reads version {0}", "このコレクションが読めるのはバージョン {0} です")
_TEXTS: t.Final = Phrase("{0} is a text or a list of texts", "{0} は文字列か、文字列のリストです")
_ANY_OF: t.Final = Phrase(
    "{0} is a text, or a list of texts of which any will do", "{0} は文字列か、どれかと一致すればよい文字列のリストです"
)
_MAPPING: t.Final = Phrase("{0} is a mapping", "{0} はマッピングです")
_NO_TITLE: t.Final = Phrase("a screen of your own needs a title", "ご自分で追加する画面には title が必要です")
_STEPS: t.Final = Phrase("{0} is a list of steps", "{0} は操作のリストです")
_STEP: t.Final = Phrase(
    "a step has a screen, and before or after with the screen beside it; or it has nothing but without",
    "操作には screen が必要です。前後の画面は before か after で指定します。取り除くときは without だけを書きます",
)
_A_TEXT: t.Final = Phrase("{0} is a text", "{0} は文字列です")
_NOT_IN_MAP: t.Final = Phrase("{0} is not in the map; {1}", "{0} は画面マップにありません。{1}")
_TWO_WAYS: t.Final = Phrase(
    "{0} and {1} are two ways to write one thing; keep one of them",
    "{0} と {1} は同じものです。どちらかを削除してください",
)
_NEAR: t.Final = Phrase("did you mean {0}?", "{0} のことですか")
_KNOWN: t.Final = Phrase("known are {0}", "使えるもの: {0}")


def find_problems(document: t.Any, default: Mapping[str, t.Any]) -> Iterator[Problem]:
    """Find everything in a user's document that the collection's map has no place for."""
    if not isinstance(document, dict):
        yield (), _TOP
        return
    yield from _unknown((), document, (*default, "version"))
    if document.get("version", VERSION) != VERSION:
        yield ("version",), _VERSIONS.filled(VERSION)
    if "marks" in document and not take_texts(document["marks"]):
        yield ("marks",), Phrase("marks is a list of texts", "marks は文字列のリストです")
    yield from _texts_problems(("words",), document.get("words", {}), default["words"])
    for group, own in take_mapping(document.get("options")).items():
        yield from _texts_problems(("options", group), own, default["options"].get(group, {}))
    yield from _unknown(("options",), document.get("options", {}), default["options"])
    yield from _unknown(("walks",), document.get("walks", {}), default["walks"])
    for name, changes in take_mapping(document.get("walks")).items():
        yield from _walk_problems(("walks", name), changes, values=order_values(default))
    used = {step.get("screen", "") for step in _steps(document)}
    visited = {text.rstrip("?") for text in used if isinstance(text, str)}
    yield from _unknown(("screens",), document.get("screens", {}), (*default["screens"], *visited))
    for name, own in take_mapping(document.get("screens")).items():
        yield from _screen_problems(name, own, default)


def _walk_problems(where: Place, changes: t.Any, *, values: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        yield where, _STEPS.filled(".".join(map(str, where)))
        return
    for index, change in enumerate(changes):
        place = (*where, index)
        yield from _unknown(place, change, ("screen", *WHERE, *VERBS))
        goes = change.keys() & set(WHERE)
        if len(goes) > 1 or ("without" in change and len(change) > 1) or not change.keys() & {"screen", "without"}:
            yield place, _STEP
        for key, value in change.items():
            listed = key in ("fill", "tick")
            if listed and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
                yield (*place, key), _TEXTS.filled(key)
            elif key == "fill":
                yield from _unknown((*place, key), dict.fromkeys(value), values)
            elif not listed and key != "commits" and not isinstance(value, str):
                yield (*place, key), _A_TEXT.filled(key)


def _screen_problems(name: str, own: t.Any, default: Mapping[str, t.Any]) -> Iterator[Problem]:
    ours = default["screens"].get(name, {})
    yield from _unknown(("screens", name), own, (*ours, *_OF_A_SCREEN, *(() if ours else PARTS)))
    if not ours and isinstance(own, dict) and not take_texts(own.get("title")):
        yield ("screens", name), _NO_TITLE
    for part, value in take_mapping(own).items():
        where = ("screens", name, part)
        if part in _OF_A_SCREEN:
            if not take_texts(value):
                yield where, _TEXTS.filled(part)
        elif part in PARTS:
            yield from _part_problems(where, value, default, ours=_names(ours.get(part, ())), new=not ours)


def _part_problems(
    where: Place, value: t.Any, default: Mapping[str, t.Any], *, ours: tuple[str, ...], new: bool
) -> Iterator[Problem]:
    """Yield problems of a part: the user's own may have anything, the collection's more of the order's values."""
    part = where[-1]
    if isinstance(value, list):
        value = dict.fromkeys(value, "x") if all(isinstance(name, str) for name in value) else value
        names = tuple(default["words"])
    elif new:
        names = tuple(_names(take_mapping(value)))
    else:
        names = (*ours, *(order_values(default) if part in ("fields", "facts") else ()))
    yield from _doubled(where, value)
    if isinstance(value, dict):
        value = {key.rstrip("?") if isinstance(key, str) else key: texts for key, texts in value.items()}
    yield from _texts_problems(where, value, names)


def _doubled(where: Place, value: t.Any) -> Iterator[Problem]:
    """Yield names that are written with and without the mark of what may be missing: one of them would be lost."""
    first: dict[str, str] = {}
    for key in take_mapping(value):
        if isinstance(key, str) and (other := first.setdefault(key.rstrip("?"), key)) != key:
            yield where, _TWO_WAYS.filled(other, key)


def order_values(default: Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the values of orders that can be fields or facts."""
    shown = (name for screen in default["screens"].values() for name in _names(screen.get("facts", ())))
    filled = (name for steps in default["walks"].values() for step in steps for name in step.get("fill", ()))
    return (*dict.fromkeys((*shown, *filled)), *MORE_VALUES)


def _texts_problems(where: Place, own: t.Any, allowed: t.Any) -> Iterator[Problem]:
    yield from _unknown(where, own, allowed)
    for key, value in take_mapping(own).items():
        if not take_texts(value):
            yield (*where, key), _ANY_OF.filled(key)


def _unknown(where: Place, own: t.Any, allowed: t.Any) -> Iterator[Problem]:
    if not isinstance(own, dict):
        yield where, _MAPPING.filled(".".join(map(str, where)))
        return
    for key in own:
        if key not in allowed:
            near = find_nearest(key, list(allowed))
            hint = _NEAR.filled(near) if near else _KNOWN.filled(", ".join(sorted(map(str, allowed))))
            yield (*where, key), _NOT_IN_MAP.filled(".".join(map(str, (*where, key))), hint)


def _steps(document: Mapping[str, t.Any]) -> Iterator[Mapping[str, t.Any]]:
    for changes in take_mapping(document.get("walks")).values():
        yield from (change for change in (changes if isinstance(changes, list) else ()) if isinstance(change, dict))


def _names(written: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.rstrip("?") for name in written if isinstance(name, str))  # YAML takes yes and on for no text


def take_mapping(value: t.Any) -> dict[str, t.Any]:
    """Return the mapping that a user gave, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def take_texts(value: t.Any) -> tuple[str, ...]:
    """Return the texts that a user gave for one entry, none when they are no texts."""
    values = value if isinstance(value, list) else [value]
    whole = values and all(isinstance(text, str) and text.strip() for text in values)
    return tuple(" ".join(text.split()) for text in values) if whole else ()


__all__ = ("VERSION", "find_problems", "order_values", "take_mapping", "take_texts")
