# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What a plan comes to in a word, and what its reader does next, in both languages."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._complaints.complaints import list_names
from .._planning.steps import Verdict

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row

_VERDICTS: t.Final = {
    Verdict.NOTHING_TO_DO: Phrase("nothing to do", "対応不要"),
    Verdict.CHANGES: Phrase("changes", "変更あり"),
    Verdict.WAITING: Phrase("waiting", "待ち"),
    Verdict.UNKNOWN: Phrase("outcome unknown", "結果不明"),
    Verdict.ERROR: Phrase("error", "エラー"),
}

# What a user does after looking at a plan.
_NEXT: t.Final = {
    Verdict.NOTHING_TO_DO: Phrase("Nothing to do.", "対応は不要です。"),
    Verdict.CHANGES: Phrase(
        "Next: apply.yml orders, renews, registers and cancels; collect.yml fetches what is issued.",
        "次の操作: 注文・更新・登録・解約は apply.yml、発行済み証明書の取得は collect.yml",
    ),
    Verdict.WAITING: Phrase(
        "Nothing to do here now; the column 'next action' tells whom it waits for.",
        "現在ここでの作業はありません。「次の作業」と「担当」を確認してください。",
    ),
    Verdict.UNKNOWN: Phrase(
        "Run the same again: it settles what is unknown, and nothing is bought twice.",
        "同じ操作を再実行してください。結果不明の注文の結果を窓口に照会するため、二重に購入することはありません。",
    ),
    Verdict.ERROR: Phrase(
        "Correct what is told below, then run the same again.", "以下を修正してから再実行してください。"
    ),
}

_ON_HOSTS_ALONE: t.Final = Phrase("changes on hosts", "ホスト側の変更あり")
_CARRIED_OUT: t.Final = Phrase(
    "Nothing changes at the desk; collect.yml carries out what changes on hosts.",
    "窓口での変更はありません。ホスト側の変更は collect.yml が反映します。",
)
_BY_READER: t.Final = Phrase(
    "No playbook has anything to do now, but you have: see the column 'next action' of {0}.",
    "プレイブックで行う作業はありませんが、担当者の作業があります。「次の作業」を確認してください: {0}",
)
_BY_PEOPLE: t.Final = Phrase(
    "Next: people do what the work sheets say, and record it: {0}",
    "次の操作: 作業票のとおりに作業し、結果を記録してください: {0}",
)

# Whoever runs playbooks and reads what they say.
_READERS: t.Final = ("group_admin", "service_admin")


def verdict_words(document: Row, lang: Language) -> str:
    """Return the verdict in words; what changes on hosts alone is not nothing."""
    return translate(
        _ON_HOSTS_ALONE if _is_for_hosts_alone(document) else _VERDICTS[Verdict(document["verdict"])], lang
    )


def advise_next_step(document: Row, lang: Language) -> str:
    """Advise what a user does after looking at the plan."""
    if document.get("sheets"):
        return translate(_BY_PEOPLE.filled(tuple(document["sheets"])), lang)
    names = list_names(row["name"] for row in document["orders"] if row["next_action_by"] in _READERS)
    if document["verdict"] == Verdict.WAITING and names:
        return translate(_BY_READER.filled(names), lang)
    return translate(_CARRIED_OUT if _is_for_hosts_alone(document) else _NEXT[Verdict(document["verdict"])], lang)


def _is_for_hosts_alone(document: Row) -> bool:
    nothing = document["verdict"] == Verdict.NOTHING_TO_DO
    return nothing and any(row["host_changes"] for row in document["orders"])


__all__ = ("advise_next_step", "verdict_words")
