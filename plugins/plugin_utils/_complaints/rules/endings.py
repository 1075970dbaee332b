# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What ends although its order keeps it, or goes on although its order cancels it, and what nobody can know of."""

from __future__ import annotations

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "CONTRACT-GIVEN-UP",
        "M:2261088",
        (
            "{contract_id} was cancelled, and the order keeps it: it ends on {day}, with its certificate.",
            "state: cancelled, or a contract that goes on",
            "Set state: cancelled if it is meant; else generation: {generation} with replaces buys another.",
        ),
        (
            "オーダーで使い続ける {contract_id} は解約済みで、{day} に証明書とともに終了します。",
            "state: cancelled、または継続する契約",
            "意図した解約なら state: cancelled、それ以外は generation: {generation} と replaces を指定してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REPLACES-OTHER",
        OURS,
        (
            "{contract_id} ({common_name}), which {value} replaces, was ordered by another portfolio: {portfolio}.",
            "a contract that nobody else keeps",
            "Ask who keeps it: it is cancelled once the certificate of {value} is in use. Else remove replaces.",
        ),
        (
            "{value} が置き換える {contract_id} ({common_name}) は、別のポートフォリオ {portfolio} の契約です。",
            "ほかで使い続けない契約",
            "{value} の証明書を使い始めると解約されます。使い続ける契約なら replaces を消してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REPLACES-UNLIKE",
        OURS,
        (
            "{contract_id}, which {value} replaces, is for {common_name} (reference {reference}).",
            "the contract that this order takes the place of",
            "Remove replaces if it was left in a copy: else it is cancelled once the certificate of {value} is in use.",
        ),
        (
            "{value} が置き換える {contract_id} は、{common_name} の契約です (参照名 {reference})。",
            "このオーダーが引き継ぐ契約",
            "コピーに残ったものなら replaces を消してください。{value} の証明書を使い始めると解約されます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "BOUGHT-BEFORE",
        OURS,
        (
            "{contract_id}, which has ended, was bought as {other}, and {value} buys the same again.",
            "was_named: {other}, or a purchase that is meant",
            "If it is the same order under another name, write was_named: {other}: then only generation buys again.",
        ),
        (
            "終了した {contract_id} (購入時の名前: {other}) と同じものを、{value} で再び購入します。",
            "was_named: {other}、または意図した購入",
            "名前を変えたオーダーなら was_named: {other} と書いてください。再購入は generation を上げたときだけです。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "CANCEL-TOO-LATE",
        "M:2261088",
        (
            "{contract_id} was not cancelled in time, so it goes on after the end of its certificate ({day}).",
            "a cancellation in its next window",
            "Keep state: cancelled, and run apply.yml once its next window opens; the status names the day.",
        ),
        (
            "{contract_id} は期限までに解約されず、証明書の有効期限 ({day}) の後も契約が継続します。",
            "次の更新の受付期間中の解約",
            "state: cancelled のままにして、次の受付期間になったら apply.yml を実行してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "CANCEL-IN-BROWSER",
        OURS,
        (
            "No run cancels {contract_id}: the portal's screens for that are not documented.",
            "a person who cancels it in a browser, in its window",
            "Cancel it in a browser by the day that the status names. Until then each run refuses this step.",
        ),
        (
            "ポータルの解約の画面が公開されていないため、{contract_id} は実行しても解約されません。",
            "受付期間中の、担当者によるブラウザでの解約",
            "状況一覧の期限までにブラウザで解約してください。それまでは、実行のたびにこの手続きが失敗します。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "BROUGHT-UNDECIDED",
        "M:9049881, M:2261126",
        (
            "No run renews {contract_id}, a brought certificate; what IIJ does without an order is not published.",
            "its renewal ordered, or its cancellation, by {day}",
            "Write renewal: {{when: window}} in the order, renew it on the portal, or cancel it there.",
        ),
        (
            "{contract_id} (持ち込み証明書品目) は更新の設定がなく、手続きがない場合のIIJの扱いは公開されていません。",
            "{day} までに、更新または解約の申込",
            "オーダーに renewal: {{when: window}} と書くか、ポータルで更新または解約してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "RENEWAL-UNSEEN",
        "M:2261088",
        (
            "No renewal of {contract_id} is seen, although its last day to order has passed ({day}).",
            "a renewal that IIJ has begun by itself, or a certificate that may end on {end}",
            "Look at the portal; with desk: by_hand, record its list. Without one, order another with replaces.",
        ),
        (
            "{contract_id} は更新の期限 ({day}) を過ぎましたが、更新の手続きが確認できません。",
            "IIJ側で始まった自動更新、または {end} で終えてよい証明書",
            "ポータルで確認し、desk: by_hand なら一覧を記録してください。なければ replaces で注文し直してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "WINDOW-UNKNOWN",
        OURS,
        (
            "Of {contracts} no window or deadline is known, and no run renews them: the desk does not tell {what}.",
            "a desk that tells its day, and when each certificate expires",
            "Look at the portal for their windows. Of a portal, the screen map says where an expiry is shown.",
        ),
        (
            "{contracts} の更新時期が分からず、更新を申し込めません。窓口から{what}を取得できません。",
            "窓口の日時と、各証明書の有効期限が分かること",
            "更新の受付期間をポータルで確認してください。ポータルの有効期限の位置は、画面マップで指定します。",
        ),
        severity=Severity.WARNING,
    ),
)

__all__ = ("RULES",)
