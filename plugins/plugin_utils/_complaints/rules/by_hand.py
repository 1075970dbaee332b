# Copyright (c) 2026, iij.server_certificate contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this file is private to the collection: it may change at any time without notice.

"""Rules of the register of desk: by_hand, and of what people record in it."""

from __future__ import annotations

from .rule import OURS, rule

RULES = (
    rule(
        "REGISTER-CONTENT",
        OURS,
        (
            "This is not a register of desk: by_hand.",
            "a mapping with version: 1 and contracts, nothing else",
            "Write version: 1 and contracts, or name another desk_folder.",
        ),
        (
            "desk: by_hand の台帳ではありません。",
            "version: 1 と contracts だけを持つマッピング",
            "version: 1 と contracts を書くか、別の desk_folder を指定してください。",
        ),
    ),
    rule(
        "REGISTER-VALUE",
        OURS,
        (
            "{value} cannot be the value of this field.",
            "{allowed}",
            "Correct it. Put digits that are a text in quotes.",
        ),
        (
            "{value}はこの項目の値として使えません。",
            "{allowed}",
            "値を直してください。数字だけの文字列は引用符で囲みます。",
        ),
    ),
    rule(
        "REGISTER-TWICE",
        OURS,
        (
            "{value} is in the register twice.",
            "one entry for each contract, and one contract for each order and generation",
            "Keep the entry that is right, as the portal's list shows it.",
        ),
        (
            "{value} が台帳に2回あります。",
            "契約ごとに1件、オーダーと generation の組ごとに契約は1つ",
            "ポータルの一覧のとおりの、正しい方だけを残してください。",
        ),
    ),
)


__all__ = ("RULES",)
