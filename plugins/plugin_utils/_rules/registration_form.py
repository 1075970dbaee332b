# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the registration form (CSRの入力・申請情報の登録)."""

from __future__ import annotations

from .rule import OURS, rule

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
        "CSR-UNREADABLE",
        "M:2261096",
        (
            "The CSR {value} cannot be used: {problem}.",
            "a PEM or DER certificate request",
            "Correct csr_path or make the CSR anew.",
        ),
        ("CSR {value} を使えません: {problem}", "PEMまたはDERのCSR", "csr_path を直すか、CSRを作り直してください。"),
    ),
    rule(
        "CSR-PRIVATE-KEY",
        OURS,
        (
            "{value} is a private key, not a CSR; it was not read any further.",
            "a certificate request",
            "Take the key out of the repository, treat it as known to others, and name the CSR.",
        ),
        (
            "{value} はCSRではなく秘密鍵です。これ以上は読んでいません。",
            "CSR (証明書署名要求)",
            "鍵をリポジトリから取り除き、漏えいしたものとして扱い、CSRを指定してください。",
        ),
    ),
    rule(
        "CSR-SIGNATURE",
        "RFC 2986 (a request proves that its maker holds the key)",
        ("The CSR's signature does not fit its own key.", "a CSR as its tool wrote it", "Make the CSR anew."),
        ("CSRの署名がCSR自身の鍵と一致しません。", "ツールが出力したままのCSR", "CSRを作り直してください。"),
    ),
    rule(
        "CSR-COMMON-NAME",
        "M:2261096 (the CN comes from the order)",
        (
            "The CSR is for {value}, the order for {common_name}.",
            "the same name in both",
            "Make a CSR for {common_name}.",
        ),
        (
            "CSRは {value} 用、オーダーは {common_name} 用です。",
            "両方とも同じ名前",
            "{common_name} のCSRを作ってください。",
        ),
    ),
    rule(
        "CSR-KEY",
        "BR 6.1.5, 6.1.6; Cybertrust tech_faq06.html",
        ("The CSR's key ({value}) is not accepted.", "{allowed}", "Make a new key and CSR."),
        ("CSRの鍵 ({value}) は受け付けられません。", "{allowed}", "鍵とCSRを作り直してください。"),
    ),
    rule(
        "CSR-SUBJECT",
        "BR 7.1.2.7.4; GlobalSign distinguish-name.html",
        (
            "The CSR's subject lacks {value}.",
            "O and at least one of ST and L for OV and EV products",
            "Make the CSR anew.",
        ),
        (
            "CSRの識別名に {value} がありません。",
            "OV・EVの品目ではOと、STまたはLのいずれか",
            "CSRを作り直してください。",
        ),
    ),
)


__all__ = ("RULES",)
