# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is told to people, in English and Japanese."""

from __future__ import annotations

import os
import typing as t

Language = t.Literal["en", "ja"]


class Phrase(t.NamedTuple):
    """Words in both languages; facts may have their places in them, in braces."""

    en: str
    ja: str

    def filled(self, *facts: object, **named: object) -> Phrase:
        """The phrase with these facts in their places, each in the language of the words around it."""

        def words(lang: str) -> str:
            told = [said(fact, lang) for fact in facts]
            return said(self, lang).format(*told, **{name: said(fact, lang) for name, fact in named.items()})

        return Phrase(words("en"), words("ja"))


def said(fact: object, lang: str | None) -> str:
    """A fact in this language; any but Japanese means English, and what is no phrase is the same in both."""
    if isinstance(fact, Phrase):
        return fact.ja if lang == "ja" else fact.en
    return str(fact)


def verbatim(words: object) -> Phrase:
    """Words that are not ours to translate: the desk's, the system's, a library's."""
    return Phrase(str(words), str(words))


def together(phrases: t.Iterable[Phrase]) -> Phrase:
    """Several phrases as one."""
    told = tuple(phrases)
    return Phrase("; ".join(phrase.en for phrase in told), "。".join(phrase.ja for phrase in told))


def spoken_language() -> Language:
    """The language of the user's locale, Japanese or else English."""
    # LANGUAGE, as gettext has it, works where no Japanese locale is installed: in containers and on CI runners.
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((value for name in names if (value := os.environ.get(name))), "")
    return "ja" if locale.startswith("ja") else "en"


__all__ = ("Language", "Phrase", "said", "spoken_language", "together", "verbatim")
