# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One word for one thing in Japanese: the glossary has each once, its words are used, and no others for them."""

from __future__ import annotations

import collections
import pathlib
import re
import typing as t

import pytest

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
GLOSSARY: t.Final = ROOT / "docs/ja/glossary.md"
PLACES: t.Final = ("README.ja.md", "docs/ja", "examples", "plugins", "playbooks", "roles", "rehearsal/src")
KINDS: t.Final = (".py", ".md", ".yml", ".j2", ".html")
# What translators have written, or may write, and the word of the glossary.
INSTEAD: t.Final = {
    "サーバー": "サーバ",
    "フォルダー": "フォルダ",
    "ブラウザー": "ブラウザ",
    "コントローラー": "コントローラ",
    "発注": "注文、申込",
    "元帳": "台帳",
    "レジスタ": "記録簿",
    "ワークシート": "作業票",
    "ポータルサイト": "ポータル",
    "マスタID": "マスターID",
    "チェイン": "チェーン",
    "中間証明書": "中間CA証明書",
    "証明機関": "認証局",
    "契約ID": "サービスコード",
    "顧客コード": "カスタマーコード",
    "一般名": "コモンネーム",
    "再交付": "再発行",
    "締め切り": "期限",
}


def rows() -> list[tuple[str, str]]:
    """English and Japanese of each row."""
    table = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(english.strip(), japanese.strip()) for english, japanese in table if english != "English"]


def everything_japanese() -> dict[pathlib.Path, str]:
    files = [
        file
        for place in PLACES
        for file in ([ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).rglob("*")))
        if file.is_file() and file.suffix in KINDS and file != GLOSSARY
    ]
    return {file: file.read_text(encoding="utf-8") for file in files}


def test_each_thing_and_each_word_is_there_once() -> None:
    assert len(rows()) > 50
    for column in zip(*rows(), strict=True):
        assert [word for word, count in collections.Counter(column).items() if count > 1] == []


def test_its_words_are_those_that_are_used() -> None:
    whole = "\n".join(everything_japanese().values())
    words = [word for _english, japanese in rows() for word in japanese.split("、")]
    assert [word for word in words if word not in whole] == []


@pytest.mark.parametrize("wrong", INSTEAD)
def test_no_other_word_takes_its_place(wrong: str) -> None:
    places = [str(file.relative_to(ROOT)) for file, text in everything_japanese().items() if wrong in text]
    assert not places, f"better: {INSTEAD[wrong]}"
