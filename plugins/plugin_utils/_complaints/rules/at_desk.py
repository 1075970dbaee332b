# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules that only the desk can answer."""

from __future__ import annotations

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "PRODUCT-NOT-OFFERED",
        "the desk's list of products",
        ("The desk does not offer {value}.", "{allowed}", "Choose a product and term from the list."),
        ("{value} は現在ポータルで取り扱われていません。", "{allowed}", "一覧から品目と有効期間を選んでください。"),
    ),
    make_rule(
        "KEY-USED",
        "GS:support/faq/65.html",
        (
            "The CSR's key is the one of application {contract_id} too, and {authority} refuses it.",
            "a key that no other certificate has",
            "Make a new key and CSR.",
        ),
        (
            "CSRの鍵はお申し込み {contract_id} と同じです。{authority}は、ほかの証明書と同じ鍵を受け付けません。",
            "ほかの証明書に使われていない鍵",
            "鍵とCSRを作り直してください。",
        ),
    ),
    make_rule(
        "LINKED-CONTRACT-NONE",
        "M:2261096",
        (
            "There is no contract of {service} to link to.",
            "a linked contract that the logged-in admin can see",
            "Ask for the service to be assigned to this admin, or order on paper (書面).",
        ),
        (
            "連携できる{service}の契約がありません。",
            "ログインしている担当者に紐づく契約",
            "この担当者にサービスを割り当ててもらうか、書面でお申し込みください。",
        ),
    ),
    make_rule(
        "LINKED-CONTRACT-SEVERAL",
        "M:2261096",
        (
            "There are {count} contracts of {service}, and the order does not say which.",
            "{allowed}",
            "Write linked_contract: {{service: {service_id}, contract_id: ...}} with one of them.",
        ),
        (
            "{service}の契約が{count}件あり、どれを使うかが指定されていません。",
            "{allowed}",
            "linked_contract: {{service: {service_id}, contract_id: ...}} にいずれかを書いてください。",
        ),
    ),
    make_rule(
        "LINKED-CONTRACT-UNLISTED",
        "M:2261096",
        (
            "{value} is not a contract of {service} that this admin can see.",
            "{allowed}",
            "Correct linked_contract.contract_id.",
        ),
        (
            "{value}は、この担当者が参照できる{service}の契約ではありません。",
            "{allowed}",
            "linked_contract.contract_id を直してください。",
        ),
    ),
    make_rule(
        "ALREADY-ORDERED",
        OURS,
        (
            "{value} is already ordered as {contract_id} (reference {reference}).{differing}",
            "one live application for each common name, product, usage and linked contract",
            "Pin it with contract_id; else say was_named (renamed), replaces, or duplicate_of: {contract_id}.",
        ),
        (
            "{value} は {contract_id} (参照名 {reference}) としてすでに注文されています。{differing}",
            "コモンネーム・品目・利用形態・連携対応サービスの契約の組ごとに有効なお申し込みは1件",
            "contract_id で引き継ぐか、改名は was_named、置き換えは replaces、2件目は duplicate_of を書いてください。",
        ),
    ),
    make_rule(
        "CONTRACT-UNSURE",
        OURS,
        (
            "{contract_id} may be the contract of {other}, another order of this certificate, which has a mistake.",
            "contract_id in both orders, or no mistake in either",
            "Correct the order {other}; until then nothing is done for this one.",
        ),
        (
            "{contract_id} は、同じ証明書の別のオーダー {other} (誤りがあります) の契約かもしれません。",
            "両方のオーダーに contract_id、またはどちらにも誤りがないこと",
            "オーダー {other} を直してください。それまで、このオーダーの処理は行いません。",
        ),
    ),
    make_rule(
        "REPLACES-SELF",
        OURS,
        (
            "{value} is {contract_id} itself, so it cannot replace it.",
            "replaces with the contract before this one",
            "For a new contract write generation: {generation} and no contract_id, or another order name.",
        ),
        (
            "{value} は {contract_id} そのものなので、置き換えられません。",
            "replaces に以前の契約のサービスコード",
            "新しい契約なら、contract_id を消して generation: {generation} とするか、別のオーダー名にしてください。",
        ),
    ),
    make_rule(
        "REPLACES-KEPT",
        OURS,
        (
            "{value} replaces {contract_id}, which the order {other} keeps.",
            "one wish for each contract",
            "Remove the order {other} (its files stay on its host), or remove replaces.",
        ),
        (
            "{value} は {contract_id} を置き換えますが、オーダー {other} がその契約を使い続けます。",
            "契約ごとに1つの指定",
            "オーダー {other} を消すか (ホストのファイルは残ります)、replaces を消してください。",
        ),
    ),
    make_rule(
        "REPLACES-UNKNOWN",
        OURS,
        (
            "{value} replaces {contract_id}, which the desk does not show.",
            "a contract ID that the desk lists",
            "Copy the contract ID (サービスコード) from status.yml, or remove replaces if that contract has ended.",
        ),
        (
            "{value} が置き換える {contract_id} は窓口にありません。",
            "窓口の一覧にあるサービスコード",
            "status.yml に表示されるサービスコードをコピーするか、契約が終了済みなら replaces を消してください。",
        ),
    ),
    make_rule(
        "CONTRACT-UNKNOWN",
        OURS,
        (
            "The desk shows no application {value} to this admin.",
            "a contract ID from status.yml",
            "Correct contract_id.",
        ),
        (
            "お申し込み {value} は、この担当者には表示されません。",
            "status.yml に出るサービスコード",
            "contract_id を直してください。",
        ),
    ),
    make_rule(
        "CONTRACT-TWICE",
        OURS,
        (
            "{contract_id} would be the contract of several orders: {others}.",
            "one order for each contract",
            "Keep one of them, or correct contract_id. To buy another, raise generation, with replaces: {contract_id}.",
        ),
        (
            "{contract_id} が複数のオーダーの契約になります: {others}",
            "契約ごとに1つのオーダー",
            "1つを残すか、contract_id を直してください。再購入は generation を上げ、replaces: {contract_id} とします。",
        ),
    ),
    make_rule(
        "REISSUE-UNKNOWN",
        OURS,
        (
            "reissue names the certificate {serial}, and {contract_id} has {found}: nothing is reissued.",
            "the serial number of the certificate that has to go",
            "Correct serial; where the reissue is done already, remove it.",
        ),
        (
            "reissue のシリアル番号 {serial} は {contract_id} の証明書 ({found}) と一致しないため、再発行されません。",
            "再発行で置き換える証明書のシリアル番号",
            "serial を直してください。再発行が済んでいる場合は reissue を消してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "PORTFOLIO-OTHER",
        OURS,
        (
            "The orders are bought already, in the portfolio {value}.",
            "the portfolio of before, which never changes",
            "Name it: certificate_portfolio={value}. To move contracts into another one, pin them with contract_id.",
        ),
        (
            "これらのオーダーは、ポートフォリオ {value} で購入済みです。",
            "以前と同じポートフォリオ (途中で変更できません)",
            "certificate_portfolio={value} を指定してください。別のポートフォリオに移す場合は contract_id が必要です。",
        ),
    ),
    make_rule(
        "CONTRACT-DIFFERS",
        OURS,
        (
            "The order does not fit its application {contract_id}: {difference}.",
            "an order equal to what was bought; nothing bought can be changed",
            "Correct the order; for something else write a new one, with replaces: {contract_id}.",
        ),
        (
            "オーダーがお申し込み {contract_id} と一致しません: {difference}",
            "購入済みの内容と同じオーダー (購入後の変更はできません)",
            "オーダーを直すか、別の内容にするなら replaces: {contract_id} を指定した新しいオーダーにしてください。",
        ),
    ),
    make_rule(
        "TERM-BOUGHT",
        OURS,
        (
            "{contract_id} was bought for {found}, and term says {value}.",
            "term as it was bought, while the first period runs",
            "Put term back; {then}",
        ),
        (
            "{contract_id} は有効期間 {found} で購入済みですが、term は {value} です。",
            "最初の有効期間のあいだは、購入したときの term",
            "term を元に戻してください。{then}",
        ),
    ),
    make_rule(
        "REGISTRATION-DRIFT",
        OURS,
        (
            "The order has changed since {contract_id} was registered: {fields}. Only the next renewal follows.",
            "what was registered; a registration cannot be changed afterwards",
            "Put the order back or wait for the renewal; if it must be now, add reissue (Everyday changes).",
        ),
        (
            "お申し込み {contract_id} の登録後に、オーダーの {fields} が変わりました。次の更新まで反映されません。",
            "登録時と同じ内容 (登録後の変更はできません)",
            "元に戻すか、次の更新を待ってください。すぐ反映する場合は reissue を追加してください (「日々の変更」)。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "LEDGER-HOLDS",
        OURS,
        (
            "The ledger knows of a purchase for this order that the desk's list does not settle, so no run orders it.",
            "a known outcome of every attempt, and one purchase for each generation",
            "Run apply.yml: it orders nothing here, names the attempt, and says what to do.",
        ),
        (
            "台帳にこのオーダーの購入の記録があり、一覧では結果を確定できないため、実行しても注文しません。",
            "結果の分かっている試行と、generation ごとに1件の購入",
            "apply.yml を実行してください。このオーダーは注文せず、試行の名前と対処を示します。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "QUOTE-REFUSED",
        OURS,
        (
            "The desk would not take the order for {value} as it is: {problem}",
            "an order that the desk's confirm screen repeats field by field",
            "Correct the order, or the screen map (docs/portal.md). Nothing was ordered.",
        ),
        (
            "{value} のオーダーは、このままではお申し込みできません: {problem}",
            "確認画面の内容がすべてオーダーと一致すること",
            "オーダーまたは画面マップ (docs/portal.md) を直してください。注文は行われていません。",
        ),
    ),
    make_rule(
        "QUOTE-TAKEN",
        OURS,
        (
            "Only a quote: the desk would take the new orders and renewals as they are ({count}). None was ordered.",
            "",
            "To order them, run apply.yml without certificate_quote.",
        ),
        (
            "新規注文と更新 ({count}件) を窓口に照会し、このままお申し込みできることを確認しました。注文は未実施です。",
            "",
            "注文するには、certificate_quote を外して apply.yml を実行してください。",
        ),
        severity=Severity.NOTE,
    ),
)


__all__ = ("RULES",)
