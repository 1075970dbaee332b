# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Sentences that are put together, in English and Japanese."""

from __future__ import annotations

import functools
import re
import typing as t

from ...module_utils._core.phrases import Phrase

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...module_utils._core.phrases import Language

_STOPS = re.compile(r"(?<!\.)\.[.。]+(?=\s|$)(?<!\.\.\.)|。[.。]+|\.。")
_PLAIN = (str, Phrase, int, bool)


def join_sentences(sentences: Iterable[str], lang: Language) -> str:
    """Join sentences on a line; Japanese ones each end in their stop, and no blank follows it."""
    if lang == "en":
        return " ".join(filter(None, sentences))
    *before, last = [sentence for sentence in sentences if sentence] or [""]
    return "".join([*(f"{sentence.removesuffix('。')}。" for sentence in before), last])


def fill(words: Phrase, facts: Mapping[str, object]) -> Phrase:
    """Put facts into words; the same ones into the same words once, since all orders may break one rule alike."""
    if not all(type(fact) in _PLAIN for fact in facts.values()):
        return _fill(words, facts)
    # With their types, since 1 and True are equal and read otherwise.
    return _fill_once(words, tuple((name, type(fact), fact) for name, fact in facts.items()))


@functools.lru_cache(maxsize=256)
def _fill_once(words: Phrase, facts: tuple[tuple[str, type, object], ...]) -> Phrase:
    return _fill(words, {name: fact for name, _type, fact in facts})


def _fill(words: Phrase, facts: Mapping[str, object]) -> Phrase:
    return Phrase(*map(_end_once, words.filled(**facts)))


def _end_once(sentence: str) -> str:
    """End a sentence once, where a fact at its end is a sentence of its own."""
    return _STOPS.sub(lambda stops: stops[0][-1], sentence)


__all__ = ("fill", "join_sentences")
