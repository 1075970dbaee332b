# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reads Japanese reads Japanese: the language is found, and no word of a table is left over."""

from __future__ import annotations

import pathlib
import re

import pytest
from ansible_collections.iij.server_certificate.plugins.module_utils._core.errors import FieldWrong
from ansible_collections.iij.server_certificate.plugins.module_utils._core.phrases import (
    Phrase,
    join_phrases,
    spoken_language,
    verbatim,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.complaints import (
    Complaint,
    Place,
    shorten,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.book import RULES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.rules.rule import IN_JAPANESE
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.sentences import join_sentences
from ansible_collections.iij.server_certificate.plugins.plugin_utils._complaints.vaulted import Vaulted
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.api.wire import read_seen_contract
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.desk import AnswerUnusable, DeskUnreachable
from ansible_collections.iij.server_certificate.plugins.plugin_utils._desk.portal.screen_map import (
    ScreenMapUnusable,
    read_screen_map,
)
from ansible_collections.iij.server_certificate.plugins.plugin_utils._planning.steps import CALL_CLASSES
from ansible_collections.iij.server_certificate.plugins.plugin_utils._reports.words import row_cells, step_words
from ansible_collections.iij.server_certificate.plugins.plugin_utils._values.observed import State

PROSE = re.compile(r"\b[a-z]{2,} [a-z]{2,}")
ROW = {"name": "-", "common_name": "-", "contract_id": None, "not_after": None, "next_action": None,
       "next_action_by": "ca", "deadline": None}  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANGUAGE": "ja:en", "LC_ALL": "C.UTF-8"}, "ja"),
        ({"LANGUAGE": "en", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_environment(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spoken_language() == language


@pytest.mark.parametrize("state", [*State, "planned", "unknown"])
def test_every_state_has_a_word(state: str) -> None:
    assert row_cells({**ROW, "state": state}, "en")["state"] == state.replace("_", " ")
    assert not re.search("[a-z]", row_cells({**ROW, "state": state}, "ja")["state"])


def test_every_step_has_a_word() -> None:
    for step, call_class in CALL_CLASSES.items():
        row = {"step": step, "call_class": call_class}
        assert step_words(row, "en") == f"{step} ({call_class})"
        assert not re.search("[a-z]", step_words(row, "ja"))


def test_an_error_of_the_desk_is_told_in_both_languages_with_the_number_of_its_request() -> None:
    error = DeskUnreachable(Phrase("gone", "接続できません"), request_id="r1")
    assert str(error) == "gone (request r1)"
    assert error.phrase.ja == "接続できません (リクエスト r1)"
    assert DeskUnreachable("the desk's own words").phrase.ja == "the desk's own words"


def test_facts_are_told_in_the_language_of_the_words_around_them() -> None:
    fault = FieldWrong(field="key.path", allowed=Phrase("an absolute path", "絶対パス"))
    assert fault.message("ja") == "key.path が正しくありません。正しい内容: 絶対パス。オーダーを直してください。"
    assert fault.message() == "key.path must be an absolute path; correct it in the order."
    hidden = Complaint(rule="NAME-FORM", place=Place(file="www.yml"), facts={"value": shorten(Vaulted("secret"))})
    assert "非表示" in hidden.render("ja") and "not shown" in hidden.render("en")


def test_a_fact_in_braces_is_not_filled() -> None:
    told = Phrase("「{0}」 is {1}", "「{0}」は{1}").filled("{1}", join_phrases([verbatim("{0}"), Phrase("a", "あ")]))
    assert told == ("「{1}」 is {0}; a", "「{1}」は{0}。あ")


def test_a_screen_map_that_cannot_be_used(tmp_path: pathlib.Path) -> None:
    (tmp_path / "own.yml").write_text("words: {comon_name: x, usage: 3}\n", encoding="utf-8")
    with pytest.raises(ScreenMapUnusable) as refused:
        read_screen_map(str(tmp_path / "own.yml"))
    assert "words.comon_name は画面マップにありません。common_name のことですか" in refused.value.phrase.ja
    assert not PROSE.search(refused.value.phrase.ja)


def test_an_answer_that_cannot_be_read() -> None:
    with pytest.raises(AnswerUnusable) as unusable:
        read_seen_contract({"contract_id": 3, "service": "s", "name": "n", "customer_code": "SG00000001"})
    expected = "窓口の応答の contract_id を使えません。3 ですが、正しくは 英数字とハイフン1〜64文字 です"
    assert unusable.value.phrase.ja == expected


def test_every_source_of_a_rule_that_is_more_than_a_name() -> None:
    for rule in RULES.values():
        assert not PROSE.search(rule.source.ja), rule.id
    assert set(IN_JAPANESE) <= {rule.source.en for rule in RULES.values()}


@pytest.mark.parametrize("rule", RULES)
def test_sentences_on_a_line_are_apart_in_both_languages(rule: str) -> None:
    """Some are headings without a stop where they stand alone, others end in a fact that is a sentence."""
    words = RULES[rule]
    english, japanese = ([getattr(words.wrong, lang), getattr(words.todo, lang)] for lang in ("en", "ja"))
    line = join_sentences(japanese, "ja")
    assert "。 " not in line and "。。" not in line
    assert line.startswith(f"{japanese[0].removesuffix('。')}。")
    assert join_sentences(english, "en") == " ".join(english)
    assert join_sentences(["", japanese[1]], "ja") == japanese[1] and join_sentences([], "ja") == ""
