# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A complaint quotes what was written, shows what is not seen in it, names the real cause, and ends once."""

from __future__ import annotations

import collections
import typing as t

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import Language, Phrase
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import Complaint, Place
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.book import RULES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.files import read_folder, read_inline
from ansible_collections.iij.server_certificate.plugins.plugin_utils._orders.portfolio import judge_orders
from portfolios import OV, READER, SUBJECT, TODAY

if t.TYPE_CHECKING:
    import pathlib

# What is written, how it is quoted, and what is said of it.
HIDDEN: t.Final[dict[str, tuple[dict[str, t.Any], str, str, str]]] = {
    "a blank at the end": ({"common_name": "b1.example.jp "}, "'b1.example.jp '", "U+0020", "U+0020"),
    "a tab": ({"common_name": "b2.example.jp\t"}, r"'b2.example.jp\t'", "U+0009", "U+0009"),
    "no width at all": ({"common_name": "b2.example.jp\u200b"}, r"'b2.example.jp\u200b'", "U+200B", "U+200B"),
    "a URL": ({"common_name": "https://b3.example.jp/"}, "'https://b3.example.jp/'", "it is a URL", "URL"),
    "a port": ({"common_name": "b4.example.jp:443"}, "'b4.example.jp:443'", "it has a port", "ポート"),
    "a full-width blank": (
        {"subject": SUBJECT | {"organization_name": "Example\u3000Co., Ltd."}},
        r"'Example\u3000Co., Ltd.'", "U+3000", "U+3000",
    ),
    "a blank before a choice": ({"term": " 6 months"}, "' 6 months'", "6 months", "6 months"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "quote", "en", "ja"), HIDDEN.values(), ids=HIDDEN)
def test_what_was_written_is_quoted_with_what_is_not_seen(
    fields: dict[str, t.Any], quote: str, en: str, ja: str
) -> None:
    (found,) = judge_orders(read_inline([OV | fields]), day=TODAY).complaints
    for sentence, cause in zip(found.wrong, (en, ja), strict=True):
        assert quote in sentence
        assert cause in sentence
        assert "IP" not in sentence


# What people save, the rule that names it, and advice that helps.
FILES: t.Final = {
    "nothing at all": (b"", "FILE-CONTENT", "The file is empty", "ファイルが空です"),
    "Shift_JIS": ("version: 1\n# 証明書\norders: []\n".encode("cp932"), "FILE-UNREADABLE", "encoding", "文字コード"),
    "a comma that ends the value": (
        b"version: 1\norders: [{name: www, subject: {organization_name: Example Co., Ltd.}}]\n",
        "KEY-UNKNOWN", "put the whole value in quotes", "引用符",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "rule", "en", "ja"), FILES.values(), ids=FILES)
def test_what_was_saved_is_answered_with_advice_that_helps(
    tmp_path: pathlib.Path, content: bytes, rule: str, en: str, ja: str
) -> None:
    (tmp_path / "web.yml").write_bytes(content)
    complaints = judge_orders(read_folder(str(tmp_path), READER), day=TODAY).complaints
    (found,) = (complaint for complaint in complaints if complaint.rule == rule)
    assert en in f"{found.wrong.en} {found.todo.en}"
    assert ja in f"{found.wrong.ja} {found.todo.ja}"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_fact_that_is_a_sentence_ends_no_complaint_twice(lang: Language) -> None:
    stopped = Phrase("make a new one from its key.", "鍵から作り直してください。")
    twice = []
    for rule, words in RULES.items():
        facts: dict[str, object] = collections.defaultdict(lambda: stopped)
        for sentence in (words.wrong, words.allowed, words.todo):
            sentence.en.format_map(facts)  # fills in every fact that the sentence names
        facts.pop("hint", None)  # the complaint's own
        told = Complaint(rule=rule, place=Place(file="orders.yml"), facts=facts).render(lang)
        twice += [line for line in told.splitlines() if ".." in line.replace("...", "") or "。。" in line]
    assert twice == []
