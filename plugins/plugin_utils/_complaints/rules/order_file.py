# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the order file: can it be read, and are its fields and values known."""

from __future__ import annotations

from .rule import OURS, rule

RULES = (
    rule(
        "FILE-UNREADABLE",
        OURS,
        (
            "{value} cannot be read: {problem}.",
            "a readable folder or YAML file",
            "Correct the path or its permissions.",
        ),
        (
            "{value} を読めません: {problem}",
            "読み取り可能なフォルダまたはYAMLファイル",
            "パスまたは権限を直してください。",
        ),
    ),
    rule(
        "FILE-NONE",
        OURS,
        (
            "There is no order file in {value}.",
            "files ending in .yml or .yaml",
            "Name the folder that holds the order files.",
        ),
        (
            "{value} にオーダーファイルがありません。",
            "末尾が .yml または .yaml のファイル",
            "オーダーファイルのあるフォルダを指定してください。",
        ),
    ),
    rule(
        "YAML-SYNTAX",
        "YAML 1.1",
        (
            "This is not YAML: {problem}.",
            "YAML in UTF-8, indented with spaces only",
            'Correct this line or the one above: no tabs, and a value that starts with * in quotes ("*.example.jp").',
        ),
        (
            "YAMLとして読めません: {problem}",
            "半角スペースだけで字下げした、UTF-8のYAML",
            'この行か直前の行を直してください。タブは使えません。* で始まる値は引用符で囲みます ("*.example.jp")。',
        ),
    ),
    rule(
        "YAML-DUPLICATE-KEY",
        "YAML 1.1",
        ("The key {value} stands twice in the same mapping.", "each key once", "Remove one of the two."),
        ("キー{value}が同じ場所に2回書かれています。", "1つの場所に同じキーは1回だけ", "どちらかを消してください。"),
    ),
    rule(
        "TEMPLATE",
        "Ansible templating",
        (
            "The template cannot be resolved: {problem}.",
            "variables known to the play",
            "Define the variable or write the value.",
        ),
        (
            "テンプレートを展開できません: {problem}",
            "プレイで定義済みの変数",
            "変数を定義するか、値を直接書いてください。",
        ),
    ),
    rule(
        "VAULT",
        "Ansible Vault",
        (
            "The vaulted value cannot be opened: {problem}.",
            "a value encrypted with a vault secret of this run",
            "Give the vault password, or encrypt the value anew.",
        ),
        (
            "Vaultで暗号化された値を復号できません: {problem}",
            "この実行のVaultパスワードで暗号化した値",
            "Vaultパスワードを指定するか、値を暗号化し直してください。",
        ),
    ),
    rule(
        "KEY-UNKNOWN",
        OURS,
        ("There is no field {value} here.", "{allowed}", "{hint}"),
        ("{value}という項目はここには書けません。", "{allowed}", "{hint}"),
    ),
    rule(
        "KEY-MISSING",
        OURS,
        ("The field {named} is missing.", "{allowed}", "Add {value}."),
        ("必須の項目 {named} がありません。", "{allowed}", "{value} を書き加えてください。"),
    ),
    rule(
        "VALUE-TYPE",
        OURS,
        ("{value} is not {expected}.", "{expected}", "Correct the value."),
        ("{value}は{expected}ではありません。", "{expected}", "値を直してください。"),
    ),
    rule(
        "VALUE-CHOICE",
        OURS,
        ("{value} is not a value of this field.", "{allowed}", "{hint}"),
        ("{value}はこの項目に書ける値ではありません。", "{allowed}", "{hint}"),
    ),
    rule(
        "FIELD-UNUSED",
        OURS,
        ("The field {value} has no meaning here: {because}.", "the order without {value}", "Remove {value}."),
        (
            "項目 {value} はこのオーダーでは使えません。{because}。",
            "{value} を書かないオーダー",
            "{value} を消してください。",
        ),
    ),
    rule(
        "PATH-ABSOLUTE",
        OURS,
        (
            "{value} is not an absolute path on the host.",
            "a path that starts with /",
            "Write the whole path, such as /etc/pki/tls/private/www.key.",
        ),
        (
            "{value}はホスト上の絶対パスではありません。",
            "/ で始まるパス",
            "/etc/pki/tls/private/www.key のように、パス全体を書いてください。",
        ),
    ),
)


__all__ = ("RULES",)
