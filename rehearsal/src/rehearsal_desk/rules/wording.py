# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read of the desk, in English and Japanese, and which of the two a caller wants."""

from __future__ import annotations

import contextvars
import typing as t

Language = t.Literal["en", "ja"]

# What the caller of this request wants to read; set at the door.
_WANTED: t.Final[contextvars.ContextVar[Language]] = contextvars.ContextVar("wanted", default="en")


class Wording(str):
    """A sentence in English that carries the same one in Japanese."""

    ja: str

    def __new__(cls, en: str, ja: str) -> t.Self:
        """Take both; whoever knows nothing of Japanese has a string."""
        wording = super().__new__(cls, en)
        wording.ja = ja
        return wording


def say(en: str, ja: str, *facts: object) -> Wording:
    """Word a sentence in both languages, the facts in their places, each in the language around it."""
    return Wording(en.format(*facts), ja.format(*(getattr(fact, "ja", fact) for fact in facts)))


def spoken(text: str, lang: Language) -> str:
    """Choose the language of a sentence; what is no wording of ours is the same in both."""
    return str(getattr(text, "ja", text) if lang == "ja" else text)


def speak_as_wanted(accepted: str) -> None:
    """Let `spoken_here` speak the language that this Accept-Language header prefers."""
    _WANTED.set(wanted_language(accepted))


def language_here() -> Language:
    """Return the language of sentences that are part of an answer to the present request."""
    return _WANTED.get()


def spoken_here(text: str) -> str:
    """Choose the language of a sentence that is part of an answer to the present request."""
    return spoken(text, _WANTED.get())


def wanted_language(accepted: str) -> Language:
    """Read an Accept-Language header: Japanese where it is preferred to English, else English (RFC 9110, 12.5.4)."""
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        tag, _, parameter = part.partition(";")
        language = tag.strip().partition("-")[0].lower()
        weights[language] = max(_weight_of(parameter), weights.get(language, 0.0))
    japanese = weights.get("ja", 0.0)
    return "ja" if japanese > 0 and japanese >= weights.get("en", 0.0) else "en"


def _weight_of(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
