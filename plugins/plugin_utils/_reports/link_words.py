# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Changes and additions of linked services in the words of plans and status reports, in both languages."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._catalogue.services import LINKED_SERVICES
from .._planning.steps import Step
from .._values.links import LinkWork

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row

_CHANGED: t.Final = Phrase(
    "{0}: {1} goes from {2} to {3} ({4}); {5}",
    "{0}: {1} の連携先を {2} から {3} ({4}) へ変更。{5}",
)
_ADDED: t.Final = Phrase(
    "{0}: {1} is linked to {3} ({4}), too; {5}",
    "{0}: {1} の連携先に {3} ({4}) を追加。{5}",
)
_WORDS: t.Final = {LinkWork.CHANGE: _CHANGED, LinkWork.ADD: _ADDED}
_YEN: t.Final = Phrase("{0:,} yen", "{0:,}円")
_UNKNOWN: t.Final = Phrase("what IIJ asks for it is not known", "料金は公開されていません")
_UNDER_WAY: t.Final = Phrase("asked for, IIJ is at work on it", "申込済み、IIJの作業中")
_NEXT_RUN: t.Final = Phrase("with the next run, after what is ordered now", "今回の申込の後、次の実行で申し込みます")
_BY_MAIL: t.Final = Phrase(
    "by an e-mail of the group admin, below", "サービスグループの運用管理担当者のメールで申込 (文面は下記)"
)


def link_note(row: Row, lang: Language) -> tuple[str, str] | None:
    """Return what is done for the linked service of an order, and by whom; `>` where this run does not do it."""
    wanted = row["relinking"]
    if wanted is None:
        return None
    here = next((step for step in row["steps"] if step["step"] == Step.RELINK), None)
    message = translate(_WORDS[LinkWork(wanted["work"])], lang).format(
        row["name"],
        row["contract_id"],
        wanted["was"] or "-",
        wanted["linked_contract_id"],
        LINKED_SERVICES[wanted["linked_service"]].name,
        _how(row, here, lang),
    )
    return "~" if here else ">", message + ("\n" + row["mail"] if row["mail"] else "")


def _how(row: Row, step: Row | None, lang: Language) -> str:
    if step is not None:
        return translate(_UNKNOWN, lang) if step["price"] is None else translate(_YEN, lang).format(step["price"])
    if row["mail"]:
        return translate(_BY_MAIL, lang)
    return translate(_UNDER_WAY if row["relinking"]["under_way"] else _NEXT_RUN, lang)


__all__ = ("link_note",)
