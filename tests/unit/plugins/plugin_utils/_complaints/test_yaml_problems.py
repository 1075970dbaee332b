# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is no YAML is told with its likely cause, in the reader's language."""

from __future__ import annotations

import re

import pytest
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import OrdersRefused
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.yaml_text import YamlText

ORDER = "version: 1\norders:\n  - name: www\n    common_name: www.example.jp\n"
MISTAKES = {
    ORDER.replace("common_name: ", "common_name： "): ("full-width colon", "全角の「：」"),
    ORDER.replace("common_name: ", "common_name："): ("full-width colon", "全角の「：」"),
    ORDER.replace("    common_name", "  \u3000common_name"): ("full-width blank", "全角スペース"),
    ORDER.replace("    common_name", "\tcommon_name"): ("has a tab", "タブ"),
    ORDER.replace("www.example.jp", "{{ name }}.example.jp"): ("{{ }} needs quotes", "引用符で囲んで"),
    f"{ORDER}---\n{ORDER}": ("one document", "文書は1つ"),
    ORDER.replace("    common_name", "   common_name"): ("did not find expected", "字下げ"),
    ORDER.replace("www.example.jp", "www: example"): ("not allowed", "「:」は書けません"),
    ORDER.replace("www.example.jp", '"www.example.jp'): ("unexpected end", "引用符が閉じていません"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_the_cause_is_named_in_both_languages(text: str) -> None:
    english, japanese = MISTAKES[text]
    with pytest.raises(OrdersRefused) as caught:
        YamlText(name="orders.yml", text=text).read_document(str)
    (complaint,) = caught.value.complaints
    assert complaint.rule == "YAML-SYNTAX" and complaint.place.line in range(3, 7)
    assert english in complaint.render("en")
    told = complaint.render("ja")
    assert japanese in told
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", told.replace("orders.yml", "").partition("[YAML-SYNTAX]")[0])
