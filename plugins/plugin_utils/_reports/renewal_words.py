# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Renewals and silence in the words of plans and status reports, in both languages."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._catalogue.products import PRODUCTS
from .._planning.steps import Step

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row

TERMS: t.Final = {"6 months": Phrase("6 months", "6か月"), "1 year": Phrase("1 year", "1年")}
_YEN: t.Final = Phrase("{0:,} yen", "{0:,}円")
_RENEWED: t.Final = Phrase(
    "{0}: renew {1} ({2}, {3}) before {4}{5}; the certificate in use is valid until {6}",
    "{0}: {1} ({2}、{3}) を {4} より前に更新{5}。使用中の証明書は {6} まで有効",
)
_OPENED: t.Final = Phrase(
    "{0}: {1} is being renewed already, ordered {2}; nothing is ordered now",
    "{0}: {1} は{2}更新の申込済みのため、新たに申し込みません",
)
_CONTINUED: t.Final = Phrase(
    "{0}: {1} gets another certificate inside its paid period, which nobody has to order",
    "{0}: {1} は契約期間内の証明書が新たに発行されるため、お申し込みは不要です",
)
_BY_SILENCE: t.Final = Phrase("by IIJ, since nobody had decided", "自動更新により")
_BY_OTHERS: t.Final = Phrase("past these files", "別途")
_SILENT: t.Final = Phrase(
    "{0}: IIJ renews {1} by itself on {2}{3}, unless it is ordered or cancelled before; CSR and information are wanted "
    "before {4}",
    "{0}: {1} は、更新も解約もしない場合、{2} にIIJ側で自動更新されます{3}。CSRと申請情報は {4} より前に登録が必要です",
)
_SILENT_UNMANAGED: t.Final = Phrase(
    "unmanaged: {0} {1}, no order names it: IIJ renews it by itself on {2}{3}. Write an order for it before, or cancel "
    "it in a browser",
    "管理外: {0} {1} に対応するオーダーはなく、{2} にIIJ側で自動更新されます{3}。"
    "それまでにオーダーを書くか、ブラウザで解約してください",
)
_FOR: t.Final = Phrase(" ({0})", " ({0})")
_NO_PRICE: t.Final = Phrase("price unknown", "価格不明")
_BY_ITSELF: t.Final = Phrase("renewed by IIJ itself within 35 days: {0}", "35日以内のIIJ側の自動更新: {0}")
_AND_UNPRICED: t.Final = Phrase("{0}, and {1} without a price", "{0}、ほかに価格不明{1}件")
_UNPRICED_ALONE: t.Final = Phrase("{0} without a price", "価格不明{0}件")


_REISSUED: t.Final = Phrase(
    "{0}: reissue the certificate of {1} with the serial number {2}: free, about 5 business days, not to be withdrawn; "
    "the old one is revoked from 30 days after the issue on",
    "{0}: {1} の証明書 (シリアル番号 {2}) を再発行。無料、約5営業日、取り消し不可。"
    "旧証明書は発行の30日後以降に失効します",
)


def renewal_note(row: Row, lang: Language) -> tuple[str, str] | None:
    """Return what is done for an order's next certificate, or was done by others already."""
    if any(step["step"] == Step.RENEW for step in row["steps"]):
        return "~", _renewed(row, lang)
    if any(step["step"] == Step.REISSUE for step in row["steps"]):
        return "r", translate(_REISSUED, lang).format(row["name"], row["contract_id"], row["serial_number"] or "-")
    renewal = row["renewal"]
    if renewal and renewal["state"] and row["replaces"] and renewal["opened_by"] != "order":
        if renewal["opened_by"] == "iij":
            return "=", translate(_CONTINUED, lang).format(row["name"], row["contract_id"])
        by = translate(_BY_SILENCE if renewal["opened_by"] == "silence" else _BY_OTHERS, lang)
        return "=", translate(_OPENED, lang).format(row["name"], row["contract_id"], by)
    return None


def silent_notes(document: Row, lang: Language) -> list[tuple[str, str]]:
    """Return what IIJ renews by itself, by name, day and yen."""
    return [("!", _silent(row, document, lang)) for row in document["silent"]]


def silent_price(document: Row, lang: Language) -> str | None:
    """Return what silence costs; None where it renews nothing, and without a price table."""
    if not document["silent"] or document["price"] is None:
        return None
    amounts = [row["yen"] for row in document["silent"]]
    names = [amount for amount in amounts if amount is not None]
    unpriced = len(amounts) - len(names)
    total = translate(_YEN, lang).format(sum(names))
    if not names:
        total = translate(_UNPRICED_ALONE, lang).format(unpriced)
    elif unpriced:
        total = translate(_AND_UNPRICED, lang).format(total, unpriced)
    return translate(_BY_ITSELF, lang).format(total)


def term_words(term: str, lang: Language) -> str:
    return translate(TERMS.get(term, Phrase(term, term)), lang)


def _renewed(row: Row, lang: Language) -> str:
    price = next((step["price"] for step in row["steps"] if step["step"] == Step.RENEW), None)
    message = ": " + translate(_YEN, lang).format(price) if price is not None else ""
    renewal = row["renewal"]
    return translate(_RENEWED, lang).format(
        row["name"],
        row["contract_id"],
        PRODUCTS[row["product"]].name,
        term_words(renewal["term"], lang),
        renewal["order_by"],
        message,
        (row["not_after"] or "-")[:10],
    )


def _silent(row: Row, document: Row, lang: Language) -> str:
    if row["order"] is None:
        return word_unmanaged_silence(row, document, lang)
    price = _price(row, document, lang)
    return translate(_SILENT, lang).format(row["order"], row["contract_id"], row["day"], price, row["update_by"])


def word_unmanaged_silence(row: Row, document: Row, lang: Language) -> str:
    """Say when silence renews a contract that no order names, and for how much."""
    price = _price(row, document, lang)
    return translate(_SILENT_UNMANAGED, lang).format(row["contract_id"], row["common_name"], row["day"], price)


def _price(row: Row, document: Row, lang: Language) -> str:
    if document["price"] is None:
        return ""
    yen = translate(_NO_PRICE, lang) if row["yen"] is None else translate(_YEN, lang).format(row["yen"])
    return translate(_FOR, lang).format(yen)


__all__ = ("renewal_note", "silent_notes", "silent_price", "term_words", "word_unmanaged_silence")
