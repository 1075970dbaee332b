# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What is told to people, in English and Japanese."""

from __future__ import annotations

import os
import re
import typing as t
import unicodedata

Language = t.Literal["en", "ja"]

# Letters by category, blanks on the screen.
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800\u034f"
_RUNNER = "##["  # begins a command to the runner of GitHub Actions, wherever it is in a line
_COMMAND = re.compile(r"((?:\A|[\r\n])[^\S\r\n]*)::")  # begins one in a line of its own, after blanks too
_LONGEST_FOREIGN = 500  # characters of somebody else's words that people are shown


class Phrase(t.NamedTuple):
    """Words in both languages; facts may have their places in them, in braces."""

    en: str
    ja: str

    def filled(self, *facts: object, **named: object) -> Phrase:
        """Put these facts, made printable, into their places, each in the language of the words around it."""

        def words(lang: str) -> str:
            message = [printable(translate(fact, lang)) for fact in facts]
            texts = {name: printable(translate(fact, lang)) for name, fact in named.items()}
            return translate(self, lang).format(*message, **texts)

        return Phrase(words("en"), words("ja"))


def translate(fact: object, lang: str | None) -> str:
    """Translate a fact into this language; any but Japanese means English, what is no phrase is the same in both."""
    if isinstance(fact, Phrase):
        return fact.ja if lang == "ja" else fact.en
    if isinstance(fact, (tuple, list)):
        return ", ".join(translate(part, lang) for part in fact)
    return str(fact).lower() if isinstance(fact, bool) else str(fact)  # as YAML has it


def printable(text: str) -> str:
    """Replace what commands a terminal, breaks a line or is not seen (ECMA-48, UAX #9), or commands a CI's runner."""
    line = text if text.isascii() and text.isprintable() else "".join(map(_as_seen, text))
    return line.replace(_RUNNER, "# #[")


def _as_seen(character: str) -> str:
    if character.isprintable() and character not in _FILLERS:
        return character
    if unicodedata.category(character) == "Zs":
        return character
    return " " if character.isspace() else "\ufffd"


def one_line(words: object, longest: int = _LONGEST_FOREIGN) -> str:
    """Make one printable line of somebody else's words, cut where it is longer than so many characters."""
    # Cut first: what is thrown away costs nothing. Runs of blanks may make the line shorter than allowed.
    text = str(words)
    line = " ".join(printable(text[: 4 * longest]).split())
    return line if len(line) <= longest and len(text) <= 4 * longest else f"{line[: longest - 1]}…"


def disarm(text: str) -> str:
    """Let no line of a text begin as a command to a CI's runner does, whoever's words it holds."""
    return _COMMAND.sub(r"\1: :", text) if "::" in text else text


def verbatim(words: object) -> Phrase:
    """Take over words that are not ours to translate, as one printable line: the desk's, the system's, a library's."""
    line = one_line(words)
    return Phrase(line, line)


def join_phrases(phrases: t.Iterable[Phrase]) -> Phrase:
    """Join several phrases into one."""
    message = tuple(phrases)
    return Phrase("; ".join(phrase.en for phrase in message), "。".join(phrase.ja for phrase in message))


def spoken_language() -> Language:
    """Return the language of the user's locale, Japanese or else English."""
    # LANGUAGE, as gettext has it, works where no Japanese locale is installed: in containers and on CI runners.
    names = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((value for name in names if (value := os.environ.get(name))), "")
    return "ja" if locale.startswith("ja") else "en"


__all__ = (
    "Language",
    "Phrase",
    "disarm",
    "join_phrases",
    "one_line",
    "printable",
    "spoken_language",
    "translate",
    "verbatim",
)
