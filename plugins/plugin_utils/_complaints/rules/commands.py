# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the commands that orders name: can their hosts run them."""

from __future__ import annotations

from .rule import OURS, make_rule

RULES = (
    make_rule(
        "COMMAND-TEXT",
        OURS,
        (
            "{value} is a command or a path. An order file names commands and holds none.",
            "{allowed}",
            "Give the command a name in the inventory or group_vars (certificate_commands), and write that name here.",
        ),
        (
            "{value}はコマンドかパスです。オーダーファイルに書けるのはコマンドの名前だけです。",
            "{allowed}",
            "インベントリか group_vars の certificate_commands で名前を付け、その名前をここに書いてください。",
        ),
    ),
    make_rule(
        "COMMAND-UNKNOWN",
        OURS,
        (
            "The host of this order has no command {value}.",
            "{allowed}",
            "Correct it, or define it in certificate_commands (inventory, group_vars). A service is {{service: NAME}}.",
        ),
        (
            "{value}というコマンドは、このオーダーのホストでは定義されていません。",
            "{allowed}",
            "名前を直すか、certificate_commands で定義してください。サービスなら {{service: 名前}} と書きます。",
        ),
    ),
    make_rule(
        "HOST-COMMANDS",
        OURS,
        (
            "certificate_commands of {value} cannot be used: {problem}.",
            "a mapping of names to commands, each as text or as a list of its words",
            "Correct certificate_commands of this host (inventory, group_vars, host_vars).",
        ),
        (
            "{value} の certificate_commands を使えません: {problem}",
            "名前とコマンドの組。コマンドは文字列か、単語のリスト",
            "このホストの certificate_commands (インベントリ、group_vars、host_vars) を直してください。",
        ),
    ),
    make_rule(
        "PATH-INTERPRETED",
        OURS,
        (
            "{value} has characters that a shell would interpret, and {other} has %s inside of a longer word.",
            "letters, digits and _ . / @ + = : , - in the path, or a command with %s as a word of its own",
            "Rename the file, or give the program %s as a word of its own (certificate_commands).",
        ),
        (
            "{value}には、シェルが解釈する文字があります。{other}では、%s が長い単語の中にあります。",
            "パスに使えるのは文字・数字と _ . / @ + = : , - (%s が独立した単語のコマンドなら、ほかの文字も可)",
            "ファイル名を変えるか、certificate_commands で %s を独立した単語としてプログラムに渡してください。",
        ),
    ),
)

__all__ = ("RULES",)
