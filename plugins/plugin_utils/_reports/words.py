# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""The words of plans and status reports, in both languages: the same on the terminal, in Markdown and in HTML."""

from __future__ import annotations

import typing as t

from ...module_utils._core.phrases import Phrase, translate
from .._catalogue.products import PRODUCTS
from .._catalogue.services import LINKED_SERVICES
from .._complaints.complaints import list_names
from .._complaints.sentences import join_sentences
from .._planning.steps import CallClass, Standing, Step
from .._values.observed import State
from .deadlines import late_note
from .host_words import host_notes
from .link_words import link_note
from .people import ACTORS
from .renewal_words import renewal_note, silent_notes, silent_price, term_words, word_unmanaged_silence

if t.TYPE_CHECKING:
    from ...module_utils._core.phrases import Language
    from .rows import Row

URGENT: t.Final = "!!"
_URGENT_RULES: t.Final = ("KEY-COMPROMISED",)  # within 24 hours

HEADINGS: t.Final = {
    "name": Phrase("order", "オーダー"),
    "common_name": Phrase("common name", "コモンネーム"),
    "contract_id": Phrase("contract ID", "サービスコード"),
    "state": Phrase("state", "状態"),
    "not_after": Phrase("expires", "有効期限"),
    "next_action": Phrase("next action", "次の作業"),
    "by": Phrase("by", "担当"),
    "deadline": Phrase("until", "期限"),
}

COUNTS: t.Final = {
    "to_order": Phrase("to order", "注文"),
    "to_renew": Phrase("to renew", "更新"),
    "to_reissue": Phrase("to reissue", "再発行"),
    "to_relink": Phrase("to relink", "連携の変更"),
    "to_register": Phrase("to register", "登録"),
    "to_collect": Phrase("to collect", "取得"),
    "to_cancel": Phrase("to cancel", "解約"),
    "to_cancel_replaced": Phrase("replaced, to cancel", "置き換え後の解約"),
    "waiting": Phrase("waiting", "待ち"),
    "held": Phrase("held", "保留"),
    "estranged": Phrase("estranged", "鍵の不一致"),
    "ended": Phrase("ended", "終了 (却下など)"),
    "done": Phrase("nothing to do", "対応不要"),
    "unmanaged": Phrase("unmanaged", "管理外"),
}

_STATES: t.Final = {
    "planned": Phrase("planned", "計画"),
    State.AWAITING_REGISTRATION: Phrase("awaiting registration", "申請情報の登録待ち"),
    State.APPLIED: Phrase("applied", "認証局へ申請中"),
    State.AWAITING_CONFIRMATION: Phrase("awaiting confirmation", "認証局の確認待ち"),
    State.ISSUED: Phrase("issued", "発行済み"),
    State.INSTALLING: Phrase("installing", "設置作業中"),
    State.INSTALLED: Phrase("installed", "設置済み"),
    State.WITHDRAWN: Phrase("withdrawn", "取り下げ"),
    State.REJECTED: Phrase("rejected", "却下"),
    State.CANCELLED: Phrase("cancelled", "解約済み"),
    State.EXPIRED: Phrase("expired", "有効期限切れ"),
    State.REVOKED: Phrase("revoked", "失効"),
    State.UNCLEAR: Phrase("unclear", "不明"),
    "unknown": Phrase("unknown", "結果不明"),
}
_STEPS: t.Final = {
    Step.PLACE: Phrase("place", "注文"),
    Step.RENEW: Phrase("renew", "更新"),
    Step.REISSUE: Phrase("reissue", "再発行"),
    Step.RELINK: Phrase("relink", "連携の変更"),
    Step.REGISTER: Phrase("register", "登録"),
    Step.COLLECT: Phrase("collect", "取得"),
    Step.CANCEL: Phrase("cancel", "解約"),
    Step.CANCEL_REPLACED: Phrase("cancel_replaced", "置き換えた契約の解約"),
}
_CALL_CLASSES: t.Final = {
    CallClass.READ: Phrase("read", "参照"),
    CallClass.SAFE_WRITE: Phrase("safe write", "再実行しても安全"),
    CallClass.SPEND: Phrase("spend", "取り消し不可"),
}
_COSTS: t.Final = Phrase("spend", "費用が発生")  # of the spending calls, those that are known to cost something

