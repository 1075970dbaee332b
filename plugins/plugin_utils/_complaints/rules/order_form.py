# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the order form (新規お申し込み受付入力)."""

from __future__ import annotations

import datetime as dt

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "INSTALL-EMPTY",
        OURS,
        (
            "install names no file for the certificate.",
            "at least one of {allowed}",
            "Name the file that the service reads.",
        ),
        (
            "install に証明書を置くファイルがありません。",
            "{allowed} のうち少なくとも1つ",
            "サービスが読み込むファイルを指定してください。",
        ),
    ),
    make_rule(
        "INSTALL-KEY",
        OURS,
        (
            "A {value} file holds the private key too, and the order does not tell where that lies.",
            "{value} together with key.path",
            "Add key.path.",
        ),
        (
            "{value} のファイルには秘密鍵も入りますが、秘密鍵の場所が指定されていません。",
            "{value} と key.path の両方",
            "key.path を追加してください。",
        ),
    ),
    make_rule(
        "REGENERATE-INSTALL",
        OURS,
        (
            "With regenerate: {value} a new key waits for its installation, and this order installs nothing.",
            "regenerate: never, or an order with install",
            "Add install, or leave regenerate out.",
        ),
        (
            "regenerate: {value} の新しい鍵は install での設置を待ちますが、このオーダーには install がありません。",
            "regenerate: never、または install のあるオーダー",
            "install を追加するか、regenerate を消してください。",
        ),
    ),
    make_rule(
        "NAME-FORM",
        OURS,
        (
            "{value} cannot be an order name.",
            "1 to 100 letters, digits, '-', '_' or '.', starting with a letter or digit",
            "Choose another name; it is the order's identity.",
        ),
        (
            "{value} はオーダー名にできません。",
            "半角英数字と「-」「_」「.」で1〜100文字、先頭は半角英数字",
            "別の名前にしてください。オーダー名は契約との対応に使われます。",
        ),
    ),
    make_rule(
        "NAME-DUPLICATE",
        OURS,
        (
            "The order name {value} is used at {other} too.",
            "a name that no other order has, in any order file",
            "Rename the newer one; an order that was already placed keeps its name, or says was_named.",
        ),
        (
            "オーダー名{value}は {other} でも使われています。",
            "すべてのオーダーファイルを通して重複しない名前",
            "新しいほうの名前を変えてください。注文済みのオーダーの名前を変えるときは was_named を書いてください。",
        ),
    ),
    make_rule(
        "ORDER-DUPLICATE",
        OURS,
        (
            "{value} is ordered a second time with the same product, usage and linked contract; the first is {other}.",
            "one order for each common name, product, usage and linked contract",
            "Remove one, or say duplicate_of: {other} if you want to buy two.",
        ),
        (
            "{value} は同じ品目・利用形態・連携対応サービスの契約で {other} でも注文されています。",
            "コモンネーム・品目・利用形態・連携対応サービスの契約の組ごとに1件",
            "どちらかを消すか、2件購入するなら duplicate_of: {other} と書いてください。",
        ),
    ),
    make_rule(
        "DUPLICATE-OF",
        OURS,
        (
            "duplicate_of names {value}, which is not {allowed}.",
            "{allowed}",
            "Correct the name. If that order is gone, write this one's own contract_id in place of duplicate_of.",
        ),
        (
            "duplicate_of の {value} は {allowed} ではありません。",
            "{allowed}",
            "名前を直してください。そのオーダーを消した後なら、自分の契約の contract_id に書き換えてください。",
        ),
    ),
    make_rule(
        "WAS-NAMED",
        OURS,
        (
            "was_named is {value}, and the order {other} has that name now or had it before.",
            "a name that only this order has had",
            "Write the name under which this order was bought, or remove was_named.",
        ),
        (
            "was_named の {value} は、オーダー {other} の今の名前、または以前の名前です。",
            "このオーダーだけが使っていた名前",
            "このオーダーを注文したときの名前を書くか、was_named を消してください。",
        ),
    ),
    make_rule(
        "CUSTOMER-CODE",
        "M:2261096; form of the code from IIJ's P2 API",
        ("{value} is not a customer code.", "SG followed by 8 digits", "Copy カスタマーコード from the portal."),
        (
            "{value}はカスタマーコードの形ではありません。",
            "SGと数字8桁",
            "ポータルに表示されるカスタマーコードをコピーしてください。",
        ),
    ),
    make_rule(
        "COMMON-NAME",
        "M:2261096; BR 7.1.2.7.12, 4.2.2",
        (
            "{value} cannot be certified: {problem}.",
            "a fully qualified host name such as www.example.jp",
            "Correct common_name.",
        ),
        (
            "{value}は証明書のコモンネームにできません。{problem}。",
            "www.example.jp のようなFQDN",
            "common_name を直してください。",
        ),
    ),
    make_rule(
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
    make_rule(
        "COMMON-NAME-TOP",
        "BR 4.2.2; Public Suffix List",
        (
            "{value} is below no top-level domain of the internet, so no CA certifies it.",
            "a name below a domain that is registered, such as www.example.jp",
            "Correct common_name. If the top-level domain is new, install a newer publicsuffixlist.",
        ),
        (
            "{value}は、インターネットのトップレベルドメインの下にないため、証明書を発行できません。",
            "登録されたドメインの下の名前 (例: www.example.jp)",
            "common_name を直してください。新しいトップレベルドメインなら、publicsuffixlist を更新してください。",
        ),
    ),
    make_rule(
        "TERM-VALIDITY",
        "BR 6.3.2; ballot SC-081v3",
        (
            "A certificate issued on {day} may live {days} days at most: one does not last for a term of {value}.",
            "a shorter term, or the same term with a reissue on the way",
            "Nothing if that is meant. Whether IIJ hands out a second certificate within the term is not known.",
        ),
        (
            "{day}に発行される証明書の有効期間は最長{days}日のため、{value} の契約期間を1枚ではまかなえません。",
            "より短い有効期間、または途中での再発行を前提とした同じ有効期間",
            "意図どおりなら、何もする必要はありません。契約期間内に2枚目の証明書が発行されるかどうかは、公開資料からは分かりません。",
        ),
        severity=Severity.WARNING,
        since=dt.date(2026, 3, 15),
        once=True,
    ),
    make_rule(
        "PRODUCT-UNKNOWN",
        "M:84710795, M:84710799",
        ("{value} is not a product (品目).", "{allowed}", "{hint}"),
        ("{value}という品目はありません。", "{allowed}", "{hint}"),
    ),
    make_rule(
        "PRODUCT-WILDCARD",
        "M:2261096; EVG 7.1.4.2.2",
        (
            "{value} is a wildcard name, and {product} does not take one.",
            "wildcard names with {allowed} only",
            "Choose one of these products, or write a name without the asterisk.",
        ),
        (
            "{value}はワイルドカードの名前ですが、{product}では使えません。",
            "ワイルドカードの名前は {allowed} だけで使えます",
            "ワイルドカードを使える品目に変えるか、* のない名前を書いてください。",
        ),
    ),
    make_rule(
        "PRODUCT-WILDCARD-NEEDED",
        "M:2261096",
        (
            "{product} takes wildcard names only, and {value} is none.",
            "a name of the form *.example.jp",
            "Write *. before the domain or choose a product without the wildcard option.",
        ),
        (
            "{product}で使えるのはワイルドカードの名前だけですが、{value}はワイルドカードではありません。",
            "*.example.jp の形の名前",
            "ドメインの前に *. を付けるか、ワイルドカードオプションの付かない品目に変えてください。",
        ),
    ),
    make_rule(
        "PRODUCT-LINKED",
        "M:2261124",
        (
            "{product} can be ordered only for certain linked services, not with {value}.",
            "usage: linked_service with {allowed}",
            "Order it with usage: linked_service and its linked_contract, or choose another product.",
        ),
        (
            "{product}を注文できるのは特定の連携対応サービスで利用する場合だけで、{value} では注文できません。",
            "usage: linked_service で、サービスは {allowed}",
            "usage: linked_service と linked_contract を書くか、別の品目を選んでください。",
        ),
    ),
    make_rule(
        "LINKED-CSR",
        "M:2261096, M:2261080",
        (
            "With a linked service IIJ makes the CSR, so csr_origin cannot be {value}.",
            "csr_origin: service",
            "Set csr_origin: service or leave it out.",
        ),
        (
            "連携対応サービスで利用する場合はIIJがCSRを作成するため、csr_origin を{value}にはできません。",
            "csr_origin: service",
            "csr_origin: service にするか、csr_origin を消してください。",
        ),
    ),
    make_rule(
        "TERMS-AGREED",
        "M:2261096 (consent tick)",
        (
            "Nobody has agreed to the terms (terms_agreed).",
            "terms_agreed: true",
            "Read the terms on the portal and set terms_agreed: true in the order or in defaults.",
        ),
        (
            "約款への同意がありません。",
            "terms_agreed: true",
            "ポータルで約款を確認し、オーダーまたは defaults に terms_agreed: true と書いてください。",
        ),
    ),
    make_rule(
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
            "status.yml に表示されるサービスコードをコピーしてください。",
        ),
    ),
)


__all__ = ("RULES",)
