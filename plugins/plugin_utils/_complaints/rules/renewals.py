# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""What keeps a contract from going on as its order says, and what people have to know before it does."""

from __future__ import annotations

import datetime as dt

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "RENEWAL-UNSAID",
        OURS,
        (
            "This file does not say how to renew these orders, so no run orders a renewal, and IIJ renews by itself.",
            "renewal: {{when: window}} or renewal: {{when: silence}}, in an order or in the defaults of the file",
            "Write when: window to have the daily run order renewals, or when: silence to leave them to IIJ.",
        ),
        (
            "このファイルのオーダーには更新の方法の指定がないため、実行時に更新を申し込まず、IIJ側の自動更新に任せます。",
            "オーダーまたは defaults に renewal: {{when: window}} か renewal: {{when: silence}}",
            "毎日の実行で更新を申し込むには when: window、IIJ側の自動更新に任せるには when: silence と書いてください。",
        ),
        severity=Severity.NOTE,
    ),
    make_rule(
        "TERM-OUTLASTS",
        "BR 6.3.2; ballot SC-081v3",
        (
            "A certificate issued on {day} may live {days} days at most, which is shorter than any term.",
            "certificates that follow each other within a term",
            "Nothing. Whether one after the first of a term is charged is not known: forecast.yml reckons both ways.",
        ),
        (
            "{day}に発行される証明書の有効期間は最長{days}日で、どの契約期間よりも短くなります。",
            "契約期間内に証明書を順に入れ替えること",
            "対応は不要です。2枚目以降の料金の有無は、公開資料からは分かりません (forecast.yml は両方の場合を計算)。",
        ),
        severity=Severity.NOTE,
        since=dt.date(2027, 3, 15),
    ),
    make_rule(
        "RENEWAL-INCOMPLETE",
        OURS,
        (
            "The renewal of {contract_id} will need what the order lacks: {fields}.",
            "everything that a registration takes, before {day}",
            "Complete the order. {then}",
        ),
        (
            "{contract_id} の更新に必要な項目がオーダーにありません: {fields}",
            "{day} より前に、登録に必要な項目がすべてあること",
            "オーダーに追記してください。{then}",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "RENEWAL-TERM",
        OURS,
        (
            "The desk does not renew {contract_id} for {value}, so no run orders its renewal.",
            "a term that the desk offers for the next period: {terms}",
            "Write one of these as term of renewal by {day}; otherwise IIJ renews by itself.",
        ),
        (
            "窓口では {contract_id} の更新後の有効期間に {value} を選択できないため、更新を申し込めません。",
            "窓口で選択できる、更新後の有効期間: {terms}",
            "{day} までに、renewal の term をこの中から指定してください。指定がないと、IIJ側で自動更新されます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "RENEWAL-RIVAL",
        OURS,
        (
            "{rival} was bought for the same name after {contract_id} was issued, so the renewal is not ordered.",
            "one contract that goes on for each name, unless another order says duplicate_of",
            "Cancel one, or write an order for {rival} with duplicate_of. IIJ renews {contract_id} itself on {day}.",
        ),
        (
            "{contract_id} の発行後に、同じ名前で {rival} が購入されているため、更新を申し込んでいません。",
            "名前ごとに継続する契約は1件 (duplicate_of を書いたオーダーは別)",
            "一方を解約するか、{rival} を duplicate_of のオーダーにします。{contract_id} は {day} に自動更新されます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "RENEWAL-CSR-SAME",
        OURS,
        (
            "The CSR for the renewal of {contract_id} has the key of the certificate in use, or of one before.",
            "a CSR with a new key before {day}",
            "Make a new key and CSR, or write renewal: {{key: keep}}. 3 days before, the old CSR is registered.",
        ),
        (
            "{contract_id} の更新に使うCSRの鍵が、使用中または以前の証明書と同じです。",
            "{day} より前に、新しい鍵のCSR",
            "鍵とCSRを作り直すか、renewal: {{key: keep}} と書いてください。期日の3日前には今のCSRで登録します。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "RENEWAL-KEY-UNKNOWN",
        OURS,
        (
            "Nobody here knows the key of the certificate in use at {contract_id}: the CSR may have the same.",
            "a CSR with a new key before {day}",
            "Run where the state folder is, or write renewal: {{key: keep}} if it is new. 3 days before it goes on.",
        ),
        (
            "{contract_id} の使用中の証明書の鍵が分からないため、CSRの鍵が同じかもしれません。",
            "{day} より前に、新しい鍵のCSR",
            "状態フォルダのある環境で実行するか、新しい鍵なら renewal: {{key: keep}} と書きます。3日前には登録します。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "DUPLICATE-RENEWS",
        "M:2261088, M:3473591",
        (
            "{value} replaces {contract_id}, which goes on: IIJ renews it by itself on {day}, unless it is cancelled.",
            "a cancellation of the contract that was replaced",
            "Write replaces: {contract_id} instead of duplicate_of: it ends once the new certificate is in use.",
        ),
        (
            "{value} で置き換えた {contract_id} は、解約しない限り、{day} にIIJ側で自動更新されます。",
            "置き換えた契約の解約",
            "duplicate_of を replaces: {contract_id} に変えると、新しい証明書の利用開始後に解約します。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REPLACED-GOES-ON",
        "M:2261088, M:3473591",
        (
            "{contract_id} goes on until {value}, which replaces it, is proved to be in use.",
            "the new certificate in use before {day}",
            "Have collect.yml and apply.yml run where one state folder is kept, or cancel it. On {day} IIJ renews it.",
        ),
        (
            "{contract_id} は、置き換え先の {value} の利用開始が確認できるまで解約しません。",
            "{day} より前に、新しい証明書の利用開始",
            "collect.yml と apply.yml を同じ状態フォルダで実行するか、解約してください。{day} に自動更新されます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REPLACED-IN-PERSON",
        "M:2261088, M:3473591",
        (
            "No run of this collection can cancel {contract_id} (for {common_name}), which {value} replaces.",
            "a cancellation by the group admin before {day}, once the new certificate is in use",
            "Cancel {contract_id} in the portal. Unless somebody does, IIJ renews it by itself on {day}.",
        ),
        (
            "{value} で置き換える {contract_id} ({common_name} の契約) は、このコレクションからは解約できません。",
            "新しい証明書の利用開始後、{day} より前に、サービスグループの運用管理担当者による解約",
            "ポータルで {contract_id} を解約してください。解約しない場合、{day} にIIJ側で自動更新されます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REPLACED-RENEWED",
        "M:2261088",
        (
            "{contract_id}, which {value} replaces, was renewed before anybody had cancelled it.",
            "a cancellation in its next window",
            "Nothing is lost but its price. {then}",
        ),
        (
            "{value} で置き換える {contract_id} は、解約されないまま更新されました。",
            "次の更新の受付期間中の解約",
            "余分な費用は更新1回分です。{then}",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "WINDOW-SHORT",
        OURS,
        (
            "The certificate of {contract_id} expires on {end}: a new one takes about {days} days, more than are left.",
            "an order for the renewal as soon as its window is open, and answers to the CA at once",
            "Register and answer the CA today; the certificate in use may run out before.",
        ),
        (
            "{contract_id} の証明書の有効期限は {end} ですが、新しい証明書の発行には約{days}日かかります。",
            "受付開始後すぐの更新と、認証局への即日の回答",
            "今日中に登録し、認証局に回答してください。使用中の証明書が先に期限切れになる可能性があります。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "STEP-DOWN",
        "BR 6.3.2; ballot SC-081v3",
        (
            "Issued by {day} the certificate lives {days} days, later {less}.",
            "any day of issue",
            "Register today and answer the CA at once, if the longer life counts.",
        ),
        (
            "{day} までに発行されると有効期間は{days}日、その後の発行では{less}日になります。",
            "発行日は任意",
            "長い有効期間が必要なら、今日中に登録し、認証局からの確認にすぐ回答してください。",
        ),
        severity=Severity.NOTE,
    ),
    make_rule(
        "CLOCK-DIFFERS",
        OURS,
        (
            "The controller's clock says {here}, and the desk's {there}. All dates of this plan are the desk's.",
            "two clocks less than a day apart; a rehearsal may move its own",
            "Correct the controller's clock, unless this is a rehearsal.",
        ),
        (
            "コントローラの時計は {here}、窓口の時計は {there} です。この計画の日付はすべて窓口の時計によります。",
            "時計のずれが1日未満であること (リハーサルでは時計を動かせます)",
            "リハーサルでなければ、コントローラの時計を直してください。",
        ),
        severity=Severity.WARNING,
    ),
)

__all__ = ("RULES",)
