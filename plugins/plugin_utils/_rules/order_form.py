# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the order form (新規お申し込み受付入力)."""

from __future__ import annotations

import datetime as dt

from .rule import OURS, Severity, rule

RULES = (
    rule(
        "NAME-FORM",
        OURS,
        (
            "{value} cannot be an order name.",
            "1 to 100 letters, digits, '-', '_' or '.', starting with a letter or digit",
            "Choose another name; it is the order's identity for ever.",
        ),
        (
            "{value} はオーダー名にできません。",
            "英数字と「-」「_」「.」で1〜100文字、先頭は英数字",
            "別の名前にしてください。名前はオーダーの永続的な識別子です。",
        ),
    ),
    rule(
        "NAME-DUPLICATE",
        OURS,
        (
            "The order name {value} is used at {other} too.",
            "names that are unique in the portfolio",
            "Rename one of the two.",
        ),
        (
            "オーダー名 {value} は {other} でも使われています。",
            "ポートフォリオ内で一意の名前",
            "どちらかの名前を変えてください。",
        ),
    ),
    rule(
        "ORDER-DUPLICATE",
        OURS,
        (
            "{value} is ordered a second time with the same product, usage and linked contract; the first is {other}.",
            "one order for each common name, product, usage and linked contract",
            "Remove one, or say duplicate_of: {other} if you want to buy two.",
        ),
        (
            "{value} は同じ品目・利用形態・連携契約で {other} でも注文されています。",
            "コモンネーム・品目・利用形態・連携契約の組ごとに1件",
            "どちらかを消すか、2件購入するなら duplicate_of: {other} と書いてください。",
        ),
    ),
    rule(
        "DUPLICATE-OF",
        OURS,
        (
            "duplicate_of names {value}, which is not {allowed}.",
            "{allowed}",
            "Correct the name or remove duplicate_of.",
        ),
        (
            "duplicate_of の {value} は {allowed} ではありません。",
            "{allowed}",
            "名前を直すか duplicate_of を消してください。",
        ),
    ),
    rule(
        "CUSTOMER-CODE",
        "M:2261096; form of the code from IIJ's P2 API",
        ("{value} is not a customer code.", "SG followed by 8 digits", "Copy カスタマーコード from the portal."),
        ("{value} はカスタマーコードではありません。", "SGと数字8桁", "ポータルのカスタマーコードを写してください。"),
    ),
    rule(
        "COMMON-NAME",
        "M:2261096; BR 7.1.2.7.12, 4.2.2",
        (
            "{value} cannot be certified: {problem}.",
            "a fully qualified host name such as www.example.jp",
            "Correct common_name.",
        ),
        (
            "{value} は証明書のコモンネームにできません: {problem}",
            "www.example.jp のようなFQDN",
            "common_name を直してください。",
        ),
    ),
    rule(
        "COMMON-NAME-SUFFIX",
        "BR 3.2.2.6",
        (
            "{value} would cover the domains of everybody under a public suffix.",
            "a wildcard below a domain of your own, such as *.example.co.jp",
            "Write the domain that is yours.",
        ),
        (
            "{value} は公開サフィックス直下のワイルドカードで、他者のドメインまで含みます。",
            "自社ドメインの下のワイルドカード (例: *.example.co.jp)",
            "自社のドメインを書いてください。",
        ),
    ),
    rule(
        "TERM-VALIDITY",
        "BR 6.3.2; ballot SC-081v3",
        (
            "A certificate issued on {day} may live {days} days at most: one does not last for a term of {value}.",
            "a shorter term, or the same term with a reissue on the way",
            "Nothing if that is meant. Whether IIJ hands out a second certificate within the term is not known.",
        ),
        (
            "{day} に発行される証明書の有効期間は最長 {days} 日で、{value} の契約期間を1枚ではまかなえません。",
            "短い有効期間、または途中の再発行を前提とした有効期間",
            "意図どおりなら何も必要ありません。契約期間内に2枚目が発行されるかは不明です。",
        ),
        severity=Severity.WARNING,
        since=dt.date(2026, 3, 15),
        once=True,
    ),
    rule(
        "PRODUCT-UNKNOWN",
        "M:84710795, M:84710799",
        ("{value} is not a product (品目).", "{allowed}", "{hint}"),
        ("{value} という品目はありません。", "{allowed}", "{hint}"),
    ),
    rule(
        "PRODUCT-WILDCARD",
        "M:2261096; EVG 7.1.4.2.2",
        (
            "{value} is a wildcard name, and {product} does not take one.",
            "wildcard names only with {allowed}",
            "Choose a wildcard product or write the host name.",
        ),
        (
            "{value} はワイルドカードですが、{product} では使えません。",
            "ワイルドカードは {allowed} のみ",
            "ワイルドカードの品目を選ぶか、ホスト名を書いてください。",
        ),
    ),
    rule(
        "PRODUCT-WILDCARD-NEEDED",
        "M:2261096",
        (
            "{product} needs a wildcard name, and {value} is none.",
            "a name of the form *.example.jp",
            "Write *. before the domain or choose a product without the wildcard option.",
        ),
        (
            "{product} にはワイルドカード名が必要ですが、{value} は違います。",
            "*.example.jp の形の名前",
            "ドメインの前に *. を付けるか、ワイルドカードでない品目を選んでください。",
        ),
    ),
    rule(
        "PRODUCT-LINKED",
        "M:2261124",
        (
            "{product} can be ordered only for certain linked services, not with {value}.",
            "usage: linked_service with {allowed}",
            "Set the linked contract or choose another product.",
        ),
        (
            "{product} は特定の連携対応サービスでのみ注文できます ({value} では不可)。",
            "usage: linked_service と {allowed}",
            "連携対応サービスの契約を指定するか、別の品目を選んでください。",
        ),
    ),
    rule(
        "LINKED-CSR",
        "M:2261096, M:2261080",
        (
            "With a linked service IIJ makes the CSR, so csr_origin cannot be {value}.",
            "csr_origin: service",
            "Set csr_origin: service or leave it out.",
        ),
        (
            "連携対応サービスではIIJがCSRを作成するため、csr_origin: {value} は使えません。",
            "csr_origin: service",
            "csr_origin: service にするか、省略してください。",
        ),
    ),
    rule(
        "TERMS-AGREED",
        "M:2261096 (consent tick)",
        (
            "The terms are not agreed to.",
            "terms_agreed: true",
            "Read the terms on the portal and set terms_agreed: true in the order or in defaults.",
        ),
        (
            "約款への同意がありません。",
            "terms_agreed: true",
            "ポータルで約款を確認し、オーダーまたは defaults に terms_agreed: true と書いてください。",
        ),
    ),
    rule(
        "CANCEL-CONTRACT-ID",
        OURS,
        (
            "A cancellation must spell out the contract it cancels.",
            "contract_id beside state: cancelled",
            "Copy the contract ID (サービスコード) from status.yml.",
        ),
        (
            "解約には対象のサービスコードを明記する必要があります。",
            "state: cancelled と contract_id",
            "status.yml に表示されるサービスコードを写してください。",
        ),
    ),
)


__all__ = ("RULES",)
