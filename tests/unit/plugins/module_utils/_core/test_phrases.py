# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody else's words are shown as one printable line, whatever characters they are made of."""

from __future__ import annotations

import sys
import time

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import (
    Phrase,
    disarm,
    one_line,
    printable,
    verbatim,
)

ODD = {
    "a terminal's title": "\x1b]0;OWNED\x07red",
    "another line": "a\r\n::error::b",
    "lines of Unicode": "a\u2028b\u2029c\x85d",
    "the other direction": "a\u202eb\u2066c",
    "zero width": "a\u200bb\ufeffc\u00add",
    "blanks that are letters": "a\u3164b\u115fc",
    "half a character": "a\ud800b",
    "a tag": "a\U000e0041b",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_is_not_printable_is_replaced(text: str) -> None:
    for line in (one_line(text), verbatim(text).ja, Phrase("{0}", "{0}").filled(text).en):
        assert all(character.isprintable() and character not in "\u3164\u115f" for character in line), ascii(line)
        assert line[0] == text[0] or not text[0].isprintable()


def test_every_character_comes_out_printable_or_as_a_blank() -> None:
    for code in range(sys.maxunicode + 1):
        seen = printable(chr(code))
        assert seen.isprintable() or (seen.isspace() and seen not in "\n\r\t\v\f\u2028\u2029\x85"), hex(code)


@pytest.mark.parametrize("text", ["申込　完了", "日本語 ASCII", "㈱髙橋①～", "a b", "葛\U000e0100城"])
def test_words_of_a_portal_stay(text: str) -> None:
    assert printable(text) == text
    assert Phrase("{0}", "{0}").filled(text).ja == text


@pytest.mark.parametrize("text", ["x" * 501, "x" * 1_000_000, "x " * 300_000, " " * 10_000 + "x"])
def test_long_words_are_cut(text: str) -> None:
    assert len(one_line(text)) == 500 or text.startswith(" ")
    assert one_line(text).endswith("…")
    assert one_line("x" * 500) == "x" * 500


COMMAND = "::error file=a.yml::x"


@pytest.mark.parametrize("blanks", ["", "  ", "\t", "\u3000", "\n", "\r", "\r\n", "\n\n \n", "x\n", "x\r "])
def test_no_line_begins_as_a_command(blanks: str) -> None:
    for text in (f"{blanks}{COMMAND}", f"{blanks}{COMMAND}\n{blanks}{COMMAND}", f"{blanks}:{COMMAND}"):
        shown = disarm(text)
        assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
        assert shown.replace(": :", "::") == text


@pytest.mark.parametrize("text", ["", "x ::1", "install.prove.address: ::1", "a: ::", "\n a::b"])
def test_two_colons_within_a_line_stay(text: str) -> None:
    assert disarm(text) == text


@pytest.mark.parametrize("text", ["\n" * 2_000_000, " " * 2_000_000, "\n ::" * 400_000])
def test_a_long_text_is_read_once(text: str) -> None:
    start = time.process_time()
    disarm(f"{text}::")
    assert time.process_time() - start < 5
