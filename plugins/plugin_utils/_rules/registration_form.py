# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the registration form (CSRの入力・申請情報の登録)."""

from __future__ import annotations

import datetime as dt

from .rule import Severity, rule

RULES = (
    rule(
        "DN-CHARACTERS",
        "M:2261096",
        (
            "{value} has characters that the form does not take: {characters}.",
            'half-width letters, digits, space and symbols other than " $ < > \\ ~',
            "Write the English name with the allowed characters.",
        ),
        (
            "{value} に入力できない文字があります: {characters}",
            '半角英数字、スペース、" $ < > \\ ~ 以外の記号',
            "使える文字で英語表記にしてください。",
        ),
    ),
    rule(
        "DN-LENGTH",
        "BR 7.1.4.2; Cybertrust csr_print.html",
        ("{value} has {length} characters.", "1 to {allowed} characters", "Shorten it."),
        ("{value} は {length} 文字あります。", "1〜{allowed} 文字", "短くしてください。"),
    ),
    rule(
        "DN-BLANK",
        "BR 7.1.2.7.4",
        ("{value} says nothing.", "more than '.', '-' and spaces", "Write the name or leave the field out."),
        (
            "{value} は内容がありません。",
            "「.」「-」スペース以外の文字を含む値",
            "名称を書くか、項目を消してください。",
        ),
    ),
    rule(
        "DN-OU",
        "BR 7.1.2.7.4 (no OU in TLS certificates); EV since 2022-09-01, EVG 1.2.2",
        (
            "A department (部門, OU) must not stand in a certificate any more.",
            "a subject without organizational_unit_name",
            "Remove organizational_unit_name.",
        ),
        (
            "部門 (OU) は証明書に入れられなくなりました。",
            "organizational_unit_name のない subject",
            "organizational_unit_name を消してください。",
        ),
        since=dt.date(2022, 9, 1),
    ),
    rule(
        "SUBJECT-LOCKED",
        "M:2261096",
        (
            "The subject comes from the supplied CSR and cannot be given here.",
            "an order without subject",
            "Remove subject; what counts stands in the CSR.",
        ),
        (
            "CSRを持ち込む場合、識別名はCSRから取られ、入力できません。",
            "subject のないオーダー",
            "subject を消してください。CSRの内容が使われます。",
        ),
    ),
    rule(
        "APPROVAL-EMAIL-UNUSED",
        "M:2261096",
        (
            "{authority} products have no approval address (承認メールアドレス).",
            "an order without approval_email",
            "Remove approval_email.",
        ),
        (
            "{authority} の品目に承認メールアドレスの項目はありません。",
            "approval_email のないオーダー",
            "approval_email を消してください。",
        ),
    ),
    rule(
        "APPROVAL-EMAIL-ADDRESS",
        "M:2261096; BR 3.2.2.4.4; WHOIS addresses are forbidden since 2025-07-15, M:79159429",
        (
            "{value} is not an approval address that {authority} permits for {common_name}.",
            "{allowed}",
            "Choose one of these; an address from WHOIS cannot be used since 2025-07-15.",
        ),
        (
            "{value} は {common_name} の承認メールアドレスとして {authority} が認めるものではありません。",
            "{allowed}",
            "この中から選んでください。WHOISのアドレスは2025-07-15以降使えません。",
        ),
        since=dt.date(2025, 7, 15),
    ),
    rule(
        "TRANSPARENCY-UNUSED",
        "M:2261096",
        (
            "{authority} products offer no Certificate Transparency choice.",
            "certificate_transparency only with DigiCert products",
            "Remove certificate_transparency.",
        ),
        (
            "{authority} の品目にはCertificate Transparencyの選択がありません。",
            "certificate_transparency はDigiCertの品目のみ",
            "certificate_transparency を消してください。",
        ),
    ),
    rule(
        "KEY-AUTHORITY",
        "Cybertrust tech_faq06.html",
        ("{authority} takes no {value} key.", "{allowed}", "Change key."),
        ("{authority} は {value} の鍵を受け付けません。", "{allowed}", "key を変えてください。"),
    ),
    rule(
        "DN-AUTHORITY",
        "GS:support/faq/74.html; CT:csr_print.html",
        (
            "{authority} does not take {characters} in {value}.",
            "half-width letters, digits and the symbols that {authority} lists ({source})",
            "Write the English name without them.",
        ),
        (
            "{authority} は {value} の {characters} を受け付けません。",
            "半角英数字と {authority} が挙げる記号 ({source})",
            "使わない英語表記にしてください。",
        ),
    ),
    rule(
        "DN-AUTHORITY-UNSURE",
        "DC:SO24056, DC:SO23307 (old pages)",
        (
            "{authority} may not take {characters} in {value}; only an old page says so.",
            "letters, digits, space, '-' and '.' are safe everywhere ({source})",
            "Write it without them if you can.",
        ),
        (
            "{authority} は {value} の {characters} を受け付けない可能性があります (古いページの情報)。",
            "英数字・スペース・「-」「.」なら確実 ({source})",
            "できれば使わない表記にしてください。",
        ),
        severity=Severity.WARNING,
    ),
    rule(
        "DN-AUTHORITY-LENGTH",
        "CT:csr_print.html",
        (
            "{value} has {length} characters, and {authority} takes {allowed}.",
            "up to {allowed} characters",
            "Shorten it.",
        ),
        (
            "{value} は {length} 文字あり、{authority} の上限 {allowed} 文字を超えます。",
            "{allowed} 文字まで",
            "短くしてください。",
        ),
    ),
    rule(
        "DN-CAPITALS",
        "GS:support/cert-management/distinguish-name.html",
        (
            "{authority} does not take {value} all in lower case.",
            "a capital first letter or all capitals, such as Chiyoda-ku",
            "Write it with a capital letter.",
        ),
        (
            "{authority} では {value} のようにすべて小文字にはできません。",
            "先頭が大文字、またはすべて大文字 (例: Chiyoda-ku)",
            "大文字で始めてください。",
        ),
    ),
    rule(
        "DN-LEGAL-FORM",
        "GS:support/cert-management/distinguish-name.html",
        (
            "{value} shows no legal form; {authority} asks for the official English name with it.",
            "for example Example Co., Ltd., Example Inc. or Example K.K.",
            "Add the legal form if the organization has one.",
        ),
        (
            "{value} に法人格がありません。{authority} は法人格を含む正式な英語名を求めています。",
            "例: Example Co., Ltd. / Example Inc. / Example K.K.",
            "法人格がある場合は付けてください。",
        ),
        severity=Severity.WARNING,
    ),
    rule(
        "KEY-ECDSA",
        "not stated on the pages of the manual and the CA that are known",
        (
            "Whether {authority} takes ECDSA keys for this product is not documented.",
            "RSA is documented",
            "Ask before you order, or use RSA.",
        ),
        (
            "{authority} がこの品目でECDSAの鍵を受け付けるかは文書に書かれていません。",
            "RSAは文書に記載あり",
            "注文前に確認するか、RSAを使ってください。",
        ),
        severity=Severity.WARNING,
    ),
    rule(
        "TRANSPARENCY-OPT-OUT",
        "DC:keeping-tls-ssl-certificates-out-of-public-ct-logs",
        (
            "Chrome and Apple distrust a certificate that is not logged.",
            "certificate_transparency: true for servers that browsers visit",
            "Set it to true unless no browser ever visits the server; the repair is a reissue.",
        ),
        (
            "CTログに登録しない証明書は、ChromeとAppleで信頼されません。",
            "ブラウザーが訪れるサーバでは certificate_transparency: true",
            "ブラウザーが訪れないサーバ以外は true にしてください。後から直すには再発行が必要です。",
        ),
        severity=Severity.WARNING,
        since=dt.date(2018, 4, 1),
    ),
    rule(
        "EMAIL-VALIDATION-ENDS",
        "BR 3.2.2.4.4, .13, .14; ballot SC-090",
        (
            "Approval by e-mail is forbidden from {end} on, reuse of earlier approvals included.",
            "approval_email until then",
            "Nothing today; plan for another way of validation at renewal.",
        ),
        (
            "メールによる承認は {end} から (過去の承認の再利用も含めて) 禁止されます。",
            "それまでは approval_email",
            "今は何も必要ありません。更新時の別の認証方法を検討してください。",
        ),
        severity=Severity.WARNING,
        since=dt.date(2026, 3, 15),
        once=True,
    ),
    rule(
        "EMAIL-VALIDATION-ENDED",
        "BR 3.2.2.4.4, .13, .14; ballot SC-090",
        (
            "On the day of issue approval by e-mail is forbidden (since {end}).",
            "another way of validation; which ones the portal will offer is not known",
            "Ask IIJ how the domain is validated from that day on.",
        ),
        (
            "発行日の時点で、メールによる承認は禁止されています ({end} から)。",
            "別の認証方法 (ポータルで何が選べるかは不明)",
            "その日以降のドメイン認証の方法をIIJに確認してください。",
        ),
        since=dt.date(2028, 3, 15),
    ),
)

__all__ = ("RULES",)
