# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Literal translations that a Japanese reader has corrected come back nowhere."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

ROOT: t.Final = pathlib.Path(__file__).resolve().parents[2]
PLACES: t.Final = ("README.ja.md", "docs", "examples", "plugins", "playbooks", "roles", "rehearsal/src")
KINDS: t.Final = (".py", ".md", ".yml", ".j2", ".json", ".html")
CORRECTED: t.Final = (
    "これが apply の行うことです。まだ何も変わっていません。",
    "何も変わりません。オーダーどおりになっているからです。",
    "測った人がいないからです",
    "結果不明とは言いません",
    "Chromiumが拒むため",
    "画面の写し",
    "このコレクションの誤りです",
    "メッセージに秘密は入りません",
    "約束の及ばないこと",
    "登記どおりの英語表記",
    "ほしい証明書",
    "高くつく誤り",
    "作られなくなったステータス",
    "失われたオーダー",
    "故障",
    "認証局の机",
    "全件: 連絡する",
    "ページがひとりでに切り替わりました",
    "モジュラスが小さな素因数を持ちます",
    "ランナーに来ることは",
    "SSHで届くランナー",
    "何も注文、登録していません",
    "後継の証明書",
)


@pytest.mark.parametrize("wrong", CORRECTED)
def test_a_corrected_phrase_is_left_nowhere(wrong: str) -> None:
    files = [
        file
        for place in PLACES
        for file in ([ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).rglob("*")))
        if file.is_file() and file.suffix in KINDS
    ]
    assert len(files) > 300
    assert not [file.relative_to(ROOT) for file in files if wrong in file.read_text(encoding="utf-8")]