_USING: t.Final = Phrase(", for {0} ({1})", "、{0} ({1}) で利用")
_YEN: t.Final = Phrase("{0:,} yen", "{0:,}円")
_ADOPTED: t.Final = Phrase(
    "{0}: use {1}, which is ordered already, instead of buying another one",
    "{0}: 新たに購入せず、注文済みの {1} を使用",
)
_CANCELLED: t.Final = Phrase("{0}: cancel {1}", "{0}: {1} を解約")
_OUTLIVES: t.Final = Phrase(
    "; its certificate stays valid until {0}, and no file is removed from a host",
    "。証明書は有効期限 ({0}) まで有効で、ホストのファイルは削除されません",
)
_REPLACED: t.Final = Phrase(
    "{0}: cancel {1} ({2}), which {3} has replaced", "{0}: 置き換え済みの {1} ({2}) を解約 (置き換え先: {3})"
)
_FINAL: t.Final = Phrase("; this cannot be taken back", "。解約は取り消せません")
_BOUGHT: t.Final = Phrase("{0}: order {1}, {2}{3}", "{0}: {1} ({2}) を注文{3}")
_UNMANAGED: t.Final = Phrase(
    "unmanaged: {0} {1} ({2}), no order names it", "管理外: {0} {1} ({2}) に対応するオーダーなし"
)
_UNCONFIRMED: t.Final = Phrase(
    "fetched, but not known to be on their hosts: {0}; collect.yml looks there",
    "取得済みですが、ホストへの設置は未確認: {0} (collect.yml で確認できます)",
)
_TOTAL: t.Final = Phrase("price of the new orders: {0}", "新規注文の価格: {0}")
_TOTAL_WITH_RENEWALS: t.Final = Phrase("price of new orders and renewals: {0}", "新規注文と更新の価格: {0}")
_UNPRICED: t.Final = Phrase("; no price for: {0}", "。価格未定: {0}")


def word_state(state: str) -> Phrase:
    """Return an application's state in words."""
    return _STATES[state]


def state_word(state: str, lang: Language) -> str:
    """Return an application's state in words of one language."""
    return translate(word_state(state), lang)


def counts_text(document: Row, lang: Language) -> str:
    """Return how many orders stand where, without the zeros."""
    counts = document["counts"]
    message = [f"{translate(label, lang)}: {counts[key]}" for key, label in COUNTS.items() if counts[key]]
    return ", ".join(message) or translate(Phrase("no orders", "オーダーなし"), lang)


def _unmanaged(row: Row, document: Row, lang: Language) -> str:
    if row["silent"]:
        return word_unmanaged_silence({**row, **row["silent"]}, document, lang)
    state = translate(_STATES[row["state"]], lang)
    return translate(_UNMANAGED, lang).format(row["contract_id"], row["common_name"], state)


def list_notes(document: Row, lang: Language) -> list[tuple[str, str]]:
    """List what is bought, renewed, used, cancelled, changed on hosts or left alone, and warnings: +, ~, =, -, ? or !.

    What cannot wait for anything else has the sign URGENT and comes first.
    """
    makers = (_note, _replaced_note, renewal_note, link_note)
    result = [
        note
        for row in document["orders"]
        for note in (*(make(row, lang) for make in makers), *host_notes(row, lang), late_note(row, lang))
        if note
    ]
    silent = {row["contract_id"] for row in document["silent"]}
    left = [("?", _unmanaged(row, document, lang)) for row in document["unmanaged"] if row["contract_id"] not in silent]
    left = [*silent_notes(document, lang), *left]
    names = list_names(document["unconfirmed"])
    unconfirmed = [("?", translate(_UNCONFIRMED, lang).format(names))] if names else []
    warnings = [] if document["error"] else [_warning(complaint, lang) for complaint in document["complaints"]]
    urgent = [warning for warning in warnings if warning[0] == URGENT]
    return [*urgent, *result, *left, *unconfirmed, *(warning for warning in warnings if warning[0] != URGENT)]


