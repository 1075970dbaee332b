# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of a CSR that the user made."""

from __future__ import annotations

from .rule import OURS, Severity, make_rule

RULES = (
    make_rule(
        "CSR-UNREADABLE",
        "M:2261096",
        (
            "The CSR {value} cannot be used: {problem}.",
            "a PEM or DER certificate request",
            "Correct csr_path or make a new CSR.",
        ),
        ("CSR{value}を使えません。{problem}", "PEMまたはDERのCSR", "csr_path を直すか、CSRを作り直してください。"),
    ),
    make_rule(
        "CSR-OUTSIDE",
        OURS,
        (
            "The CSR {value} is outside of the repository ({folder}), and is not read.",
            "a path, links followed, in the repository (.git) of the orders, or else in the folder around theirs",
            "Put the CSR beside the order files, such as csr/www.csr.",
        ),
        (
            "CSR {value} はリポジトリ ({folder}) の外にあるため、読み込みません。",
            "オーダーのリポジトリ (.git) の中、なければオーダーのフォルダを含むフォルダの中のパス (リンク先も含みます)",
            "csr/www.csr のように、CSRをオーダーファイルの近くに置いてください。",
        ),
    ),
    make_rule(
        "CSR-PRIVATE-KEY",
        OURS,
        (
            "{value} is a private key, not a CSR; its content is shown and sent nowhere.",
            "a certificate request",
            "Remove the key from the repository and its history, make a new key and CSR, and name the CSR.",
        ),
        (
            "{value}はCSRではなく秘密鍵です。内容はどこにも表示・送信していません。",
            "CSR (証明書署名要求)",
            "この鍵をリポジトリから履歴も含めて取り除き、鍵とCSRを作り直して、CSRのほうを指定してください。",
        ),
    ),
    make_rule(
        "CSR-SIGNATURE",
        "RFC 2986 (a request proves that its maker holds the key)",
        ("The CSR's signature does not fit its own key.", "a CSR as its tool wrote it", "Make a new CSR."),
        ("CSRの署名がCSR自身の鍵と一致しません。", "ツールが出力したままのCSR", "CSRを作り直してください。"),
    ),
    make_rule(
        "CSR-COMMON-NAME",
        "M:2261096 (the CN comes from the order)",
        (
            "The CSR is for {value}, the order for {common_name}.",
            "a CSR for the order's common name",
            "Make a CSR for {common_name}, or correct common_name.",
        ),
        (
            "CSRのコモンネームは{value}ですが、オーダーのコモンネームは{common_name}です。",
            "オーダーと同じコモンネームのCSR",
            "{common_name}のCSRを作るか、common_name を直してください。",
        ),
    ),
    make_rule(
        "CSR-KEY",
        "BR 6.1.5, 6.1.6, 7.1.3.1; Cybertrust tech_faq06.html",
        ("The CSR's key ({value}) is not accepted.", "{allowed}", "Make a new key and CSR."),
        ("CSRの鍵 ({value}) は使えません。", "{allowed}", "鍵とCSRを作り直してください。"),
    ),
    make_rule(
        "CSR-DIGEST",
        "BR 7.1.3.2, for certificates; ours for requests",
        (
            "The CSR is signed with {value}. Its signature fits its key, but such a signature is not taken any more.",
            "a CSR that is signed with SHA-256, SHA-384 or SHA-512",
            "Make a new CSR from the same key, with SHA-256.",
        ),
        (
            "CSRの署名に{value}が使われています。鍵とは一致していますが、この方式の署名は使えません。",
            "SHA-256、SHA-384、SHA-512で署名したCSR",
            "同じ鍵から、SHA-256でCSRを作り直してください。",
        ),
    ),
    make_rule(
        "CSR-REPEATED",
        "BR 7.1.4.1",
        ("The CSR's subject has {value} more than once.", "each of C, ST, L, O and CN once", "Make a new CSR."),
        (
            "CSRの識別名に {value} が2つ以上あります。",
            "C、ST、L、O、CNはそれぞれ1つ",
            "CSRを作り直してください。",
        ),
    ),
    make_rule(
        "CSR-OU",
        "BR 7.1.2.7.4; the CAs' pages on subjects",
        (
            "The CSR has a department (部門, OU), which {authority} does not list among what it takes.",
            "a subject without OU",
            "Make a new CSR without OU; the same key may be used.",
        ),
        (
            "CSRに部門 (OU) があります。{authority}の案内では、OUは指定できる項目に含まれていません。",
            "OUのない識別名",
            "OUを入れずにCSRを作り直してください。鍵は同じものを使えます。",
        ),
    ),
    make_rule(
        "CSR-NO-COUNTRY",
        "GS, CT and DC pages on subjects: JP only",
        (
            "The CSR has no country (C), which the CA's page asks for.",
            "C=JP",
            "Make a new CSR with C=JP to be on the safe side.",
        ),
        (
            "CSRに国名 (C) がありません。認証局の案内では、C=JP が必要です。",
            "C=JP",
            "念のため、C=JP を入れてCSRを作り直してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "CSR-SUBJECT",
        "BR 7.1.2.7.4; GlobalSign distinguish-name.html",
        (
            "The CSR's subject lacks {value}.",
            "C=JP, O, and at least one of ST and L for OV and EV products",
            "Make a new CSR.",
        ),
        (
            "CSRの識別名に {value} がありません。",
            "OVとEVの品目では、C=JPとO、STまたはLのどちらか",
            "CSRを作り直してください。",
        ),
    ),
    make_rule(
        "CSR-WEAK-KEY",
        "BR 6.1.1.3",
        (
            "The CSR's key is weak: {problem}. Everybody can compute its private key.",
            "a key freshly made by a current tool",
            "Make a new key and CSR, and stop using this key everywhere.",
        ),
        (
            "CSRの鍵は脆弱で、誰でも秘密鍵を計算できます。{problem}。",
            "現行のツールで新しく作った鍵",
            "鍵とCSRを作り直し、この鍵はほかの場所でも使わないでください。",
        ),
    ),
    make_rule(
        "CSR-COUNTRY",
        "GS, CT and DC pages on subjects: JP only",
        ("The CSR's country is {value}.", "C=JP", "Make a new CSR with C=JP."),
        ("CSRの国名 (C) が{value}です。", "C=JP", "C=JP でCSRを作り直してください。"),
    ),
    make_rule(
        "CSR-SAN",
        "BR 7.1.4.3; M:2261096 (one order, one common name)",
        (
            "The CSR also asks for {value}; an order certifies its common name only.",
            "one name for each order",
            "Nothing if that is meant; otherwise order the other names too.",
        ),
        (
            "CSRには{value}も含まれていますが、1件のオーダーで証明されるのはコモンネームだけです。",
            "1件のオーダーに1つの名前",
            "コモンネームだけでよければ、何もする必要はありません。ほかの名前は別に注文してください。",
        ),
        severity=Severity.WARNING,
    ),
    make_rule(
        "CSR-DROPPED",
        "BR 7.1.2.7.2, 7.1.2.7.4; the CAs' pages on subjects",
        (
            "The CA drops {value} from the CSR's subject.",
            "{allowed}",
            "Nothing; it will just not be in the certificate.",
        ),
        (
            "CSRの識別名のうち {value} は認証局が取り除きます。",
            "{allowed}",
            "何もする必要はありません。証明書に入らないだけです。",
        ),
        severity=Severity.WARNING,
    ),
)

__all__ = ("RULES",)
