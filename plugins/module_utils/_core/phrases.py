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

# What shows as nothing (Unicode: Default_Ignorable_Code_Point), and a sign that is blank (U+2800): first and last.
IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE00FF), (0xE01F0, 0xE0FFF),
)  # fmt: skip
# Of these an ideograph takes one, which chooses its form: in names of people and companies.
SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
_RUNNER = "##["  # begins a command to the runner of GitHub Actions, wherever it is in a line
_COMMAND = re.compile(r"((?:\A|[\r\n])[^\S\r\n]*)::")  # begins one in a line of its own, after blanks too
_LONGEST_FOREIGN = 500  # characters of somebody else's words that people are shown


def _class_of(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_ANY_UNSEEN = re.compile(f"[{_class_of(IGNORABLE + SELECTORS)}]")
_UNSEEN = re.compile(f"[{_class_of(IGNORABLE)}]|(?<![{_class_of(_IDEOGRAPHS)}])[{_class_of(SELECTORS)}]")


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
    line = text if text.isascii() and text.isprintable() else "".join(map(_as_seen, _UNSEEN.sub("\ufffd", text)))
    return line.replace(_RUNNER, "# #[")


def _as_seen(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return " " if character.isspace() else "\ufffd"


def list_unseen(text: str, *, forms: bool = False) -> list[str]:
    """List the characters that are not seen; `forms`: those of ideographs are."""
    if text.isascii() and text.isprintable():
        return []
    unseen = set((_UNSEEN if forms else _ANY_UNSEEN).findall(text))
    return [character for character in dict.fromkeys(text) if character in unseen or not character.isprintable()]


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
    "IGNORABLE",
    "SELECTORS",
    "Language",
    "Phrase",
    "disarm",
    "join_phrases",
    "list_unseen",
    "one_line",
    "printable",
    "spoken_language",
    "translate",
    "verbatim",
)
