# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Sentences that are put together, in English and Japanese."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ...module_utils._core.phrases import Language

_STOPS = re.compile(r"(?<!\.)\.[.。]+(?=\s|$)(?<!\.\.\.)|。[.。]+|\.。")


def join_sentences(sentences: Iterable[str], lang: Language) -> str:
    """Join sentences on a line; Japanese ones each end in their stop, and no blank follows it."""
    if lang == "en":
        return " ".join(filter(None, sentences))
    *before, last = [sentence for sentence in sentences if sentence] or [""]
    return "".join([*(f"{sentence.removesuffix('。')}。" for sentence in before), last])


def end_once(sentence: str) -> str:
    """End a sentence once, where a fact at its end is a sentence of its own."""
    return _STOPS.sub(lambda stops: stops[0][-1], sentence)


__all__ = ("end_once", "join_sentences")
