# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Literal translations that a Japanese reader has corrected come back nowhere."""

from __future__ import annotations

import functools
import pathlib
import re
import typing as t

import pytest
import yaml

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PLACES: t.Final = ("README.ja.md", "docs", "examples", "plugins", "playbooks", "roles", "extensions", "rehearsal/src")
KINDS: t.Final = (".py", ".md", ".yml", ".j2", ".json", ".html")
# What a reader has corrected, and what is written instead. Where a word is wrong everywhere, it is the word alone.
CORRECTED: t.Final = {
    "まだ何も変わっていません": "まだ何も変更されていません",
    "オーダーどおりになっているからです": "すでにオーダーどおりの状態なので",
    "測った人": "実測値がないため",
    "結果不明とは言いません": "結果不明とは表示しません",
    "Chromiumが拒むため": "Chromiumの制約により",
    "画面の写し": "画面のコピー",
    "このコレクションの誤り": "本コレクションの不具合",
    "メッセージに秘密は": "メッセージに機密情報は含まれません",
    "約束の": "対象外の事項, 仕組み",
    "約束を破る": "原則に反する",
    "登記どおり": "定款などに定めた正式な英文表記",
    "ほしい証明書": "必要な証明書",
    "高くつく": "費用を伴う",
    "作られなくなった": "更新が止まった",
    "失われたオーダー": "却下・取り下げ・失効となったオーダー",
    "故障": "障害",
    "障害を起こす": "障害を発生させる",
    "起きている障害": "有効な障害",
    "認証局の机": "認証局の操作",
    "全件: ": "すべて: ",
    "ひとりでに": "自動的に",
    "素因数を持ちます": "素因数が含まれています",
    "ランナーに来る": "ランナーに渡る",
    "SSHで届く": "SSHで接続できる",
    "何も注文、登録していません": "注文も登録も行っていません",
    "後継": "更新後の, 置き換え先の",
    "本物": "実際の",
    "(?<!相)手で(?!き)": "手動で",
    "決着": "結果の確定",
    "問い返し": "確認ダイアログ",
    "読み返": "照合, 確認",
    "本人だけ": "実行したユーザーだけ",
    "丸ごと": "全体を",
    "役をします|役を演じ": "とみなします, 側の操作を行えます",
    "触れることはありません|何にも触れません|には触れません": "変更や解約は行いません, 読み書きしません",
    "ブラウザが訪れ": "ブラウザからアクセスされる",
    "状況の続き": "状況に応じて、続きから処理",
    "変わったことにな": "変更とはみなしません",
    "来年の規則": "今後の規則",
    "価値はありません": "効力はありません",
    "価値もありません": "効力もありません",
    "正直に": "明記",
    "認証局を待ち続け": "認証局の処理が終わるまで待機",
    "することがなければ": "対応が不要なら",
    "作業なし": "対応不要",
    "繰り返し可": "再実行しても安全",
    "待つ: ": "連絡待ち, 設置待ち",
    "同意は必須": "同意が必要です",
    "を写し": "をコピー",
    "IIJが設定します": "IIJが設置します",
    "キャンセル済": "解約済み",
    "あなた": "お客様, お使いの",
}
# Every half-width bracket next to Japanese has a space on its outer side; Markdown needs them for links.
BRACKETS: t.Final = re.compile(r"[ぁ-んァ-ヶ一-龠ー]\((?!\?)|(?<!\\)\)[ぁ-ん一-龠]")


@functools.cache
def texts() -> dict[str, str]:
    files = [
        file
        for place in PLACES
        for file in ([ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).rglob("*")))
        if file.is_file() and file.suffix in KINDS
    ]
    assert len(files) > 300
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


@pytest.mark.parametrize("wrong", CORRECTED)
def test_a_corrected_phrase_is_left_nowhere(wrong: str) -> None:
    places = [name for name, text in texts().items() if re.search(wrong, text)]
    assert not places, f"better: {CORRECTED[wrong]}"


def test_brackets_in_messages_have_a_space_before_them() -> None:
    places = [
        f"{name}: {line.strip()}"
        for name, text in texts().items()
        if name.endswith((".py", ".html", ".yml"))
        for line in text.split("\n")
        if BRACKETS.search(line)
    ]
    assert not places


@pytest.mark.parametrize("module", sorted((ROOT / "plugins/modules").glob("*.py")), ids=lambda path: path.stem)
def test_samples_of_results_are_shown_as_they_are(module: pathlib.Path) -> None:
    """ansible-doc writes Japanese of a sample as \\u escapes; in descriptions it is shown."""
    text = re.search(r'^RETURN = r?"""(.*?)"""', module.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert text is None or str(list(samples_in(yaml.safe_load(text[1])))).isascii()


def samples_in(documented: t.Any) -> t.Iterator[t.Any]:
    for field, content in documented.items() if isinstance(documented, dict) else ():
        if field == "sample":
            yield content
        else:
            yield from samples_in(content)
