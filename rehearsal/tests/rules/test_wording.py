# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which language a caller wants, and that every sentence of the desk exists in both."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest
import rehearsal_desk
import requests
from rehearsal_desk.rules.wording import say, spoken, wanted_language
from rehearsal_desk.running import app  # noqa: F401  registers every kind of fault
from rehearsal_desk.store.faults import KINDS
from rehearsed import Rehearsal

PACKAGE: t.Final = pathlib.Path(rehearsal_desk.__file__).parent
# What raises or shows a sentence, and which of its arguments that is.
SENTENCES: t.Final = {
    "Breach": 2, "Conflict": 1, "NotFound": 0, "UnreadableCsr": 0, "_refusal": 0, "_no_key": 0, "_cannot_start": 0,
    "BadKeyFile": 0, "OutOfDate": 0, "NoRecording": 0, "ArgumentTypeError": 0, "ValueError": 0, "print": 0,
}  # fmt: skip
ENGLISH: t.Final = re.compile(r"[a-z]{2,} [a-z]{2,}")
JAPANESE: t.Final = re.compile("[ぁ-んァ-ヶ一-龠]")


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ("", "en"),
        ("*", "en"),
        ("ja", "ja"),
        ("ja-JP", "ja"),
        ("JA", "ja"),
        ("en", "en"),
        ("ja,en-US;q=0.7,en;q=0.3", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("en;q=0.5, ja;q=0.9", "ja"),
        ("ja;q=0", "en"),
        ("ja;q=nonsense", "en"),
        ("fr, ja;q=0.1", "ja"),
    ],
)
def test_the_language_that_is_preferred(accepted: str, wanted: str) -> None:
    assert wanted_language(accepted) == wanted


def test_facts_have_their_places_in_both() -> None:
    wording = say("{} is not {}.", "{}が{}ではありません。", say("This", "この値"), say("text", "文字列"))
    assert wording == "This is not text."
    assert spoken(wording, "ja") == "この値が文字列ではありません。"
    assert spoken(wording, "en") == "This is not text." and type(spoken(wording, "en")) is str
    assert spoken("somebody else's words", "ja") == "somebody else's words"


def calls() -> t.Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def words_of(sentence: ast.expr) -> str:
    """The words of a string, without the facts in it."""
    return "".join(
        str(node.value) for node in getattr(sentence, "values", [sentence]) if isinstance(node, ast.Constant)
    )


def test_no_sentence_is_in_english_alone() -> None:
    """A refusal that is a bare string, or put together on the spot, has no Japanese."""
    found = [
        place
        for place, call in calls()
        for number in [SENTENCES.get(name_of(call), -1)]
        if 0 <= number < len(call.args)
        and isinstance(call.args[number], (ast.Constant, ast.JoinedStr))
        and ENGLISH.search(words_of(call.args[number]))
        and not JAPANESE.search(words_of(call.args[number]))
        and not words_of(call.args[number]).startswith("contract broken")  # which no user is meant to see
    ]
    assert not found


def test_both_languages_name_the_same_facts() -> None:
    said = [call for _, call in calls() if name_of(call) == "say" and call.args]
    assert len(said) > 150
    for call in said:
        if all(isinstance(argument, ast.Constant) for argument in call.args[:2]):
            english, japanese = (t.cast(ast.Constant, argument).value for argument in call.args[:2])
            assert english.count("{") == japanese.count("{"), english
            assert JAPANESE.search(japanese) or english == japanese.replace("Content-Type", "the content type"), english


def answer(desk: Rehearsal, path: str, token: str, lang: str) -> t.Any:
    headers = {"Accept-Language": lang, "Authorization": f"Bearer {token}"}
    return requests.get(f"{desk.url}{path}", headers=headers, timeout=20).json()


def test_sentences_in_good_answers_are_in_the_language_that_is_wanted(shared_desk: Rehearsal) -> None:
    desk = shared_desk
    contract_id = desk.place(client_reference="default/late/1")["contract_id"]
    now = desk.control("GET", "/clock")["now"]
    desk.advance(31)
    languages: tuple[tuple[t.Literal["en", "ja"], str], ...] = (
        ("en", "The registration deadline passed"), ("ja", "期限までに、CSRと申請情報が登録されませんでした。"),
    )  # fmt: skip
    for lang, words in languages:
        assert answer(desk, f"/api/v1/applications/{contract_id}", desk.order_token, lang)["result"][
            "reason"
        ].startswith(words)
        for told in answer(desk, "/rehearsal/faults", desk.control_token, lang)["kinds"]:
            kind = KINDS[told["name"]]
            does = [told["does"], *(setting["does"] for setting in told["settings"])]
            assert does == [spoken(each.does, lang) for each in (kind, *kind.settings)]
    desk.set_clock(now)


def test_every_fault_is_explained_in_both() -> None:
    for kind in KINDS.values():
        for does in (kind.does, *(setting.does for setting in kind.settings)):
            assert spoken(does, "ja") != does, does
