# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the registration form (CSRの入力・申請情報の登録)."""

from __future__ import annotations

import datetime as dt

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "DN-CHARACTERS",
        "M:2261096",
        (
            "{value} has characters that the portal's form does not take: {characters}.",
            'half-width letters, digits, space and symbols other than " $ < > \\ ~',
            "Write the name in English, such as Example Co., Ltd.",
        ),
        (
            "{value}に、ポータルの入力欄で使えない文字があります: {characters}",
            '半角の英数字、スペース、" $ < > \\ ~ 以外の記号',
            "Example Co., Ltd. のように、英語表記で書いてください。",
        ),
    ),
    make_rule(
        "DN-LENGTH",
        "BR 7.1.4.2; Cybertrust csr_print.html",
        ("{value} has {length} characters.", "1 to {allowed} characters", "Shorten it."),
        ("{value}は{length}文字あります。", "1〜{allowed}文字", "短くしてください。"),
    ),
    make_rule(
        "DN-BLANK",
        "BR 7.1.2.7.4",
        ("{value} says nothing.", "more than '.', '-' and spaces", "Write the name or leave the field out."),
        (
            "{value}には名称になる文字がありません。",
            "「.」「-」スペース以外の文字を含む値",
            "名称を書いてください。",
        ),
    ),
    make_rule(
        "DN-OU",
        "BR 7.1.2.7.4 (no OU in TLS certificates); EV since 2022-09-01, EVG 1.2.2",
        (
            "A department (部門, OU) must not be in a certificate any more.",
            "a subject without organizational_unit_name",
            "Remove organizational_unit_name.",
        ),
        (
            "部門 (OU) を証明書に入れることはできなくなりました。",
            "organizational_unit_name を書かない subject",
            "organizational_unit_name を消してください。",
        ),
        since=dt.date(2022, 9, 1),
    ),
    make_rule(
        "SUBJECT-LOCKED",
        "M:2261096",
        (
            "The subject comes from the supplied CSR and cannot be given here.",
            "an order without subject",
            "Remove subject; what counts is in the CSR.",
        ),
        (
            "お客様がCSRを作成する場合、識別名にはCSRの内容が使われ、入力はできません。",
            "subject を書かないオーダー",
            "subject を消してください。",
        ),
    ),
    make_rule(
        "APPROVAL-EMAIL-UNUSED",
        "M:2261096",
        (
            "{authority} products have no approval address (承認メールアドレス).",
            "an order without approval_email",
            "Remove approval_email.",
        ),
        (
            "{authority}の品目には、承認メールアドレスの入力欄がありません。",
            "approval_email を書かないオーダー",
            "approval_email を消してください。",
        ),
    ),
    make_rule(
        "APPROVAL-EMAIL-ADDRESS",
        "M:2261096; BR 3.2.2.4.4; WHOIS addresses are forbidden since 2025-07-15, M:79159429",
        (
            "{value} is not an approval address that {authority} permits for {common_name}.",
            "{allowed}",
            "Choose one of these at which somebody reads mail. Addresses from WHOIS cannot be used since 2025-07-15.",
        ),
        (
            "{authority}は、{common_name}の承認メールアドレスとして{value}を認めていません。",
            "{allowed}",
            "この中から、メールを受信できるアドレスを選んでください。WHOISに登録したアドレスは2025-07-15以降使えません。",
        ),
        since=dt.date(2025, 7, 15),
    ),
    make_rule(
        "TRANSPARENCY-UNUSED",
        "M:2261096",
        (
            "{authority} products offer no Certificate Transparency choice.",
            "certificate_transparency only with DigiCert products",
            "Remove certificate_transparency.",
        ),
        (
            "{authority}の品目には、Certificate Transparencyの選択欄がありません。",
            "certificate_transparency はデジサートの品目でだけ使えます",
            "certificate_transparency を消してください。",
        ),
    ),
    make_rule(
        "KEY-AUTHORITY",
        "Cybertrust tech_faq06.html",
        ("{authority} takes no {value} key.", "{allowed}", "Change type and size of key."),
        ("{authority}は{value}の鍵を受け付けません。", "{allowed}", "key の type と size を変えてください。"),
    ),
    make_rule(
        "KEY-SHARED",
        "GS:support/faq/65.html",
        (
            "The key is the one of order {other} too, and {authority} refuses a key that another certificate has.",
            "a key for each order",
            "Give this order a key of its own: another key.path, or a CSR from a new key.",
        ),
        (
            "オーダー {other} と同じ鍵です。{authority}は、ほかの証明書と同じ鍵を受け付けません。",
            "オーダーごとに別の鍵",
            "key.path を変えるか、新しい鍵でCSRを作り、このオーダー専用の鍵にしてください。",
        ),
    ),
    make_rule(
        "KEY-NOT-KEPT",
        OURS,
        (
            "{value} is the key of order {other} too, so none replaces it, and the next certificate waits ({reason}).",
            "a key of its own, or one that nothing in these orders replaces (renewal.key, reissue, generation ...)",
            "Give one of the orders another key.path, or write renewal: {{key: keep}} in each of them.",
        ),
        (
            "{value}はオーダー {other} の鍵でもあるため置き換えず、次の証明書の手続きは進みません ({reason})。",
            "専用の鍵、またはどのオーダーの設定 (renewal.key、reissue、generation など) でも置き換わらない鍵",
            "どちらかの key.path を変えるか、すべてのオーダーに renewal: {{key: keep}} と書いてください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "DN-AUTHORITY",
        "GS:support/faq/74.html; CT:csr_print.html",
        (
            "{authority} does not take {characters} in {value}.",
            "half-width letters, digits and the symbols that {authority} lists ({source})",
            "Write the English name without them.",
        ),
        (
            "{authority}は、{value}に含まれる {characters} を受け付けません。",
            "半角英数字と、{authority}のページに挙げられた記号 ({source})",
            "これらの文字を使わない英語表記にしてください。",
        ),
    ),
    make_rule(
        "DN-AUTHORITY-UNSURE",
        "DC:SO24056, DC:SO23307 (old pages)",
        (
            "{authority} may not take {characters} in {value}; only an old page says so.",
            "letters, digits, space, '-' and '.' are safe everywhere ({source})",
            "Write it without them if you can.",
        ),
        (
            "{authority}は、{value}に含まれる {characters} を受け付けないことがあります (古いページの情報です)。",
            "半角英数字、スペース、「-」「.」なら安全です ({source})",
            "できれば、これらの文字を使わない表記にしてください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "DN-AUTHORITY-LENGTH",
        "CT:csr_print.html",
        (
            "{value} has {length} characters, and {authority} takes {allowed}.",
            "up to {allowed} characters",
            "Shorten it.",
        ),
        (
            "{value}は{length}文字あり、{authority}の上限を超えています。",
            "{allowed}文字まで",
            "短くしてください。",
        ),
    ),
    make_rule(
        "DN-CAPITALS",
        "GS:support/cert-management/distinguish-name.html",
        (
            "{authority} does not take {value} all in lower case.",
            "a capital first letter or all capitals, such as Chiyoda-ku",
            "Write it with a capital letter.",
        ),
        (
            "{authority}では、{value}のようにすべてを小文字で書くことはできません。",
            "先頭が大文字、またはすべて大文字 (例: Chiyoda-ku)",
            "先頭を大文字にしてください。",
        ),
    ),
    make_rule(
        "DN-LEGAL-FORM",
        "GS:support/cert-management/distinguish-name.html",
        (
            "{value} shows no legal form; {authority} asks for the official English name with it.",
            "for example Example Co., Ltd., Example Inc. or Example K.K.",
            "Add the legal form if the organization has one.",
        ),
        (
            "{value}に法人格の表記がありません。{authority}は、法人格を含む正式な英語名を求めています。",
            "例: Example Co., Ltd. / Example Inc. / Example K.K.",
            "法人格がある場合は、書き加えてください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "KEY-ECDSA",
        "not stated on the pages of the manual and the CA that are known",
        (
            "Whether {authority} takes ECDSA keys for this product is not documented.",
            "RSA keys, which are documented",
            "Ask IIJ before you order, or use RSA.",
        ),
        (
            "{authority}がこの品目でECDSAの鍵を受け付けるかどうかは、公開資料に書かれていません。",
            "RSAの鍵 (公開資料に記載があります)",
            "注文の前にIIJに確認するか、RSAの鍵を使ってください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "TRANSPARENCY-OPT-OUT",
        "DC:keeping-tls-ssl-certificates-out-of-public-ct-logs",
        (
            "Chrome and Apple distrust a certificate that is not logged.",
            "certificate_transparency: true for servers that browsers visit",
            "Set it to true unless no browser ever visits the server; the repair is a reissue.",
        ),
        (
            "CTログに登録しない証明書は、ChromeとAppleで信頼されません。",
            "ブラウザからアクセスされるサーバでは certificate_transparency: true",
            "ブラウザからアクセスされるサーバでは必ず true にしてください。後から直すには再発行が必要です。",
        ),
        severity=Severity.WARNING,
        since=dt.date(2018, 4, 1),
    ),
    make_rule(
        "EMAIL-VALIDATION-ENDS",
        "BR 3.2.2.4.4, .13, .14; ballot SC-090",
        (
            "From {end} on no CA may rely on approval by e-mail, not even on approvals given before.",
            "approval by e-mail for certificates issued before {end}",
            "Nothing today; ask IIJ in time what takes its place.",
        ),
        (
            "{end}以降、メールによるドメインの承認は使えなくなります (それまでに得た承認の再利用も含みます)。",
            "{end}より前に発行される証明書での、メールによる承認",
            "今は何もする必要はありません。それ以降の承認方法を早めにIIJに確認してください。",
        ),
        severity=Severity.WARNING,
        since=dt.date(2026, 3, 15),
        once=True,
    ),
    make_rule(
        "EMAIL-VALIDATION-ENDED",
        "BR 3.2.2.4.4, .13, .14; ballot SC-090",
        (
            "On the day of issue approval by e-mail is forbidden (since {end}).",
            "another way of validation; which ones the portal will offer is not known",
            "Ask IIJ how the domain is validated from that day on.",
        ),
        (
            "発行日の時点では、メールによるドメインの承認は使えません ({end}から禁止)。",
            "別の承認方法 (ポータルで何を選べるかは公開資料からは分かりません)",
            "その日以降の承認方法をIIJに確認してください。",
        ),
        since=dt.date(2028, 3, 15),
    ),
)

__all__ = ("RULES",)