def price_text(document: Row, lang: Language) -> str | None:
    """Return the price of the new orders, and for which there is none; None without a price table."""
    price = document["price"]
    if price is None:
        return None
    unpriced = translate(_UNPRICED, lang).format(", ".join(price["unpriced"])) if price["unpriced"] else ""
    words = _TOTAL_WITH_RENEWALS if price["renewals"] else _TOTAL
    silent = silent_price(document, lang)
    return translate(words, lang).format(yen_text(price["total"], lang)) + unpriced + (f"; {silent}" if silent else "")


def yen_text(amount: int, lang: Language) -> str:
    return translate(_YEN, lang).format(amount)


def row_cells(row: Row, lang: Language) -> dict[str, str]:
    """Return an order's row as it is shown under HEADINGS."""
    shown = {**row, "by": translate(ACTORS.get(row["next_action_by"], Phrase("?", "?")), lang)}
    shown["state"] = translate(_STATES[row["state"]], lang)
    shown["not_after"] = (row["not_after"] or "-")[:10]
    return {column: str(shown[column] or "-") for column in HEADINGS}


def step_words(step: Row, lang: Language) -> str:
    """Return a step and the class of its call."""
    call_class = _COSTS if step["step"] in (Step.PLACE, Step.RENEW) else _CALL_CLASSES[step["call_class"]]
    return f"{translate(_STEPS[step['step']], lang)} ({translate(call_class, lang)})"


def _warning(complaint: Row, lang: Language) -> tuple[str, str]:
    place = f"{complaint['file']}:{complaint['line']}" if complaint["line"] else complaint["file"]
    about = [part for part in (place, complaint["order"], complaint["field"]) if part]
    sentences = join_sentences((complaint["wrong"], complaint["todo"]), lang)
    sign = URGENT if complaint["rule"] in _URGENT_RULES else "!"
    return sign, f"{': '.join(about)}: {sentences} [{complaint['rule']}]"


def _note(row: Row, lang: Language) -> tuple[str, str] | None:
    if row["standing"] == Standing.TO_ORDER:
        return "+", _bought(row, lang)
    if row["standing"] == Standing.TO_CANCEL:
        outlives = translate(_OUTLIVES, lang).format(row["not_after"][:10]) if row["not_after"] else ""
        return "-", translate(_CANCELLED, lang).format(row["name"], row["contract_id"]) + outlives + translate(
            _FINAL, lang
        )
    if row["adopted"] and row["steps"]:
        return "=", translate(_ADOPTED, lang).format(row["name"], row["contract_id"])
    return None


def _replaced_note(row: Row, lang: Language) -> tuple[str, str] | None:
    replaced = row["replaced"]
    if not any(step["step"] == Step.CANCEL_REPLACED for step in row["steps"]):
        return None
    outlives = translate(_OUTLIVES, lang).format(replaced["not_after"][:10]) if replaced["not_after"] else ""
    contracts = replaced["contract_id"], replaced["common_name"], row["contract_id"]
    words = translate(_REPLACED, lang).format(row["name"], *contracts)
    return "-", words + outlives + translate(_FINAL, lang)


def _bought(row: Row, lang: Language) -> str:
    """Return what is bought, in the words of the order form."""
    service = LINKED_SERVICES.get(row["linked_service"])
    using = translate(_USING, lang).format(service.name, row["linked_contract_id"] or "-") if service else ""
    price = next((step["price"] for step in row["steps"] if step["price"] is not None), None)
    term = term_words(row["term"], lang)
    message = translate(_BOUGHT, lang).format(row["name"], PRODUCTS[row["product"]].name, term, using)
    return message if price is None else f"{message}: {yen_text(price, lang)}"


__all__ = (
    "COUNTS",
    "HEADINGS",
    "URGENT",
    "counts_text",
    "list_notes",
    "price_text",
    "row_cells",
    "state_word",
    "step_words",
    "word_state",
    "yen_text",
)
