# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What libyaml finds wrong, in both languages, and what on the line or the one above it is the likely cause."""

from __future__ import annotations

import re
import typing as t

from ...module_utils._core.phrases import Phrase, join_phrases, verbatim

_IN_JAPANESE: t.Final = {
    "could not find expected ':'": "項目名の後に「:」がありません",
    "did not find expected key": "項目の書き方か字下げが正しくありません",
    "did not find expected '-' indicator": "リストの字下げがそろっていないか、「- 」がありません",
    "did not find expected ',' or '}'": "{ } の中の「,」か、閉じる「}」がありません",
    "did not find expected ',' or ']'": "[ ] の中の「,」か、閉じる「]」がありません",
    "did not find expected node content": "値がありません",
    "did not find expected <document start>": "文書の始まりが正しくありません",
    "mapping values are not allowed in this context": "ここに「:」は書けません",
    "block sequence entries are not allowed in this context": "ここに「- 」は書けません",
    "found character that cannot start any token": "値の先頭に使えない文字があります",
    "found a tab character that violates indentation": "字下げにタブがあります",
    "found unexpected end of stream": "引用符が閉じていません",
    "found unknown escape character": "引用符の中の「\\」の後が正しくありません",
    "found undefined alias": "定義されていないエイリアスです",
    "found duplicate anchor": "アンカーが重複しています",
    "but found another document": "1つのファイルに文書が2つあります",
    "control characters are not allowed": "制御文字が含まれています",
}
_CAUSES: t.Final = (
    (
        re.compile(r"："),
        Phrase(
            "there is a full-width colon: write ':' and a blank",
            "全角の「：」があります。半角の「:」と半角スペースにしてください",
        ),
    ),
    (
        re.compile(r"^\s*\u3000|-\s*\u3000|:\u3000"),
        Phrase("there is a full-width blank: write a plain one", "全角スペースがあります。半角スペースにしてください"),
    ),
    (
        re.compile(r"^ *\t"),
        Phrase("the indentation has a tab: write blanks", "字下げにタブがあります。半角スペースにしてください"),
    ),
    (
        re.compile(r"[:\-] *\{\{"),
        Phrase("a value with {{{{ }}}} needs quotes", "{{{{ }}}} を含む値は引用符で囲んでください"),
    ),
    (
        re.compile(r"^(?:---|\.\.\.)"),
        Phrase(
            "a file holds one document: remove the line ---",
            "1つのファイルに書ける文書は1つです。--- の行を消してください",
        ),
    ),
)


def explain_problem(problem: str, text: str, line: int | None) -> Phrase:
    """Explain what libyaml says of a text, whose lines are counted from 0."""
    message = Phrase(problem, _IN_JAPANESE[problem]) if problem in _IN_JAPANESE else verbatim(problem)
    near = text.splitlines()[max(0, line - 1) : line + 1] if line is not None else []
    causes = [cause.filled() for sign, cause in _CAUSES if any(sign.search(each) for each in near)]
    return join_phrases((message, *causes[:1]))


__all__ = ("explain_problem",)
