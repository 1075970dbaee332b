# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the register of desk: by_hand, and of what people record in it."""

from __future__ import annotations

from .rule import OURS, make_rule

RULES = (
    make_rule(
        "REGISTER-CONTENT",
        OURS,
        (
            "This is not a register of desk: by_hand.",
            "a mapping with version: 1 and contracts, nothing else",
            "Write version: 1 and contracts, or name another desk_folder.",
        ),
        (
            "desk: by_hand の記録簿ではありません。",
            "version: 1 と contracts だけを持つマッピング",
            "version: 1 と contracts を書くか、別の desk_folder を指定してください。",
        ),
    ),
    make_rule(
        "REGISTER-VALUE",
        OURS,
        (
            "{value} cannot be the value of this field.",
            "{allowed}",
            "Correct it. Put digits that are a text in quotes.",
        ),
        (
            "{value}はこの項目の値として使えません。",
            "{allowed}",
            "値を直してください。数字だけの文字列は引用符で囲みます。",
        ),
    ),
    make_rule(
        "REGISTER-TWICE",
        OURS,
        (
            "{value} is in the register twice.",
            "one entry for each contract, and one contract for each order and generation",
            "Keep the entry that is right, as the portal's list shows it.",
        ),
        (
            "{value} が記録簿に2回あります。",
            "契約ごとに1件、オーダーと generation の組ごとに契約は1つ",
            "ポータルの一覧のとおりの、正しい方だけを残してください。",
        ),
    ),
    make_rule(
        "REGISTER-LACKS",
        OURS,
        (
            "The register has no entry for {contract_id}, of which {file} is kept: {value} may be bought already.",
            "an entry in register.yml for each contract that was bought",
            (
                "Put the entry back: git log -p register.yml shows it where a merge has lost it. If the contract is to "
                "count no more, remove {file}."
            ),
        ),
        (
            "記録簿に {contract_id} がありませんが、{file} が残っています。{value} は購入済みの可能性があります。",
            "購入した契約ごとに、register.yml に1件",
            (
                "記録を元に戻してください。マージで失われた場合は、git log -p register.yml で確認できます。"
                "今後その契約を扱わない場合は、{file} を削除してください。"
            ),
        ),
    ),
    make_rule(
        "RECORD-CONTENT",
        OURS,
        (
            "This is not a file of records.",
            "a mapping with version: 1 and a list records",
            "Fill in the file record_....yml that lies beside the work sheet.",
        ),
        (
            "記録用のファイルではありません。",
            "version: 1 と records のリストを持つマッピング",
            "作業票と同じフォルダの record_….yml に記入してください。",
        ),
    ),
    make_rule(
        "RECORD-ORDER",
        OURS,
        ("There is no order {value}.", "{allowed}", "{hint}"),
        ("{value} というオーダーはありません。", "{allowed}", "{hint}"),
    ),
    make_rule(
        "RECORD-DATE",
        OURS,
        ("{value} is still to come.", "the day on which it was done", "Correct date."),
        ("{value} は未来の日付です。", "作業した日付", "date を直してください。"),
    ),
    make_rule(
        "RECORD-BEFORE",
        OURS,
        (
            "{value} is before the order, which was placed on {ordered}.",
            "a day on which the contract was there",
            "Correct date, or ordered_at in the register.",
        ),
        (
            "{value} はお申し込みの日付 {ordered} より前です。",
            "お申し込み以後の日付",
            "date、または記録簿の ordered_at を直してください。",
        ),
    ),
    make_rule(
        "RECORD-NOT-RENEWABLE",
        OURS,
        (
            "{value} ({state}) could not be renewed on that day.",
            "a contract in use, and a day in the 30 days before its certificate ends (90 of one that is brought)",
            "Correct date, contract_id or state; or bring the certificate (certificate_inbox) or the list first.",
        ),
        (
            "{value} ({state}) は、その日付では更新できません。",
            "利用中の契約で、証明書の有効期限までの30日間 (持ち込み証明書は90日間) の日付",
            "date、contract_id、state を直すか、証明書 (certificate_inbox) か一覧を先に取り込んでください。",
        ),
    ),
    make_rule(
        "RECORD-NOT-REISSUABLE",
        OURS,
        (
            "{value} ({state}) could not be reissued on that day.",
            "a contract with a valid certificate, and no renewal under way",
            "Correct date, contract_id or state; or bring the certificate (certificate_inbox) or the list first.",
        ),
        (
            "{value} ({state}) は、その日付では再発行できません。",
            "有効な証明書があり、更新手続き中でない契約",
            "date、contract_id、state を直すか、証明書 (certificate_inbox) か一覧を先に取り込んでください。",
        ),
    ),
    make_rule(
        "RECORD-NOT-OPEN",
        OURS,
        (
            "No renewal or reissue of {value} ({state}) is recorded that could be {wanted} on that day.",
            "a contract whose renewal or reissue is recorded",
            "Record renewed or reissued first; or correct date, contract_id or state.",
        ),
        (
            "{value} ({state}) には、その日付で {wanted} と記録できる更新や再発行がありません。",
            "更新または再発行を記録済みの契約",
            "先に renewed か reissued を記録するか、date、contract_id、state を直してください。",
        ),
    ),
    make_rule(
        "RECORD-NOT-LINKED",
        OURS,
        (
            "The order of {value} asks for no linked service.",
            "an order with usage: linked_service and linked_contract",
            "Correct order or state.",
        ),
        (
            "{value} のオーダーには連携対応サービスがありません。",
            "usage: linked_service と linked_contract のあるオーダー",
            "order か state を直してください。",
        ),
    ),
    make_rule(
        "RECORD-LINK",
        OURS,
        (
            "{value} does not say which linked service of this order was changed or added.",
            "one of {allowed}, or the sheet that the e-mail was on",
            "Write linked_contract_id, for each e-mail a record of its own.",
        ),
        (
            "{value} では、このオーダーのどの連携対応サービスを変更・追加したか分かりません。",
            "{allowed} のいずれか、またはメールを載せた作業票の番号 (sheet)",
            "linked_contract_id を書いてください。メールごとに別の記録にします。",
        ),
    ),
    make_rule(
        "RECORD-NOT-ORDERED",
        OURS,
        (
            "This order has no contract in the register, so it cannot be {value}.",
            "state: ordered with contract_id and date first",
            "Record first which contract was ordered.",
        ),
        (
            "このオーダーの契約が記録簿にないため、{value} とは記録できません。",
            "先に contract_id と date を書いた state: ordered",
            "先にお申し込み済みの契約を記録してください。",
        ),
    ),
    make_rule(
        "RECORD-ANOTHER",
        OURS,
        (
            "This order is recorded with contract {known}, not with {value}.",
            "{known}",
            (
                "If both are on the portal's list, it was ordered twice: cancel one there, and keep the other here. "
                "If {known} was a slip, correct it in the register."
            ),
        ),
        (
            "このオーダーの契約は {known} と記録されており、{value} ではありません。",
            "{known}",
            (
                "両方がポータルの一覧にある場合は二重のお申し込みです。一方をポータルで解約し、残す方を記録簿に書いてください。"
                "{known} が誤記なら記録簿を直してください。"
            ),
        ),
    ),
    make_rule(
        "RECORD-TAKEN",
        OURS,
        (
            "The contract {value} is recorded for {holder} already.",
            "a contract ID that no other order has",
            "Copy the contract ID from the portal's screen once more, or correct the register.",
        ),
        (
            "契約 {value} はすでに {holder} のものとして記録されています。",
            "ほかのオーダーに使われていないサービスコード",
            "ポータルの画面のサービスコードを確かめるか、記録簿を直してください。",
        ),
    ),
    make_rule(
        "RECORD-DIFFERS",
        OURS,
        (
            "The contract {value} is not what the order asks for: {difference}.",
            "a contract with the product, term and name of the order",
            (
                "If something else was chosen at the portal, cancel it there and order again, or let the order say "
                "what was bought."
            ),
        ),
        (
            "契約 {value} はオーダーの内容と異なります: {difference}",
            "品目・有効期間・コモンネームがオーダーと同じ契約",
            "ポータルで誤って選んだ場合は、解約して申し込み直すか、オーダーを購入した内容に合わせてください。",
        ),
    ),
    make_rule(
        "RECORD-ENDED",
        OURS,
        (
            "The contract {value} has ended as {state}, so it cannot be {wanted}.",
            "a contract that has not ended",
            "Correct the record, or the register where it is wrong.",
        ),
        (
            "契約 {value} は {state} で終了しているため、{wanted} とは記録できません。",
            "終了していない契約",
            "記録を直すか、記録簿が誤っている場合は記録簿を直してください。",
        ),
    ),
    make_rule(
        "RECORD-STALE",
        OURS,
        (
            "This was done by the old work sheet {value}. Today's is {today}: the order or the screens have changed.",
            "what was done just as the sheet of today says",
            (
                "Compare what was entered with today's sheet. If it is the same, write sheet: {today}; else put the "
                "order back to what was entered."
            ),
        ),
        (
            "古い作業票 {value} による作業です。オーダーまたは画面の内容が変わり、現在の票番号は {today} です。",
            "現在の作業票と同じ内容の作業",
            (
                "入力した内容を現在の作業票と比べてください。同じなら sheet: {today} に直し、違う場合はオーダーを"
                "入力した内容に戻してください。"
            ),
        ),
    ),
)


__all__ = ("RULES",)
