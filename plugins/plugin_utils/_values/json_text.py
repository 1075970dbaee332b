# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""JSON that may come from anybody: no text makes the parser recurse deeper than any document of ours is nested."""

from __future__ import annotations

import json
import re
import typing as t

# Below a deep recursion everything fails, the garbage collection of strangers' objects too, so none is begun.
_DEEPEST: t.Final = 100  # plans and answers have fewer than 10 levels
_NO_BRACKETS: t.Final = bytes(set(range(256)) - set(b"[]{}"))
_NEITHER: t.Final = bytes(set(range(256)) - set(b'[]{}"'))  # brackets nor quotes
_STRING: t.Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # also one that is cut off


def parse_json(text: bytes | str) -> t.Any:
    """Parse one JSON text in UTF-8.

    Raises:
        ValueError: It is none, has a number that is no JSON (NaN, Infinity), or is nested deeper than 100 levels.
    """
    return _decode(text, _DECODER)


def parse_own_json(text: bytes | str) -> t.Any:
    """Parse a JSON text of ours whose hash is checked, or return None for one that has a key twice.

    Of two values the parser takes the last, and so does the hash; people may have read the first.

    Raises:
        ValueError: As parse_json does.
    """
    try:
        return _decode(text, _DECODER_OF_OURS)
    except _KeyTwice:
        return None


class _KeyTwice(Exception):
    """An object has a key twice."""


def _decode(text: bytes | str, decoder: json.JSONDecoder) -> t.Any:
    raw = text.encode("utf-8") if isinstance(text, str) else text
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST and _is_too_deep(raw):
        raise ValueError
    return decoder.decode(raw.decode("utf-8-sig"))


def _is_too_deep(text: bytes) -> bool:
    if b"\\" not in text:  # then two quotes with nothing between them go, whether within a string or between two
        text = text.translate(None, _NEITHER).replace(b'""', b"")
    brackets = _STRING.sub(b"", text).translate(None, _NO_BRACKETS)
    for _level in range(_DEEPEST):  # each round takes the innermost level away
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return False
    return True


def _refuse_constant(name: str) -> t.NoReturn:
    raise ValueError(name)  # RFC 8259, section 6


def _read_once(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _KeyTwice
    return result


# One for all: json.loads() makes a decoder for each text that is not to be read by default, as each line of a ledger.
_DECODER: t.Final = json.JSONDecoder(parse_constant=_refuse_constant)
_DECODER_OF_OURS: t.Final = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_read_once)


__all__ = ("parse_json", "parse_own_json")
