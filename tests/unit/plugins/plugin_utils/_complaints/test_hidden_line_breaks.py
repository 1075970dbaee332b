# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Line breaks that YAML knows and no editor shows: what follows one would pass for a comment in a review."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.yaml_text import YamlText

SIGNS: t.Final = ("\u2028", "\u2029", "\x85", "\r")


def read(text: str) -> t.Any:
    return YamlText(name="o.yml", text=text).read_document(str)[0]


@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
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
    for lang, word in (("en", "no editor shows"), ("ja", "改行")):
        assert word in complaint.render(t.cast("t.Any", lang)) and f"U+{ord(sign):04X}" in complaint.render("en")


def test_lines_as_windows_ends_them_are_read() -> None:
    assert read("a: 葛城\r\nb: [1]\r\n# 備考\r\n") == {"a": "葛城", "b": [1]}
