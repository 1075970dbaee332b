# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""A certificate that has to go before its end: what its order wants, and what no run does for it."""

from __future__ import annotations

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "KEY-COMPROMISED",
        "BR 4.9.1.1",
        (
            "The key of the certificate {serial} ({contract_id}) is compromised, as the order says.",
            "its revocation within 24 hours; how IIJ takes a request for it is not published",
            "Ask IIJ at once to revoke it, and reissue it today: a reissue alone leaves it valid for 30 days.",
        ),
        (
            "オーダーによると、{contract_id} の証明書 {serial} の鍵が危殆化しています。",
            "24時間以内の失効 (IIJへの依頼方法は公開されていません)",
            "失効をただちにIIJへ依頼し、今日中に再発行してください。再発行だけでは30日間有効です。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REISSUE-IN-WINDOW",
        OURS,
        (
            "{contract_id} can be renewed from {opens} on, so the certificate {serial} is not reissued any more.",
            "renew it with a new key before {day}",
            "Write renewal: {{when: window}}. A certificate with reason: key_compromised is reissued all the same.",
        ),
        (
            "{contract_id} は {opens} から更新できるため、証明書 {serial} は再発行しません。",
            "{day} より前に、新しい鍵で更新",
            "renewal: {{when: window}} と書いてください。鍵の危殆化なら reason: key_compromised と書けば再発行します。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REISSUE-CSR-SAME",
        OURS,
        (
            "The CSR for {contract_id} has the key of a certificate that has to go, or had to.",
            "a CSR with a new key",
            "Make a new key and CSR. {then}",
        ),
        (
            "{contract_id} に使うCSRの鍵が、再発行で置き換える (または置き換えた) 証明書と同じです。",
            "新しい鍵のCSR",
            "鍵とCSRを作り直してください。{then}",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REISSUE-SHORTENS",
        "M:2261110, BR 6.3.2",
        (
            "Reissued, {serial} ({contract_id}) lives at most {days} days; by the manual it would keep {end}.",
            "a shorter life is accepted",
            "The cap of the day of issue holds. Waiting for the renewal keeps the longer life.",
        ),
        (
            "{contract_id} の証明書 {serial} は、再発行後は最長 {days} 日です (マニュアルでは {end} のまま)。",
            "短い有効期間でよいことの確認",
            "発行日の上限が適用されます。更新まで待てば、長い有効期間のまま使えます。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REISSUE-UNSEEN",
        OURS,
        (
            "The desk shows no serial number for {contract_id}, so no run can tell whether {serial} is still in use.",
            "a reissue that people order, or an order without reissue",
            "Order it in a browser, unless that was done, and register a new CSR there. Remove reissue afterwards.",
        ),
        (
            "窓口に {contract_id} のシリアル番号が表示されず、{serial} が使用中かどうかを確認できません。",
            "人が申し込む再発行、または reissue のないオーダー",
            "再発行がまだなら、申込と新しいCSRの登録をブラウザで行ってください。その後 reissue を消してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "REISSUE-CANCELLED",
        OURS,
        (
            "The order cancels {contract_id}, so its certificate {serial} is not reissued and is valid until {day}.",
            "state: present until the reissue is ordered, or no reissue",
            "If it has to go before, take out state: cancelled, have it reissued, and cancel the contract afterwards.",
        ),
        (
            "オーダーで {contract_id} を解約するため、証明書 {serial} は再発行されず、{day} まで有効です。",
            "再発行を申し込むまでは state: present、または reissue のないオーダー",
            "それより前に置き換える場合は、state: cancelled を消して再発行を申し込み、その後に解約してください。",
        ),
        severity=Severity.WARNING,
    ),
)

__all__ = ("RULES",)
