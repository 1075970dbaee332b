# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Papers for people who sign and people who audit: the plan as an approval sheet (稟議), the register (証明書台帳)."""

from __future__ import annotations

import csv
import io
import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._catalogue.products import PRODUCTS
from .._catalogue.services import LINKED_SERVICES
from .._complaints.cells import guard_cell
from .._planning.steps import CallClass, Step
from .host_words import host_notes, note_missing_comparison
from .renewal_words import term_words
from .words import price_text, row_cells, state_word, yen_text

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ...module_utils._core.phrases import Language
    from .rows import Row

APPROVAL: t.Final = Phrase("Approval of certificate orders", "証明書お申し込みの承認依頼")
REGISTER: t.Final = Phrase("Register of certificates", "証明書台帳")
_BOM: t.Final = "\ufeff"  # spreadsheets take a CSV without it for the system's own encoding

_ACTS: t.Final = {
    Step.PLACE: Phrase("new order", "新規"),
    Step.RENEW: Phrase("renewal", "更新"),
    Step.REISSUE: Phrase("reissue", "再発行"),
    Step.RELINK: Phrase("linked service", "連携対応サービスの変更・追加"),
    Step.CANCEL: Phrase("cancellation", "解約"),
    Step.CANCEL_REPLACED: Phrase("cancellation", "解約"),
}
_USAGES: t.Final = {
    "other": Phrase("other", "その他"),
    "linked_service": Phrase("linked service", "連携対応サービスで利用"),
}
APPROVAL_WORDS: t.Final = {
    "asked": Phrase("What is asked for", "申請内容"),
    "act": Phrase("act", "区分"),
    "name": Phrase("order", "オーダー"),
    "common_name": Phrase("common name", "コモンネーム"),
    "product": Phrase("product", "品目"),
    "term": Phrase("term", "有効期間"),
    "usage": Phrase("usage", "利用形態"),
    "contract_id": Phrase("contract ID", "サービスコード"),
    "reason": Phrase("why", "理由"),
    "yen": Phrase("amount", "金額"),
    "total": Phrase("total", "合計"),
    "nothing": Phrase("This plan orders, renews and cancels nothing.", "この計画に、注文・更新・解約はありません。"),
    "final": Phrase(
        "Orders, renewals and cancellations cannot be taken back.", "注文・更新・解約は、実行後に取り消せません。"
    ),
    "silent": Phrase("Renewed by IIJ itself unless somebody acts", "操作しない場合にIIJが自動更新する契約"),
    "on_hosts": Phrase("What changes on hosts", "ホスト側の変更"),
    "day": Phrase("day", "日付"),
    "digest": Phrase("Digest of the plan", "計画のダイジェスト"),
    "held": Phrase(
        "The run is held to this digest: apply.yml with certificate_plan_file and certificate_plan_digest does this "
        "and nothing else.",
        "適用できるのは、このダイジェストの計画だけです。certificate_plan_file と certificate_plan_digest を指定した "
        "apply.yml は、この内容以外を実行しません。",
    ),
    "made_at": Phrase("Made at", "作成日時"),
    "asks": Phrase("asks", "起案"),
    "examines": Phrase("examines", "審査"),
    "approves": Phrase("approves", "承認"),
    "signed_on": Phrase("date, name, seal", "年月日・氏名・印"),
}
_REGISTER_COLUMNS: t.Final = {
    "name": Phrase("order", "オーダー"),
    "common_name": Phrase("common name", "コモンネーム"),
    "product": Phrase("product", "品目"),
    "authority": Phrase("CA", "認証局"),
    "level": Phrase("validation", "認証レベル"),
    "term": Phrase("term", "有効期間"),
    "usage": Phrase("usage", "利用形態"),
    "host": Phrase("host or linked service", "設置先"),
    "contract_id": Phrase("contract ID", "サービスコード"),
    "state": Phrase("state", "状態"),
    "serial_number": Phrase("serial number", "シリアル番号"),
    "not_before": Phrase("issued", "発行日"),
    "not_after": Phrase("expires", "有効期限"),
    "next_action": Phrase("next action", "次の作業"),
    "by": Phrase("by", "担当"),
    "deadline": Phrase("until", "期限"),
}
_UNMANAGED: t.Final = Phrase("(no order)", "(管理外)")


