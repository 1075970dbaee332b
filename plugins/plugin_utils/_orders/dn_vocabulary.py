# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The fields of a subject (識別名), with the characters and the lengths that the portal's form takes."""

from __future__ import annotations

import itertools
import re
import typing as t

from .._catalogue.industry import DN_CHARACTERS
from .._complaints.complaints import shorten
from .._complaints.vaulted import tell_of
from .vocabulary import TEXT, check_text, describe_as, pattern_schema, show_character
from .voluptuous_dep import Refused

if t.TYPE_CHECKING:
    from collections.abc import Callable

_SAYS_NOTHING = ".- "


def _one_of_characters(characters: frozenset[str]) -> str:
    codes = sorted(map(ord, characters))
    # Neighbours have the same distance from their places in the list.
    runs = [
        [code for _place, code in run] for _key, run in itertools.groupby(enumerate(codes), lambda at: at[1] - at[0])
    ]
    return (
        "[" + "".join(f"{_escaped(run[0])}-{_escaped(run[-1])}" if run[1:] else _escaped(run[0]) for run in runs) + "]"
    )


def _escaped(code: int) -> str:
    return f"\\{chr(code)}" if chr(code) in "\\]^-[" else chr(code)


# At least one character says something [BR 7.1.2.7.4].
_DN_VALUE = f"{_one_of_characters(DN_CHARACTERS.value)}*".join(
    ("", _one_of_characters(DN_CHARACTERS.value - frozenset(_SAYS_NOTHING)), "")
)


def make_dn_check(longest: int) -> Callable[[object], str]:
    """Make the check of a DN value that the portal's form takes, of at most `longest` characters."""

    @describe_as(pattern_schema(re.compile(_DN_VALUE), maxLength=longest), TEXT)
    def field(value: object) -> str:
        text = check_text(value)
        if len(text) > longest:
            raise Refused("DN-LENGTH", value=shorten(text), length=tell_of(text, len(text)), allowed=longest)
        foreign = dict.fromkeys(character for character in text if character not in DN_CHARACTERS.value)
        if foreign:
            words = tell_of(text, " ".join(map(show_character, foreign)))
            raise Refused("DN-CHARACTERS", value=shorten(text), characters=words)
        if not text.strip(_SAYS_NOTHING):
            raise Refused("DN-BLANK", value=shorten(text))
        return text

    return field


__all__ = ("make_dn_check",)
