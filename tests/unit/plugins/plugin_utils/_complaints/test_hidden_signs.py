# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signs that have a review show something else than the file has.

Line breaks that YAML knows and no editor shows: what follows one would pass for a comment. And signs that turn the
direction of writing, in a comment too: it would be shown among the values before it.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.yaml_text import YamlText

BREAKS: t.Final = ("\u2028", "\u2029", "\x85", "\r")
TURNS: t.Final = ("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069")


def read(text: str) -> t.Any:
    return YamlText(name="o.yml", text=text).read_document(str)[0]


@pytest.mark.parametrize("sign", BREAKS + TURNS, ids=ascii)
@pytest.mark.parametrize(
    "place", ["# kept for history:{0}    state: cancelled", 'note: "葛{0}城"', "note: |\n    a{0}b"]
)
def test_it_is_refused_with_its_place(sign: str, place: str) -> None:
    with pytest.raises(OrdersRefused) as refused:
        read(f"orders:\r\n  - name: www\n    {place.format(sign)}\n")
    (complaint,) = refused.value.complaints
    line = 4 if "|" in place else 3
    assert (complaint.rule, complaint.place.line) == ("YAML-SYNTAX", line)
    assert complaint.place.column > 4
    words = ("direction of writing", "並ぶ向き") if sign in TURNS else ("no editor shows", "改行")
    for lang, word in zip(("en", "ja"), words, strict=True):
        assert word in complaint.render(t.cast("t.Any", lang)) and f"U+{ord(sign):04X}" in complaint.render("en")


def test_lines_as_windows_ends_them_are_read() -> None:
    assert read("a: 葛城\r\nb: [1]\r\n# 備考\r\n") == {"a": "葛城", "b": [1]}
