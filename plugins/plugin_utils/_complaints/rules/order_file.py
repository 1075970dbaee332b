# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the order file: can it be read, and are its fields and values known."""

from __future__ import annotations

from .rule import OURS, make_rule

RULES = (
    make_rule(
        "FILE-UNREADABLE",
        OURS,
        (
            "{value} cannot be read: {problem}.",
            "a readable folder or YAML file",
            "Correct the path, its permissions or the encoding of the file.",
        ),
        (
            "{value} を読めません: {problem}",
            "読み取り可能なフォルダまたはYAMLファイル",
            "パス、権限、またはファイルの文字コードを直してください。",
        ),
    ),
    make_rule(
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
    make_rule(
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
    make_rule(
        "YAML-DUPLICATE-KEY",
        "YAML 1.1",
        ("The key {value} is given twice in the same mapping.", "each key once", "Remove one of the two."),
        ("キー{value}が同じ場所に2回書かれています。", "1つの場所に同じキーは1回だけ", "どちらかを消してください。"),
    ),
    make_rule(
        "FILE-LINK",
        OURS,
        (
            "{value} is a link that leads out of the folder of orders ({folder}).",
            "files and folders below the folder of orders, and links that stay there",
            "Put the file into the folder of orders, or name the folder that both are in.",
        ),
        (
            "{value} は、オーダーのフォルダ ({folder}) の外へ出るリンクです。",
            "オーダーのフォルダの中のファイルとフォルダ、その中にとどまるリンク",
            "ファイルをオーダーのフォルダに置くか、両方を含むフォルダを指定してください。",
        ),
    ),
    make_rule(
        "FILE-CONTENT",
        OURS,
        (
            "This is not an order file. {kind}",
            "a mapping with version and orders",
            "Write version: 1 and orders, or move the file out of the folder of orders.",
        ),
        (
            "オーダーファイルではありません。{kind}",
            "version と orders を持つマッピング",
            "version: 1 と orders を書くか、ファイルをオーダーのフォルダの外へ移してください。",
        ),
    ),
    make_rule(
        "TEMPLATE",
        OURS,
        (
            "The template cannot be resolved: {problem}.",
            "names of the task's template_variables ({known}), parts of them, and the filters {filters}",
            "Write the value, or compute it in the inventory, in certificate_template_variables (template_variables).",
        ),
        (
            "テンプレートを展開できません: {problem}。",
            "タスクの template_variables にある変数 ({known})、その要素、フィルタ {filters}",
            "値を直接書くか、インベントリの certificate_template_variables (template_variables) に定義してください。",
        ),
    ),
    make_rule(
        "VAULT",
        "Ansible Vault",
        (
            "The vaulted value cannot be opened: {problem}.",
            "a value encrypted with a vault secret of this run",
            "Give the vault password, or encrypt the value again.",
        ),
        (
            "Vaultで暗号化された値を復号できません: {problem}",
            "この実行のVaultパスワードで暗号化した値",
            "Vaultパスワードを指定するか、値を暗号化し直してください。",
        ),
    ),
    make_rule(
        "KEY-UNKNOWN",
        OURS,
        ("There is no field {value} here.", "{allowed}", "{hint}"),
        ("{value}という項目はここには書けません。", "{allowed}", "{hint}"),
    ),
    make_rule(
        "KEY-MISSING",
        OURS,
        ("The field {named} is missing.", "{allowed}", "Add {value}."),
        ("必須の項目 {named} がありません。", "{allowed}", "{value} を書き加えてください。"),
    ),
    make_rule(
        "VALUE-TYPE",
        OURS,
        ("{value} is not {expected}.", "{expected}", "Correct the value."),
        ("{value}は{expected}ではありません。", "{expected}", "値を直してください。"),
    ),
    make_rule(
        "VALUE-CHOICE",
        OURS,
        ("{value} is not a value of this field.", "{allowed}", "{hint}"),
        ("{value}はこの項目に書ける値ではありません。", "{allowed}", "{hint}"),
    ),
    make_rule(
        "FIELD-UNUSED",
        OURS,
        ("The field {value} has no meaning here: {because}.", "the order without {value}", "Remove {value}."),
        (
            "項目 {value} はこのオーダーでは使えません。{because}。",
            "{value} を書かないオーダー",
            "{value} を消してください。",
        ),
    ),
    make_rule(
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
    make_rule(
        "PATH-FILE",
        OURS,
        (
            "{value} names a folder, not a file.",
            "a path that ends in the name of a file",
            "Add the file's name, such as www.key or www.pem.",
        ),
        (
            "{value}はファイルではなくフォルダを指しています。",
            "ファイル名で終わるパス",
            "www.key や www.pem のようなファイル名まで書いてください。",
        ),
    ),
    make_rule(
        "PATH-SHARED",
        OURS,
        (
            "{value} is also the file for {other}: the two would overwrite each other on every run.",
            "a path of its own for each file of a host",
            "Give one of them another path.",
        ),
        (
            "{value}は {other} のファイルでもあるため、実行のたびに互いに上書きしてしまいます。",
            "ホスト上のファイルごとに別のパス",
            "どちらか一方のパスを変えてください。",
        ),
    ),
    make_rule(
        "TEXT-CHARACTERS",
        OURS,
        (
            "{value} has characters that no form field takes: {characters}.",
            "a text on one line, with ordinary blanks",
            "Remove them; U+3000 is a full-width blank, to be written as an ordinary one.",
        ),
        (
            "{value}に、入力欄で使えない文字があります: {characters}",
            "1行の文字列 (空白は半角スペース)",
            "取り除いてください。U+3000 は全角スペースです。半角スペースにしてください。",
        ),
    ),
    make_rule(
        "HOST-NAME",
        OURS,
        (
            "{value} is not the name of a host.",
            "letters, digits, '.', '-' and '_', starting with a letter, a digit or '_'",
            "Write the host's name as the inventory has it.",
        ),
        (
            "{value}はホスト名ではありません。",
            "半角英数字と「.」「-」「_」。先頭は半角英数字か「_」",
            "インベントリにあるホスト名を書いてください。",
        ),
    ),
    make_rule(
        "KEY-MODE",
        OURS,
        (
            "Mode {value} is too wide for a private key.",
            'the owner\'s "0400" or "0600"; for a group that may read "0440" or "0640"',
            "Leave mode out for 0600, or let one group read the key (group and 0640).",
        ),
        (
            "秘密鍵のファイルに mode {value} は広すぎます。",
            '所有者だけの "0400" か "0600"、グループにも読み取りを許す "0440" か "0640"',
            "mode を消して0600にするか、group と 0640 で1つのグループにだけ読み取りを許してください。",
        ),
    ),
    make_rule(
        "FILE-MODE",
        OURS,
        (
            "A certificate's file needs no mode {value}.",
            'read for all, write for owner and group at most, such as "0644" or "0640"; nothing to execute, no setuid',
            "Leave mode out for 0644, or write a smaller one.",
        ),
        (
            "証明書のファイルに mode {value} は必要ありません。",
            '読み取りは全員まで、書き込みは所有者とグループまで (例: "0644"、"0640")。実行権やsetuidは不可',
            "mode を消して0644にするか、より狭い権限を書いてください。",
        ),
    ),
)

__all__ = ("RULES",)