def describe_approval(document: Row) -> Row:
    """List what a plan asks approval for: what, why, for how much; and the digest that the run is held to."""
    lang: Language = document["lang"]
    return {
        "title": translate(APPROVAL, lang),
        "words": {name: translate(phrase, lang) for name, phrase in APPROVAL_WORDS.items()},
        "rows": [_asked(row, step, lang) for row in document["orders"] for step in row["steps"] if _is_final(step)],
        "total": price_text(document, lang),
        "silent": [
            {
                "name": row["order"] or translate(_UNMANAGED, lang),
                "common_name": row["common_name"],
                "contract_id": row["contract_id"],
                "day": row["day"],
                "yen": "-" if row["yen"] is None else yen_text(row["yen"], lang),
            }
            for row in document["silent"]
        ],
        "on_hosts": [line for row in document["orders"] for _sign, line in host_notes(row, lang)],
        "not_compared": note_missing_comparison(document, lang),
    }


def list_register(document: Row) -> tuple[list[str], list[list[str]]]:
    """List head and rows of the register: every contract, those that no order names last."""
    lang: Language = document["lang"]
    rows = [*(_registered(row, lang) for row in document["orders"]), *_unmanaged(document, lang)]
    return (
        [translate(heading, lang) for heading in _REGISTER_COLUMNS.values()],
        [["" if row[column] == "-" else row[column] for column in _REGISTER_COLUMNS] for row in rows],
    )


def render_spreadsheet(head: list[str], rows: list[list[str]]) -> str:
    """Render CSV as spreadsheets read it; a text that one would take for a formula begins with an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(map(guard_cell, row) for row in rows)
    return _BOM + out.getvalue()


def _is_final(step: Row) -> bool:
    return bool(step["call_class"] == CallClass.SPEND)


def _asked(row: Row, step: Row, lang: Language) -> Row:
    term: str = row["renewal"]["term"] if step["step"] == Step.RENEW else row["term"]
    return {
        "act": translate(_ACTS[Step(step["step"])], lang),
        "name": row["name"],
        "common_name": row["common_name"],
        "product": PRODUCTS[row["product"]].name,
        "term": term_words(term, lang),
        "usage": _usage(row["usage"], lang),
        "contract_id": _contract_of(row, step) or "-",
        "reason": row["reason"] or "-",
        "yen": "-" if step["price"] is None else yen_text(step["price"], lang),
    }


def _contract_of(row: Row, step: Row) -> str | None:
    replaced = row["replaced"] if step["step"] == Step.CANCEL_REPLACED else None
    contract_id: str | None = replaced["contract_id"] if replaced else row["contract_id"]
    return contract_id


def _registered(row: Row, lang: Language) -> dict[str, str]:
    shown = row_cells(row, lang)
    product = PRODUCTS[row["product"]]
    service = LINKED_SERVICES[row["linked_service"]].name if row["linked_service"] else None
    return {
        **{name: shown[name] for name in ("name", "common_name", "contract_id", "state", "not_after", "next_action")},
        "product": product.name,
        "authority": product.authority.name,
        "level": product.level.value,
        "term": term_words(row["term"], lang),
        "usage": _usage(row["usage"], lang),
        "host": row["host"] or service or "-",
        "serial_number": row["serial_number"] or "-",
        "not_before": (row["not_before"] or "-")[:10],
        "by": shown["by"],
        "deadline": shown["deadline"],
    }


def _unmanaged(document: Row, lang: Language) -> Iterator[dict[str, str]]:
    for row in document["unmanaged"]:
        product = PRODUCTS.get(row["product"])
        yield {
            **dict.fromkeys(_REGISTER_COLUMNS, "-"),
            "name": translate(_UNMANAGED, lang),
            "common_name": row["common_name"],
            "product": product.name if product else row["product"],
            "authority": product.authority.name if product else "-",
            "level": product.level.value if product else "-",
            "term": term_words(row["term"], lang) if row["term"] else "-",
            "usage": _usage(row["usage"], lang) if row["usage"] else "-",
            "contract_id": row["contract_id"],
            "state": state_word(row["state"], lang),
            "serial_number": row["serial_number"] or "-",
            "not_before": (row["not_before"] or "-")[:10],
            "not_after": (row["not_after"] or "-")[:10],
            "deadline": row["deadline"] or "-",
        }


def _usage(usage: str, lang: Language) -> str:
    return translate(_USAGES[usage], lang)


__all__ = ("APPROVAL", "REGISTER", "describe_approval", "list_register", "render_spreadsheet")
