# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of linked services: their change and addition (連携対応サービスの変更・追加)."""

from __future__ import annotations

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "LINKED-WAS",
        OURS,
        (
            "linked_contract says what it was ({value}), and not which other contract takes its place.",
            "was beside a contract_id that differs from it",
            "Write the new contract as contract_id, or remove was.",
        ),
        (
            "linked_contract に変更前の契約 ({value}) がありますが、変更後の契約が指定されていません。",
            "was と、それとは異なる contract_id",
            "変更後の契約を contract_id に書くか、was を消してください。",
        ),
    ),
    make_rule(
        "LINKED-TWICE",
        OURS,
        (
            "linked_contract names {value} twice.",
            "every linked contract once",
            "Remove it from also, or write another contract there.",
        ),
        (
            "linked_contract に {value} が2回書かれています。",
            "連携先の契約は1回ずつ",
            "also から消すか、別の契約に直してください。",
        ),
    ),
    make_rule(
        "LINK-MOVED",
        "M:2261082",
        (
            "{contract_id} is linked to {found} at the desk, and to {value} in the order.",
            "the same linked contract, or was: {found} beside the new one",
            "To have it changed, write linked_contract: {{was: {found}, ...}}; otherwise correct contract_id.",
        ),
        (
            "{contract_id} の連携先は窓口では {found}、オーダーでは {value} です。",
            "同じ連携先、または新しい連携先と was: {found}",
            "変更するなら linked_contract: {{was: {found}, ...}} と書き、そうでなければ contract_id を直してください。",
        ),
    ),
    make_rule(
        "LINK-COST",
        "M:2261082",
        (
            "The linked service of {contract_id} is changed or added to, and no page says what IIJ asks for that.",
            "a price known from IIJ, as link_change in the price table",
            "Ask IIJ before. Whether a new certificate is needed for it is not known either.",
        ),
        (
            "{contract_id} の連携対応サービスを変更または追加しますが、料金は公開されていません。",
            "IIJに確認した料金 (価格表の link_change)",
            "事前にIIJへ確認してください。新しい証明書が必要かどうかも公開されていません。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "LINK-BY-MAIL",
        "M:2261082",
        (
            "The linked service of {contract_id} is changed or added to by an e-mail of the group admin.",
            "the e-mail is sent, and the portal shows {value}",
            "Send the text (mail in the plan's document, or offline_form). Runs wait until the portal shows it.",
        ),
        (
            "{contract_id} の連携対応サービスの変更・追加は、サービスグループの運用管理担当者のメールで申し込みます。",
            "メールを送信し、ポータルに {value} が表示されること",
            "計画の文書の mail (または offline_form) の文面を送信してください。ポータルに反映されるまで待ちます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "LINK-UNSEEN",
        OURS,
        (
            "The desk does not show to what {contract_id} is linked, so nobody can see when {value} is linked.",
            "an order without was once IIJ has answered",
            "Remove was from the order when IIJ has said that it is done.",
        ),
        (
            "窓口に {contract_id} の連携先が表示されないため、{value} への変更が済んだかどうかを確認できません。",
            "変更が済んだら、オーダーに was がないこと",
            "IIJから完了の連絡があったら、オーダーの was を消してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "LINK-UNNAMED",
        OURS,
        (
            "{contract_id} is also linked to {value}, which the order does not name.",
            "an order that names every linked contract",
            "Name it in linked_contract.also. How a link is taken away is not documented: ask IIJ.",
        ),
        (
            "{contract_id} は {value} とも連携していますが、オーダーに書かれていません。",
            "すべての連携先を書いたオーダー",
            "linked_contract.also に書いてください。連携の解除の手順は公開されていません。IIJに確認してください。",
        ),
        severity=Severity.WARNING,
    ),
)

__all__ = ("RULES",)
